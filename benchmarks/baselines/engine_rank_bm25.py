"""rank-bm25: dictionaries of counts, one pass over all documents for each term asked."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from pathlib import Path

from baselines.engine import DELTA, K1, B, Found, Terms, best

NAME = "rank-bm25"
MOST = 200_000
"""Documents; above, its memory and time are beyond a session."""


class RankBM25:
    def __init__(self, terms: Terms) -> None:
        from rank_bm25 import BM25Plus

        self._bm25 = BM25Plus(terms.documents(), k1=K1, b=B, delta=DELTA)

    def search(self, terms: Sequence[int], k: int) -> Found:
        return best(self._bm25.get_scores([str(n) for n in terms]), k)

    def save(self, folder: Path) -> None:
        (folder / "bm25.pickle").write_bytes(pickle.dumps(self._bm25))


make = RankBM25
