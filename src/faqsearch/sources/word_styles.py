"""What a paragraph style of Word is for: heading, title, table of contents; and which list it counts in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from docx.oxml.ns import qn

_HEADING = re.compile(r"^(?:heading|見出し|標題|表題レベル)\s*([1-9１-９])(?:\s|$)", re.IGNORECASE)
_TITLE = frozenset(("title", "表題", "タイトル"))
_CONTENTS = re.compile(
    r"^(?:toc|目次|table of figures|図表目次|index|索引)(?:\s|\d|$|の?見出し)|toc heading", re.IGNORECASE
)
_DEEPEST = 20


@dataclass(frozen=True, slots=True)
class Style:
    """What matters of a paragraph's style."""

    level: int | None = None
    """Level of the heading, 1 to 9; None for other text."""
    is_title: bool = False
    is_contents: bool = False
    list_id: str | None = None
    list_level: int = 0


class Styles:
    """The styles of a document, with what they inherit."""

    def __init__(self, styles: Any) -> None:
        """Read the styles.

        Args:
            styles: Root of styles.xml, or None.
        """
        self._elements = (
            {} if styles is None else {s.get(qn("w:styleId")): s for s in styles.iterchildren(qn("w:style"))}
        )
        self._known: dict[str, Style] = {}

    def of(self, paragraph: Any) -> Style:
        """The style of a paragraph; what the paragraph says itself goes first."""
        properties = paragraph.find(qn("w:pPr"))
        name = _value(properties, "w:pStyle") or ""
        if name not in self._known:
            self._known[name] = self._read(name)
        style = self._known[name]
        if properties is None:
            return style
        level = _level(properties)
        list_id, list_level = _list(properties)
        return Style(
            style.level if level is None else level or None,
            style.is_title,
            style.is_contents,
            style.list_id if list_id is None else list_id,
            style.list_level if list_level is None else list_level,
        )

    def _read(self, name: str) -> Style:
        level: int | None = None
        list_id: str | None = None
        list_level: int | None = None
        is_title = is_contents = False
        for _ in range(_DEEPEST):
            element = self._elements.get(name)
            if element is None:
                break
            shown = _value(element, "w:name") or name
            if level is None and (match := _HEADING.match(shown)):
                level = int(match.group(1))
            is_title = is_title or shown.lower() in _TITLE
            is_contents = is_contents or _CONTENTS.search(shown) is not None
            properties = element.find(qn("w:pPr"))
            if properties is not None:
                level = _level(properties) if level is None else level
                own_id, own_level = _list(properties)
                list_id = own_id if list_id is None else list_id
                list_level = own_level if list_level is None else list_level
            name = _value(element, "w:basedOn") or ""
        if list_level is None:
            list_level = (level or 1) - 1
        return Style(level or None, is_title, is_contents, list_id, list_level)


def _level(properties: Any) -> int | None:
    """Outline level from 1; 0 for what says that it is body text, None for what says nothing."""
    value = _value(properties, "w:outlineLvl")
    if value is None or not value.isdecimal():
        return None
    return int(value) + 1 if int(value) < 9 else 0


def _list(properties: Any) -> tuple[str | None, int | None]:
    numbered = properties.find(qn("w:numPr"))
    if numbered is None:
        return None, None
    level = _value(numbered, "w:ilvl")
    return _value(numbered, "w:numId"), int(level) if level and level.isdecimal() and len(level) < 3 else None


def _value(parent: Any, name: str) -> str | None:
    child = None if parent is None else parent.find(qn(name))
    value: str | None = None if child is None else child.get(qn("w:val"))
    return value
