"""Calibration: is the confidence true on judged questions, and would another fit be truer?

A first hit is right when it was judged with grade 1 or 2. Questions without an answer count as much as those with one:
the unanswerable ones of the judged set, and, when it has fewer than ten, the answerable ones asked once more with every
judged document taken out. Entries nobody judged stay, and some of them do answer: that errs on the side of doubt.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from faqsearch.confidence import OTHER, SIGNALS, Model, model, probabilities, signals, threshold
from faqsearch.errors import JudgmentsError
from faqsearch.evaluation.experiment import SEED
from faqsearch.evaluation.judgments import Grades, JudgedQuery
from faqsearch.evaluation.runs import Names, gather, judged_index
from faqsearch.evaluation.tuning import Progress, silent
from faqsearch.index.features import SHARES
from faqsearch.index.interface import Candidates
from faqsearch.ranking import fuse
from faqsearch.search import Searcher
from faqsearch.settings import Settings

_LEAST_QUESTIONS, _LEAST_UNANSWERABLE = 50, 10
# How strongly coefficients are held at what they were. Of 0.0003 to 0.03, tried on three judged sets of 184 to 433
# questions, this gives the least calibration error on held-out questions on average; all lie within 0.02 of it.
_HOLD = 0.001

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Trust:
    """How true one confidence is."""

    ece: float
    """Expected calibration error over ten bins of equal width, 0–1; 0 is perfect."""
    auroc: float
    """The chance, 0–1, that a question with an answer is more confident than one without."""
    answered: float
    """Share of the questions with an answer whose first hit reaches the threshold."""
    right: float
    """Share of those first hits that are right; 0 when there is none."""
    refused: float
    """Share of the questions without an answer that do not reach it."""

    def to_json(self) -> dict[str, float]:
        """Return plain JSON values, four digits."""
        return {name: round(getattr(self, name), 4) for name in ("ece", "auroc", "answered", "right", "refused")}


@dataclass(frozen=True, slots=True)
class Calibration:
    """What was found. Nothing has been written anywhere."""

    answerable: int
    unanswerable: int
    """Questions judged to have no answer."""
    removed: int
    """Answerable questions that were asked once more without their answers."""
    folds: int
    before: Trust
    """With the confidence the index has."""
    after: Trust
    """Each question's first hit judged by a fit without it and its fold."""
    settings: Settings
    """The index's settings with a confidence fitted to all questions."""

    @property
    def better(self) -> bool:
        """Whether the new fit is truer on questions it was not fitted to."""
        return self.after.ece < self.before.ece

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "schema": 1,
            "answerable": self.answerable,
            "unanswerable": self.unanswerable,
            "removed": self.removed,
            "folds": self.folds,
            "before": self.before.to_json(),
            "after": self.after.to_json(),
            "better": self.better,
            "confidence": dict(self.settings.confidence),
        }


def calibrate(
    queries: str | Path | Sequence[JudgedQuery],
    qrels: str | Path | Mapping[str, Grades],
    *,
    index: Searcher | str | Path,
    folds: int = 5,
    seed: int = SEED,
    progress: Progress = silent,
) -> Calibration:
    """Fit the confidence to a judged set and measure it on questions it was not fitted to.

    Args:
        queries: File of questions, or the questions; those without a relevant document count as unanswerable.
        qrels: File of graded judgments, or query id to document id to grade.
        index: A searcher, or the address of an index.
        folds: Parts the questions are split into; each is held out once.
        seed: The same seed gives the same folds.
        progress: Told (step, done, total) as work goes on.

    Raises:
        JudgmentsError: A file cannot be read, the judgments are about another corpus, or there are too few questions.
        IndexNotFound: There is no index at that address.
    """
    searcher, judgments, _ = judged_index(queries, qrels, index)
    can = np.array([judgments.answerable(query) for query in judgments.queries], dtype=np.bool_)
    if can.sum() < max(_LEAST_QUESTIONS, 2 * folds) or folds < 2:
        raise JudgmentsError(
            f"{can.sum()} answerable questions in {folds} folds are too few to fit a confidence to",
            hint=f"Judge at least {_LEAST_QUESTIONS} questions, and use 2 folds or more.",
        )
    asked = FirstHits.of(searcher, judgments.queries, [judgments.of(query) for query in judgments.queries], progress)
    written = int((~can).sum())
    table = asked.own if written >= _LEAST_UNANSWERABLE else asked.own.with_more(asked.removed.part(can))
    fold_of = np.random.default_rng(seed).permutation(len(can)) % folds
    table_fold = np.concatenate((fold_of, fold_of[can]))[: len(table.right)]
    held_out = np.empty(len(table.right))
    for fold in range(folds):
        rest = table.part(table_fold != fold)
        held_out[table_fold == fold] = probabilities(
            fit(rest.balanced(), toward=asked.default), table.x[table_fold == fold]
        )
    fitted = fit(table.balanced(), toward=asked.default)
    return Calibration(
        answerable=int(can.sum()),
        unanswerable=written,
        removed=len(table.right) - len(can),
        folds=folds,
        before=trust(table, probabilities(asked.used, table.x)),
        after=trust(table, held_out),
        settings=replace(searcher.settings, confidence=fitted.to_settings()),
    )


@dataclass(frozen=True, slots=True)
class Labelled:
    """First hits with what is known of them; arrays of shape (questions,) but `x`, (questions, signals)."""

    x: Floats
    right: Mask
    answerable: Mask
    weight: Floats

    def part(self, chosen: Mask) -> Labelled:
        """Return some of the rows; `chosen` has shape (questions,)."""
        return Labelled(self.x[chosen], self.right[chosen], self.answerable[chosen], self.weight[chosen])

    def with_more(self, other: Labelled) -> Labelled:
        """Return these rows and others."""
        pairs = zip(self._arrays(), other._arrays(), strict=True)
        return Labelled(*(np.concatenate(pair) for pair in pairs))

    def balanced(self) -> Labelled:
        """Return the rows weighted so that those with and without an answer count half each."""
        weight = self.weight.astype(np.float64)
        for kind in (self.answerable, ~self.answerable):
            if kind.any():
                weight[kind] *= 0.5 / weight[kind].sum()
        return replace(self, weight=weight / weight.sum())

    def _arrays(self) -> tuple[npt.NDArray[Any], ...]:
        return self.x, self.right, self.answerable, self.weight


@dataclass(frozen=True, slots=True)
class FirstHits:
    """The first hit of every question, as the index answers and as it would without the judged documents."""

    own: Labelled
    removed: Labelled
    used: Model
    """What the index's confidence is made with now."""
    default: Model
    """What it is made with before anything was fitted to the index."""

    @classmethod
    def of(
        cls, searcher: Searcher, queries: Sequence[JudgedQuery], grades: Sequence[Grades], progress: Progress = silent
    ) -> FirstHits:
        """Ask every question once."""
        names = Names(searcher)
        settings = searcher.settings
        models = (OTHER, OTHER)
        rows: tuple[list[tuple[Floats, bool]], list[tuple[Floats, bool]]] = ([], [])
        for place, (_, candidates) in enumerate(gather(searcher, [query.text for query in queries])):
            if place % 100 == 0:
                progress("asking", place, len(queries))
            models = model(candidates, settings.confidence), model(candidates)
            own = grades[place]
            grade = np.array([own.get(document, 0) for document in names(candidates.documents)], dtype=np.int64)
            for kept, found in zip((np.ones(len(grade), dtype=np.bool_), grade == 0), rows, strict=True):
                part = candidates_without(candidates, kept)
                ranking = fuse(part, settings.weights, settings.fusion)
                first = ranking.order[:1]
                x = signals(part, ranking, first)[0] if len(first) else np.zeros(len(SIGNALS))
                found.append((x, bool(len(first)) and bool(grade[kept][first[0]] > 0)))
        can = np.array([any(grade > 0 for grade in own.values()) for own in grades], dtype=np.bool_)
        tables = [
            Labelled(
                np.stack([x for x, _ in found]),
                np.array([right for _, right in found]),
                answerable,
                np.ones(len(found)),
            )
            for found, answerable in zip(rows, (can, np.zeros_like(can)), strict=True)
        ]
        return cls(tables[0], tables[1], *models)


def candidates_without(found: Candidates, kept: Mask) -> Candidates:
    """Return the candidates that are kept, as if the index did not hold the others."""
    if kept.all():
        return found
    scores = {leg: values[kept] for leg, values in found.scores.items()}
    maxima = {leg: 1.0 if leg in SHARES else float(values.max(initial=0)) for leg, values in scores.items()}
    return Candidates(found.documents[kept], scores, maxima, found.phrasings[kept], found.sentences[kept])


def fit(table: Labelled, *, toward: Model | None = None, hold: float = _HOLD) -> Model:
    """Return the logistic regression of `right`, no coefficient below 0.

    Args:
        table: What to fit to; rows count by their weight.
        toward: Coefficients are held near those of this one; None: near 0. The intercept is free.
        hold: How strongly, as the weight of a squared difference beside a mean log loss.
    """
    from scipy.optimize import minimize  # 0.3 s to import: fitting only

    x, right, weight = table.x, table.right, table.weight / table.weight.sum()
    center = np.array(toward.coefficients if toward else [0.0] * x.shape[1])

    def loss(parameters: Floats) -> tuple[float, Floats]:
        logits = parameters[0] + x @ parameters[1:]
        away = parameters[1:] - center
        slope = weight * (1 / (1 + np.exp(-logits)) - right)
        value = float(weight @ np.logaddexp(0, np.where(right, -logits, logits)) + hold * away @ away)
        return value, np.concatenate(([slope.sum()], x.T @ slope + 2 * hold * away))

    start = np.concatenate(([toward.intercept if toward else 0.0], center))
    bounds = [(None, None), *[(0, None)] * x.shape[1]]
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x
    return Model(round(float(found[0]), 3), tuple(round(float(value), 3) for value in found[1:]))


def trust(table: Labelled, p: Floats) -> Trust:
    """Return how true some confidences are; `p` has shape (questions,)."""
    weight, shown = table.balanced().weight, p >= threshold()
    yes, no = table.answerable, ~table.answerable
    return Trust(
        ece=calibration_error(p, table.right, weight),
        auroc=auroc(p, yes, no, weight),
        answered=_share(shown, yes, weight),
        right=_share(table.right, yes & shown, weight),
        refused=_share(~shown, no, weight),
    )


def calibration_error(p: Floats, right: Mask, weight: Floats, bins: int = 10) -> float:
    """Return the expected calibration error over bins of equal width."""
    at = np.minimum((p * bins).astype(int), bins - 1)
    return float(np.abs(np.bincount(at, weight * (p - right), minlength=bins)).sum() / weight.sum())


def auroc(p: Floats, yes: Mask, no: Mask, weight: Floats) -> float:
    """Return the chance that a question of `yes` is more confident than one of `no`; ties are half. NaN without both."""
    if not no.any() or not yes.any():
        return float("nan")
    order = np.argsort(p[no])
    values, below = p[no][order], np.concatenate(([0], np.cumsum(weight[no][order])))
    left, right = (below[np.searchsorted(values, p[yes], side)] for side in ("left", "right"))
    return float(weight[yes] @ (left + right) / 2 / weight[yes].sum() / below[-1])


def _share(of: Mask, among: Mask, weight: Floats) -> float:
    return float(np.average(of[among], weights=weight[among])) if among.any() else 0.0
