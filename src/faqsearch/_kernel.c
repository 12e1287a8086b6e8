/* The inner loops of a search, and of a build, compiled: those of a build, and the module.
 *
 *   _asking.c    what a question asks for, as arrays
 *   _scoring.c   the best units of a leg
 *   _vectors.c   products of vectors
 *   _reading.c   candidates read word by word
 *   _ranking.c   candidates chosen, fused and judged
 *   _texts.c     characters of a text, when an index is built
 *
 * Every function has a slow reference in numpy or Python beside its caller, which answers where these files could not be
 * compiled; tests/index/test_kernel.py, test_kernel_candidates.py and the tests of those modules hold the two together. Sums run in the
 * same order and precision as there, so scores are equal to the last bit, but for dot products: those add sixteen partial
 * sums, on every machine in the same order.
 *
 * Arrays come as buffers, and nothing is believed: a number read from an index that would lead out of its array
 * raises IndexError. The global lock is released while loops run that take long. Only the limited API is used: one build serves
 * every Python from 3.11 on.
 */
#include "_kernel.h"

/* Goes up whenever a function is added, or takes or gives something else; kernel.py refuses a build of another version. */
#define INTERFACE 14

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

/* The terms of a batch, ascending; how many postings each has; these: units, and how often; the number of each unit; where
 * the next posting of each term goes, which moves on; postings of all batches: units, and how often. */
static PyObject *merge(PyObject *self, PyObject *const *args, Py_ssize_t given) {
    Array a[8];
    if (expect(given, 8) < 0 || take(a, args, "44424HDB") < 0) return NULL;
    const int32_t *terms = a[0].view.buf, *sizes = a[1].view.buf, *units = a[2].view.buf, *numbered = a[4].view.buf;
    const uint16_t *tfs = a[3].view.buf;
    int64_t *next = a[5].view.buf, from = 0;
    int32_t *out = a[6].view.buf;
    uint16_t *out_tfs = a[7].view.buf;
    enum Fault fault = a[1].length == a[0].length && a[3].length == a[2].length && a[7].length == a[6].length ? FINE : DAMAGED;
    Py_BEGIN_ALLOW_THREADS
    for (int64_t i = 0; i < a[0].length && !fault; i++) {
        int64_t size = sizes[i], to = terms[i] < 0 || terms[i] >= a[5].length ? -1 : next[terms[i]];
        if (size < 0 || size > a[2].length - from || to < 0 || to > a[6].length - size) {
            fault = DAMAGED;
            break;
        }
        for (int64_t j = 0; j < size; j++) {
            int32_t unit = units[from + j];
            if (unit < 0 || unit >= a[4].length) {
                fault = DAMAGED;
                break;
            }
            out[to + j] = numbered[unit];
        }
        memcpy(out_tfs + to, tfs + from, (size_t)size * sizeof(uint16_t));
        next[terms[i]] += size;
        from += size;
    }
    Py_END_ALLOW_THREADS
    release(a, 8);
    return finish(fault);
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
    {"best_dots", (PyCFunction)(void (*)(void))best_dots, METH_FASTCALL, "index.nearest.best_passages"},
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
    {"merge", (PyCFunction)(void (*)(void))merge, METH_FASTCALL, "index.counts.CountsBuilder"},
    {"number", (PyCFunction)(void (*)(void))number, METH_FASTCALL, "index.counts.count_keys"},
    {"windows", (PyCFunction)(void (*)(void))windows, METH_FASTCALL, "tokens.grams"},
    {"sentences", (PyCFunction)(void (*)(void))sentences, METH_FASTCALL, "text.sentences"},
    {"sums", (PyCFunction)(void (*)(void))sums, METH_FASTCALL, "vectors.sums.encode"},
    {"codes", (PyCFunction)(void (*)(void))codes, METH_FASTCALL, "index.fast_scan.encoded"},
    {"nearest_units", (PyCFunction)(void (*)(void))nearest_units, METH_FASTCALL, "UnitVectors.nearest"},
    {NULL, NULL, 0, NULL},
};

static int fill(PyObject *self) {
    choose_for_scoring();
    choose_for_vectors();
    choose_for_building();
    return PyModule_AddIntConstant(self, "INTERFACE", INTERFACE);
}

static PyModuleDef_Slot slots[] = {{Py_mod_exec, fill}, {0, NULL}};

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_kernel", NULL, 0, methods, slots, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__kernel(void) { return PyModuleDef_Init(&module); }
