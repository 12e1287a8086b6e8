/* Products of vectors. The references are index/dense.py, vectors/units.py and vectors/builtin.py. */
#include "_kernel.h"

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

#endif

void choose_for_vectors(void) {
#ifdef WIDE
    if (__builtin_cpu_supports("avx2")) {
        best_dot = wide_dot;
        best_dot_packed = wide_dot_packed;
    }
#endif
}

PyObject *dots(PyObject *self, PyObject *const *args, Py_ssize_t given) {
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
PyObject *best_dots(PyObject *self, PyObject *const *args, Py_ssize_t given) {
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

/* The owners of the `depth` listed rows with the largest dot products, each once; returns how many there are. */
static int64_t nearest_of(const float *vectors, int64_t rows, const float *question, int64_t dimension,
                          const int64_t *listed, int64_t n, const int32_t *owners, int64_t documents, float least,
                          int64_t *found, float *scores, int64_t depth, enum Fault *fault) {
    uint64_t *near = malloc(2 * ((size_t)n + 1) * sizeof(uint64_t));
    uint8_t *seen = calloc((size_t)documents / 8 + 1, 1);
    int64_t held = 0, taken = 0;
    if (!near || !seen) *fault = NO_MEMORY;
    else if (rows > UINT32_MAX) *fault = DAMAGED; /* no index holds as many */
    for (int64_t i = 0; i < n && !*fault; i++) {
        if (i + 2 < n && listed[i + 2] >= 0 && listed[i + 2] < rows)
            fetch(vectors + listed[i + 2] * dimension, 4 * dimension);
        if (listed[i] < 0) continue; /* fewer were found */
        if (listed[i] >= rows) *fault = DAMAGED;
        else {
            float score = best_dot(vectors + listed[i] * dimension, question, dimension);
            if (score > least) near[held++] = in_order(score, listed[i]);
        }
    }
    if (!*fault) sort_numbers(near, near + held, held);
    for (int64_t i = 0; i < held && i < depth && !*fault; i++) {
        uint32_t owner = (uint32_t)owners[place_in(near[i])];
        if (owner >= (uint64_t)documents) {
            *fault = DAMAGED;
            break;
        }
        if (seen[owner >> 3] >> (owner & 7) & 1) continue;
        seen[owner >> 3] |= (uint8_t)(1 << (owner & 7));
        found[taken] = owner;
        scores[taken++] = score_in(near[i]);
    }
    free(near);
    free(seen);
    return taken;
}

/* vectors, question, listed rows, their owners, (least score, owners there are), owners found, their scores */
PyObject *nearest(PyObject *self, PyObject *const *args, Py_ssize_t given) {
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

PyObject *nearest_units(PyObject *self, PyObject *const *args, Py_ssize_t given) {
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
PyObject *view_cosines(PyObject *self, PyObject *const *args, Py_ssize_t given) {
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
PyObject *sum_rows(PyObject *self, PyObject *const *args, Py_ssize_t given) {
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
PyObject *unit_views(PyObject *self, PyObject *const *args, Py_ssize_t given) {
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

