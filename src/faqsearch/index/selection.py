"""Selection: from scores of units to the documents worth a closer look."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from faqsearch import kernel
from faqsearch.index.interface import Scores


def best(scores: Scores, depth: int) -> npt.NDArray[np.int64]:
    """Return the places of the `depth` best scores that are not 0; ties go to the smaller place. Ascending."""
    if kernel.compiled is not None:
        found = np.empty(max(min(depth, len(scores)), 0), dtype=np.int64)
        return found[: kernel.compiled.best(scores, found)]
    return best_in_numpy(scores, depth)


def best_in_numpy(scores: Scores, depth: int) -> npt.NDArray[np.int64]:
    """Do what `best` does, without the kernel."""
    least = len(scores) - depth
    border = np.partition(scores, least)[least] if least > 0 else 0
    if border <= 0:
        found = np.flatnonzero(scores)
        return np.sort(found[np.argsort(-scores[found], kind="stable")[:depth]])
    above = np.flatnonzero(scores > border)
    return np.sort(np.concatenate((above, np.flatnonzero(scores == border)[: depth - len(above)])))


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
