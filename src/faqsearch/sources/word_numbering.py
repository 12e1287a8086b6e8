"""Numbers that Word shows before paragraphs and does not store in them: `第1章`, `1.2`, `(ア)`, `①`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from docx.oxml.ns import qn

_KANJI = "〇一二三四五六七八九"
_IROHA = "イロハニホヘトチリヌルヲワカヨタレソツネナラムウヰノオクヤマケフコエテアサキユメミシヱヒモセスン"
_AIUEO = "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲン"
_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"))
_ROMAN_DIGITS = ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix")
_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
_PLACE = re.compile(r"%([1-9])")
_LEVELS = 9


@dataclass(frozen=True, slots=True)
class _Level:
    start: int
    form: str
    text: str


class Numbering:
    """Counts the numbered paragraphs of a document in their order."""

    def __init__(self, numbering: Any) -> None:
        """Read the lists a document defines.

        Args:
            numbering: Root of numbering.xml, or None when there is none.
        """
        self._lists: dict[str, tuple[str, dict[int, _Level]]] = {}
        self._restarts: dict[str, dict[int, int]] = {}
        self._counts: dict[str, list[int | None]] = {}
        if numbering is None:
            return
        levels = {
            abstract.get(qn("w:abstractNumId")): _levels(abstract)
            for abstract in numbering.iterchildren(qn("w:abstractNum"))
        }
        for number in numbering.iterchildren(qn("w:num")):
            name = _value(number, "w:abstractNumId")
            own = number.get(qn("w:numId"))
            if own is None or name is None or name not in levels:
                continue
            found = dict(levels[name])
            for override in number.iterchildren(qn("w:lvlOverride")):
                level = _whole(override.get(qn("w:ilvl")))
                found.update(_levels(override))
                start = _value(override, "w:startOverride")
                if start is not None:
                    self._restarts.setdefault(own, {})[level] = _whole(start)
            self._lists[own] = (name, found)

    def next(self, list_id: str, level: int) -> str:
        """The mark of the next paragraph of a list; empty when the list shows none."""
        name, levels = self._lists.get(list_id, ("", {}))
        if level not in levels or not 0 <= level < _LEVELS:
            return ""
        counts = self._counts.setdefault(name, [None] * _LEVELS)
        restart = self._restarts.get(list_id, {}).pop(level, None)
        before = counts[level]
        counts[level] = restart if restart is not None else levels[level].start if before is None else before + 1
        counts[level + 1 :] = [None] * (_LEVELS - level - 1)
        shown = levels[level]
        if shown.form == "bullet":
            return "-"
        if shown.form == "none":
            return ""

        def number(match: re.Match[str]) -> str:
            other = int(match.group(1)) - 1
            count = counts[other]
            form = levels[other].form if other in levels else "decimal"
            return _shown(levels[other].start if count is None and other in levels else count or 1, form)

        return _PLACE.sub(number, shown.text).strip()


def _levels(parent: Any) -> dict[int, _Level]:
    return {
        _whole(level.get(qn("w:ilvl"))): _Level(
            _whole(_value(level, "w:start") or "1"),
            _value(level, "w:numFmt") or "decimal",
            (_value(level, "w:lvlText") or "")[:100],
        )
        for level in parent.iterchildren(qn("w:lvl"))
    }


def _value(parent: Any, name: str) -> str | None:
    child = parent.find(qn(name))
    value: str | None = None if child is None else child.get(qn("w:val"))
    return value


def _whole(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 7 else 0


def _shown(number: int, form: str) -> str:
    """A number in the form that a list asks for."""
    if form in ("upperLetter", "lowerLetter"):
        letters = chr(ord("a") + (number - 1) % 26) * min((number - 1) // 26 + 1, 5)
        return letters.upper() if form == "upperLetter" else letters
    if form in ("upperRoman", "lowerRoman"):
        return _roman(number).upper() if form == "upperRoman" else _roman(number)
    if form in ("decimalEnclosedCircle", "decimalEnclosedCircleChinese") and 1 <= number <= 20:
        return chr(ord("①") + number - 1)
    if form.startswith("aiueo"):
        return _AIUEO[(number - 1) % len(_AIUEO)]
    if form.startswith("iroha"):
        return _IROHA[(number - 1) % len(_IROHA)]
    if (
        form in ("japaneseCounting", "ideographDigital", "japaneseDigitalTenThousand", "chineseCounting")
        and number < 100
    ):
        tens, ones = divmod(number, 10)
        head = "" if not tens else "十" if tens == 1 else f"{_KANJI[tens]}十"
        return head + (_KANJI[ones] if ones or not tens else "")
    if form in ("decimalFullWidth", "decimalFullWidth2"):
        return str(number).translate(_FULL_WIDTH)
    return f"{number:02}" if form == "decimalZero" else str(number)


def _roman(number: int) -> str:
    letters = ""
    for worth, letter in _ROMAN:
        while number >= worth and len(letters) < 20:
            letters += letter
            number -= worth
    return letters + _ROMAN_DIGITS[number % 10]
