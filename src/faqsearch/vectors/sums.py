"""Sums: the vectors of documents and of their units, from those of their words; some documents at a time."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from faqsearch import kernel
from faqsearch.passages import OTHER, PHRASING, SENTENCE
from faqsearch.vectors.builtin import WordVectors
from faqsearch.vectors.interface import row_lengths
from faqsearch.vectors.units import pack_units

Floats = npt.NDArray[np.float32]

# Documents encoded at a time: 100 MB of the vectors of their units, twice that while they are packed.
_DOCUMENTS = 5_000


class Part(NamedTuple):
    """Vectors of some documents: a large index has more of them than memory holds."""

    units: npt.NDArray[np.int8]
    """Rows of `UnitVectors`."""
    factors: Floats
    """And their factors."""
    vectors: npt.NDArray[Any]
    """Each document's phrasings, then the whole document; rows of float32, or of their bytes."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """What an encoder makes of the documents of an index."""

    owners: npt.NDArray[np.int32]
    """Document of each row of `Part.vectors`, ascending."""
    parts: Iterator[Part]
    """The vectors, in order."""


def encode(words: Mapping[str, npt.NDArray[Any]], vectors: WordVectors, numbers: npt.NDArray[np.int64]) -> Encoded:
    """Return the vectors of documents.

    Sums are made from the packed vectors: a text gives the same vector when it is indexed and when it is asked.

    Args:
        words: The arrays of a `Sequences`.
        vectors: Vectors of words.
        numbers: The number of each word of the sequences among these; shape (terms,).
    """
    documents = np.unique(words["unit_documents"])
    owners = np.concatenate((words["unit_documents"][words["unit_kinds"] == PHRASING], documents))
    return Encoded(np.sort(owners).astype(np.int32), _parts(words, documents, vectors, numbers))


def _parts(
    words: Mapping[str, npt.NDArray[Any]],
    documents: npt.NDArray[np.int64],
    vectors: WordVectors,
    numbers: npt.NDArray[np.int64],
) -> Iterator[Part]:
    """Yield the vectors of some documents at a time; once when there is none."""
    if not len(documents):
        yield Part(
            *pack_units(np.empty((0, vectors.dimension), dtype=np.float32), vectors.views), vectors.words(documents)
        )
    for start in range(0, len(documents), _DOCUMENTS):
        part = documents[start : start + _DOCUMENTS]
        # What stands between two documents that have units are documents without.
        units = slice(int(words["document_units"][part[0]]), int(words["document_units"][part[-1] + 1]))
        owners = words["unit_documents"][units]
        some = _Some(
            terms=words["sequence"],
            starts=words["unit_starts"][units.start : units.stop + 1],
            kinds=words["unit_kinds"][units],
            first=np.append(np.searchsorted(owners, part), len(owners)),
        )
        yield (_compiled_sums if kernel.compiled else _sums)(some, vectors, numbers)


class _Some(NamedTuple):
    """The words of some documents."""

    terms: npt.NDArray[np.int32]
    starts: npt.NDArray[np.int64]
    """Where the words of each unit begin in `terms`; shape (units + 1,)."""
    kinds: npt.NDArray[np.uint8]
    first: npt.NDArray[np.int64]
    """The first unit of each document; shape (documents + 1,)."""


def _compiled_sums(some: _Some, vectors: WordVectors, numbers: npt.NDArray[np.int64]) -> Part:
    """Return what `_sums` does, to the last bit, in an eighth of the time."""
    assert kernel.compiled
    told, asked = np.count_nonzero(some.kinds != OTHER), np.count_nonzero(some.kinds == PHRASING)
    part = Part(
        np.empty((told, vectors.dimension), dtype=np.int8),
        np.empty((told, len(vectors.views)), dtype=np.float32),
        np.empty((asked + len(some.first) - 1, vectors.dimension), dtype=np.float32),
    )
    kernel.compiled.sums(*some, numbers, *vectors.packed, _scale(vectors), *part)
    return part


def _scale(vectors: WordVectors) -> np.float32:
    return np.float32(1 / math.sqrt(len(vectors.views)))


def _sums(some: _Some, vectors: WordVectors, numbers: npt.NDArray[np.int64]) -> Part:
    from scipy.sparse import csr_array

    sums = _unit_sums(some.terms, some.starts, vectors, numbers)
    documents, units = len(some.first) - 1, np.arange(len(sums))
    owners = np.repeat(np.arange(documents), np.diff(some.first))
    whole = csr_array((np.ones(len(sums), np.float32), units, some.first), shape=(documents, len(sums))) @ sums
    asked = np.flatnonzero(some.kinds == PHRASING)
    order = np.argsort(np.concatenate((owners[asked], np.arange(documents))), kind="stable")
    rows = np.concatenate((sums[asked], whole))[order]
    for view in vectors.views:
        own = rows[:, view.start : view.end]
        lengths = row_lengths(own)
        own /= np.where(lengths > 1e-12, lengths, np.float32(np.inf))[:, None]
    rows *= _scale(vectors)
    # A sentence stands together with its document's question.
    told = np.flatnonzero(some.kinds == SENTENCE)
    sums[told] += sums[some.first[owners[told]]]
    return Part(*pack_units(sums[some.kinds != OTHER], vectors.views), rows)


def _unit_sums(
    sequence: npt.NDArray[np.int32],
    starts: npt.NDArray[np.int64],
    vectors: WordVectors,
    numbers: npt.NDArray[np.int64],
) -> Floats:
    """The sum of the vectors of the words of each of some units."""
    from scipy.sparse import csr_array

    terms = sequence[starts[0] : starts[-1]]
    seen = np.zeros(len(numbers), dtype=bool)
    seen[terms] = True
    distinct = np.flatnonzero(seen)
    places = (np.cumsum(seen, dtype=np.int32) - 1)[terms]
    ones = np.ones(len(terms), dtype=np.float32)
    matrix = csr_array((ones, places, (starts - starts[0]).astype(np.int32)), shape=(len(starts) - 1, len(distinct)))
    return np.asarray(matrix @ vectors.words(numbers[distinct]))
