"""The places of a page that a link may name: headings, ids, labels."""

from __future__ import annotations

import re
import unicodedata

_HEADING = re.compile(r"^[ ]{0,3}#{1,6}[ \t]+(.*?)[ \t]*#*[ \t]*$")
_UNDERLINE = re.compile(r"^(?:=+|-+|~+|\^+|\"+|'+|\*+|\++|#+|`+|:+|\.+|_+)[ \t]*$")
_OWN_ID = re.compile(r"\{[^{}]*#([^\s{}]+)[^{}]*\}")
_ID = re.compile(r"""\b(?:id|name)\s*=\s*["']([^"'<>]+)["']""", re.IGNORECASE)
_LABEL = re.compile(r"^[ \t*|-]*\.\. _`?([^`:]+(?:\\?:[^`:]+)*)`?:[ \t]*$")
_INLINE_TARGET = re.compile(r"_`([^`]+)`")
_NAME_OPTION = re.compile(r"^[ \t]+:name:[ \t]*(\S+)")
_MARKUP = re.compile(r"\[([^\[\]]*)\]\([^()]*\)|<[^<>]*>|[*_`]")
_NOT_WORD = re.compile(r"[\W_]+")


def bare_anchor(name: str) -> str:
    """Return what the anchors that different programs make of one heading have in common: its letters and digits."""
    return _NOT_WORD.sub("", unicodedata.normalize("NFKC", name)).casefold()


def page_anchors(suffix: str, lines: list[str]) -> frozenset[str]:
    """Return the anchors of a page, each as `bare_anchor` gives it."""
    found: set[str] = set()
    for number, line in enumerate(lines):
        found.update(_ID.findall(line))
        found.update(_OWN_ID.findall(line))
        if suffix in (".rst", ".rest"):
            if match := _LABEL.match(line) or _NAME_OPTION.match(line):
                found.add(match.group(1))
            found.update(_INLINE_TARGET.findall(line))
        elif suffix in (".md", ".markdown") and (match := _HEADING.match(line)):
            found.add(_plain(match.group(1)))
        if number and _UNDERLINE.match(line) and lines[number - 1].strip():
            found.add(_plain(lines[number - 1]))
    return frozenset(filter(None, map(bare_anchor, found)))


def _plain(heading: str) -> str:
    return _MARKUP.sub(r"\1", _OWN_ID.sub("", heading)).strip()
