"""Selection, against sorting everything."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from faqsearch.index.nearest import Nearest
from faqsearch.index.selection import best, collapse, promising, union

# Few distinct values, so that ties are common; BM25 Okapi may give negative ones.
SCORES = arrays.arrays(np.float32, st.integers(0, 40), elements=st.sampled_from([-1.0, 0.0, 0.5, 1.0, 2.0]))


@settings(deadline=None)
@given(scores=SCORES, depth=st.integers(1, 12))
def test_the_best_are_those_that_sorting_gives(scores, depth):
    """The highest that are not 0, ties to the smaller place, in ascending order."""
    found = [place for place in range(len(scores)) if scores[place]]
    expected = sorted(sorted(found, key=lambda place: (-scores[place], place))[:depth])

    assert best(scores, depth).tolist() == expected


def test_a_document_has_its_best_unit():
    """Documents without units have 0."""
    scores = np.array([1, 3, 2, 5], dtype=np.float32)

    assert collapse(scores, np.array([0, 0, 2, 3], dtype=np.int32), 5).tolist() == [3, 0, 2, 5, 0]


@given(st.lists(st.lists(st.integers(0, 30), unique=True)))
def test_a_union_has_each_number_once(parts):
    """Ascending."""
    chosen = [np.array(sorted(part), dtype=np.int64) for part in parts]

    assert union(chosen).tolist() == sorted(set().union(*parts))


def test_the_promising_are_first_in_the_legs_together():
    """Each leg counts by its own best score; a near document need be no other leg's; ties go to the smaller place."""
    documents = np.array([1, 3, 4, 7, 9])
    found = {"document": np.array([8, 2, 2, 4, 4], dtype=np.float32)}
    near = Nearest(np.array([9, 2, 1]), np.array([0.9, 0.8, 0.3], dtype=np.float32))
    maxima = {"document": 8.0, "dense": 0.9}

    # 1 + 1/3, 0.25, 0.25, 0.5 and 0.5 + 1
    assert promising(documents, found, near, maxima, 2).tolist() == [0, 4]
    assert promising(documents, found, near, maxima, 3).tolist() == [0, 3, 4]
    assert promising(documents, found, near, maxima, 4).tolist() == [0, 1, 3, 4]
    assert promising(documents, found, None, maxima, 2).tolist() == [0, 3]
