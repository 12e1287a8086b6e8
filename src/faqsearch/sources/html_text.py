"""Fragments of HTML inside other formats to readable text. Whole pages have their own reader."""

from __future__ import annotations

import re
from html import unescape

_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "dd",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "tbody",
        "thead",
        "tfoot",
        "tr",
        "ul",
        "details",
        "summary",
    ]
)
_DROPPED = frozenset(("script", "style", "template", "head", "svg", "iframe"))
# One pass, and no tag may hold another: whatever the input, the time is in proportion to its length (html.parser's
# is not).
_TAG = re.compile(r"<(/?)([a-zA-Z][\w-]{0,30})\b([^<>]{0,4000})>|<![^<>]{0,4000}>")
_ALT = re.compile(r"""\balt\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_MARKUP = re.compile(r"<[a-zA-Z/!]|&[#a-zA-Z]")
_SPACE = re.compile(r"[ \t\r\n]+")
_BLANK_LINES = re.compile(r"[ \t]*\n[ \t\n]*")


def html_text(fragment: str) -> str:
    """The text of a fragment: blocks on lines of their own, list items with `- `, cells with ` | `."""
    if not _MARKUP.search(fragment):
        return fragment
    pieces: list[str] = []
    position, dropping, cells = 0, "", 0
    for tag in _TAG.finditer(fragment):
        if not dropping:
            pieces.append(_SPACE.sub(" ", fragment[position : tag.start()]))
        position = tag.end()
        closes, name = bool(tag.group(1)), (tag.group(2) or "").lower()
        if dropping:
            dropping = "" if closes and name == dropping else dropping
        elif name in _DROPPED and not closes:
            dropping = name
        elif name == "br" or name in _BLOCKS:
            pieces.append("\n- " if name == "li" and not closes else "\n")
            cells = 0
        elif name in ("td", "th") and not closes:
            pieces.append(" | " if cells else "")
            cells += 1
        elif name == "img" and (alt := _ALT.search(tag.group(3))):
            pieces.append(alt.group(1) or alt.group(2) or "")
    if not dropping:
        pieces.append(_SPACE.sub(" ", fragment[position:]))
    return _BLANK_LINES.sub("\n", unescape("".join(pieces))).strip()
