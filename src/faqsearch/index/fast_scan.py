"""Codes of four bits, 32 vectors to a block, and the FAISS indexes that are made of them.

FAISS trains them and searches in them. What they hold is put in from here, so that codes kept from an index before and
codes made anew give the same bytes.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt

from faqsearch import kernel
from faqsearch.vectors.interface import Vectors

BLOCK = 32
"""Vectors FAISS packs together in a fast scan."""
Codes = npt.NDArray[np.uint8]
Lists = npt.NDArray[np.int32]

# FAISS's order of vectors within half a block (pq4_pack_codes).
_ORDER = np.array([0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15])
_BITS = 4
# Vectors coded at a time without the kernel: what fits into the processor's cache.
_COMPARED = 256
# Products of two unit vectors in float32, by any library, differ by less; what is nearer to each other is worked out again.
_ROUNDING = 1e-5


def trained(dimension: int, codes: int, lists: int, vectors: Vectors) -> Any:
    """Return an empty index.

    Args:
        dimension: Numbers in a vector.
        codes: Codes of a vector.
        lists: Lists the vectors are kept in, by the nearest of as many centres (an inverted file); 0: no lists.
        vectors: What to train on.
    """
    import faiss

    inner = faiss.METRIC_INNER_PRODUCT
    if not lists:
        index: Any = faiss.IndexPQFastScan(dimension, codes, 4, inner)
    else:
        centres = faiss.IndexFlatIP(dimension)
        index = faiss.IndexIVFPQFastScan(centres, dimension, lists, codes, 4, inner, BLOCK)
        index.by_residual = True
        index.cp.spherical = True  # a long centre would be the nearest of too many
        index.cp.min_points_per_centroid = 1  # no warning: it is the passages of the documents that are learned from
    index.train(vectors)
    return index


def encoded(index: Any, vectors: Vectors) -> tuple[Lists, Codes]:
    """Return the list and the code of each vector; the same whichever vectors stand beside it."""
    if not _has_lists(index):
        return np.zeros(len(vectors), dtype=np.int32), _codes(index.pq, vectors)
    centres = _centres(index).reconstruct_n(0, index.nlist)
    scores = vectors @ centres.T
    lists = scores.argmax(axis=1)
    best = np.take_along_axis(scores, lists[:, None], axis=1)
    close = np.flatnonzero((scores > best - _ROUNDING).sum(axis=1) > 1)
    if len(close):
        lists[close] = (vectors[close].astype(np.float64) @ centres.T.astype(np.float64)).argmax(axis=1)
    return lists.astype(np.int32), _codes(index.pq, vectors - centres[lists])


def _codes(quantizer: Any, vectors: Vectors) -> Codes:
    """The number of the nearest of 16 centres to each part of each vector, two in a byte; of equally near ones the first.

    FAISS's `compute_codes` takes ten times as long, and the kind of processor decides between centres almost equally near.
    """
    import faiss

    own = faiss.vector_to_array(quantizer.centroids).reshape(quantizer.M, 1 << _BITS, quantizer.dsub)
    centres = np.ascontiguousarray(own.transpose(0, 2, 1))
    codes = np.zeros((len(vectors), quantizer.code_size), dtype=np.uint8)
    if kernel.compiled is not None:
        parts = np.array([quantizer.M], dtype=np.int64)
        kernel.compiled.codes(np.ascontiguousarray(vectors), centres, codes, parts)
        return codes
    for start in range(0, len(vectors), _COMPARED):
        rows = vectors[start : start + _COMPARED].reshape(-1, quantizer.M, quantizer.dsub, 1)
        sums = np.zeros((len(rows), quantizer.M, 1 << _BITS), dtype=np.float32)
        for j in range(quantizer.dsub):  # one after the other, as the kernel does
            difference = rows[:, :, j] - centres[:, j]
            sums += difference * difference
        nearest = sums.argmin(axis=2).astype(np.uint8)
        codes[start : start + _COMPARED] = nearest[:, ::2]
        codes[start : start + _COMPARED, : quantizer.M // 2] |= nearest[:, 1::2] << _BITS
    return codes


def fill(index: Any, lists: Lists, codes: Codes) -> None:
    """Put vectors into an index that holds none, or other ones.

    Args:
        index: As from `trained`, or read from a file.
        lists: The list of each vector; shape (n,).
        codes: Its code; shape (n, bytes).
    """
    import faiss

    index.ntotal = len(codes)
    if not _has_lists(index):
        faiss.copy_array_to_AlignedTable(_packed(codes).ravel(), index.codes)
        index.ntotal2 = -(-len(codes) // BLOCK) * BLOCK
        return
    inverted = faiss.downcast_InvertedLists(index.invlists)
    order = np.argsort(lists, kind="stable")
    ends = np.cumsum(np.bincount(lists, minlength=index.nlist))
    for number, end in enumerate(ends.tolist()):
        own = order[ends[number - 1] if number else 0 : end]
        inverted.resize(number, 0)
        if len(own):
            packed = np.ascontiguousarray(_packed(codes[own]))
            inverted.add_entries(number, len(own), faiss.swig_ptr(own), faiss.swig_ptr(packed))


def content(index: Any) -> tuple[Lists, Codes]:
    """Return the list and the code of each vector of an index."""
    import faiss

    width = index.M2 // 2
    if not _has_lists(index):
        packed = faiss.rev_swig_ptr(index.codes.data(), index.codes.size())
        return np.zeros(index.ntotal, np.int32), _unpacked(packed.reshape(-1, width, BLOCK))[: index.ntotal]
    inverted = faiss.downcast_InvertedLists(index.invlists)
    lists = np.empty(index.ntotal, dtype=np.int32)
    codes = np.empty((index.ntotal, width), dtype=np.uint8)
    for number in range(index.nlist):
        if size := inverted.list_size(number):
            own = faiss.rev_swig_ptr(inverted.get_ids(number), size)
            packed = faiss.rev_swig_ptr(inverted.get_codes(number), -(-size // BLOCK) * BLOCK * width)
            lists[own] = number
            codes[own] = _unpacked(packed.reshape(-1, width, BLOCK))[:size]
    return lists, codes


def sizes(index: Any, count: int, file: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return what an opened index says of its arrays, and what must be true of `count` vectors. FAISS believes the first.

    Args:
        index: As read.
        count: Vectors it should hold.
        file: Where it was read from.
    """
    import faiss

    blocks = -(-count // BLOCK)
    codes = (index.pq.centroids.size(), index.bbs, index.M2)
    expected = (index.d * 16, BLOCK, index.pq.M + index.pq.M % 2)
    if not _has_lists(index):
        return (*codes, index.codes.size(), index.ntotal2), (*expected, blocks * BLOCK * index.M2 // 2, blocks * BLOCK)
    inverted: Any = faiss.downcast_InvertedLists(index.invlists)
    block = BLOCK * index.M2 // 2
    centres = _centres(index)
    held = [inverted.list_size(number) for number in range(inverted.nlist)]
    needed = [-(-size // BLOCK) * block for size in held]
    # Python cannot ask how long the codes of a list are. The lists end the file: count and numbers, then size and codes.
    at, found = os.fstat(file).st_size - sum(16 + 8 * size for size in held) - sum(needed), []
    for size, own in zip(held, needed, strict=True):
        found.append(int.from_bytes(os.pread(file, 8, max(at + 8 + 8 * size, 0)), "little"))
        at += 16 + 8 * size + own
    return (
        (
            *codes,
            inverted.nlist,
            inverted.n_per_block,
            inverted.block_size,
            sum(held),
            *found,
            centres.ntotal,
            centres.d,
        ),
        (*expected, index.nlist, BLOCK, block, count, *needed, index.nlist, index.d),
    )


@contextmanager
def no_longer_than(size: int) -> Iterator[None]:
    """Let FAISS take no vector to be longer than its file; older ones have no such limit."""
    import faiss

    limit = getattr(faiss, "set_deserialization_vector_byte_limit", None)
    if limit is None:
        yield
        return
    before = faiss.get_deserialization_vector_byte_limit()
    limit(size)
    try:
        yield
    finally:
        limit(before)


@contextmanager
def one_thread() -> Iterator[None]:
    """Let FAISS work in the thread it is called from: it adds up in the same order on every machine."""
    import faiss

    threads = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(threads)


def _has_lists(index: Any) -> bool:
    return hasattr(index, "invlists")


def _centres(index: Any) -> Any:
    import faiss

    return faiss.downcast_index(index.quantizer)


def _unpacked(blocks: npt.NDArray[np.uint8]) -> Codes:
    """The codes of each vector, from blocks of shape (blocks, bytes of a code, 32)."""
    low, high = (np.empty_like(blocks) for _ in range(2))
    for half, part in ((low, blocks[..., :16]), (high, blocks[..., 16:])):
        half[..., _ORDER] = part & 15
        half[..., _ORDER + 16] = part >> 4
    codes = (low | (high << 4)).astype(np.uint8)
    return codes.transpose(0, 2, 1).reshape(-1, blocks.shape[1])


def _packed(codes: Codes) -> npt.NDArray[np.uint8]:
    """Blocks of the codes of vectors, the last one filled up with zeros."""
    padded = np.zeros((-(-len(codes) // BLOCK) * BLOCK, codes.shape[1]), dtype=np.uint8)
    padded[: len(codes)] = codes
    columns = padded.reshape(-1, BLOCK, codes.shape[1]).transpose(0, 2, 1)
    parts = [half[..., _ORDER] | (half[..., _ORDER + 16] << 4) for half in (columns & 15, columns >> 4)]
    return np.concatenate(parts, axis=2).astype(np.uint8)
