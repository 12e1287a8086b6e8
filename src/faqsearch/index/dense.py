"""The dense leg: FAISS over the vectors of passages, each of which belongs to one document.

All vectors are kept as they are (IndexFlatIP, mapped into memory). Reading every one of them for every question takes
5 ms for 30,000 of 438 dimensions, so a larger index has a *shortlist* beside it: the same vectors at four bits for
every two to four dimensions (IndexPQFastScan), 0.2 ms. What it brings is scored with the vectors themselves. Beyond 100,000
the codes are kept in lists by the nearest of some hundred centres, of which a search reads some (IndexIVFPQFastScan).
"""

from __future__ import annotations

import os
import weakref
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from faqsearch import kernel
from faqsearch.errors import IndexFormatError
from faqsearch.index import fast_scan
from faqsearch.index.arrays import DAMAGE_HINT
from faqsearch.index.contained import contained
from faqsearch.index.nearest import Nearest, first_documents
from faqsearch.vectors.interface import Vectors

DENSE_FILE = "dense.faiss"
SHORTLIST_FILE = "shortlist.faiss"
# What the files begin with; a damaged one must not be read as another kind.
_FLAT, _FAST_SCAN, _FAST_SCAN_IN_LISTS = b"IxFI", b"IPfs", b"IwPf"
# So many vectors are read in a few milliseconds; of those that pass a filter, all are, or one in sixteen of the index.
_FEW_PASS, _MANY_PASS = 20_000, 16
# Several passages of one document may come first; so many times as many passages hold enough documents.
_PASSAGES = 4
# Passages on a shortlist, at least: what a search for the sixty best documents asks for.
LISTED = 240


class DenseIndex:
    """Nearest passages by inner product, collapsed to documents. Safe to share between threads."""

    def __init__(
        self,
        folder: Path,
        passage_documents: npt.NDArray[np.int32],
        dimension: int,
        *,
        listed: int = LISTED,
        probed: int = 1,
    ) -> None:
        """Open the files.

        Args:
            folder: Where they are.
            passage_documents: The document of each passage.
            dimension: Numbers in a vector.
            listed: Passages on a shortlist, at least.
            probed: Lists of codes that are read for one, where codes are kept in lists.
        """
        self._folder = folder
        self._owners = passage_documents
        self._listed = listed
        self._probed = probed
        self.dimension = dimension
        # Held open: writers may remove the generation before the first question needs its vectors.
        self._files = {
            name: _held_open(self, contained(folder, name), header)
            for name, header in ((DENSE_FILE, (_FLAT,)), (SHORTLIST_FILE, (_FAST_SCAN, _FAST_SCAN_IN_LISTS)))
            if name == DENSE_FILE or (folder / name).exists()
        }
        self._opened: dict[str, Any] = {}
        self._mapped: npt.NDArray[np.float32] | None = None

    @property
    def passage_documents(self) -> npt.NDArray[np.int32]:
        """Document of each passage, ascending."""
        return self._owners

    def _open(self, name: str) -> Any:
        # Opened at the first question that needs it: lexical-only work never pays for importing FAISS.
        if name not in self._opened:
            import faiss

            path, count = self._folder / name, len(self.passage_documents)
            # A name that leads to the open file also after it has been removed, where the system has one.
            readable = f"/dev/fd/{self._files[name]}" if os.path.isdir("/dev/fd") else str(path)  # noqa: PTH112
            flags = faiss.IO_FLAG_MMAP_IFC | faiss.IO_FLAG_READ_ONLY if name == DENSE_FILE else 0
            try:
                with fast_scan.no_longer_than(os.fstat(self._files[name]).st_size):
                    index: Any = faiss.read_index(readable, flags)
            except (RuntimeError, MemoryError) as error:
                raise IndexFormatError(f"{path} is not a readable FAISS file", hint=DAMAGE_HINT) from error
            if index.ntotal != count or index.d != self.dimension:
                raise IndexFormatError(
                    f"{path} holds {index.ntotal} vectors of {index.d} dimensions instead of "
                    f"{count} of {self.dimension}",
                    hint=DAMAGE_HINT,
                )
            # FAISS believes these numbers; reading past the end of the vectors would end the process.
            if name == SHORTLIST_FILE:
                sizes = fast_scan.sizes(index, count, self._files[name])
            else:
                sizes = (index.codes.size(),), (4 * count * index.d,)
            if index.metric_type != faiss.METRIC_INNER_PRODUCT or sizes[0] != sizes[1]:
                raise IndexFormatError(f"{path} is not what was written", hint=DAMAGE_HINT)
            if name == SHORTLIST_FILE and hasattr(index, "nprobe"):
                index.nprobe = self._probed
            # Of two threads that open it at once, both take the first: vectors are read where that one has them.
            return self._opened.setdefault(name, index)
        return self._opened[name]

    def search(
        self, vectors: Vectors, k: int, allowed: npt.NDArray[np.bool_] | None = None, *, exact: bool = False
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]:
        """Return the `k` best passages for each vector; from a shortlist, all but a few of them.

        Args:
            vectors: Questions, shape (n, dimension).
            k: Passages wanted.
            allowed: Documents that may be found, shape (documents,); None for all.
            exact: Do without the shortlist.

        Returns:
            float32 scores, higher is nearer, and int64 passage numbers, both of shape (n, k); unused places hold
            passage -1. Scores are exact; of equal ones, the smaller passage comes first.
        """
        k = min(k, len(self._owners))
        asked = np.ascontiguousarray(vectors, dtype=np.float32)
        if not k:
            return np.empty((len(vectors), 0), np.float32), np.empty((len(vectors), 0), np.int64)
        shortlist = not exact and SHORTLIST_FILE in self._files
        if allowed is not None:
            return self._scored(asked, self._passing(asked, k, allowed[self._owners], shortlist=shortlist), k)
        if not shortlist:
            scores, passages = self._open(DENSE_FILE).search(asked, k)
            return scores, passages
        return self._scored(asked, self._shortlist(asked, max(k, self._listed)), k)

    def _shortlist(self, asked: Vectors, length: int) -> npt.NDArray[np.int64]:
        """Passages worth a look; -1 where there are fewer."""
        _, listed = self._open(SHORTLIST_FILE).search(asked, min(length, len(self._owners)))
        return np.asarray(listed)

    def _passing(
        self, asked: Vectors, k: int, passes: npt.NDArray[np.bool_], *, shortlist: bool
    ) -> npt.NDArray[np.int64]:
        """Passages worth a look of those that pass a filter: all, when they are few."""
        count = int(np.count_nonzero(passes))
        if not shortlist or count <= _FEW_PASS or count * _MANY_PASS < len(passes):
            return np.broadcast_to(np.flatnonzero(passes), (len(asked), count))
        # FAISS's fast scan knows no filter: the list is as much longer as fewer of it pass.
        listed = self._shortlist(asked, max(k, self._listed) * len(passes) // count)
        return np.where(passes[listed], listed, -1)

    def shortlists(self, vectors: Vectors, depth: int) -> npt.NDArray[np.int64] | None:
        """Return the passages worth a look for each vector, shape (n, passages), -1 where there are fewer.

        FAISS reads the codes once for several vectors. None where there are no codes, or where no one would look at what
        is listed.

        Args:
            vectors: Questions, shape (n, dimension).
            depth: As for `nearest`.
        """
        if kernel.compiled is None or SHORTLIST_FILE not in self._files:
            return None
        with fast_scan.one_thread():  # the other cores answer other questions
            return self._shortlist(np.ascontiguousarray(vectors, dtype=np.float32), self._length(depth))

    def _length(self, depth: int) -> int:
        """Passages to look at for so many documents."""
        return max(_PASSAGES * depth, self._listed)

    def nearest(
        self,
        vector: Vectors,
        depth: int,
        least: float,
        allowed: npt.NDArray[np.bool_] | None = None,
        listed: npt.NDArray[np.int64] | None = None,
    ) -> Nearest:
        """Return the documents of the nearest passages.

        Args:
            vector: A question's, shape (1, dimension).
            depth: Documents wanted, at least.
            least: What a score must be above.
            allowed: Documents that may be found, shape (documents,); None for all.
            listed: Its row of `shortlists`; None finds it.
        """
        wanted = _PASSAGES * depth
        if kernel.compiled is None or allowed is not None or SHORTLIST_FILE not in self._files:
            return first_documents(*self.search(vector, wanted, allowed), self._owners, least)
        asked = np.ascontiguousarray(vector, dtype=np.float32)
        if listed is None:
            (listed,) = self._shortlist(asked, self._length(depth))
        documents, scores = np.empty(wanted, np.int64), np.empty(wanted, np.float32)
        limits = np.array([least, int(self._owners[-1]) + 1], dtype=np.float64)
        try:
            found = kernel.compiled.nearest(self.stored(), asked[0], listed, self._owners, limits, documents, scores)
        except IndexError as error:
            raise self._not_there() from error
        return Nearest(documents[:found], scores[:found])

    def _scored(
        self, vectors: Vectors, passages: npt.NDArray[np.int64], k: int
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]:
        """The first `k` passages in the order of their own vectors' scores."""
        ordered = np.full((len(vectors), k), -1, dtype=np.int64)
        scores = np.zeros(ordered.shape, dtype=np.float32)
        for i, row in enumerate(passages):
            listed = row[row >= 0]
            own = self.products(listed, vectors[i])
            order = np.lexsort((listed, -own))[:k]
            scores[i, : len(order)], ordered[i, : len(order)] = own[order], listed[order]
        return scores, ordered

    def products(self, passages: npt.NDArray[np.int64], vector: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Return the inner product of a vector and those of some passages; float32, shape (n,)."""
        if kernel.compiled is None or not len(passages):
            return np.asarray(self.vectors(passages) @ vector)
        found = np.empty(len(passages), dtype=np.float32)
        try:
            kernel.compiled.dots(self.stored(), passages, vector, found)
        except IndexError as error:
            raise self._not_there() from error
        return found

    def stored(self) -> npt.NDArray[np.float32]:
        """Return all vectors, one after the other, where FAISS has them mapped: nothing is copied."""
        import faiss

        if self._mapped is None:
            index = self._open(DENSE_FILE)  # kept open for as long as this is
            self._mapped = faiss.rev_swig_ptr(index.get_xb(), index.ntotal * index.d)
        return self._mapped

    def _not_there(self) -> IndexFormatError:
        return IndexFormatError(f"{self._folder / DENSE_FILE} holds no vectors of a document", hint=DAMAGE_HINT)

    def vectors(self, passages: npt.NDArray[np.int64]) -> Vectors:
        """Return the stored vectors of `passages`; float32, shape (n, dimension)."""
        if not len(passages):
            return np.empty((0, self.dimension), dtype=np.float32)
        index = self._open(DENSE_FILE)
        # FAISS does not look whether a number is one of its vectors.
        if passages.min() < 0 or passages.max() >= index.ntotal:
            raise self._not_there()
        return np.asarray(index.reconstruct_batch(passages), dtype=np.float32)


def _held_open(owner: object, path: Path, headers: Sequence[bytes]) -> int:
    """Open a file for as long as its owner lives, after a look at what it begins with."""
    try:
        file = os.open(path, os.O_RDONLY)
        weakref.finalize(owner, os.close, file)
        begins = os.read(file, len(headers[0]))
    except OSError as error:
        raise IndexFormatError(f"{path} cannot be opened ({error.strerror})", hint=DAMAGE_HINT) from error
    if begins not in headers:
        raise IndexFormatError(f"{path} is not a FAISS index of its kind", hint=DAMAGE_HINT)
    return file
