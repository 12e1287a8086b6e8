"""Term sequences: the words of every document in reading order, as numbers.

Postings answer "which documents hold this term"; sequences answer "what stands in this document, next to what".
Ranking looks at the sequences of a few hundred candidates, and an update takes the words of unchanged documents
from here instead of tokenizing them again.

A document's words come in *units*: each phrasing, each sentence of the answer, and one unit of other words (tags,
names in code listings).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from faqsearch import kernel
from faqsearch.errors import IndexFormatError
from faqsearch.index.arrays import DAMAGE_HINT, ArrayFileWriter
from faqsearch.index.spill import Spill, Stored
from faqsearch.passages import PHRASING, SENTENCE
from faqsearch.vocabulary import Numbering, Vocabulary, ranges, vocabulary_arrays

Arrays = dict[str, npt.NDArray[Any]]


@dataclass(frozen=True, slots=True)
class TermSequences:
    """The words of some documents: what a worker process sends back, cheap to pickle."""

    terms: list[str]
    """Distinct terms."""
    ids: npt.NDArray[np.int32]
    """Place in `terms` of every word, unit after unit."""
    lengths: npt.NDArray[np.int32]
    """Words in each unit; shape (units,)."""
    kinds: npt.NDArray[np.uint8]
    """PHRASING, SENTENCE or OTHER; shape (units,)."""
    documents: npt.NDArray[np.int32]
    """0-based document of each unit, ascending; shape (units,)."""
    spans: npt.NDArray[np.int32]
    """Start and end, in characters, of each sentence in the answer, and of what a phrasing denies something with in the
    phrasing; (0, 0) for other kinds, and for phrasings that deny nothing; shape (units, 2)."""


class SequencesBuilder:
    """Collect sequences, those of a document together and in order."""

    def __init__(self, spill: Spill) -> None:
        self._spill = spill
        self._places: Numbering[str] = Numbering()
        self._ids: list[Stored] = []
        self._lengths: list[npt.NDArray[np.int32]] = []
        self._kinds: list[npt.NDArray[np.uint8]] = []
        self._documents: list[npt.NDArray[np.int32]] = []
        self._spans: list[npt.NDArray[np.int32]] = []

    def add(self, sequences: TermSequences, numbers: npt.NDArray[np.int32]) -> None:
        """Add sequences; `numbers` are the numbers of their documents."""
        moved = self._places.of(sequences.terms)
        self._ids.append(self._spill.put(moved[sequences.ids]))
        self._lengths.append(sequences.lengths)
        self._kinds.append(sequences.kinds)
        self._documents.append(numbers[sequences.documents])
        self._spans.append(sequences.spans)

    def write(self, file: ArrayFileWriter, documents: int) -> Arrays:
        """Write the arrays of a `Sequences` over that many documents, under `words/`; return them.

        `sequence`, the largest, comes back mapped into memory from the file.
        """
        arrays, parts = self._arrays(documents)
        for name, array in arrays.items():
            file.add(f"words/{name}", array)
        file.add_parts("words/sequence", parts, (int(arrays["unit_starts"][-1]),))
        return {**arrays, "sequence": file.mapped("words/sequence")}

    def arrays(self, documents: int) -> Arrays:
        """Return what `write` writes, for few documents."""
        arrays, parts = self._arrays(documents)
        return {**arrays, "sequence": np.concatenate(list(parts))}

    def _arrays(self, documents: int) -> tuple[Arrays, Iterator[npt.NDArray[np.int32]]]:
        vocabulary, numbers = vocabulary_arrays(list(self._places))
        lengths = _joined(self._lengths, np.int32)
        owners = _joined(self._documents, np.int32)
        order = np.argsort(owners, kind="stable")
        starts = np.zeros(len(lengths) + 1, dtype=np.int64)
        np.cumsum(lengths[order], out=starts[1:])
        kinds = _joined(self._kinds, np.uint8)[order]
        arrays = {
            **vocabulary,
            "mean_length": mean_length(kinds, lengths[order]),
            "unit_starts": starts,
            "unit_kinds": kinds,
            "unit_documents": owners[order],
            "unit_spans": np.concatenate([np.empty((0, 2), np.int32), *self._spans])[order],
            "document_units": np.searchsorted(owners[order], np.arange(documents + 1)).astype(np.int64),
        }
        return arrays, self._sequence(numbers.astype(np.int32), lengths, order)

    def _sequence(
        self, numbers: npt.NDArray[np.int32], lengths: npt.NDArray[np.int32], order: npt.NDArray[np.int64]
    ) -> Iterator[npt.NDArray[np.int32]]:
        yield np.empty(0, dtype=np.int32)
        if (np.diff(order) > 0).all():
            for ids in self._ids:
                yield numbers[ids.read()]
        else:
            # An update adds what it knows after what it had to cut into words.
            whole = np.concatenate([ids.read() for ids in self._ids])
            yield numbers[whole[ranges((np.cumsum(lengths) - lengths)[order], lengths[order].astype(np.int64))]]


def mean_length(kinds: npt.NDArray[np.uint8], lengths: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
    """Return the words in a sentence and its question, on average; at least 1, shape (1,)."""
    means = [lengths[kinds == kind].mean() if (kinds == kind).any() else 0.0 for kind in (PHRASING, SENTENCE)]
    return np.array([max(sum(means), 1.0)], dtype=np.float32)


def _joined(parts: list[npt.NDArray[Any]], dtype: Any) -> npt.NDArray[Any]:
    return np.concatenate(parts) if parts else np.empty(0, dtype=dtype)


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The sequences of some documents, side by side."""

    words: npt.NDArray[np.int32]
    """Term numbers, unit after unit; shape (words,)."""
    word_units: npt.NDArray[np.int64]
    """Unit of each word, 0-based within the excerpt; shape (words,)."""
    units: npt.NDArray[np.int64]
    """Number of each unit in the whole index; shape (units,)."""
    kinds: npt.NDArray[np.uint8]
    """PHRASING, SENTENCE or OTHER; shape (units,)."""
    unit_documents: npt.NDArray[np.int64]
    """Place of each unit's document among those asked for; shape (units,)."""
    lengths: npt.NDArray[np.int64]
    """Words in each unit; shape (units,)."""
    unit_bounds: npt.NDArray[np.int64]
    """Units of document i are `unit_bounds[i]:unit_bounds[i + 1]`; shape (documents + 1,)."""


class OwnUnits(NamedTuple):
    """Which units documents have, numbered without the unit of other words that ends each document: as `UnitVectors` does."""

    firsts: npt.NDArray[np.int64]
    """The first of each document; shape (documents,)."""
    questions: npt.NDArray[np.int64]
    """The same where it is a question, else -1; shape (documents,)."""
    counts: npt.NDArray[np.int64]
    """How many each document has; shape (documents,)."""
    denial: npt.NDArray[np.float32]
    """1 for a document whose question denies something as the one asked does, else 0; shape (documents,)."""


class Sequences:
    """The read side. Safe to share between threads."""

    def __init__(self, arrays: Arrays) -> None:
        self.vocabulary = Vocabulary(arrays)
        self.words: npt.NDArray[np.int32] = arrays["sequence"]
        self.unit_starts: npt.NDArray[np.int64] = arrays["unit_starts"]
        self.unit_kinds: npt.NDArray[np.uint8] = arrays["unit_kinds"]
        self.unit_documents: npt.NDArray[np.int32] = arrays["unit_documents"]
        self.document_units: npt.NDArray[np.int64] = arrays["document_units"]
        self.unit_spans: npt.NDArray[np.int32] = arrays["unit_spans"]
        # A few numbers are read from a memoryview in a third of the time of an array.
        self._bounds = memoryview(self.document_units.data)
        self._kinds = memoryview(self.unit_kinds.data)
        self._spans = memoryview(self.unit_spans.reshape(-1).data)
        self.importance: npt.NDArray[np.float32] = arrays["importance"]
        self.mean_length = float(arrays["mean_length"][0])
        """Words in a sentence and its question, on average."""

    def own_units(self, documents: npt.NDArray[np.int64], *, denies: bool) -> OwnUnits:
        """Return which units some documents have.

        Args:
            documents: Their numbers.
            denies: Whether the question says that something is not so.

        Raises:
            IndexError: A document has no place in a damaged index. Other damage is found when words are read.
        """
        if kernel.compiled is not None:
            firsts, questions, counts = np.empty((3, len(documents)), dtype=np.int64)
            denial = np.empty(len(documents), dtype=np.float32)
            arrays = self.document_units, self.unit_kinds, self.unit_spans, documents
            kernel.compiled.own_units(*arrays, firsts, questions, counts, denial, denies)
            return OwnUnits(firsts, questions, counts, denial)
        first = self.document_units.take(documents).clip(0, len(self.unit_kinds) - 1)
        # A document's question; its other phrasings say できない and できる as people happen to ask.
        asks = self.unit_kinds.take(first) == PHRASING
        firsts = first - documents
        counts = self.document_units.take(documents + 1) - first - 1
        own = (self.unit_spans.take(first, axis=0)[:, 1] > 0) & asks
        return OwnUnits(firsts, np.where(asks, firsts, -1), counts, (own == denies).astype(np.float32))

    def excerpt(self, documents: npt.NDArray[np.int64]) -> Excerpt:
        """Return the sequences of `documents` (numbers, in any order, each once)."""
        return self._excerpt(documents, len(self.unit_kinds), len(self.words))

    def sentences(self, number: int) -> list[tuple[int, int]]:
        """Return (start, end) of each sentence of a document's answer, in characters, in order."""
        first, last = self._bounds[number], self._bounds[number + 1]
        kinds = self._kinds[first:last].tobytes()
        if SENTENCE not in kinds:
            return []
        # Phrasings come before them, other words after.
        start, end = first + kinds.index(SENTENCE), first + kinds.rindex(SENTENCE) + 1
        bounds = iter(self._spans[2 * start : 2 * end])
        return list(zip(bounds, bounds, strict=True))

    def repeated_excerpt(self, documents: npt.NDArray[np.int64]) -> Excerpt:
        """Return the sequences of `documents`, which may be named more than once; of a file known to be whole."""
        times = len(documents)
        return self._excerpt(documents, times * len(self.unit_kinds), times * len(self.words))

    def _excerpt(self, documents: npt.NDArray[np.int64], most_units: int, most_words: int) -> Excerpt:
        first, last = self.document_units.take(documents), self.document_units.take(documents + 1)
        counts = last - first
        if counts.min(initial=0) < 0 or counts.sum() > most_units:
            raise IndexFormatError("the units of the index are damaged", hint=DAMAGE_HINT)
        units = ranges(first, counts)
        lengths = self.unit_starts.take(units + 1) - self.unit_starts.take(units)
        # Damaged bounds must not ask for more memory than there is.
        if lengths.min(initial=0) < 0 or lengths.sum() > most_words:
            raise IndexFormatError("the words of the index are damaged", hint=DAMAGE_HINT)
        # A document's words lie side by side: a slice for each is four times faster than a list of all places.
        bounds = zip(self.unit_starts.take(first).tolist(), self.unit_starts.take(last).tolist(), strict=True)
        slices = [self.words[start:end] for start, end in bounds]
        words = np.concatenate(slices) if slices else self.words[:0]
        if len(words) != lengths.sum():
            raise IndexFormatError("the words of the index are damaged", hint=DAMAGE_HINT)
        return Excerpt(
            words=words,
            word_units=np.arange(len(units)).repeat(lengths),
            units=units,
            kinds=self.unit_kinds.take(units),
            unit_documents=np.arange(len(documents)).repeat(counts),
            lengths=lengths,
            unit_bounds=np.concatenate(([0], counts.cumsum())),
        )


def stored_sequences(sequences: Sequences, documents: npt.NDArray[np.int64]) -> TermSequences:
    """Return the sequences of `documents` (numbers, in any order) as an analysis has them."""
    excerpt = sequences.repeated_excerpt(documents)
    if excerpt.words.min(initial=0) < 0:
        raise IndexError("a word of no number")
    terms, ids = sequences.vocabulary.distinct(excerpt.words)
    owners, spans = excerpt.unit_documents.astype(np.int32), sequences.unit_spans[excerpt.units]
    return TermSequences(terms, ids, excerpt.lengths.astype(np.int32), excerpt.kinds, owners, spans)
