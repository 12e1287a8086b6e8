"""bm25s with its numba backend: the same sums, compiled at the first question."""

from __future__ import annotations

import numba  # noqa: F401 - without it there is no such engine

from baselines.engine import Engine, Terms
from baselines.engine_bm25s import BM25S

NAME = "bm25s, numba"


def make(terms: Terms) -> Engine:
    return BM25S(terms, backend="numba")
