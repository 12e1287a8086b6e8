"""Write side of the dense leg: vectors as they come into FAISS's files, however many there are.

The vectors go to the file some thousand at a time, in the format of `faiss.write_index`; a shortlist is made by
reading them back, so that a million documents take no more memory than ten thousand.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from faqsearch.index.dense import DENSE_FILE, LISTED, SHORTLIST_FILE
from faqsearch.vectors.interface import Vectors

# Up to here all vectors are read in less than a millisecond.
_FEW = 5_000
# Dimensions to one code of four bits, best first: of 438 dimensions, 3 found 99.5 % of the hundred nearest among 400
# in 0.20 ms, 2 found 99.9 % in 0.32 ms, 6 found 95 % in 0.17 ms.
_PER_CODE = (3, 2, 4)
# Of the ten nearest, and measured on so many of the index's own vectors.
_LEAST_RECALL, _NEAREST, _SAMPLE = 0.98, 10, 64
# Vectors the codes are trained on; FAISS itself takes no more than 4,096.
_TRAINED_ON = 20_000
# Vectors in memory at a time: 90 MB of 438 dimensions.
_ROWS = 50_000

# IndexFlatIP as FAISS writes it: kind, dimension, vectors, two unused numbers, trained, metric; then how many numbers.
_HEADER = struct.Struct("<4siqqq?iQ")
_UNUSED = 1 << 20


def write_dense(folder: Path, parts: Iterable[Vectors], dimension: int) -> dict[str, Any]:
    """Write the FAISS files of vectors.

    Args:
        folder: Where `dense.faiss` and, for many vectors, `shortlist.faiss` go.
        parts: One row a passage, some rows at a time.
        dimension: Numbers in a row.

    Returns:
        What the manifest says: `index`, in the words of FAISS's factory, and `recall_at_10` against all vectors.

    Raises:
        OSError: A file cannot be written.
    """
    path = folder / DENSE_FILE
    with path.open("wb") as file:
        file.write(bytes(_HEADER.size))
        count = 0
        for part in parts:
            file.write(np.ascontiguousarray(part, dtype="<f4").data)
            count += len(part)
        file.seek(0)
        file.write(_HEADER.pack(b"IxFI", dimension, count, _UNUSED, _UNUSED, True, 0, count * dimension))
    codes = next((dimension // n for n in _PER_CODE if dimension % n == 0), 0)
    if count > _FEW and codes:
        shortlist = _shortlist(path, count, dimension, codes)
        recall = _recall(shortlist, path, count, dimension)
        if recall >= _LEAST_RECALL:
            _write(shortlist, folder / SHORTLIST_FILE)
            return {"index": f"PQ{codes}x4fs,RFlat", "recall_at_10": round(recall, 4)}
    return {"index": "Flat", "recall_at_10": 1.0}


def _shortlist(path: Path, count: int, dimension: int, codes: int) -> Any:
    import faiss

    threads = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)  # the sums, and so the codes, are the same on every machine
    try:
        shortlist = faiss.IndexPQFastScan(dimension, codes, 4, faiss.METRIC_INNER_PRODUCT)
        shortlist.train(_evenly(path, count, dimension, _TRAINED_ON))
        for _, rows in _read(path, count, dimension):
            shortlist.add(rows)
    finally:
        faiss.omp_set_num_threads(threads)
    return shortlist


def _recall(shortlist: Any, path: Path, count: int, dimension: int) -> float:
    """The share of the nearest that stand on the shortlist of a search."""
    asked = _evenly(path, count, dimension, _SAMPLE)
    _, listed = shortlist.search(asked, LISTED)
    best = np.empty((len(asked), 0), dtype=np.float32)
    nearest = np.empty((len(asked), 0), dtype=np.int64)
    for start, rows in _read(path, count, dimension):
        places = np.broadcast_to(np.arange(start, start + len(rows)), (len(asked), len(rows)))
        best, nearest = np.hstack((best, asked @ rows.T)), np.hstack((nearest, places))
        order = np.argsort(-best, axis=1, kind="stable")[:, :_NEAREST]
        best, nearest = np.take_along_axis(best, order, axis=1), np.take_along_axis(nearest, order, axis=1)
    return float(np.mean([np.isin(a, b).mean() for a, b in zip(nearest, listed, strict=True)]))


def _read(path: Path, count: int, dimension: int) -> Iterator[tuple[int, Vectors]]:
    """Yield the vectors of a file, and the number of the first, some rows at a time."""
    with path.open("rb") as file:
        file.seek(_HEADER.size)
        for start in range(0, count, _ROWS):
            rows = np.fromfile(file, "<f4", min(_ROWS, count - start) * dimension)
            yield start, rows.reshape(-1, dimension)


def _evenly(path: Path, count: int, dimension: int, wanted: int) -> Vectors:
    """Some vectors from all over the file; float32, shape (at most wanted, dimension)."""
    numbers: npt.NDArray[np.int64] = np.linspace(0, count - 1, min(wanted, count)).astype(np.int64)
    found = np.empty((len(numbers), dimension), dtype=np.float32)
    for start, rows in _read(path, count, dimension):
        own = (numbers >= start) & (numbers < start + len(rows))
        found[own] = rows[numbers[own] - start]
    return found


def _write(index: Any, path: Path) -> None:
    import faiss

    try:
        faiss.write_index(index, str(path))
    except RuntimeError as error:
        raise OSError(f"FAISS cannot write {path.name}") from error
