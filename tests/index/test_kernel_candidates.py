"""What the kernel does with a question's terms and its candidates is what numpy and Python do, ties included."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from faqsearch import kernel
from faqsearch.confidence import VIEWS, confidences
from faqsearch.index.asked import asked_words
from faqsearch.index.interface import Candidates, WeightedTerm
from faqsearch.index.leg_scores import LegTerms
from faqsearch.index.nearest import Nearest
from faqsearch.index.selection import best, best_in_numpy, promising, promising_in_numpy, union
from faqsearch.index.sequences import Sequences
from faqsearch.passages import OTHER, PHRASING, SENTENCE
from faqsearch.ranking import fuse
from faqsearch.vectors.builtin import View, WordVectors
from faqsearch.vocabulary import Vocabulary, vocabulary_arrays

pytestmark = pytest.mark.skipif(kernel.compiled is None, reason="faqsearch was installed without a C compiler")

LEGS = {"document": 1.0, "bigram": 0.4, "dense": 0.3, "coverage": 0.7, "focus": 0.2, "topic": 0.3, "meaning": 0.1}
WORDS = ["解約", "送料", "電源", "保証", "領収書", "ログイン"]


def both(do):
    """What comes with the kernel, and without it."""
    fast = do()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kernel, "compiled", None)
        return fast, do()


def drawn(seed, *shape):
    """Scores, most of them 0 and many of them equal."""
    draw = np.random.default_rng(seed)
    scores = draw.choice([0.0, 0.0, 0.25, 0.5, 1.0, 3.0], size=shape) + (draw.random(shape) < 0.1) * draw.random(shape)
    return scores.astype(np.float32)


@settings(deadline=None)
@given(st.integers(0, 10**6), st.integers(0, 20_000), st.integers(0, 200), st.sampled_from([1.0, -1.0]))
@example(1, 64 * 120, 60, 1.0)
@example(1, 200_000, 60, 1.0)
def test_the_best_of_many_are_those_that_sorting_gives(seed, size, depth, sign):
    """Also where whole blocks of scores are passed over; negative scores are better than none."""
    scores = sign * drawn(seed, size)
    assert best(scores, depth).tolist() == best_in_numpy(scores, depth).tolist()


def test_scores_that_are_all_equal_are_taken_from_the_front():
    """Every block reaches the limit."""
    for value in (1.0, 0.0, -1.0):
        scores = np.full(64 * 200, value, dtype=np.float32)
        assert best(scores, 60).tolist() == (list(range(60)) if value else [])


@given(st.lists(st.lists(st.integers(-5, 200)), min_size=1))
def test_unions_are_those_of_numpy(parts):
    """Ascending, each once, whatever order they come in."""
    fast, slow = both(lambda: union([np.array(part, dtype=np.int64) for part in parts]))
    assert fast.tolist() == slow.tolist()


@settings(deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 300), st.integers(0, 120), st.booleans())
def test_the_same_are_promising(seed, count, most, dense):
    """Near documents among the candidates and elsewhere, legs that found nothing, equal sums."""
    draw = np.random.default_rng(seed)
    documents = np.sort(draw.choice(1000, size=count, replace=False)).astype(np.int64)
    found = dict(zip(("document", "question", "bigram"), drawn(seed, 3, count), strict=True))
    near = Nearest(draw.permutation(1000)[:90].astype(np.int64), drawn(seed + 1, 90)) if dense else None
    maxima = {leg: float(scores.max(initial=0)) * int(draw.integers(2)) for leg, scores in found.items()} | {
        "dense": 3.0
    }
    fast = promising(documents, found, near, maxima, most)
    assert fast.tolist() == promising_in_numpy(documents, found, near, maxima, most).tolist()


def candidates_of(seed, count):
    """Candidates with scores of `LEGS`."""
    scores = dict(zip(LEGS, drawn(seed, len(LEGS), count) / np.float32(4), strict=True))
    maxima = {leg: 1.0 if leg in ("coverage", "focus") else float(row.max(initial=0)) for leg, row in scores.items()}
    empty = np.zeros(count, np.int32), np.zeros((count, 2), np.int32)
    return Candidates(np.arange(count, dtype=np.int64), scores, maxima, *empty)


@settings(deadline=None)
@given(st.integers(0, 10**6), st.integers(0, 150))
def test_rankings_are_the_same(seed, count):
    """Order, scores and shares, to the last bit."""
    fast, slow = both(lambda: fuse(candidates_of(seed, count), LEGS))
    assert fast.order.tolist() == slow.order.tolist()
    assert fast.scores.tolist() == slow.scores.tolist()
    assert fast.proportional
    assert slow.proportional
    for leg in LEGS:
        assert fast.shares[leg].tolist() == slow.shares[leg].tolist()


@settings(deadline=None)
@given(st.integers(0, 10**6), st.integers(0, 150), st.integers(1, 12), st.booleans())
def test_confidences_are_the_same(seed, count, shown, repeated):
    """Few candidates and many, more hits than candidates, hits in another order than the ranking's."""
    found = candidates_of(seed, count)
    assert found.scores.keys() & VIEWS

    def do():
        ranking = fuse(found, LEGS)
        order = np.random.default_rng(seed).permutation(ranking.order)[:shown] if seed % 2 else ranking.order[:shown]
        return confidences(found, ranking, order, repeated=repeated)

    fast, slow = both(do)
    np.testing.assert_allclose(fast, slow, atol=1e-12, rtol=0)


def test_units_of_documents_are_the_same():
    """Documents with and without questions, and a damaged table of where they begin."""
    kinds = [PHRASING, SENTENCE, OTHER, SENTENCE, OTHER, PHRASING, PHRASING, SENTENCE, OTHER]
    spans = [(0, 3), (0, 9), (0, 0), (0, 4), (0, 0), (0, 0), (2, 4), (0, 7), (0, 0)]
    arrays = vocabulary_arrays(WORDS)[0] | {
        "sequence": np.zeros(0, np.int32),
        "unit_starts": np.zeros(10, np.int64),
        "unit_kinds": np.array(kinds, np.uint8),
        "unit_documents": np.zeros(9, np.int32),
        "unit_spans": np.array(spans, np.int32),
        "importance": np.zeros(len(WORDS), np.float32),
        "mean_length": np.ones(1),
    }
    for bounds in ([0, 3, 5, 9], [0, -7, 5, 9], [0, 2**40, 5, 9]):
        for denies in (False, True):
            sequences = Sequences({**arrays, "document_units": np.array(bounds, np.int64)})
            documents = np.array([0, 1, 2], dtype=np.int64)
            fast, slow = both(lambda own=sequences, says=denies: own.own_units(np.arange(3), denies=says))
            for name, column in slow._asdict().items():
                assert getattr(fast, name).tolist() == column.tolist(), name
    assert fast.questions.tolist()[0] == 0
    for outside in ([3], [-1]):
        with pytest.raises(IndexError):
            sequences.own_units(np.array([*documents, *outside], dtype=np.int64), denies=False)


def test_directions_have_length_one_in_their_view():
    """Words of the index, words made of kanji, and those that are nothing."""
    draw = np.random.default_rng(5)
    views = [View("topic", 0, 20), View("context", 20, 52)]
    arrays = {
        "views": np.array([(view.start, view.end) for view in views]),
        "word_vectors": draw.integers(-127, 127, (len(WORDS), 52)).astype(np.int8),
        "word_factors": draw.random((len(WORDS), 2)).astype(np.float32),
        "kanji": np.array(sorted(map(ord, "料送")), dtype=np.int32),
        "kanji_vectors": draw.integers(-127, 127, (2, 52)).astype(np.int8),
        "kanji_factors": draw.random((2, 2)).astype(np.float32),
        "unknown_weight": np.ones(1, dtype=np.float32),
    }
    words = WordVectors(arrays, [view.name for view in views])
    numbers = np.array([3, -1, 0, -1], dtype=np.int64)
    for view in views:
        fast, slow = both(lambda own=view: words.directions(["保証", "送り", "解約", "zzz"], numbers, own))
        np.testing.assert_allclose(fast, slow, atol=1e-6)
        assert np.linalg.norm(fast, axis=1) == pytest.approx([1, 1, 1, 0], abs=1e-5)
    with pytest.raises(IndexError):
        words.directions(["保証"], np.array([len(WORDS)]), views[0])


TERMS = st.lists(
    st.builds(
        WeightedTerm,
        st.sampled_from([*WORDS, "無い", "他"]),
        st.sampled_from([0.0, 0.3, 0.5, 1.0, 1.7]),
        st.integers(-2, 4),
        st.sampled_from([(), (), (), (), (), ("解約", "送料"), ("無い", "送料")]),
        st.booleans(),
    ),
    max_size=12,
)


@settings(deadline=None)
@given(TERMS, st.lists(st.sampled_from([-0.5, 0.0, 0.7, 2.0, 5.5]), min_size=len(WORDS), max_size=len(WORDS)))
def test_words_asked_are_the_same(terms, idf):
    """Groups in any order, alternatives, words nobody wrote, phrases, terms that mean nothing."""
    vocabulary = Vocabulary(vocabulary_arrays(WORDS)[0])
    fast, slow = both(lambda: asked_words(terms, vocabulary, np.array(idf, dtype=np.float32), 6.25))
    for name in ("numbers", "groups", "weights", "worth", "wanted"):
        assert getattr(fast, name).tolist() == getattr(slow, name).tolist(), name
    assert fast.ceiling == pytest.approx(slow.ceiling, rel=1e-15)
    assert list(fast.leads) == list(slow.leads)
    assert [(place, parts.tolist()) for place, parts in fast.phrases] == [
        (place, parts.tolist()) for place, parts in slow.phrases
    ]


@settings(deadline=None)
@given(TERMS)
def test_groups_of_a_leg_are_the_same(terms):
    """Alternatives side by side, groups as they first come; words the leg does not know are left out."""
    from faqsearch.index import scoring

    vocabulary = Vocabulary(vocabulary_arrays(WORDS)[0])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scoring, "leg_scores", lambda postings, asked, phrases: (asked, list(phrases)))
        (fast, phrases), (slow, same) = both(lambda: scoring.scores_asked(None, terms, vocabulary.places))
    assert phrases == same
    assert [column.tolist() for column in fast] == [column.tolist() for column in slow]
    assert LegTerms.of(fast.groups()).sizes.tolist() == fast.sizes.tolist()


def test_what_is_no_term_is_refused():
    """The kernel reads what Python made, and believes none of it."""
    room = np.empty(4, np.int64), np.empty(4, np.float32), np.empty(4, np.int64)
    for terms, places in (([("a", 1.0)], [0]), ([WeightedTerm("a")], []), ([WeightedTerm("a")], ["x"]), (3, [1])):
        with pytest.raises(TypeError):
            kernel.compiled.group_terms(terms, places, *room)
    with pytest.raises(IndexError):
        kernel.compiled.group_terms([WeightedTerm("a")] * 5, [0] * 5, *room)
    with pytest.raises(ValueError, match="another type"):
        kernel.compiled.unite(np.zeros(3, np.uint8))
    small = np.empty(4, np.float32)
    with pytest.raises(IndexError):
        kernel.compiled.asked_words(
            [WeightedTerm("a")], [9], small, 1.0, room[0], room[2], room[1], small, small, room[2]
        )
