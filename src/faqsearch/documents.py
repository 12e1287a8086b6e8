"""Document: one FAQ entry or one manual section, as a source gave it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from types import MappingProxyType
from typing import Any, Literal

Kind = Literal["faq", "manual"]
_NO_EXTRA: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Source:
    """Where a document stands, exact enough to open it there."""

    path: str
    """Path of the file as the corpus was named, with `/` as separator (`corpus/faq.csv`)."""
    line: int | None = None
    """1-based line where the document begins; None for formats without lines."""
    page: int | None = None
    """1-based page for paged formats (PDF)."""
    heading: tuple[str, ...] = ()
    """Heading path from the title of the file down to the document's own heading."""
    url: str | None = None
    """Address for readers, when the source gives one."""
    anchor: str | None = None
    """Place inside the file for formats without lines: `Sheet!A12`, `#id`."""

    @property
    def place(self) -> str:
        """Where to look, in one string: `path:line`, `path, page N`, `path, anchor` or `path`."""
        if self.line is not None:
            return f"{self.path}:{self.line}"
        if self.page is not None:
            return f"{self.path}, page {self.page}"
        return f"{self.path}, {self.anchor}" if self.anchor else self.path


@dataclass(frozen=True, slots=True)
class Document:
    """One FAQ entry (question, other phrasings, answer) or one manual section (heading, body)."""

    id: str
    """Unique within a corpus; the source's own id where it gives one."""
    kind: Kind
    question: str
    """The question, or the heading of a manual section (its own heading only, not the path)."""
    answer: str
    """The answer or body as readable plain text; line breaks, list marks and step numbers kept, tables as
    lines of `a | b`, code blocks between lines of ``` (shown, but kept from flooding the terms)."""
    source: Source
    phrasings: tuple[str, ...] = ()
    """Other ways to ask, without `question` itself; order as in the source."""
    category: tuple[str, ...] = ()
    """Category path, widest first (`配送 > 送料` is ("配送", "送料"))."""
    tags: tuple[str, ...] = ()
    extra: Mapping[str, str] = field(default_factory=lambda: _NO_EXTRA)
    """Columns the reader does not know by name; kept, shown and filterable."""

    @property
    def all_phrasings(self) -> tuple[str, ...]:
        """The question, then the other phrasings."""
        return (self.question, *self.phrasings)

    def to_json(self) -> dict[str, Any]:
        """Return the document as plain JSON values."""
        return {
            "id": self.id,
            "kind": self.kind,
            "question": self.question,
            "phrasings": list(self.phrasings),
            "answer": self.answer,
            "category": list(self.category),
            "tags": list(self.tags),
            "extra": dict(self.extra),
            "source": {**asdict(self.source), "heading": list(self.source.heading)},
        }
