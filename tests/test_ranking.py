"""Fusion of legs."""

import numpy as np
import pytest

from faqsearch.index.interface import Candidates
from faqsearch.ranking import fuse, ranks, without_copies


def candidates(**scores):
    arrays = {leg: np.array(values, dtype=np.float32) for leg, values in scores.items()}
    n = len(next(iter(arrays.values())))
    return Candidates(
        documents=np.arange(n),
        scores=arrays,
        maxima={leg: float(array.max(initial=0)) for leg, array in arrays.items()},
        phrasings=np.zeros(n, dtype=np.int32),
        sentences=np.zeros((n, 2), dtype=np.int32),
    )


def test_weighted_divides_by_the_best_and_sums():
    """Each leg's best document gets the leg's whole weight."""
    ranking = fuse(candidates(a=[4, 2, 0], b=[0, 1, 1]), {"a": 3, "b": 1})

    assert ranking.scores == pytest.approx([0.75, 0.75 / 2 + 0.25, 0.25])
    assert ranking.order.tolist() == [0, 1, 2]


def test_a_leg_without_weight_has_no_say():
    """Weight 0, or none, leaves a leg out."""
    ranking = fuse(candidates(a=[1, 0], b=[0, 9]), {"a": 1, "b": 0})

    assert ranking.order.tolist() == [0, 1]
    assert set(ranking.shares) == {"a"}


def test_ties_go_to_the_earlier_document():
    """Equal scores keep document order."""
    assert fuse(candidates(a=[1, 2, 2, 1]), {"a": 1}).order.tolist() == [1, 2, 0, 3]


def test_rrf_counts_ranks_only():
    """Reciprocal ranks, the same whatever the scale of the scores; nothing for what a leg did not find."""
    small = fuse(candidates(a=[3, 2, 0], b=[1, 5, 2]), {"a": 1, "b": 1}, "rrf")
    large = fuse(candidates(a=[300, 200, 0], b=[1, 5, 2]), {"a": 1, "b": 1}, "rrf")

    assert small.scores.tolist() == large.scores.tolist()
    assert small.scores == pytest.approx([0.5 + 0.5 * 61 / 63, 0.5 * 61 / 62 + 0.5, 0.5 * 61 / 62])


@pytest.mark.parametrize("method", ["weighted", "rrf"])
def test_no_candidates(method):
    """Nothing in, nothing out."""
    assert fuse(candidates(a=[]), {"a": 1}, method).order.tolist() == []


def test_ranks_are_one_based_and_stable():
    """Ties go to the earlier place."""
    assert ranks(np.array([1, 3, 3, 2], dtype=np.float32)).tolist() == [4, 1, 2, 3]


class Originals:
    """An index that knows copies and nothing else."""

    def originals(self, numbers):
        """Documents 10, 12 and 14 are copies of 10; 13 is one of a document that was not found."""
        return np.array([{10: 10, 12: 10, 13: 9, 14: 10}.get(number, -1) for number in numbers], dtype=np.int32)


def test_the_best_of_several_copies_stands_for_all():
    """Others keep their order; copies are named by the place that stands for them, however many hits are wanted."""
    found = Candidates(np.arange(10, 15), {}, {}, np.zeros(5, np.int32), np.zeros((5, 2), np.int32))
    order = np.array([4, 1, 2, 3, 0])

    kept, copies = without_copies(Originals(), found, order, 2)
    assert (kept.tolist(), copies) == ([4, 1], {4: [2, 0]})
    kept, copies = without_copies(Originals(), found, order, 10)
    assert (kept.tolist(), copies) == ([4, 1, 3], {4: [2, 0]})
