"""Merging: the lexical arrays of a new generation from those of the one before and those of the documents added.

What a build makes of a document's words does not depend on other documents, except for numbers (of terms, units and
documents) and sums (how many documents hold a term). So the arrays of a build are those of the generation before,
without the documents that are gone, with those of the added documents between them, numbered again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from faqsearch.index.characters import KanjiCounts, kanji_lengths
from faqsearch.index.counts import MergedCounts, Part, occurrences, stretches
from faqsearch.index.sequences import mean_length
from faqsearch.index.splicing import Moves, Splice, places_within
from faqsearch.vocabulary import ranges

Ints = npt.NDArray[np.int64]
Arrays = dict[str, npt.NDArray[Any]]

WORD_LEGS = ("document", "question")
"""Legs that count the words of the sequences and share their vocabulary."""

# Occurrences, of hundreds of millions, that are looked at in one go.
_LOOKED_AT = 1 << 22


class Terms:
    """The terms of a new generation: those of the old one that are left, and those of the added documents."""

    def __init__(self, old: Arrays, left: Ints, added: Arrays) -> None:
        """Bring two vocabularies together.

        Args:
            old: The old one's arrays.
            left: In how many of the documents kept each old term stands.
            added: The arrays of the added documents' vocabulary.
        """
        self._old, self._added = old, added
        keys = added["keys"]
        self.places: Ints = np.searchsorted(old["keys"], keys)
        """For each added term, its number among the old ones, or that of the one before which it would come."""
        self.known = np.zeros(len(keys), dtype=bool)
        inside = np.flatnonzero(self.places < len(old["keys"]))
        self.known[inside] = old["keys"][self.places[inside]] == keys[inside]
        gone = left == 0
        gone[self.places[self.known]] = False
        self.new = np.flatnonzero(~self.known)
        """Added terms that are no old ones."""
        self.splice = Splice(len(old["keys"]), np.flatnonzero(gone), self.places[self.new])
        self.numbers = np.empty(len(keys), dtype=np.int64)
        """The new number of each added term."""
        self.numbers[self.new] = self.splice.added
        self.numbers[self.known] = self.splice.old[self.places[self.known]]

    def arrays(self) -> Arrays:
        """Return the arrays of the new `Vocabulary`."""
        old, added = self._old, self._added
        sizes = np.diff(added["term_offsets"])[self.new]
        text = added["term_text"][ranges(added["term_offsets"][self.new], sizes)]
        offsets = np.concatenate(([0], np.cumsum(sizes)))
        return {
            "keys": self.splice(old["keys"], added["keys"][self.new]),
            "term_offsets": self.splice.starts(old["term_offsets"], offsets),
            "term_text": self.splice.within(old["term_offsets"], offsets)(old["term_text"], text),
        }


class LegMerge:
    """The occurrences of a leg."""

    def __init__(self, old: Arrays, added: Arrays, moves: Moves) -> None:
        """Look for what goes.

        Args:
            old: The old arrays of the leg's `Postings`.
            added: Those of `occurrences` of the added documents, which are numbered as in the new generation.
            moves: Where the documents come from.
        """
        self._old, self._added, self._moves = old, added, moves
        self._units = moves.units(old["unit_documents"], added["unit_documents"])
        gone = np.zeros(len(old["unit_documents"]), dtype=bool)
        gone[self._units.dropped] = True
        found = [
            np.flatnonzero(gone[old["units"][start : start + _LOOKED_AT]]) + start
            for start in range(0, len(old["units"]), _LOOKED_AT)
        ]
        self._dropped = np.concatenate(found) if found else np.empty(0, dtype=np.int64)
        self.dropped_terms = np.searchsorted(old["indptr"], self._dropped, side="right") - 1
        """Old term of each occurrence that goes."""
        self.dropped_documents = old["unit_documents"][old["units"][self._dropped]]
        """Old document of each occurrence that goes."""
        documents = np.ones(len(self._dropped), dtype=bool)
        documents[1:] = (np.diff(self.dropped_terms) != 0) | (np.diff(self.dropped_documents) != 0)
        fewer = np.bincount(self.dropped_terms[documents], minlength=len(old["df"]))
        self.left = old["df"].astype(np.int64) - fewer
        """In how many of the documents kept each old term stands."""

    def counts(self, terms: Terms) -> MergedCounts:
        """Return the occurrences in all documents."""
        old, added, units = self._old, self._added, self._units
        counts = np.diff(added["indptr"])
        places = terms.places
        first = old["indptr"][places]
        last = np.where(terms.known, old["indptr"][np.minimum(places + 1, len(old["df"]))], first)
        at = places_within(old["units"], np.repeat(first, counts), np.repeat(last, counts), units.at[added["units"]])
        none = np.zeros(len(terms.new), dtype=np.int64)
        sizes = np.diff(old["indptr"]) - np.bincount(self.dropped_terms, minlength=len(old["df"]))
        sizes, df = terms.splice(sizes, none), terms.splice(self.left, none)
        sizes[terms.numbers] += counts
        df[terms.numbers] += added["df"]
        indptr = np.concatenate(([0], np.cumsum(sizes)))
        return MergedCounts(
            indptr,
            df,
            units(old["lengths"], added["lengths"]),
            units(self._moves.documents.renumbered(old["unit_documents"]), added["unit_documents"]),
            self._parts(terms, indptr, at),
        )

    def _parts(self, terms: Terms, indptr: Ints, at: Ints) -> Iterator[Part]:
        """The occurrences, so many terms at a time that memory is bounded, whatever the index holds.

        Args:
            terms: All terms.
            indptr: Where the occurrences of each will be.
            at: For each occurrence added, that of the old ones before which it comes.
        """
        old, added, units = self._old, self._added, self._units
        # An old term that goes, of which no occurrence is left, stands with the one before it.
        numbers = np.maximum.accumulate(terms.splice.old)
        for first, last in stretches(indptr):
            start, end = old["indptr"][np.searchsorted(numbers, (first, last))].tolist()
            own = slice(*added["indptr"][np.searchsorted(terms.numbers, (first, last))].tolist())
            dropped = self._dropped[slice(*np.searchsorted(self._dropped, (start, end)).tolist())]
            # A term that is new may come before old ones that went, and were counted to the stretch before.
            splice = Splice(end - start, dropped - start, np.maximum(at[own], start) - start)
            before = units.renumbered(old["units"][start:end])
            yield Part(
                first,
                last,
                splice(before, units.added[added["units"][own]]),
                splice(old["tfs"][start:end], added["tfs"][own]),
            )


class LexicalMerge:
    """The sequences and legs of a new generation; arrays as a build makes them, before they are weighed."""

    def __init__(self, old: Mapping[str, Arrays], words: Arrays, legs: Mapping[str, Arrays], moves: Moves) -> None:
        """Bring both together.

        Args:
            old: The old arrays by leg, the sequences under `words`.
            words: The sequences of the added documents, which are numbered as in the new generation.
            legs: Their occurrences, by leg; the legs that are not of words with their vocabulary.
            moves: Where the documents come from.
        """
        merges = {leg: LegMerge(old[leg], added, moves) for leg, added in legs.items()}
        document = merges["document"]
        self.terms = Terms(old["words"], document.left, words)
        self.units = moves.units(old["words"]["unit_documents"], words["unit_documents"])
        self.words = self._words(old["words"], words, moves)
        self.vocabularies: dict[str, Arrays] = {}
        """Of the legs that do not share that of the words."""
        self._counts: dict[str, MergedCounts] = {}
        for leg, merge in merges.items():
            terms = self.terms if leg in WORD_LEGS else Terms(old[leg], merge.left, legs[leg])
            if leg not in WORD_LEGS:
                self.vocabularies[leg] = terms.arrays()
            self._counts[leg] = merge.counts(terms)
        dropped = (document.dropped_terms, document.dropped_documents)
        self.kanji = (
            KanjiCounts.stored(old["words"]) - KanjiCounts.counted(old["words"], *dropped) + KanjiCounts.of(words)
        )
        """In how many documents each kanji stands."""
        added = kanji_lengths(words, len(moves.documents))[moves.documents.added]
        self.kanji_lengths = moves.documents(old["words"]["kanji_lengths"], added)

    def counts(self, leg: str) -> MergedCounts:
        """Return the occurrences of a leg; once."""
        return self._counts.pop(leg)

    def _words(self, old: Arrays, added: Arrays, moves: Moves) -> Arrays:
        units = self.units
        words = units.within(old["unit_starts"], added["unit_starts"])
        starts = units.starts(old["unit_starts"], added["unit_starts"])
        kinds = units(old["unit_kinds"], added["unit_kinds"])
        owners = units(moves.documents.renumbered(old["unit_documents"]), added["unit_documents"])
        return {
            **self.terms.arrays(),
            "mean_length": mean_length(kinds, np.diff(starts)),
            "unit_starts": starts,
            "unit_kinds": kinds,
            "unit_documents": owners,
            "unit_spans": units(old["unit_spans"], added["unit_spans"]),
            "document_units": np.searchsorted(owners, np.arange(len(moves.documents) + 1)).astype(np.int64),
            "sequence": words(self.terms.splice.renumbered(old["sequence"]), self.terms.numbers[added["sequence"]]),
        }


@dataclass(frozen=True, slots=True)
class Lexical:
    """The words of a generation that was written."""

    words: Arrays
    """The arrays of its `Sequences`."""
    added: Arrays
    """Those of the documents that were added; all of them, when there was nothing to merge them with."""
    merged: LexicalMerge | None
    documents: int


def merged_facets(old: Arrays, added: Arrays, moves: Moves) -> Arrays:
    """Return the arrays of a `Facets` over all documents.

    Args:
        old: Those of the generation before.
        added: Those of the added documents, which are numbered as in the new generation.
        moves: Where the documents come from.
    """
    own = np.unique(added["documents"])
    before = _as_leg(old, np.arange(moves.documents.size), old["documents"])
    merge = LegMerge(before, _as_leg(added, own, np.searchsorted(own, added["documents"])), moves)
    terms = Terms(old, merge.left, added)
    merged = occurrences(merge.counts(terms))
    return {**terms.arrays(), "indptr": merged["indptr"], "documents": merged["unit_documents"][merged["units"]]}


def _as_leg(arrays: Arrays, documents: npt.NDArray[Any], units: npt.NDArray[Any]) -> Arrays:
    """Facets as terms that stand once in each document that has them."""
    return {
        "indptr": arrays["indptr"],
        "units": units.astype(np.int32),
        "tfs": np.ones(len(units), dtype=np.uint8),
        "lengths": np.zeros(len(documents), dtype=np.uint8),
        "unit_documents": documents.astype(np.int32),
        "df": np.diff(arrays["indptr"]),
    }
