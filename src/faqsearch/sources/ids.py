"""Ids for documents whose source gives none: the same again whatever else is added, removed or moved."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter

_LONGEST_SLUG = 100
_LONGEST_PATH = 200
_NOT_IN_SLUG = re.compile(r"[^\w\s\-.]+")
_SPACE = re.compile(r"[\s_]+")


def content_id(name: str, question: str, answer: str) -> str:
    """`faq.csv#3f2a91c0b7d2`: file and a hash of what the row says.

    48 bits: in a file of 100,000 rows the odds that two different rows meet are 1 in 50,000, and then the second
    is counted as a repetition, not lost.
    """
    said = f"{unicodedata.normalize('NFC', question)}\0{unicodedata.normalize('NFC', answer)}"
    return f"{name}#{hashlib.sha256(said.encode('utf-8', 'surrogatepass')).hexdigest()[:12]}"


def slug(heading: str) -> str:
    """A heading as part of an id, the way web pages make anchors: `電源が 入らない！` gives `電源が-入らない`."""
    plain = _NOT_IN_SLUG.sub("", unicodedata.normalize("NFC", heading)).strip().lower()
    short = _SPACE.sub("-", plain)
    if len(short) > _LONGEST_SLUG:
        short = f"{short[: _LONGEST_SLUG - 9]}-{_digest(heading)}"
    return short or _digest(heading)


def section_id(name: str, slugs: tuple[str, ...]) -> str:
    """`manual.md#お手入れ/除湯`: file and the way down the headings."""
    path = "/".join(slugs)
    if len(path) > _LONGEST_PATH:
        path = f"{slugs[-1]}-{_digest(path)}"
    return f"{name}#{path}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]


class Counted:
    """Tells repetitions of an id apart: `#setup`, `#setup-2`, `#setup-3`."""

    def __init__(self) -> None:
        self._times: Counter[str] = Counter()

    def __call__(self, wanted: str) -> str:
        """The id itself the first time, then with a number; never one given out before."""
        self._times[wanted] += 1
        times = self._times[wanted]
        if times == 1:
            return wanted
        return self(f"{wanted}-{times}")
