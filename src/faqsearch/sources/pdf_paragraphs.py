"""From lines to paragraphs: lines that a full column broke are joined, the Japanese way where they are Japanese."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from statistics import median

from faqsearch.sources.blocks import Block, Heading, Text
from faqsearch.sources.joining import join
from faqsearch.sources.pdf_headings import Place
from faqsearch.sources.pdf_layout import Line
from faqsearch.sources.questions import answer_label, question_label

_ITEM = re.compile(
    r"^(?:[・●■◆◇○□▼▲※*•‣\-–—][\s\u3000]?|[①-⑳]|[(（]?[0-9０-９]{1,3}[)）.．]|[(（][a-zア-ンイロハ][)）]|【|第[0-9０-９一二三四五六七八九十]+)"
)
_ENDS = re.compile(r"[。．！？!?：:」』）)]$")
_APART = 1.45
"""Times the usual distance between lines from which on there is a new paragraph."""

_FAR = 2.4
"""Times the height of the type up to which a sentence goes on in the next line."""


def paragraphs(pages: Sequence[list[Line]], headings: Mapping[Place, Heading]) -> Iterator[Block]:
    """The blocks of a document; a paragraph goes on over the end of a page when its sentence does."""
    pending: list[str] = []
    page = 1
    last: Line | None = None
    for page_index, lines in enumerate(pages):
        pitch = _pitch(lines)
        # Bookmarks whose titles the page does not show stand before its first line.
        above = -1
        while (heading := headings.get((page_index, above))) is not None:
            yield from _ended(pending, page)
            yield heading
            last = None
            above -= 1
        for index, line in enumerate(lines):
            if (found := headings.get((page_index, index))) is not None:
                yield from _ended(pending, page)
                if found.text:
                    yield found
                last = None
                continue
            if pending and last is not None and not _belongs(last, line, pitch):
                yield from _ended(pending, page)
            if not pending:
                page = line.page
                pending.append(line.text)
            elif last is not None and _goes_on(last, line):
                pending[-1] = join(pending[-1], line.text)
            else:
                pending.append(line.text)
            last = line
    yield from _ended(pending, page)


def _ended(pending: list[str], page: int) -> Iterator[Text]:
    if pending:
        yield Text("\n".join(pending), page=page)
        pending.clear()


def _pitch(lines: list[Line]) -> float:
    """The usual distance from line to line."""
    steps = [
        before.bottom - line.bottom
        for before, line in pairwise(lines)
        if 0 < before.bottom - line.bottom < 4 * line.height
    ]
    return median(steps) if steps else 0.0


def _belongs(before: Line, line: Line, pitch: float) -> bool:
    """Whether a line is of the same paragraph, list or table as the one before."""
    if before.page != line.page or before.bottom < line.bottom:
        # A new page or column: only an unfinished sentence goes on there.
        return _goes_on(before, line)
    step = before.bottom - line.bottom
    if step <= _FAR * line.height and not _ENDS.search(before.text) and _goes_on(before, line):
        return True  # tables with narrow lines make the usual distance too small for wide ones
    return step <= max(_APART * pitch, 1.2 * line.height) and abs(before.size - line.size) < 0.15 * before.size


def _goes_on(before: Line, line: Line) -> bool:
    """Whether the break between two lines only wraps."""
    if before.is_row or line.is_row or not before.is_full or abs(before.size - line.size) > 0.15 * before.size:
        return False
    if _ITEM.match(line.text) or question_label(line.text) or answer_label(line.text):
        return False
    # A first line is set in by one character; after a finished sentence that begins a paragraph.
    set_in = line.x0 - line.left > 0.7 * line.height and before.x0 - before.left < 0.4 * before.height
    return not (set_in and _ENDS.search(before.text))
