"""Undoing line breaks that only wrap: Japanese joins without a space, other words with one."""

from __future__ import annotations

import re
import unicodedata

_BREAK = re.compile(r"[ \t]*[\r\n][ \t\r\n]*")
_HYPHENATED = re.compile(r"[a-zA-Z]{2}-$")


def is_wide(character: str) -> bool:
    """Whether a character belongs to a script that is written without spaces."""
    return unicodedata.east_asian_width(character) in "WFH"


def join(before: str, after: str) -> str:
    """Two lines as one."""
    if not before or not after or is_wide(before[-1]) or is_wide(after[0]) or before[-1].isspace():
        return before + after
    if _HYPHENATED.search(before) and after[0].islower():
        return before[:-1] + after
    return f"{before} {after}"


def unwrap(text: str) -> str:
    """A paragraph whose line breaks mean nothing, as one line."""
    pieces = _BREAK.split(text)
    joined = pieces[0]
    parts = [joined]
    for piece in pieces[1:]:
        last = parts[-1][-1:] or " "
        if piece:
            parts.append(piece if is_wide(last) or is_wide(piece[0]) or last.isspace() else f" {piece}")
    return "".join(parts)
