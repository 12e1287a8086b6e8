"""From the runs of a page to its lines in reading order, with columns, tables, and what only frames the page."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from faqsearch.sources.joining import is_wide
from faqsearch.sources.pdf_glyphs import PageText, Run

_MARGIN = 0.12
"""Part of the page's height, above and below, in which running heads and page numbers stand."""
_PAGE_NUMBER = re.compile(
    r"^[\W_]*(?:p(?:age|\.)?\s*)?(?:\d{1,4}|[ivxl]{1,6}|\d{1,3}-\d{1,3})\s*(?:(?:/|of)\s*\d{1,4})?\s*(?:ページ|頁)?[\W_]*$",
    re.IGNORECASE,
)
_LEADER = re.compile(r"(?:[.．・･…‥]\s?){4,}\s*(?:\d{1,4}|[ivxl]{1,6}|\d{1,3}-\d{1,3})?$")
_BULLET = re.compile("^[\ue000-\uf8ff](?: |$)")
_COLUMN_RUNS = 5
_COLUMN_CHARS = 11


@dataclass(slots=True)
class Line:
    """A line of text on a page."""

    text: str
    page: int
    x0: float
    x1: float
    bottom: float
    top: float
    size: float
    bold: bool
    is_row: bool = False
    """Whether it is a row of a table."""
    left: float = 0.0
    right: float = 0.0
    """Edges of the column it stands in."""

    @property
    def height(self) -> float:
        """Height of the type, never zero."""
        return max(self.top - self.bottom, 0.1)

    @property
    def is_full(self) -> bool:
        """Whether it reaches the end of its column, so that the sentence may go on in the next line."""
        return self.x1 > self.right - 2.2 * self.height


def page_lines(page: PageText, number: int) -> list[Line]:
    """The lines of a page in reading order."""
    lines: list[Line] = []
    for region in _regions(page.runs, page.width):
        lines += _lines(region, number)
    return lines


def without_furniture(pages: Sequence[list[Line]], heights: Sequence[float]) -> list[list[Line]]:
    """Pages without running heads, running feet, page numbers, and the dotted lines of a table of contents."""
    repeated: Counter[str] = Counter()
    for lines, height in zip(pages, heights, strict=True):
        repeated.update({_pattern(line) for line in lines if _in_margin(line, height)})
    enough = max(2, sum(map(bool, pages)) * 3 // 10)
    kept: list[list[Line]] = []
    for lines, height in zip(pages, heights, strict=True):
        kept.append([])
        for line in lines:
            in_margin = _in_margin(line, height)
            number = in_margin and _PAGE_NUMBER.match(line.text) and (len(pages) > 1 or not line.text.isalnum())
            running = in_margin and len(pages) > 1 and repeated[_pattern(line)] >= enough
            if not number and not running and not _LEADER.search(line.text):
                kept[-1].append(line)
    return kept


def _in_margin(line: Line, height: float) -> bool:
    return line.bottom > height * (1 - _MARGIN) or line.top < height * _MARGIN


def _pattern(line: Line) -> str:
    """What a running head has in common from page to page."""
    plain = re.sub(r"\d+", "#", "".join(unicodedata.normalize("NFKC", line.text).split()))
    return f"{plain}@{round(line.bottom / 6)}"


def _regions(runs: list[Run], width: float) -> Iterator[list[Run]]:
    """Columns one after the other; what spans them separates what is above from what is below."""
    cut = _column_cut(runs, width)
    if cut is None:
        if runs:
            yield runs
        return
    band: list[Run] = []
    for run in sorted(runs, key=lambda run: -run.middle):
        if run.x0 < cut < run.x1:
            yield from _columns(band, cut)
            yield [run]
            band = []
        else:
            band.append(run)
    yield from _columns(band, cut)


def _columns(band: list[Run], cut: float) -> Iterator[list[Run]]:
    for column in ([run for run in band if run.x1 <= cut], [run for run in band if run.x1 > cut]):
        if column:
            yield column


def _column_cut(runs: list[Run], width: float) -> float | None:
    """Where two columns of running text part; None for one column, and for tables, whose cells are short."""
    narrow = sorted((run for run in runs if run.width < 0.55 * width), key=lambda run: run.x0)
    if len(narrow) < 2 * _COLUMN_RUNS:
        return None
    reach = narrow[0].x1
    for index, run in enumerate(narrow[1:], 1):
        if run.x0 - reach > run.height * 0.8 and 0.25 * width < run.x0 < 0.75 * width:
            left, right = narrow[:index], narrow[index:]
            if min(len(left), len(right)) >= _COLUMN_RUNS and min(_mean(left), _mean(right)) >= _COLUMN_CHARS:
                return (reach + run.x0) / 2
        reach = max(reach, run.x1)
    return None


def _mean(runs: list[Run]) -> float:
    return sum(len(run.text) for run in runs) / len(runs)


def _lines(runs: list[Run], number: int) -> list[Line]:
    """Runs of one region as lines; runs on one line are cells when the lines around have the same columns."""
    rows: list[list[Run]] = []
    for run in sorted(runs, key=lambda run: -run.middle):
        # Small type (raised, or ruby) does not make a line of its own height.
        if rows and abs(rows[-1][0].middle - run.middle) < 0.45 * min(rows[-1][0].height, run.height):
            rows[-1].append(run)
        else:
            rows.append([run])
    left = min(run.x0 for run in runs)
    right = max(run.x1 for run in runs)
    rows = [sorted(row, key=lambda run: run.x0) for row in _without_ruby(rows)]
    lines = []
    for index, row in enumerate(rows):
        neighbours = [
            start for other in rows[max(index - 1, 0) : index + 2] if other is not row for start in _starts(other)
        ]
        is_row = any(run.is_row for run in row) or (
            len(row) > 1 and any(abs(start - own) < 0.6 * row[0].height for own in _starts(row) for start in neighbours)
        )
        main = max(row, key=lambda run: len(run.text))
        lines.append(
            Line(
                " | ".join(run.text for run in row) if is_row else _spaced(row),
                number,
                row[0].x0,
                max(run.x1 for run in row),
                min(run.bottom for run in row),
                max(run.top for run in row),
                main.size,
                main.bold,
                is_row,
                left,
                right,
            )
        )
    return lines


def _starts(row: list[Run]) -> list[float]:
    """Where the second and further runs of a line begin."""
    return [run.x0 for run in row[1:]]


def _spaced(row: list[Run]) -> str:
    # Bullets of Word and LibreOffice are characters of a symbol font, which mean nothing outside of it.
    text = _BULLET.sub("・", row[0].text)
    if text == "・" and len(row) > 1:
        row = [replace(row[0], text=text, x1=row[1].x0), *row[1:]]
    for before, run in pairwise(row):
        close = run.x0 - before.x1 < 0.3 * run.height
        joined = close and (is_wide(text[-1]) or is_wide(run.text[0]))
        text += run.text if joined else f" {run.text}"
    return text


def _without_ruby(rows: list[list[Run]]) -> Iterator[list[Run]]:
    """Lines without the small kana that stand right above the kanji of the next line."""
    for index, row in enumerate(rows):
        below = rows[index + 1] if index + 1 < len(rows) else None
        if (
            below is not None
            and all(re.fullmatch(r"[ぁ-んァ-ヶー・ ]+", run.text) for run in row)
            and max(run.size for run in row) <= 0.62 * max(run.size for run in below)
            and row[0].bottom - max(run.top for run in below) < 0.5 * row[0].height
        ):
            continue
        yield row
