"""Entries of a sparse table, turned from rows to columns on disk: postings by term become postings by unit, and back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

# Entries turned at a time: some 60 bytes each while they are.
_AT_ONCE = 4_000_000


def stretches(indptr: npt.NDArray[np.int64]) -> Iterator[tuple[slice, npt.NDArray[np.int32]]]:
    """Yield, a stretch of entries at a time, where it lies and the row of each of its entries."""
    size = int(indptr[-1])
    for start in range(0, size, _AT_ONCE):
        end = min(start + _AT_ONCE, size)
        first, last = np.searchsorted(indptr, (start, end - 1), side="right") - 1
        bounds = np.clip(indptr[first : last + 2], start, end)
        yield slice(start, end), np.repeat(np.arange(first, last + 1, dtype=np.int32), np.diff(bounds))


def turn(
    parts: Iterable[tuple[Array, tuple[Array, ...]]], starts: npt.NDArray[np.int64], into: tuple[Array, ...]
) -> None:
    """Put entries in the order of their columns; those of one column stay in the order in which they come.

    Args:
        parts: Column of each entry, and its values; some entries at a time.
        starts: First entry of each column, and the end; shape (columns + 1,).
        into: Where each of the values goes; shape (entries,).
    """
    cursor = starts[:-1].astype(np.int64)
    for columns, values in parts:
        order = np.argsort(columns, kind="stable")
        ordered = columns[order]
        begun = np.flatnonzero(np.diff(ordered, prepend=-1))
        counts = np.diff(np.append(begun, len(ordered)))
        within = np.arange(len(ordered)) - np.repeat(begun, counts)
        places = cursor[ordered] + within
        for target, value in zip(into, values, strict=True):
            target[places] = value[order]
        cursor[ordered[begun]] += counts


def room(path: Path, dtype: Any, size: int) -> Array:
    """Return an array in a file of its own, for more than fits in memory."""
    if not size:
        return np.empty(0, dtype=dtype)
    return np.memmap(path, dtype=dtype, mode="w+", shape=(size,))
