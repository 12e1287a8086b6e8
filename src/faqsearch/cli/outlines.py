"""What the table of contents and the index of terms look like: indented titles, and ids in a column of their own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from faqsearch.cli.render import Look
from faqsearch.cli.terminal import printable
from faqsearch.cli.wrapping import shorten, width

if TYPE_CHECKING:
    from faqsearch.contents import Contents
    from faqsearch.documents import Document
    from faqsearch.keyterms import KeyTerm

_INDENT = 2


def contents_lines(tables: Iterable[Contents], depth: int | None, look: Look) -> Iterator[str]:
    """Yield, for each source, its path and its headings down to `depth` (1 is the top), each with its id."""
    for number, table in enumerate(tables):
        if number:
            yield ""
        yield look.bold(printable(table.source))
        rows = [
            (_INDENT * (level + 1), below.title, below.document)
            for entry in table.entries
            for level, below in entry.walk()
            if depth is None or level < depth
        ]
        yield from _rows(rows, look)


def term_lines(terms: Sequence[KeyTerm], look: Look) -> Iterator[str]:
    """Yield the groups of an index, their terms, and below each the documents that treat it."""
    for number, (group, entries) in enumerate(groupby(terms, key=lambda term: term.group)):
        if number:
            yield ""
        yield look.bold(group)
        for term in entries:
            yield " " * _INDENT + printable(term.term)
            yield from _rows([(2 * _INDENT, _way(section), section.id) for section in term.sections], look)


def _way(document: Document) -> str:
    """A heading that many pages have says nothing without the page."""
    heading = document.source.heading
    return f"{document.question} < {heading[0]}" if len(heading) > 1 else document.question


def _rows(rows: Sequence[tuple[int, str, str | None]], look: Look) -> Iterator[str]:
    """Yield titles with their ids below each other; a title is shortened to its half of the line, an id never."""
    widest = max((indent + width(printable(title)) for indent, title, _ in rows), default=0)
    column = min(widest, look.columns // 2)
    for indent, title, document in rows:
        if document is None:
            yield " " * indent + shorten(printable(title), look.columns - indent)
            continue
        shown = " " * indent + shorten(printable(title), max(column - indent, 4 * _INDENT))
        yield f"{shown}{' ' * (column - width(shown))}  {look.faint(printable(document))}"
