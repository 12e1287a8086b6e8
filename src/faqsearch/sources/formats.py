"""The kinds of files there are readers for. Each reader is imported when its first file is read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from faqsearch.documents import Document
from faqsearch.sources.interface import Item, Problem, Reader, SourceFile
from faqsearch.sources.libraries import require


def _csv(file: SourceFile) -> Iterator[Item | Problem]:
    from faqsearch.sources.delimited import read_csv

    return read_csv(file)


def _tsv(file: SourceFile) -> Iterator[Item | Problem]:
    from faqsearch.sources.delimited import read_tsv

    return read_tsv(file)


def _json(file: SourceFile) -> Iterator[Document | Problem]:
    from faqsearch.sources.json_rows import read_json

    return read_json(file)


def _jsonl(file: SourceFile) -> Iterator[Item | Problem]:
    from faqsearch.sources.json_rows import read_jsonl

    return read_jsonl(file)


def _yaml(file: SourceFile) -> Iterator[Document | Problem]:
    from faqsearch.sources.yaml_pages import read_yaml

    return read_yaml(file)


def _markdown(file: SourceFile) -> Iterator[Document | Problem]:
    from faqsearch.sources.markdown import read_markdown

    return read_markdown(file)


def _plain_text(file: SourceFile) -> Iterator[Document | Problem]:
    from faqsearch.sources.plain_text import read_plain_text

    return read_plain_text(file)


def _html(file: SourceFile) -> Iterator[Document | Problem]:
    require("lxml", "HTML files")
    from faqsearch.sources.html_pages import read_html

    return read_html(file)


def _xlsx(file: SourceFile) -> Iterator[Document | Problem]:
    require("openpyxl", "Excel files")
    from faqsearch.sources.spreadsheets import read_xlsx

    return read_xlsx(file)


def _docx(file: SourceFile) -> Iterator[Document | Problem]:
    require("docx", "Word files")
    from faqsearch.sources.word import read_docx

    return read_docx(file)


def _pdf(file: SourceFile) -> Iterator[Document | Problem]:
    require("pypdfium2", "PDF files")
    from faqsearch.sources.pdf import read_pdf

    return read_pdf(file)


def _rst(file: SourceFile) -> Iterator[Document | Problem]:
    require("docutils", "reStructuredText files")
    from faqsearch.sources.restructured import read_rst

    return read_rst(file)


READERS: Mapping[str, Reader] = {
    ".csv": _csv,
    ".tsv": _tsv,
    ".json": _json,
    ".jsonl": _jsonl,
    ".ndjson": _jsonl,
    ".yaml": _yaml,
    ".yml": _yaml,
    ".md": _markdown,
    ".markdown": _markdown,
    ".txt": _plain_text,
    ".text": _plain_text,
    ".html": _html,
    ".htm": _html,
    ".xhtml": _html,
    ".xlsx": _xlsx,
    ".xlsm": _xlsx,
    ".docx": _docx,
    ".pdf": _pdf,
    ".rst": _rst,
    ".rest": _rst,
}
"""Reader by suffix (lower case, with the dot)."""
