"""The dense leg: FAISS over the vectors of passages, each of which belongs to one document."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from faqsearch.errors import IndexFormatError
from faqsearch.index.arrays import DAMAGE_HINT
from faqsearch.vectors.interface import Vectors

if TYPE_CHECKING:
    import faiss

DENSE_FILE = "dense.faiss"


def write_dense(path: Path, vectors: Vectors) -> None:
    """Write an exact inner-product FAISS index of `vectors`.

    Args:
        path: The file to make.
        vectors: One row a passage, shape (passages, dimension).
    """
    import faiss

    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    faiss.write_index(index, str(path))


class DenseIndex:
    """Nearest passages by inner product, collapsed to documents. Safe to share between threads."""

    def __init__(self, path: Path, passage_documents: npt.NDArray[np.int32], dimension: int) -> None:
        self._path = path
        self.passage_documents = passage_documents
        self.dimension = dimension
        self._index: faiss.Index | None = None

    def _open(self) -> faiss.Index:
        # Opened at the first question that needs it: lexical-only work never pays for importing FAISS.
        if self._index is None:
            import faiss

            try:
                index = faiss.read_index(str(self._path), faiss.IO_FLAG_MMAP | faiss.IO_FLAG_READ_ONLY)
            except RuntimeError as error:
                raise IndexFormatError(f"{self._path} is not a readable FAISS file", hint=DAMAGE_HINT) from error
            if index.ntotal != len(self.passage_documents) or index.d != self.dimension:
                raise IndexFormatError(
                    f"{self._path} holds {index.ntotal} vectors of {index.d} dimensions instead of "
                    f"{len(self.passage_documents)} of {self.dimension}",
                    hint=DAMAGE_HINT,
                )
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
            parameters = faiss.SearchParameters(sel=faiss.IDSelectorBatch(chosen))
        return index.search(np.ascontiguousarray(vectors, dtype=np.float32), k, params=parameters)  # type: ignore[no-any-return]

    def vectors(self, passages: npt.NDArray[np.int64]) -> Vectors:
        """Return the stored vectors of `passages`; float32, shape (n, dimension)."""
        if not len(passages):
            return np.empty((0, self.dimension), dtype=np.float32)
        return np.asarray(self._open().reconstruct_batch(passages), dtype=np.float32)
