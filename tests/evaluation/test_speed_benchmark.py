"""The engines of the speed table do the same work, and the table says what was measured."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

from baselines.engine import Terms
from speed_tables import markdown

RNG = np.random.default_rng(3)
LENGTHS = RNG.integers(5, 40, 200)
TERMS = Terms(
    # Some words in many documents, many in few.
    np.minimum(RNG.zipf(1.3, LENGTHS.sum()), 400).astype(np.int32) - 1,
    np.concatenate(([0], np.cumsum(LENGTHS))).astype(np.int64),
)


@pytest.mark.parametrize("name", ["bm25s", "flat"])
def test_engines_give_rank_bm25s_scores(name, tmp_path):
    """The ten best have the same scores: same results, or it is not a speed-up."""
    pytest.importorskip("bm25s")
    reference = import_module("baselines.engine_rank_bm25").make(TERMS)
    engine = import_module(f"baselines.engine_{name}").make(TERMS)

    for question in ([0, 3, 17], [5, 5], [399, 1, 2, 8]):
        _, expected = reference.search(question, 10)
        found, scores = engine.search(question, 10)
        assert np.allclose(scores, expected, rtol=1e-4)
        assert len(set(found.tolist())) == 10
    engine.save(tmp_path)
    assert any(tmp_path.iterdir())


def test_the_table_has_a_row_for_each_engine():
    """Ratios are to rank-bm25 and bm25s of the same run; what was not measured stays empty."""
    rows = [
        {"engine": "whole", "name": "all", "query_ms": 2.0, "open_s": 0.01, "peak_mb": 90},
        {"engine": "rank_bm25", "name": "slow", "query_ms": 40.0, "build_s": 1.0, "same": 1.0, "peak_mb": 100},
        {"engine": "bm25s", "name": "fast", "query_ms": 0.5, "same": 0.9, "disk_mb": 1000, "peak_mb": 100},
    ]
    many = {"alone_per_s": 100.0, "together_per_s": 310.0, "cores": 4}

    text = markdown({"sizes": {"10": {"documents": 10, "engines": rows, "many": many}}})

    assert "| all |  | 2.00 ms | 20 × | 4.00 |  |  | 90 MB |" in text
    assert "| fast |  | 0.50 ms | 80 × | 1.00 | 90% | 1,000 MB | 100 MB |" in text
    assert "3.10 × on 4 cores" in text
