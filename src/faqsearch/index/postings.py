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

from faqsearch import kernel
from faqsearch.index.arrays import ArrayFileWriter, ArrayPlace, by_prefix, open_arrays
from faqsearch.index.bm25 import absent_weights, inverse_document_frequency, posting_weights
from faqsearch.settings import BM25
from faqsearch.vocabulary import FIRST_LONG_KEY, Vocabulary, ranges

if TYPE_CHECKING:
    from faqsearch.index.counts import MergedCounts, TermCounts

Ints = npt.NDArray[np.int64]
Arrays = dict[str, npt.NDArray[Any]]


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
    units, tfs, weights = (
        file.reserve(f"{leg}/{name}", dtype, size)
        for name, dtype in (("units", np.int32), ("tfs", np.uint16), ("weights", np.float32))
    )
    for part in counts.parts:
        units(part.units)
        tfs(part.tfs)
        own = slice(part.first, part.last)
        indptr = counts.indptr[part.first : part.last + 1] - counts.indptr[part.first]
        weights(
            posting_weights(
                settings, idf=idf[own], indptr=indptr, units=part.units, tfs=part.tfs, lengths=counts.lengths
            )
        )
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
        counts = self._indptr[numbers + 1] - self._indptr[numbers]
        held = ranges(self._indptr[numbers], counts)
        units = places[self._units[held]]
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
        whole = csc_array((self.tfs, self._units, self._indptr), shape=shape)
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

    def group_scores(self, groups: Sequence[Sequence[tuple[int, float]]]) -> npt.NDArray[np.float32]:
        """Return every unit's score: the sum over groups of what the best of its terms is worth; shape (units,).

        Args:
            groups: Alternatives, as (term number, factor) pairs; none is empty.

        Raises:
            IndexError: The postings are damaged.
        """
        single = [group[0] for group in groups if len(group) == 1]
        several = [group for group in groups if len(group) > 1]
        if kernel.compiled is None:
            scores = self.scores(single)
            for group in several:
                self.add_best(group, scores)
            return scores
        terms = [*single, *(term for group in several for term in group)]
        scores = np.empty(len(self.unit_documents), dtype=np.float32)
        kernel.compiled.scores(
            self._indptr,
            self._units,
            self._weights,
            np.array([number for number, _ in terms], dtype=np.int64),
            np.array([factor for _, factor in terms], dtype=np.float32),
            np.array([1] * len(single) + [len(group) for group in several], dtype=np.int64),
            scores,
        )
        return scores

    def scores(self, terms: Iterable[tuple[int, float]]) -> npt.NDArray[np.float32]:
        """Return every unit's score: the sum over `terms` of factor times weight; float32, shape (units,).

        Args:
            terms: (term number, factor) pairs; a term asked twice comes twice or with factor 2.
        """
        found = [(*self.of(number), factor) for number, factor in terms]
        if not found:
            return np.zeros(len(self.unit_documents), dtype=np.float32)
        # One pass over the postings of all terms: 2.4 times as fast as adding term by term.
        units = np.concatenate([units for units, _, _ in found])
        # Damaged numbers must not ask for more memory than there is; seen as unsigned, a negative one is large.
        if units.view(np.uint32).max(initial=0) >= max(len(self.unit_documents), 1):
            raise IndexError("a posting of no unit")
        worth = np.concatenate([w if factor == 1.0 else w * np.float32(factor) for _, w, factor in found])
        return np.bincount(units, worth, minlength=len(self.unit_documents)).astype(np.float32)

    def add_best(self, group: Sequence[tuple[int, float]], scores: npt.NDArray[np.float32]) -> None:
        """Add to each unit's score what the best of some alternative terms is worth there.

        Args:
            group: (term number, factor) pairs.
            scores: float32, shape (units,); changed in place.
        """
        best = np.full(len(scores), -np.inf, dtype=np.float32)
        for number, factor in group:
            units, weights = self.of(number)
            # A term has one posting for a unit, so plain indexing sets each exactly once.
            best[units] = np.maximum(best[units], weights * np.float32(factor))
        np.add(scores, best, out=scores, where=best > -np.inf)

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
