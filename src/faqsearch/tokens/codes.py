"""Codes, versions, numbers and addresses: written in Latin letters and digits, kept whole and given in parts.

MeCab cuts `E-203` into three tokens and drops the hyphen; here it is one code with one form for all its
spellings (`e203`), and its parts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_URL = r"(?:https?|ftp)://[A-Za-z0-9.-]+(?::\d+)?(?:/[A-Za-z0-9._~/%+-]*)?(?:\?[A-Za-z0-9._~/%+&=-]*)?(?:#[A-Za-z0-9_-]*)?"
_EMAIL = r"[A-Za-z0-9][A-Za-z0-9._+-]*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"
_NUMBER = r"(?<![A-Za-z0-9.,])\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![0-9])"
# `:` and `/` part words (ON/OFF, 10:30); `-`, `_`, `.`, `'` and `&` join them (Wi-Fi, user_name, iOS17.2, AT&T).
_CODE = r"[A-Za-z0-9]+(?:[-_.'&][A-Za-z0-9]+)*(?:\+\+|[#+](?![A-Za-z0-9]))?"
_PATTERN = re.compile(f"(?P<url>{_URL})|(?P<email>{_EMAIL})|(?P<number>{_NUMBER})|(?P<code>{_CODE})")
_PARTS = re.compile(r"[A-Za-z]+(?:\+\+|[#+])?|\d+(?:\.\d+)*")
_JOINTS = re.compile(r"[-_'&]")
_HUMPS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_PAIR = re.compile(r"(?<![A-Za-z0-9._-])([A-Za-z]{1,20}) (\d{1,6}(?:\.\d+)*)(?![A-Za-z0-9_-])")


@dataclass(frozen=True, slots=True)
class Code:
    """One code in normalized text."""

    start: int
    end: int
    whole: str
    """The code in its one lookup form; empty when only the parts mean something (an address)."""
    parts: tuple[str, ...]
    """Pieces of letters and pieces of digits; empty when the whole is one piece."""

    @property
    def terms(self) -> tuple[str, ...]:
        """What an index stores."""
        return (self.whole, *self.parts) if self.whole else self.parts


def find_codes(text: str) -> Iterator[Code]:
    """Find all codes in normalized text, from left to right."""
    for match in _PATTERN.finditer(text):
        yield _code(match)


def _code(match: re.Match[str]) -> Code:
    written = match[0].lower()
    start, end = match.span()
    if match.lastgroup == "number":
        return Code(start, end, written.replace(",", ""), ())
    if match.lastgroup == "url":
        host, _, path = written.split("://", 1)[1].partition("/")
        return Code(start, end, "", (host, *_pieces(host.removeprefix("www.") + "/" + path)))
    if match.lastgroup == "email":
        return Code(start, end, written, tuple(_pieces(written)))
    whole = _JOINTS.sub("", written)
    parts = tuple(_pieces(written))
    return Code(start, end, whole, () if parts == (whole,) else parts)


def _pieces(written: str) -> list[str]:
    return list(dict.fromkeys(_PARTS.findall(written)))


def find_pairs(text: str) -> Iterator[tuple[int, int, str]]:
    """Find a word and its number, written apart (`Windows 11`): start, end, and the form written together."""
    for match in _PAIR.finditer(text):
        yield match.start(), match.end(), (match[1] + match[2]).lower()


def humps(written: str) -> tuple[str, ...]:
    """Give the words of a name in camel case (`OneDrive` → one, drive); empty when there is only one."""
    words = tuple(word.lower() for word in _HUMPS.findall(written) if len(word) > 1)
    return words if len(words) > 1 and sum(map(len, words)) == len(written) else ()
