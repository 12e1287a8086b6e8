"""Which lines of a PDF are headings: those its outline names, else those in larger type or numbered and bold."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from faqsearch.sources.blocks import Heading
from faqsearch.sources.pdf_layout import Line

_LARGER = 1.12
_LONGEST = 80
_NUMBER = re.compile(
    r"^(?:第\s*[0-9０-９一二三四五六七八九十百]{1,4}\s*[部編章節条項]|(?:[0-9０-９]{1,3}[.．\-－])*[0-9０-９]{1,3}[.．]?(?=[\s\u3000]|[^\d.．%％]))"
)
_UNITS = "部編章節条項"
_BULLET = re.compile(r"^[・●■◆◇○□▼▲※*\-–—]")
_NOT_WORD = re.compile(r"[\W_]+")
_FIRST_LEVEL = 6


@dataclass(frozen=True, slots=True)
class OutlineEntry:
    """A bookmark."""

    title: str
    level: int
    page: int


Place = tuple[int, int]
"""Page and line, both from 0."""


def find_pdf_headings(pages: Sequence[list[Line]], outline: Sequence[OutlineEntry]) -> dict[Place, Heading]:
    """The headings of a document by where they stand; one may stand at -1, before the first line of its page.

    Lines that a heading takes up besides its first have an empty heading at their place.
    """
    if len(outline) > 1 and (found := _by_outline(pages, outline)):
        return found
    return _by_type(pages)


def _by_outline(pages: Sequence[list[Line]], outline: Sequence[OutlineEntry]) -> dict[Place, Heading]:
    found: dict[Place, Heading] = {}
    at_top: Counter[int] = Counter()
    numbers = {lines[0].page: index for index, lines in enumerate(pages) if lines}
    for entry in outline:
        page = numbers.get(entry.page)
        if page is None:
            continue
        heading = Heading(entry.title, entry.level, page=entry.page)
        place = _find(pages[page], _bare(entry.title), {line for at, line in found if at == page})
        if place:
            found[page, place[0]] = heading
            for line in place[1:]:
                found[page, line] = Heading("", 0)
        else:
            at_top[page] += 1
            found[page, -at_top[page]] = heading
    return found


def _find(lines: list[Line], title: str, taken: set[int]) -> list[int]:
    """The lines that a title takes up; none when the page does not show it."""
    for index, line in enumerate(lines):
        text = _bare(line.text)
        if index in taken or not text or not title:
            continue
        if text == title or (len(text) >= 4 and title.endswith(text)) or (len(title) >= 4 and text.endswith(title)):
            return [index] if len(text) <= len(title) + 8 else []
        place = [index]
        while title.startswith(text) and len(text) < len(title) and place[-1] + 1 < len(lines) and len(place) < 4:
            place.append(place[-1] + 1)
            text += _bare(lines[place[-1]].text)
            if text == title:
                return place
    return []


def _bare(text: str) -> str:
    return _NOT_WORD.sub("", unicodedata.normalize("NFKC", text)).casefold()


def _by_type(pages: Sequence[list[Line]]) -> dict[Place, Heading]:
    sizes: Counter[float] = Counter()
    weights: Counter[bool] = Counter()
    for lines in pages:
        for line in lines:
            sizes[line.size] += len(line.text)
            weights[line.bold] += len(line.text)
    if not sizes:
        return {}
    body = sizes.most_common(1)[0][0]
    bold_stands_out = weights[True] * 4 < weights[False]
    found: dict[Place, tuple[Line, tuple[float, int]]] = {}
    for page, lines in enumerate(pages):
        for index, line in enumerate(lines):
            larger = line.size >= body * _LARGER
            numbered = line.bold and bold_stands_out and _NUMBER.match(line.text) is not None
            if (larger or numbered) and _may_be_heading(line):
                found[page, index] = (line, (line.size, -_depth(line.text)))
    if not found or 5 * len(found) > 3 * sum(map(len, pages)):
        return {}
    # Of two sizes the larger is above; of one size, 1. is above 1.1.
    looks = sorted({look for _, look in found.values()}, reverse=True)
    levels = {look: min(rank, _FIRST_LEVEL) for rank, look in enumerate(looks, 1)}
    headings: dict[Place, Heading] = {}
    for (page, index), (line, look) in found.items():
        before = found.get((page, index - 1))
        if before is not None and _goes_on(before[0], line):
            # The second line of a long heading.
            first = index - 1
            while headings[page, first].level == 0:
                first -= 1
            heading = headings[page, first]
            headings[page, first] = Heading(f"{heading.text}{line.text}", heading.level, page=heading.page)
            headings[page, index] = Heading("", 0)
        else:
            headings[page, index] = Heading(line.text, levels[look], page=line.page)
    return headings


def _may_be_heading(line: Line) -> bool:
    text = line.text
    return (
        len(text) <= _LONGEST
        and not line.is_row
        and not text.endswith(("。", "、", "，", ","))
        and not _BULLET.match(text)
        and any(character.isalpha() for character in text)
    )


def _goes_on(before: Line, line: Line) -> bool:
    close = before.bottom - line.top < 0.6 * line.height
    return close and before.size == line.size and before.is_full and not _NUMBER.match(line.text)


def _depth(text: str) -> int:
    match = _NUMBER.match(text)
    if match is None:
        return 0
    number = unicodedata.normalize("NFKC", match.group()).strip(" .-")
    if number[-1] in _UNITS:
        return _UNITS.index(number[-1])
    return 10 + len(re.findall(r"[.\-]", number))
