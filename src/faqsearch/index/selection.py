"""Selection: from scores of units to the documents worth a closer look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from faqsearch import kernel
from faqsearch.index.interface import Scores
from faqsearch.index.nearest import Nearest

# What a leg says before a document is read. Of the ten that a ranking of all candidates puts first, the hundred most
# promising lack one in 3,000 (localgovfaq) to one in 500 (15,000 documents of benchmarks/corpora.py; one-off).
_PROMISE = {"document": 1.0, "question": 0.5, "bigram": 0.6, "reading": 0.5, "dense": 0.7}
_NONE_NEAR = Nearest(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32))


def best(scores: Scores, depth: int) -> npt.NDArray[np.int64]:
    """Return the places of the `depth` best scores that are not 0; ties go to the smaller place. Ascending."""
    if kernel.compiled is not None:
        found = np.empty(max(min(depth, len(scores)), 0), dtype=np.int64)
        return found[: kernel.compiled.best(scores, found)]
    return best_in_numpy(scores, depth)


def best_in_numpy(scores: Scores, depth: int) -> npt.NDArray[np.int64]:
    """Do what `best` does, without the kernel."""
    least = len(scores) - depth
    border = np.partition(scores, least)[least] if depth > 0 and least > 0 else 0
    if border <= 0:
        found = np.flatnonzero(scores)
        return np.sort(found[np.argsort(-scores[found], kind="stable")[: max(depth, 0)]])
    above = np.flatnonzero(scores > border)
    return np.sort(np.concatenate((above, np.flatnonzero(scores == border)[: depth - len(above)])))


def union(chosen: Sequence[npt.NDArray[np.int64]]) -> npt.NDArray[np.int64]:
    """Return the numbers in any of some arrays, ascending, each once."""
    # Not `np.unique`, which imports numpy.ma: 15 ms of a command's start.
    every = np.concatenate(chosen) if chosen else np.empty(0, dtype=np.int64)
    if kernel.compiled is not None:
        return every[: kernel.compiled.unite(every)]
    every.sort()
    new = np.ones(len(every), dtype=bool)
    np.not_equal(every[1:], every[:-1], out=new[1:])
    return every[new]


def promising(
    documents: npt.NDArray[np.int64],
    found: Mapping[str, Scores],
    near: Nearest | None,
    maxima: Mapping[str, float],
    most: int,
) -> npt.NDArray[np.int64]:
    """Return which candidates are worth being read: the first under a sum of what is known without reading.

    Args:
        documents: The candidates' numbers, ascending.
        found: Lexical leg to their scores.
        near: The documents nearest to the question; no other counts as near.
        maxima: Leg to its best score.
        most: How many.

    Returns:
        Places in `documents`, ascending; of equal ones, the smaller are kept.
    """
    if kernel.compiled is None:
        return promising_in_numpy(documents, found, near, maxima, most)
    factors = [_PROMISE[leg] / maxima[leg] if maxima[leg] > 0 else 0.0 for leg in found]
    nearest = near if near is not None and maxima["dense"] > 0 else _NONE_NEAR
    kept = np.empty(min(most, len(documents)), dtype=np.int64)
    count = kernel.compiled.promising(
        documents,
        np.concatenate(list(found.values())),
        np.array(factors, dtype=np.float32),
        *nearest,
        np.array([_PROMISE["dense"] / maxima["dense"] if nearest is near else 0.0], dtype=np.float32),
        kept,
    )
    return kept[:count]


def promising_in_numpy(
    documents: npt.NDArray[np.int64],
    found: Mapping[str, Scores],
    near: Nearest | None,
    maxima: Mapping[str, float],
    most: int,
) -> npt.NDArray[np.int64]:
    """Do what `promising` does, without the kernel."""
    promise = np.zeros(len(documents), dtype=np.float32)
    for leg, scores in found.items():
        if maxima[leg] > 0:
            promise += scores * np.float32(_PROMISE[leg] / maxima[leg])
    if near is not None and maxima["dense"] > 0:
        cosines = np.zeros(len(documents), dtype=np.float32)
        places = np.searchsorted(documents, near.documents)
        places[places == len(documents)] = 0
        among = documents[places] == near.documents
        cosines[places[among]] = near.scores[among]
        promise += cosines * np.float32(_PROMISE["dense"] / maxima["dense"])
    return best_in_numpy(promise, most)


def collapse(scores: Scores, owners: npt.NDArray[np.int32], documents: int) -> Scores:
    """Return each document's best unit; 0 for one without units.

    Args:
        scores: Of units; shape (units,).
        owners: Document of each unit, ascending; shape (units,).
        documents: How many there are.
    """
    whole = np.zeros(documents, dtype=np.float32)
    if len(owners):
        starts = np.flatnonzero(np.diff(owners, prepend=-1))
        whole[owners[starts]] = np.maximum.reduceat(scores, starts)
    return whole
