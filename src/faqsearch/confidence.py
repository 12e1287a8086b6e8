"""Confidence: the probability, 0–1, that a hit answers the question.

A logistic of a few signals that mean the same in every index: shares and cosines, never raw scores. Its coefficients
are fitted on judged questions, with and without an answer in the corpus, by `training/fit_confidence.py`;
`benchmarks/README.md` says how well it does. No signal can lower the confidence by growing.

    coverage   share of the question's information (idf) that the document holds
    focus      share of its best phrasing's information that the question asked for
    agreement  weighted mean of what the legs gave it, each divided by the best it gave any document
    margin     how far its agreement is above that of the five best other documents, counted by the part of the
               question that the document holds: the best of bad ones leads by nothing
    nearness   cosine to the question, a mean over views that have the same scale in every index (built-in encoder);
               for another encoder, whose scale nobody knows, its standing between the median candidate and the best
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from faqsearch import kernel
from faqsearch.index.interface import Candidates
from faqsearch.ranking import Ranking

Probabilities = npt.NDArray[np.float64]
Floats = npt.NDArray[np.float64]

SIGNALS = ("coverage", "focus", "agreement", "margin", "nearness")
"""The columns of `signals`."""


@dataclass(frozen=True, slots=True)
class Model:
    """A logistic regression."""

    intercept: float
    coefficients: tuple[float, ...]
    """One for each of `SIGNALS`, none below 0."""

    def of(self, values: Floats) -> Probabilities:
        """Return the probabilities of rows of signals; float64, shape (n,)."""
        return np.asarray(1 / (1 + np.exp(-(self.intercept + values @ np.array(self.coefficients)))))

    def to_settings(self) -> dict[str, float]:
        """Return it as an index's settings keep it."""
        return {"intercept": self.intercept, **dict(zip(SIGNALS, self.coefficients, strict=True))}


# <fit: training/fit_confidence.py>
BUILTIN = Model(-6.849, (1.123, 0.0, 3.141, 8.41, 3.917))
OTHER = Model(-5.242, (0.592, 0.041, 4.406, 8.384, 0.796))
# </fit>

# benchmarks/README.md has what other thresholds give.
_THRESHOLD = 0.4
# A question typed as it is stored is right unless the corpus itself is wrong.
_REPEATED = 0.97
# At most, for a document that holds no word of the question, and for one that holds less than half of what was asked.
# Of such first hits with more than 0.3 under the fit alone, one in three was right.
_UNKNOWN, _HALF = 0.25, 0.3
VIEWS = frozenset({"topic", "context", "meaning"})
"""Legs that only the built-in encoder has."""
# `nearness` is the mean of these; `context` adds nothing to the others.
_NEAR = ("dense", "topic", "meaning")
_VECTOR_LEGS = VIEWS | {"dense"}
_RIVALS = 5
# What a question to the built-in encoder has scores of, but for legs without weight.
_COMPILED = frozenset({"coverage", "focus", *_NEAR})
_DEFAULT: Mapping[str, float] = MappingProxyType({})


def threshold() -> float:
    """Return the confidence from which a first hit counts as an answer."""
    return _THRESHOLD


def confidences(
    candidates: Candidates,
    ranking: Ranking,
    order: npt.NDArray[np.int64],
    *,
    repeated: bool = False,
    fitted: Mapping[str, float] = _DEFAULT,
) -> Probabilities:
    """Return the confidence of the hits at `order`, never rising from one to the next; float64, shape (n,).

    Args:
        candidates: Every leg's scores of every candidate.
        ranking: Their fusion.
        order: Places in the candidates of the hits shown, best first; shape (n,).
        repeated: Whether the first stores the question as it was typed, and no other one does that answers
            otherwise (`faqsearch.repeats`): a question that several entries answer is no sure sign of any of them.
        fitted: What the index's settings keep; empty takes the defaults.
    """
    if not len(order):
        return np.zeros(0, dtype=np.float64)
    own = model(candidates, fitted)
    if kernel.compiled is not None and ranking.proportional and candidates.scores.keys() >= _COMPILED:
        found = _compiled(kernel.compiled, own, candidates.scores, ranking, order)
    else:
        found = probabilities(own, signals(candidates, ranking, order))
    if repeated:
        found[0] = max(found[0], _REPEATED)
    return np.minimum.accumulate(found)


def _compiled(
    compiled: Any,
    fitted: Model,
    scores: Mapping[str, npt.NDArray[np.float32]],
    ranking: Ranking,
    order: npt.NDArray[np.int64],
) -> Probabilities:
    """Do what `probabilities` of `signals` does for the built-in encoder, but for the last bits."""
    found = np.empty(len(order), dtype=np.float64)
    parameters = np.array([fitted.intercept, *fitted.coefficients, _UNKNOWN, _HALF], dtype=np.float64)
    looked_at = [scores[leg] for leg in ("coverage", "focus", *_NEAR)]
    compiled.confidences(ranking.scores, ranking.order[: _RIVALS + 1], order, *looked_at, parameters, found)
    return found


def probabilities(fitted: Model, values: Floats) -> Probabilities:
    """Return the confidence of rows of signals, each by itself; float64, shape (n,)."""
    coverage = values[:, SIGNALS.index("coverage")]
    most = np.where(coverage > 0, np.where(coverage >= 0.5, 1, _HALF), _UNKNOWN)
    return np.asarray(np.minimum(fitted.of(values), most))


def model(candidates: Candidates, fitted: Mapping[str, float] = _DEFAULT) -> Model:
    """Return the model for the encoder these candidates come from, or the one that was fitted to the index.

    One that was fitted to the signals of another version of faqsearch says nothing about these: the default is taken.
    """
    if fitted.keys() == {"intercept", *SIGNALS}:
        return Model(fitted["intercept"], tuple(fitted[signal] for signal in SIGNALS))
    return BUILTIN if VIEWS & candidates.scores.keys() else OTHER


def signals(candidates: Candidates, ranking: Ranking, order: npt.NDArray[np.int64]) -> Floats:
    """Return the signals of the hits at `order`; float64, 0–1 (`margin` from -1), shape (n, signals)."""
    scores = candidates.scores
    builtin = bool(VIEWS & scores.keys())
    # Mostly the ranking's own: the weighted mean of shares of the best is what it sums.
    own = builtin and ranking.proportional
    level = ranking.scores if own else _agreement(candidates, ranking, skip=frozenset() if builtin else _VECTOR_LEGS)
    best = (ranking.order if own else np.argsort(-level, kind="stable"))[: _RIVALS + 1]
    found = np.zeros((len(order), len(SIGNALS)), dtype=np.float64)
    if "coverage" in scores:
        found[:, 0] = scores["coverage"][order]
    if "focus" in scores:
        found[:, 1] = scores["focus"][order]
    found[:, 2] = level[order]
    found[:, 3] = _leads(found[:, 2], level[best], order, best) * found[:, 0] * (1 + found[:, 1]) / 2
    near = [scores[leg][order] for leg in _NEAR if leg in scores] if builtin else [_standing(scores, order)]
    found[:, 4] = sum(near, np.float32(0)) / max(len(near), 1)
    return np.minimum(np.maximum(found, -1, out=found), 1, out=found)


def _agreement(candidates: Candidates, ranking: Ranking, skip: frozenset[str]) -> Floats:
    """Return the weighted mean of each candidate's normalised scores, also when ranks were fused; shape (n,)."""
    legs = [leg for leg in ranking.shares if candidates.maxima.get(leg, 0.0) > 0]
    scores = np.array([candidates.scores[leg] for leg in legs], dtype=np.float32).reshape(len(legs), len(candidates))
    # What the best got is the leg's weight (for a leg of shares, times the best share; not when ranks are fused).
    weights = np.array([ranking.shares[leg] for leg in legs], dtype=np.float64).reshape(scores.shape).max(1, initial=0)
    best = scores.max(axis=1, initial=0)
    counted = (best > 0) & [leg not in skip for leg in legs]
    total = 1.0 - weights[(best > 0) & ~counted].sum()
    level = np.divide(weights, best, out=np.zeros_like(weights), where=counted) @ scores
    return np.asarray(level / total if total > 1e-6 else level)


def _leads(own: Floats, rivals: npt.NDArray[Any], order: npt.NDArray[np.int64], best: npt.NDArray[np.int64]) -> Floats:
    """Return how far each hit is above its best rivals, on average; places without a rival count as ties.

    Args:
        own: Agreement of the hits.
        rivals: Agreement of the candidates at `best`, best first.
        order: Places of the hits.
        best: Places of the best candidates: one more than rivals are looked at.
    """
    all_of = float(rivals.sum(dtype=np.float64))
    others = float(rivals[:_RIVALS].sum(dtype=np.float64))
    # One that is itself among the best is above itself by nothing.
    among = (order[:, None] == best).any(axis=1)
    above = np.where(among, len(rivals) * own - all_of, min(len(rivals), _RIVALS) * own - others)
    return np.asarray(above / _RIVALS)


def _standing(scores: Mapping[str, npt.NDArray[np.float32]], order: npt.NDArray[np.int64]) -> Floats:
    """Return where the hits' vectors stand: 0 the median candidate or below, 1 the nearest; shape (n,)."""
    dense = scores.get("dense")
    if dense is None:
        return np.zeros(len(order), dtype=np.float64)
    middle, best = float(np.median(dense)), float(dense.max())
    return np.asarray(np.clip((dense[order] - middle) / max(best - middle, 1e-6), 0, 1), dtype=np.float64)
