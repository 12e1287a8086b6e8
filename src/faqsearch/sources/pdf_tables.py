"""Ruled tables of a PDF page: cells by the lines drawn around them, so that text that wraps in a cell stays in it.

Without the lines, rows whose cells wrap would be read across: the second line of every cell after the first of each.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice, pairwise
from typing import Any

import pypdfium2.raw as pdfium

from faqsearch.sources.joining import join
from faqsearch.sources.pdf_glyphs import Run

Box = tuple[float, float, float, float]
"""Left, bottom, right, top."""

_THIN, _LONG = 3.0, 6.0
"""Points: a drawn shape is a line when it is thinner than the one and longer than the other."""
_MOST_SHAPES, _MOST_LINES = 5_000, 300
_NEAR = 2.0


@dataclass(slots=True)
class _Rule:
    """A straight line: where it is on one axis, and from where to where on the other."""

    at: float
    start: float
    end: float


def table_boxes(page: Any) -> list[Box]:
    """Return the boxes of what is drawn on a page, at most 5,000; those inside of embedded drawings are left out."""
    shapes = page.get_objects(filter=(pdfium.FPDF_PAGEOBJ_PATH,), max_depth=1)
    return [item.get_bounds() for item in islice(shapes, _MOST_SHAPES)]


def with_rows(runs: Sequence[Run], boxes: Iterable[Box]) -> list[Run]:
    """Return the runs of a page with those of each row of a ruled table as one run, its cells between bars.

    Args:
        runs: Of a page that is not turned.
        boxes: What is drawn on it.
    """
    rest = list(runs)
    rows: list[Run] = []
    for columns, lines in _grids(boxes):
        inside = [run for run in rest if _among(_middle(run), columns) >= 0 and _among(run.middle, lines) >= 0]
        if inside:
            kept = {id(run) for run in inside}
            rest = [run for run in rest if id(run) not in kept]
            rows += _rows(inside, columns, lines)
    return rest + rows


def _rows(runs: Sequence[Run], columns: Sequence[float], lines: Sequence[float]) -> Iterator[Run]:
    cells: dict[int, list[list[Run]]] = {}
    for run in runs:
        row = cells.setdefault(_among(run.middle, lines), [[] for _ in columns[1:]])
        row[_among(_middle(run), columns)].append(run)
    for place in sorted(cells, reverse=True):
        texts = [_cell(cell) for cell in cells[place]]
        every = [run for cell in cells[place] for run in cell]
        first = max(every, key=lambda run: run.top)
        x0, x1 = min(run.x0 for run in every), max(run.x1 for run in every)
        yield replace(first, text=" | ".join(texts).rstrip(" |"), x0=x0, x1=x1, is_row=True)


def _cell(runs: list[Run]) -> str:
    lines: list[list[Run]] = []
    for run in sorted(runs, key=lambda run: -run.middle):
        if lines and abs(lines[-1][0].middle - run.middle) < 0.45 * min(lines[-1][0].height, run.height):
            lines[-1].append(run)
        else:
            lines.append([run])
    text = ""
    for line in lines:
        for run in sorted(line, key=lambda run: run.x0):
            text = join(text, run.text)
    return text


def _middle(run: Run) -> float:
    return (run.x0 + run.x1) / 2


def _among(value: float, edges: Sequence[float]) -> int:
    """Which of the spaces between edges a value is in; -1 for none."""
    return next((i for i, (low, high) in enumerate(pairwise(edges)) if low <= value < high), -1)


def _grids(boxes: Iterable[Box]) -> Iterator[tuple[list[float], list[float]]]:
    """Yield the edges of the columns and of the rows of each table with two of both."""
    upright: list[_Rule] = []
    level: list[_Rule] = []
    for left, bottom, right, top in boxes:
        wide, high = right - left, top - bottom
        if wide < _THIN and high > _LONG:
            upright.append(_Rule((left + right) / 2, bottom, top))
        elif high < _THIN and wide > _LONG:
            level.append(_Rule((bottom + top) / 2, left, right))
        elif wide > _LONG and high > _LONG:
            # A cell drawn as a box, or its shading.
            upright += [_Rule(left, bottom, top), _Rule(right, bottom, top)]
            level += [_Rule(bottom, left, right), _Rule(top, left, right)]
    upright, level = _merged(upright), _merged(level)
    if len(upright) + len(level) > _MOST_LINES:
        return
    while upright:
        group, others = [upright.pop()], [*level]
        crossed: list[_Rule] = []
        found = True
        while found:
            touching = [rule for rule in others if any(_cross(one, rule) for one in group)]
            others = [rule for rule in others if rule not in touching]
            crossed += touching
            more = [rule for rule in upright if any(_cross(rule, one) for one in touching)]
            upright = [rule for rule in upright if rule not in more]
            group += more
            found = bool(more)
        columns, lines = _edges(group), _edges(crossed)
        if len(columns) > 2 and len(lines) > 2:
            yield columns, lines


def _merged(rules: list[_Rule]) -> list[_Rule]:
    """Pieces of one line as one: a line is often drawn cell by cell."""
    merged: list[_Rule] = []
    for rule in sorted(rules, key=lambda rule: (round(rule.at / _NEAR), rule.start)):
        last = merged[-1] if merged else None
        if last is not None and abs(last.at - rule.at) < _NEAR and rule.start <= last.end + _NEAR:
            last.end = max(last.end, rule.end)
        else:
            merged.append(replace(rule))
    return merged


def _cross(upright: _Rule, level: _Rule) -> bool:
    return (
        level.start - _NEAR <= upright.at <= level.end + _NEAR
        and upright.start - _NEAR <= level.at <= upright.end + _NEAR
    )


def _edges(rules: list[_Rule]) -> list[float]:
    """Where lines are, those next to each other once."""
    edges: list[float] = []
    for at in sorted(rule.at for rule in rules):
        if not edges or at - edges[-1] > _NEAR:
            edges.append(at)
    return edges
