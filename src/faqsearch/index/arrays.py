"""Flat arrays in one file, read through a memory map: no pickle, no parsing, nothing read before it is used.

An array file is the arrays' bytes one after the other, each starting at a multiple of 64 bytes. Where each one
lies, its dtype and its shape stand in the generation's manifest, which is checksummed; the file itself has no
header that could disagree with it.
"""

from __future__ import annotations

import math
import mmap
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

import numpy as np
import numpy.typing as npt

from faqsearch.errors import IndexFormatError

_ALIGN = 64
_DTYPES = {"u1": 1, "u2": 2, "u4": 4, "u8": 8, "i1": 1, "i2": 2, "i4": 4, "i8": 8, "f2": 2, "f4": 4, "f8": 8}


@dataclass(frozen=True, slots=True)
class ArrayPlace:
    """Where one array lies in its file."""

    dtype: str
    """Two characters, little endian: `f4`, `i4`, `u8` …"""
    shape: tuple[int, ...]
    offset: int
    """Bytes from the start of the file."""


class ArrayFileWriter:
    """Write named arrays to one file; `places` tells afterwards where they lie."""

    def __init__(self, path: Path) -> None:
        self.places: dict[str, ArrayPlace] = {}
        self._path = path
        self._file: BinaryIO = path.open("wb")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def add(self, name: str, array: npt.NDArray[Any]) -> None:
        """Append `array` (C order, little endian) under `name`."""
        self.reserve(name, array.dtype, *array.shape)(array)

    def add_parts(self, name: str, parts: Iterable[npt.NDArray[Any]], shape: tuple[int, ...]) -> None:
        """Append the concatenation of `parts`, at least one, as one array of `shape`, without holding it whole."""
        write = None
        for part in parts:
            write = write or self.reserve(name, part.dtype, *shape)
            write(part)
        if write is None:
            raise ValueError(f"array {name!r} has no parts")

    def reserve(self, name: str, dtype: Any, *shape: int) -> Callable[[npt.NDArray[Any]], None]:
        """Make room for an array; return what takes its parts, one after the other.

        Several arrays may be filled at the same time.
        """
        if name in self.places:
            raise ValueError(f"array {name!r} was written before")
        kind = np.dtype(dtype).newbyteorder("<")
        place = -(-self._file.seek(0, 2) // _ALIGN) * _ALIGN
        self.places[name] = ArrayPlace(kind.str[1:], tuple(int(n) for n in shape), place)
        end = place + kind.itemsize * int(np.prod(shape, dtype=np.int64))
        self._file.truncate(end)

        def write(part: npt.NDArray[Any]) -> None:
            nonlocal place
            if part.dtype != kind or place + part.nbytes > end:
                raise ValueError(
                    f"array {name!r} takes {end - place} more bytes of {kind}, not {part.nbytes} of {part.dtype}"
                )
            self._file.seek(place)
            place += self._file.write(np.ascontiguousarray(part.astype(kind, copy=False)).data)

        return write

    def mapped(self, name: str) -> npt.NDArray[Any]:
        """Return an array written before, mapped into memory."""
        return open_arrays(self._path, self.written(name))[name]

    def written(self, prefix: str) -> dict[str, ArrayPlace]:
        """Return the places of the arrays whose names begin so, after making sure that others can read them."""
        self._file.flush()
        return {name: place for name, place in self.places.items() if name.startswith(prefix)}


def open_arrays(path: Path, places: Mapping[str, ArrayPlace]) -> dict[str, npt.NDArray[Any]]:
    """Return read-only views of the arrays in `path`, mapped into memory and shared between processes.

    Raises:
        IndexFormatError: The file is missing, or shorter than `places` says.
    """
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            data: bytes | mmap.mmap = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if size else b""
    except OSError as error:
        raise IndexFormatError(f"{path}: cannot be opened ({error.strerror})", hint=DAMAGE_HINT) from error
    views = {}
    for name, place in places.items():
        width = _DTYPES.get(place.dtype)
        # Python's numbers, which do not overflow: the shape may be anyone's.
        count = math.prod(place.shape)
        if width is None or min((place.offset, *place.shape)) < 0 or place.offset + count * width > size:
            raise IndexFormatError(f"{path}: array {name!r} does not fit in {size} bytes", hint=DAMAGE_HINT)
        dtype = np.dtype("<" + place.dtype)
        views[name] = np.frombuffer(data, dtype, count, place.offset).reshape(place.shape)
    return views


DAMAGE_HINT = "Run `faqsearch verify`, then `faqsearch rollback` or build the index again."


def places_to_json(places: Mapping[str, ArrayPlace]) -> dict[str, Any]:
    """Return `places` as plain JSON values."""
    return {name: asdict(place) for name, place in places.items()}


def places_from_json(value: Any) -> dict[str, ArrayPlace]:
    """Return the places a manifest holds.

    Raises:
        IndexFormatError: The manifest does not describe arrays.
    """
    try:
        return {
            str(name): ArrayPlace(str(p["dtype"]), tuple(int(n) for n in p["shape"]), int(p["offset"]))
            for name, p in value.items()
        }
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise IndexFormatError(f"the manifest's array table is damaged ({error!r})", hint=DAMAGE_HINT) from error


def by_prefix(arrays: Mapping[str, npt.NDArray[Any]]) -> dict[str, dict[str, npt.NDArray[Any]]]:
    """`document/indptr` → {"document": {"indptr": …}}."""
    groups: dict[str, dict[str, npt.NDArray[Any]]] = {}
    for name, array in arrays.items():
        prefix, _, rest = name.partition("/")
        groups.setdefault(prefix, {})[rest] = array
    return groups
