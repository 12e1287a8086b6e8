"""The shortlist of the dense leg: which vectors are worth reading, found among codes of four bits.

Up to 5,000 vectors there is none, up to 100,000 it has the codes of all in a row, beyond that in lists, of which a search
reads those whose centres are nearest. Recall is that of finding others: a stored text itself, and its copies, are found
by any codes, and would make it look better than questions find it.

Its codes are trained on the vectors of the documents that the built-in encoder is learned from, whatever the encoder:
those with the smallest hashes, so that an update that leaves these alone only has to code what it adds. How good it is, is
measured against all vectors each time.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from faqsearch.index import fast_scan
from faqsearch.index.dense import LISTED, SHORTLIST_FILE
from faqsearch.index.dense_files import stored_rows
from faqsearch.index.folder import Generation
from faqsearch.index.splicing import Splice
from faqsearch.vectors.interface import Vectors
from faqsearch.vectors.learning import sampled
from faqsearch.vocabulary import ranges

# Up to here all vectors are read in less than a millisecond.
_FEW = 5_000
# Dimensions to one code of four bits, best first. In a row, finer codes make a shorter list, which saves more than they
# cost: of lists of 240, 400 and 800, those of 30,000 passages of `benchmarks/corpora.py` had to be of 800 with 3
# dimensions (0.62 ms in all) and of 400 with 2 (0.45 ms). Where codes are kept in lists, reading them is most of it.
_IN_A_ROW, _IN_LISTS = (2, 3, 4), (3, 2, 4)
# Reading the codes of all takes 14 ns a vector: from here on they are kept in lists, of which a search reads some.
_MANY = 100_000
# Of the ten nearest, and measured on so many of the index's own vectors.
_LEAST_RECALL, _NEAREST, _SAMPLE = 0.98, 10, 128
# Passages as near as the tenth: the same question may be stored a hundred times.
_AS_NEAR = 100
# What is nearer to a vector is the same text, and says nothing about finding others.
_SAME = 1e-4
# Passages on a shortlist, tried in this order: many texts that are like each other need a longer one. With 30,000 vectors
# of `benchmarks/corpora.py`, 240 held 97.5 % of the ten nearest, 339 98.7 % and 480 99.5 %.
_LENGTHS = tuple(round(LISTED * 2 ** (step / 2)) for step in range(13))
# Vectors of a shortlist lie anywhere: 1.6 microseconds for one of 1,752 bytes, where so many bytes of codes take 0.2.
_ANYWHERE = 8
# A longer shortlist than this part of all saves no time.
_SHORT = 8
# Vectors in memory at a time: 90 MB of 438 dimensions.
_ROWS = 50_000
# Vectors compared at a time: what fits into the processor's cache. So done, numpy takes a tenth of the time of FAISS's `knn`.
_COMPARED = 4_096
_NONE: dict[str, Any] = {"index": "Flat", "recall_at_10": 1.0}


def make_shortlist(
    folder: Path,
    dimension: int,
    hashes: npt.NDArray[np.uint8],
    owners: npt.NDArray[np.int32],
    before: Generation | None = None,
    passages: Splice | None = None,
) -> dict[str, Any]:
    """Write `shortlist.faiss` beside `dense.faiss`, for many vectors; return what the manifest says.

    Args:
        folder: Where both are.
        dimension: Numbers in a vector.
        hashes: Of the texts of all documents; shape (documents, 16).
        owners: Document of each vector, ascending.
        before: The generation before.
        passages: Which of its passages go and where others come; None when the encoder is another one.
    """
    dense = None
    if before and passages:
        dense = extend_shortlist(folder, before.path, dimension, passages)
    starts, chosen = np.searchsorted(owners, np.arange(len(hashes) + 1)), sampled(hashes)
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
    kept_in, parts = _lists(len(rows)), _parts(dimension, len(rows))
    if len(rows) <= _FEW or not parts:
        return _NONE
    with fast_scan.one_thread():
        index = fast_scan.trained(dimension, parts, kept_in, _vectors(rows[trained]))
        lists, codes = _encoded(index, rows)
        fast_scan.fill(index, lists, codes)
    return _kept(index, lists, rows, folder)


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

    rows = stored_rows(folder, dimension)
    index: Any = faiss.read_index(str(before / SHORTLIST_FILE))
    if (_lists(len(passages)), _parts(dimension, len(passages))) != (getattr(index, "nlist", 0), index.pq.M):
        return None
    with fast_scan.one_thread():
        added = _encoded(index, rows[passages.added])
    before_lists, before_codes = fast_scan.content(index)
    lists = passages(before_lists, added[0])
    fast_scan.fill(index, lists, passages(before_codes, added[1]))
    return _kept(index, lists, rows, folder)


def _lists(count: int) -> int:
    """How many lists so many vectors are kept in: about as many as vectors in each, as centres are compared, too."""
    return 1 << int(math.log2(math.sqrt(count))) if count > _MANY else 0


def _parts(dimension: int, count: int) -> int:
    """Codes of each of so many vectors; 0: they have no dimension that can be divided."""
    return next((dimension // n for n in (_IN_LISTS if _lists(count) else _IN_A_ROW) if dimension % n == 0), 0)


def _encoded(index: Any, rows: npt.NDArray[np.uint8]) -> tuple[fast_scan.Lists, fast_scan.Codes]:
    lists = np.empty(len(rows), dtype=np.int32)
    codes = np.empty((len(rows), index.pq.code_size), dtype=np.uint8)
    for start in range(0, len(rows), _ROWS):
        part = slice(start, start + _ROWS)
        lists[part], codes[part] = fast_scan.encoded(index, _vectors(rows[part]))
    return lists, codes


def _vectors(rows: npt.NDArray[np.uint8]) -> Vectors:
    return np.ascontiguousarray(rows).view(np.float32)


class _Way(NamedTuple):
    """A way to search in an index, and how good it is."""

    probed: int
    """Lists that are read; 0: there are none."""
    listed: int
    """Passages on the shortlist."""
    recall: float


def _kept(index: Any, lists: fast_scan.Lists, rows: npt.NDArray[np.uint8], folder: Path) -> dict[str, Any]:
    """Write a shortlist that misses little; return what the manifest says."""
    width, count = int(index.pq.code_size), int(getattr(index, "nlist", 0))

    def time(way: _Way) -> float:
        """What a search takes, in bytes of codes read one after the other."""
        share = way.probed / count if count else 1.0
        return share * width * len(rows) + float(_ANYWHERE * rows.shape[1] * way.listed)

    good = list(_good_ways(index, lists, rows))
    if not good:
        return _NONE
    best = min(good, key=time)
    _write(index, folder / SHORTLIST_FILE)
    kind = f"PQ{index.pq.M}x4fs,RFlat"
    found = {"index": kind, "recall_at_10": round(best.recall, 4), "listed": best.listed}
    return found | {"index": f"IVF{count},{kind}", "probed": best.probed} if count else found


def _good_ways(index: Any, lists: fast_scan.Lists, rows: npt.NDArray[np.uint8]) -> Iterator[_Way]:
    """Yield the ways to search that miss little, but for those that read more and list no less than another one."""
    asked = _vectors(rows[np.linspace(0, len(rows) - 1, _SAMPLE).astype(np.int64)])
    wanted = _nearest(asked, rows)
    lengths = [length for length in _LENGTHS if length == LISTED or length * _SHORT <= len(rows)]
    longest, count = lengths[-1], getattr(index, "nlist", 0)
    for probed in sorted({max(count * part >> step, 1) for step in range(2, 8) for part in (3, 4)}) if count else [0]:
        if count:
            index.nprobe = probed
            # What stands in lists that are not read is on no shortlist, however long.
            _, read = index.quantizer.search(asked, probed)
            if _recall(np.isin(lists[own], some).sum() for own, some in zip(wanted, read, strict=True)) < _LEAST_RECALL:
                continue
        _, listed = index.search(asked, longest)
        for place, length in enumerate(lengths):
            if count and probed * len(rows) < 2 * length * count:
                break  # so few lists may not hold as many passages
            recall = _recall(np.isin(row[:length], own).sum() for row, own in zip(listed, wanted, strict=True))
            if recall >= _LEAST_RECALL:
                yield _Way(probed, length, recall)
                del lengths[place:]
                break
        if not lengths:
            return


def _recall(hits: Iterable[int]) -> float:
    """The share of the nearest that were found, from how many were for each vector."""
    return float(np.minimum(list(hits), _NEAREST).mean()) / _NEAREST


def _nearest(asked: Vectors, rows: npt.NDArray[np.uint8]) -> list[npt.NDArray[np.int64]]:
    """The passages that are as near to each vector as its tenth nearest or nearer, without those that are the same."""
    same = (asked * asked).sum(axis=1, keepdims=True) - _SAME
    scores, places = [], []
    for start in range(0, len(rows), _COMPARED):
        own = asked @ _vectors(rows[start : start + _COMPARED]).T
        own[own >= same] = -np.inf
        nearest = np.argpartition(-own, min(_AS_NEAR, own.shape[1]) - 1, axis=1)[:, :_AS_NEAR]
        scores.append(np.take_along_axis(own, nearest, axis=1))
        places.append(nearest + start)
    every, at = np.hstack(scores), np.hstack(places)
    order = np.argsort(-every, axis=1, kind="stable")[:, :_AS_NEAR]
    best, found = np.take_along_axis(every, order, axis=1), np.take_along_axis(at, order, axis=1)
    least = best[:, min(_NEAREST, best.shape[1]) - 1 :][:, :1]
    return [row[score >= low - 1e-6] for row, score, low in zip(found, best, least, strict=True)]


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
