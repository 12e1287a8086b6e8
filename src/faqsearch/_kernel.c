/* The inner loops of a search, and of a build, compiled; _asking.c has what comes before them, _ranking.c what
 * happens to candidates, and _texts.c what is done to characters.
 *
 * Every function here has a slow reference in numpy or Python beside it (leg_scores.py, features.py, characters.py,
 * vectors/units.py, vectors/sums.py, counting.py, fast_scan.py, tokens/numbered.py), which answers where this file could not be
 * compiled; tests/index/test_kernel.py and the tests of those modules hold the two together. Sums run in the same order and precision as there, so scores are equal to the last bit, but for dot
 * products: those add sixteen partial sums, on every machine in the same order.
 *
 * Arrays come as buffers, and nothing is believed: a number read from an index that would lead out of its array
 * raises IndexError. The global lock is released while loops run. Only the limited API is used: one build serves
 * every Python from 3.11 on.
 */
#include "_kernel.h"

/* Goes up whenever a function is added, or takes or gives something else; kernel.py refuses a build of another version. */
#define INTERFACE 13

/* ---- vocabulary: Vocabulary.numbers ---- */

/* Whether a long term is spelled as the vocabulary's term of the same key; -1: it is no UTF-8. */
static int spelled_so(const int64_t *offsets, const uint8_t *text, int64_t size, int64_t number, PyObject *term) {
    Py_ssize_t length;
    PyObject *own = NULL;
    const char *written = PyUnicode_AsUTF8AndSize(term, &length);
    if (!written) { /* lone surrogates */
        PyErr_Clear();
        own = PyUnicode_AsEncodedString(term, "utf-8", "surrogatepass");
        if (!own) return -1;
        written = PyBytes_AsString(own);
        length = PyBytes_Size(own);
    }
    int64_t start = offsets[number], end = offsets[number + 1];
    int same = start >= 0 && end <= size && end - start == length && !memcmp(text + start, written, (size_t)length);
    Py_XDECREF(own);
    return same;
}

static PyObject *numbers(PyObject *self, PyObject *const *args, Py_ssize_t given) {
    PyObject *arrays[5];
    Array a[5]; /* keys, offsets, text, wanted keys, out */
    if (expect(given, 6) < 0) return NULL;
    for (int i = 0, j = 0; i < 6; i++)
        if (i != 4) arrays[j++] = args[i];
    PyObject *terms = PySequence_Fast(args[4], "terms are a sequence");
    if (!terms) return NULL;
    if (take(a, arrays, "8818H") < 0) {
        Py_DECREF(terms);
        return NULL;
    }
    const uint64_t *keys = a[0].view.buf, *wanted = a[3].view.buf;
    int64_t *out = a[4].view.buf;
    int fits = a[1].length == a[0].length + 1 && a[3].length == a[4].length && PySequence_Size(terms) == a[3].length;
    for (Py_ssize_t i = 0; fits && i < a[3].length; i++) {
        int64_t first = 0, last = a[0].length;
        while (first < last) {
            int64_t middle = first + (last - first) / 2;
            if (keys[middle] < wanted[i]) first = middle + 1;
            else last = middle;
        }
        int found = first < a[0].length && keys[first] == wanted[i];
        if (found && wanted[i] >> 63) { /* longer than three characters: the key is a hash */
            PyObject *term = PySequence_GetItem(terms, i);
            found = term ? spelled_so(a[1].view.buf, a[2].view.buf, a[2].length, first, term) : -1;
            Py_XDECREF(term);
            if (found < 0) break;
        }
        out[i] = found ? first : -1;
    }
    release(a, 5);
    Py_DECREF(terms);
    if (PyErr_Occurred()) return NULL;
    return finish(fits ? FINE : DAMAGED);
}

/* ---- scoring: the best units of a leg, and the scores of some ---- */

/* Units scored together: their sums fit the nearest cache, and the next ones profit from what was found. */
#define WINDOW 4096
/* Reading so many postings takes no longer than looking for one of them. */
#define LOOKED_UP 16
#define EARLY 0.3

typedef struct {
    int64_t at, end; /* postings not looked at yet */
    float factor;
} Cursor;

typedef struct {
    const int32_t *units;
    const float *weights;
    Cursor *cursors;     /* of all terms asked */
    int64_t *first;      /* cursors of each group; (groups + 1) */
    int64_t groups;
    int64_t n;           /* units there are */
} Leg;

/* Set a cursor to each term. Returns 0 when the numbers lead out of their arrays. */
static int set_cursors(Leg *leg, const int64_t *indptr, int64_t terms, int64_t postings, const int64_t *numbers,
                       const float *factors, const int64_t *sizes, int64_t asked) {
    int64_t at = 0;
    for (int64_t i = 0; i < asked; i++) {
        int64_t t = numbers[i];
        if (t < 0 || t >= terms || indptr[t] < 0 || indptr[t + 1] < indptr[t] || indptr[t + 1] > postings) return 0;
        leg->cursors[i] = (Cursor){indptr[t], indptr[t + 1], factors[i]};
    }
    for (int64_t g = 0; g < leg->groups; g++) {
        leg->first[g] = at;
        if (sizes[g] < 1 || sizes[g] > asked - at) return 0;
        at += sizes[g];
    }
    leg->first[leg->groups] = at;
    return at == asked;
}

/* Move a cursor to the first posting of `unit` or a later one, in steps that double. */
static void seek(const int32_t *units, Cursor *c, int32_t unit) {
    int64_t low = c->at, step = 1;
    if (low >= c->end || units[low] >= unit) return;
    while (low + step < c->end && units[low + step] < unit) {
        low += step;
        step *= 2;
    }
    int64_t high = low + step < c->end ? low + step : c->end; /* units[low] < unit, and it is not before high */
    while (high - low > 1) {
        int64_t middle = low + (high - low) / 2;
        if (units[middle] < unit) low = middle;
        else high = middle;
    }
    c->at = high;
}

/* Add what the best alternative of a group is worth in a unit; units ascend from call to call. Returns whether any is there. */
static int add_group(const Leg *leg, int64_t group, int32_t unit, double *sum) {
    float most = 0;
    int any = 0;
    for (int64_t i = leg->first[group]; i < leg->first[group + 1]; i++) {
        Cursor *c = leg->cursors + i;
        seek(leg->units, c, unit);
        if (c->at >= c->end || leg->units[c->at] != unit) continue;
        float worth = leg->weights[c->at] * c->factor;
        if (!any || worth > most) most = worth;
        any = 1;
    }
    if (any) *sum += (double)most;
    return any;
}

/* One window's room to work in. */
typedef struct {
    double sums[WINDOW];
    float best[WINDOW];   /* -INFINITY but while alternatives are compared */
    int32_t near[WINDOW]; /* places of the units that may still be among the best */
} Window;

/* Add a group's postings from `base` to before `limit`. */
static void add_postings(const Leg *leg, Window *w, int64_t group, int64_t base, int64_t limit) {
    int64_t first = leg->first[group], last = leg->first[group + 1];
    uint64_t size = (uint64_t)(limit - base);
    for (int64_t i = first; i < last; i++) {
        Cursor *c = leg->cursors + i;
        const int32_t *units = leg->units;
        const float *weights = leg->weights;
        int64_t p = c->at, end = c->end;
        float factor = c->factor;
        for (; p < end; p++) {
            uint64_t u = (uint64_t)(units[p] - base);
            if (u >= size) break; /* later, or damaged, which is seen in the end */
            float worth = weights[p] * factor;
            if (last - first == 1) w->sums[u] += (double)worth;
            else if (worth > w->best[u]) w->best[u] = worth;
        }
        if (last - first == 1) c->at = p;
    }
    if (last - first == 1) return;
    for (int64_t i = first; i < last; i++) {
        Cursor *c = leg->cursors + i;
        for (; c->at < c->end; c->at++) {
            uint64_t u = (uint64_t)(leg->units[c->at] - base);
            if (u >= size) break;
            if (w->best[u] == -INFINITY) continue;
            w->sums[u] += (double)w->best[u];
            w->best[u] = -INFINITY;
        }
    }
}

/* List the places whose sums are above a border; return how many there are. */
static int64_t list_near(Window *w, double border) {
    int64_t count = 0;
    for (int64_t u = 0; u < WINDOW; u++) {
        w->near[count] = (int32_t)u;
        count += w->sums[u] > border;
    }
    return count;
}

#ifdef WIDE
WIDE static int64_t wide_list_near(Window *w, double border) {
    int64_t count = 0;
    __m256d least = _mm256_set1_pd(border);
    for (int64_t i = 0; i < WINDOW; i += 16) {
        uint32_t above = 0;
        for (int64_t j = 0; j < 16; j += 4)
            above |= (uint32_t)_mm256_movemask_pd(_mm256_cmp_pd(_mm256_loadu_pd(w->sums + i + j), least, _CMP_GT_OQ)) << j;
        for (; above; above &= above - 1) w->near[count++] = (int32_t)(i + __builtin_ctz(above));
    }
    return count;
}
#endif

static int64_t (*best_list_near)(Window *, double) = list_near;

/* Move a group's cursors to `base`; return how many postings follow before `limit`. */
static int64_t postings_before(const Leg *leg, int64_t group, int64_t base, int64_t limit) {
    int64_t count = 0;
    for (int64_t i = leg->first[group]; i < leg->first[group + 1]; i++) {
        seek(leg->units, leg->cursors + i, (int32_t)base);
        Cursor last = leg->cursors[i];
        seek(leg->units, &last, (int32_t)limit);
        count += last.at - leg->cursors[i].at;
    }
    return count;
}

static void add_postings_from(const Leg *leg, Window *w, int64_t group, int64_t base, int64_t limit) {
    for (int64_t i = leg->first[group]; i < leg->first[group + 1]; i++) seek(leg->units, leg->cursors + i, (int32_t)base);
    add_postings(leg, w, group, base, limit);
}

static int less(const Found *a, const Found *b) {
    return a->score < b->score || (a->score == b->score && a->document > b->document);
}

static void sift_down(Found *heap, int64_t n, int64_t i) {
    for (int64_t child; (child = 2 * i + 1) < n; i = child) {
        if (child + 1 < n && less(heap + child + 1, heap + child)) child++;
        if (!less(heap + child, heap + i)) return;
        Found moved = heap[i];
        heap[i] = heap[child];
        heap[child] = moved;
    }
}

/* The best documents seen so far, the worst of them first. */
typedef struct {
    Found *heap;
    int64_t held, depth;
    Found open;      /* the document whose units are being seen; -1: none */
    int64_t seen;    /* units of it */
    const int32_t *owners; /* NULL: each unit is a document */
    int64_t n;
} Best;

/* A score must be above this to be of use. */
static float least(const Best *b) { return b->held == b->depth ? b->heap[0].score : -INFINITY; }

static void close_document(Best *b, int64_t last_unit) {
    Found own = b->open;
    b->open.document = -1;
    if (own.document < 0) return;
    if (own.score < 0 && b->owners) { /* a unit without a term has 0, which is more */
        int64_t units = 0;
        for (int64_t u = last_unit; u >= 0 && b->owners[u] == own.document; u--) units++;
        for (int64_t u = last_unit + 1; u < b->n && b->owners[u] == own.document; u++) units++;
        if (units > b->seen) return;
    }
    if (own.score == 0 || !b->depth) return;
    if (b->held < b->depth) {
        b->heap[b->held++] = own;
        if (b->held == b->depth)
            for (int64_t i = b->held / 2; i-- > 0;) sift_down(b->heap, b->held, i);
    } else if (own.score > b->heap[0].score) { /* of equal ones, the first stays */
        b->heap[0] = own;
        sift_down(b->heap, b->held, 0);
    }
}

static int by_document(const void *a, const void *b) {
    int64_t x = ((const Found *)a)->document, y = ((const Found *)b)->document;
    return (x > y) - (x < y);
}

/* Find the best documents. A group's `bound` is the most that it can add to a unit; groups come with ascending bounds,
 * and `bounds` holds their sums from the first on. When the least of the best so far is no lower than what the first
 * groups together can give, their postings are looked up only for units that others brought up (Turtle and Flood 1995,
 * max-score; in windows as Lucene does). Sums of a few floats in doubles are exact, so their order does not matter. */
static enum Fault best_documents(Leg *leg, const double *bounds, const uint8_t *allowed, int64_t documents, Best *b) {
    Window *w = calloc(1, sizeof(Window));
    enum Fault fault = FINE;
    int64_t skipped = 0, last_unit = -1;
    if (!w) return NO_MEMORY;
    for (int64_t u = 0; u < WINDOW; u++) w->best[u] = -INFINITY;
    for (int64_t base = 0; base < leg->n; base += WINDOW) {
        int64_t limit = base + WINDOW < leg->n ? base + WINDOW : leg->n, count = 0;
        while (skipped < leg->groups && (float)bounds[skipped + 1] <= least(b)) skipped++;
        if (skipped == leg->groups) break;
        for (int64_t g = skipped; g < leg->groups; g++) add_postings(leg, w, g, base, limit);
        /* A little less: whether a score is high enough is seen where it has been rounded. */
        double border = (double)least(b);
        border -= fabs(border) * 1e-6;
        int64_t g = skipped;
        /* As long as nearly every unit that was brought up may come first, there is no use in telling them apart. */
        for (; g > 0 && bounds[g] > EARLY * border; g--) add_postings_from(leg, w, g - 1, base, limit);
        for (;; g--) {
            count = best_list_near(w, border - bounds[g]);
            if (!g || !count) break;
            if (postings_before(leg, g - 1, base, limit) <= LOOKED_UP * count) {
                add_postings(leg, w, g - 1, base, limit);
                continue;
            }
            for (; g-- > 0 && count;) {
                int64_t kept = 0;
                for (int64_t i = 0; i < count; i++) {
                    int64_t u = w->near[i];
                    add_group(leg, g, (int32_t)(base + u), w->sums + u);
                    w->near[kept] = (int32_t)u;
                    kept += w->sums[u] > border - bounds[g];
                }
                count = kept;
            }
            break;
        }
        for (int64_t i = 0; i < count; i++) {
            int64_t unit = base + w->near[i], document = b->owners ? b->owners[unit] : unit;
            float score = (float)w->sums[w->near[i]];
            if (score == 0) continue;
            if (document < 0 || document >= documents) {
                fault = DAMAGED;
                goto done;
            }
            if (allowed && !allowed[document]) continue;
            if (document != b->open.document) {
                close_document(b, last_unit);
                b->open = (Found){score, document};
                b->seen = 0;
            } else if (score > b->open.score) b->open.score = score;
            b->seen++;
            last_unit = unit;
        }
        memset(w->sums, 0, sizeof w->sums);
    }
    close_document(b, last_unit);
    /* Cursors of groups never skipped have seen all their postings, unless units do not ascend or are none. */
    for (int64_t i = leg->first[skipped]; i < leg->first[leg->groups] && skipped < leg->groups; i++)
        if (leg->cursors[i].at != leg->cursors[i].end) fault = DAMAGED;
    qsort(b->heap, (size_t)b->held, sizeof(Found), by_document);
done:
    free(w);
    return fault;
}

/* Order groups by what they can add at most, and sum it up. */
static void order_groups(Leg *leg, const float *most, const int64_t *numbers, Cursor *sorted, int64_t *first, double *bounds) {
    double *own = bounds + 1;
    int64_t *order = leg->first + leg->groups + 1;
    for (int64_t g = 0; g < leg->groups; g++) {
        float bound = 0;
        for (int64_t i = leg->first[g]; i < leg->first[g + 1]; i++) {
            float worth = leg->cursors[i].factor < 0 ? INFINITY : most[numbers[i]] * leg->cursors[i].factor;
            if (!(worth <= bound)) bound = worth;
        }
        int64_t place = g;
        for (; place > 0 && own[place - 1] > (double)bound; place--) {
            own[place] = own[place - 1];
            order[place] = order[place - 1];
        }
        own[place] = (double)bound;
        order[place] = g;
    }
    bounds[0] = 0;
    for (int64_t g = 0, at = 0; g < leg->groups; g++) {
        first[g] = at;
        for (int64_t i = leg->first[order[g]]; i < leg->first[order[g] + 1]; i++) sorted[at++] = leg->cursors[i];
        first[g + 1] = at;
        bounds[g + 1] += bounds[g];
    }
    leg->cursors = sorted;
    leg->first = first;
}

/* What `best_documents` is given, in order; of a leg's arrays, then of the question, then what is written. */
enum { INDPTR, UNITS, POSTED, MOST, OWNERS, TERMS, FACTORS, SIZES, ALLOWED, BEST, BEST_SCORES, BEST_ARGUMENTS };

static PyObject *best_of_leg(PyObject *self, PyObject *const *args, Py_ssize_t given) {
    Array a[BEST_ARGUMENTS];
    if (expect(given, BEST_ARGUMENTS + 1) < 0) return NULL;
    long long documents = PyLong_AsLongLong(args[BEST_ARGUMENTS]);
    if (documents == -1 && PyErr_Occurred()) return NULL;
    if (take(a, args, "84444" "848" "1" "HD") < 0) return NULL;
    enum Fault fault = DAMAGED;
    Best b = {.depth = a[BEST].length, .open = {0, -1}};
    int64_t asked = a[TERMS].length, groups = a[SIZES].length;
    if (a[INDPTR].length > 0 && a[UNITS].length == a[POSTED].length && a[MOST].length == a[INDPTR].length - 1 &&
        a[FACTORS].length == asked && a[BEST_SCORES].length == b.depth && documents >= 0 &&
        (!a[ALLOWED].length || a[ALLOWED].length == documents)) {
        Py_BEGIN_ALLOW_THREADS
        Cursor *cursors = malloc((size_t)(2 * asked + 1) * sizeof(Cursor));
        int64_t *first = malloc((size_t)(3 * groups + 3) * sizeof(int64_t));
        double *bounds = malloc((size_t)(groups + 1) * sizeof(double));
        b.heap = malloc((size_t)(b.depth + 1) * sizeof(Found));
        b.n = a[OWNERS].length ? a[OWNERS].length : documents;
        b.owners = a[OWNERS].length ? a[OWNERS].view.buf : NULL;
        Leg leg = {a[UNITS].view.buf, a[POSTED].view.buf, cursors, first, groups, b.n};
        if (!cursors || !first || !bounds || !b.heap) fault = NO_MEMORY;
        else if (set_cursors(&leg, a[INDPTR].view.buf, a[INDPTR].length - 1, a[UNITS].length, a[TERMS].view.buf,
                             a[FACTORS].view.buf, a[SIZES].view.buf, asked)) {
            order_groups(&leg, a[MOST].view.buf, a[TERMS].view.buf, cursors + asked, first + 2 * groups + 1, bounds);
            fault = best_documents(&leg, bounds, a[ALLOWED].length ? a[ALLOWED].view.buf : NULL, documents, &b);
        }
        for (int64_t i = 0; i < b.held && !fault; i++) {
            ((int64_t *)a[BEST].view.buf)[i] = b.heap[i].document;
            ((float *)a[BEST_SCORES].view.buf)[i] = b.heap[i].score;
        }
        free(cursors);
        free(first);
        free(bounds);
        free(b.heap);
        Py_END_ALLOW_THREADS
    }
    release(a, BEST_ARGUMENTS);
    PyObject *none = finish(fault);
    if (!none) return NULL;
    Py_DECREF(none);
    return PyLong_FromLongLong(b.held);
}

static PyObject *scores_of_units(PyObject *self, PyObject *const *args, Py_ssize_t given) {
    Array a[8]; /* indptr, units, weights, numbers, factors, sizes, units wanted (ascending), out */
    if (expect(given, 8) < 0 || take(a, args, "8448488D") < 0) return NULL;
    enum Fault fault = DAMAGED;
    int64_t asked = a[3].length, groups = a[5].length, n = a[6].length;
    const int64_t *wanted = a[6].view.buf;
    if (a[0].length > 0 && a[1].length == a[2].length && a[4].length == asked && a[7].length == n) {
        Py_BEGIN_ALLOW_THREADS
        Cursor *cursors = malloc((size_t)(asked + 1) * sizeof(Cursor));
        int64_t *first = malloc((size_t)(groups + 1) * sizeof(int64_t));
        double *sums = calloc((size_t)n + 1, sizeof(double));
        Leg leg = {a[1].view.buf, a[2].view.buf, cursors, first, groups, 0};
        if (!cursors || !first || !sums) fault = NO_MEMORY;
        else if (set_cursors(&leg, a[0].view.buf, a[0].length - 1, a[1].length, a[3].view.buf, a[4].view.buf,
                             a[5].view.buf, asked)) {
            fault = FINE;
            for (int64_t g = 0; g < groups; g++)
                for (int64_t i = 0; i < n; i++) add_group(&leg, g, (int32_t)wanted[i], sums + i);
            for (int64_t i = 0; i < n; i++) ((float *)a[7].view.buf)[i] = (float)sums[i];
        }
        free(cursors);
        free(first);
        free(sums);
        Py_END_ALLOW_THREADS
    }
    release(a, 8);
    return finish(fault);
}

/* Score every unit. In an index that fits a cache, this takes half as long as leaving most units out. */
static enum Fault score_all(const Leg *leg, float *out) {
    double *sums = calloc((size_t)leg->n + 1, sizeof(double));
    float *best = malloc(((size_t)leg->n + 1) * sizeof(float));
    enum Fault fault = sums && best ? FINE : NO_MEMORY;
    for (int64_t i = 0; i < leg->n && !fault; i++) best[i] = -INFINITY;
    for (int64_t g = 0; g < leg->groups && !fault; g++) {
        int64_t first = leg->first[g], last = leg->first[g + 1];
        for (int64_t i = first; i < last && !fault; i++) {
            Cursor c = leg->cursors[i];
            for (int64_t p = c.at; p < c.end; p++) {
                uint32_t unit = (uint32_t)leg->units[p];
                if (unit >= (uint64_t)leg->n) {
                    fault = DAMAGED;
                    break;
                }
                float worth = leg->weights[p] * c.factor;
                if (last - first == 1) sums[unit] += (double)worth;
                else if (worth > best[unit]) best[unit] = worth;
            }
        }
        for (int64_t i = first; i < last && last - first > 1 && !fault; i++)
            for (int64_t p = leg->cursors[i].at; p < leg->cursors[i].end; p++) {
                int32_t unit = leg->units[p];
                if (best[unit] == -INFINITY) continue;
                sums[unit] += (double)best[unit];
                best[unit] = -INFINITY;
            }
    }
    for (int64_t i = 0; i < leg->n && !fault; i++) out[i] = (float)sums[i];
    free(sums);
    free(best);
    return fault;
}

static PyObject *scores(PyObject *self, PyObject *const *args, Py_ssize_t given) {
    Array a[7]; /* indptr, units, weights, numbers, factors, sizes, out: every unit's score */
    if (expect(given, 7) < 0 || take(a, args, "844848D") < 0) return NULL;
    enum Fault fault = DAMAGED;
    int64_t asked = a[3].length, groups = a[5].length;
    if (a[0].length > 0 && a[1].length == a[2].length && a[4].length == asked) {
        Py_BEGIN_ALLOW_THREADS
        Cursor *cursors = malloc((size_t)(asked + 1) * sizeof(Cursor));
        int64_t *first = malloc((size_t)(groups + 1) * sizeof(int64_t));
        Leg leg = {a[1].view.buf, a[2].view.buf, cursors, first, groups, a[6].length};
        if (!cursors || !first) fault = NO_MEMORY;
        else if (set_cursors(&leg, a[0].view.buf, a[0].length - 1, a[1].length, a[3].view.buf, a[4].view.buf,
                             a[5].view.buf, asked))
            fault = score_all(&leg, a[6].view.buf);
        free(cursors);
        free(first);
        Py_END_ALLOW_THREADS
    }
    release(a, 7);
    return finish(fault);
}

/* The place of the first score from `i` on that reaches a limit; `n` where there is none. */
static int64_t next_from(const float *s, int64_t i, int64_t n, float limit) {
    while (i < n && s[i] < limit) i++;
    return i;
}

static float largest(const float *s, int64_t n) {
    float most = s[0];
    for (int64_t i = 1; i < n; i++) most = s[i] > most ? s[i] : most;
    return most;
}

#ifdef WIDE
WIDE static int64_t wide_next_from(const float *s, int64_t i, int64_t n, float limit) {
    __m256 least = _mm256_set1_ps(limit);
    for (; i + 8 <= n; i += 8) {
        int reach = _mm256_movemask_ps(_mm256_cmp_ps(_mm256_loadu_ps(s + i), least, _CMP_GE_OQ));
        if (reach) return i + __builtin_ctz((unsigned)reach);
    }
    return next_from(s, i, n, limit);
}

WIDE static float wide_largest(const float *s, int64_t n) {
    float most[8], rest = -INFINITY;
    __m256 best = _mm256_set1_ps(-INFINITY);
    int64_t i = 0;
    for (; i + 8 <= n; i += 8) best = _mm256_max_ps(best, _mm256_loadu_ps(s + i));
    _mm256_storeu_ps(most, best);
    for (; i < n; i++) rest = s[i] > rest ? s[i] : rest;
    for (int64_t j = 0; j < 8; j++) rest = most[j] > rest ? most[j] : rest;
    return rest;
}
#endif

static int64_t (*best_next_from)(const float *, int64_t, int64_t, float) = next_from;
static float (*best_largest)(const float *, int64_t) = largest;

/* The best that reach a limit, the worst of them first. */
static int64_t heap_of(const float *s, int64_t n, Found *heap, int64_t depth, float limit) {
    int64_t held = 0;
    for (int64_t i = best_next_from(s, 0, n, limit); i < n && depth > 0; i = best_next_from(s, i + 1, n, limit)) {
        if (s[i] == 0) continue;
        if (held < depth) {
            heap[held++] = (Found){s[i], i};
            if (held < depth) continue;
            for (int64_t j = held / 2; j-- > 0;) sift_down(heap, held, j);
        } else if (s[i] > heap[0].score) {
            heap[0] = (Found){s[i], i};
            sift_down(heap, held, 0);
        }
        limit = heap[0].score > limit ? heap[0].score : limit;
    }
    return held;
}

enum { BLOCK = 64, MOST_BLOCKS = 2048 };

int64_t best_of(const float *s, int64_t n, Found *heap, int64_t depth) {
    float tops[MOST_BLOCKS], limit = -INFINITY;
    int64_t size = n / MOST_BLOCKS + 1 > BLOCK ? n / MOST_BLOCKS + 1 : BLOCK, blocks = n / size;
    /* As many blocks as are wanted have a score that reaches the least of the best blocks' own: few others have. */
    if (depth > 0 && blocks >= 2 * depth) {
        for (int64_t i = 0; i < blocks; i++) tops[i] = best_largest(s + i * size, size);
        if (heap_of(tops, blocks, heap, depth, limit) == depth && heap[0].score > 0) limit = heap[0].score;
    }
    int64_t held = heap_of(s, n, heap, depth, limit);
    qsort(heap, (size_t)held, sizeof(Found), by_document);
    return held;
}

static PyObject *best(PyObject *self, PyObject *const *args, Py_ssize_t given) {
    Array a[2]; /* scores; out: the places of the best */
    int64_t held = 0;
    if (expect(given, 2) < 0 || take(a, args, "4H") < 0) return NULL;
    Found *heap = malloc(((size_t)a[1].length + 1) * sizeof(Found));
    if (heap) {
        Py_BEGIN_ALLOW_THREADS
        held = best_of(a[0].view.buf, a[0].length, heap, a[1].length);
        for (int64_t i = 0; i < held; i++) ((int64_t *)a[1].view.buf)[i] = heap[i].document;
        Py_END_ALLOW_THREADS
    }
    release(a, 2);
    if (!heap) return PyErr_NoMemory();
    free(heap);
    return PyLong_FromLongLong(held);
}

/* ---- features: read_words, and Spelling.scores ---- */

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

static PyObject *read_documents(PyObject *self, PyObject *const *args, Py_ssize_t given) {
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

/* ---- dot products: DenseIndex and UnitVectors ---- */

static float dot(const float *a, const float *b, int64_t n) {
    float sums[LANES] = {0}, sum = 0;
    int64_t i = 0;
    for (; i + LANES <= n; i += LANES)
        for (int64_t j = 0; j < LANES; j++) sums[j] += a[i + j] * b[i + j];
    for (int64_t j = 0; i + j < n; j++) sums[j] += a[i + j] * b[i + j];
    for (int64_t j = 0; j < LANES; j++) sum += sums[j];
    return sum;
}

/* `b` is followed by zeros up to a multiple of LANES, and so many bytes can be read of `a`. */
static float dot_packed(const int8_t *a, const float *b, int64_t n) {
    float sums[LANES] = {0}, sum = 0;
    for (int64_t i = 0; i < n; i += LANES)
        for (int64_t j = 0; j < LANES; j++) sums[j] += (float)a[i + j] * b[i + j];
    for (int64_t j = 0; j < LANES; j++) sum += sums[j];
    return sum;
}

static float (*best_dot)(const float *, const float *, int64_t) = dot;
static float (*best_dot_packed)(const int8_t *, const float *, int64_t) = dot_packed;

#ifdef WIDE
/* The same sums in two registers: compilers do not find this by themselves. */
WIDE static float total(__m256 low, __m256 high) {
    float sums[LANES], sum = 0;
    _mm256_storeu_ps(sums, low);
    _mm256_storeu_ps(sums + 8, high);
    for (int64_t j = 0; j < LANES; j++) sum += sums[j];
    return sum;
}

WIDE static float wide_dot(const float *a, const float *b, int64_t n) {
    __m256 low = _mm256_setzero_ps(), high = _mm256_setzero_ps();
    float rest_a[LANES] = {0}, rest_b[LANES] = {0};
    int64_t i = 0;
    for (; i + LANES <= n; i += LANES) {
        low = _mm256_add_ps(low, _mm256_mul_ps(_mm256_loadu_ps(a + i), _mm256_loadu_ps(b + i)));
        high = _mm256_add_ps(high, _mm256_mul_ps(_mm256_loadu_ps(a + i + 8), _mm256_loadu_ps(b + i + 8)));
    }
    memcpy(rest_a, a + i, (size_t)(n - i) * sizeof(float));
    memcpy(rest_b, b + i, (size_t)(n - i) * sizeof(float));
    low = _mm256_add_ps(low, _mm256_mul_ps(_mm256_loadu_ps(rest_a), _mm256_loadu_ps(rest_b)));
    high = _mm256_add_ps(high, _mm256_mul_ps(_mm256_loadu_ps(rest_a + 8), _mm256_loadu_ps(rest_b + 8)));
    return total(low, high);
}

WIDE static float wide_dot_packed(const int8_t *a, const float *b, int64_t n) {
    __m256 low = _mm256_setzero_ps(), high = _mm256_setzero_ps();
    for (int64_t i = 0; i < n; i += LANES) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(a + i));
        __m256 first = _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(bytes));
        __m256 second = _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_srli_si128(bytes, 8)));
        low = _mm256_add_ps(low, _mm256_mul_ps(first, _mm256_loadu_ps(b + i)));
        high = _mm256_add_ps(high, _mm256_mul_ps(second, _mm256_loadu_ps(b + i + 8)));
    }
    return total(low, high);
}

static void choose(void) {
    if (__builtin_cpu_supports("avx2")) {
        best_dot = wide_dot;
        best_dot_packed = wide_dot_packed;
        best_list_near = wide_list_near;
        best_next_from = wide_next_from;
        best_largest = wide_largest;
    }
}
#else
static void choose(void) {}
#endif

static PyObject *dots(PyObject *self, PyObject *const *args, Py_ssize_t given) {
    Array a[4]; /* vectors, rows, question, out */
    if (expect(given, 4) < 0 || take(a, args, "484D") < 0) return NULL;
    enum Fault fault = FINE;
    int64_t dimension = a[2].length, rows = dimension ? a[0].length / dimension : 0;
    const int64_t *row = a[1].view.buf;
    float *out = a[3].view.buf;
    if (a[1].length != a[3].length) fault = DAMAGED;
    Py_BEGIN_ALLOW_THREADS
    for (Py_ssize_t i = 0; i < a[1].length && !fault; i++) {
        if (row[i] < 0 || row[i] >= rows) fault = DAMAGED;
        else if (i + 2 < a[1].length && row[i + 2] >= 0 && row[i + 2] < rows)
            fetch((const float *)a[0].view.buf + row[i + 2] * dimension, 4 * dimension);
        if (!fault) out[i] = best_dot((const float *)a[0].view.buf + row[i] * dimension, a[2].view.buf, dimension);
    }
    Py_END_ALLOW_THREADS
    release(a, 4);
    return finish(fault);
}

/* vectors, first passage of each document, documents, question, out: the best passage's score, 0 or above */
static PyObject *best_dots(PyObject *self, PyObject *const *args, Py_ssize_t given) {
    Array a[5];
    if (expect(given, 5) < 0 || take(a, args, "4884D") < 0) return NULL;
    enum Fault fault = FINE;
    int64_t dimension = a[3].length, rows = dimension ? a[0].length / dimension : 0, n = a[2].length;
    const float *vectors = a[0].view.buf;
    const int64_t *starts = a[1].view.buf, *documents = a[2].view.buf;
    float *out = a[4].view.buf;
    if (a[4].length != n) fault = DAMAGED;
    Py_BEGIN_ALLOW_THREADS
    for (int64_t i = 0; i < n && !fault; i++) {
        if (documents[i] < 0 || documents[i] + 1 >= a[1].length || starts[documents[i]] < 0 ||
            starts[documents[i] + 1] > rows) {
            fault = DAMAGED;
            break;
        }
        if (i + 1 < n && documents[i + 1] >= 0 && documents[i + 1] < a[1].length) {
            int64_t next = starts[documents[i + 1]];
            if (next >= 0 && next < rows) fetch(vectors + next * dimension, 4 * dimension);
        }
        float most = 0;
        for (int64_t row = starts[documents[i]]; row < starts[documents[i] + 1]; row++) {
            float score = best_dot(vectors + row * dimension, a[3].view.buf, dimension);
            if (score > most) most = score;
        }
        out[i] = most;
    }
    Py_END_ALLOW_THREADS
    release(a, 5);
    return finish(fault);
}

typedef struct {
    int64_t passage;
    float score;
} Near;

static int nearer(const void *a, const void *b) {
    const Near *x = a, *y = b;
    if (x->score != y->score) return x->score < y->score ? 1 : -1;
    return (x->passage > y->passage) - (x->passage < y->passage);
}

/* The owners of the `depth` listed rows with the largest dot products, each once; returns how many there are. */
static int64_t nearest_of(const float *vectors, int64_t rows, const float *question, int64_t dimension,
                          const int64_t *listed, int64_t n, const int32_t *owners, int64_t documents, float least,
                          int64_t *found, float *scores, int64_t depth, enum Fault *fault) {
    Near *near = malloc(((size_t)n + 1) * sizeof(Near));
    uint8_t *seen = calloc((size_t)documents / 8 + 1, 1);
    int64_t held = 0, taken = 0;
    if (!near || !seen) *fault = NO_MEMORY;
    for (int64_t i = 0; i < n && !*fault; i++) {
        if (i + 2 < n && listed[i + 2] >= 0 && listed[i + 2] < rows)
            fetch(vectors + listed[i + 2] * dimension, 4 * dimension);
        if (listed[i] < 0) continue; /* fewer were found */
        if (listed[i] >= rows) *fault = DAMAGED;
        else {
            float score = best_dot(vectors + listed[i] * dimension, question, dimension);
            if (score > least) near[held++] = (Near){listed[i], score};
        }
    }
    if (!*fault) qsort(near, (size_t)held, sizeof(Near), nearer);
    for (int64_t i = 0; i < held && i < depth && !*fault; i++) {
        uint32_t owner = (uint32_t)owners[near[i].passage];
        if (owner >= (uint64_t)documents) {
            *fault = DAMAGED;
            break;
        }
        if (seen[owner >> 3] >> (owner & 7) & 1) continue;
        seen[owner >> 3] |= (uint8_t)(1 << (owner & 7));
        found[taken] = owner;
        scores[taken++] = near[i].score;
    }
    free(near);
    free(seen);
    return taken;
}

/* vectors, question, listed rows, their owners, (least score, owners there are), owners found, their scores */
static PyObject *nearest(PyObject *self, PyObject *const *args, Py_ssize_t given) {
    Array a[7];
    if (expect(given, 7) < 0 || take(a, args, "44848HD") < 0) return NULL;
    enum Fault fault = FINE;
    int64_t dimension = a[1].length, rows = dimension ? a[0].length / dimension : 0, held = 0;
    if (a[3].length != rows || a[4].length != 2 || a[5].length != a[6].length) fault = DAMAGED;
    Py_BEGIN_ALLOW_THREADS
    if (!fault) {
        const double *limits = a[4].view.buf;
        held = nearest_of(a[0].view.buf, rows, a[1].view.buf, dimension, a[2].view.buf, a[2].length, a[3].view.buf,
                          (int64_t)limits[1], (float)limits[0], a[5].view.buf, a[6].view.buf, a[5].length, &fault);
    }
    Py_END_ALLOW_THREADS
    release(a, 7);
    if (fault) return finish(fault);
    return PyLong_FromLongLong(held);
}

static PyObject *nearest_units(PyObject *self, PyObject *const *args, Py_ssize_t given) {
    Array a[7]; /* vectors, factors, question, view bounds, first rows, counts, out (views, documents) */
    if (expect(given, 7) < 0 || take(a, args, "144888D") < 0) return NULL;
    enum Fault fault = FINE;
    int64_t dimension = a[2].length, views = a[3].length - 1, n = a[4].length;
    int64_t rows = dimension ? a[0].length / dimension : 0;
    const int8_t *vectors = a[0].view.buf;
    const float *factors = a[1].view.buf, *question = a[2].view.buf;
    const int64_t *bounds = a[3].view.buf, *first = a[4].view.buf, *count = a[5].view.buf;
    float *out = a[6].view.buf;
    if (views < 0 || a[5].length != n || a[6].length != views * n || a[1].length < rows * views) fault = DAMAGED;
    for (int64_t v = 0; v < views && !fault; v++)
        if (bounds[v] < 0 || bounds[v + 1] < bounds[v] || bounds[v + 1] > dimension) fault = DAMAGED;
    float *views_asked = NULL; /* each view of the question, and zeros */
    int8_t *last_row = NULL;   /* a row with room to read on */
    int64_t room = dimension + LANES, all = rows * dimension;
    Py_BEGIN_ALLOW_THREADS
    if (!fault) {
        views_asked = calloc((size_t)(views * room + 1), sizeof(float));
        last_row = calloc((size_t)(room + 1), 1);
        if (!views_asked || !last_row) fault = NO_MEMORY;
    }
    for (int64_t v = 0; v < views && !fault; v++)
        memcpy(views_asked + v * room, question + bounds[v], (size_t)(bounds[v + 1] - bounds[v]) * sizeof(float));
    for (int64_t i = 0; i < n && !fault; i++) {
        if (first[i] < 0 || count[i] < 0 || first[i] + count[i] > rows) {
            fault = DAMAGED;
            break;
        }
        if (i + 1 < n && first[i + 1] >= 0 && first[i + 1] < rows) fetch(vectors + first[i + 1] * dimension, 2 * dimension);
        for (int64_t v = 0; v < views; v++) {
            float most = 0;
            for (int64_t u = first[i]; u < first[i] + count[i]; u++) {
                const int8_t *row = vectors + u * dimension;
                if ((u + 1) * dimension + LANES > all) row = memcpy(last_row, row, (size_t)dimension);
                float cosine = best_dot_packed(row + bounds[v], views_asked + v * room, bounds[v + 1] - bounds[v]);
                cosine *= factors[u * views + v];
                if (cosine > most) most = cosine;
            }
            out[v * n + i] = most;
        }
    }
    free(views_asked);
    free(last_row);
    Py_END_ALLOW_THREADS
    release(a, 7);
    return finish(fault);
}

/* Packed rows, factors (rows, views), (dimension, view, its start, its end), rows wanted (-1: zeros), directions (n, of the
 * view's dimension), out (rows wanted, n): cosines, no less than 0 and no more than 1. */
static PyObject *view_cosines(PyObject *self, PyObject *const *args, Py_ssize_t given) {
    Array a[6];
    if (expect(given, 6) < 0 || take(a, args, "14884D") < 0) return NULL;
    enum Fault fault = a[2].length == 4 ? FINE : DAMAGED;
    const int64_t *where = a[2].view.buf, *wanted = a[3].view.buf;
    int64_t dimension = 0, view = 0, start = 0, own = 0, rows = 0, views = 0, n = a[3].length, directions = 0;
    if (!fault) {
        dimension = where[0], view = where[1], start = where[2], own = where[3] - start;
        if (dimension < 1 || start < 0 || own < 1 || where[3] > dimension || a[0].length % dimension) fault = DAMAGED;
    }
    if (!fault) {
        rows = a[0].length / dimension;
        views = rows ? a[1].length / rows : 1;
        directions = a[4].length / own;
        if (view < 0 || view >= views || a[5].length != n * directions) fault = DAMAGED;
    }
    const int8_t *packed = a[0].view.buf;
    const float *factors = a[1].view.buf, *given_directions = a[4].view.buf;
    float *out = a[5].view.buf;
    int64_t room = own + LANES;
    float *asked = NULL;
    int8_t *last_row = NULL;
    Py_BEGIN_ALLOW_THREADS
    if (!fault) {
        asked = calloc((size_t)(directions * room + 1), sizeof(float));
        last_row = calloc((size_t)(room + 1), 1);
        if (!asked || !last_row) fault = NO_MEMORY;
    }
    for (int64_t g = 0; g < directions && !fault; g++)
        memcpy(asked + g * room, given_directions + g * own, (size_t)own * sizeof(float));
    for (int64_t i = 0; i < n && !fault; i++) {
        if (wanted[i] >= rows) fault = DAMAGED;
        if (wanted[i] < 0 || fault) {
            for (int64_t g = 0; g < directions; g++) out[i * directions + g] = 0;
            continue;
        }
        const int8_t *row = packed + wanted[i] * dimension + start;
        if (wanted[i] * dimension + start + own + LANES > rows * dimension) row = memcpy(last_row, row, (size_t)own);
        float factor = factors[wanted[i] * views + view];
        for (int64_t g = 0; g < directions; g++) {
            float cosine = best_dot_packed(row, asked + g * room, own) * factor;
            out[i * directions + g] = cosine < 0 ? 0 : cosine > 1 ? 1 : cosine;
        }
    }
    free(asked);
    free(last_row);
    Py_END_ALLOW_THREADS
    release(a, 6);
    return finish(fault);
}

/* ---- encoding: WordVectors.add and WordVectors.scale ---- */

/* packed rows, factors (rows, views), view bounds, row numbers, weights, out: the weighted sum of the rows */
static PyObject *sum_rows(PyObject *self, PyObject *const *args, Py_ssize_t given) {
    Array a[6];
    if (expect(given, 6) < 0 || take(a, args, "14884D") < 0) return NULL;
    enum Fault fault = FINE;
    int64_t dimension = a[5].length, views = a[2].length - 1, rows = dimension ? a[0].length / dimension : 0;
    const int8_t *packed = a[0].view.buf;
    const float *factors = a[1].view.buf, *weights = a[4].view.buf;
    const int64_t *bounds = a[2].view.buf, *numbers = a[3].view.buf;
    float *out = a[5].view.buf;
    if (views < 0 || a[3].length != a[4].length || a[1].length < rows * views) fault = DAMAGED;
    for (int64_t v = 0; v < views && !fault; v++)
        if (bounds[v] < 0 || bounds[v + 1] < bounds[v] || bounds[v + 1] > dimension) fault = DAMAGED;
    for (Py_ssize_t i = 0; i < a[3].length && !fault; i++) {
        if (numbers[i] < 0 || numbers[i] >= rows) {
            fault = DAMAGED;
            break;
        }
        const int8_t *row = packed + numbers[i] * dimension;
        for (int64_t v = 0; v < views; v++) {
            float factor = weights[i] * factors[numbers[i] * views + v];
            for (int64_t j = bounds[v]; j < bounds[v + 1]; j++) out[j] += factor * (float)row[j];
        }
    }
    release(a, 6);
    return finish(fault);
}

/* view bounds, a vector: each view is scaled to one over the root of their number; a view of zeros stays */
static PyObject *unit_views(PyObject *self, PyObject *const *args, Py_ssize_t given) {
    Array a[2];
    if (expect(given, 2) < 0 || take(a, args, "8D") < 0) return NULL;
    enum Fault fault = FINE;
    int64_t views = a[0].length - 1;
    const int64_t *bounds = a[0].view.buf;
    float *vector = a[1].view.buf;
    for (int64_t v = 0; v < views && !fault; v++) {
        if (bounds[v] < 0 || bounds[v + 1] < bounds[v] || bounds[v + 1] > a[1].length) {
            fault = DAMAGED;
            break;
        }
        float *own = vector + bounds[v];
        int64_t n = bounds[v + 1] - bounds[v];
        float length = sqrtf(best_dot(own, own, n)), factor = length > 1e-12f ? 1 / length / sqrtf((float)views) : 0;
        for (int64_t j = 0; j < n; j++) own[j] *= factor;
    }
    release(a, 2);
    return finish(fault);
}

/* ---- sums of the vectors of words, when an index is built: vectors/sums.py ---- */

typedef struct {
    const int32_t *terms; /* of all words, one after the other */
    const int64_t *starts, *numbers, *views, *first;
    const uint8_t *kinds;
    const int8_t *words;
    const float *factors;
    int64_t term_count, number_count, row_count, view_count, dimension, unit_count, document_count;
    float scale;
    int8_t *packed;
    float *packed_factors, *rows;
    int64_t packed_count, rows_count;
} Summing;

/* Written so that compilers see what can be done side by side. */
#define ADD_SCALED(name)                                                              \
    static void name(float *sum, const int8_t *word, float factor, int64_t n) {       \
        for (int64_t i = 0; i < n; i++) sum[i] += (float)word[i] * factor;            \
    }
/* Give what the largest of `n` numbers is divided by to become 127, and all of them so divided. */
#define PACK(name)                                                                    \
    static float name(const float *row, int8_t *out, int64_t n) {                     \
        const float round = 12582912; /* to the nearest, halves to even numbers */    \
        uint32_t bits, most = 0;                                                      \
        for (int64_t i = 0; i < n; i++) {                                             \
            memcpy(&bits, row + i, sizeof bits);                                      \
            bits &= 0x7fffffff; /* sizes of numbers have the order of their bits */   \
            most = bits > most ? bits : most;                                         \
        }                                                                             \
        float factor;                                                                 \
        memcpy(&factor, &most, sizeof factor);                                        \
        factor /= 127;                                                                \
        float divisor = factor > 0 ? factor : 1;                                      \
        for (int64_t i = 0; i < n; i++)                                               \
            out[i] = (int8_t)(int32_t)(row[i] / divisor + round - round);             \
        return factor;                                                                \
    }
ADD_SCALED(add_scaled)
PACK(pack)
static void (*best_add_scaled)(float *, const int8_t *, float, int64_t) = add_scaled;
static float (*best_pack)(const float *, int8_t *, int64_t) = pack;
#ifdef WIDE
WIDE ADD_SCALED(wide_add_scaled)
WIDE PACK(wide_pack)
#endif

/* In double precision, one after the other, as `row_lengths` does. */
static float length_of(const float *row, int64_t n) {
    double sum = 0;
    for (int64_t i = 0; i < n; i++) sum += (double)row[i] * (double)row[i];
    return (float)sqrt(sum);
}

static enum Fault sum_words(const Summing *s, int64_t unit, float *sum) {
    int64_t start = s->starts[unit], end = s->starts[unit + 1];
    if (start < 0 || end < start || end > s->term_count) return DAMAGED;
    memset(sum, 0, (size_t)s->dimension * sizeof(float));
    for (int64_t i = start; i < end; i++) {
        if (i + 4 < end) {
            int64_t later = s->terms[i + 4];
            if (later >= 0 && later < s->number_count && s->numbers[later] >= 0 && s->numbers[later] < s->row_count)
                fetch(s->words + s->numbers[later] * s->dimension, s->dimension);
        }
        int64_t term = s->terms[i];
        if (term < 0 || term >= s->number_count) return DAMAGED;
        int64_t row = s->numbers[term];
        if (row < 0 || row >= s->row_count) return DAMAGED;
        for (int64_t v = 0; v < s->view_count; v++)
            best_add_scaled(sum + s->views[v], s->words + row * s->dimension + s->views[v],
                            s->factors[row * s->view_count + v], s->views[v + 1] - s->views[v]);
    }
    return FINE;
}

static void put_row(const Summing *s, const float *sum, float *out) {
    for (int64_t v = 0; v < s->view_count; v++) {
        float length = length_of(sum + s->views[v], s->views[v + 1] - s->views[v]);
        for (int64_t i = s->views[v]; i < s->views[v + 1]; i++)
            out[i] = length > 1e-12f ? sum[i] / length * s->scale : 0;
    }
}

static void put_packed(const Summing *s, const float *sum, int8_t *out, float *factors) {
    for (int64_t v = 0; v < s->view_count; v++) {
        int64_t start = s->views[v], n = s->views[v + 1] - start;
        float length = length_of(sum + start, n), factor = best_pack(sum + start, out + start, n);
        factors[v] = length > 1e-6f ? factor / length : 0;
    }
}

static enum Fault sum_all(const Summing *s) {
    int64_t most = 0, packed = 0, rows = 0, d = s->dimension;
    for (int64_t i = 0; i < s->document_count; i++) {
        int64_t units = s->first[i + 1] - s->first[i];
        if (s->first[i] < 0 || units < 1 || s->first[i + 1] > s->unit_count) return DAMAGED;
        if (units > most) most = units;
    }
    float *sums = malloc(((size_t)(most + 2) * (size_t)d + 1) * sizeof(float));
    if (!sums) return NO_MEMORY;
    float *whole = sums + most * d, *question = whole + d;
    enum Fault fault = FINE;
    for (int64_t i = 0; i < s->document_count && !fault; i++) {
        int64_t first = s->first[i], units = s->first[i + 1] - first, own = 1, told = 0;
        memset(whole, 0, (size_t)d * sizeof(float));
        for (int64_t u = 0; u < units && !fault; u++) {
            fault = sum_words(s, first + u, sums + u * d);
            for (int64_t j = 0; j < d; j++) whole[j] += sums[u * d + j];
            own += s->kinds[first + u] == PHRASING;
            told += s->kinds[first + u] != OTHER;
        }
        if (!fault && (packed + told > s->packed_count || rows + own > s->rows_count)) fault = DAMAGED;
        if (fault) break;
        memcpy(question, sums, (size_t)d * sizeof(float));
        for (int64_t u = 0; u < units; u++) {
            float *sum = sums + u * d;
            if (s->kinds[first + u] == PHRASING) put_row(s, sum, s->rows + rows++ * d);
            if (s->kinds[first + u] == SENTENCE) /* stands together with its document's question */
                for (int64_t j = 0; j < d; j++) sum[j] += question[j];
            if (s->kinds[first + u] != OTHER) {
                put_packed(s, sum, s->packed + packed * d, s->packed_factors + packed * s->view_count);
                packed++;
            }
        }
        put_row(s, whole, s->rows + rows++ * d);
    }
    free(sums);
    return fault || (packed == s->packed_count && rows == s->rows_count) ? fault : DAMAGED;
}

static PyObject *sums(PyObject *self, PyObject *const *args, Py_ssize_t given) {
    Array a[12]; /* terms, starts and kinds of units, first units, numbers, words, factors, views, scale; packed, factors, rows */
    if (expect(given, 12) < 0 || take(a, args, "481881484" "ADD") < 0) return NULL;
    enum Fault fault = DAMAGED;
    const int64_t *views = a[7].view.buf;
    int64_t view_count = a[7].length - 1, d = view_count > 0 ? views[view_count] : 0;
    int fits = d > 0 && views[0] == 0 && a[1].length == a[2].length + 1 && a[3].length > 0 && a[8].length == 1;
    for (int64_t v = 0; fits && v < view_count; v++) fits = views[v] < views[v + 1];
    fits = fits && a[5].length % d == 0 && a[6].length == a[5].length / d * view_count && a[9].length % d == 0 &&
           a[10].length == a[9].length / d * view_count && a[11].length % d == 0;
    if (fits) {
        Summing s = {
            .terms = a[0].view.buf,
            .starts = a[1].view.buf,
            .kinds = a[2].view.buf,
            .first = a[3].view.buf,
            .numbers = a[4].view.buf,
            .words = a[5].view.buf,
            .factors = a[6].view.buf,
            .views = views,
            .scale = *(const float *)a[8].view.buf,
            .packed = a[9].view.buf,
            .packed_factors = a[10].view.buf,
            .rows = a[11].view.buf,
            .term_count = a[0].length,
            .unit_count = a[2].length,
            .document_count = a[3].length - 1,
            .number_count = a[4].length,
            .row_count = a[5].length / d,
            .view_count = view_count,
            .dimension = d,
            .packed_count = a[9].length / d,
            .rows_count = a[11].length / d,
        };
        Py_BEGIN_ALLOW_THREADS
        fault = sum_all(&s);
        Py_END_ALLOW_THREADS
    }
    release(a, 12);
    return finish(fault);
}

/* ---- codes of four bits, when an index is built: index/fast_scan.py ---- */

enum { CENTRES = 16 };

/* The number of the nearest of 16 centres, the first of those that are equally near. Sums run dimension by dimension. */
#define NEAREST_CENTRE(name)                                                                \
    static int name(const float *own, const float *centres, int64_t dimensions) {           \
        float sums[CENTRES] = {0};                                                          \
        for (int64_t j = 0; j < dimensions; j++)                                            \
            for (int c = 0; c < CENTRES; c++) {                                             \
                float difference = own[j] - centres[j * CENTRES + c];                       \
                sums[c] += difference * difference;                                         \
            }                                                                               \
        uint32_t bits[CENTRES], least = UINT32_MAX; /* sizes of numbers have the order of their bits */ \
        memcpy(bits, sums, sizeof bits);                                                    \
        for (int c = 0; c < CENTRES; c++) least = bits[c] < least ? bits[c] : least;        \
        int last = 0;                                                                       \
        for (int c = 0; c < CENTRES; c++) {                                                 \
            int from_behind = bits[c] == least ? CENTRES - c : 0;                           \
            last = from_behind > last ? from_behind : last;                                 \
        }                                                                                   \
        return CENTRES - last;                                                              \
    }
NEAREST_CENTRE(nearest_centre)
static int (*best_nearest_centre)(const float *, const float *, int64_t) = nearest_centre;
#ifdef WIDE
WIDE NEAREST_CENTRE(wide_nearest_centre)
#endif

/* vectors; centres (parts of a vector, their dimensions, 16); codes of the vectors, two parts in a byte */
static PyObject *codes(PyObject *self, PyObject *const *args, Py_ssize_t given) {
    Array a[4]; /* the last: how many parts */
    if (expect(given, 4) < 0 || take(a, args, "44A8") < 0) return NULL;
    const float *vectors = a[0].view.buf, *centres = a[1].view.buf;
    uint8_t *out = a[2].view.buf;
    int64_t parts = a[3].length == 1 ? *(const int64_t *)a[3].view.buf : 0;
    enum Fault fault = parts > 0 && a[1].length > 0 && a[1].length % (parts * CENTRES) == 0 ? FINE : DAMAGED;
    int64_t own = fault ? 1 : a[1].length / (parts * CENTRES), width = (parts + 1) / 2;
    int64_t rows = fault ? 0 : a[0].length / (parts * own);
    if (!fault && (a[0].length % (parts * own) || a[2].length != rows * width)) fault = DAMAGED;
    Py_BEGIN_ALLOW_THREADS
    for (int64_t i = 0; i < rows && !fault; i++) {
        memset(out + i * width, 0, (size_t)width);
        for (int64_t p = 0; p < parts; p++) {
            int nearest = best_nearest_centre(vectors + (i * parts + p) * own, centres + p * own * CENTRES, own);
            out[i * width + p / 2] |= (uint8_t)(nearest << (p % 2 * 4));
        }
    }
    Py_END_ALLOW_THREADS
    release(a, 4);
    return finish(fault);
}

static void choose_for_building(void) {
#ifdef WIDE
    if (__builtin_cpu_supports("avx2")) {
        best_add_scaled = wide_add_scaled;
        best_pack = wide_pack;
        best_nearest_centre = wide_nearest_centre;
    }
#endif
}

/* ---- counting, when an index is built: index/counting.py ---- */

/* Texts as numbers of terms, one after the other. */
typedef struct {
    const int32_t *terms;
    const int64_t *sizes;  /* terms in each text */
    const int32_t *places; /* the unit of each text, texts of one unit side by side; negative: the text is left out */
    int64_t texts;
    int32_t *last; /* the last unit each term was met in */
} Counted;

/* From the first three arrays, and how many terms are told apart. */
static enum Fault begin_counting(Counted *c, const Array *a, int64_t terms) {
    *c = (Counted){.terms = a[0].view.buf, .sizes = a[1].view.buf, .places = a[2].view.buf, .texts = a[1].length};
    int64_t left = a[0].length;
    if (a[2].length != c->texts) return DAMAGED;
    for (int64_t i = 0; i < c->texts; i++) {
        if (c->sizes[i] < 0 || c->sizes[i] > left) return DAMAGED;
        left -= c->sizes[i];
    }
    c->last = malloc(((size_t)terms + 1) * sizeof(int32_t));
    if (!c->last) return NO_MEMORY;
    for (int64_t t = 0; t < terms; t++) c->last[t] = -1;
    return FINE;
}

/* terms, sizes and places as above; for each term, to which is added how many units hold it */
static PyObject *held(PyObject *self, PyObject *const *args, Py_ssize_t given) {
    Array a[4];
    if (expect(given, 4) < 0 || take(a, args, "484D") < 0) return NULL;
    int32_t *found = a[3].view.buf;
    int64_t terms = a[3].length;
    Counted c = {0};
    enum Fault fault;
    Py_BEGIN_ALLOW_THREADS
    fault = begin_counting(&c, a, terms);
    const int32_t *term = c.terms;
    for (int64_t i = 0; i < c.texts && !fault; term += c.sizes[i++])
        for (int64_t j = 0; j < c.sizes[i] && c.places[i] >= 0; j++) {
            if (term[j] < 0 || term[j] >= terms) {
                fault = DAMAGED;
                break;
            }
            found[term[j]] += c.last[term[j]] != c.places[i];
            c.last[term[j]] = c.places[i];
        }
    Py_END_ALLOW_THREADS
    free(c.last);
    release(a, 4);
    return finish(fault);
}

/* terms, sizes and places as above; the first term that counts; where the next unit of each term from there on goes,
 * which moves on; units and how often they hold it. Other terms are left out. */
static PyObject *postings(PyObject *self, PyObject *const *args, Py_ssize_t given) {
    Array a[7];
    if (expect(given, 7) < 0 || take(a, args, "4848HDB") < 0) return NULL;
    int64_t *next = a[4].view.buf, terms = a[4].length, room = a[5].length;
    int32_t *units = a[5].view.buf;
    uint16_t *tfs = a[6].view.buf;
    Counted c = {0};
    enum Fault fault;
    Py_BEGIN_ALLOW_THREADS
    fault = a[3].length == 1 && a[6].length == room ? begin_counting(&c, a, terms) : DAMAGED;
    int64_t first = fault ? 0 : *(const int64_t *)a[3].view.buf;
    const int32_t *term = c.terms;
    for (int64_t i = 0; i < c.texts && !fault; term += c.sizes[i++])
        for (int64_t j = 0; j < c.sizes[i] && c.places[i] >= 0; j++) {
            int64_t t = term[j] - first;
            if (t < 0 || t >= terms) continue;
            if (c.last[t] == c.places[i]) {
                tfs[next[t] - 1] += tfs[next[t] - 1] < UINT16_MAX;
                continue;
            }
            if (next[t] < 0 || next[t] >= room) {
                fault = DAMAGED;
                break;
            }
            c.last[t] = c.places[i];
            units[next[t]] = c.places[i];
            tfs[next[t]++] = 1;
        }
    Py_END_ALLOW_THREADS
    free(c.last);
    release(a, 7);
    return finish(fault);
}

/* keys; the number of each: keys are numbered as they come. Returns how many there are. */
static PyObject *number(PyObject *self, PyObject *const *args, Py_ssize_t given) {
    Array a[2];
    if (expect(given, 2) < 0 || take(a, args, "8D") < 0) return NULL;
    const uint64_t *keys = a[0].view.buf;
    int32_t *ids = a[1].view.buf, found = 0;
    size_t room = 16;
    while (room < 2 * (size_t)a[0].length) room *= 2;
    int64_t *places = a[1].length == a[0].length ? malloc(room * sizeof(int64_t)) : NULL; /* where a key first stands */
    Py_BEGIN_ALLOW_THREADS
    if (places) memset(places, -1, room * sizeof(int64_t));
    for (int64_t i = 0; places && i < a[0].length; i++) {
        size_t p = (size_t)((keys[i] * 0x9E3779B97F4A7C15u) >> 20) & (room - 1);
        while (places[p] >= 0 && keys[places[p]] != keys[i]) p = (p + 1) & (room - 1);
        if (places[p] < 0) {
            places[p] = i;
            ids[i] = found++;
        } else {
            ids[i] = ids[places[p]];
        }
    }
    Py_END_ALLOW_THREADS
    enum Fault fault = places ? FINE : a[1].length == a[0].length ? NO_MEMORY : DAMAGED;
    free(places);
    release(a, 2);
    PyObject *none = finish(fault);
    Py_XDECREF(none);
    return none ? PyLong_FromLong(found) : NULL;
}

/* ---- words, when an index is built: tokens.mecab ---- */

/* MeCab's node (mecab.h of 0.996, the only version that is used), up to what is read of it. */
typedef struct Node {
    struct Node *prev, *next, *enext, *bnext;
    void *rpath, *lpath;
    const char *surface, *feature;
    unsigned int id;
    unsigned short length, rlength, rcAttr, lcAttr, posid;
    unsigned char char_type, stat;
} Node;
enum { KNOWN_WORD = 0, UNKNOWN_WORD = 1 };

/* One entry of the dictionary as it was written, white space before it included. */
typedef struct {
    uint64_t hash;
    const char *feature;
    char *written;
    size_t size;
    PyObject *read; /* what Python made of it */
} Entry;

typedef struct {
    const Node *(*parse)(void *, const char *, size_t);
    void *tagger;
    PyObject *reader;
    size_t most, count, room; /* room: places, a power of two */
    Entry *entries;           /* by place; a place without `read` is free */
} Memory;

static const char *const MEMORY = "faqsearch._kernel.memory";

static void forget(Memory *m) {
    for (size_t i = 0; i < m->room; i++) {
        free(m->entries[i].written);
        Py_XDECREF(m->entries[i].read);
    }
    free(m->entries);
    m->entries = NULL;
    m->room = m->count = 0;
}

static void drop_memory(PyObject *capsule) {
    Memory *m = PyCapsule_GetPointer(capsule, MEMORY);
    forget(m);
    Py_DECREF(m->reader);
    free(m);
}

/* The place of an entry, or the free one where it belongs; there is always one. */
static Entry *place_of(const Memory *m, uint64_t hash, const char *feature, const char *written, size_t size) {
    size_t i = (size_t)hash & (m->room - 1);
    for (;; i = (i + 1) & (m->room - 1)) {
        Entry *e = m->entries + i;
        if (!e->read) return e;
        if (e->hash == hash && e->feature == feature && e->size == size && !memcmp(e->written, written, size)) return e;
    }
}

static int make_room(Memory *m) {
    if (m->count >= m->most) forget(m);
    if (m->count * 2 < m->room) return 0;
    Memory larger = *m;
    larger.room = m->room ? 2 * m->room : 1 << 12;
    larger.entries = calloc(larger.room, sizeof(Entry));
    if (!larger.entries) return -1;
    for (size_t i = 0; i < m->room; i++) {
        Entry *e = m->entries + i;
        if (e->read) *place_of(&larger, e->hash, e->feature, e->written, e->size) = *e;
    }
    free(m->entries);
    *m = larger;
    return 0;
}

static PyObject *new_memory(PyObject *self, PyObject *const *args, Py_ssize_t given) {
    if (expect(given, 4) < 0) return NULL; /* address of mecab_sparse_tonode2, of a tagger, reader, most */
    void *parse = PyLong_AsVoidPtr(args[0]), *tagger = PyLong_AsVoidPtr(args[1]);
    size_t most = PyLong_AsSize_t(args[3]);
    if (PyErr_Occurred()) return NULL;
    Memory *m = calloc(1, sizeof(Memory));
    if (!m) return PyErr_NoMemory();
    memcpy(&m->parse, &parse, sizeof parse);
    m->tagger = tagger;
    m->most = most;
    m->reader = Py_NewRef(args[2]);
    PyObject *capsule = PyCapsule_New(m, MEMORY, drop_memory);
    if (!capsule) {
        Py_DECREF(m->reader);
        free(m);
    }
    return capsule;
}

/* Let Python read an entry, and remember what it made of it. */
static PyObject *read_entry(Memory *m, Entry entry) {
    PyObject *line = PyUnicode_DecodeUTF8(entry.written, (Py_ssize_t)entry.size, "surrogatepass");
    PyObject *whole = line ? PyUnicode_FromFormat("%U\t%s", line, entry.feature) : NULL;
    PyObject *read = whole ? PyObject_CallFunctionObjArgs(m->reader, whole, NULL) : NULL;
    Py_XDECREF(line);
    Py_XDECREF(whole);
    if (!read) return NULL;
    /* Meanwhile others may have been here. */
    if (make_room(m) < 0) {
        Py_DECREF(read);
        return PyErr_NoMemory();
    }
    Entry *place = place_of(m, entry.hash, entry.feature, entry.written, entry.size);
    if (!place->read) {
        char *written = malloc(entry.size + 1);
        if (!written) {
            Py_DECREF(read);
            return PyErr_NoMemory();
        }
        memcpy(written, entry.written, entry.size);
        *place = entry;
        place->written = written;
        place->read = Py_NewRef(read);
        m->count++;
    }
    return read;
}

/* What Python made of the entries of a text, one for each word. The nodes are the tagger's, and others may take it
 * whenever Python code runs: all of them are looked at first. */
static PyObject *lexemes_of(Memory *m, PyObject *written) {
    Py_ssize_t size;
    const char *text = PyUnicode_AsUTF8AndSize(written, &size);
    if (!text || make_room(m) < 0) return PyErr_Occurred() ? NULL : PyErr_NoMemory();
    const Node *node = m->parse(m->tagger, text, (size_t)size);
    if (!node) {
        PyErr_SetString(PyExc_RuntimeError, "MeCab cannot parse a text");
        return NULL;
    }
    Py_ssize_t count = 0, unread = 0;
    for (const Node *n = node; n; n = n->next) count += n->stat == KNOWN_WORD || n->stat == UNKNOWN_WORD;
    PyObject *found = PyList_New(count);
    Entry *entries = malloc(((size_t)count + 1) * sizeof(Entry));
    Py_ssize_t *places = malloc(((size_t)count + 1) * sizeof(Py_ssize_t));
    Py_ssize_t at = 0;
    int fine = found && entries && places;
    for (; fine && node; node = node->next) {
        if (node->stat != KNOWN_WORD && node->stat != UNKNOWN_WORD) continue;
        Entry e = {.feature = node->feature, .size = node->rlength};
        e.written = (char *)node->surface - (node->rlength - node->length);
        e.hash = (uint64_t)(uintptr_t)e.feature;
        for (size_t i = 0; i < e.size; i++) e.hash = (e.hash ^ (uint8_t)e.written[i]) * 0x100000001B3u;
        e.hash ^= e.hash >> 29;
        Entry *known = place_of(m, e.hash, e.feature, e.written, e.size);
        if (known->read) {
            PyList_SetItem(found, at, Py_NewRef(known->read));
        } else {
            entries[unread] = e;
            places[unread++] = at;
        }
        at++;
    }
    for (Py_ssize_t i = 0; fine && i < unread; i++) {
        Entry *known = m->room ? place_of(m, entries[i].hash, entries[i].feature, entries[i].written, entries[i].size) : NULL;
        PyObject *read = known && known->read ? Py_NewRef(known->read) : read_entry(m, entries[i]);
        fine = read && PyList_SetItem(found, places[i], read) == 0;
    }
    free(entries);
    free(places);
    if (fine) return found;
    Py_XDECREF(found);
    return PyErr_Occurred() ? NULL : PyErr_NoMemory();
}

static PyObject *lexemes(PyObject *self, PyObject *const *args, Py_ssize_t given) {
    if (expect(given, 2) < 0) return NULL; /* memory, text */
    Memory *m = PyCapsule_GetPointer(args[0], MEMORY);
    return m ? lexemes_of(m, args[1]) : NULL;
}

/* ---- words as numbers, when an index is built: tokens.numbered ---- */

/* What a lexeme gives; by the object itself, which is kept. */
typedef struct {
    PyObject *lexeme;
    int32_t term, pair; /* negative: none */
    int64_t indent, width;
} Given;

typedef struct {
    PyObject *reader;
    size_t most, count, room; /* room: places, a power of two; a place without `lexeme` is free */
    Given *given;
} Numbering;

static const char *const NUMBERING = "faqsearch._kernel.numbering";

static void forget_given(Numbering *m) {
    Given *given = m->given;
    size_t room = m->room;
    m->given = NULL;
    m->room = m->count = 0;
    for (size_t i = 0; i < room; i++) Py_XDECREF(given[i].lexeme);
    free(given);
}

static void drop_numbering(PyObject *capsule) {
    Numbering *m = PyCapsule_GetPointer(capsule, NUMBERING);
    forget_given(m);
    Py_DECREF(m->reader);
    free(m);
}

/* The place of a lexeme, or the free one where it belongs; there is always one. */
static Given *given_of(const Numbering *m, const PyObject *lexeme) {
    size_t i = (size_t)(((uint64_t)(uintptr_t)lexeme * 0x9E3779B97F4A7C15u) >> 20) & (m->room - 1);
    while (m->given[i].lexeme && m->given[i].lexeme != lexeme) i = (i + 1) & (m->room - 1);
    return m->given + i;
}

static int make_room_for_given(Numbering *m) {
    if (m->count >= m->most) forget_given(m);
    if (m->count * 2 < m->room) return 0;
    Numbering larger = *m;
    larger.room = m->room ? 2 * m->room : 1 << 12;
    larger.given = calloc(larger.room, sizeof(Given));
    if (!larger.given) return -1;
    for (size_t i = 0; i < m->room; i++)
        if (m->given[i].lexeme) *given_of(&larger, m->given[i].lexeme) = m->given[i];
    free(m->given);
    *m = larger;
    return 0;
}

static PyObject *new_numbering(PyObject *self, PyObject *const *args, Py_ssize_t given) {
    if (expect(given, 2) < 0) return NULL; /* reader: gives term, pair, indent and width of a lexeme; most */
    size_t most = PyLong_AsSize_t(args[1]);
    if (PyErr_Occurred()) return NULL;
    Numbering *m = calloc(1, sizeof(Numbering));
    if (!m) return PyErr_NoMemory();
    m->most = most;
    m->reader = Py_NewRef(args[0]);
    PyObject *capsule = PyCapsule_New(m, NUMBERING, drop_numbering);
    if (!capsule) {
        Py_DECREF(m->reader);
        free(m);
    }
    return capsule;
}

/* What a lexeme gives, from memory or from Python. */
static int give(Numbering *m, PyObject *lexeme, Given *out) {
    if (m->room) {
        const Given *known = given_of(m, lexeme);
        if (known->lexeme) {
            *out = *known;
            return 0;
        }
    }
    Py_ssize_t indent, width;
    Py_INCREF(lexeme); /* its list is Python's, and Python runs */
    PyObject *read = PyObject_CallFunctionObjArgs(m->reader, lexeme, NULL);
    int fine = read && PyArg_ParseTuple(read, "iinn", &out->term, &out->pair, &indent, &width);
    Py_XDECREF(read);
    if (fine && make_room_for_given(m) < 0) {
        PyErr_NoMemory();
        fine = 0;
    }
    if (fine) {
        out->indent = indent;
        out->width = width;
        Given *place = given_of(m, lexeme); /* meanwhile others may have been here */
        if (!place->lexeme) {
            *place = *out;
            place->lexeme = Py_NewRef(lexeme);
            m->count++;
        }
    }
    Py_DECREF(lexeme);
    return fine ? 0 : -1;
}

typedef struct {
    int32_t *numbers;
    size_t count, room;
} Row;

static int push(Row *row, int64_t number) {
    if (row->count == row->room) {
        size_t room = row->room ? 2 * row->room : 1 << 10;
        int32_t *numbers = realloc(row->numbers, room * sizeof(int32_t));
        if (!numbers) {
            PyErr_NoMemory();
            return -1;
        }
        row->numbers = numbers;
        row->room = room;
    }
    row->numbers[row->count++] = (int32_t)number;
    return 0;
}

/* What is written across the lexemes of a piece: for each span its start, up to where it takes their place (0: it stands
 * beside them), how many terms it has, and these. */
typedef struct {
    PyObject *list;
    Py_ssize_t at;
    int64_t start, covers, count; /* of the span at `at`; after the last one, no lexeme starts as late as `start` */
} Spans;

static int next_span(Spans *s) {
    Py_ssize_t left = PyList_Size(s->list) - s->at;
    s->start = INT64_MAX;
    if (left == 0) return 0;
    if (left >= 3) {
        int64_t start = PyLong_AsLongLong(PyList_GetItem(s->list, s->at));
        s->covers = PyLong_AsLongLong(PyList_GetItem(s->list, s->at + 1));
        s->count = PyLong_AsLongLong(PyList_GetItem(s->list, s->at + 2));
        s->at += 3;
        if (PyErr_Occurred()) return -1;
        s->start = start;
        if (s->count >= 0 && s->count <= left - 3 && start < INT64_MAX) return 0;
    }
    PyErr_SetString(PyExc_ValueError, "spans that are none");
    return -1;
}

static int push_spans(Spans *s, int64_t last_start, int64_t *covered, Row *terms) {
    while (s->start <= last_start && s->start < INT64_MAX) {
        for (int64_t i = 0; i < s->count; i++, s->at++) {
            PyObject *number = PyList_GetItem(s->list, s->at);
            int64_t term = number ? PyLong_AsLongLong(number) : -1;
            if (PyErr_Occurred() || push(terms, term) < 0) return -1;
        }
        if (s->covers) *covered = s->covers;
        if (next_span(s) < 0) return -1;
    }
    return 0;
}

/* The terms of a piece in the order of its text, as `Cut.words` has them, and its pairs of reading and term. */
static int push_words(Numbering *m, PyObject *lexemes, PyObject *across, Row *terms, Row *pairs) {
    Spans spans = {.list = across};
    int64_t end = 0, covered = 0;
    if (next_span(&spans) < 0) return -1;
    for (Py_ssize_t i = 0; i < PyList_Size(lexemes); i++) {
        Given given;
        if (give(m, PyList_GetItem(lexemes, i), &given) < 0) return -1;
        if (spans.start <= end + given.indent && push_spans(&spans, end + given.indent, &covered, terms) < 0) return -1;
        end += given.width;
        if (end > covered && given.term >= 0 && push(terms, given.term) < 0) return -1;
        if (given.pair >= 0 && push(pairs, given.pair) < 0) return -1;
    }
    return push_spans(&spans, INT64_MAX, &covered, terms);
}

/* A piece is what MeCab makes of it, or a string that is still to be cut with `memory`; and what is written across. */
static int push_piece(Numbering *m, Memory *memory, PyObject *piece, Row *terms, Row *pairs) {
    PyObject *lexemes = PyTuple_Check(piece) && PyTuple_Size(piece) == 2 ? PyTuple_GetItem(piece, 0) : NULL;
    PyObject *across = lexemes ? PyTuple_GetItem(piece, 1) : NULL;
    if (!lexemes || !(PyList_Check(lexemes) || (memory && PyUnicode_Check(lexemes))) || !PyList_Check(across)) {
        PyErr_SetString(PyExc_TypeError, "a piece is a tuple of two lists");
        return -1;
    }
    lexemes = PyList_Check(lexemes) ? Py_NewRef(lexemes) : lexemes_of(memory, lexemes);
    int pushed = lexemes ? push_words(m, lexemes, across, terms, pairs) : -1;
    Py_XDECREF(lexemes);
    return pushed;
}

/* numbering; memory, or None; texts, each a list of pieces. Gives terms, how many each text has, pairs, how many each
 * text has: int32. */
static PyObject *number_texts(PyObject *self, PyObject *const *args, Py_ssize_t given) {
    if (expect(given, 3) < 0) return NULL;
    Numbering *m = PyCapsule_GetPointer(args[0], NUMBERING);
    Memory *memory = m && args[1] != Py_None ? PyCapsule_GetPointer(args[1], MEMORY) : NULL;
    if (PyErr_Occurred()) return NULL;
    if (!PyList_Check(args[2])) {
        PyErr_SetString(PyExc_TypeError, "texts come in a list");
        return NULL;
    }
    Row rows[4] = {{0}}; /* terms, their counts, pairs, their counts */
    int fine = 1;
    for (Py_ssize_t i = 0; fine && i < PyList_Size(args[2]); i++) {
        PyObject *pieces = Py_NewRef(PyList_GetItem(args[2], i));
        size_t terms = rows[0].count, pairs = rows[2].count;
        if (!PyList_Check(pieces)) {
            PyErr_SetString(PyExc_TypeError, "the pieces of a text come in a list");
            fine = 0;
        }
        for (Py_ssize_t j = 0; fine && j < PyList_Size(pieces); j++) {
            PyObject *piece = Py_NewRef(PyList_GetItem(pieces, j));
            fine = push_piece(m, memory, piece, &rows[0], &rows[2]) == 0;
            Py_DECREF(piece);
        }
        fine = fine && push(&rows[1], (int64_t)(rows[0].count - terms)) == 0 &&
               push(&rows[3], (int64_t)(rows[2].count - pairs)) == 0;
        Py_DECREF(pieces);
    }
    PyObject *found = fine ? PyTuple_New(4) : NULL;
    for (int i = 0; i < 4; i++) {
        PyObject *bytes = found ? PyBytes_FromStringAndSize((const char *)rows[i].numbers, (Py_ssize_t)(rows[i].count * sizeof(int32_t))) : NULL;
        if (found && (!bytes || PyTuple_SetItem(found, i, bytes) < 0)) Py_CLEAR(found);
        free(rows[i].numbers);
    }
    return found;
}

/* ---- module ---- */

static PyMethodDef methods[] = {
    {"numbers", (PyCFunction)(void (*)(void))numbers, METH_FASTCALL, "Vocabulary.numbers"},
    {"scores", (PyCFunction)(void (*)(void))scores, METH_FASTCALL, "Postings.group_scores"},
    {"group_terms", (PyCFunction)(void (*)(void))group_terms, METH_FASTCALL, "scoring.leg_terms"},
    {"asked_words", (PyCFunction)(void (*)(void))asked_words, METH_FASTCALL, "asked.asked_words"},
    {"fuse", (PyCFunction)(void (*)(void))fuse, METH_FASTCALL, "ranking.fuse"},
    {"unite", (PyCFunction)(void (*)(void))unite, METH_FASTCALL, "selection.union"},
    {"promising", (PyCFunction)(void (*)(void))promising, METH_FASTCALL, "selection.promising"},
    {"confidences", (PyCFunction)(void (*)(void))confidences, METH_FASTCALL, "confidence.probabilities of signals"},
    {"own_units", (PyCFunction)(void (*)(void))own_units, METH_FASTCALL, "Sequences.own_units"},
    {"directions", (PyCFunction)(void (*)(void))directions, METH_FASTCALL, "WordVectors.directions"},
    {"best", (PyCFunction)(void (*)(void))best, METH_FASTCALL, "selection.best"},
    {"best_of_leg", (PyCFunction)(void (*)(void))best_of_leg, METH_FASTCALL, "LegScores.best"},
    {"scores_of_units", (PyCFunction)(void (*)(void))scores_of_units, METH_FASTCALL, "LegScores.of_units"},
    {"read", (PyCFunction)(void (*)(void))read_documents, METH_FASTCALL, "features.read_words and Spelling.scores"},
    {"dots", (PyCFunction)(void (*)(void))dots, METH_FASTCALL, "rows of a matrix times a vector"},
    {"best_dots", (PyCFunction)(void (*)(void))best_dots, METH_FASTCALL, "LocalIndex._dense_scores"},
    {"nearest", (PyCFunction)(void (*)(void))nearest, METH_FASTCALL, "DenseIndex.nearest"},
    {"sum_rows", (PyCFunction)(void (*)(void))sum_rows, METH_FASTCALL, "WordVectors.add"},
    {"view_cosines", (PyCFunction)(void (*)(void))view_cosines, METH_FASTCALL, "UnitVectors.near"},
    {"unit_views", (PyCFunction)(void (*)(void))unit_views, METH_FASTCALL, "WordVectors.scale"},
    {"memory", (PyCFunction)(void (*)(void))new_memory, METH_FASTCALL, "what MeCab's entries mean"},
    {"lexemes", (PyCFunction)(void (*)(void))lexemes, METH_FASTCALL, "Mecab.cut"},
    {"numbering", (PyCFunction)(void (*)(void))new_numbering, METH_FASTCALL, "what lexemes give"},
    {"number_texts", (PyCFunction)(void (*)(void))number_texts, METH_FASTCALL, "tokens.numbered"},
    {"held", (PyCFunction)(void (*)(void))held, METH_FASTCALL, "index.counting.held"},
    {"postings", (PyCFunction)(void (*)(void))postings, METH_FASTCALL, "index.counting.postings"},
    {"number", (PyCFunction)(void (*)(void))number, METH_FASTCALL, "index.counts.count_keys"},
    {"windows", (PyCFunction)(void (*)(void))windows, METH_FASTCALL, "tokens.grams"},
    {"sentences", (PyCFunction)(void (*)(void))sentences, METH_FASTCALL, "text.sentences"},
    {"sums", (PyCFunction)(void (*)(void))sums, METH_FASTCALL, "vectors.sums.encode"},
    {"codes", (PyCFunction)(void (*)(void))codes, METH_FASTCALL, "index.fast_scan.encoded"},
    {"nearest_units", (PyCFunction)(void (*)(void))nearest_units, METH_FASTCALL, "UnitVectors.nearest"},
    {NULL, NULL, 0, NULL},
};

static int fill(PyObject *self) {
    choose();
    choose_for_building();
    return PyModule_AddIntConstant(self, "INTERFACE", INTERFACE);
}

static PyModuleDef_Slot slots[] = {{Py_mod_exec, fill}, {0, NULL}};

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_kernel", NULL, 0, methods, slots, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__kernel(void) { return PyModuleDef_Init(&module); }
