"""Plain text: numbered, marked and underlined headings make sections, `Q.` and `A.` make FAQs."""

from __future__ import annotations

from collections.abc import Iterator

from faqsearch.documents import Document
from faqsearch.sources.blocks import Block, Text
from faqsearch.sources.bounds import MAX_PROSE_BYTES
from faqsearch.sources.decoding import read_prose
from faqsearch.sources.interface import Problem, SourceFile
from faqsearch.sources.sections import Page, read_sections
from faqsearch.sources.text_headings import find_headings, find_title, is_rule


def read_plain_text(file: SourceFile) -> Iterator[Document | Problem]:
    """Read a text file."""
    if len(file.data) > MAX_PROSE_BYTES:
        raise file.error(
            f"{len(file.data):,} bytes; at most {MAX_PROSE_BYTES:,} of text are read", hint="split the file"
        )
    text = yield from read_prose(file)
    lines = text.replace("\f", "\n").split("\n")
    yield from read_sections(file, _blocks(lines), Page(title=find_title(lines)))


def _blocks(lines: list[str]) -> Iterator[Block]:
    """Headings where they stand, and the paragraphs between them."""
    headings = find_headings(lines)
    paragraph: list[str] = []
    start = 1
    for number, line in enumerate(lines, 1):
        heading = headings.get(number)
        blank = not line.strip() or is_rule(line)
        if paragraph and (blank or heading):
            yield Text("\n".join(paragraph), start)
            paragraph = []
        if heading:
            yield heading
        elif not blank:
            if not paragraph:
                start = number
            paragraph.append(line.rstrip())
    if paragraph:
        yield Text("\n".join(paragraph), start)
