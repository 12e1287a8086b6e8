"""bm25s with its numpy backend: scores computed when indexing, summed from a sparse matrix when asked."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from baselines.engine import DELTA, K1, B, Found, Terms

NAME = "bm25s, numpy"
BACKEND = "numpy"


class BM25S:
    def __init__(self, terms: Terms, backend: str = BACKEND) -> None:
        import bm25s

        self._bm25 = bm25s.BM25(method="bm25+", k1=K1, b=B, delta=DELTA, backend=backend)
        self._bm25.index(terms.documents(), show_progress=False)

    def search(self, terms: Sequence[int], k: int) -> Found:
        found, scores = self._bm25.retrieve([[str(n) for n in terms]], k=k, show_progress=False, n_threads=0)
        return np.asarray(found[0], dtype=np.int64), np.asarray(scores[0], dtype=np.float64)

    def save(self, folder: Path) -> None:
        self._bm25.save(folder)


make = BM25S
