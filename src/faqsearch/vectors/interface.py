"""Encoder: texts to unit vectors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]
"""float32, shape (n, dimension), C order."""


class Encoder(Protocol):
    """Turns texts into vectors whose dot product says how near they are.

    Safe to share between threads. The empty text is allowed; it may give the zero vector, which is near nothing.
    """

    @property
    def name(self) -> str:
        """What `--model` was given: `builtin`, a hub name or a path."""
        ...

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        ...

    def describe(self) -> dict[str, Any]:
        """Return what the manifest keeps: plain JSON values that tell this encoder from another one."""
        ...

    def encode_queries(self, texts: Sequence[str], /) -> Vectors:
        """Return one vector per question; rows have length 1 ± 1e-5, or 0 for a text without known words."""
        ...

    def encode_passages(self, texts: Sequence[str], /) -> Vectors:
        """Return one vector per passage; rows as in `encode_queries`."""
        ...


def unit_rows(vectors: npt.NDArray[Any]) -> Vectors:
    """Return `vectors` with rows of length 1; zero rows stay zero. float32, same shape."""
    rows = np.ascontiguousarray(vectors, dtype=np.float32)
    lengths = np.sqrt(np.einsum("ij,ij->i", rows, rows))  # a third of the time of np.linalg.norm for a single row
    return np.asarray(rows / np.where(lengths > 1e-12, lengths, np.float32(np.inf))[:, None])


def row_lengths(rows: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return the length of each row, summed from left to right in double precision: the kernel's, to the last bit."""
    squares = np.cumsum(np.square(rows, dtype=np.float64), axis=1)[:, -1]
    lengths: npt.NDArray[np.float32] = np.sqrt(squares).astype(np.float32)
    return lengths
