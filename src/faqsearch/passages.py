"""Passage: what is indexed of a document, one phrasing or one piece of an answer or section."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from faqsearch.documents import Document
from faqsearch.patterns import pattern
from faqsearch.text import sentences

Field = Literal["question", "answer"]

PHRASING, SENTENCE, OTHER = 0, 1, 2
"""Kinds of units the words of a document come in: each phrasing, each sentence of the answer, one of other words."""

# A fenced block as the sources write it: a line of at least three backticks or tildes, up to the same again.
_FENCED = pattern(r"^[ \t]*(`{3,}|~{3,})[^\n]*\n(.*?)(?:^[ \t]*\1[ \t]*$\n?|\Z)", re.MULTILINE | re.DOTALL)

# A line with cells between bars, or one that begins with the number of a step.
_WHOLE = pattern(
    r"^(?:.*\S \| .*|[ \t]*(?:[0-9０-９]{1,3}[.)．）、]|[(（][0-9０-９]{1,3}[)）]|[①-⑳]|手順[ 　]?[0-9０-９]{1,3}).*)$",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Passage:
    """One phrasing, or one piece of an answer or section."""

    field: Field
    text: str
    """Exactly as it stands in the document."""
    start: int
    """Offset of `text` in the document's answer; 0 for phrasings."""
    context: str = ""
    """What an encoder should read before `text`: the question, or the heading path. Not part of the terms."""


def split(document: Document, *, chars: int) -> Iterator[Passage]:
    """Yield the passages of a document: its phrasings, then the pieces of its answer.

    Pieces end at sentence ends and hold at most `chars` characters, unless one sentence alone is longer. A row of a
    table and a numbered step are kept whole up to twice that. Code blocks are left out. A manual section's heading is
    its phrasing.

    Args:
        document: An FAQ entry or a section.
        chars: Characters in a piece, at most.
    """
    for phrasing in phrasings(document):
        yield Passage("question", phrasing, 0)
    context = document.question if document.kind == "faq" else " > ".join(document.source.heading) or document.question
    start: int | None = None
    end = 0
    for first, last in _whole_lines(document.answer, 2 * chars):
        if start is not None and last - start > chars:
            yield Passage("answer", document.answer[start:end], start, context)
            start = None
        start, end = first if start is None else start, last
    if start is not None:
        yield Passage("answer", document.answer[start:end], start, context)


def _whole_lines(text: str, most: int) -> Iterator[tuple[int, int]]:
    """Yield the sentences of `text`, those of a table row or a numbered step together when `most` characters hold them."""
    lines = [line.span() for line in _WHOLE.finditer(text) if line.end() - line.start() <= most][::-1]
    held: tuple[int, int] | None = None
    line_end = -1
    for start, end in sentence_spans(text):
        if held is not None and end <= line_end:
            held = held[0], end
            continue
        if held is not None:
            yield held
        while lines and lines[-1][1] <= start:
            lines.pop()
        held, line_end = (start, end), lines[-1][1] if lines and lines[-1][0] <= start else -1
    if held is not None:
        yield held


def phrasings(document: Document) -> tuple[str, ...]:
    """Return the ways to ask for a document; a section under other headings is also asked for by its whole path."""
    path = document.source.heading
    if document.kind == "manual" and len(path) > 1:
        return (*document.all_phrasings, " ".join(path))
    return document.all_phrasings


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Return (start, end) of every sentence of `text` outside its code blocks."""
    return [(start + a, start + b) for start, end in prose(text) for a, b in sentences(text[start:end])]


def prose(text: str) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of the stretches of `text` between its code blocks; stretches of spaces are left out."""
    place = 0
    for block in [*_FENCED.finditer(text), None]:
        stop = block.start() if block else len(text)
        if text[place:stop].strip():
            yield place, stop
        place = block.end() if block else stop


def code(text: str) -> str:
    """Return the content of the code blocks of `text`, joined by line breaks."""
    return "\n".join(block.group(2) for block in _FENCED.finditer(text))
