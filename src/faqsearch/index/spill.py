"""Spill: arrays that wait to be merged, in memory while they are few, in a file when they are many."""

from __future__ import annotations

from contextlib import suppress
from io import BufferedRandom
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import numpy.typing as npt

# A corpus of 30,000 entries needs no file; a million never hold more than this.
_HELD_BYTES = 256 << 20


class Stored:
    """One array put aside."""

    __slots__ = ("_array", "_dtype", "_offset", "_spill", "size")

    def __init__(self, spill: Spill, array: npt.NDArray[Any]) -> None:
        self._spill = spill
        self._array: npt.NDArray[Any] | None = array
        self._dtype = array.dtype
        self._offset = 0
        self.size = array.size

    def read(self, start: int = 0, stop: int | None = None) -> npt.NDArray[Any]:
        """Return the elements from `start` up to `stop`, as one flat array."""
        stop = self.size if stop is None else stop
        if self._array is not None:
            return self._array[start:stop]
        return self._spill.read(self._dtype, self._offset + start * self._dtype.itemsize, stop - start)

    def replace(self, array: npt.NDArray[Any]) -> None:
        """Put another array in the place of this one, which is as long and whose items are no smaller."""
        array = np.ascontiguousarray(array)
        if self._array is not None:
            self._array = array
        else:
            self._spill.write(self._offset, array)
        self._dtype = array.dtype

    def move(self, file: BufferedRandom) -> None:
        """Write the array to a file and let go of it."""
        if self._array is not None:
            self._offset = file.seek(0, 2)
            file.write(self._array.data)
            self._array = None


class Spill:
    """Puts flat arrays aside; removes its file at the end."""

    def __init__(self, path: Path, *, held_bytes: int = _HELD_BYTES) -> None:
        """Begin with nothing.

        Args:
            path: The file to use when `held_bytes` are not enough.
            held_bytes: Bytes kept in memory.
        """
        self._path = path
        self._limit = held_bytes
        self._held: list[Stored] = []
        self._bytes = 0
        self._file: BufferedRandom | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()
            with suppress(OSError):
                self._path.unlink()

    def put(self, array: npt.NDArray[Any]) -> Stored:
        """Put a flat array aside. It must not change any more."""
        stored = Stored(self, np.ascontiguousarray(array))
        self._held.append(stored)
        self._bytes += array.nbytes
        if self._bytes > self._limit:
            if self._file is None:
                self._file = self._path.open("w+b")
            for held in self._held:
                held.move(self._file)
            self._held, self._bytes = [], 0
        return stored

    def write(self, offset: int, array: npt.NDArray[Any]) -> None:
        """Write an array over what lies at `offset` in the file."""
        if self._file is not None:
            self._file.seek(offset)
            self._file.write(array.data)

    def read(self, dtype: np.dtype[Any], offset: int, count: int) -> npt.NDArray[Any]:
        """Return `count` elements that lie at `offset` in the file."""
        found = np.empty(count, dtype=dtype)
        if count and self._file is not None:
            self._file.seek(offset)
            self._file.readinto(found.data.cast("B"))
        return found
