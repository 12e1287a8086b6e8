"""The shortlist of the dense leg: which vectors are worth reading, found among codes of four bits.

Its codes are trained on the vectors of the documents that the built-in encoder is learned from, whatever the encoder:
those with the smallest hashes, so that an update that leaves these alone only has to code what it adds. How good it is, is
measured on all vectors each time.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from faqsearch.index.dense import LISTED, SHORTLIST_FILE
from faqsearch.index.dense_files import stored_rows
from faqsearch.index.folder import Generation
from faqsearch.index.splicing import Splice
from faqsearch.vectors.interface import Vectors
from faqsearch.vectors.learning import sampled
from faqsearch.vocabulary import ranges

_BLOCK = 32
"""Vectors FAISS packs together in a fast scan."""

# Up to here all vectors are read in less than a millisecond.
_FEW = 5_000
# Dimensions to one code of four bits, best first: of 438 dimensions, 3 found 99.5 % of the hundred nearest among 400
# in 0.20 ms, 2 found 99.9 % in 0.32 ms, 6 found 95 % in 0.17 ms.
_PER_CODE = (3, 2, 4)
# Of the ten nearest, and measured on so many of the index's own vectors.
_LEAST_RECALL, _NEAREST, _SAMPLE = 0.98, 10, 64
# Passages on a shortlist, tried in this order: many texts that are like each other need a longer one. With 40,000 vectors
# of `benchmarks/corpora.py`, 400 held 97 % of the ten nearest and 800 99 %, in 0.28 and 0.32 ms.
_LENGTHS = (LISTED, 2 * LISTED, 4 * LISTED, 8 * LISTED)
# A longer shortlist than this part of all saves no time.
_SHORT = 8
# FAISS's order of vectors within half a block (pq4_pack_codes).
_ORDER = np.array([0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15])
# Vectors in memory at a time: 90 MB of 438 dimensions.
_ROWS = 50_000
# Vectors compared at a time: what fits into the processor's cache. So done, numpy takes a tenth of the time of FAISS's `knn`.
_COMPARED = 4_096
_NONE: dict[str, Any] = {"index": "Flat", "recall_at_10": 1.0}


def make_shortlist(
    folder: Path,
    dimension: int,
    tables: Mapping[str, npt.NDArray[Any]],
    before: Generation | None,
    passages: Splice | None,
) -> dict[str, Any]:
    """Write `shortlist.faiss` beside `dense.faiss`, for many vectors; return what the manifest says.

    Args:
        folder: Where both are.
        dimension: Numbers in a vector.
        tables: `text_hashes` of the documents, and their `passage_starts`.
        before: The generation before.
        passages: Which of its passages go and where others come; None when the encoder is another one.
    """
    dense = None
    if before and passages:
        dense = extend_shortlist(folder, before.path, dimension, passages)
    starts, chosen = tables["passage_starts"], sampled(tables["text_hashes"])
    return dense or write_shortlist(folder, dimension, ranges(starts[chosen], starts[chosen + 1] - starts[chosen]))


def write_shortlist(folder: Path, dimension: int, trained: npt.NDArray[np.int64]) -> dict[str, Any]:
    """Write `shortlist.faiss`, for many vectors, by reading them back some at a time.

    Args:
        folder: Where `dense.faiss` is.
        dimension: Numbers in a vector.
        trained: Vectors to train on.

    Returns:
        What the manifest says: `index`, in the words of FAISS's factory, `recall_at_10` against all vectors, and
        `listed`, how many passages a shortlist holds for that.

    Raises:
        OSError: The file cannot be written.
    """
    rows = stored_rows(folder, dimension)
    codes = next((dimension // n for n in _PER_CODE if dimension % n == 0), 0)
    if len(rows) <= _FEW or not codes:
        return _NONE
    import faiss

    threads = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)  # the sums, and so the codes, are the same on every machine
    try:
        shortlist = faiss.IndexPQFastScan(dimension, codes, 4, faiss.METRIC_INNER_PRODUCT)
        shortlist.train(_vectors(rows[trained]))
        for start in range(0, len(rows), _ROWS):
            shortlist.add(_vectors(rows[start : start + _ROWS]))
    finally:
        faiss.omp_set_num_threads(threads)
    return _kept(shortlist, rows, folder)


def extend_shortlist(folder: Path, before: Path, dimension: int, passages: Splice) -> dict[str, Any] | None:
    """Write what `write_shortlist` would, coding only the passages added; None when there are no codes to go on from.

    Args:
        folder: Where `dense.faiss` is.
        before: The generation before, trained on the same vectors.
        dimension: Numbers in a vector.
        passages: Which go, and where others come.
    """
    if len(passages) <= _FEW:
        return _NONE
    if not (before / SHORTLIST_FILE).exists():
        return None
    import faiss

    shortlist: Any = faiss.read_index(str(before / SHORTLIST_FILE))
    count, width = passages.size, shortlist.M2 // 2
    packed = faiss.rev_swig_ptr(shortlist.codes.data(), shortlist.codes.size())
    rows = stored_rows(folder, dimension)
    added = shortlist.pq.compute_codes(_vectors(rows[passages.added]))
    codes = passages(_unpacked(packed.reshape(-1, width, _BLOCK))[:count], added)
    faiss.copy_array_to_AlignedTable(_packed(codes).ravel(), shortlist.codes)
    shortlist.ntotal = len(codes)
    shortlist.ntotal2 = -(-len(codes) // _BLOCK) * _BLOCK
    return _kept(shortlist, rows, folder)


def _vectors(rows: npt.NDArray[np.uint8]) -> Vectors:
    return np.ascontiguousarray(rows).view(np.float32)


def _unpacked(blocks: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """The codes of each vector, from blocks of shape (blocks, bytes of a code, 32)."""
    low, high = (np.empty_like(blocks) for _ in range(2))
    for half, part in ((low, blocks[..., :16]), (high, blocks[..., 16:])):
        half[..., _ORDER] = part & 15
        half[..., _ORDER + 16] = part >> 4
    codes = (low | (high << 4)).astype(np.uint8)
    return codes.transpose(0, 2, 1).reshape(-1, blocks.shape[1])


def _packed(codes: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Blocks of the codes of vectors, the last one filled up with zeros."""
    padded = np.zeros((-(-len(codes) // _BLOCK) * _BLOCK, codes.shape[1]), dtype=np.uint8)
    padded[: len(codes)] = codes
    columns = padded.reshape(-1, _BLOCK, codes.shape[1]).transpose(0, 2, 1)
    parts = [half[..., _ORDER] | (half[..., _ORDER + 16] << 4) for half in (columns & 15, columns >> 4)]
    return np.concatenate(parts, axis=2).astype(np.uint8)


def _kept(shortlist: Any, rows: npt.NDArray[np.uint8], folder: Path) -> dict[str, Any]:
    """Write a shortlist that misses little; return what the manifest says."""
    recalls = _recalls(shortlist, rows)
    length = next((length for length, recall in recalls.items() if recall >= _LEAST_RECALL), None)
    if length is None:
        return _NONE
    _write(shortlist, folder / SHORTLIST_FILE)
    return {
        "index": f"PQ{shortlist.M}x4fs,RFlat",
        "recall_at_10": round(recalls[length], 4),
        "listed": length,
    }


def _recalls(shortlist: Any, rows: npt.NDArray[np.uint8]) -> dict[int, float]:
    """The share of the nearest that stand on the shortlist of a search, by its length."""
    asked = _vectors(rows[np.linspace(0, len(rows) - 1, _SAMPLE).astype(np.int64)])
    scores, places = [], []
    for start in range(0, len(rows), _COMPARED):
        own = asked @ _vectors(rows[start : start + _COMPARED]).T
        nearest = np.argpartition(-own, min(_NEAREST, own.shape[1]) - 1, axis=1)[:, :_NEAREST]
        scores.append(np.take_along_axis(own, nearest, axis=1))
        places.append(nearest + start)
    order = np.argsort(-np.hstack(scores), axis=1, kind="stable")[:, :_NEAREST]
    nearest = np.take_along_axis(np.hstack(places), order, axis=1)
    lengths = [length for length in _LENGTHS if length == LISTED or length * _SHORT <= len(rows)]
    _, listed = shortlist.search(asked, lengths[-1])
    return {
        length: float(np.mean([np.isin(a, b[:length]).mean() for a, b in zip(nearest, listed, strict=True)]))
        for length in lengths
    }


def _write(index: Any, path: Path) -> None:
    """Write a FAISS index.

    Raises:
        OSError: It cannot be written.
    """
    import faiss

    try:
        faiss.write_index(index, str(path))
    except RuntimeError as error:
        raise OSError(f"FAISS cannot write {path.name}") from error
