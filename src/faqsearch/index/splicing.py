"""Splicing: arrays of a new generation from those of the old one and of what was added, by copying whole stretches.

An edit of one row in 100,000 leaves all other rows of every table as they are; only where they stand, and what they
are numbered, has moved. Copying the stretches between two edits is as fast as memory.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from faqsearch.vocabulary import ranges

Ints = npt.NDArray[np.int64]
Array = npt.NDArray[Any]

# Above this many stretches, two copies of everything take less time than a slice for each.
_STRETCHES = 100_000


class Splice:
    """Old rows without some of them, and added rows between them.

    Args:
        size: Old rows.
        dropped: Numbers of the old rows that go, ascending.
        at: For each added row, the number of the old row before which it comes, at most `size`; ascending.
    """

    def __init__(self, size: int, dropped: Ints, at: Ints) -> None:
        self.size = size
        self.dropped = dropped
        self.at = at

    def __len__(self) -> int:
        return self.size - len(self.dropped) + len(self.at)

    def __call__(self, old: Array, added: Array) -> Array:
        """Return the new rows, in the type of the old ones."""
        added = added.astype(old.dtype, copy=False)
        if len(self.dropped) + len(self.at) > _STRETCHES:
            places = self.at - np.searchsorted(self.dropped, self.at)
            return np.insert(np.delete(old, self.dropped, axis=0), places, added, axis=0)
        parts = [added[a:b] if own else old[a:b] for own, a, b in self.stretches]
        return np.concatenate(parts) if parts else old[:0]

    @cached_property
    def stretches(self) -> list[tuple[bool, int, int]]:
        """The new rows as stretches: whether of the added rows, first row, and the one behind the last."""
        return list(self._stretches())

    def _stretches(self) -> Iterator[tuple[bool, int, int]]:
        places, firsts = np.unique(self.at, return_index=True)
        lasts = np.append(firsts, len(self.at))[1:]
        inserted = dict(zip(places.tolist(), zip(firsts.tolist(), lasts.tolist(), strict=True), strict=True))
        dropped = set(self.dropped.tolist())
        start = 0
        for cut in sorted({*inserted, *dropped}):
            if cut > start:
                yield False, start, cut
            if cut in inserted:
                yield True, *inserted[cut]
            start = cut + (cut in dropped)
        if start < self.size:
            yield False, start, self.size

    @cached_property
    def old(self) -> Ints:
        """The new number of each old row; -1 for one that was dropped."""
        moved = np.bincount(self.at, minlength=self.size + 1)[: self.size]
        kept = np.ones(self.size, dtype=np.int64)
        kept[self.dropped] = 0
        numbers = np.cumsum(moved + kept) - 1
        numbers[self.dropped] = -1
        return numbers

    @cached_property
    def added(self) -> Ints:
        """The new number of each added row."""
        return np.asarray(self.at - np.searchsorted(self.dropped, self.at) + np.arange(len(self.at)))

    def renumbered(self, numbers: Array) -> Array:
        """Return old row numbers as new ones; the array itself where nothing has moved."""
        if not len(self.dropped) and (not len(self.at) or self.at[0] == self.size):
            return numbers
        if len(self.at) == len(self.dropped) and bool((self.at == self.dropped).all()):
            return numbers
        return self.old.astype(numbers.dtype)[numbers]

    def within(self, starts: Array, added: Array) -> Splice:
        """Return the splice of what the rows hold: row i holds `starts[i]:starts[i + 1]` of it.

        Args:
            starts: Of the old rows; one more than these.
            added: Of the added rows; one more than these.
        """
        first = starts[self.dropped].astype(np.int64)
        dropped = ranges(first, starts[self.dropped + 1] - first)
        return Splice(int(starts[-1]), dropped, np.repeat(starts[self.at].astype(np.int64), np.diff(added)))

    def starts(self, starts: Array, added: Array) -> Array:
        """Return where the new rows start, from where the old and the added rows did; arguments as of `within`."""
        new = np.zeros(len(self) + 1, dtype=starts.dtype)
        np.cumsum(self(np.diff(starts), np.diff(added)), out=new[1:])
        return new


class Moves:
    """Where the documents of a new generation come from.

    Args:
        origins: For each new document, the old one it is, or -1 for an added one; those of old ones ascend.
        documents: Old documents.
    """

    def __init__(self, origins: Ints, documents: int) -> None:
        kept = np.zeros(documents, dtype=bool)
        kept[origins[origins >= 0]] = True
        self._after = np.maximum.accumulate(origins + 1)
        self._dropped = ~kept
        self.documents = Splice(documents, np.flatnonzero(~kept), self._after[origins < 0])

    def units(self, owners: Array, added: Array) -> Splice:
        """Return the splice of rows that belong to documents.

        Args:
            owners: The old document of each old row, ascending.
            added: The new document of each added row, ascending.
        """
        at = np.searchsorted(owners, self.after(added))
        return Splice(len(owners), np.flatnonzero(self._dropped[owners]), at)

    def after(self, added: Array) -> Ints:
        """Return, for added documents, the number of the first old one that may come after it."""
        return self._after[added]


def places_within(values: Array, first: Ints, last: Ints, wanted: Array) -> Ints:
    """Return, for each wanted value, its place in a sorted stretch `first:last` of `values`: a binary search in many.

    Args:
        values: Ascending within each stretch.
        first: Where the stretches begin; shape (n,).
        last: Where they end; shape (n,).
        wanted: Shape (n,).
    """
    first, last = first.copy(), last.copy()
    while len(open_ := np.flatnonzero(first < last)):
        middle = (first[open_] + last[open_]) // 2
        smaller = values[middle] < wanted[open_]
        first[open_[smaller]] = middle[smaller] + 1
        last[open_[~smaller]] = middle[~smaller]
    return first


def longest_ascending(numbers: Ints) -> Ints:
    """Return the places of a longest subsequence of `numbers` that strictly ascends (patience sorting)."""
    if len(numbers) < 2 or bool((np.diff(numbers) > 0).all()):
        return np.arange(len(numbers))
    tails: list[int] = []
    places: list[int] = []
    before: list[int] = []
    for place, number in enumerate(numbers.tolist()):
        pile = bisect_left(tails, number)
        before.append(places[pile - 1] if pile else -1)
        tails[pile : pile + 1], places[pile : pile + 1] = [number], [place]
    found = []
    place = places[-1]
    while place >= 0:
        found.append(place)
        place = before[place]
    return np.array(found[::-1], dtype=np.int64)
