"""Markdown: one document per heading section."""

from __future__ import annotations

from collections.abc import Iterator

from faqsearch.documents import Document
from faqsearch.sources.blocks import FoldStart, Heading, Text
from faqsearch.sources.bounds import MAX_MARKDOWN_BYTES, MAX_PROSE_LINES
from faqsearch.sources.cells import tidy
from faqsearch.sources.decoding import read_prose
from faqsearch.sources.front_matter import read_front_matter
from faqsearch.sources.interface import Problem, SourceFile
from faqsearch.sources.markdown_dialects import plain_dialect
from faqsearch.sources.markdown_text import markdown_blocks
from faqsearch.sources.sections import read_sections


def read_markdown(file: SourceFile) -> Iterator[Document | Problem]:
    """Read a page."""
    if len(file.data) > MAX_MARKDOWN_BYTES:
        raise file.error(
            f"{len(file.data):,} bytes; at most {MAX_MARKDOWN_BYTES:,} of Markdown are read", hint="split the file"
        )
    text = yield from read_prose(file)
    lines = text.count("\n")
    if lines > MAX_PROSE_LINES:
        raise file.error(f"{lines:,} lines; at most {MAX_PROSE_LINES:,} of Markdown are read", hint="split the file")
    page, start, problems = read_front_matter(file, text)
    yield from problems
    blocks = markdown_blocks(plain_dialect(text[start:]), first_line=text.count("\n", 0, start) + 1)
    yield from read_sections(file, blocks, page)


def plain_markdown(text: str) -> str:
    """Markdown in a field of another format, as readable text."""
    blocks = markdown_blocks(text)
    return tidy("\n\n".join(block.text for block in blocks if isinstance(block, (Heading, Text, FoldStart))))
