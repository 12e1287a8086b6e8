"""The documents nearest to a question, and what passages with vectors can be asked for, wherever these are kept."""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from faqsearch import kernel
from faqsearch.errors import IndexFormatError
from faqsearch.index.arrays import DAMAGE_HINT
from faqsearch.vectors.interface import Vectors
from faqsearch.vocabulary import ranges


class Nearest(NamedTuple):
    """Documents, nearest first; of equal ones, that of the smaller passage."""

    documents: npt.NDArray[np.int64]
    scores: npt.NDArray[np.float32]
    """Of each one's best passage."""


class Passages(Protocol):
    """Passages with vectors, each of one document."""

    @property
    def passage_documents(self) -> npt.NDArray[np.int32]:
        """Document of each passage, ascending."""
        ...

    def search(
        self, vectors: Vectors, k: int, allowed: npt.NDArray[np.bool_] | None = None, *, exact: bool = False
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]:
        """Return scores and numbers of the `k` best passages for each vector; -1 where there are fewer."""
        ...

    def shortlists(self, vectors: Vectors, depth: int) -> npt.NDArray[np.int64] | None:
        """Return the passages worth a look for each vector, shape (n, passages), -1 where there are fewer.

        None where vectors are not asked about faster together than one by one.
        """
        ...

    def nearest(
        self,
        vector: Vectors,
        depth: int,
        least: float,
        allowed: npt.NDArray[np.bool_] | None = None,
        listed: npt.NDArray[np.int64] | None = None,
    ) -> Nearest:
        """Return the documents of the nearest passages whose score is above `least`: `depth` or more, if there are."""
        ...

    def stored(self) -> npt.NDArray[np.float32]:
        """Return all vectors, one after the other; float32, shape (passages * dimension,) or (passages, dimension)."""
        ...

    def vectors(self, passages: npt.NDArray[np.int64]) -> Vectors:
        """Return the stored vectors of `passages`; float32, shape (n, dimension)."""
        ...

    def products(self, passages: npt.NDArray[np.int64], vector: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Return the inner product of a vector and those of some passages; float32, shape (n,)."""
        ...


def first_documents(
    scores: npt.NDArray[np.float32], passages: npt.NDArray[np.int64], owners: npt.NDArray[np.int32], least: float
) -> Nearest:
    """Return the documents of the first of some passages, as `Passages.search` gave them for one vector."""
    near = np.flatnonzero((scores[0] > least) & (passages[0] >= 0))
    best: dict[int, float] = {}
    for document, score in zip(owners.take(passages[0][near]).tolist(), scores[0][near].tolist(), strict=True):
        best.setdefault(document, score)
    return Nearest(np.array(list(best), dtype=np.int64), np.array(list(best.values()), dtype=np.float32))


def best_passages(
    passages: Passages, starts: npt.NDArray[np.int64], documents: npt.NDArray[np.int64], vector: npt.NDArray[np.float32]
) -> npt.NDArray[np.float32]:
    """Return the score of each document's best passage, 0 or above; float32, shape (n,).

    Args:
        passages: Those of all documents.
        starts: The passages of document i are `starts[i]:starts[i + 1]`.
        documents: Document numbers; shape (n,).
        vector: A question's, shape (dimension,).

    Raises:
        IndexFormatError: The index is damaged.
    """
    if kernel.compiled is not None:
        found = np.empty(len(documents), dtype=np.float32)
        try:
            kernel.compiled.best_dots(passages.stored(), starts, documents, vector, found)
        except IndexError as error:
            raise IndexFormatError("the passages of the index are damaged", hint=DAMAGE_HINT) from error
        return found
    firsts, counts = starts[documents], starts[documents + 1] - starts[documents]
    scores = passages.products(ranges(firsts, counts), vector)
    best = np.zeros(len(documents), dtype=np.float32)
    filled = np.flatnonzero(counts)
    if len(filled):
        best[filled] = np.maximum.reduceat(scores, (np.cumsum(counts) - counts)[filled])
    return np.maximum(best, 0)
