"""CSV and TSV: the csv module in its strict form, going on after a broken row instead of giving up."""

from __future__ import annotations

import csv
import re
from collections.abc import Generator, Iterator
from contextlib import suppress
from functools import partial
from io import StringIO

from faqsearch.documents import Document
from faqsearch.sources.bounds import MAX_CELL_CHARS, MAX_COLUMNS, MAX_RECOVERIES, MAX_ROW_CHARS
from faqsearch.sources.cells import one_line
from faqsearch.sources.columns import recognise
from faqsearch.sources.decoding import read_text
from faqsearch.sources.interface import Item, Problem, SourceFile
from faqsearch.sources.keys import RowKeys
from faqsearch.sources.rows import RowReader

_LINE = re.compile(r"[^\r\n]*(?:\r\n|[\r\n])|[^\r\n]+")
_QUOTES = re.compile('"+')
_HEADER_WITHIN = 5
"""Rows in which the header is looked for: exported tables begin with a title now and then."""

Record = tuple[int, list[str]]


def read_csv(file: SourceFile) -> Iterator[Item | Problem]:
    """Read a CSV file; cells may also be separated by `;` or tabs, told by the header."""
    text = yield from read_text(file)
    yield from _read(file, text, _delimiter(text))


def read_tsv(file: SourceFile) -> Iterator[Item | Problem]:
    """Read a TSV file."""
    text = yield from read_text(file)
    yield from _read(file, text, "\t")


def _delimiter(text: str) -> str:
    """The separator under which a known header appears; a comma if none does."""
    start = text[:10_000].splitlines()[:_HEADER_WITHIN]
    for delimiter in ",\t;":
        for line in start:
            if recognise(next(csv.reader([line], delimiter=delimiter), [])[:MAX_COLUMNS]).complete:
                return delimiter
    return ","


def _read(file: SourceFile, text: str, delimiter: str) -> Iterator[Item | Problem]:
    records = _records(file, text, delimiter)
    header = yield from _header(file, records)
    if not header:
        return
    rows = RowReader(file)
    keys = RowKeys(file, header)
    for item in records:
        if isinstance(item, Problem):
            yield item
            continue
        line, cells = item
        # No cell holds the character between them: such a row is left out.
        yield from keys.read("\0".join(cells), line, partial(_row, file, rows, header, cells))


def _row(
    file: SourceFile, rows: RowReader, header: list[str], cells: list[str], line: int
) -> Iterator[Document | Problem]:
    width = len(header)
    if len(cells) > width and any(cell.strip() for cell in cells[width:]):
        yield file.problem(
            f"{len(cells):,} cells where the header has {width}; the row is left out",
            line=line,
            hint="put cells that hold the separator between double quotes",
        )
        return
    if len(cells) < width and any(cells):
        yield file.problem(f"{len(cells)} cells where the header has {width}", line=line, severity="warning")
    yield from rows.read({name: cell for name, cell in zip(header, cells, strict=False) if name}, line=line)


def _header(file: SourceFile, records: Iterator[Record | Problem]) -> Generator[Problem, None, list[str]]:
    """Find the header; returns its names, unnamed columns as empty text."""
    above: list[Record] = []
    empty = True
    for item in records:
        empty = False
        if isinstance(item, Problem):
            yield item
            continue
        line, cells = item
        if len(cells) > MAX_COLUMNS:
            raise file.error(f"{len(cells):,} columns; at most {MAX_COLUMNS:,} are read", line=line)
        if recognise(cells).complete:
            for earlier, title in above:
                if any(title):
                    shown = one_line(" ".join(title))[:40]
                    yield file.problem(f"above the header, not read: '{shown}'", line=earlier, severity="warning")
            return distinct_names(cells)
        above.append(item)
        if len(above) == _HEADER_WITHIN:
            break
    if not above:
        if empty:
            yield file.problem("the file is empty", severity="warning")
        return []
    names = ", ".join(f"'{one_line(name)[:30]}'" for name in above[0][1][:8])
    raise file.error(
        f"no columns for question and answer; the first row is {names}",
        line=above[0][0],
        hint="name the columns 質問 and 回答, or question and answer, in the first row",
    )


def distinct_names(names: list[str]) -> list[str]:
    """Column names without blanks; a name used again gets a number, so that no column hides another."""
    seen: dict[str, int] = {}
    distinct = []
    for name in map(one_line, names):
        seen[name] = seen.get(name, 0) + 1
        distinct.append(name if not name or seen[name] == 1 else f"{name} {seen[name]}")
    return distinct


class _RowTooLongError(Exception):
    """One row takes more lines than any honest row."""


def _records(file: SourceFile, text: str, delimiter: str) -> Iterator[Record | Problem]:
    """Rows with their line numbers; a broken row is a problem, and reading goes on at the line after it."""
    position, line = 0, 1
    if "\0" not in text:
        stream = StringIO(text, newline="")
        reader = csv.reader(stream, delimiter=delimiter, strict=True)
        with suppress(csv.Error):
            for cells in reader:
                end = stream.tell()
                # A row of that length is looked at slowly, and so is all that follows the first broken one.
                if end - position > MAX_CELL_CHARS:
                    break
                if cells:
                    yield line, cells
                position, line = end, reader.line_num + 1
    yield from _watched_records(file, text, delimiter, position, line)


def _watched_records(
    file: SourceFile, text: str, delimiter: str, position: int, line: int
) -> Iterator[Record | Problem]:
    """The rows from a position on, each line and cell looked at."""
    for _ in range(MAX_RECOVERIES):
        lines = _Lines(text, position, line)
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
        try:
            while True:
                lines.begin_row()
                cells = next(reader)
                if any("\0" in cell for cell in cells):
                    yield file.problem("a NUL character; the row is left out", line=lines.row_line)
                elif max(map(len, cells), default=0) > MAX_CELL_CHARS:
                    yield file.problem(f"a cell of more than {MAX_CELL_CHARS:,} characters", line=lines.row_line)
                elif cells:
                    yield lines.row_line, cells
        except StopIteration:
            return
        except (csv.Error, _RowTooLongError) as fault:
            hint = "close the quotes, and double a quote inside a cell" if lines.has_quotes else "split the row"
            position, line, message = _broken(text, lines, delimiter, fault)
            yield file.problem(message, line=line, hint=hint)
            line += 1
    yield file.problem(f"{MAX_RECOVERIES} broken rows; the rest of the file is not read", line=line)


class _Lines:
    """The physical lines of a text, counted, with the current row's first line and length watched."""

    def __init__(self, text: str, position: int, line: int) -> None:
        self._text = text
        self._matches = _LINE.finditer(text, position)
        self.next_line = line
        self.row_line = line
        self.row_start = self.end = position

    @property
    def has_quotes(self) -> bool:
        """Whether the row has any, so that one may be left open."""
        return '"' in self._text[self.row_start : self.end]

    def begin_row(self) -> None:
        """The next line begins a row."""
        self.row_line, self.row_start = self.next_line, self.end

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        match = next(self._matches)
        self.end = match.end()
        self.next_line += 1
        if self.end - self.row_start > MAX_ROW_CHARS:
            raise _RowTooLongError
        return match.group()


def _broken(text: str, lines: _Lines, delimiter: str, fault: Exception) -> tuple[int, int, str]:
    """Where to go on after a broken row (position and line), and what was wrong.

    The guilty line is the one where the last quote opened: a missing quote makes a row swallow its followers.
    """
    opened = _last_opening(text, lines.row_start, lines.end, delimiter)
    line = lines.row_line + len(_LINE.findall(text, lines.row_start, opened + 1)) - 1
    line_end = _LINE.match(text, opened)
    if isinstance(fault, _RowTooLongError) and not lines.has_quotes:
        cells = text.count(delimiter, lines.row_start, lines.end) + 1
        message = f"a row of {lines.end - lines.row_start:,} characters and {cells:,} columns; the row is left out"
    elif isinstance(fault, _RowTooLongError):
        message = f"a row of more than {MAX_ROW_CHARS:,} characters; is a quote left open?"
    elif "unexpected end" in str(fault):
        message = "a quote is opened and never closed"
    elif "field larger" in str(fault):
        message = f"a cell of more than {MAX_CELL_CHARS:,} characters; is a quote left open?"
    else:
        message = "a quote opened here ends in the wrong place"
    return line_end.end() if line_end else len(text), line, message


def _last_opening(text: str, start: int, end: int, delimiter: str) -> int:
    """Position of the last quote that opens a cell, or `start`."""
    inside, opened = False, start
    for run in _QUOTES.finditer(text, start, end):
        quotes = run.end() - run.start()
        if inside:
            # Two quotes inside a cell stand for one.
            inside = quotes % 2 == 0
            if not inside and text[run.end() : run.end() + 1] not in (delimiter, "\n", "\r", ""):
                # It ends in the middle of a cell: this is where the row stops making sense.
                return opened
        elif run.start() == start or text[run.start() - 1] in (delimiter, "\n", "\r"):
            opened = run.start()
            inside = quotes % 2 == 1
    return opened
