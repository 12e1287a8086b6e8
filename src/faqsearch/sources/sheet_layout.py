"""What a worksheet says beside its cells: merged ranges, and rows and columns that are hidden."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import IO

from lxml import etree

_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7}):\$?([A-Z]{1,3})\$?(\d{1,7})")
_MOST_MERGES = 200_000


@dataclass(frozen=True, slots=True)
class Merge:
    """A merged range, 1-based and inclusive."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(slots=True)
class SheetLayout:
    """The layout of one sheet."""

    merges: list[Merge] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)


def read_layout(part: IO[bytes], *, last_column: int) -> SheetLayout:
    """Read the layout out of the XML of a sheet, without keeping its cells.

    Args:
        part: The XML.
        last_column: Columns beyond it are of no interest.

    Raises:
        etree.XMLSyntaxError: the XML is damaged.
    """
    layout = SheetLayout()
    tags = ("{*}row", "{*}mergeCell", "{*}col")
    number = 0
    for _, element in etree.iterparse(part, events=("end",), tag=tags, resolve_entities=False, no_network=True):
        kind = etree.QName(element).localname
        if kind == "row":
            # Rows may leave out their number; then each is the one after the last.
            number = _whole(element.get("r")) or number + 1
            if element.get("hidden") in ("1", "true"):
                layout.hidden_rows.add(number)
        elif kind == "col" and element.get("hidden") in ("1", "true"):
            first, last = _whole(element.get("min")), _whole(element.get("max"))
            layout.hidden_columns.update(range(max(first, 1), min(last, last_column) + 1))
        elif (
            kind == "mergeCell"
            and (match := _REFERENCE.fullmatch(element.get("ref", "")))
            and len(layout.merges) < _MOST_MERGES
        ):
            layout.merges.append(Merge(int(match[2]), _column(match[1]), int(match[4]), _column(match[3])))
        element.clear()
        while element.getprevious() is not None:
            del element.getparent()[0]
    return layout


def _whole(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 9 else 0


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
