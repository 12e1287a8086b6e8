"""What a page is made of, whatever format it came in: headings, text, and parts that fold away."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; what follows, up to the next of its level or above, is its section."""

    text: str
    level: int
    line: int | None = None
    anchor: str | None = None
    """Explicit anchor of the heading, when the source gives one."""
    label: str | None = None
    """Number of the heading (`1.2`, `第3章`) for formats that identify sections by it."""
    page: int | None = None
    slug: str | None = None
    """What the id is made of, where the text holds more than the author wrote (a number that changes)."""


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph, list, table or code block, as readable text."""

    text: str
    line: int | None = None
    page: int | None = None


@dataclass(frozen=True, slots=True)
class FoldStart:
    """The line one clicks to unfold an accordion."""

    text: str
    line: int | None = None
    anchor: str | None = None


@dataclass(frozen=True, slots=True)
class FoldEnd:
    """The end of an accordion; the section around it goes on."""


Block = Heading | Text | FoldStart | FoldEnd
CODE_FENCE = "```"
"""The line before and after code in a `Text`."""
