"""XLSX: every visible sheet that has columns for question and answer, merged cells filled down."""

from __future__ import annotations

import warnings
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from io import BytesIO
from itertools import islice
from typing import Any

from lxml import etree
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from faqsearch.documents import Document
from faqsearch.sources.bounds import MAX_COLUMNS
from faqsearch.sources.cell_formats import shown
from faqsearch.sources.cells import one_line
from faqsearch.sources.columns import recognise
from faqsearch.sources.delimited import distinct_names
from faqsearch.sources.interface import Problem, SourceFile
from faqsearch.sources.packages import open_package
from faqsearch.sources.rows import RowReader
from faqsearch.sources.sheet_layout import Merge, SheetLayout, read_layout

_HEADER_WITHIN = 30
"""Rows in which the header is looked for: forms begin with a title, a date and an owner."""
_LAST_ROW = 1_048_576
_HIDDEN = "show {}, or read with --hidden"
_HINT = "name the columns 質問 and 回答, or question and answer"


def read_xlsx(file: SourceFile) -> Iterator[Document | Problem]:
    """Read a workbook. What is hidden is left out, since its author took it away, unless `file.hidden` asks for it."""
    open_package(file, save_as=".xlsx").close()
    with warnings.catch_warnings():
        # openpyxl warns of what it does not keep when saving; nothing is saved here.
        warnings.simplefilter("ignore")
        try:
            workbook = load_workbook(BytesIO(file.data), read_only=True, data_only=True, keep_links=False)
        # openpyxl lets whatever a damaged part causes through.
        except Exception as fault:  # noqa: BLE001
            raise file.error(
                f"not a workbook that can be read: {_said(fault)}", hint="save it again as .xlsx"
            ) from None
        with closing(workbook):
            yield from _sheets(file, workbook)


def _sheets(file: SourceFile, workbook: Any) -> Iterator[Document | Problem]:
    rows = RowReader(file)
    skipped: list[Problem] = []
    tables = hidden = 0
    for sheet in workbook.worksheets:
        if sheet.sheet_state != "visible" and not file.hidden:
            hidden += 1
            continue
        try:
            found = yield from _Sheet(file, sheet, rows).documents()
        except Exception as fault:  # noqa: BLE001
            yield file.problem(f"the sheet cannot be read further: {_said(fault)}", anchor=one_line(sheet.title))
            found = True
        if found:
            tables += 1
        elif found is not None:
            skipped.append(
                file.problem(
                    "no columns for question and answer; the sheet is not read",
                    anchor=one_line(sheet.title),
                    hint=_HINT,
                    severity="warning",
                )
            )
    if not tables and skipped:
        raise file.error("no sheet has columns for question and answer", hint=_HINT)
    yield from skipped
    if hidden:
        message = f"{hidden} hidden sheet{'s' if hidden > 1 else ''} left out"
        yield file.problem(message, hint=_HIDDEN.format("the sheet"), severity="warning")


@dataclass(slots=True)
class _Entry:
    """A row as its cells are shown, or several that one merged question spans."""

    row: int
    column: int
    cells: dict[str, str]
    more: list[dict[str, str]] = field(default_factory=list)


class _Sheet:
    """One worksheet."""

    def __init__(self, file: SourceFile, sheet: Any, rows: RowReader) -> None:
        self._file = file
        self._sheet = sheet
        self._rows = rows
        self._title = one_line(sheet.title)
        sheet.reset_dimensions()

    def documents(self) -> Generator[Document | Problem, None, bool | None]:
        """Read the sheet; returns whether it holds a table, None when it holds nothing at all."""
        top = list(islice(self._texts(MAX_COLUMNS), _HEADER_WITHIN))
        header = next((index for index, cells in enumerate(top) if recognise(cells).complete), None)
        if header is None:
            return False if any(map(any, top)) else None
        width = max(index for index, name in enumerate(top[header], 1) if name)
        layout = self._layout(width)
        names = distinct_names(top[header][:width])
        for number, cells in enumerate(top[:header], 1):
            if any(cells):
                text = one_line(" ".join(filter(None, cells)))[:40]
                anchor = f"{self._title}!A{number}"
                yield self._file.problem(f"above the header, not read: '{text}'", anchor=anchor, severity="warning")
        hidden = [names[column - 1] for column in sorted(layout.hidden_columns) if names[column - 1]]
        if hidden:
            shown_names = ", ".join(hidden[:5])
            yield self._file.problem(
                f"hidden columns left out: {shown_names}",
                anchor=self._title,
                hint=_HIDDEN.format("them"),
                severity="warning",
            )
        yield from self._entries(names, header + 1, layout)
        return True

    def _layout(self, width: int) -> SheetLayout:
        # The part's name is known to openpyxl alone.
        part: str = self._sheet._worksheet_path  # noqa: SLF001
        with self._sheet.parent._archive.open(part) as stream:  # noqa: SLF001
            layout = read_layout(stream, last_column=width)
        if self._file.hidden:
            layout.hidden_rows.clear()
            layout.hidden_columns.clear()
        return layout

    def _texts(self, width: int) -> Iterator[list[str]]:
        for row in self._sheet.iter_rows(max_row=_LAST_ROW, max_col=width):
            yield [shown(cell.value, getattr(cell, "number_format", "")) for cell in row]

    def _entries(self, names: list[str], header: int, layout: SheetLayout) -> Iterator[Document | Problem]:
        parts = recognise([name for name in names if name]).parts
        question = names.index(parts["question"][0]) + 1
        starts: dict[int, list[Merge]] = {}
        for merge in layout.merges:
            if merge.bottom > header and merge.left <= len(names):
                starts.setdefault(merge.top, []).append(merge)
        # Column to the merged range that covers it now, and its text.
        covering: dict[int, tuple[Merge, str]] = {}
        waiting: _Entry | None = None
        skipped = beside = 0
        for number, cells in enumerate(self._texts(len(names) + 1), 1):
            beside = beside or (number if number > header and len(cells) > len(names) and cells[-1].strip() else 0)
            for merge in starts.pop(number, ()):
                for column in range(merge.left, min(merge.right, len(names)) + 1):
                    covering[column] = (merge, cells[merge.left - 1])
            continued = question in covering and covering[question][0].top < number
            for column, (merge, text) in list(covering.items()):
                if merge.top < number or column > merge.left:
                    cells[column - 1] = text
                if merge.bottom <= number:
                    del covering[column]
            if number <= header or not any(cells):
                continue
            if number in layout.hidden_rows:
                skipped += 1
                continue
            row = {
                name: cell
                for column, (name, cell) in enumerate(zip(names, cells, strict=False), 1)
                if name and column not in layout.hidden_columns
            }
            if continued and waiting is not None:
                waiting.more.append(row)
                continue
            if waiting is not None:
                yield from self._read(waiting)
            first = next((column for column, cell in enumerate(cells, 1) if cell), 1)
            waiting = _Entry(number, first, row)
        if waiting is not None:
            yield from self._read(waiting)
        if skipped:
            message = f"{skipped:,} hidden row{'s' if skipped > 1 else ''} left out"
            yield self._file.problem(message, anchor=self._title, hint=_HIDDEN.format("the rows"), severity="warning")
        if beside:
            anchor = f"{self._title}!{get_column_letter(len(names) + 1)}{beside}"
            yield self._file.problem("cells beside the table are not read", anchor=anchor, severity="warning")

    def _read(self, entry: _Entry) -> Iterator[Document | Problem]:
        cells = entry.cells
        for row in entry.more:
            # One question over several rows: what differs in each is one after another.
            for name, text in row.items():
                if text and text not in cells[name].split("\n"):
                    cells[name] = f"{cells[name]}\n{text}" if cells[name] else text
        anchor = f"{self._title}!{get_column_letter(entry.column)}{entry.row}"
        yield from self._rows.read(cells, anchor=anchor)


def _said(fault: Exception) -> str:
    """What a library said, on one line and not at length."""
    name = "damaged XML" if isinstance(fault, (etree.XMLSyntaxError, SyntaxError)) else type(fault).__name__
    return one_line(f"{name}: {fault}")[:200]
