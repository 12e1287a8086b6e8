"""Numbers and dates of a spreadsheet the way its number format shows them: `0012`, `1,980円`, `2026/4/1`."""

from __future__ import annotations

import datetime as dt
import re
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|\[(?P<bracket>[^\[\]]*)\]|_.|\*.'
    r"|(?P<noon>AM/PM|A/P)|(?P<era>g{1,3})|(?P<unit>yyyy|yy|e{1,2}|m{1,5}|d{1,4}|a{3,4}|h{1,2}|s{1,2}(?:\.0+)?)"
    r"|(?P<plain>.)",
    re.IGNORECASE | re.DOTALL,
)
_LITERAL = re.compile(r'"([^"]*)"|\\(.)|_.|\*.|\[(?:\$([^\[\]-]*)[^\[\]]*|[^\[\]]*)\]', re.DOTALL)
_DIGITS = re.compile(r"[#0?][#0?,]*(?:\.[#0?]*)?|\.[#0?]+")
_WEEKDAYS = "月火水木金土日"
_ERAS = (
    (dt.date(2019, 5, 1), "令和", "R"),
    (dt.date(1989, 1, 8), "平成", "H"),
    (dt.date(1926, 12, 25), "昭和", "S"),
    (dt.date(1912, 7, 30), "大正", "T"),
    (dt.date(1868, 1, 25), "明治", "M"),
)
_AS_SET_UP = {
    # Formats whose look is the machine's: what a Japanese Excel shows.
    "mm-dd-yy": "yyyy/m/d",
    "m/d/yy h:mm": "yyyy/m/d h:mm",
    "m/d/yy": "yyyy/m/d",
}
_LONGEST_FORMAT = 255


def shown(value: Any, number_format: str) -> str:
    """The text of a cell.

    Args:
        value: What the cell holds.
        number_format: Its format as Excel writes it.
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    sections = [] if len(number_format) > _LONGEST_FORMAT else _sections(_AS_SET_UP.get(number_format, number_format))
    if isinstance(value, (dt.date, dt.time)):
        return _date(value, sections[0] if sections else "yyyy/m/d")
    if isinstance(value, dt.timedelta):
        return str(value)
    if isinstance(value, (int, float)):
        return _number(value, sections)
    return str(value)


@lru_cache(maxsize=256)
def _sections(number_format: str) -> list[str]:
    """The parts between semicolons: for positive numbers, negative ones, zero and text."""
    sections, quoted = [""], False
    for character in number_format:
        quoted ^= character == '"'
        if character == ";" and not quoted:
            sections.append("")
        else:
            sections[-1] += character
    return sections


def _number(value: float, sections: list[str]) -> str:
    # 15 digits are what a spreadsheet keeps; more would show that 0.1 is not a tenth.
    plain = format(value, ".15g") if isinstance(value, float) else str(value)
    section = sections[0] if sections else ""
    negative = value < 0
    if negative and len(sections) > 1:
        section, negative = sections[1], False
    elif value == 0 and len(sections) > 2:
        section = sections[2]
    bare = _LITERAL.sub(lambda match: "\0" * len(match.group()), section)
    digits = _DIGITS.search(bare)
    if digits is None or "general" in bare.lower() or re.search(r"[eE][+-]|/", bare):
        return plain
    try:
        number = abs(Decimal(plain))
    except InvalidOperation:
        return plain
    number *= 100 ** min(bare.count("%"), 2)
    whole, _, decimals = digits.group().partition(".")
    stripped = whole.rstrip(",")
    number /= 1000 ** min(len(whole) - len(stripped), 4)
    try:
        rounded = number.quantize(Decimal(1).scaleb(-len(decimals)), ROUND_HALF_UP)
    except InvalidOperation:
        return plain
    before, _, after = format(rounded, "f").partition(".")
    before = before.rjust(sum(sign == "0" for sign in stripped), "0")
    if not any(sign == "0" for sign in stripped) and before == "0" and after:
        before = ""
    if "," in stripped:
        before = f"{int(before or 0):,}".rjust(len(before), "0")
    while after and decimals[len(after) - 1] != "0" and after.endswith("0"):
        after = after[:-1]
    text = f"{before}.{after}" if after else before
    head, tail = _literals(section[: digits.start()]), _literals(section[digits.end() :])
    return f"{'-' if negative else ''}{head}{text}{tail}".strip()


def _literals(section: str) -> str:
    """What a format writes around the digits."""
    return _LITERAL.sub(lambda match: next(filter(None, match.groups()), ""), section)


def _date(value: dt.date | dt.time, section: str) -> str:
    tokens = _tokens(section)
    twelve = any(token["noon"] for token in tokens)
    clock = False
    pieces = []
    for index, token in enumerate(tokens):
        unit = (token["unit"] or "").lower()
        if unit.startswith("m") and (clock or _seconds_follow(tokens[index + 1 :])) and len(unit) <= 2:
            pieces.append(_padded(getattr(value, "minute", 0), unit))
        elif unit:
            clock = unit[0] == "h" or (clock and unit[0] == "s")
            pieces.append(_unit(value, unit, twelve=twelve))
        elif token["era"]:
            pieces.append(_era(value, len(token["era"])))
        elif token["noon"]:
            pieces.append("AM" if getattr(value, "hour", 0) < 12 else "PM")
        else:
            clock = clock and (token["plain"] or "") in ": "
            pieces.append(token["quoted"] or token["escaped"] or token["plain"] or "")
    return "".join(pieces).partition(";")[0].strip() or str(value)


@lru_cache(maxsize=256)
def _tokens(section: str) -> list[re.Match[str]]:
    return list(_TOKEN.finditer(section))


def _seconds_follow(tokens: list[re.Match[str]]) -> bool:
    following = next((token["unit"] for token in tokens if token["unit"]), None)
    return following is not None and following[0] in "sS"


def _unit(value: dt.date | dt.time, unit: str, *, twelve: bool) -> str:
    kind = unit[0]
    if kind in "hs":
        hour = getattr(value, "hour", 0)
        return _padded((hour % 12 or 12) if twelve else hour, unit) if kind == "h" else _padded(_second(value), unit)
    if not isinstance(value, dt.date):
        return ""
    if kind == "y":
        return f"{value.year:04}" if len(unit) > 2 else f"{value.year % 100:02}"
    if kind == "e":
        return _padded(_era_year(value), unit)
    if kind == "a" or len(unit) > 2:
        return _named(value, unit)
    return _padded(value.month if kind == "m" else value.day, unit)


def _named(value: dt.date, unit: str) -> str:
    """Weekdays and months by name."""
    if unit[0] == "a":
        return _WEEKDAYS[value.weekday()] + ("曜日" if len(unit) == 4 else "")
    if unit[0] == "d":
        return value.strftime("%a" if len(unit) == 3 else "%A")
    return value.strftime("%b" if len(unit) == 3 else "%B")


def _second(value: dt.date | dt.time) -> int:
    second: int = getattr(value, "second", 0)
    return second


def _padded(number: int, unit: str) -> str:
    return f"{number:02}" if len(unit) > 1 else str(number)


def _day(value: dt.date) -> dt.date:
    return value.date() if isinstance(value, dt.datetime) else value


def _era(value: dt.date | dt.time, letters: int) -> str:
    if isinstance(value, dt.date):
        for begun, name, initial in _ERAS:
            if _day(value) >= begun:
                return (initial, name[0], name)[letters - 1]
    return ""


def _era_year(value: dt.date) -> int:
    return next((value.year - begun.year + 1 for begun, _, _ in _ERAS if _day(value) >= begun), value.year)
