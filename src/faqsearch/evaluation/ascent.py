"""Ascent: better weights and BM25 parameters for judged questions, one cautious step at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

# What a weight is multiplied by in one step; a leg that is off starts from `_START` of the heaviest.
_FACTORS = (0.0, 0.3, 0.5, 0.7, 0.85, 1.2, 1.45, 2.0, 3.0)
_START = 0.2
# A step must raise mean nDCG by `_CAUTION` standard errors and this much more. Steps that ask for less follow single
# questions. Chosen on 40 to 147 questions of support_articles (20 draws each) and measured on the others, 1 standard error
# lost 0.006 to 0.009, 1.5 lost 0.003 to 0.007, 2 lost 0.001 at most; and of the 0.04 that weights far from good could gain
# on 320 questions of localgovfaq, 2 found 0.03.
_LEAST_STEP = 0.0005
_CAUTION = 2.0

Floats = npt.NDArray[np.float64]
Scores = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """What each leg of a table counts; arrays of shape (legs,)."""

    weights: Floats
    versions: npt.NDArray[np.int64]
    """Which of a leg's versions is used."""


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Every candidate of every question as numbers, so that trying a choice costs one sum."""

    legs: tuple[str, ...]
    shares: tuple[Scores, ...]
    """For each leg, what it would add with weight 1, with each of the parameters it may have; 0 in rows beyond a
    question's candidates. Shape (versions, questions, candidates)."""
    gains: Scores
    """2^grade - 1 of each candidate; shape (questions, candidates)."""
    ideal: Floats
    """DCG of the best possible ranking; shape (questions,)."""

    def part(self, chosen: npt.NDArray[np.bool_]) -> Table:
        """Return the table of some questions; `chosen` has shape (questions,)."""
        return Table(
            self.legs, tuple(share[:, chosen] for share in self.shares), self.gains[chosen], self.ideal[chosen]
        )

    def fused(self, choice: Choice) -> Scores:
        """Return the fused score of every candidate; shape (questions, candidates)."""
        fused = np.zeros_like(self.gains)
        for share, weight, version in zip(self.shares, choice.weights, choice.versions, strict=True):
            if weight:
                fused += np.float32(weight) * share[version]
        return fused

    def ndcg(self, choice: Choice) -> Floats:
        """Return each question's nDCG@10; shape (questions,)."""
        return self.ndcg_of(self.fused(choice))

    def ndcg_of(self, scores: Scores) -> Floats:
        """Return each question's nDCG@10 for fused scores of shape (questions, candidates)."""
        places = min(10, scores.shape[1])
        rows = np.arange(len(scores))[:, None]
        top = np.sort(
            np.argpartition(-scores, places - 1, axis=1)[:, :places], axis=1
        )  # of ties, the first comes first
        top = top[rows, np.argsort(-scores[rows, top], axis=1, kind="stable")]
        gains = np.where(scores[rows, top] > 0, self.gains[rows, top], 0)
        return np.asarray(gains @ (1 / np.log2(np.arange(2, places + 2))) / self.ideal)


def ascend(table: Table, start: Choice) -> Choice:
    """Return a better choice than `start`, found by changing one thing of one leg at a time.

    Args:
        table: The questions to please.
        start: Returned as it is when no single change pleases enough; weights keep their sum.
    """
    choice, best = start, table.ndcg(start)
    while True:
        fused = table.fused(choice)
        surest, chosen, reached = _LEAST_STEP, choice, best
        for leg, share in enumerate(table.shares):
            own = np.float32(choice.weights[leg]) * share[choice.versions[leg]]
            for weight, version in _steps(choice, leg, len(share)):
                values = table.ndcg_of(fused + (np.float32(weight) * share[version] - own))
                gains = values - best
                sure = float(gains.mean() - _CAUTION * gains.std() / np.sqrt(len(gains)))
                if sure > surest:
                    surest, chosen, reached = sure, _with(choice, leg, weight, version), values
        if chosen is choice:
            return choice
        scaled = chosen.weights * (start.weights.sum() / chosen.weights.sum())
        choice, best = Choice(scaled, chosen.versions), reached


def _steps(choice: Choice, leg: int, versions: int) -> Iterator[tuple[float, int]]:
    """Yield weight and version of every change of a leg that is tried."""
    weight, version = float(choice.weights[leg]), int(choice.versions[leg])
    if not weight:
        heaviest = float(choice.weights.max())
        yield from ((heaviest * _START * times, version) for times in (1, 2))
        return
    yield from ((weight * factor, version) for factor in _FACTORS)
    yield from ((weight, other) for other in range(versions) if other != version)


def _with(choice: Choice, leg: int, weight: float, version: int) -> Choice:
    weights, versions = choice.weights.copy(), choice.versions.copy()
    weights[leg], versions[leg] = weight, version
    return Choice(weights, versions)
