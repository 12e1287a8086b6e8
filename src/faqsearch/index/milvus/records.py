"""Records: what is kept of one document, as one string of bytes, and what many of them are side by side.

A record begins with how many rows of each axis it holds (int32 each), followed by its rows of each column.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from faqsearch.errors import IndexFormatError
from faqsearch.index.arrays import DAMAGE_HINT
from faqsearch.index.local import LEXICAL_FILE
from faqsearch.index.milvus.layout import COLUMNS, LENGTHS, VECTORS, legs

if TYPE_CHECKING:
    from faqsearch.index.manifest import Manifest

Arrays = dict[str, npt.NDArray[Any]]


class Excerpts:
    """The records of some documents, side by side: column to rows, axis to the rows of each document."""

    def __init__(self, columns: Mapping[str, npt.NDArray[Any]], counts: Mapping[str, npt.NDArray[np.int64]]) -> None:
        self.columns = columns
        """Name to rows, document after document."""
        self.counts = counts
        """Axis to its rows in each document; int64, shape (documents,)."""

    def __len__(self) -> int:
        return len(self.counts["documents"])

    def starts(self, axis: str) -> npt.NDArray[np.int64]:
        """Return the first row of each document, and the end; shape (documents + 1,)."""
        return np.concatenate(([0], np.cumsum(self.counts[axis])))

    def owners(self, axis: str) -> npt.NDArray[np.int32]:
        """Return the place of each row's document, ascending."""
        return np.repeat(np.arange(len(self), dtype=np.int32), self.counts[axis])


class Records:
    """How the records of one generation are laid out."""

    def __init__(self, manifest: Manifest) -> None:
        lexical = manifest.arrays[LEXICAL_FILE]
        self.legs = legs(manifest)
        columns: list[tuple[str, str, str, int]] = []
        for column in COLUMNS:
            place = manifest.arrays.get(column.file, {}).get(column.name)
            if place is not None:  # a model's index has no vectors of units, the built-in encoder's no keys of passages
                width = int(np.prod(place.shape[1:], dtype=np.int64))
                columns.append((column.name, column.axis, "<" + place.dtype, width))
        columns.append((LENGTHS, "units", "<i4", 1))
        for leg in self.legs:
            lengths, tfs = (lexical[f"{leg}/{name}"].dtype for name in ("lengths", "tfs"))
            columns += [
                (f"{leg}/lengths", f"{leg} units", "<" + lengths, 1),
                (f"{leg}/sizes", f"{leg} units", "<i4", 1),
                (f"{leg}/terms", f"{leg} postings", "<i4", 1),
                (f"{leg}/tfs", f"{leg} postings", "<" + tfs, 1),
            ]
        columns.append((VECTORS, "passages", "<f4", int(manifest.encoder["dimension"])))
        self._columns = [(name, axis, np.dtype(kind), width) for name, axis, kind, width in columns]
        self.axes = list(dict.fromkeys(axis for _, axis, *_ in self._columns))

    def packed(self, excerpts: Excerpts) -> list[bytes]:
        """Return the record of each document."""
        counts = np.stack([excerpts.counts[axis] for axis in self.axes], axis=1)
        parts: list[list[bytes]] = [[row.tobytes()] for row in counts.astype("<i4")]
        for name, axis, kind, width in self._columns:
            rows = np.ascontiguousarray(excerpts.columns[name], dtype=kind).reshape(-1).view(np.uint8)
            bounds = (excerpts.starts(axis) * kind.itemsize * width).tolist()
            for record, first, last in zip(parts, bounds, bounds[1:], strict=False):
                record.append(rows[first:last].tobytes())
        return [b"".join(record) for record in parts]

    def unpacked(self, records: Sequence[bytes]) -> Excerpts:
        """Return some records side by side.

        Raises:
            IndexFormatError: One is not as long as it says.
        """
        head = 4 * len(self.axes)
        if any(len(record) < head for record in records):
            raise IndexFormatError("a record is cut off", hint=DAMAGE_HINT)
        rows = np.frombuffer(b"".join(record[:head] for record in records), dtype="<i4").reshape(-1, len(self.axes))
        counts = {axis: rows[:, place].astype(np.int64) for place, axis in enumerate(self.axes)}
        at = np.full(len(records), head, dtype=np.int64)
        columns: dict[str, npt.NDArray[Any]] = {}
        whole = np.frombuffer(b"".join(records), dtype=np.uint8)
        sizes = np.fromiter(map(len, records), np.int64, len(records))
        begins = np.cumsum(sizes) - sizes
        for name, axis, kind, width in self._columns:
            lengths = counts[axis] * kind.itemsize * width
            if lengths.min(initial=0) < 0 or (at + lengths > sizes).any():
                raise IndexFormatError("a record is not as long as it says", hint=DAMAGE_HINT)
            bounds = zip((begins + at).tolist(), (begins + at + lengths).tolist(), strict=True)
            parts = [whole[first:last] for first, last in bounds]
            joined = np.concatenate([whole[:0], *parts]).view(kind)
            columns[name] = joined.reshape(-1, width) if width > 1 else joined
            at += lengths
        return Excerpts(columns, counts)
