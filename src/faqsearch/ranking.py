"""Ranking: candidates with one score per leg → one order.

`weighted` divides each leg's score by the best score the leg gave any document for this question and sums the
shares by weight; `rrf` sums weight / (60 + rank) (Cormack, Clarke and Büttcher 2009, k = 60).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

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


def fuse(candidates: Candidates, weights: Mapping[str, float], method: FusionMethod = "weighted") -> Ranking:
    """Return the candidates' order under all legs.

    Args:
        candidates: Every leg's scores of every candidate.
        weights: Leg to weight; a leg without one, or with 0, has no say.
        method: How scores of different legs are made comparable.
    """
    legs = [leg for leg in candidates.scores if weights.get(leg, 0) > 0]
    total = sum(weights[leg] for leg in legs) or 1.0
    shares: dict[str, Scores] = {}
    for leg in legs:
        scores, weight = candidates.scores[leg], np.float32(weights[leg] / total)
        if method == "rrf":
            # 61: the best possible share is the leg's weight, so that fused scores stay within 0–1.
            shares[leg] = np.where(scores > 0, weight * np.float32(_RRF_K + 1) / (_RRF_K + ranks(scores)), 0)
        else:
            best = candidates.maxima.get(leg, 0.0)
            shares[leg] = scores * (weight / np.float32(best)) if best > 0 else np.zeros_like(scores)
        shares[leg] = shares[leg].astype(np.float32, copy=False)
    scores = (
        np.sum(list(shares.values()), axis=0, dtype=np.float32) if shares else np.zeros(len(candidates), np.float32)
    )
    # The shares of a perfect hit sum to 1 but for the last bit.
    return Ranking(np.argsort(-scores, kind="stable"), np.minimum(scores, np.float32(1)), shares)


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
    seen: dict[int, int] = {}
    kept: list[int] = []
    copies: dict[int, list[int]] = {}
    originals = index.originals(candidates.documents[order])
    for place, original in zip(order.tolist(), originals.tolist(), strict=True):
        first = seen.setdefault(original, place) if original >= 0 else place
        if first != place:
            copies.setdefault(first, []).append(place)
        elif len(kept) < most:
            kept.append(place)
    return np.array(kept, dtype=np.int64), copies
