"""Tuning: weights and BM25 parameters that suit judged questions better, and whether that holds for others, too."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from faqsearch.errors import JudgmentsError
from faqsearch.evaluation.ascent import Choice, Table, ascend
from faqsearch.evaluation.experiment import SEED
from faqsearch.evaluation.judgments import Grades, JudgedQuery
from faqsearch.evaluation.metrics import Estimate, estimates
from faqsearch.evaluation.runs import Names, gather, judged_index
from faqsearch.index.interface import Candidates, Scores
from faqsearch.legs import question
from faqsearch.ranking import fuse
from faqsearch.search import Searcher
from faqsearch.settings import BM25, FusionMethod, Settings

_LEAST_QUERIES = 20
# BM25 parameters that are tried for each lexical leg that has a weight, beside those it has. Other formulas are not:
# L in place of Plus lost 0.017 to 0.039 nDCG@10 on both judged sets, whatever its parameters.
_K1 = (0.4, 0.8, 1.2, 1.5, 2.0, 3.0)
_B = (0.0, 0.25, 0.5, 0.75, 1.0)

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
    before: Settings
    """The index's."""
    settings: Settings
    """The same with the weights and BM25 parameters chosen on all questions."""
    default: Estimate
    """nDCG@10 with the settings the index has."""
    tuned: Estimate
    """nDCG@10 of held-out questions: each is ranked with settings chosen without it and its fold."""
    gain: Estimate
    """`tuned` minus `default`, question by question."""

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
            "weights": {"before": dict(self.before.weights), "after": dict(self.settings.weights)},
            "bm25": {"before": self.before.to_json()["bm25"], "after": self.settings.to_json()["bm25"]},
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
    """Choose fusion weights and BM25 parameters for a judged set; measure them on questions they were not chosen on.

    k1 and b are chosen for each lexical leg that has a weight. Candidates are those the index finds with the parameters
    it has: what others are expected to give was off by 0.0007 nDCG@10 at most (five settings on each of two judged sets).

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
    searcher, judgments, _ = judged_index(queries, qrels, index)
    asked = [query for query in judgments.queries if judgments.answerable(query)]
    if len(asked) < max(_LEAST_QUERIES, 2 * folds) or folds < 2:
        raise JudgmentsError(
            f"{len(asked)} answerable questions in {folds} folds are too few to learn from",
            hint=f"Judge at least {_LEAST_QUERIES} questions, and use 2 folds or more.",
        )
    parameters = _parameters(searcher.settings)
    table = _table(searcher, asked, [judgments.of(query) for query in asked], parameters, progress)
    weights = np.array([searcher.settings.weights.get(leg, 0.0) for leg in table.legs])
    start = Choice(weights, np.zeros(len(table.legs), dtype=np.int64))
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
    return Tuning(
        queries=len(asked),
        folds=folds,
        before=searcher.settings,
        settings=searcher.settings if chosen is start else _with(searcher.settings, table.legs, chosen, parameters),
        default=before,
        tuned=after,
        gain=gain,
    )


def _with(
    settings: Settings, legs: Sequence[str], choice: Choice, parameters: Mapping[str, Sequence[BM25]]
) -> Settings:
    """The settings with what was chosen."""
    versions = dict(zip(legs, choice.versions.tolist(), strict=True))
    weights = dict(zip(legs, np.round(choice.weights, 3).tolist(), strict=True))
    return replace(
        settings,
        weights={**settings.weights, **{leg: w for leg, w in weights.items() if w or leg in settings.weights}},
        bm25={**settings.bm25, **{leg: own[versions[leg]] for leg, own in parameters.items() if leg in versions}},
    )


def _parameters(settings: Settings) -> dict[str, tuple[BM25, ...]]:
    """The parameters that are tried for each leg, its own first; a leg that is off keeps what it has."""
    every = [(k1, b) for k1 in _K1 for b in _B]
    return {
        leg: (own, *(replace(own, k1=k1, b=b) for k1, b in every if (k1, b) != (own.k1, own.b)))
        for leg, own in settings.bm25.items()
        if settings.weights.get(leg, 0.0) > 0
    }


def _table(
    searcher: Searcher,
    asked: Sequence[JudgedQuery],
    grades: Sequence[Grades],
    parameters: Mapping[str, Sequence[BM25]],
    progress: Progress,
) -> Table:
    """Ask every question once, and say what each leg would add with each of its parameters.

    With all of them the same candidates are ranked: those the index finds now.
    """
    names = Names(searcher)
    rows: list[tuple[dict[str, Scores], list[float]]] = []
    ideal = np.empty(len(asked))
    for place, (words, candidates) in enumerate(gather(searcher, [query.text for query in asked], every_leg=True)):
        if place % 20 == 0:
            progress("asking", place, len(asked))
        terms = question(words, searcher.tokenizer, None, parameters).terms
        shares = {}
        for leg, scores in candidates.scores.items():
            versions = [(scores, candidates.maxima.get(leg, 0.0))]
            if leg in parameters:
                others = searcher.index.scores_with(parameters[leg][1:], leg, terms[leg], candidates.documents)
                versions += [(other, float(other.max(initial=0))) for other in others]
            shares[leg] = np.array(
                [_share(candidates, leg, scores, best, searcher.settings.fusion) for scores, best in versions]
            )
        own = grades[place]
        rows.append((shares, [2.0 ** own.get(document, 0) - 1 for document in names(candidates.documents)]))
        best = np.sort([2.0**grade - 1 for grade in own.values()])[::-1][:10]
        ideal[place] = best @ (1 / np.log2(np.arange(2, len(best) + 2)))
    legs = tuple(dict.fromkeys(leg for shares, _ in rows for leg in shares))
    shape = (len(rows), max(1, *(len(gains) for _, gains in rows)))
    table = Table(
        legs,
        tuple(np.zeros((len(parameters.get(leg, (0,))), *shape), dtype=np.float32) for leg in legs),
        np.zeros(shape, dtype=np.float32),
        ideal,
    )
    for place, (shares, gains) in enumerate(rows):
        table.gains[place, : len(gains)] = gains
        for leg, share in zip(legs, table.shares, strict=True):
            if leg in shares:
                share[:, place, : len(gains)] = shares[leg]
    return table


def _share(candidates: Candidates, leg: str, scores: Scores, best: float, method: FusionMethod) -> Scores:
    """What a leg adds when it is alone: its normalised scores, whatever the fusion does to normalise."""
    alone = replace(candidates, scores={leg: scores}, maxima={leg: best})
    return fuse(alone, {leg: 1.0}, method).shares[leg]
