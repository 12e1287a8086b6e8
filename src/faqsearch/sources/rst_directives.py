"""Directives and roles of reStructuredText, those of Sphinx and of unknown extensions included.

docutils reports a directive it does not know and drops what is in it; here every directive gives its text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import Any

from docutils import nodes
from docutils.parsers.rst import Directive, directives, states
from docutils.parsers.rst.directives import tables
from docutils.parsers.rst.directives.misc import Replace, Unicode
from docutils.statemachine import StringList

from faqsearch.sources.bounds import MAX_INCLUDES, MAX_MARKDOWN_BYTES, MAX_SECONDS
from faqsearch.sources.decoding import decode
from faqsearch.sources.html_text import html_text
from faqsearch.sources.interface import Problem, SourceFile
from faqsearch.sources.mojibake import without_mojibake
from faqsearch.sources.nearby import NotNearbyError, known_as, read_nearby

_SILENT = frozenset(
    [
        "toctree",
        "contents",
        "sectnum",
        "section-numbering",
        "index",
        "meta",
        "highlight",
        "highlightlang",
        "default-role",
        "role",
        "class",
        "rst-class",
        "default-domain",
        "currentmodule",
        "py:currentmodule",
        "module",
        "py:module",
        "tabularcolumns",
        "cssclass",
        "target-notes",
        "header",
        "footer",
        "date",
        "title",
        "restructuredtext-test-directive",
        "autosummary",
        "automodule",
        "autoclass",
        "autofunction",
        "bibliography",
    ]
)
_CODE = frozenset(
    [
        "code",
        "code-block",
        "sourcecode",
        "parsed-literal",
        "literalblock",
        "math",
        "prompt",
        "productionlist",
        "graphviz",
        "mermaid",
        "uml",
        "plantuml",
    ]
)
_SWITCHED = frozenset(("true", "false", "yes", "no", "on", "off"))
_CONDITIONS = frozenset(("only", "ifconfig"))
_OWN: dict[str, type[Directive]] = {
    "list-table": tables.ListTable,
    "csv-table": tables.CSVTable,
    "table": tables.RSTTable,
    "replace": Replace,
    "unicode": Unicode,
}
_TITLED = re.compile(r"^(.*?)\s*<[^<>]*>$", re.DOTALL)
_lock = Lock()


class TooLongError(Exception):
    """The page takes more time or more included files than any honest page."""


class Reading:
    """One page being parsed: what it includes, what was wrong, and how long it takes."""

    def __init__(self, file: SourceFile) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self._ends = monotonic() + MAX_SECONDS
        self._includes = 0

    def check_time(self) -> None:
        """Give up when the time is used up.

        Raises:
            TooLongError: it is.
        """
        if monotonic() > self._ends:
            raise TooLongError(f"parsing takes more than {MAX_SECONDS:.0f} seconds")

    def include(self, target: str, *, beside: Path | None, line: int) -> tuple[str, Path] | None:
        """The text of an included file, or None and a problem."""
        self._includes += 1
        if self._includes > MAX_INCLUDES:
            raise TooLongError(f"more than {MAX_INCLUDES} included files")
        try:
            data, location = read_nearby(self.file, target, beside=beside, most=MAX_MARKDOWN_BYTES // 4)
            own = replace(self.file, path=known_as(self.file, location))
            text = decode(data, path=own.path).text.replace("\r\n", "\n")
            return without_mojibake(own, text, self.problems), location
        except NotNearbyError as fault:
            message = f"'{target[:80]}' is not included: {fault}"
            self.problems.append(self.file.problem(message, line=line, severity=fault.severity))
        return None


@contextmanager
def all_directives(reading: Reading) -> Iterator[None]:
    """Let docutils know every directive and role while one page is parsed.

    docutils looks both up in module functions and offers no other way (Sphinx replaces them as well), so only one
    page is parsed at a time.
    """
    generic = type("Generic", (_Generic,), {"reading": reading})

    def directive(name: str, _language: Any, _document: Any) -> tuple[type[Directive], list[Any]]:
        return _OWN.get(name.lower(), generic), []

    def role(_name: str, _language: Any, _line: int, _reporter: Any) -> tuple[Callable[..., Any], list[Any]]:
        return _any_role, []

    with _lock:
        before = directives.directive, states.roles.role
        directives.directive, states.roles.role = directive, role
        try:
            yield
        finally:
            directives.directive, states.roles.role = before


def _any_role(
    _name: str, rawtext: str, text: str, *_args: Any, **_options: Any
) -> tuple[list[nodes.Node], list[nodes.Node]]:
    """Any role: the words a reader sees."""
    plain = text.replace("\0", "")
    match = _TITLED.match(plain)
    shown = match.group(1) if match and match.group(1) else plain.lstrip("!")
    if shown.startswith("~"):
        shown = shown[1:].rpartition(".")[2]
    return [nodes.inline(rawtext, shown)], []


class _AnyOption(dict[str, Any]):
    """Options of directives nobody told us about."""

    def __missing__(self, key: str) -> Any:
        return directives.unchanged


class _Generic(Directive):  # type: ignore[misc,unused-ignore]
    """Any directive: its argument and its content, parsed as text, unless its name says otherwise."""

    reading: Reading
    has_content = True
    optional_arguments = 1
    final_argument_whitespace = True
    # docutils skips the options of a directive whose table is empty.
    option_spec = _AnyOption(alt=directives.unchanged)

    def run(self) -> list[nodes.Node]:
        """Return what stands in place of the directive."""
        name = self.name.lower()
        if name in _SILENT:
            return []
        if name in ("include", "literalinclude"):
            return self._include(literal=name == "literalinclude" or bool({"literal", "code"} & self.options.keys()))
        if name in _CODE:
            code = "\n".join(self.content)
            return [nodes.literal_block(code, code)] if code.strip() else []
        if name == "raw":
            text = html_text("\n".join(self.content)) if self.argument == "html" else ""
            return [nodes.paragraph(text, text)] if text else []
        found: list[nodes.Node] = []
        if name in ("image", "figure"):
            if alt := self.options.get("alt"):
                found.append(nodes.paragraph(alt, alt))
        elif self.argument and name not in _CONDITIONS and not self._is_switch:
            words, _ = self.state.inline_text(self.argument, self.lineno)
            found.append(nodes.paragraph(self.argument, "", *words))
        container = nodes.container()
        self.state.nested_parse(self.content, self.content_offset, container, match_titles=False)
        found += container.children
        if self.state_machine.document and isinstance(self.state, states.SubstitutionDef):
            # Only words can stand within a line.
            words = [child for child in found if isinstance(child, (nodes.Inline, nodes.Text))]
            return words or [nodes.Text(" ".join(child.astext() for child in found) or " ")]
        return found

    @property
    def _is_switch(self) -> bool:
        """Whether the directive only sets something (`translated:: true`)."""
        return not self.content and self.argument.lower() in _SWITCHED

    @property
    def argument(self) -> str:
        """What stands on the line of the directive."""
        return str(self.arguments[0]).strip() if self.arguments else ""

    def _include(self, *, literal: bool) -> list[nodes.Node]:
        if not self.argument:
            return []
        source, line = self.state_machine.get_source_and_line(self.lineno)
        own = self.reading.file.path
        beside = Path(source) if source and source != own else None
        included = self.reading.include(self.argument, beside=beside, line=(line or 1) if beside is None else 1)
        if included is None:
            return []
        text, location = included
        lines = _part(text.split("\n"), self.options)
        if literal:
            code = "\n".join(lines)
            return [nodes.literal_block(code, code)]
        self.state_machine.insert_input(StringList(lines, str(location)), str(location))
        return []


def _part(lines: list[str], options: dict[str, Any]) -> list[str]:
    """The part of a file that the options of an include ask for."""
    first, last = options.get("start-line", ""), options.get("end-line", "")
    if re.fullmatch(r"-?\d{1,6}", last or ""):
        lines = lines[: int(last)]
    if re.fullmatch(r"-?\d{1,6}", first or ""):
        lines = lines[int(first) :]
    text = "\n".join(lines)
    if (after := options.get("start-after")) and after in text:
        text = text.partition(after)[2]
    if before := options.get("end-before"):
        text = text.partition(before)[0]
    return text.expandtabs(8).split("\n")
