"""Ranking: candidates with one score per leg → one order.

`weighted` divides each leg's score by the best score the leg gave any document for this question and sums the
shares by weight; `rrf` sums weight / (60 + rank) (Cormack, Clarke and Büttcher 2009, k = 60).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from faqsearch import kernel
from faqsearch.index.interface import Candidates, Index, Scores
from faqsearch.settings import FusionMethod

_RRF_K = 60


@dataclass(frozen=True, slots=True)
class Ranking:
    """Candidates in order, best first; ties go to the smaller document number."""

    order: npt.NDArray[np.int64]
    """Places in the candidates, best first."""
    scores: Scores
    """Fused score of each candidate, 0–1, in the candidates' own order."""
    shares: Mapping[str, Scores]
    """What each leg added to it."""
    proportional: bool = False
    """Whether each leg added a fixed multiple of its scores, and fused scores are the sums of that."""


def fuse(candidates: Candidates, weights: Mapping[str, float], method: FusionMethod = "weighted") -> Ranking:
    """Return the candidates' order under all legs.

    Args:
        candidates: Every leg's scores of every candidate.
        weights: Leg to weight; a leg without one, or with 0, has no say.
        method: How scores of different legs are made comparable.
    """
    legs = [leg for leg in candidates.scores if weights.get(leg, 0) > 0]
    total = sum(weights[leg] for leg in legs) or 1.0
    # One row for each leg: a search spends its time on calls, not on a few hundred numbers.
    rows = [candidates.scores[leg] for leg in legs] or [np.empty(0, dtype=np.float32)]
    table = np.concatenate(rows, dtype=np.float32).reshape(len(legs), len(candidates))
    if method == "rrf":
        # 61: the best possible share is the leg's weight, so that fused scores stay within 0–1.
        own = np.array([weights[leg] / total for leg in legs], dtype=np.float32)
        places = np.array([ranks(scores) for scores in table], dtype=np.float32).reshape(table.shape)
        shares = np.where(table > 0, (own * np.float32(_RRF_K + 1))[:, None] / (_RRF_K + places), np.float32(0))
    else:
        best = [candidates.maxima.get(leg, 0.0) for leg in legs]
        factors = [weights[leg] / total / most if most > 0 else 0.0 for leg, most in zip(legs, best, strict=True)]
        if kernel.compiled is not None:
            return _fused(kernel.compiled, table, factors, legs)
        shares = table * np.array(factors, dtype=np.float32).reshape(len(legs), 1)
    scores = shares.sum(axis=0, dtype=np.float32)
    # The shares of a perfect hit sum to 1 but for the last bit.
    order = np.argsort(-scores, kind="stable")
    fused = np.minimum(scores, np.float32(1))
    return Ranking(order, fused, dict(zip(legs, shares, strict=True)), proportional=method == "weighted")


def _fused(compiled: Any, table: Scores, factors: Sequence[float], legs: Sequence[str]) -> Ranking:
    """Do what `fuse` does with the kernel; `table` and the shares have the shape (legs, candidates)."""
    shares, scores = np.empty_like(table), np.empty(table.shape[1], dtype=np.float32)
    order = np.empty(table.shape[1], dtype=np.int64)
    compiled.fuse(table, np.array(factors, dtype=np.float32), shares, scores, order)
    return Ranking(order, scores, dict(zip(legs, shares, strict=True)), proportional=True)


def ranks(scores: Scores) -> npt.NDArray[np.int64]:
    """Return the 1-based rank of each score; ties go to the earlier place."""
    order = np.argsort(-scores, kind="stable")
    places = np.empty(len(scores), dtype=np.int64)
    places[order] = np.arange(1, len(scores) + 1)
    return places


def without_copies(
    index: Index, candidates: Candidates, order: npt.NDArray[np.int64], most: int
) -> tuple[npt.NDArray[np.int64], dict[int, list[int]]]:
    """Return an order in which the best of several copies stands for all of them.

    Args:
        index: Where the candidates come from.
        candidates: What the legs found.
        order: Places in the candidates, best first; shape (n,).
        most: Places wanted, at most.

    Returns:
        The places that are left, best first, and the places of the copies each of them stands for.
    """
    originals = index.originals(candidates.documents[order])
    if not (originals >= 0).any():
        return order[:most], {}
    seen: dict[int, int] = {}
    kept: list[int] = []
    copies: dict[int, list[int]] = {}
    for place, original in zip(order.tolist(), originals.tolist(), strict=True):
        first = seen.setdefault(original, place) if original >= 0 else place
        if first != place:
            copies.setdefault(first, []).append(place)
        elif len(kept) < most:
            kept.append(place)
    return np.array(kept, dtype=np.int64), copies
