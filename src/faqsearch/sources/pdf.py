"""PDF: text in reading order, sections by the outline or the size of type, every document with its page."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Generator, Iterator
from dataclasses import replace
from itertools import islice
from threading import Lock
from time import monotonic
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from faqsearch.documents import Document
from faqsearch.sources.blocks import Block, Heading, Text
from faqsearch.sources.bounds import MAX_PAGE_CHARS, MAX_PAGES, MAX_SECONDS
from faqsearch.sources.cells import one_line
from faqsearch.sources.interface import Problem, SourceFile
from faqsearch.sources.mojibake import mojibake_lines, sound_blocks
from faqsearch.sources.pdf_glyphs import lost_characters, page_text
from faqsearch.sources.pdf_headings import OutlineEntry, find_pdf_headings
from faqsearch.sources.pdf_layout import Line, page_lines, without_furniture
from faqsearch.sources.pdf_paragraphs import paragraphs
from faqsearch.sources.pdf_tables import table_boxes, with_rows
from faqsearch.sources.sections import Page, read_sections

_MOST_BOOKMARKS = 20_000
_PASSWORD = re.compile(r"password|security", re.IGNORECASE)
_LONGEST_TITLE = 100
_MADE_UP = re.compile(
    r"^microsoft |\.(?:docx?|xlsx?|pptx?|indd|pdf|ai|txt|html?)\b|^(?:untitled|無題|\(?anonymous\)?|名称未設定)",
    re.IGNORECASE,
)
_lock = Lock()
"""PDFium is not made for several threads."""


def read_pdf(file: SourceFile) -> Iterator[Document | Problem]:
    """Read a PDF."""
    with _lock:
        # Read as a whole, so that the lock is not held while a consumer does something else.
        items = list(_items(file))
    yield from items


def _items(file: SourceFile) -> Iterator[Document | Problem]:
    try:
        document = pypdfium2.PdfDocument(file.data)
    except pypdfium2.PdfiumError as fault:
        if _PASSWORD.search(str(fault)):
            raise file.error("encrypted with a password", hint="save a copy without the password") from None
        raise file.error(f"not a PDF that can be read: {one_line(str(fault))[:100]}", hint="export it again") from None
    try:
        pages, heights = yield from _pages(file, document)
        outline = list(_outline(document))
        title = _title(document)
    finally:
        document.close()
    lines = without_furniture(pages, heights)
    headings = find_pdf_headings(lines, outline)
    by_page = not headings and len(lines) > 1
    blocks = _by_page(file, lines) if by_page else paragraphs(lines, headings)
    problems: list[Problem] = []
    yield from read_sections(file, sound_blocks(file, blocks, problems), Page(title=title))
    yield from problems


def _pages(file: SourceFile, document: Any) -> Generator[Problem, None, tuple[list[list[Line]], list[float]]]:
    """The lines of every page, and the heights of the pages."""
    count = len(document)
    if count > MAX_PAGES:
        yield file.problem(
            f"{count:,} pages; only the first {MAX_PAGES:,} are read", page=MAX_PAGES + 1, hint="split the file"
        )
    ends = monotonic() + MAX_SECONDS
    pages: list[list[Line]] = []
    heights: list[float] = []
    for number in range(1, min(count, MAX_PAGES) + 1):
        if monotonic() > ends:
            message = f"reading takes more than {MAX_SECONDS:.0f} seconds; the pages from here on are not read"
            yield file.problem(message, page=number, hint="split the file")
            break
        lines: list[Line] = []
        height = 0.0
        try:
            page = document[number - 1]
            try:
                text = page_text(page, most=MAX_PAGE_CHARS)
                height = text.height
                if text.unreadable * 3 > text.characters:
                    message = "the fonts of this page do not say what their shapes mean; it is left out"
                    yield file.problem(message, page=number, hint="run text recognition (OCR) on it")
                else:
                    runs = text.runs if text.is_turned else with_rows(text.runs, table_boxes(page))
                    lines = page_lines(replace(text, runs=runs), number)
                if lost := lost_characters(page):
                    message = f"{lost:,} single characters may be missing: their font is neither in the file nor here"
                    hint = "export the file with its fonts embedded"
                    yield file.problem(message, page=number, hint=hint, severity="warning")
                if not text.characters and not lost and _shows_something(page):
                    message = "no text on this page, only a picture of it"
                    yield file.problem(
                        message, page=number, hint="run text recognition (OCR) on it", severity="warning"
                    )
                elif text.is_cut:
                    message = f"more than {MAX_PAGE_CHARS:,} characters on one page; the rest is not read"
                    yield file.problem(message, page=number)
            finally:
                page.close()
        except pypdfium2.PdfiumError as fault:
            yield file.problem(f"the page cannot be read: {one_line(str(fault))[:100]}", page=number)
        pages.append(lines)
        heights.append(height)
    return pages, heights


def _shows_something(page: Any) -> bool:
    """Whether there are pictures or drawings, as on a scanned page; an empty page is nothing to report."""
    kinds = (pdfium.FPDF_PAGEOBJ_IMAGE, pdfium.FPDF_PAGEOBJ_FORM, pdfium.FPDF_PAGEOBJ_PATH)
    return any(item.type in kinds for item in islice(page.get_objects(max_depth=2), 100))


def _outline(document: Any) -> Iterator[OutlineEntry]:
    """The bookmarks of a document; damaged ones end it."""
    try:
        for bookmark in islice(document.get_toc(), _MOST_BOOKMARKS):
            target = bookmark.get_dest()
            index = None if target is None else target.get_index()
            title = one_line(bookmark.get_title())
            if index is not None and title:
                yield OutlineEntry(title, bookmark.level + 1, index + 1)
    except (pypdfium2.PdfiumError, UnicodeError, ValueError):
        return


def _title(document: Any) -> str:
    """The title a PDF gives itself, unless a program made it up from the name of a file."""
    try:
        title = one_line(document.get_metadata_value("Title"))
    except (pypdfium2.PdfiumError, UnicodeError):
        return ""
    return "" if len(title) > _LONGEST_TITLE or _MADE_UP.search(title) or any(mojibake_lines(title)) else title


def _by_page(file: SourceFile, pages: list[list[Line]]) -> Iterator[Block]:
    """A PDF without any headings: its pages are its sections."""
    stem = unicodedata.normalize("NFC", file.name.rpartition("/")[2].rpartition(".")[0])
    for lines in pages:
        if lines:
            number = lines[0].page
            yield Heading(f"{stem} {number}ページ", 1, label=f"p{number}", page=number)
            yield from (block for block in paragraphs([lines], {}) if isinstance(block, Text))
