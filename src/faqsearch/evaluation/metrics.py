"""Metrics: how good a ranked list is, given the grades of the documents that answer the question.

All are pure functions of one ranking; 0 is worst and 1 is best. Relevant means grade 1 or more.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from faqsearch.errors import SettingsError

Measure = Callable[[Sequence[str], Mapping[str, int], int], float]

RESAMPLES = 2_000


def ndcg(ranking: Sequence[str], grades: Mapping[str, int], k: int) -> float:
    """Return nDCG at `k` with gain 2^grade - 1 and discount log2(rank + 1); the ideal is made of all judged documents.

    Järvelin and Kekäläinen 2002, with the gain of Burges et al. 2005.

    Args:
        ranking: Document ids, best first, each once.
        grades: Document id to grade.
        k: Places that count.
    """
    ideal = sorted(grades.values(), reverse=True)[:k]
    best = sum((2.0**grade - 1) / math.log2(place + 2) for place, grade in enumerate(ideal) if grade > 0)
    if not best:
        return 0.0
    found = (grades.get(document, 0) for document in ranking[:k])
    return sum((2.0**grade - 1) / math.log2(place + 2) for place, grade in enumerate(found) if grade > 0) / best


def mrr(ranking: Sequence[str], grades: Mapping[str, int], k: int) -> float:
    """Return 1 / rank of the first relevant document, 0 when none is among the first `k`."""
    ranks = (place + 1 for place, document in enumerate(ranking[:k]) if grades.get(document, 0) > 0)
    return 1 / next(ranks, math.inf)


def success(ranking: Sequence[str], grades: Mapping[str, int], k: int) -> float:
    """Return 1 when a relevant document is among the first `k`, else 0."""
    return float(any(grades.get(document, 0) > 0 for document in ranking[:k]))


def recall(ranking: Sequence[str], grades: Mapping[str, int], k: int) -> float:
    """Return the share of the relevant documents that is among the first `k`."""
    relevant = {document for document, grade in grades.items() if grade > 0}
    return len(relevant.intersection(ranking[:k])) / len(relevant) if relevant else 0.0


MEASURES: Mapping[str, Measure] = {"ndcg": ndcg, "mrr": mrr, "sr": success, "recall": recall}


@dataclass(frozen=True, slots=True)
class Metric:
    """A measure with its cutoff, written `ndcg@10`."""

    measure: str
    """One of `MEASURES`."""
    cutoff: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the metric that `text` names.

        Raises:
            SettingsError: There is no such metric.
        """
        measure, _, cutoff = text.strip().lower().partition("@")
        if measure not in MEASURES or not cutoff.isdecimal() or int(cutoff) < 1:
            raise SettingsError(
                f"unknown metric {text!r}", hint=f"Use one of {', '.join(MEASURES)} with a cutoff, such as ndcg@10."
            )
        return cls(measure, int(cutoff))

    def __str__(self) -> str:
        return f"{self.measure}@{self.cutoff}"

    def of(self, ranking: Sequence[str], grades: Mapping[str, int]) -> float:
        """Return the value for one ranking."""
        return MEASURES[self.measure](ranking, grades, self.cutoff)


def usual(k: int = 10) -> tuple[Metric, ...]:
    """Return the metrics of the tables: nDCG, MRR and recall at `k`, success at 1 and 5."""
    cutoffs = sorted({1, min(5, k)})
    return (Metric("ndcg", k), Metric("mrr", k), *(Metric("sr", c) for c in cutoffs), Metric("recall", k))


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over queries and how far chance alone may move it."""

    mean: float
    low: float
    """Lower end of the 95 % bootstrap interval."""
    high: float

    def to_json(self) -> dict[str, float]:
        """Return plain JSON values, four digits."""
        return {"mean": round(self.mean, 4), "low": round(self.low, 4), "high": round(self.high, 4)}

    def __str__(self) -> str:
        return f"{self.mean:.3f} [{self.low:.3f}, {self.high:.3f}]"


def estimates(values: npt.NDArray[np.float64], *, seed: int, resamples: int = RESAMPLES) -> list[Estimate]:
    """Return mean and 95 % bootstrap interval (percentiles) of each column.

    All columns are resampled together, so the difference of two systems can be a column.

    Args:
        values: One row per query, one column per quantity; shape (queries, columns).
        seed: The same seed gives the same interval.
        resamples: Times the queries are drawn again, with replacement.
    """
    count, columns = values.shape
    if not count:
        return [Estimate(0.0, 0.0, 0.0)] * columns
    generator = np.random.default_rng(seed)
    means = np.empty((resamples, columns))
    # How often each query is drawn is all a mean needs: one matrix product instead of gathering every column. 100
    # resamples at a time keep memory in bounds for a million queries.
    for start in range(0, resamples, 100):
        rows = min(100, resamples - start)
        drawn = generator.integers(0, count, size=(rows, count)) + np.arange(rows)[:, None] * count
        times = np.bincount(drawn.ravel(), minlength=rows * count).reshape(rows, count)
        means[start : start + rows] = times @ values / count
    low, high = np.percentile(means, (2.5, 97.5), axis=0)
    return [Estimate(float(m), float(a), float(b)) for m, a, b in zip(values.mean(axis=0), low, high, strict=True)]
