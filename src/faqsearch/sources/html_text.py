"""Fragments of HTML inside other formats to readable text. Whole pages have their own reader."""

from __future__ import annotations

import re
from html.parser import HTMLParser

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
_MARKUP = re.compile(r"<[a-zA-Z/!]|&[#a-zA-Z]")
_BLANK_LINES = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")
_LONGEST = 200_000


def html_text(fragment: str) -> str:
    """The text of a fragment: blocks on lines of their own, list items with `- `, cells with ` | `."""
    if not _MARKUP.search(fragment):
        return fragment
    parser = _TextParser()
    # html.parser rereads what it cannot finish, so one call gets a bounded piece.
    for start in range(0, len(fragment), _LONGEST):
        parser.feed(fragment[start : start + _LONGEST])
    parser.close()
    return _BLANK_LINES.sub("\n", "".join(parser.pieces)).strip()


class _TextParser(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._dropping: str | None = None
        self._cells = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._dropping:
            return
        if tag in _DROPPED:
            self._dropping = tag
        elif tag == "br" or tag in _BLOCKS:
            self.pieces.append("\n- " if tag == "li" else "\n")
            self._cells = 0
        elif tag in ("td", "th"):
            self.pieces.append(" | " if self._cells else "")
            self._cells += 1
        elif tag == "img":
            self.pieces.append(dict(attrs).get("alt") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag == self._dropping:
            self._dropping = None
        elif tag in _BLOCKS:
            self.pieces.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._dropping:
            self.pieces.append(re.sub(r"[ \t\r\n]+", " ", data))
