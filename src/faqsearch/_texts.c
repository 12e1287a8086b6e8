/* Characters of texts: n-grams of many when an index is built, and sentences. */
#include "_kernel.h"

/* ---- texts, when an index is built: tokens.grams and text.sentences ---- */

/* characters; which of them are counted; where each text ends; characters in a window; keys of the windows, room for as
 * many as there are characters; how many each text has. Returns how many there are. */
PyObject *windows(PyObject *self, PyObject *const *args, Py_ssize_t given) {
    Array a[5];
    if (expect(given, 6) < 0) return NULL;
    Py_ssize_t size = PyLong_AsSsize_t(args[5]);
    if (PyErr_Occurred() || take(a, args, "418HH") < 0) return NULL;
    const uint32_t *points = a[0].view.buf;
    const uint8_t *inside = a[1].view.buf;
    const int64_t *ends = a[2].view.buf;
    uint64_t *keys = a[3].view.buf;
    int64_t *counts = a[4].view.buf, i = 0, found = 0;
    enum Fault fault = a[1].length == a[0].length && a[3].length >= a[0].length && a[4].length == a[2].length && size > 0 ? FINE : DAMAGED;
    Py_BEGIN_ALLOW_THREADS
    for (int64_t t = 0; t < a[2].length && !fault; t++) {
        int64_t before = found, end = ends[t];
        if (end < i || end > a[0].length) {
            fault = DAMAGED;
            break;
        }
        while (i < end) {
            int64_t first = i;
            while (i < end && inside[i]) i++;
            if (i == first) {
                i++;
                continue;
            }
            int64_t width = i - first < size ? i - first : size;
            for (int64_t j = first; j + width <= i; j++) {
                uint64_t key = points[j];
                for (int64_t k = 1; k < width; k++) key = (key << 21) | points[j + k];
                keys[found++] = key;
            }
        }
        counts[t] = found - before;
    }
    Py_END_ALLOW_THREADS
    release(a, 5);
    PyObject *none = finish(fault);
    Py_XDECREF(none);
    return none ? PyLong_FromLongLong(found) : NULL;
}

static const Py_UCS4 BRACKETS[2][11] = {
    {0x300C, 0x300E, 0xFF08, '(', 0x3010, 0xFF3B, '[', 0x3014, 0x300A, 0x3008, 0x201C},
    {0x300D, 0x300F, 0xFF09, ')', 0x3011, 0xFF3D, ']', 0x3015, 0x300B, 0x3009, 0x201D},
};

typedef struct {
    Py_ssize_t end;
    enum { ENDS, OPENS, CLOSES, NOTHING } kind;
    int bracket;
} Mark;

static int is_space(Py_UCS4 c) {
    return (c >= 9 && c <= 13) || (c >= 0x1C && c <= 0x20) || c == 0x85 || c == 0xA0 || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

static int is_line_end(Py_UCS4 c) { return c == '\n' || c == '\r' || c == 0x2028 || c == 0x2029; }

static int is_full_stop(Py_UCS4 c) {
    return c == 0x3002 || c == 0xFF61 || c == 0xFF01 || c == 0xFF1F || c == '!' || c == '?' || c == 0x266A;
}

static int is_digit(Py_UCS4 c) { return c >= '0' && c <= '9'; }
static int is_small(Py_UCS4 c) { return c >= 'a' && c <= 'z'; }

/* Whether a period ends a sentence; the line ends at `end`. */
static int period_ends(const Py_UCS4 *text, Py_ssize_t at, Py_ssize_t end) {
    if (text[at] == 0xFF0E) {
        if (at == 0 || text[at - 1] <= 0x7F) return 0;
        Py_UCS4 next = at + 1 < end ? text[at + 1] : 0;
        return !(is_digit(next) || (next >= 0xFF10 && next <= 0xFF19) || is_small(next) || (next >= 'A' && next <= 'Z'));
    }
    if (at < 2) return 0;
    Py_UCS4 a = text[at - 2], b = text[at - 1];
    if (!(is_small(a) || is_digit(a) || a == ')' || a == ']') || !(is_small(b) || b == ')' || b == ']')) return 0;
    Py_ssize_t next = at + 1;
    while (next < end && is_space(text[next])) next++;
    return next == end || (next > at + 1 && !is_small(text[next]) && !is_digit(text[next]));
}

/* Find the marks of a line; those of brackets without a partner mean nothing. `waiting` has room for as many. */
static Py_ssize_t find_marks(const Py_UCS4 *text, Py_ssize_t at, Py_ssize_t end, Mark *marks, Py_ssize_t *waiting) {
    Py_ssize_t found = 0, open = 0;
    for (; at < end; at++) {
        Py_UCS4 c = text[at];
        Mark *mark = marks + found;
        if (is_full_stop(c)) {
            while (at + 1 < end && is_full_stop(text[at + 1])) at++;
            mark->kind = ENDS;
        } else if (c == '.' || c == 0xFF0E) {
            if (!period_ends(text, at, end)) continue;
            mark->kind = ENDS;
        } else {
            int kind = 0, bracket = 0;
            if (c > ']' && c < 0x201C) continue; /* most that are neither are kanji and kana */
            if (c > 0x3015 && c < 0xFF08) continue;
            while (kind < 2 && BRACKETS[kind][bracket] != c)
                if (++bracket == 11) kind++, bracket = 0;
            if (kind == 2) continue;
            mark->bracket = bracket;
            mark->kind = NOTHING;
            if (kind == 0) {
                waiting[open++] = found;
            } else if (open && marks[waiting[open - 1]].bracket == bracket) {
                marks[waiting[--open]].kind = OPENS;
                mark->kind = CLOSES;
            }
        }
        mark->end = at + 1;
        found++;
    }
    return found;
}

/* Add a sentence without the white space around it. */
static int add_sentence(PyObject *spans, const Py_UCS4 *text, Py_ssize_t start, Py_ssize_t end) {
    while (start < end && is_space(text[start])) start++;
    while (start < end && is_space(text[end - 1])) end--;
    if (start == end) return 0;
    PyObject *span = Py_BuildValue("(nn)", start, end);
    int added = span ? PyList_Append(spans, span) : -1;
    Py_XDECREF(span);
    return added;
}

/* The spans of the sentences of a text. */
PyObject *sentences(PyObject *self, PyObject *const *args, Py_ssize_t given) {
    if (expect(given, 1) < 0) return NULL;
    Py_ssize_t length = PyUnicode_Check(args[0]) ? PyUnicode_GetLength(args[0]) : -1;
    if (length < 0) {
        PyErr_SetString(PyExc_TypeError, "no text");
        return NULL;
    }
    Py_UCS4 *text = PyUnicode_AsUCS4Copy(args[0]);
    Mark *marks = malloc(((size_t)length + 1) * sizeof(Mark));
    Py_ssize_t *waiting = malloc(((size_t)length + 1) * sizeof(Py_ssize_t));
    PyObject *spans = PyList_New(0);
    int fine = text && marks && waiting && spans;
    for (Py_ssize_t at = 0, end; fine && at < length; at = end + 1) {
        for (end = at; end < length && !is_line_end(text[end]);) end++;
        Py_ssize_t found = find_marks(text, at, end, marks, waiting), start = at;
        int64_t depth = 0;
        for (Py_ssize_t i = 0; fine && i < found; i++) {
            if (marks[i].kind == OPENS) depth++;
            if (marks[i].kind == CLOSES) depth--;
            if (marks[i].kind != ENDS || depth) continue;
            fine = add_sentence(spans, text, start, marks[i].end) == 0;
            start = marks[i].end;
        }
        fine = fine && add_sentence(spans, text, start, end) == 0;
    }
    PyMem_Free(text);
    free(marks);
    free(waiting);
    if (fine) return spans;
    Py_XDECREF(spans);
    return PyErr_Occurred() ? NULL : PyErr_NoMemory();
}
