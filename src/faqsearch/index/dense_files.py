"""Write side of the dense leg: vectors as they come into FAISS's file, however many there are."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from faqsearch.index.dense import DENSE_FILE

# IndexFlatIP as FAISS writes it: kind, dimension, vectors, two unused numbers, trained, metric; then how many numbers.
_HEADER = struct.Struct("<4siqqq?iQ")
_UNUSED = 1 << 20


def write_dense(folder: Path, parts: Iterable[npt.NDArray[Any]], dimension: int) -> None:
    """Write `dense.faiss`, in the format of `faiss.write_index`: many documents take no more memory than few.

    Args:
        folder: Where it goes.
        parts: One row a passage, some rows at a time; of float32, or of their bytes.
        dimension: Numbers in a row.

    Raises:
        OSError: The file cannot be written.
    """
    with (folder / DENSE_FILE).open("wb") as file:
        file.write(bytes(_HEADER.size))
        count = 0
        for part in parts:
            file.write(np.ascontiguousarray(part).data)
            count += len(part)
        file.seek(0)
        file.write(_HEADER.pack(b"IxFI", dimension, count, _UNUSED, _UNUSED, True, 0, count * dimension))


def stored_rows(folder: Path, dimension: int) -> npt.NDArray[np.uint8]:
    """Return the bytes of all vectors in a folder, mapped into memory; shape (passages, 4 * dimension)."""
    path = folder / DENSE_FILE
    count = (path.stat().st_size - _HEADER.size) // max(4 * dimension, 1)
    if not count:
        return np.empty((0, 4 * dimension), dtype=np.uint8)
    return np.memmap(path, dtype=np.uint8, mode="r", offset=_HEADER.size, shape=(count, 4 * dimension))
