"""Postings of one lexical leg: which units hold a term, and what it is worth there.

A *unit* is what BM25 takes for a document: a whole document, or one phrasing. `unit_documents` maps units to
document numbers, ascending, so a document's units lie side by side and collapse with one `maximum.reduceat`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from faqsearch.index.arrays import ArrayFileWriter, ArrayPlace, by_prefix, open_arrays
from faqsearch.index.bm25 import absent_weights, inverse_document_frequency, posting_weights
from faqsearch.settings import BM25
from faqsearch.vocabulary import FIRST_LONG_KEY, Vocabulary, ranges

if TYPE_CHECKING:
    from faqsearch.index.counts import MergedCounts, TermCounts

Ints = npt.NDArray[np.int64]
Arrays = dict[str, npt.NDArray[Any]]
Group = Sequence[tuple[int, float]]
"""Alternatives: term numbers and factors. A unit scores the best of them."""


def write_postings(
    file: ArrayFileWriter, leg: str, counts: MergedCounts, settings: BM25, documents: int
) -> npt.NDArray[np.float32]:
    """Write the arrays of a `Postings`, without a vocabulary; return each term's idf.

    Args:
        file: Where to.
        leg: Goes before the arrays' names.
        counts: All units of the leg.
        settings: The leg's BM25 variant and parameters.
        documents: Documents in the index, also those without a unit in this leg.
    """
    idf = inverse_document_frequency(settings, counts.df, documents)
    whole: Arrays = {
        "indptr": counts.indptr,
        "lengths": counts.lengths,
        "unit_documents": counts.unit_documents,
        "df": counts.df.astype(np.uint32),
        "idf": idf.astype(np.float32),
        "absent": absent_weights(settings, idf).astype(np.float32),
    }
    for name, array in whole.items():
        file.add(f"{leg}/{name}", array)
    size = int(counts.indptr[-1])
    most = file.reserve(f"{leg}/most", np.float32, len(counts.df))
    units, tfs, weights = (
        file.reserve(f"{leg}/{name}", dtype, size)
        for name, dtype in (("units", np.int32), ("tfs", np.uint16), ("weights", np.float32))
    )
    for part in counts.parts:
        units(part.units)
        tfs(part.tfs)
        own = slice(part.first, part.last)
        indptr = counts.indptr[part.first : part.last + 1] - counts.indptr[part.first]
        found = posting_weights(
            settings, idf=idf[own], indptr=indptr, units=part.units, tfs=part.tfs, lengths=counts.lengths
        )
        weights(found)
        most(largest_weights(found, indptr))
    return idf.astype(np.float32)


def weigh_again(path: Path, places: Mapping[str, ArrayPlace], leg: str, settings: BM25, documents: int) -> None:
    """Write the weights of a leg anew, for another k1 or b; all else in the file stays as it is.

    Args:
        path: The file `write_postings` wrote to, or a copy.
        places: Its arrays.
        leg: Goes before the arrays' names.
        settings: The leg's new parameters; of the variant it has.
        documents: Documents in the index.
    """
    from faqsearch.index.counts import stretches

    arrays = by_prefix(open_arrays(path, places))[leg]
    idf = inverse_document_frequency(settings, arrays["df"], documents)
    indptr, lengths = arrays["indptr"], arrays["lengths"]
    most = np.zeros(len(indptr) - 1, dtype="<f4")
    with path.open("r+b") as file:
        file.seek(places[f"{leg}/weights"].offset)
        for first, last in stretches(indptr):
            own = slice(int(indptr[first]), int(indptr[last]))
            weights = posting_weights(
                settings,
                idf=idf[first:last],
                indptr=indptr[first : last + 1] - own.start,
                units=arrays["units"][own],
                tfs=arrays["tfs"][own],
                lengths=lengths,
            )
            file.write(weights.astype("<f4", copy=False).data)
            most[first:last] = largest_weights(weights, indptr[first : last + 1] - own.start)
        file.seek(places[f"{leg}/most"].offset)
        file.write(most.data)


def largest_weights(weights: npt.NDArray[np.float32], indptr: Ints) -> npt.NDArray[np.float32]:
    """Return the largest weight of each term, 0 for one that no unit holds; shape (terms,)."""
    most = np.zeros(len(indptr) - 1, dtype=np.float32)
    held = np.flatnonzero(np.diff(indptr))
    if len(held):
        most[held] = np.maximum.reduceat(weights, indptr[held])
    return most


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
        self.indptr: Ints = arrays["indptr"]
        self.units: npt.NDArray[np.int32] = arrays["units"]
        self.weights: npt.NDArray[np.float32] = arrays["weights"]
        self.most: npt.NDArray[np.float32] = arrays["most"]
        # Not by counting alone: one document may have two phrasings, and another none.
        self.one_unit_per_document = np.array_equal(self.unit_documents, np.arange(documents))

    def documents_with_terms(self) -> Ints:
        """Count anew in how many documents each term is: what `df` holds; int64, shape (terms,)."""
        terms = np.repeat(np.arange(len(self.indptr) - 1), np.diff(self.indptr))
        pairs = np.unique(terms * (self.documents + 1) + self.unit_documents[self.units])
        return np.bincount(pairs // (self.documents + 1), minlength=len(self.indptr) - 1)

    def of(self, number: int) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]:
        """Return the units (ascending) that hold term `number`, and its weight in each."""
        start, end = int(self.indptr[number]), int(self.indptr[number + 1])
        return self.units[start:end], self.weights[start:end]

    def part(self, numbers: Ints, documents: Ints) -> Arrays:
        """Return the arrays of a `Postings` without weights: of some terms, in some documents, both numbered anew from 0.

        Args:
            numbers: Terms, ascending.
            documents: Document numbers, ascending.
        """
        first = np.searchsorted(self.unit_documents, documents)
        sizes = np.searchsorted(self.unit_documents, documents, side="right") - first
        own = ranges(first, sizes)
        places = np.full(len(self.unit_documents), -1, dtype=np.int32)
        places[own] = np.arange(len(own), dtype=np.int32)
        counts = self.indptr[numbers + 1] - self.indptr[numbers]
        held = ranges(self.indptr[numbers], counts)
        units = places[self.units[held]]
        inside = units >= 0
        terms = np.repeat(np.arange(len(numbers)), counts)[inside]
        return {
            "indptr": np.concatenate(([0], np.cumsum(np.bincount(terms, minlength=len(numbers)), dtype=np.int64))),
            "units": units[inside],
            "tfs": self.tfs[held[inside]],
            "lengths": self.lengths[own],
            "unit_documents": np.repeat(np.arange(len(documents), dtype=np.int32), sizes),
            **{name: getattr(self, name)[numbers] for name in ("df", "idf", "absent")},
        }

    def counts(self, vocabulary: Vocabulary, documents: Ints) -> TermCounts:
        """Return what `count_terms` gave for `documents` (numbers, in any order); `vocabulary` is the leg's."""
        from scipy.sparse import csc_array  # 0.2 s to import: updates only

        first = np.searchsorted(self.unit_documents, documents)
        sizes = np.searchsorted(self.unit_documents, documents, side="right") - first
        shape = (len(self.unit_documents), len(vocabulary))
        whole = csc_array((self.tfs, self.units, self.indptr), shape=shape)
        whole.check_format()  # scipy reads wherever the numbers say, and a partition may be anyone's
        own = whole.tocsr()[ranges(first, sizes)].tocsc()
        counts = np.diff(own.indptr)
        held = np.flatnonzero(counts)
        keys = vocabulary.keys[held]
        from faqsearch.index.counts import TermCounts

        return TermCounts(
            keys=keys,
            long_terms=[vocabulary.term(int(number)) for number in held[keys >= FIRST_LONG_KEY]],
            sizes=counts[held].astype(np.int32),
            units=own.indices.astype(np.int32, copy=False),
            tfs=own.data,
            documents=np.repeat(np.arange(len(documents), dtype=np.int32), sizes),
        )

    def scores(self, terms: Iterable[tuple[int, float]]) -> npt.NDArray[np.float32]:
        """Return every unit's score: the sum over `terms` of factor times weight; float32, shape (units,).

        Args:
            terms: (term number, factor) pairs; a term asked twice comes twice or with factor 2.

        Raises:
            IndexError: The postings are damaged.
        """
        return self.group_scores([[term] for term in terms])

    def group_scores(self, groups: Sequence[Group]) -> npt.NDArray[np.float32]:
        """Return every unit's score: the sum over groups of what the best of its terms is worth; shape (units,).

        Slow: it reads all postings. `LegScores` is the fast way.

        Args:
            groups: Alternatives, as (term number, factor) pairs.

        Raises:
            IndexError: The postings are damaged.
        """
        # In doubles, sums of some single floats are exact, and the same in any order.
        sums = np.zeros(len(self.unit_documents))
        best = np.empty(len(sums), dtype=np.float32)
        for group in groups:
            best.fill(-np.inf)
            for number, factor in group:
                units, weights = self.of(number)
                # Damaged numbers must not go unseen; as unsigned, a negative one is large.
                if units.view(np.uint32).max(initial=0) >= max(len(sums), 1):
                    raise IndexError("a posting of no unit")
                # A term has one posting for a unit, so plain indexing sets each exactly once.
                best[units] = np.maximum(best[units], weights * np.float32(factor))
            np.add(sums, best, out=sums, where=best > -np.inf)
        return sums.astype(np.float32)

    def phrase(self, numbers: Sequence[int], factor: float) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]:
        """Return the units (ascending) that hold all words of a phrase, and what the least of them is worth in each.

        Enough to make them candidates; whether the words stand together is seen when those are read.

        Args:
            numbers: Term numbers; -1 for a word the index does not know, with which no unit holds them all.
            factor: The phrase's weight.
        """
        if min(numbers) < 0:
            return np.empty(0, np.int32), np.empty(0, np.float32)
        # The rarest word first: the others are looked up for its units.
        first, *others = sorted(numbers, key=lambda number: int(self.indptr[number + 1] - self.indptr[number]))
        units, worth = self.of(first)
        for number in others:
            own, weights = self.of(number)
            places = np.minimum(np.searchsorted(own, units), max(len(own) - 1, 0))
            held = np.flatnonzero(own.take(places) == units) if len(own) else np.empty(0, np.int64)
            units, worth = units[held], np.minimum(worth[held], weights.take(places[held]))
        return units, worth * np.float32(factor)
