"""Confidence: the probability, 0–1, that a hit answers the question.

A logistic of signals that mean the same in every index. First version: coefficients set by hand.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from faqsearch.index.interface import Candidates
from faqsearch.ranking import Ranking

Probabilities = npt.NDArray[np.float64]

_THRESHOLD = 0.5
_INTERCEPT, _LEVEL, _MARGIN = -3.0, 4.0, 4.0


def threshold() -> float:
    """Return the confidence from which a first hit counts as an answer."""
    return _THRESHOLD


def confidences(candidates: Candidates, ranking: Ranking, order: npt.NDArray[np.int64]) -> Probabilities:
    """Return the confidence of the hits at `order`, never rising from one to the next; float64, shape (n,).

    Args:
        candidates: Every leg's scores of every candidate.
        ranking: Their fusion.
        order: Places in the candidates of the hits shown, best first; shape (n,).
    """
    if not len(order) or not len(candidates):
        return np.zeros(len(order), dtype=np.float64)
    level = ranking.scores[order].astype(np.float64)
    best_other = np.full(len(order), ranking.scores[ranking.order[0]], dtype=np.float64)
    best_other[0] = ranking.scores[ranking.order[1]] if len(ranking.order) > 1 else 0.0
    margin = level - best_other
    logits = _INTERCEPT + _LEVEL * level + _MARGIN * margin
    return np.minimum.accumulate(1 / (1 + np.exp(-logits)))
