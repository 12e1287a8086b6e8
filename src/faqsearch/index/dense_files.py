"""Write side of the dense leg: vectors as they come into FAISS's file, however many there are."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from faqsearch.index.dense import DENSE_FILE

# IndexFlatIP as FAISS writes it: kind, dimension, vectors, two unused numbers, trained, metric; then how many numbers.
_HEADER = struct.Struct("<4siqqq?iQ")
_UNUSED = 1 << 20


class DenseWriter:
    """Writes `dense.faiss`, in the format of `faiss.write_index`: many documents take no more memory than few."""

    def __init__(self, folder: Path, dimension: int) -> None:
        """Make the file in `folder`, for vectors of that many numbers."""
        self._dimension = dimension
        self._count = 0
        self._file = (folder / DENSE_FILE).open("wb")
        self._file.write(bytes(_HEADER.size))

    def add(self, rows: npt.NDArray[Any]) -> None:
        """Append one row a passage; of float32, or of their bytes."""
        self._file.write(np.ascontiguousarray(rows).data)
        self._count += len(rows)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        count, dimension = self._count, self._dimension
        with self._file as file:
            if kind is None:
                file.seek(0)
                file.write(_HEADER.pack(b"IxFI", dimension, count, _UNUSED, _UNUSED, True, 0, count * dimension))


def write_dense(folder: Path, parts: Iterable[npt.NDArray[Any]], dimension: int) -> None:
    """Write `dense.faiss` from rows as `DenseWriter` takes them, some at a time.

    Raises:
        OSError: The file cannot be written.
    """
    with DenseWriter(folder, dimension) as file:
        for part in parts:
            file.add(part)


def stored_rows(folder: Path, dimension: int) -> npt.NDArray[np.uint8]:
    """Return the bytes of all vectors in a folder, mapped into memory; shape (passages, 4 * dimension)."""
    path = folder / DENSE_FILE
    count = (path.stat().st_size - _HEADER.size) // max(4 * dimension, 1)
    if not count:
        return np.empty((0, 4 * dimension), dtype=np.uint8)
    return np.memmap(path, dtype=np.uint8, mode="r", offset=_HEADER.size, shape=(count, 4 * dimension))
