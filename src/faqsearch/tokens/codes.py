"""Codes, versions, numbers and addresses: written in Latin letters and digits, kept whole and given in parts.

MeCab cuts `E-203` into three tokens and drops the hyphen; here it is one code with one form for all its
spellings (`e203`), and its parts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from faqsearch.patterns import pattern

STRETCH = pattern(r"[A-Za-z0-9][A-Za-z0-9\-_.'&+#,:/@%?=~]*")
"""A stretch that may hold codes; begins with one set of characters, which is what makes the search fast."""
_URL = (
    r"(?:https?|ftp)://[A-Za-z0-9.-]+(?::\d+)?(?:/[A-Za-z0-9._~/%+-]*)?(?:\?[A-Za-z0-9._~/%+&=-]*)?(?:#[A-Za-z0-9_-]*)?"
)
_EMAIL = r"[A-Za-z0-9][A-Za-z0-9._+-]*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"
_NUMBER = r"(?<![A-Za-z0-9.,])\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![0-9])"
# `:` and `/` part words (ON/OFF, 10:30); `-`, `_`, `.`, `'` and `&` join them (Wi-Fi, user_name, iOS17.2, AT&T).
_CODE = r"[A-Za-z0-9]+(?:[-_.'&][A-Za-z0-9]+)*(?:\+\+|[#+](?![A-Za-z0-9]))?"
_PATTERN = pattern(f"(?P<url>{_URL})|(?P<email>{_EMAIL})|(?P<number>{_NUMBER})|(?P<code>{_CODE})")
_PARTS = pattern(r"[a-z]+(?:\+\+|[#+])?|\d+(?:\.\d+)*")
_JOINTS = pattern(r"[-_'&]")
_HUMPS = pattern(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


@dataclass(frozen=True, slots=True)
class Code:
    """One code in normalized text."""

    start: int
    end: int
    whole: str
    """The code in its one lookup form; empty when only the parts mean something (an address)."""
    parts: tuple[str, ...]
    """Pieces of letters and pieces of digits; empty when the whole is one piece."""


def find_codes(text: str) -> Iterator[Code]:
    """Find all codes in normalized text, from left to right."""
    for stretch in STRETCH.finditer(text):
        written = stretch[0]
        if written.isalpha() or written.isdigit():
            yield Code(stretch.start(), stretch.end(), written.lower(), ())
            continue
        for match in _PATTERN.finditer(text, *stretch.span()):
            yield Code(*match.span(), *_forms(match.lastgroup, match[0].lower()))


def find_pairs(text: str, codes: list[Code], *, of_words: bool) -> Iterator[tuple[int, int, str]]:
    """Find a word and its number, written apart (`Windows 11`): start, end, and the form written together.

    Args:
        text: Normalized text.
        codes: Its codes.
        of_words: Whether to find two words as well (`One Drive`); an index would drown in them.
    """
    for word, other in pairwise(codes):
        if other.start - word.end == 1 and text[word.end] == " " and word.whole.isalpha() and not other.parts:
            number = other.whole[:1].isdigit()
            if number or (of_words and other.whole.isalpha()):
                yield word.start, other.end, word.whole + other.whole


def humps(written: str) -> tuple[str, ...]:
    """Give the words of a name in camel case (`OneDrive` → one, drive); empty when there is only one."""
    words = tuple(word.lower() for word in _HUMPS.findall(written) if len(word) > 1)
    return words if len(words) > 1 and sum(map(len, words)) == len(written) else ()


@lru_cache(maxsize=50_000)
def _forms(kind: str | None, written: str) -> tuple[str, tuple[str, ...]]:
    """Give whole and parts of a code in lower case."""
    if kind == "number":
        return written.replace(",", ""), ()
    if kind == "url":
        host, _, path = written.split("://", 1)[1].partition("/")
        return "", (host, *_pieces(host.removeprefix("www.") + "/" + path))
    if kind == "email":
        return written, _pieces(written)
    whole = _JOINTS.sub("", written)
    return whole, tuple(part for part in _pieces(written) if part != whole)


def _pieces(written: str) -> tuple[str, ...]:
    # A single letter of a code is no word: the E of E-203 is in every code of its series.
    return tuple(dict.fromkeys(part for part in _PARTS.findall(written) if len(part) > 1 or part.isdigit()))
