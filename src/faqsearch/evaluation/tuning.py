"""Tuning: fusion weights that suit judged questions better, and whether that holds for questions not looked at."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from faqsearch.errors import JudgmentsError
from faqsearch.evaluation.experiment import SEED
from faqsearch.evaluation.judgments import Grades, JudgedQuery, read_judgments
from faqsearch.evaluation.metrics import Estimate, estimates
from faqsearch.evaluation.runs import Names, gather, missing_documents
from faqsearch.ranking import fuse
from faqsearch.search import Searcher, open_index
from faqsearch.settings import Settings

_LEAST_QUERIES = 20
# What a weight is multiplied by in one step; a leg that is off starts from `_START` of the heaviest.
_FACTORS = (0.0, 0.3, 0.5, 0.7, 0.85, 1.2, 1.45, 2.0, 3.0)
_START = 0.2
# A step must raise mean nDCG by `_CAUTION` standard errors and this much more. Without that, steps follow single
# questions: on 184 of them greedy steps of 0.001 lost 0.010 on held-out questions, with it they lose nothing.
_LEAST_STEP = 0.0005
_CAUTION = 1.5

Weights = npt.NDArray[np.float64]
Floats = npt.NDArray[np.float64]
Progress = Callable[[str, int, int | None], None]
"""Told (step, done, total or None)."""


def silent(_step: str, _done: int, _total: int | None) -> None:
    """Show no progress."""


@dataclass(frozen=True, slots=True)
class Tuning:
    """What was found. Nothing has been written anywhere."""

    queries: int
    """Answerable questions used."""
    folds: int
    before: Mapping[str, float]
    """Leg to its weight, as the index has them."""
    after: Mapping[str, float]
    """Chosen on all questions."""
    default: Estimate
    """nDCG@10 with the weights the index has."""
    tuned: Estimate
    """nDCG@10 of held-out questions: each is ranked with weights chosen without it and its fold."""
    gain: Estimate
    """`tuned` minus `default`, question by question."""
    settings: Settings
    """The index's settings with the weights in `after`."""

    @property
    def sure(self) -> bool:
        """Whether the gain on held-out questions is more than chance."""
        return self.gain.low > 0

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "schema": 1,
            "queries": self.queries,
            "folds": self.folds,
            "weights": {"before": dict(self.before), "after": dict(self.after)},
            "ndcg@10": {
                "default": self.default.to_json(),
                "tuned": self.tuned.to_json(),
                "gain": self.gain.to_json(),
            },
            "sure": self.sure,
        }


def tune(
    queries: str | Path | Sequence[JudgedQuery],
    qrels: str | Path | Mapping[str, Grades],
    *,
    index: Searcher | str | Path,
    folds: int = 5,
    seed: int = SEED,
    progress: Progress = silent,
) -> Tuning:
    """Choose fusion weights for a judged set and measure them on questions they were not chosen on.

    Args:
        queries: File of questions, or the questions.
        qrels: File of graded judgments, or query id to document id to grade.
        index: A searcher, or the address of an index.
        folds: Parts the questions are split into; each is held out once.
        seed: The same seed gives the same folds and intervals.
        progress: Told (step, done, total) as work goes on.

    Raises:
        JudgmentsError: A file cannot be read, the judgments are about another corpus, or too few questions can be
            answered to learn from.
        IndexNotFound: There is no index at that address.
    """
    judgments = read_judgments(queries, qrels)
    searcher = index if isinstance(index, Searcher) else open_index(index)
    missing_documents(searcher, judgments, "the index" if isinstance(index, Searcher) else str(index))
    asked = [query for query in judgments.queries if judgments.answerable(query)]
    if len(asked) < max(_LEAST_QUERIES, 2 * folds) or folds < 2:
        raise JudgmentsError(
            f"{len(asked)} answerable questions in {folds} folds are too few to learn from",
            hint=f"Judge at least {_LEAST_QUERIES} questions, and use 2 folds or more.",
        )
    table = _table(searcher, asked, [judgments.of(query) for query in asked], progress)
    start = np.array([searcher.settings.weights.get(leg, 0.0) for leg in table.legs])
    default = table.ndcg(start)
    held_out = np.empty(len(asked))
    fold_of = np.random.default_rng(seed).permutation(len(asked)) % folds
    for fold in range(folds):
        progress("tuning", fold, folds + 1)
        held_out[fold_of == fold] = table.ndcg(ascend(table.part(fold_of != fold), start))[fold_of == fold]
    progress("tuning", folds, folds + 1)
    chosen = ascend(table, start)
    progress("tuning", folds + 1, folds + 1)
    before, after, gain = estimates(np.stack((default, held_out, held_out - default), axis=1), seed=seed)
    weights = dict(searcher.settings.weights) | dict(zip(table.legs, np.round(chosen, 3).tolist(), strict=True))
    return Tuning(
        queries=len(asked),
        folds=folds,
        before=dict(searcher.settings.weights),
        after=weights,
        default=before,
        tuned=after,
        gain=gain,
        settings=replace(searcher.settings, weights=weights),
    )


@dataclass(frozen=True, slots=True)
class Table:
    """Every candidate of every question as numbers, so that a choice of weights costs one product."""

    legs: tuple[str, ...]
    shares: npt.NDArray[np.float32]
    """What each leg would add with weight 1; 0 in rows beyond a question's candidates.
    Shape (legs, questions, candidates)."""
    gains: npt.NDArray[np.float32]
    """2^grade - 1 of each candidate; shape (questions, candidates)."""
    ideal: Floats
    """DCG of the best possible ranking; shape (questions,)."""

    def part(self, chosen: npt.NDArray[np.bool_]) -> Table:
        """Return the table of some questions; `chosen` has shape (questions,)."""
        return Table(self.legs, self.shares[:, chosen], self.gains[chosen], self.ideal[chosen])

    def fused(self, weights: Weights) -> npt.NDArray[np.float32]:
        """Return the fused score of every candidate; shape (questions, candidates)."""
        return np.asarray(np.tensordot(weights.astype(np.float32), self.shares, axes=1))

    def ndcg(self, weights: Weights) -> Floats:
        """Return each question's nDCG@10 under `weights`, one per leg; shape (questions,)."""
        return self.ndcg_of(self.fused(weights))

    def ndcg_of(self, scores: npt.NDArray[np.float32]) -> Floats:
        """Return each question's nDCG@10 for fused scores of shape (questions, candidates)."""
        places = min(10, scores.shape[1])
        rows = np.arange(len(scores))[:, None]
        top = np.argpartition(-scores, places - 1, axis=1)[:, :places]
        top = top[rows, np.argsort(-scores[rows, top], axis=1, kind="stable")]
        gains = np.where(scores[rows, top] > 0, self.gains[rows, top], 0)
        return np.asarray(gains @ (1 / np.log2(np.arange(2, places + 2))) / self.ideal)


def ascend(table: Table, start: Weights) -> Weights:
    """Return better weights than `start`, found by changing one leg at a time; of the same sum.

    Args:
        table: The questions to please.
        start: One weight per leg; returned as it is when no single change pleases enough.
    """
    weights = start.astype(np.float64)
    best = table.ndcg(weights)
    while True:
        fused = table.fused(weights)
        surest, chosen, reached = _LEAST_STEP, weights, best
        for leg in range(len(weights)):
            for weight in _steps(float(weights[leg]), float(weights.max())):
                values = table.ndcg_of(fused + np.float32(weight - weights[leg]) * table.shares[leg])
                gains = values - best
                sure = float(gains.mean() - _CAUTION * gains.std() / np.sqrt(len(gains)))
                if sure > surest:
                    surest, chosen, reached = sure, _with(weights, leg, weight), values
        if chosen is weights:
            return weights
        weights, best = chosen * (start.sum() / chosen.sum()), reached


def _steps(weight: float, heaviest: float) -> list[float]:
    return [weight * factor for factor in _FACTORS] if weight else [heaviest * _START, heaviest * _START * 2]


def _with(weights: Weights, leg: int, weight: float) -> Weights:
    changed = weights.copy()
    changed[leg] = weight
    return changed


def _table(
    searcher: Searcher,
    asked: Sequence[JudgedQuery],
    grades: Sequence[Grades],
    progress: Progress,
) -> Table:
    names = Names(searcher)
    rows: list[tuple[dict[str, npt.NDArray[np.float32]], list[float]]] = []
    ideal = np.empty(len(asked))
    for place, candidates in enumerate(gather(searcher, [query.text for query in asked], every_leg=True)):
        if place % 100 == 0:
            progress("asking", place, len(asked))
        legs = list(candidates.scores)
        # With equal weights a leg's share is its normalised score, whatever the fusion does to normalise.
        shares = fuse(candidates, dict.fromkeys(legs, 1.0), searcher.settings.fusion).shares
        own = grades[place]
        gains = [2.0 ** own.get(document, 0) - 1 for document in names(candidates.documents)]
        rows.append(({leg: share * len(legs) for leg, share in shares.items()}, gains))
        best = np.sort([2.0**grade - 1 for grade in own.values()])[::-1][:10]
        ideal[place] = best @ (1 / np.log2(np.arange(2, len(best) + 2)))
    every = tuple(dict.fromkeys(leg for shares, _ in rows for leg in shares))
    widest = max(len(gains) for _, gains in rows)
    table = Table(
        every,
        np.zeros((len(every), len(rows), max(widest, 1)), dtype=np.float32),
        np.zeros((len(rows), max(widest, 1)), dtype=np.float32),
        ideal,
    )
    for place, (shares, gains) in enumerate(rows):
        table.gains[place, : len(gains)] = gains
        for leg, share in shares.items():
            table.shares[every.index(leg), place, : len(share)] = share
    return table
