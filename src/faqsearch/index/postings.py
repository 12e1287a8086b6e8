"""Postings of one lexical leg: which units hold a term, and what it is worth there.

A *unit* is what BM25 takes for a document: a whole document, or one phrasing. `unit_documents` maps units to
document numbers, ascending, so a document's units lie side by side and collapse with one `maximum.reduceat`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from faqsearch.index.bm25 import absent_weights, inverse_document_frequency, posting_weights
from faqsearch.index.sequences import ranges
from faqsearch.settings import BM25
from faqsearch.vocabulary import Vocabulary, vocabulary_arrays

if TYPE_CHECKING:
    from scipy.sparse import csc_array

Ints = npt.NDArray[np.int64]
Arrays = dict[str, npt.NDArray[Any]]


@dataclass(frozen=True, slots=True)
class TermCounts:
    """The terms of some units, counted: what a worker process sends back, cheap to pickle."""

    terms: list[str]
    """Distinct terms of these units."""
    ids: npt.NDArray[np.int32]
    """Place in `terms`, one per (unit, term) pair."""
    tfs: npt.NDArray[np.uint16]
    """Occurrences of each pair; counts above 65,535 are cut, BM25 saturates long before."""
    sizes: npt.NDArray[np.int32]
    """Pairs of each unit; shape (units,)."""
    documents: npt.NDArray[np.int32]
    """0-based document of each unit, ascending; shape (units,)."""


def count_terms(units: Iterable[Sequence[str]], documents: npt.NDArray[np.int32]) -> TermCounts:
    """Count the terms of each unit; `documents` says which document each belongs to."""
    places: dict[str, int] = {}
    ids: list[int] = []
    tfs: list[int] = []
    sizes: list[int] = []
    for terms in units:
        counts = Counter(terms)
        ids.extend(places.setdefault(term, len(places)) for term in counts)
        tfs.extend(counts.values())
        sizes.append(len(counts))
    return TermCounts(
        terms=list(places),
        ids=np.array(ids, dtype=np.int32),
        tfs=np.minimum(np.array(tfs, dtype=np.int64), 65_535).astype(np.uint16),
        sizes=np.array(sizes, dtype=np.int32),
        documents=documents,
    )


class CountsBuilder:
    """Collect counted units, those of a document together and in order, then compile them."""

    def __init__(self) -> None:
        self._places: dict[str, int] = {}
        self._ids: list[npt.NDArray[np.int32]] = []
        self._tfs: list[npt.NDArray[np.uint16]] = []
        self._sizes: list[npt.NDArray[np.int32]] = []
        self._documents: list[npt.NDArray[np.int32]] = []

    def add(self, counts: TermCounts, numbers: npt.NDArray[np.int32]) -> None:
        """Add units; `numbers` are the numbers of their documents."""
        places = self._places
        moved = np.fromiter((places.setdefault(term, len(places)) for term in counts.terms), dtype=np.int32)
        self._ids.append(moved[counts.ids] if len(counts.ids) else counts.ids)
        self._tfs.append(counts.tfs)
        self._sizes.append(counts.sizes)
        self._documents.append(numbers[counts.documents])

    def arrays(self, settings: BM25, documents: int) -> Arrays:
        """Compile everything added into the arrays of a `Postings`, its vocabulary included."""
        from scipy.sparse import coo_array  # 0.2 s to import: builds only

        vocabulary, numbers = vocabulary_arrays(list(self._places))
        sizes = _joined(self._sizes, np.int32)
        owners = _joined(self._documents, np.int32)
        # An update adds what it knows after what it had to count; units are numbered by their documents.
        order = np.argsort(owners, kind="stable")
        numbered = np.empty(len(sizes), dtype=np.int32)
        numbered[order] = np.arange(len(sizes), dtype=np.int32)
        units = np.repeat(numbered, sizes)
        ids = _joined(self._ids, np.int32)
        columns = numbers.astype(np.int32)[ids] if len(ids) else ids
        tfs = _joined(self._tfs, np.uint16)
        matrix = coo_array((tfs, (units, columns)), shape=(len(sizes), len(vocabulary["keys"]))).tocsc()
        return {**vocabulary, **compile_postings(matrix, owners[order], settings, documents)}


def compile_postings(
    matrix: csc_array, unit_documents: npt.NDArray[np.int32], settings: BM25, documents: int
) -> Arrays:
    """Return the arrays of a `Postings`, without a vocabulary.

    Args:
        matrix: Occurrences, units by terms; rows within a column ascending, nothing stored twice.
        unit_documents: Document number of each unit, ascending; shape (units,).
        settings: The leg's BM25 variant and parameters.
        documents: Documents in the index, also those without a unit in this leg.
    """
    indptr = matrix.indptr.astype(np.int64)
    rows = matrix.indices.astype(np.int32, copy=False)
    tfs = np.minimum(matrix.data, 65_535).astype(np.uint16)
    lengths = np.bincount(rows, weights=tfs, minlength=matrix.shape[0]).astype(np.uint32)
    df = document_frequencies(indptr, unit_documents[rows])
    idf = inverse_document_frequency(settings, df, documents)
    weights = posting_weights(settings, idf=idf, indptr=indptr, units=rows, tfs=tfs, lengths=lengths)
    return {
        "indptr": indptr,
        "units": rows,
        "tfs": tfs,
        "weights": weights,
        "lengths": lengths,
        "unit_documents": unit_documents,
        "df": df.astype(np.uint32),
        "idf": idf.astype(np.float32),
        "absent": absent_weights(settings, idf).astype(np.float32),
    }


def document_frequencies(indptr: Ints, documents: npt.NDArray[Any]) -> Ints:
    """Return in how many distinct documents each term's postings lie; int64, shape (terms,).

    Args:
        indptr: Term bounds, shape (terms + 1,).
        documents: Document of each posting, ascending within a term.
    """
    if not len(documents):
        return np.zeros(len(indptr) - 1, dtype=np.int64)
    new = np.ones(len(documents), dtype=bool)
    new[1:] = documents[1:] != documents[:-1]
    starts = indptr[:-1]
    new[starts[starts < len(documents)]] = True
    counted = np.concatenate(([0], np.cumsum(new)))
    return np.asarray(counted[indptr[1:]] - counted[starts])


def _joined(parts: list[npt.NDArray[Any]], dtype: Any) -> npt.NDArray[Any]:
    return np.concatenate(parts) if parts else np.empty(0, dtype=dtype)


class Postings:
    """The read side: terms to scores. Safe to share between threads; nothing is written after opening."""

    def __init__(self, arrays: Arrays, documents: int) -> None:
        self.documents = documents
        self.unit_documents: npt.NDArray[np.int32] = arrays["unit_documents"]
        self.lengths: npt.NDArray[np.uint32] = arrays["lengths"]
        self.idf: npt.NDArray[np.float32] = arrays["idf"]
        self.df: npt.NDArray[np.uint32] = arrays["df"]
        self.absent: npt.NDArray[np.float32] = arrays["absent"]
        self.tfs: npt.NDArray[np.uint16] = arrays["tfs"]
        self._indptr: Ints = arrays["indptr"]
        self._units: npt.NDArray[np.int32] = arrays["units"]
        self._weights: npt.NDArray[np.float32] = arrays["weights"]
        count = len(self.unit_documents)
        self.one_unit_per_document = count == documents and bool(
            count == 0 or (self.unit_documents[0] == 0 and self.unit_documents[-1] == count - 1)
        )

    def documents_with_terms(self) -> Ints:
        """Count anew in how many documents each term is: what `df` holds; int64, shape (terms,)."""
        terms = np.repeat(np.arange(len(self._indptr) - 1), np.diff(self._indptr))
        pairs = np.unique(terms * (self.documents + 1) + self.unit_documents[self._units])
        return np.bincount(pairs // (self.documents + 1), minlength=len(self._indptr) - 1)

    def of(self, number: int) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]:
        """Return the units (ascending) that hold term `number`, and its weight in each."""
        start, end = int(self._indptr[number]), int(self._indptr[number + 1])
        return self._units[start:end], self._weights[start:end]

    def counts(self, vocabulary: Vocabulary, documents: Ints) -> TermCounts:
        """Return what `count_terms` gave for `documents` (numbers, in any order); `vocabulary` is the leg's."""
        from scipy.sparse import csc_array  # 0.2 s to import: updates only

        first = np.searchsorted(self.unit_documents, documents)
        sizes = np.searchsorted(self.unit_documents, documents, side="right") - first
        shape = (len(self.unit_documents), len(vocabulary))
        rows = csc_array((self.tfs, self._units, self._indptr), shape=shape).tocsr()[ranges(first, sizes)]
        terms, ids = vocabulary.distinct(rows.indices)
        owners = np.repeat(np.arange(len(documents), dtype=np.int32), sizes)
        return TermCounts(terms, ids, rows.data, np.diff(rows.indptr).astype(np.int32), owners)

    def scores(self, terms: Iterable[tuple[int, float]]) -> npt.NDArray[np.float32]:
        """Return every unit's score: the sum over `terms` of factor times weight; float32, shape (units,).

        Args:
            terms: (term number, factor) pairs; a term asked twice comes twice or with factor 2.
        """
        scores = np.zeros(len(self.unit_documents), dtype=np.float32)
        for number, factor in terms:
            units, weights = self.of(number)
            # A term occurs once among its own units, so plain indexing adds each exactly once.
            scores[units] += weights if factor == 1.0 else weights * np.float32(factor)
        return scores

    def add_best(self, group: Sequence[tuple[int, float]], scores: npt.NDArray[np.float32]) -> None:
        """Add to each unit's score what the best of some alternative terms is worth there.

        Args:
            group: (term number, factor) pairs.
            scores: float32, shape (units,); changed in place.
        """
        parts = [self.of(number) for number, _ in group]
        units = np.concatenate([units for units, _ in parts])
        worth = np.concatenate([w * np.float32(f) for (_, w), (_, f) in zip(parts, group, strict=True)])
        order = np.lexsort((-worth, units))
        units, worth = units[order], worth[order]
        first = np.flatnonzero(np.diff(units, prepend=-1))
        scores[units[first]] += worth[first]

    def raise_to_phrase(self, numbers: Sequence[int], factor: float, scores: npt.NDArray[np.float32]) -> None:
        """Raise the score of units that hold all words of a phrase to what the least of them is worth there.

        Enough to make them candidates; whether the words stand together is seen when those are read.

        Args:
            numbers: Term numbers; -1 for a word the index does not know, with which no unit holds them all.
            factor: The phrase's weight.
            scores: float32, shape (units,); changed in place.
        """
        if min(numbers) < 0:
            return
        units, worth = self.of(numbers[0])
        for number in numbers[1:]:
            others, weights = self.of(number)
            units, own, other = np.intersect1d(units, others, assume_unique=True, return_indices=True)
            worth = np.minimum(worth[own], weights[other])
        scores[units] = np.maximum(scores[units], worth * np.float32(factor))
