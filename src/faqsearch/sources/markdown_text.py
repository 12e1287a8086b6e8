"""Markdown to blocks of readable text, by the tokens of markdown-it-py."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

from faqsearch.sources.blocks import CODE_FENCE, Block, FoldEnd, FoldStart, Heading, Text
from faqsearch.sources.cells import one_line, tidy
from faqsearch.sources.html_text import html_text
from faqsearch.sources.questions import answer_label, question_label

_LONGEST_INLINE = 50_000
"""A paragraph beyond this is shown as written: inline markup is the one part that can be made slow."""

_MOST_BRACKETS_TOGETHER = 2_000
_MOST_BRACKETS = 200_000
"""`[` and `<` of one paragraph and of one page that are looked at; each may be compared with all after it."""

_HARD = "\v"
_ANCHOR = re.compile(r"[ \t]*\{:?[ \t]*#([^\s{}]{1,200})[^{}]{0,200}\}[ \t]*$")
_INLINE_ID = re.compile(r"""<\w+[^<>]{0,200}?\b(?:id|name)\s*=\s*["']?([^\s"'<>]{1,200})""")
_ADOBE = re.compile(r"\[!(?:DNL|UICONTROL)\s+([^\[\]]*)\]")
# A video in Adobe's Markdown: nothing of it can be read.
_VIDEO = re.compile(r"\[!VIDEO\]\([^()\s]*\)")
_MARK = re.compile(r"^\s*\[!\w{1,30}\]\s*")
_FOLD = re.compile(r"^\+{3,}[ \t]*(.*)$")
_CONTAINER = re.compile(r"^:{3,}[ \t]*([\w-]*)[ \t]*(.*)$")
_FOLD_TAG = re.compile(r"<(/?)(details|summary)\b[^<>]{0,500}>", re.IGNORECASE)


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"maxNesting": 50}).enable(["table", "strikethrough"])
    # Inline markup is parsed here, paragraph by paragraph, within bounds.
    parser.core.ruler.disable("inline")
    return parser


def markdown_blocks(text: str, *, first_line: int = 1) -> Iterator[Block]:
    """The blocks of a page.

    Args:
        text: Markdown without front matter.
        first_line: Line number of its first line in the file.
    """
    env: dict[str, object] = {}
    tokens = _parser().parse(text, env)
    start = 0
    inline = _Inline(env)
    for index, token in enumerate(tokens):
        # Everything from an opening at level 0 to its closing is one block.
        if token.level == 0 and token.nesting <= 0:
            yield from _Rendering(inline, first_line).blocks(tokens[start : index + 1])
            start = index + 1


class _Inline:
    """Reads the inline markup of one page, within a budget."""

    def __init__(self, env: dict[str, object]) -> None:
        self._env = env
        self._brackets = _MOST_BRACKETS

    def __call__(self, content: str) -> str:
        """The text of inline markup: words of links, not their addresses; soft breaks as line feeds."""
        brackets = content.count("[") + content.count("<")
        self._brackets -= brackets
        if len(content) > _LONGEST_INLINE or brackets > _MOST_BRACKETS_TOGETHER or self._brackets < 0:
            return content
        parser = _parser()
        children: list[Token] = []
        parser.inline.parse(_ADOBE.sub(r"\1", _VIDEO.sub("", content)), parser, self._env, children)
        return _MARK.sub("", "".join(_words(children)))


class _Rendering:
    """Writes the tokens of one block as lines."""

    def __init__(self, inline: _Inline, first_line: int) -> None:
        self._inline = inline
        self._first_line = first_line
        self._lines: list[str] = []
        self._lists: list[int | None] = []
        self._marker = ""
        self._cells: list[str] | None = None
        self._ends_fold = 0

    def blocks(self, tokens: Sequence[Token]) -> Iterator[Block]:
        first = tokens[0]
        line = self._first_line + (first.map[0] if first.map else 0)
        if first.type == "heading_open":
            yield self._heading(tokens[1].content, int(first.tag[1]), line)
        elif first.type == "html_block":
            yield from _html_blocks(first.content, line)
        elif first.type == "paragraph_open":
            yield from self._paragraph(tokens[1].content, line)
        else:
            yield from self._group(tokens, line)

    def _heading(self, content: str, level: int, line: int) -> Heading:
        match = _ANCHOR.search(content)
        anchor = match.group(1) if match else None
        if match:
            content = content[: match.start()]
        elif "<" in content and (inline := _INLINE_ID.search(content)):
            anchor = inline.group(1)
        text = one_line(_joined(self._inline(content)).replace(_HARD, " "))
        return Heading(text, level, line, anchor=anchor)

    def _paragraph(self, content: str, line: int) -> Iterator[Block]:
        """A paragraph at the top: the only place where dialects open and close accordions."""
        gathered: list[str] = []
        start = line
        for offset, raw in enumerate(self._inline(content).split("\n")):
            fold, container = _FOLD.match(raw), _CONTAINER.match(raw)
            if not fold and not container:
                gathered.append(raw)
                continue
            if text := tidy(_joined("\n".join(gathered)).replace(_HARD, "\n")):
                yield Text(text, start)
            gathered, start = [], line + offset + 1
            if fold:
                yield FoldStart(fold.group(1), line + offset) if fold.group(1) else FoldEnd()
            elif container and container.group(2):
                gathered.append(container.group(2) + _HARD)
        if text := tidy(_joined("\n".join(gathered)).replace(_HARD, "\n")):
            yield Text(text, start)

    def _group(self, tokens: Sequence[Token], line: int) -> Iterator[Block]:
        """A list, table, quotation or code block, and everything inside it."""
        for token in tokens:
            if token.type == "inline":
                self._write(token.content)
            elif token.type in ("fence", "code_block"):
                # A fence within the code would end it early for whoever reads the text.
                code = token.content.rstrip("\n").replace(CODE_FENCE, "~~~")
                self._lines += [CODE_FENCE, code, CODE_FENCE]
            elif token.type == "html_block":
                self._lines += html_text(_without_comments(token.content)).split("\n")
            elif token.type in ("bullet_list_open", "ordered_list_open"):
                numbered = token.type == "ordered_list_open"
                self._lists.append(int(token.attrGet("start") or 1) if numbered else None)
            elif token.type in ("bullet_list_close", "ordered_list_close"):
                self._lists.pop()
            elif token.type == "list_item_open":
                number = self._lists[-1]
                self._marker = "- " if number is None else f"{number}. "
                if number is not None:
                    self._lists[-1] = number + 1
            elif token.type == "tr_open":
                self._cells = []
            elif token.type == "tr_close" and self._cells is not None:
                self._lines.append(" | ".join(self._cells).rstrip())
                self._cells = None
        text = tidy("\n".join(self._lines))
        if text:
            yield Text(text, line)
        for _ in range(self._ends_fold):
            yield FoldEnd()

    def _write(self, content: str) -> None:
        lines = _joined(self._inline(content)).replace(_HARD, "\n").split("\n")
        if self._cells is not None:
            self._cells.append(one_line(" ".join(lines)))
            return
        indent = "  " * (len(self._lists) - 1) if self._lists else ""
        for line in lines:
            if _FOLD.match(line):
                # Without a blank line before it, the end of an accordion is taken into the last list item.
                self._ends_fold += 1
            elif not _CONTAINER.match(line):
                self._lines.append(f"{indent}{self._marker}{line}")
                if self._marker:
                    indent += " " * len(self._marker)
                self._marker = ""


def _words(children: Sequence[Token]) -> Iterator[str]:
    for child in children:
        if child.type in ("text", "code_inline"):
            yield child.content
        elif child.type == "image":
            yield from _words(child.children or ())
        elif child.type == "softbreak":
            yield "\n"
        elif child.type == "hardbreak" or (child.type == "html_inline" and child.content[:3].lower() == "<br"):
            yield _HARD


def _joined(text: str) -> str:
    """Undo line breaks that only wrap the source; Japanese joins without a space."""
    lines = text.split("\n")
    joined = [lines[0]]
    for line in lines[1:]:
        before = joined[-1][-1:]
        if question_label(line) or answer_label(line) or _FOLD.match(line) or _CONTAINER.match(line):
            joined.append(f"\n{line}")
        elif not before or not line or before == _HARD or _wide(before) or _wide(line[0]):
            joined.append(line)
        else:
            joined.append(f" {line}")
    return "".join(joined)


def _wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in "WFH"


def _html_blocks(content: str, line: int) -> Iterator[Block]:
    """HTML between blank lines: accordions, and text for the rest."""
    content = _without_comments(content)
    position, summary_from, counted, place = 0, -1, 0, line
    for tag in _FOLD_TAG.finditer(content):
        closes, name = bool(tag.group(1)), tag.group(2).lower()
        place += content.count("\n", counted, tag.start())
        counted = tag.start()
        between = tidy(html_text(content[position : tag.start()]))
        position = tag.end()
        if name == "summary":
            if closes and summary_from >= 0:
                yield FoldStart(one_line(between), place)
                between = ""
            summary_from = -1 if closes else tag.end()
        if between:
            yield Text(between, place)
        if name == "details" and closes:
            yield FoldEnd()
    if rest := tidy(html_text(content[position:])):
        yield Text(rest, line)


def _without_comments(html: str) -> str:
    if "<!--" not in html:
        return html
    kept = []
    position = 0
    while (start := html.find("<!--", position)) >= 0:
        kept.append(html[position:start])
        end = html.find("-->", start + 4)
        if end < 0:
            return "".join(kept)
        # The lines of a comment still count.
        kept.append("\n" * html.count("\n", start, end))
        position = end + 3
    return "".join((*kept, html[position:]))
