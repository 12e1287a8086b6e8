"""The document tree of docutils to blocks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from docutils import nodes

from faqsearch.sources.blocks import CODE_FENCE, Block, Heading, Text
from faqsearch.sources.cells import one_line, tidy
from faqsearch.sources.interface import Problem, SourceFile
from faqsearch.sources.joining import unwrap

_DROPPED = (
    nodes.comment,
    nodes.target,
    nodes.substitution_definition,
    nodes.raw,
    nodes.transition,
    nodes.pending,
    nodes.meta,
    nodes.decoration,
)
_SERIOUS = 3
_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"))
_ROMAN_DIGITS = ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix")


class RstBlocks:
    """Blocks of one page, and what docutils found wrong with it."""

    def __init__(self, file: SourceFile, document: Any) -> None:
        self._file = file
        self._substitutions = {
            name.lower(): one_line(definition.astext())
            for definition in document.findall(nodes.substitution_definition)
            for name in definition["names"]
        }
        self.problems: list[Problem] = []

    def blocks(self, parent: Any, level: int = 0) -> Iterator[Block]:
        """The blocks below a node; sections one level deeper than `level`."""
        label: str | None = None
        for child in parent.children:
            if isinstance(child, nodes.target):
                label = (child["names"] or [label])[0]
                continue
            if isinstance(child, nodes.section):
                yield from self._section(child, level + 1, label)
            elif isinstance(child, nodes.system_message):
                yield from self._fault(child)
            elif not isinstance(child, (*_DROPPED, nodes.title)) and (text := tidy(self._text(child))):
                yield Text(text, self._line(child))
            label = None

    def _section(self, section: Any, level: int, label: str | None) -> Iterator[Block]:
        title = next(iter(section.findall(nodes.title)), None)
        if title is not None:
            yield Heading(one_line(self._inline(title)), level, self._line(title) or self._line(section), anchor=label)
        yield from self.blocks(section, level)

    def _line(self, node: Any) -> int | None:
        """The line of a node, or of the first around it that has one; none for what was included."""
        while node is not None:
            if node.line is not None:
                return node.line if node.source in (None, self._file.path) else None
            node = node.parent
        return None

    def _fault(self, message: Any) -> Iterator[Block]:
        """Report what docutils could not take, and keep its text."""
        if message["level"] < _SERIOUS:
            return
        said = one_line(message.children[0].astext() if message.children else "")[:150]
        self.problems.append(
            self._file.problem(f"reStructuredText: {said}", line=message.get("line"), severity="warning")
        )
        for child in message.children[1:]:
            if isinstance(child, nodes.literal_block) and child.astext().strip():
                yield Text(tidy(child.astext()), message.get("line"))

    def _text(self, node: Any) -> str:
        """A block as lines."""
        if isinstance(node, nodes.system_message):
            return "\n".join(block.text for block in self._fault(node) if isinstance(block, Text))
        if isinstance(node, _DROPPED):
            return ""
        if isinstance(node, (nodes.literal_block, nodes.doctest_block, nodes.math_block)):
            code = node.astext().rstrip("\n").replace(CODE_FENCE, "~~~")
            return f"{CODE_FENCE}\n{code}\n{CODE_FENCE}"
        if isinstance(node, (nodes.bullet_list, nodes.enumerated_list)):
            return self._list(node)
        if isinstance(node, nodes.table):
            return "\n".join(self._rows(node))
        if isinstance(node, nodes.line_block):
            return "\n".join(self._text(child) for child in node.children)
        if isinstance(node, (nodes.definition_list_item, nodes.option_list_item)):
            head = " ".join(self._inline(child) for child in node.children[:-1])
            return f"{head}\n{_indented(self._children(node.children[-1]))}"
        if isinstance(node, nodes.field):
            return f"{self._inline(node.children[0])}: {self._children(node.children[1])}"
        if isinstance(node, (nodes.footnote, nodes.citation)):
            marks = [child.astext() for child in node.children if isinstance(child, nodes.label)]
            body = "\n".join(self._text(child) for child in node.children if not isinstance(child, nodes.label))
            return f"[{marks[0] if marks else '#'}] {body}"
        if isinstance(node, nodes.TextElement):
            return self._inline(node)
        return self._children(node)

    def _children(self, node: Any) -> str:
        """What a container holds; a blank line after text that another paragraph follows."""
        between = "\n" if isinstance(node, (nodes.definition_list, nodes.field_list, nodes.option_list)) else "\n\n"
        if isinstance(node, (nodes.list_item, nodes.definition, nodes.entry)):
            between = "\n"
        return between.join(text for child in node.children if (text := tidy(self._text(child))))

    def _list(self, node: Any) -> str:
        lines = []
        for number, item in enumerate(node.children, int(node.get("start", 1))):
            mark = "- " if isinstance(node, nodes.bullet_list) else _mark(node, number)
            if text := self._children(item):
                lines.append(mark + text.replace("\n", "\n" + " " * len(mark)))
        return "\n".join(lines)

    def _rows(self, table: Any) -> Iterator[str]:
        for title in table.children:
            if isinstance(title, nodes.title):
                yield self._inline(title)
        for row in table.findall(nodes.row):
            cells = [one_line(self._children(entry)) for entry in row.children]
            if any(cells):
                yield " | ".join(cells).rstrip()

    def _inline(self, node: Any) -> str:
        return unwrap("".join(self._words(node))).strip()

    def _words(self, node: Any) -> Iterator[str]:
        for child in node.children:
            if isinstance(child, nodes.Text):
                yield child.astext()
            elif isinstance(child, nodes.substitution_reference):
                yield self._substitutions.get(child["refname"].lower(), child.astext())
            elif isinstance(child, nodes.image):
                yield child.get("alt") or ""
            elif not isinstance(child, (nodes.footnote_reference, nodes.raw, nodes.system_message, nodes.target)):
                yield from self._words(child)


def _mark(node: Any, number: int) -> str:
    kind = node.get("enumtype", "arabic")
    shown = str(number)
    if kind.endswith("alpha") and 1 <= number <= 26:
        shown = chr(ord("a") + number - 1)
    elif kind.endswith("roman"):
        shown = _roman(number)
    if kind.startswith("upper"):
        shown = shown.upper()
    return f"{node.get('prefix', '')}{shown}{node.get('suffix') or '.'} "


def _roman(number: int) -> str:
    letters = ""
    for worth, letter in _ROMAN:
        while number >= worth and len(letters) < 20:
            letters += letter
            number -= worth
    return letters + _ROMAN_DIGITS[number % 10]


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" if line else line for line in text.split("\n"))
