"""reStructuredText: one document per section, as docutils reads it and without anything Sphinx would have to run."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from docutils import nodes
from docutils.frontend import get_default_settings
from docutils.parsers.rst import Parser, states
from docutils.utils import new_document

from faqsearch.documents import Document
from faqsearch.sources.bounds import MAX_MARKDOWN_BYTES, MAX_PROSE_LINES
from faqsearch.sources.cells import one_line
from faqsearch.sources.decoding import read_prose
from faqsearch.sources.interface import Problem, SourceFile
from faqsearch.sources.rst_blocks import RstBlocks
from faqsearch.sources.rst_directives import Reading, TooLongError, all_directives
from faqsearch.sources.sections import Page, read_sections

_NEVER = 5
"""A level of messages that docutils never reaches: nothing is printed, and no message ends the parsing."""
_LONGEST_LINE = 1_000_000
_LONGEST_INLINE = 50_000
_MOST_MARKS = 1_500


def read_rst(file: SourceFile) -> Iterator[Document | Problem]:
    """Read a page."""
    if len(file.data) > MAX_MARKDOWN_BYTES:
        raise file.error(
            f"{len(file.data):,} bytes; at most {MAX_MARKDOWN_BYTES:,} of reStructuredText are read",
            hint="split the file",
        )
    text = yield from read_prose(file)
    if text.count("\n") > MAX_PROSE_LINES:
        raise file.error(f"more than {MAX_PROSE_LINES:,} lines", hint="split the file")
    reading = Reading(file)
    try:
        tree = _parsed(reading, text)
        blocks = RstBlocks(file, tree)
        found = list(blocks.blocks(tree))
    except TooLongError as fault:
        raise file.error(str(fault), hint="split the file") from None
    except RecursionError:
        raise file.error("nested too deeply", hint="flatten the lists and quotations") from None
    # docutils fails in its own ways on what no one would write.
    except Exception as fault:  # noqa: BLE001
        said = one_line(f"{type(fault).__name__}: {fault}")[:150]
        raise file.error(f"docutils cannot parse it: {said}", hint="report this page to the developers") from None
    yield from reading.problems
    yield from blocks.problems
    yield from read_sections(file, found, Page())


def _parsed(reading: Reading, text: str) -> Any:
    """The document tree, before any transform: references stay the words they were written as."""
    settings = get_default_settings(Parser)
    # Insertion and raw text are handled, within bounds, by our own directives; docutils itself gets none of them.
    settings.file_insertion_enabled = False
    settings.raw_enabled = False
    settings.report_level = settings.halt_level = _NEVER
    settings.warning_stream = io.StringIO()
    settings.line_length_limit = _LONGEST_LINE
    document = new_document(reading.file.path, settings)
    with all_directives(reading):
        Parser(inliner=_timed_inliner(reading)).parse(text, document)
    return document


def _timed_inliner(reading: Reading) -> Any:
    """Looks at the time whenever a paragraph comes by; not a subclass, since docutils reads the class's own names."""
    inliner = states.Inliner()
    parse = inliner.parse

    def timed(text: str, lineno: int, memo: Any, parent: Any) -> Any:
        reading.check_time()
        if len(text) > _LONGEST_INLINE or sum(map(text.count, "*`|_[")) > _MOST_MARKS:
            # Each opening mark is looked for an end in all that follows: shown as written instead.
            return [nodes.Text(text)], []
        return parse(text, lineno, memo, parent)

    inliner.parse = timed
    return inliner
