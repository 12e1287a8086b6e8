"""Counted terms: from the units of some documents to the postings of a leg, in bounded memory.

Units come in batches, each counted on its own (in a worker process) and ordered by term. To merge them, the postings
are cut at some terms into stretches that fit in memory; of each stretch, every batch gives its part.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from faqsearch import kernel
from faqsearch.index.counting import counted, room
from faqsearch.index.spill import Spill, Stored
from faqsearch.vocabulary import FIRST_LONG_KEY, Keys, Numbering, distinct_keys, key_terms, keyed_arrays

Ints = npt.NDArray[np.int64]
Arrays = dict[str, npt.NDArray[Any]]

# Postings merged at a time; some 50 bytes each while they are.
_MERGED_AT_ONCE = 8_000_000


@dataclass(frozen=True, slots=True)
class TermCounts:
    """The terms of some units, counted: what a worker process sends back, cheap to pickle."""

    keys: Keys
    """Distinct term keys of these units, ascending."""
    long_terms: list[str]
    """The terms of the keys that do not spell them out, in the order of the keys."""
    sizes: npt.NDArray[np.int32]
    """Units that hold each term; shape (keys,)."""
    units: npt.NDArray[np.int32]
    """Those units, ascending, term after term: 0-based among these units."""
    tfs: npt.NDArray[np.uint16]
    """Occurrences in each of them; counts above 65,535 are cut, BM25 saturates long before."""
    documents: npt.NDArray[np.int32]
    """0-based document of each unit, ascending; shape (units,)."""

    @property
    def terms(self) -> list[str]:
        """The terms of `keys`."""
        return key_terms(self.keys, self.long_terms)


def count_terms(units: Iterable[Sequence[str]], documents: npt.NDArray[np.int32]) -> TermCounts:
    """Count the terms of each unit; `documents` says which document each belongs to."""
    places: Numbering[str] = Numbering()
    ids: list[int] = []
    sizes = []
    for terms in units:
        ids += map(places.__getitem__, terms)
        sizes.append(len(terms))
    keys, long, numbers = _numbered(list(places))
    return _counted(keys, long, numbers[ids], np.array(sizes, dtype=np.int64), documents)


def count_keys(keys: Keys, sizes: Ints, documents: npt.NDArray[np.int32]) -> TermCounts:
    """Count terms given by their keys, all of which spell them out.

    Args:
        keys: A key for each occurrence, unit after unit.
        sizes: Occurrences in each unit; shape (units,).
        documents: Document of each unit; shape (units,).
    """
    if kernel.compiled is None:
        distinct, ids = np.unique(keys, return_inverse=True)
    else:
        met = np.empty(len(keys), dtype=np.int32)
        some = np.empty(kernel.compiled.number(keys, met), dtype=np.uint64)
        some[met] = keys
        distinct, numbers = np.unique(some, return_inverse=True)  # of a third as many
        ids = numbers[met]
    return _counted(distinct, [], ids, sizes, documents)


def _numbered(terms: Sequence[str]) -> tuple[Keys, list[str], Ints]:
    """The keys of distinct terms, ascending, the terms of those that do not spell them out, and each term's number."""
    keys, first_of, numbers = distinct_keys(terms)
    return keys, [terms[i] for i in first_of[np.searchsorted(keys, FIRST_LONG_KEY) :].tolist()], numbers


def _counted(keys: Keys, long: list[str], ids: Ints, sizes: Ints, documents: npt.NDArray[np.int32]) -> TermCounts:
    held, units, tfs = counted(ids.astype(np.int32), sizes, len(keys))
    return TermCounts(
        keys=keys[held > 0],
        long_terms=[term for term, count in zip(long, held[len(keys) - len(long) :].tolist(), strict=True) if count],
        sizes=held[held > 0],
        units=units,
        tfs=tfs,
        documents=documents,
    )


class Part(NamedTuple):
    """The postings of a stretch of terms, whole terms at a time."""

    first: int
    last: int
    """One after the last term."""
    units: npt.NDArray[np.int32]
    """Ascending within a term."""
    tfs: npt.NDArray[np.uint16]


@dataclass(frozen=True, slots=True)
class _Batch:
    terms: Stored
    """Their keys; their numbers, as soon as there are any."""
    sizes: Stored
    holders: Stored
    """Documents that hold each term."""
    units: Stored
    tfs: Stored


@dataclass(frozen=True, slots=True)
class MergedCounts:
    """All batches of a leg as one, but for the postings, which are merged when they are written."""

    indptr: Ints
    df: Ints
    lengths: npt.NDArray[np.uint32]
    """Terms in each unit; shape (units,)."""
    unit_documents: npt.NDArray[np.int32]
    """Document of each unit, ascending; shape (units,)."""
    parts: Iterator[Part]
    """One stretch of terms after the other; to be read once."""


class CountsBuilder:
    """Collect counted units, whole documents at a time, then compile them.

    Args:
        spill: Where they wait.
    """

    def __init__(self, spill: Spill) -> None:
        self._spill = spill
        self._keys: Keys = np.empty(0, dtype=np.uint64)
        self._new_keys: list[Keys] = []
        self._long: dict[int, str] = {}
        self._batches: list[_Batch] = []
        self._lengths: list[npt.NDArray[np.uint32]] = []
        self._documents: list[npt.NDArray[np.int32]] = []
        self._units = 0

    def add(self, counts: TermCounts, numbers: npt.NDArray[np.int32]) -> None:
        """Add units; `numbers` are the numbers of their documents, none of which was added before."""
        starts = np.cumsum(counts.sizes) - counts.sizes
        new = np.ones(len(counts.units), dtype=np.int32)
        owners = counts.documents[counts.units]
        new[1:] = owners[1:] != owners[:-1]
        new[starts] = 1
        self._batches.append(
            _Batch(
                terms=self._spill.put(counts.keys),
                sizes=self._spill.put(counts.sizes),
                holders=self._spill.put(np.add.reduceat(new, starts) if len(starts) else counts.sizes),
                units=self._spill.put(counts.units + np.int32(self._units)),
                tfs=self._spill.put(counts.tfs),
            )
        )
        units = len(counts.documents)
        self._lengths.append(np.bincount(counts.units, weights=counts.tfs, minlength=units).astype(np.uint32))
        self._documents.append(numbers[counts.documents])
        self._units += units
        for key, term in zip(
            counts.keys[len(counts.keys) - len(counts.long_terms) :].tolist(), counts.long_terms, strict=True
        ):
            # Of two terms with one key, the first in code point order: as `vocabulary_arrays` has it.
            self._long[key] = min(term, self._long.get(key, term))
        self._new_keys.append(counts.keys)
        if sum(map(len, self._new_keys)) > 2_000_000:
            self._join_keys()

    def _join_keys(self) -> None:
        keys = np.sort(np.concatenate((self._keys, *self._new_keys)))
        new = np.ones(len(keys), dtype=bool)
        new[1:] = keys[1:] != keys[:-1]
        self._keys, self._new_keys = keys[new], []

    def vocabulary(self) -> Arrays:
        """Return the arrays of the leg's vocabulary."""
        self._join_keys()
        long = self._keys[np.searchsorted(self._keys, FIRST_LONG_KEY) :]
        return keyed_arrays(self._keys, key_terms(self._keys, [self._long[key] for key in long.tolist()]))

    def merged(self, keys: Keys) -> MergedCounts:
        """Return all batches as one; to be called once, with the keys of `vocabulary`."""
        lengths, documents = _joined(self._lengths, np.uint32), _joined(self._documents, np.int32)
        # An update adds what it knows after what it had to count; units are numbered by their documents.
        order = np.argsort(documents, kind="stable")
        numbered = np.empty(len(order), dtype=np.int32)
        numbered[order] = np.arange(len(order), dtype=np.int32)
        counts, df = np.zeros((2, len(keys)), dtype=np.int64)
        for batch in self._batches:
            numbers = np.searchsorted(keys, batch.terms.read())
            counts[numbers] += batch.sizes.read()
            df[numbers] += batch.holders.read()
            batch.terms.replace(numbers.astype(np.int32))
        indptr = np.concatenate(([0], np.cumsum(counts)))
        return MergedCounts(indptr, df, lengths[order], documents[order], self._parts(indptr, numbered))

    def arrays(self) -> Arrays:
        """Return vocabulary and occurrences of few documents as arrays."""
        vocabulary = self.vocabulary()
        return {**vocabulary, **occurrences(self.merged(vocabulary["keys"]))}

    def _parts(self, indptr: Ints, numbered: npt.NDArray[np.int32]) -> Iterator[Part]:
        # Units come ascending, but for those an update knows.
        merge = _merged if kernel.compiled is not None and (np.diff(numbered) > 0).all() else _sorted
        for first, last in stretches(indptr):
            ends = indptr[first : last + 1] - indptr[first]
            yield Part(first, last, *merge(self._stretch(first, last), ends, numbered))

    def _stretch(self, first: int, last: int) -> Iterator[_Stretch]:
        """The part of each batch in a stretch of terms."""
        for batch in self._batches:
            own, sizes = batch.terms.read(), batch.sizes.read()
            ends = np.cumsum(sizes)
            a, b = np.searchsorted(own, (first, last)).tolist()
            start, stop = (int(ends[i - 1]) if i else 0 for i in (a, b))
            terms = own[a:b] - np.int32(first)
            yield _Stretch(terms, sizes[a:b], batch.units.read(start, stop), batch.tfs.read(start, stop))


class _Stretch(NamedTuple):
    """Some terms of a batch, from 0 on, with their postings."""

    terms: npt.NDArray[np.int32]
    sizes: npt.NDArray[np.int32]
    units: npt.NDArray[np.int32]
    tfs: npt.NDArray[np.uint16]


def _merged(
    batches: Iterable[_Stretch], ends: Ints, numbered: npt.NDArray[np.int32]
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.uint16]]:
    """The postings of batches whose units ascend from batch to batch."""
    assert kernel.compiled
    units, tfs = room(ends)
    following = ends[:-1].copy()
    for batch in batches:
        kernel.compiled.merge(*batch, numbered, following, units, tfs)
    return units, tfs


def _sorted(
    batches: Iterable[_Stretch], ends: Ints, numbered: npt.NDArray[np.int32]
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.uint16]]:
    """The postings of any batches."""
    from scipy.sparse import coo_array  # 0.2 s to import

    terms, sizes, units, tfs = map(np.concatenate, zip(*batches, strict=True))
    cells = (numbered[units], np.repeat(terms, sizes))
    # A counting sort, and one of each term's units where they do not ascend.
    matrix = coo_array((tfs, cells), shape=(len(numbered), len(ends) - 1)).tocsc()
    return matrix.indices.astype(np.int32, copy=False), matrix.data


def occurrences(merged: MergedCounts) -> Arrays:
    """Return the arrays of a leg of few documents, but for its vocabulary."""
    parts = list(merged.parts)
    return {
        "indptr": merged.indptr,
        "units": _joined([part.units for part in parts], np.int32),
        "tfs": _joined([part.tfs for part in parts], np.uint16),
        "lengths": merged.lengths,
        "unit_documents": merged.unit_documents,
        "df": merged.df,
    }


def stretches(indptr: Ints) -> Iterator[tuple[int, int]]:
    """Yield stretches of terms whose postings fit into memory: the first term, and the first after it."""
    first = 0
    while first < len(indptr) - 1:
        last = int(np.searchsorted(indptr, indptr[first] + _MERGED_AT_ONCE, side="right")) - 1
        last = max(last, first + 1)
        yield first, last
        first = last


def _joined(parts: list[npt.NDArray[Any]], dtype: Any) -> npt.NDArray[Any]:
    return np.concatenate(parts) if parts else np.empty(0, dtype=dtype)
