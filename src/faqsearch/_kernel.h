/* What the files of the kernel share: arrays from Python, and errors. */
#ifndef FAQSEARCH_KERNEL_H
#define FAQSEARCH_KERNEL_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#if defined(__GNUC__) && defined(__x86_64__)
#include <immintrin.h>
#define WIDE __attribute__((target("avx2")))
#endif

#if defined(__GNUC__)
#define FETCH(address) __builtin_prefetch(address)
#else
#define FETCH(address) ((void)0)
#endif
#define LANES 16
/* Ask for `bytes` that will be read soon. What a question touches lies anywhere in the index: waiting for memory takes
 * longer than the arithmetic. */
static inline void fetch(const void *from, int64_t bytes) {
    for (int64_t i = 0; i < bytes; i += 64) FETCH((const char *)from + i);
}

enum { PHRASING = 0, SENTENCE = 1, OTHER = 2 }; /* faqsearch.passages */

/* ---- arrays ---- */

typedef struct {
    Py_buffer view;
    Py_ssize_t length; /* items */
} Array;

/* Fill `arrays` from `args`; each kind is the item's size, upper case when it is written to. Returns 0 or -1. */
static inline int take(Array *arrays, PyObject *const *args, const char *kinds) {
    Py_ssize_t n = (Py_ssize_t)strlen(kinds);
    for (Py_ssize_t i = 0; i < n; i++) {
        int writes = kinds[i] >= 'A';
        Py_ssize_t size = writes ? kinds[i] - 'A' + 1 : kinds[i] - '0';
        if (PyObject_GetBuffer(args[i], &arrays[i].view, writes ? PyBUF_WRITABLE : PyBUF_SIMPLE) < 0) {
            while (i--) PyBuffer_Release(&arrays[i].view);
            return -1;
        }
        arrays[i].length = arrays[i].view.len / size;
        if (arrays[i].view.len % size) {
            for (; i >= 0; i--) PyBuffer_Release(&arrays[i].view);
            PyErr_SetString(PyExc_ValueError, "an array of another type");
            return -1;
        }
    }
    return 0;
}

static inline void release(Array *arrays, Py_ssize_t n) {
    while (n--) PyBuffer_Release(&arrays[n].view);
}

enum Fault { FINE = 0, DAMAGED, NO_MEMORY };

static inline PyObject *finish(enum Fault fault) {
    if (fault == NO_MEMORY) return PyErr_NoMemory();
    if (fault == DAMAGED) {
        PyErr_SetString(PyExc_IndexError, "a number leads out of its array");
        return NULL;
    }
    Py_RETURN_NONE;
}

static inline int expect(Py_ssize_t given, Py_ssize_t wanted) {
    if (given == wanted) return 0;
    PyErr_Format(PyExc_TypeError, "%zd arguments instead of %zd", given, wanted);
    return -1;
}

/* ---- selection: _scoring.c ---- */

typedef struct {
    float score;
    int64_t document;
} Found;

/* Put the places of the `depth` best scores that are not 0 into `found`, ascending; of equal ones, the smaller places.
 * Returns how many there are. */
int64_t best_of(const float *scores, int64_t n, Found *found, int64_t depth);

/* ---- sorting: _ranking.c ---- */

/* Put numbers in order; `room` is for as many. No function is called for a comparison, as qsort does: a union of some hundred
 * numbers took 7 microseconds instead of 15, all else included. */
void sort_numbers(uint64_t *numbers, uint64_t *room, int64_t n);

/* A number that comes before all of smaller scores, and of equal ones before those of larger places (below 2^32). */
static inline uint64_t in_order(float score, int64_t place) {
    uint32_t bits;
    score += 0.0f; /* -0 is 0 */
    memcpy(&bits, &score, sizeof bits);
    bits = bits >> 31 ? bits : ~bits & 0x7fffffff; /* of negative ones, the larger have the smaller bits already */
    return (uint64_t)bits << 32 | (uint32_t)place;
}

static inline int64_t place_in(uint64_t number) { return (uint32_t)number; }

static inline float score_in(uint64_t number) {
    uint32_t bits = (uint32_t)(number >> 32);
    float score;
    bits = bits >> 31 ? bits : ~bits & 0x7fffffff;
    memcpy(&score, &bits, sizeof score);
    return score;
}

/* Take what this processor does best. */
void choose_for_scoring(void);
void choose_for_vectors(void);

/* ---- functions of Python, for the module's table in _kernel.c ---- */

#define KERNEL_FUNCTION(name) PyObject *name(PyObject *self, PyObject *const *args, Py_ssize_t given)
/* _asking.c */
KERNEL_FUNCTION(numbers);
KERNEL_FUNCTION(group_terms);
KERNEL_FUNCTION(asked_words);
/* _scoring.c */
KERNEL_FUNCTION(best_of_leg);
KERNEL_FUNCTION(scores_of_units);
KERNEL_FUNCTION(scores);
KERNEL_FUNCTION(best);
/* _reading.c */
KERNEL_FUNCTION(read_documents);
/* _vectors.c */
KERNEL_FUNCTION(dots);
KERNEL_FUNCTION(best_dots);
KERNEL_FUNCTION(nearest);
KERNEL_FUNCTION(nearest_units);
KERNEL_FUNCTION(view_cosines);
KERNEL_FUNCTION(sum_rows);
KERNEL_FUNCTION(unit_views);
/* _ranking.c */
KERNEL_FUNCTION(unite);
KERNEL_FUNCTION(promising);
KERNEL_FUNCTION(fuse);
KERNEL_FUNCTION(confidences);
KERNEL_FUNCTION(own_units);
KERNEL_FUNCTION(directions);
/* _texts.c */
KERNEL_FUNCTION(windows);
KERNEL_FUNCTION(sentences);

#endif
