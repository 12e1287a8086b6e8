"""The links of a page as its author wrote them: Markdown, HTML, reStructuredText."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

_FENCE = re.compile(r"^[ \t>]*(`{3,}|~{3,})")
_CODE = re.compile(r"(`+)(?:(?!\1).)+\1(?!`)")
_COMMENT = re.compile(r"<!--.*?-->")
_INLINE = re.compile(
    r"(?<!!)\[(?:[^\[\]]|!\[[^\[\]]*\]\([^()]*\))*\]\(\s*(?:<([^<>\n]+)>|([^()\s<>]+(?:\([^()\s]*\)[^()\s]*)?))(?:\s+[\"'(][^\n]*?)?\)"
)
_DEFINITION = re.compile(r"^ {0,3}\[(?!\^)[^\[\]]+\]:[ \t]*<?([^\s<>]+)>?")
_HREF = re.compile(r"""<a\s[^<>]{0,500}?\bhref\s*=\s*["']([^"'<>]+)["']""", re.IGNORECASE)
_ROLE = re.compile(r":(doc|ref|numref):`([^`]+)`")
_RST_LINK = re.compile(r"`[^`<>]*<([^<>`]+)>`__?")
_TITLED = re.compile(r"^.*<([^<>]+)>$", re.DOTALL)
_ELSEWHERE = re.compile(r"^(?:[a-zA-Z][\w+.-]*:|//|www\.)|[{}$*\\|]|^#?$")


@dataclass(frozen=True, slots=True)
class Link:
    """A link, or a reference by label."""

    target: str
    line: int
    kind: Literal["path", "label"] = "path"


def links_of(suffix: str, lines: list[str]) -> Iterator[Link]:
    """Yield the links of a page that may lead to another file of the corpus, or within it."""
    if suffix in (".md", ".markdown"):
        found = _markdown(lines)
    elif suffix in (".html", ".htm", ".xhtml"):
        found = _html(lines)
    elif suffix in (".rst", ".rest"):
        found = _rst(lines)
    else:
        return
    for link in found:
        if not _ELSEWHERE.search(link.target):
            yield link


def _markdown(lines: list[str]) -> Iterator[Link]:
    fence = ""
    for number, line in enumerate(lines, 1):
        if match := _FENCE.match(line):
            if not fence:
                fence = match.group(1)
            elif match.group(1).startswith(fence):
                fence = ""
            continue
        if fence or line.startswith(("    ", "\t")):
            continue
        text = _COMMENT.sub("", _CODE.sub("", line))
        for match in _INLINE.finditer(text):
            yield Link(match.group(1) or match.group(2), number)
        if match := _DEFINITION.match(text):
            yield Link(match.group(1), number)
        for match in _HREF.finditer(text):
            yield Link(match.group(1), number)


def _html(lines: list[str]) -> Iterator[Link]:
    text = "\n".join(lines)
    line, counted = 1, 0
    for match in _HREF.finditer(text):
        line += text.count("\n", counted, match.start())
        counted = match.start()
        yield Link(match.group(1).strip(), line)


def _rst(lines: list[str]) -> Iterator[Link]:
    for number, line in enumerate(lines, 1):
        for match in _ROLE.finditer(line):
            titled = _TITLED.match(match.group(2))
            target = (titled.group(1) if titled else match.group(2)).strip().removeprefix("!")
            yield Link(target, number, "path" if match.group(1) == "doc" else "label")
        for match in _RST_LINK.finditer(_ROLE.sub("", line)):
            if not match.group(1).endswith("_"):
                yield Link(match.group(1).strip(), number)
