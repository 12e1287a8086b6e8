/* What happens to a few hundred candidates: chosen, fused, and how sure the first of them are.
 *
 * None of it takes long; in numpy, a dozen calls for a hundred numbers each took a fifth of a search. The references are
 * index/selection.py, ranking.py, confidence.py, index/sequences.py and vectors/builtin.py.
 */
#include "_kernel.h"

enum { DIGITS = 8, VALUES = 256 };

void sort_numbers(uint64_t *numbers, uint64_t *room, int64_t n) {
    /* Digit by digit, the last one first; those in which all are the same, most of them, are left out. */
    uint32_t counts[DIGITS][VALUES] = {{0}};
    uint64_t *from = numbers, *to = room;
    for (int64_t i = 0; i < n; i++)
        for (int d = 0; d < DIGITS; d++) counts[d][numbers[i] >> (8 * d) & 255]++;
    for (int d = 0; d < DIGITS && n; d++) {
        uint32_t *own = counts[d], before = 0;
        if (own[numbers[0] >> (8 * d) & 255] == (uint64_t)n) continue;
        for (int v = 0; v < VALUES; v++) {
            uint32_t many = own[v];
            own[v] = before;
            before += many;
        }
        for (int64_t i = 0; i < n; i++) to[own[from[i] >> (8 * d) & 255]++] = from[i];
        uint64_t *sorted = to;
        to = from;
        from = sorted;
    }
    if (from != numbers) memcpy(numbers, from, (size_t)n * sizeof(uint64_t));
}

/* Numbers, which are put in order, each once. Returns how many are left. */
PyObject *unite(PyObject *self, PyObject *const *args, Py_ssize_t given) {
    Array a[1];
    if (expect(given, 1) < 0 || take(a, args, "H") < 0) return NULL;
    uint64_t *numbers = a[0].view.buf, *room = malloc(((size_t)a[0].length + 1) * sizeof(uint64_t));
    int64_t left = 0;
    const uint64_t sign = (uint64_t)1 << 63; /* numbers below 0, which only a damaged index has, stay the smallest */
    for (Py_ssize_t i = 0; i < a[0].length; i++) numbers[i] ^= sign;
    if (room) sort_numbers(numbers, room, a[0].length);
    for (Py_ssize_t i = 0; i < a[0].length && room; i++)
        if (!left || numbers[left - 1] != (numbers[i] ^ sign)) numbers[left++] = numbers[i] ^ sign;
    int lacking = !room;
    free(room);
    release(a, 1);
    return lacking ? finish(NO_MEMORY) : PyLong_FromLongLong(left);
}

/* documents (ascending); scores (legs, documents); factor of each leg; nearest documents, their scores, (their factor);
 * out: the places of the most promising. Returns how many there are. */
PyObject *promising(PyObject *self, PyObject *const *args, Py_ssize_t given) {
    Array a[7];
    if (expect(given, 7) < 0 || take(a, args, "844844H") < 0) return NULL;
    int64_t n = a[0].length, legs = a[2].length, kept = -1;
    const int64_t *documents = a[0].view.buf, *near = a[3].view.buf;
    const float *scores = a[1].view.buf, *factors = a[2].view.buf, *cosines = a[4].view.buf;
    int fits = a[1].length == n * legs && a[3].length == a[4].length && a[5].length == 1;
    float *promise = calloc((size_t)n + 1, sizeof(float));
    Found *found = malloc(((size_t)a[6].length + 1) * sizeof(Found));
    if (fits && promise && found) {
        for (int64_t leg = 0; leg < legs; leg++)
            for (int64_t i = 0; i < n; i++) promise[i] += scores[leg * n + i] * factors[leg];
        for (Py_ssize_t j = 0; j < a[3].length; j++) {
            int64_t first = 0, last = n;
            while (first < last) {
                int64_t middle = first + (last - first) / 2;
                if (documents[middle] < near[j]) first = middle + 1;
                else last = middle;
            }
            if (first < n && documents[first] == near[j]) promise[first] += cosines[j] * *(const float *)a[5].view.buf;
        }
        kept = best_of(promise, n, found, a[6].length);
        for (int64_t i = 0; i < kept; i++) ((int64_t *)a[6].view.buf)[i] = found[i].document;
    }
    int lacking = !promise || !found;
    free(promise);
    free(found);
    release(a, 7);
    return kept < 0 ? finish(lacking ? NO_MEMORY : DAMAGED) : PyLong_FromLongLong(kept);
}

/* scores (legs, candidates); factor of each leg; out: shares (legs, candidates), fused scores, order */
PyObject *fuse(PyObject *self, PyObject *const *args, Py_ssize_t given) {
    Array a[5];
    if (expect(given, 5) < 0 || take(a, args, "44DDH") < 0) return NULL;
    int64_t legs = a[1].length, n = a[3].length;
    const float *scores = a[0].view.buf, *factors = a[1].view.buf;
    float *shares = a[2].view.buf, *fused = a[3].view.buf;
    int64_t *order = a[4].view.buf;
    uint64_t *sorted = malloc(2 * ((size_t)n + 1) * sizeof(uint64_t));
    enum Fault fault = !sorted ? NO_MEMORY : FINE;
    if (a[0].length != legs * n || a[2].length != legs * n || a[4].length != n) fault = DAMAGED;
    if (!fault) {
        for (int64_t i = 0; i < n; i++) fused[i] = 0;
        for (int64_t leg = 0; leg < legs; leg++)
            for (int64_t i = leg * n, j = 0; j < n; i++, j++) fused[j] += shares[i] = scores[i] * factors[leg];
        for (int64_t i = 0; i < n; i++) sorted[i] = in_order(fused[i], i);
        sort_numbers(sorted, sorted + n, n);
        for (int64_t i = 0; i < n; i++) {
            order[i] = place_in(sorted[i]);
            fused[i] = fused[i] > 1 ? 1 : fused[i]; /* the shares of a perfect hit sum to 1 but for the last bit */
        }
    }
    free(sorted);
    release(a, 5);
    return finish(fault);
}

enum { RIVALS = 5, SIGNALS = 5 }; /* faqsearch.confidence */

static double within(double low, double value, double high) {
    return value < low ? low : value > high ? high : value;
}

/* fused scores of candidates; places of the best of them, in order (one more than rivals are looked at); of the hits;
 * coverage, focus and three cosines of each candidate; (intercept, coefficients, the most for a hit that holds nothing and
 * for one that holds less than half of what was asked); out: the confidence of each hit by itself */
PyObject *confidences(PyObject *self, PyObject *const *args, Py_ssize_t given) {
    Array a[10];
    if (expect(given, 10) < 0 || take(a, args, "488444448H") < 0) return NULL;
    int64_t n = a[0].length, rivals = a[1].length, hits = a[2].length;
    const float *fused = a[0].view.buf, *coverage = a[3].view.buf, *focus = a[4].view.buf;
    const float *dense = a[5].view.buf, *topic = a[6].view.buf, *meaning = a[7].view.buf;
    const int64_t *best = a[1].view.buf, *order = a[2].view.buf;
    const double *model = a[8].view.buf;
    double *out = a[9].view.buf, all_of = 0, others = 0;
    int fits = a[8].length == SIGNALS + 3 && a[9].length == hits && rivals <= RIVALS + 1;
    for (int i = 3; i < 8; i++) fits = fits && a[i].length == n;
    for (int64_t i = 0; i < rivals && fits; i++) fits = best[i] >= 0 && best[i] < n;
    for (int64_t i = 0; i < hits && fits; i++) fits = order[i] >= 0 && order[i] < n;
    for (int64_t i = 0; i < rivals && fits; i++) {
        all_of += (double)fused[best[i]];
        if (i < RIVALS) others = all_of;
    }
    for (int64_t h = 0; h < hits && fits; h++) {
        int64_t own = order[h], among = 0;
        for (int64_t i = 0; i < rivals; i++) among |= best[i] == own;
        double level = (double)fused[own], held = (double)coverage[own], asked = (double)focus[own];
        double above = among ? (double)rivals * level - all_of : (double)(rivals < RIVALS ? rivals : RIVALS) * level - others;
        float near = dense[own] + topic[own] + meaning[own];
        double margin = above / RIVALS * held * (1 + asked) / 2;
        double signals[SIGNALS] = {held, asked, level, margin, (double)(near / 3)}, sum = model[0];
        for (int i = 0; i < SIGNALS; i++) sum += within(-1, signals[i], 1) * model[1 + i];
        double sure = 1 / (1 + exp(-sum)), most = held >= 0.5 ? 1 : held > 0 ? model[SIGNALS + 2] : model[SIGNALS + 1];
        out[h] = sure < most ? sure : most;
    }
    release(a, 10);
    return finish(fits ? FINE : DAMAGED);
}

/* first unit of each document; kinds and spans of units; documents; out: the first unit of each, as vectors of units are
 * numbered; the same where it is a question, else -1; how many units it has; 1 where it denies as `denies` says, else 0 */
PyObject *own_units(PyObject *self, PyObject *const *args, Py_ssize_t given) {
    Array a[8];
    int denies;
    if (expect(given, 9) < 0 || (denies = PyObject_IsTrue(args[8])) < 0 || take(a, args, "8148HHHD") < 0) return NULL;
    int64_t n = a[3].length, units = a[1].length;
    const int64_t *starts = a[0].view.buf, *documents = a[3].view.buf;
    const uint8_t *kinds = a[1].view.buf;
    const int32_t *spans = a[2].view.buf;
    int fits = units > 0 && a[2].length == 2 * units;
    for (int i = 4; i < 8; i++) fits = fits && a[i].length == n;
    for (int64_t i = 0; i < n && fits; i++) {
        int64_t document = documents[i];
        if (document < 0 || document + 1 >= a[0].length) {
            fits = 0;
            break;
        }
        /* Whether the index is damaged is found out when it is read. */
        int64_t first = starts[document] < 0 ? 0 : starts[document] >= units ? units - 1 : starts[document];
        int asks = kinds[first] == PHRASING;
        ((int64_t *)a[4].view.buf)[i] = first - document;
        ((int64_t *)a[5].view.buf)[i] = asks ? first - document : -1;
        ((int64_t *)a[6].view.buf)[i] = starts[document + 1] - first - 1;
        ((float *)a[7].view.buf)[i] = (asks && spans[2 * first + 1] > 0) == denies ? 1 : 0;
    }
    release(a, 8);
    return finish(fits ? FINE : DAMAGED);
}

/* packed rows; (dimension, start of a view, its end); rows wanted (-1: what is there already); out: each row's part in the
 * view, scaled to length 1 */
PyObject *directions(PyObject *self, PyObject *const *args, Py_ssize_t given) {
    Array a[4];
    if (expect(given, 4) < 0 || take(a, args, "188D") < 0) return NULL;
    const int8_t *packed = a[0].view.buf;
    const int64_t *place = a[1].view.buf, *numbers = a[2].view.buf;
    int fits = a[1].length == 3 && 0 <= place[1] && place[1] <= place[2] && place[2] <= place[0];
    int64_t width = fits ? place[2] - place[1] : 0, rows = fits && place[0] ? a[0].length / place[0] : 0;
    fits = fits && a[3].length == a[2].length * width;
    for (Py_ssize_t i = 0; i < a[2].length && fits; i++) fits = numbers[i] < rows;
    for (Py_ssize_t i = 0; i < a[2].length && fits; i++) {
        float *out = (float *)a[3].view.buf + i * width;
        double squares = 0;
        if (numbers[i] >= 0) {
            const int8_t *row = packed + numbers[i] * place[0] + place[1];
            for (int64_t j = 0; j < width; j++) out[j] = row[j];
        }
        for (int64_t j = 0; j < width; j++) squares += (double)out[j] * (double)out[j];
        float length = (float)sqrt(squares);
        for (int64_t j = 0; j < width; j++) out[j] = length > 1e-12f ? out[j] / length : 0;
    }
    release(a, 4);
    return finish(fits ? FINE : DAMAGED);
}
