"""Sums: the vectors of documents and of their units, from those of their words; some documents at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from faqsearch.passages import OTHER, PHRASING, SENTENCE
from faqsearch.vectors.builtin import WordVectors
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
        kinds, owners = words["unit_kinds"][units], words["unit_documents"][units]
        sums = _unit_sums(words, units, vectors, numbers)
        first = np.searchsorted(owners, part)
        asked = np.flatnonzero(kinds == PHRASING)
        whole = np.add.reduceat(sums, first)
        order = np.argsort(np.concatenate((owners[asked], part)), kind="stable")
        rows = vectors.unit(np.concatenate((sums[asked], whole))[order])
        # A sentence stands together with its document's question.
        told = np.flatnonzero(kinds == SENTENCE)
        sums[told] += sums[first[np.searchsorted(part, owners[told])]]
        yield Part(*pack_units(sums[kinds != OTHER], vectors.views), rows)


def _unit_sums(
    words: Mapping[str, npt.NDArray[Any]], units: slice, vectors: WordVectors, numbers: npt.NDArray[np.int64]
) -> Floats:
    """The sum of the vectors of the words of each of some units."""
    from scipy.sparse import csr_array

    starts = words["unit_starts"][units.start : units.stop + 1]
    terms = words["sequence"][starts[0] : starts[-1]]
    seen = np.zeros(len(numbers), dtype=bool)
    seen[terms] = True
    distinct = np.flatnonzero(seen)
    places = (np.cumsum(seen, dtype=np.int32) - 1)[terms]
    ones = np.ones(len(terms), dtype=np.float32)
    matrix = csr_array((ones, places, (starts - starts[0]).astype(np.int32)), shape=(len(starts) - 1, len(distinct)))
    return np.asarray(matrix @ vectors.words(numbers[distinct]))
