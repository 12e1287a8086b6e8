/* Candidates read word by word next to a question. The references are index/features.py and index/characters.py. */
#include "_kernel.h"

typedef struct {
    /* the index */
    const int32_t *words;
    const int64_t *unit_starts;
    const uint8_t *kinds;
    const int64_t *document_units;
    const float *importance;
    const int64_t *spelling_starts;
    const int16_t *spelling;
    const int64_t *kanji_starts;
    const int32_t *kanji_terms;
    const int32_t *kanji_lengths;
    int64_t word_count, unit_count, document_count, vocabulary, spelling_count, kanji_count, kanji_term_count;
    /* the question */
    const int64_t *documents;
    const int64_t *numbers, *groups;
    const float *weights, *worth, *wanted, *near;
    const int64_t *phrase_places, *phrase_bounds, *phrase_parts;
    const int64_t *kanji;
    const double *kanji_worth;
    int64_t asked, terms, group_count, phrases, kanji_asked; /* groups without a known term count, too */
    double k1, b, mean_length, ceiling, said_all, least_pair_weight, kanji_k1, kanji_b, kanji_mean;
    /* answers */
    float *passage, *coverage, *focus, *same, *pair, *kanji_scores, *implied;
    int32_t *phrasings;
    int64_t *sentences;
} Reading;

/* One document's room to work in. */
typedef struct {
    uint16_t *slot_of;  /* term -> slot + 1; the highest bit: written with a kanji asked for */
    uint8_t *looked_for; /* a bit for each term: whether slot_of has something; fits the nearest cache */
    uint16_t *kanji_of; /* kanji -> slot + 1 */
    float *tf;          /* (units, terms) */
    float *row;         /* (terms held) */
    int64_t *held_terms; /* slots of the terms that stand somewhere in the document, ascending */
    uint8_t *whole;     /* for each of those: whether all alternatives of its group are among them */
    int64_t held_count;
    double *total, *held; /* (units) */
    double *pairs;      /* (groups); below 0: not seen */
    float *best;        /* (groups): the best of the terms held */
    int64_t *kanji_tf;  /* (kanji asked) */
    int64_t units;      /* room there is */
} Room;

#define KANJI 0x8000

/* The sum over groups of the best of each group's alternatives; groups that the document lacks add nothing. */
static float best_of_groups(const Reading *r, const Room *m) {
    float sum = 0;
    for (int64_t i = 0; i < m->held_count;) {
        int64_t group = r->groups[m->held_terms[i]];
        float most = m->row[i];
        if (!m->whole[i] && most < 0) most = 0;
        for (i++; i < m->held_count && r->groups[m->held_terms[i]] == group; i++)
            if (m->row[i] > most) most = m->row[i];
        sum += most;
    }
    return sum;
}

/* List the terms a document holds: few of those asked, so the loops over units that follow are short. */
static void list_held(const Reading *r, Room *m, int64_t units) {
    float *sum = m->row; /* not used before */
    m->held_count = 0;
    memcpy(sum, m->tf, (size_t)r->terms * sizeof(float));
    for (int64_t u = 1; u < units; u++)
        for (int64_t t = 0; t < r->terms; t++) sum[t] += m->tf[u * r->terms + t];
    for (int64_t t = 0; t < r->terms; t++)
        if (sum[t] > 0) m->held_terms[m->held_count++] = t;
    for (int64_t i = 0; i < m->held_count; i++) {
        int64_t t = m->held_terms[i], group = r->groups[t], asked = 1, held = 1;
        for (int64_t o = t + 1; o < r->terms && r->groups[o] == group; o++) asked++;
        for (int64_t o = t - 1; o >= 0 && r->groups[o] == group; o--) asked++;
        for (int64_t o = i + 1; o < m->held_count && r->groups[m->held_terms[o]] == group; o++) held++;
        for (int64_t o = i - 1; o >= 0 && r->groups[m->held_terms[o]] == group; o--) held++;
        m->whole[i] = asked == held;
    }
}

static enum Fault count_words(const Reading *r, Room *m, int64_t first, int64_t units) {
    const int32_t *words = r->words;
    const uint8_t *looked_for = m->looked_for;
    const uint64_t vocabulary = (uint64_t)r->vocabulary;
    for (int64_t u = 0; u < units; u++) {
        int64_t start = r->unit_starts[first + u], end = r->unit_starts[first + u + 1];
        int phrasing = r->kinds[first + u] == PHRASING;
        float *tf = m->tf + u * r->terms;
        int64_t before = -1, before_at = -2; /* slot and place of the last word that was asked for */
        double total = 0, held = 0;
        if (start < 0 || end < start || end > r->word_count) return DAMAGED;
        for (int64_t p = start; p < end; p++) {
            uint32_t word = (uint32_t)words[p];
            if (word >= vocabulary) return DAMAGED;
            if (phrasing) total += (double)r->importance[word];
            if (!(looked_for[word >> 3] >> (word & 7) & 1)) continue;
            uint16_t found = m->slot_of[word];
            if (found & KANJI) {
                int64_t s = r->spelling_starts[word], last = r->spelling_starts[word + 1];
                if (s < 0 || last < s || last > r->spelling_count) return DAMAGED;
                for (; s < last; s++) {
                    uint16_t kanji = (uint16_t)r->spelling[s];
                    if (kanji >= r->kanji_count) return DAMAGED;
                    if (m->kanji_of[kanji]) m->kanji_tf[m->kanji_of[kanji] - 1]++;
                }
                found &= KANJI - 1;
                if (!found) continue;
            }
            int64_t slot = found - 1;
            tf[slot]++;
            if (phrasing) held += (double)r->importance[word];
            if (before_at == p - 1 && r->groups[slot] == r->groups[before] + 1) {
                float lighter = r->weights[slot] < r->weights[before] ? r->weights[slot] : r->weights[before];
                double *pair = m->pairs + r->groups[before];
                if (lighter >= r->least_pair_weight && *pair < 0)
                    *pair = (double)(r->worth[before] + r->worth[slot]);
            }
            before = slot;
            before_at = p;
        }
        for (int64_t i = 0; i < r->phrases; i++) {
            const int64_t *parts = r->phrase_parts + r->phrase_bounds[i];
            int64_t length = r->phrase_bounds[i + 1] - r->phrase_bounds[i], seen = 0;
            for (int64_t p = start; p + length <= end; p++) {
                int64_t same = 0;
                while (same < length && r->words[p + same] == parts[same]) same++;
                seen += same == length;
            }
            tf[r->phrase_places[i]] = (float)seen;
        }
        m->total[u] = total;
        m->held[u] = held;
    }
    return FINE;
}

static void judge(const Reading *r, Room *m, int64_t document, int64_t first, int64_t units) {
    const uint8_t *kinds = r->kinds + first;
    const int64_t *held = m->held_terms;
    float *row = m->row;
    list_held(r, m, units);
    /* The phrasing that holds most of the question. */
    float phrasing_worth = -2, share = 0, same = 0;
    float ceiling = (float)(r->ceiling > 1e-9 ? r->ceiling : 1e-9);
    int64_t phrasing = 0;
    for (int64_t u = 0; u < units; u++) {
        float worth = -1;
        if (kinds[u] == PHRASING) {
            for (int64_t i = 0; i < m->held_count; i++)
                row[i] = m->tf[u * r->terms + held[i]] > 0 ? r->worth[held[i]] : 0;
            worth = best_of_groups(r, m);
            float own = (float)(m->held[u] / (m->total[u] > 0 ? m->total[u] : 1));
            if (own > share) share = own;
            float part = (worth > 0 ? worth : 0) / ceiling, both = part + own;
            float alike = 2 * part * own / (both > 1e-9f ? both : 1e-9f);
            alike = alike * alike * alike;
            if (alike > same) same = alike;
        }
        if (worth > phrasing_worth) {
            phrasing_worth = worth;
            phrasing = u;
        }
    }
    /* Its best sentence, the question's words included. */
    const float *asked = m->tf + phrasing * r->terms;
    int64_t asked_length = r->unit_starts[first + phrasing + 1] - r->unit_starts[first + phrasing];
    float passage = 0, told = -1, saturation = (float)(r->k1 + 1);
    int64_t sentence = -1;
    for (int64_t u = 0; u < units; u++) {
        if (kinds[u] == OTHER) {
            if (u == 0 || passage < 0) passage = 0;
            continue;
        }
        const float *tf = m->tf + u * r->terms;
        float own = kinds[u] != PHRASING;
        double length = (double)(r->unit_starts[first + u + 1] - r->unit_starts[first + u]);
        length += own ? (double)asked_length : 0;
        float norm = (float)(r->k1 * (1 - r->b + r->b * length / r->mean_length));
        for (int64_t i = 0; i < m->held_count; i++) {
            float count = own ? tf[held[i]] + asked[held[i]] : tf[held[i]];
            row[i] = r->worth[held[i]] * (count * saturation / (count + norm));
        }
        float score = best_of_groups(r, m);
        if (u == 0 || score > passage) passage = score;
        if (kinds[u] == SENTENCE && score > told) {
            told = score;
            sentence = first + u;
        }
    }
    /* What it holds anywhere. */
    for (int64_t i = 0; i < m->held_count; i++) row[i] = r->worth[held[i]];
    float coverage = best_of_groups(r, m) / ceiling;
    /* And what it implies. */
    const float *near = r->near + document * r->group_count;
    float implied = 0;
    for (int64_t g = 0; g < r->group_count; g++) m->best[g] = 0;
    for (int64_t i = 0; i < m->held_count; i++)
        if (row[i] > m->best[r->groups[held[i]]]) m->best[r->groups[held[i]]] = row[i];
    for (int64_t g = 0; g < r->group_count; g++) {
        float lacks = r->wanted[g] - m->best[g];
        implied += m->best[g] + (lacks > 0 ? lacks * near[g] : 0);
    }
    double pair = 0;
    for (int64_t g = 0; g < r->group_count; g++)
        if (m->pairs[g] >= 0) pair += m->pairs[g];
    r->passage[document] = passage;
    r->coverage[document] = coverage;
    r->focus[document] = share;
    r->same[document] = same;
    r->pair[document] = (float)pair;
    r->implied[document] = implied / ceiling;
    r->phrasings[document] = (int32_t)phrasing;
    r->sentences[document] = phrasing_worth < (float)r->said_all * coverage * (float)r->ceiling ? sentence : -1;
    double kanji = 0;
    double norm = r->kanji_k1 * (1 - r->kanji_b + r->kanji_b * r->kanji_lengths[r->documents[document]] / r->kanji_mean);
    for (int64_t k = 0; k < r->kanji_asked; k++) {
        double tf = (double)m->kanji_tf[k];
        kanji += r->kanji_worth[k] * tf * (r->kanji_k1 + 1) / (tf + norm);
    }
    r->kanji_scores[document] = (float)kanji;
}

static enum Fault look_up(const Reading *r, Room *m) {
    if (r->terms >= KANJI - 1 || r->kanji_asked >= UINT16_MAX) return DAMAGED;
    for (int64_t t = 0; t < r->terms; t++) {
        if (r->numbers[t] >= r->vocabulary || r->groups[t] < 0 || r->groups[t] >= r->group_count) return DAMAGED;
        if (r->numbers[t] >= 0) m->slot_of[r->numbers[t]] = (uint16_t)(t + 1);
    }
    for (int64_t t = 0; t < r->terms; t++)
        if (r->numbers[t] >= 0) m->looked_for[r->numbers[t] >> 3] |= (uint8_t)(1 << (r->numbers[t] & 7));
    for (int64_t i = 0; i < r->phrases; i++)
        if (r->phrase_places[i] < 0 || r->phrase_places[i] >= r->terms) return DAMAGED;
    for (int64_t k = 0; k < r->kanji_asked; k++) {
        if (r->kanji[k] < 0 || r->kanji[k] >= r->kanji_count) return DAMAGED;
        m->kanji_of[r->kanji[k]] = (uint16_t)(k + 1);
        int64_t p = r->kanji_starts[r->kanji[k]], end = r->kanji_starts[r->kanji[k] + 1];
        if (p < 0 || end < p || end > r->kanji_term_count) return DAMAGED;
        for (; p < end; p++) {
            uint32_t term = (uint32_t)r->kanji_terms[p];
            if (term >= (uint64_t)r->vocabulary) return DAMAGED;
            m->slot_of[term] |= KANJI;
            m->looked_for[term >> 3] |= (uint8_t)(1 << (term & 7));
        }
    }
    return FINE;
}

static enum Fault read_all(const Reading *r) {
    size_t terms = (size_t)r->terms + 1;
    int64_t most = 0;
    enum Fault fault = FINE;
    Room m = {0};
    if (r->group_count < 0 || r->group_count > UINT16_MAX) return DAMAGED;
    for (int64_t i = 0; i < r->asked; i++) {
        int64_t d = r->documents[i];
        if (d < 0 || d >= r->document_count) return DAMAGED;
        int64_t first = r->document_units[d], last = r->document_units[d + 1];
        if (first < 0 || last <= first || last > r->unit_count) return DAMAGED;
        if (last - first > most) most = last - first;
    }
    m.slot_of = calloc((size_t)r->vocabulary + 1, sizeof(uint16_t));
    m.looked_for = calloc((size_t)r->vocabulary / 8 + 1, 1);
    m.kanji_of = calloc((size_t)r->kanji_count + 1, sizeof(uint16_t));
    m.tf = malloc(((size_t)most + 1) * terms * sizeof(float));
    m.row = malloc(terms * sizeof(float));
    m.held_terms = malloc(terms * sizeof(int64_t));
    m.whole = malloc(terms);
    m.total = malloc(((size_t)most + 1) * sizeof(double));
    m.held = malloc(((size_t)most + 1) * sizeof(double));
    m.pairs = malloc(((size_t)r->group_count + 1) * sizeof(double));
    m.best = malloc(((size_t)r->group_count + 1) * sizeof(float));
    m.kanji_tf = malloc(((size_t)r->kanji_asked + 1) * sizeof(int64_t));
    if (!m.slot_of || !m.looked_for || !m.kanji_of || !m.tf || !m.row || !m.held_terms || !m.whole || !m.total || !m.held || !m.pairs || !m.best || !m.kanji_tf)
        fault = NO_MEMORY;
    if (!fault) fault = look_up(r, &m);
    for (int64_t i = 0; i < r->asked && !fault; i++) {
        int64_t first = r->document_units[r->documents[i]];
        int64_t units = r->document_units[r->documents[i] + 1] - first;
        if (i + 2 < r->asked) {
            int64_t next = r->document_units[r->documents[i + 1]], after = r->document_units[r->documents[i + 2]];
            fetch(r->unit_starts + after, 128);
            int64_t words = r->unit_starts[next];
            if (words >= 0 && words < r->word_count) fetch(r->words + words, 768);
        }
        memset(m.tf, 0, (size_t)units * (size_t)r->terms * sizeof(float));
        memset(m.kanji_tf, 0, (size_t)r->kanji_asked * sizeof(int64_t));
        for (int64_t g = 0; g < r->group_count; g++) m.pairs[g] = -1;
        fault = count_words(r, &m, first, units);
        if (!fault) judge(r, &m, i, first, units);
    }
    free(m.slot_of);
    free(m.looked_for);
    free(m.kanji_of);
    free(m.tf);
    free(m.row);
    free(m.held_terms);
    free(m.whole);
    free(m.total);
    free(m.held);
    free(m.pairs);
    free(m.best);
    free(m.kanji_tf);
    return fault;
}

/* What `read` is given, in order; the last three are written. PARAMETERS: k1, b, mean length, ceiling, the part that
 * says all, the least weight in a pair; k1, b and mean length of kanji. SCORES: passage, coverage, focus, same, pair,
 * implied, kanji. */
enum {
    WORDS, UNIT_STARTS, KINDS, DOCUMENT_UNITS, IMPORTANCE, SPELLING_STARTS, SPELLING, KANJI_STARTS, KANJI_TERMS,
    KANJI_LENGTHS, DOCUMENTS, NUMBERS, GROUPS, WEIGHTS, WORTH, WANTED, NEAR, PHRASE_PLACES, PHRASE_BOUNDS,
    PHRASE_PARTS, KANJI_ASKED, KANJI_WORTH, PARAMETERS, SCORES, PHRASINGS, SENTENCES, READ_ARGUMENTS
};

PyObject *read_documents(PyObject *self, PyObject *const *args, Py_ssize_t given) {
    Array a[READ_ARGUMENTS];
    if (expect(given, READ_ARGUMENTS) < 0 || take(a, args, "481848284" "4888" "4444" "8888" "88" "DDH") < 0) return NULL;
    enum Fault fault = DAMAGED;
    Py_ssize_t n = a[DOCUMENTS].length, terms = a[NUMBERS].length, phrases = a[PHRASE_PLACES].length;
    const int64_t *bounds = a[PHRASE_BOUNDS].view.buf;
    int fits = a[UNIT_STARTS].length == a[KINDS].length + 1 && a[DOCUMENT_UNITS].length == a[KANJI_LENGTHS].length + 1 &&
               a[SPELLING_STARTS].length == a[IMPORTANCE].length + 1 && a[KANJI_STARTS].length > 0 &&
               a[GROUPS].length == terms && a[WEIGHTS].length == terms && a[WORTH].length == terms &&
               a[NEAR].length == n * a[WANTED].length &&
               a[PHRASE_BOUNDS].length == phrases + 1 && a[KANJI_WORTH].length == a[KANJI_ASKED].length &&
               a[PARAMETERS].length == 9 && a[SCORES].length == 7 * n && a[PHRASINGS].length == n &&
               a[SENTENCES].length == n && bounds[0] == 0;
    for (Py_ssize_t i = 0; fits && i < phrases; i++)
        fits = bounds[i] < bounds[i + 1] && bounds[i + 1] <= a[PHRASE_PARTS].length;
    if (fits) {
        const double *p = a[PARAMETERS].view.buf;
        float *scores = a[SCORES].view.buf;
        Reading r = {
            .words = a[WORDS].view.buf,
            .unit_starts = a[UNIT_STARTS].view.buf,
            .kinds = a[KINDS].view.buf,
            .document_units = a[DOCUMENT_UNITS].view.buf,
            .importance = a[IMPORTANCE].view.buf,
            .spelling_starts = a[SPELLING_STARTS].view.buf,
            .spelling = a[SPELLING].view.buf,
            .kanji_starts = a[KANJI_STARTS].view.buf,
            .kanji_terms = a[KANJI_TERMS].view.buf,
            .kanji_lengths = a[KANJI_LENGTHS].view.buf,
            .word_count = a[WORDS].length,
            .unit_count = a[KINDS].length,
            .document_count = a[KANJI_LENGTHS].length,
            .vocabulary = a[IMPORTANCE].length,
            .spelling_count = a[SPELLING].length,
            .kanji_count = a[KANJI_STARTS].length - 1,
            .kanji_term_count = a[KANJI_TERMS].length,
            .documents = a[DOCUMENTS].view.buf,
            .numbers = a[NUMBERS].view.buf,
            .groups = a[GROUPS].view.buf,
            .weights = a[WEIGHTS].view.buf,
            .worth = a[WORTH].view.buf,
            .wanted = a[WANTED].view.buf,
            .near = a[NEAR].view.buf,
            .phrase_places = a[PHRASE_PLACES].view.buf,
            .phrase_bounds = bounds,
            .phrase_parts = a[PHRASE_PARTS].view.buf,
            .kanji = a[KANJI_ASKED].view.buf,
            .kanji_worth = a[KANJI_WORTH].view.buf,
            .asked = n,
            .terms = terms,
            .group_count = a[WANTED].length,
            .phrases = phrases,
            .kanji_asked = a[KANJI_ASKED].length,
            .k1 = p[0],
            .b = p[1],
            .mean_length = p[2],
            .ceiling = p[3],
            .said_all = p[4],
            .least_pair_weight = p[5],
            .kanji_k1 = p[6],
            .kanji_b = p[7],
            .kanji_mean = p[8],
            .passage = scores,
            .coverage = scores + n,
            .focus = scores + 2 * n,
            .same = scores + 3 * n,
            .pair = scores + 4 * n,
            .implied = scores + 5 * n,
            .kanji_scores = scores + 6 * n,
            .phrasings = a[PHRASINGS].view.buf,
            .sentences = a[SENTENCES].view.buf,
        };
        Py_BEGIN_ALLOW_THREADS
        fault = read_all(&r);
        Py_END_ALLOW_THREADS
    }
    release(a, READ_ARGUMENTS);
    return finish(fault);
}

