/* What a question asks of an index, as arrays: from the terms Python has understood. The references are
 * index/scoring.py and index/asked.py, which also do what is not done here: questions with phrases.
 */
#include "_kernel.h"

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

PyObject *numbers(PyObject *self, PyObject *const *args, Py_ssize_t given) {
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

/* ---- terms: scoring.scores_asked and asked.asked_words ---- */

/* One of faqsearch.index.interface.WeightedTerm, and its number in a vocabulary. */
typedef struct {
    int64_t group; /* 0-based, as they come */
    int64_t number;
    double weight;
    int optional;
} Term;

/* Read terms and their numbers. Groups are numbered as they come: of all terms, or of those that have a number. Returns
 * how many groups there are; -1 for an error, -2 where a term is a phrase. */
static Py_ssize_t read_terms(PyObject *terms, PyObject *places, int known_only, Term *out, int64_t *own) {
    Py_ssize_t n = PyList_Size(places), groups = 0;
    for (Py_ssize_t i = 0; i < n; i++) {
        PyObject *term = PySequence_GetItem(terms, i);
        if (!term) return -1;
        if (!PyTuple_Check(term) || PyTuple_Size(term) != 5) {
            Py_DECREF(term);
            PyErr_SetString(PyExc_TypeError, "no term with a weight");
            return -1;
        }
        Py_ssize_t parts = PyObject_Size(PyTuple_GetItem(term, 3));
        out[i].weight = PyFloat_AsDouble(PyTuple_GetItem(term, 1));
        out[i].number = PyLong_AsLongLong(PyList_GetItem(places, i));
        out[i].optional = PyObject_IsTrue(PyTuple_GetItem(term, 4));
        int64_t group = PyLong_AsLongLong(PyTuple_GetItem(term, 2)), place = 0;
        Py_DECREF(term);
        if (PyErr_Occurred()) return -1;
        if (parts > 0) return -2;
        if (known_only && out[i].number < 0) continue;
        /* Terms without alternatives are groups of their own. There are few: looked for one after the other. */
        if (group < 0) group = -1 - (int64_t)i;
        while (place < groups && own[place] != group) place++;
        if (place == groups) own[groups++] = group;
        out[i].group = place;
    }
    return groups;
}

/* Room for the terms of a question and their groups. */
static int make_room(PyObject *terms, PyObject *places, Term **read, int64_t **own, Py_ssize_t *n) {
    *n = PyList_Check(places) ? PyList_Size(places) : -1;
    if (*n < 0 || PyObject_Size(terms) != *n) {
        if (!PyErr_Occurred()) PyErr_SetString(PyExc_TypeError, "terms and a list of as many numbers are needed");
        return 0;
    }
    *read = malloc(((size_t)*n + 1) * sizeof(Term));
    *own = malloc(((size_t)*n + 1) * sizeof(int64_t));
    if (*read && *own) return 1;
    free(*read);
    free(*own);
    PyErr_NoMemory();
    return 0;
}

/* terms, a list of their numbers; out: numbers, weights, terms of each group. Returns how many terms and groups there are;
 * None where a term is a phrase. */
PyObject *group_terms(PyObject *self, PyObject *const *args, Py_ssize_t given) {
    Array a[3];
    Term *read;
    int64_t *own;
    Py_ssize_t n;
    if (expect(given, 5) < 0 || take(a, args + 2, "HDH") < 0) return NULL;
    if (!make_room(args[0], args[1], &read, &own, &n)) {
        release(a, 3);
        return NULL;
    }
    int64_t *numbers = a[0].view.buf, *sizes = a[2].view.buf, count = 0;
    float *weights = a[1].view.buf;
    int fits = a[0].length >= n && a[1].length >= n && a[2].length >= n;
    Py_ssize_t groups = fits ? read_terms(args[0], args[1], 1, read, own) : 0;
    for (Py_ssize_t g = 0; g < groups; g++) {
        int64_t before = count;
        for (Py_ssize_t i = 0; i < n; i++)
            if (read[i].number >= 0 && read[i].group == g) {
                numbers[count] = read[i].number;
                weights[count++] = (float)read[i].weight;
            }
        sizes[g] = count - before;
    }
    free(read);
    free(own);
    release(a, 3);
    if (groups == -1) return NULL;
    if (groups == -2) Py_RETURN_NONE;
    return fits ? Py_BuildValue("nn", (Py_ssize_t)count, groups) : finish(DAMAGED);
}

/* terms, a list of their numbers, idf of every word, that of unknown ones; out: of the known terms numbers, groups, weights
 * and worth; of each group what is wanted, and the place of the term that stands for it. Returns how many known terms and
 * groups there are, and the ceiling; None where a term is a phrase. */
PyObject *asked_words(PyObject *self, PyObject *const *args, Py_ssize_t given) {
    Array a[7];
    Term *read;
    int64_t *own;
    Py_ssize_t n;
    if (expect(given, 10) < 0) return NULL;
    double unknown = PyFloat_AsDouble(args[3]);
    if (PyErr_Occurred() || take(a, args + 2, "4") < 0) return NULL;
    if (take(a + 1, args + 4, "HHDDDH") < 0 || !make_room(args[0], args[1], &read, &own, &n)) {
        release(a, 1);
        return NULL;
    }
    int64_t *numbers = a[1].view.buf, *of_group = a[2].view.buf, *leads = a[6].view.buf, known = 0, sums = 0;
    const float *idf = a[0].view.buf;
    float *weights = a[3].view.buf, *worth = a[4].view.buf, *wanted = a[5].view.buf;
    double ceiling = 0, *best = malloc(((size_t)n + 1) * sizeof(double)), *first = malloc(((size_t)n + 1) * sizeof(double));
    double *values = malloc(((size_t)n + 1) * sizeof(double));
    int fits = best && first && values;
    for (int i = 1; i < 7; i++) fits = fits && a[i].length >= n;
    Py_ssize_t groups = fits ? read_terms(args[0], args[1], 0, read, own) : 0;
    for (Py_ssize_t i = 0; i < n && groups > 0; i++) fits = fits && read[i].number < a[0].length;
    for (Py_ssize_t g = 0; g < groups; g++) leads[g] = -1, best[g] = first[g] = NAN; /* nothing yet */
    for (Py_ssize_t i = 0; i < n && groups > 0 && fits; i++) {
        Term *t = read + i;
        int64_t g = t->group;
        if (leads[g] < 0 || (read[leads[g]].number < 0 && t->number >= 0)) leads[g] = i;
        if (t->number >= 0) {
            /* The word asked comes first in its group. A rarer spelling of it says no more than the word itself. */
            double most = (double)idf[t->number];
            if (isnan(first[g])) first[g] = most;
            values[i] = t->weight * (first[g] < most ? first[g] : most);
            if (values[i] > (isnan(best[g]) ? -1 : best[g])) {
                if (isnan(best[g])) own[sums++] = g;
                best[g] = values[i];
            }
        } else {
            if (isnan(first[g])) first[g] = unknown;
            /* A known alternative says more about a group's worth than the unknown word it stands in for. */
            if (!t->optional && isnan(best[g])) {
                own[sums++] = g;
                best[g] = t->weight * unknown;
            }
        }
    }
    for (int64_t i = 0; i < sums; i++) ceiling += best[own[i]]; /* in the order of the reference */
    for (Py_ssize_t g = 0; g < groups && fits; g++) {
        wanted[g] = isnan(best[g]) ? 0 : (float)best[g];
        for (Py_ssize_t i = 0; i < n; i++)
            if (read[i].number >= 0 && read[i].group == g) {
                numbers[known] = read[i].number;
                of_group[known] = g;
                weights[known] = (float)read[i].weight;
                worth[known++] = (float)values[i];
            }
    }
    free(best);
    free(first);
    free(values);
    free(read);
    free(own);
    release(a, 7);
    if (groups == -1) return NULL;
    if (groups == -2) Py_RETURN_NONE;
    return fits ? Py_BuildValue("nnd", (Py_ssize_t)known, groups, ceiling) : finish(DAMAGED);
}
