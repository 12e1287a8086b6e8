"""The dense leg: FAISS over the vectors of passages, each of which belongs to one document."""

from __future__ import annotations

import os
import weakref
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from faqsearch.errors import IndexFormatError
from faqsearch.index.arrays import DAMAGE_HINT
from faqsearch.vectors.interface import Vectors

DENSE_FILE = "dense.faiss"
# What a file of an IndexFlatIP begins with; a damaged one must not be read as another kind.
_FLAT = b"IxFI"


def write_dense(path: Path, vectors: Vectors) -> None:
    """Write an exact inner-product FAISS index of `vectors`.

    Args:
        path: The file to make.
        vectors: One row a passage, shape (passages, dimension).

    Raises:
        OSError: It cannot be written.
    """
    import faiss

    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    try:
        faiss.write_index(index, str(path))
    except RuntimeError as error:
        raise OSError(f"FAISS cannot write {path.name}") from error


class DenseIndex:
    """Nearest passages by inner product, collapsed to documents. Safe to share between threads."""

    def __init__(self, path: Path, passage_documents: npt.NDArray[np.int32], dimension: int) -> None:
        self._path = path
        self.passage_documents = passage_documents
        self.dimension = dimension
        self._index: Any = None
        try:
            # Held open: writers may remove the generation before the first question needs its vectors.
            self._file = os.open(path, os.O_RDONLY)
            weakref.finalize(self, os.close, self._file)
            header = os.read(self._file, len(_FLAT))
        except OSError as error:
            raise IndexFormatError(f"{path} cannot be opened ({error.strerror})", hint=DAMAGE_HINT) from error
        if header != _FLAT:
            raise IndexFormatError(f"{path} is not a flat FAISS index", hint=DAMAGE_HINT)

    def _open(self) -> Any:
        # Opened at the first question that needs it: lexical-only work never pays for importing FAISS.
        if self._index is None:
            import faiss

            count = len(self.passage_documents)
            # A name that leads to the open file also after it has been removed, where the system has one.
            name = f"/dev/fd/{self._file}" if os.path.isdir("/dev/fd") else str(self._path)  # noqa: PTH112
            try:
                index: Any = faiss.read_index(name, faiss.IO_FLAG_MMAP_IFC | faiss.IO_FLAG_READ_ONLY)
            except (RuntimeError, MemoryError) as error:
                raise IndexFormatError(f"{self._path} is not a readable FAISS file", hint=DAMAGE_HINT) from error
            if index.ntotal != count or index.d != self.dimension:
                raise IndexFormatError(
                    f"{self._path} holds {index.ntotal} vectors of {index.d} dimensions instead of "
                    f"{count} of {self.dimension}",
                    hint=DAMAGE_HINT,
                )
            # FAISS believes these numbers; reading past the end of the vectors would end the process.
            if index.metric_type != faiss.METRIC_INNER_PRODUCT or index.codes.size() != 4 * count * self.dimension:
                raise IndexFormatError(f"{self._path} is not what was written", hint=DAMAGE_HINT)
            self._index = index
        return self._index

    def search(self, vectors: Vectors, k: int, allowed: npt.NDArray[np.bool_] | None = None) -> tuple[Any, Any]:
        """Return the `k` best passages for each vector.

        Args:
            vectors: Questions, shape (n, dimension).
            k: Passages wanted.
            allowed: Documents that may be found, shape (documents,); None for all.

        Returns:
            float32 scores, higher is nearer, and int64 passage numbers, both of shape (n, k); unused places hold
            passage -1.
        """
        import faiss

        index = self._open()
        k = min(k, index.ntotal)
        if not k:
            return np.empty((len(vectors), 0), np.float32), np.empty((len(vectors), 0), np.int64)
        parameters = None
        if allowed is not None:
            chosen = np.flatnonzero(allowed[self.passage_documents])
            parameters = faiss.SearchParameters(sel=faiss.IDSelectorBatch(chosen))  # type: ignore[call-arg]
        scores, passages = index.search(np.ascontiguousarray(vectors, dtype=np.float32), k, params=parameters)
        return scores, passages

    def vectors(self, passages: npt.NDArray[np.int64]) -> Vectors:
        """Return the stored vectors of `passages`; float32, shape (n, dimension)."""
        if not len(passages):
            return np.empty((0, self.dimension), dtype=np.float32)
        index = self._open()
        # FAISS does not look whether a number is one of its vectors.
        if passages.min() < 0 or passages.max() >= index.ntotal:
            raise IndexFormatError(f"{self._path} holds no vectors of a document", hint=DAMAGE_HINT)
        return np.asarray(index.reconstruct_batch(passages), dtype=np.float32)
