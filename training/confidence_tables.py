"""How good a fitted confidence is: calibration, telling answerable questions from others, and what thresholds give."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from faqsearch.confidence import Model, probabilities, threshold
from faqsearch.evaluation.calibration import auroc, calibration_error

OWN, FOREIGN, REMOVED, WRITTEN = "own", "foreign", "removed", "written"
THRESHOLDS = (0.2, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8)
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Table:
    """All questions; arrays of shape (questions,) but `x`, (questions, signals)."""

    index: npt.NDArray[np.str_]
    kind: npt.NDArray[np.str_]
    x: Floats
    grade: npt.NDArray[np.int64]
    weight: Floats
    train: Mask
    """Half of the questions, by their text: a question asked of several indexes is never in both halves."""

    @property
    def small(self) -> Mask:
        return np.char.startswith(self.index, "small")


def report(name: str, own: Table, model: Model, fit: Callable[[Table, Mask], Model]) -> str:
    """Return how good a model is on questions it was not fitted on, and fitted without each set."""
    title = {"builtin": "Built-in encoder", "other": "Another encoder (stand-in)"}[name]
    lines = [
        f"### {title}",
        "",
        "| held-out questions of | ECE | ECE, grade 2 | AUROC: foreign | written | removed | all | answerable: shown | right when shown | without answer: refused | foreign / written / removed refused |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    big = ~own.small
    lines.append(line("**all sets**", own, model, ~own.train & big))
    names = sorted(set(own.index[big]))
    lines += [line(each, own, model, ~own.train & (own.index == each)) for each in names]
    lines.append(line("indexes of 1 to 40 documents", own, model, ~own.train & own.small))
    for each in names:
        theirs = np.char.endswith(own.index, each)
        lines.append(line(f"{each}, fitted without it", own, fit(own, ~theirs), own.index == each))
    return "\n".join([*lines, "", *trade_off(own, model)])


def trade_off(own: Table, model: Model) -> Iterator[str]:
    """Yield what the held-out questions of all sets get at several thresholds."""
    yield "| shown from | answerable: shown | right when shown | without answer: refused | all shown: right |"
    yield "|---|---|---|---|---|"
    rows = ~own.train & ~own.small
    p, weight, right, answerable = (
        probabilities(model, own.x)[rows],
        own.weight[rows],
        own.grade[rows] > 0,
        own.kind[rows] == OWN,
    )
    for bound in THRESHOLDS:
        shown = p >= bound
        cells = [
            np.average(shown[answerable], weights=weight[answerable]),
            np.average(right[answerable & shown], weights=weight[answerable & shown]),
            np.average(~shown[~answerable], weights=weight[~answerable]),
            np.average(right[shown], weights=weight[shown]),
        ]
        label = f"**{bound}**" if bound == threshold() else f"{bound}"
        yield f"| {label} | {' | '.join(f'{cell:.2f}' for cell in cells)} |"


def line(label: str, own: Table, model: Model, rows: Mask) -> str:
    """Return one row of the table; every set and kind counts by its weight."""
    p, kind, weight, right = probabilities(model, own.x)[rows], own.kind[rows], own.weight[rows], own.grade[rows] > 0
    answerable, shown = kind == OWN, p >= threshold()

    def share(of: Mask, among: Mask) -> str:
        return f"{np.average(of[among], weights=weight[among]):.2f}" if among.any() else "–"

    def told_apart(without: Mask) -> str:
        value = auroc(p, answerable, without, weight)
        return "–" if np.isnan(value) else f"{value:.3f}"

    kinds = (FOREIGN, WRITTEN, REMOVED)
    cells = [
        label,
        f"{calibration_error(p, right, weight):.3f}",
        f"{calibration_error(p, own.grade[rows] > 1, weight):.3f}",
        *[told_apart(kind == k) for k in kinds],
        told_apart(~answerable),
        share(shown, answerable),
        share(right, answerable & shown),
        share(~shown, ~answerable),
        " / ".join(share(~shown, kind == k) for k in kinds),
    ]
    return f"| {' | '.join(cells)} |"
