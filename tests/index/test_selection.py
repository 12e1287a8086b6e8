"""Selection, against sorting everything."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from faqsearch.index.selection import best, collapse

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
