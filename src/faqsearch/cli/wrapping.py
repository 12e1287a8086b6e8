"""Lines of a width: how many columns a text takes, and where a Japanese line may break."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from unicodedata import category, east_asian_width

# 禁則処理 (JIS X 4051), the part that shows in a terminal: these do not begin, and those do not end, a line.
_NOT_FIRST = frozenset(
    "、。，．・：；？！゛゜ヽヾゝゞ々ー’”）〕］｝〉》」』】…‥〜～％%,.:;?!)]}ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ"
)
_NOT_LAST = frozenset("‘“（〔［｛〈《「『【([{￥＄$")


@lru_cache(maxsize=4096)
def _columns(character: str) -> int:
    if category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if east_asian_width(character) in "WF" else 1


def width(text: str) -> int:
    """Return the columns `text` takes in a terminal: 2 for full-width characters, 0 for combining marks."""
    return len(text) if text.isascii() else sum(map(_columns, text))


def wrap(text: str, columns: int) -> list[tuple[int, int]]:
    """Return (start, end) of each line of `text`, each at most `columns` wide.

    Lines break between Japanese characters, after spaces, and where the text itself does; Latin words, numbers and
    codes stay whole when they fit a line. Spaces at a break belong to no line.
    """
    lines = []
    start = 0
    for paragraph in text.split("\n"):
        lines.extend(_wrap(text, start, start + len(paragraph), columns))
        start += len(paragraph) + 1
    return lines


def _wrap(text: str, start: int, end: int, columns: int) -> list[tuple[int, int]]:
    lines = []
    used, place, last_break = 0, start, start
    while place < end:
        taken = _columns(text[place]) if text[place] != "\t" else 4
        while used + taken > columns and place > start and text[place] != " ":
            cut = last_break if last_break > start else place
            lines.append((start, cut - (len(text[start:cut]) - len(text[start:cut].rstrip(" ")))))
            start = last_break = cut
            used = width(text[start:place])
        used += taken
        place += 1
        if place < end and _may_break(text[place - 1], text[place]):
            last_break = place
    return [*lines, (start, end)]


def _may_break(before: str, after: str) -> bool:
    if before in _NOT_LAST or after in _NOT_FIRST or after == " " or _columns(after) == 0:
        return False
    return before == " " or _columns(before) == 2 or _columns(after) == 2


def shorten(text: str, columns: int) -> str:
    """Return the first line of `text`, ending in … when it had to be cut to `columns`."""
    line = text.split("\n", 1)[0]
    if width(line) <= columns and line == text:
        return line
    used, kept = 1, 0
    for character in line:
        used += _columns(character)
        if used > columns:
            break
        kept += 1
    return line[:kept].rstrip() + "…"


def fill(items: Iterable[str], columns: int) -> list[str]:
    """Return lines of `items`, two spaces apart, each item on one line when it fits."""
    lines: list[str] = []
    for item in items:
        if lines and width(lines[-1]) + 2 + width(item) <= columns:
            lines[-1] += f"  {item}"
        else:
            lines.append(item)
    return lines


def as_many(items: Sequence[str], columns: int) -> str:
    """Return the first of `items` that fit into `columns`, two spaces apart, then … when some did not."""
    lines = fill(items, columns)
    if len(lines) < 2:
        return shorten("".join(lines), columns)
    return f"{shorten(fill(items, columns - 3)[0], columns - 3)}  …"
