"""Text that was decoded wrongly before it reached us: valid characters, meaningless lines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

from faqsearch.sources.blocks import Block, FoldEnd, Text
from faqsearch.sources.interface import Problem, SourceFile

_LOST = "\N{REPLACEMENT CHARACTER}"
_PATTERNS = re.compile(
    _LOST  # a decoder gave up here
    + "|[縺繧繝][^\x00-\x7f縺繧繝]{1,2}[縺繧繝]"  # kana in UTF-8, read as CP932
    "|(?:ã[\x80-\xbf‚ƒ€][\x80-\xbf\u0152-\u2122]?){2}"  # kana in UTF-8, read as Latin-1 or Windows-1252
    "|(?:[ã-é][\x80-\xbf\u0152-\u2122]{0,2}){3}"  # kana and kanji, read likewise; control characters may be gone
    "|(?:[\x82\x83‚ƒ][ -~\xa0-\xff\u0152-\u2122]){3}"  # kana in CP932, read as Latin-1 or Windows-1252
    "|(?:[､･][ｦ-ﾟ｡-･]){3}"  # kana in EUC-JP, read as CP932
    "|ï¿½|鐃緒申|ｿｽ[^ｦ-ﾟ]?ｿｽ"  # the replacement character itself, decoded wrongly once more
)
_TWICE = "".join(
    bytes((lead, trail)).decode("cp932", "ignore") for lead in range(0xE3, 0xEA) for trail in range(0x80, 0xC0)
)
"""Rare kanji whose two bytes in CP932 are the first two of a kana or kanji in UTF-8."""
_SIGNS = re.compile(f"[{_LOST}{_TWICE}ã-éï\x82\x83‚ƒ､･ｿ鐃]")
"""What all of it begins with: looking for one character is ten times faster."""

_SHOWN = 24
_READABLE = 8
"""A line with one lost character in so many, or fewer, says what it says: a warning, and it stays."""


class Garbled(NamedTuple):
    """A line that holds mojibake."""

    line: int
    """1-based."""
    sample: str
    """A piece of it, to show."""
    readable: bool
    """Whether single characters are lost in a line that can be read all the same."""


def mojibake_lines(text: str) -> Iterable[Garbled]:
    """Return the lines of `text` that hold mojibake."""
    return _garbled(text) if _SIGNS.search(text) else ()


def _garbled(text: str) -> Iterator[Garbled]:
    line, counted = 1, 0
    done = 0
    for sign in _SIGNS.finditer(text):
        start = sign.start()
        if start < done or not (_PATTERNS.match(text, start) or _is_utf8_as_cp932(text, start)):
            continue
        line += text.count("\n", counted, start)
        counted = start
        done = text.find("\n", start)
        done = len(text) if done < 0 else done
        whole = text[text.rfind("\n", 0, start) + 1 : done]
        lost = whole.count(_LOST)
        readable = bool(lost) and lost * _READABLE <= len(whole) and not _is_garbled(whole.replace(_LOST, ""))
        yield Garbled(line, text[start : min(done, start + _SHOWN)], readable)


def _is_garbled(line: str) -> bool:
    return any(
        _PATTERNS.match(line, sign.start()) or _is_utf8_as_cp932(line, sign.start()) for sign in _SIGNS.finditer(line)
    )


def _is_utf8_as_cp932(text: str, start: int) -> bool:
    """Whether what begins here is CP932 for the bytes of three kana or kanji in UTF-8: chance hardly ever makes two."""
    if text[start] not in _TWICE:
        return False
    data = text[start : start + 6].encode("cp932", "replace")
    try:
        decoded = data.decode()
    except UnicodeDecodeError as fault:
        decoded = data[: fault.start].decode()
    return len(decoded) > 2 and all("\u3000" <= character <= "\uffee" for character in decoded[:3])


def without_mojibake(file: SourceFile, text: str, problems: list[Problem], *, first_line: int = 1) -> str:
    """Text in which the lines that hold mojibake are empty; nobody can find or read those.

    Args:
        file: Where the text comes from.
        text: Lines that end with line feeds.
        problems: Every line left out is reported here.
        first_line: Number of the first line in the file.
    """
    found = list(mojibake_lines(text))
    if not found:
        return text
    lines = text.split("\n")
    for garbled in found:
        problems.append(mojibake_problem(file, garbled, line=first_line + garbled.line - 1))
        if not garbled.readable:
            # A row of a table stays one, so that the rows below it stay in the table.
            lines[garbled.line - 1] = "|" if lines[garbled.line - 1].lstrip().startswith("|") else ""
    return "\n".join(lines)


def mojibake_problem(
    file: SourceFile, garbled: Garbled, *, line: int | None, page: int | None = None, anchor: str | None = None
) -> Problem:
    """The problem of a line with mojibake: an error where it is left out, a warning where it can be read."""
    message = f"mojibake{'' if garbled.readable else ', the line is left out'}: '{garbled.sample}'"
    return file.problem(
        message,
        line=line,
        page=page,
        anchor=anchor,
        hint="put the original text back",
        severity="warning" if garbled.readable else "error",
    )


def sound_blocks(file: SourceFile, blocks: Iterable[Block], problems: list[Problem]) -> Iterator[Block]:
    """Blocks without the lines that hold mojibake; nobody can find or read those.

    Args:
        file: Where the blocks come from.
        blocks: The blocks.
        problems: Every line left out is reported here.
    """
    for block in blocks:
        if isinstance(block, FoldEnd) or not (found := list(mojibake_lines(block.text))):
            yield block
            continue
        page = getattr(block, "page", None)
        problems += [mojibake_problem(file, garbled, line=block.line, page=page) for garbled in found]
        bad = {garbled.line for garbled in found if not garbled.readable}
        rest = "\n".join(line for number, line in enumerate(block.text.split("\n"), 1) if number not in bad)
        if rest.strip() or not isinstance(block, Text):
            yield replace(block, text=rest)
