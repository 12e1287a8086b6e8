/* The best units of a leg, and the scores of some. The references are index/leg_scores.py and index/selection.py. */
#include "_kernel.h"

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
            float score = (float)w->sums[w->near[i]];
            if (score == 0) continue; /* also places after the last unit, which has no owner */
            int64_t unit = base + w->near[i], document = b->owners ? b->owners[unit] : unit;
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

PyObject *best_of_leg(PyObject *self, PyObject *const *args, Py_ssize_t given) {
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

PyObject *scores_of_units(PyObject *self, PyObject *const *args, Py_ssize_t given) {
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

PyObject *scores(PyObject *self, PyObject *const *args, Py_ssize_t given) {
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

PyObject *best(PyObject *self, PyObject *const *args, Py_ssize_t given) {
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

void choose_for_scoring(void) {
#ifdef WIDE
    if (__builtin_cpu_supports("avx2")) {
        best_list_near = wide_list_near;
        best_next_from = wide_next_from;
        best_largest = wide_largest;
    }
#endif
}
