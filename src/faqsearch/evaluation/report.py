"""Report: what an evaluation found, as values to print, to check and to write as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from faqsearch.errors import SettingsError
from faqsearch.evaluation.judgments import Judgments
from faqsearch.evaluation.metrics import Estimate, Metric
from faqsearch.evaluation.runs import Runs


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: a system or a kind of question."""

    name: str
    queries: int
    """Answerable questions the row is a mean of."""
    values: Mapping[str, Estimate]
    """Metric, as `ndcg@10`, to its mean and interval."""

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "name": self.name,
            "queries": self.queries,
            **{metric: value.to_json() for metric, value in self.values.items()},
        }


@dataclass(frozen=True, slots=True)
class Shown:
    """A document of a worst query: one that was expected, or one that was found instead."""

    id: str
    question: str
    """Empty for a document the index does not hold."""
    grade: int
    rank: int | None
    """1-based place in the fused ranking; None when it is not among the first 100."""


@dataclass(frozen=True, slots=True)
class Worst:
    """A query that went wrong."""

    id: str
    query: str
    value: float
    """nDCG of the fused ranking."""
    expected: tuple[Shown, ...]
    found: tuple[Shown, ...]

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "id": self.id,
            "query": self.query,
            "value": round(self.value, 4),
            "expected": [asdict(shown) for shown in self.expected],
            "found": [asdict(shown) for shown in self.found],
        }


@dataclass(frozen=True, slots=True)
class Verdicts:
    """How the verdict "answered" fits the judgments."""

    answered: Estimate
    """Share of the answerable questions that were answered."""
    right: Estimate | None
    """Share of the answered questions, of both kinds, whose first hit is relevant; None when none was."""
    refused: Estimate | None
    """Share of the unanswerable questions that were rightly not answered; None when there are none."""

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "answered": self.answered.to_json(),
            "right": self.right.to_json() if self.right else None,
            "refused": self.refused.to_json() if self.refused else None,
        }


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What was measured."""

    queries: int
    unanswerable: int
    """Questions no document was judged to answer; they are in no mean, but in `verdicts.refused`."""
    unasked: int
    """Judged query ids that are not among the queries."""
    missing: tuple[str, ...]
    """Relevant documents that are not in the index: the questions they answer count as failed."""
    rows: tuple[Row, ...]
    """The fused ranking first, then each leg, then what is left without each leg when that was asked for."""
    kinds: tuple[Row, ...]
    """The fused ranking for each kind of question, largest first; empty when the queries name no kinds."""
    verdicts: Verdicts
    worst: tuple[Worst, ...]
    seconds: float
    """For all questions together."""
    judgments: Judgments = field(repr=False)
    runs: Runs = field(repr=False)

    def value(self, metric: str | Metric) -> float:
        """Return the fused ranking's mean of any metric with a cutoff of at most 100.

        Raises:
            SettingsError: There is no such metric.
        """
        wanted = metric if isinstance(metric, Metric) else Metric.parse(metric)
        asked = (r for r in self.runs.ranked if self.judgments.answerable(r.query))
        values = [wanted.of(ranked.fused, self.judgments.of(ranked.query)) for ranked in asked]
        return float(np.mean(values))

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "schema": 1,
            "queries": self.queries,
            "unanswerable": self.unanswerable,
            "unasked": self.unasked,
            "missing_documents": list(self.missing),
            "seconds": round(self.seconds, 3),
            "rows": [row.to_json() for row in self.rows],
            "kinds": [row.to_json() for row in self.kinds],
            "verdicts": self.verdicts.to_json(),
            "worst": [worst.to_json() for worst in self.worst],
        }


@dataclass(frozen=True, slots=True)
class Bound:
    """A value that a metric must reach, written `ndcg@10=0.5`."""

    metric: Metric
    least: float

    @classmethod
    def parse(cls, text: str) -> Bound:
        """Return the bound that `text` names.

        Raises:
            SettingsError: It is not a metric, `=` and a number from 0 to 1.
        """
        name, _, number = text.partition("=")
        try:
            least = float(number)
        except ValueError:
            least = -1.0
        if not 0 <= least <= 1:
            raise SettingsError(f"{text!r} is not a bound", hint="Write a metric and a number, such as ndcg@10=0.5.")
        return cls(Metric.parse(name), least)


def failures(evaluation: Evaluation, bounds: Iterable[Bound]) -> list[str]:
    """Return one line for each bound that the fused ranking misses."""
    values = ((bound, evaluation.value(bound.metric)) for bound in bounds)
    return [f"{b.metric} is {value:.4f}, below {b.least:g}" for b, value in values if value < b.least]
