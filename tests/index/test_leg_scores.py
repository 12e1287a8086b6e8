"""Scores of a leg: what the kernel finds without reading all postings is what scoring every unit gives, ties included."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from faqsearch import kernel
from faqsearch.index import leg_scores as leg_scores_module
from faqsearch.index.leg_scores import LegTerms, WholeScores, leg_scores
from faqsearch.index.postings import Postings, largest_weights

pytestmark = pytest.mark.skipif(kernel.compiled is None, reason="faqsearch was installed without a C compiler")

# More than two of the kernel's windows, of 4,096 units each.
MANY = 9_000


def postings(held, weights, owners, documents=None) -> Postings:
    """Postings of terms: the units that hold each, ascending, and the weights one after the other."""
    indptr = np.cumsum([0, *map(len, held)]).astype(np.int64)
    weights = np.asarray(weights, dtype=np.float32)
    owners = np.asarray(owners, dtype=np.int32)
    return Postings(
        {
            "indptr": indptr,
            "units": np.concatenate([np.empty(0), *held]).astype(np.int32),
            "weights": weights,
            "most": largest_weights(weights, indptr),
            "tfs": np.ones(len(weights), dtype=np.uint16),
            "unit_documents": owners,
            "lengths": np.ones(len(owners), dtype=np.uint32),
            "idf": np.ones(len(held), dtype=np.float32),
            "df": np.ones(len(held), dtype=np.uint32),
            "absent": np.zeros(len(held), dtype=np.float32),
        },
        int(documents if documents is not None else max(owners, default=-1) + 1),
    )


def compare(leg, groups, phrases, depth, allowed):
    """Ask both ways: for the best, for some documents, for some units."""
    slow = WholeScores(leg, leg.group_scores(groups), phrases)
    for few in (0, leg.documents):  # leaving units out, and scoring all of them
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(leg_scores_module, "_FEW", few)
            fast = leg_scores(leg, LegTerms.of(groups), phrases)
        wanted, found = slow.best(depth, allowed), fast.best(depth, allowed)
        assert found[0].tolist() == wanted[0].tolist()
        assert found[1].tolist() == wanted[1].tolist()
        some = np.arange(0, leg.documents, 3)
        assert fast.of(some).tolist() == slow.of(some).tolist()
        units = np.arange(0, len(leg.unit_documents), 2)
        assert fast.of_units(units).tolist() == slow.of_units(units).tolist()


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_few_units_are_scored_as_in_numpy(data):
    """Any weights, negative ones too, units of any documents, alternatives, phrases, filters and depths."""
    units, terms = data.draw(st.integers(1, 30)), data.draw(st.integers(1, 8))
    held = [sorted(data.draw(st.sets(st.integers(0, units - 1)))) for _ in range(terms)]
    size = sum(map(len, held))
    weight = st.one_of(st.floats(0, 9, width=32), st.sampled_from([1.0, 2.0, -0.5]))
    owners = np.cumsum(data.draw(st.lists(st.sampled_from([0, 0, 1, 2]), min_size=units, max_size=units)))
    if data.draw(st.booleans()):
        owners = np.arange(units)
    documents = int(owners[-1]) + 1 + data.draw(st.integers(0, 2))
    leg = postings(held, data.draw(st.lists(weight, min_size=size, max_size=size)), owners, documents)
    number = st.integers(0, terms - 1)
    term = st.tuples(number, st.sampled_from([1.0, 0.5, 0.3, 0.7]))
    groups = data.draw(st.lists(st.lists(term, min_size=1, max_size=4), max_size=6))
    phrase = st.tuples(st.lists(st.one_of(number, st.just(-1)), min_size=1, max_size=3), st.sampled_from([1.0, 0.5]))
    phrases = data.draw(st.lists(phrase, max_size=2))
    allowed = np.array(data.draw(st.lists(st.booleans(), min_size=documents, max_size=documents)))
    compare(leg, groups, phrases, data.draw(st.integers(0, 12)), data.draw(st.sampled_from([None, allowed])))


@pytest.mark.parametrize("seed", range(12))
def test_many_units_are_scored_as_in_numpy(seed):
    """Common terms are skipped for most of some thousand units here, and weights are few enough that many scores are equal."""
    draw = np.random.default_rng(seed)
    shares = [0.9, 0.7, 0.5, 0.3, 0.1, 0.02, 0.005, 0.001]
    held = [np.flatnonzero(draw.random(MANY) < share) for share in shares]
    worth = np.repeat(-np.log(shares), list(map(len, held))) * draw.choice([0.5, 0.75, 1.0], sum(map(len, held)))
    owners = np.arange(MANY) if seed % 2 else np.sort(draw.integers(0, MANY // 3, MANY))
    leg = postings(held, np.round(worth, 1 if seed % 3 else 6), owners)
    groups = [[(0, 1.0)], [(1, 1.0), (5, 0.5)], [(2, 1.0)], [(3, 0.7), (4, 1.0), (6, 1.0)], [(7, 1.0)]]
    allowed = None if seed % 4 else draw.random(leg.documents) < 0.2
    for depth in (1, 10, 100, 2 * MANY):
        compare(leg, groups, [([5, 4], 0.9)] if seed % 5 == 0 else [], depth, allowed)


def test_what_cannot_come_among_the_best_is_not_read(monkeypatch):
    """With nothing to be found in them, the postings of a common term may hold anything: no error tells of it."""
    monkeypatch.setattr(leg_scores_module, "_FEW", 0)
    rare, common = np.arange(200), np.arange(MANY)
    leg = postings([rare, common], [5.0] * 200 + [0.1] * MANY, np.arange(MANY))
    # In the second window and later, where two hundred better ones are known.
    leg.units = leg.units.copy()
    leg.units[-1] = -7

    found, _ = leg_scores(leg, LegTerms.of([[(0, 1.0)], [(1, 1.0)]]), []).best(100)

    assert found.tolist() == list(range(100))
    with pytest.raises(IndexError):
        leg_scores(leg, LegTerms.of([[(1, 1.0)]]), []).best(2 * MANY)


@pytest.mark.parametrize(("name", "value"), [("units", 2**31 - 1), ("units", -1), ("indptr", -3), ("indptr", 2**40)])
def test_damaged_postings_are_an_error_and_nothing_outside_is_read(name, value):
    leg = postings([[0, 1, 2], [1]], [1.0] * 4, [0, 1, 1])
    damaged = getattr(leg, name).copy()
    damaged[1] = value
    setattr(leg, name, damaged)

    with pytest.raises(IndexError):
        leg_scores(leg, LegTerms.of([[(0, 1.0)], [(1, 1.0)]]), []).best(10)


def test_an_owner_that_is_no_document_is_an_error():
    leg = postings([[0, 1, 2]], [1.0] * 3, [0, 1, 7], documents=3)

    with pytest.raises(IndexError):
        leg_scores(leg, LegTerms.of([[(0, 1.0)]]), []).best(10)
