"""YAML to plain values, from the parser's events: every scalar as written, bounded, with line numbers.

Composing here rather than with a Loader keeps `no` and `2024-12-02` and `0123` as text, gives each mapping its line,
cannot construct anything but text, lists and mappings, and stops an alias bomb where it is defined.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import yaml

from faqsearch.sources.bounds import MAX_DEPTH, MAX_NODES
from faqsearch.sources.entries import Entry

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NULL = frozenset(("", "~", "null", "Null", "NULL"))
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")


class YamlError(Exception):
    """YAML that is broken or out of bounds.

    Attributes:
        line: 1-based line of the fault.
    """

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


@dataclass(slots=True)
class _Open:
    """A collection whose end has not come yet."""

    value: Entry | list[Any]
    anchor: str | None
    key: Any = None
    has_key: bool = False
    nodes: int = 1
    merged: list[Entry] = field(default_factory=list)


def load_yaml(text: str, *, first_line: int = 1) -> list[Any]:
    """The documents of a YAML stream: text, None, lists and `Entry` mappings.

    Raises:
        YamlError: the text is not YAML, nests too deeply or holds too many values.
    """
    # The parser refuses characters that do not print; without them the rest can be read.
    text = _UNPRINTABLE.sub(" ", text)
    try:
        return _Composer(first_line).compose(text)
    except yaml.MarkedYAMLError as fault:
        mark = fault.problem_mark or fault.context_mark
        raise YamlError(
            f"not YAML: {fault.problem or fault.context}", (mark.line if mark else 0) + first_line
        ) from None
    except yaml.YAMLError as fault:
        raise YamlError(f"not YAML: {fault}", first_line) from None


class _Composer:
    def __init__(self, first_line: int) -> None:
        self._first_line = first_line
        self._open: list[_Open] = []
        self._anchors: dict[str, tuple[Any, int]] = {}
        self._documents: list[Any] = []
        self._nodes = 0

    def compose(self, text: str) -> list[Any]:
        for event in yaml.parse(text, Loader=_LOADER):
            mark = event.start_mark
            line = (mark.line if mark else 0) + self._first_line
            if isinstance(event, yaml.ScalarEvent):
                plain = event.style is None and event.value in _NULL
                self._add(None if plain else event.value, event.anchor, 1, line)
            elif isinstance(event, yaml.AliasEvent):
                if event.anchor not in self._anchors:
                    raise YamlError(f"no anchor '{event.anchor}'", line)
                value, nodes = self._anchors[event.anchor]
                self._add(value, None, nodes, line)
            elif isinstance(event, yaml.CollectionStartEvent):
                if len(self._open) >= MAX_DEPTH:
                    raise YamlError(f"nested more than {MAX_DEPTH} deep", line)
                value = Entry() if isinstance(event, yaml.MappingStartEvent) else []
                if isinstance(value, Entry):
                    value.line = line
                self._open.append(_Open(value, event.anchor))
            elif isinstance(event, yaml.CollectionEndEvent):
                done = self._open.pop()
                if isinstance(done.value, Entry):
                    for merged in done.merged:
                        done.value.update({key: item for key, item in merged.items() if key not in done.value})
                self._add(done.value, done.anchor, done.nodes, line)
            elif isinstance(event, yaml.DocumentEndEvent):
                self._anchors.clear()
        return self._documents

    def _add(self, value: Any, anchor: str | None, nodes: int, line: int) -> None:
        """Put a finished value where it belongs. `nodes` counts an alias as all it stands for."""
        if anchor:
            self._anchors[anchor] = (value, nodes)
        if not self._open:
            self._documents.append(value)
            return
        parent = self._open[-1]
        parent.nodes += nodes
        if parent.nodes > MAX_NODES:
            raise YamlError(f"more than {MAX_NODES:,} values, aliases written out", line)
        if isinstance(parent.value, list):
            parent.value.append(value)
        elif not parent.has_key:
            parent.key, parent.has_key = value, True
        else:
            if parent.key == "<<" and isinstance(value, Entry):
                parent.merged.append(value)
            else:
                # A key that is itself a collection names no column we could know.
                parent.value[parent.key if isinstance(parent.key, str) else str(parent.key)[:100]] = value
            parent.has_key = False
