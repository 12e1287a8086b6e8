"""Repeats: which documents store a question as it was typed. They are what was asked for, and come first.

Lemmas cannot tell コンテナとは何 from コンテナとは何ですか, and a long answer may match better than the question itself: of the
3,394 distinct questions of a real FAQ, asked as they are stored, 9 would not bring their own entry first, of 1,784 of
another 24, and of 2,841 titles of articles 27.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from faqsearch.index.interface import Candidates
from faqsearch.passages import phrasings
from faqsearch.ranking import Ranking
from faqsearch.text import fold

if TYPE_CHECKING:
    from faqsearch.index.interface import Index

# Of 10,000 stored questions asked, all are among the first ten, and theirs is the question they come nearest to: the
# least of what was seen is 0.38 of the question's information and 0.44 of the stored phrasing's.
_LOOKED_AT, _LEAST = 10, 0.3
_NEAR = frozenset({"coverage", "focus"})
REPEAT = "repeat"
"""Where explanations say what being a repeat added to a score."""


class Led(NamedTuple):
    """A ranking with the repeats first."""

    ranking: Ranking
    sure: bool
    """Whether the first stores the question as it was typed, and no other that answers otherwise does."""


def lead(index: Index, query: str, candidates: Candidates, ranking: Ranking) -> Led:
    """Put the documents that store the question as it was typed before all others.

    Args:
        index: Where the candidates come from.
        query: The question.
        candidates: What the legs found.
        ranking: Their fusion.
    """
    asked = bare(query)
    best = ranking.order[:_LOOKED_AT]
    near = _near(candidates, best) if asked else []
    documents = index.documents(candidates.documents[near].tolist())
    answers = {
        place: bare(document.answer)
        for place, document in zip(near, documents, strict=True)
        if any(asked == bare(phrasing) for phrasing in phrasings(document))
    }
    if not answers:
        return Led(ranking, sure=False)
    first = np.array(list(answers))
    order = np.concatenate((first, ranking.order[~np.isin(ranking.order, first)]))
    return Led(_with_first(ranking, order, len(first)), sure=len(set(answers.values())) == 1)


def _near(candidates: Candidates, places: npt.NDArray[np.int64]) -> list[int]:
    """Which of some places hold enough of the question, in their order."""
    near: list[int] = places.tolist()
    for share in _NEAR & candidates.scores.keys():
        held = candidates.scores[share]
        near = [place for place in near if held[place] >= _LEAST]
    return near


def _with_first(ranking: Ranking, order: npt.NDArray[np.int64], repeats: int) -> Ranking:
    """The same in another order, whose first few score no less than any other document."""
    if np.array_equal(order, ranking.order):
        return ranking
    added = np.zeros_like(ranking.scores)
    first = order[:repeats]
    added[first] = ranking.scores.max() - ranking.scores[first]
    return Ranking(order, ranking.scores + added, {**ranking.shares, REPEAT: added})


# The same entries come up again and again, whatever is asked.
@lru_cache(maxsize=4_096)
def bare(text: str) -> str:
    """Return what is left of a text without white space, punctuation and differences of width and case."""
    return "".join(filter(str.isalnum, fold(text)))
