"""The kinds of files there are readers for. Each reader is imported when its first file is read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from faqsearch.documents import Document
from faqsearch.sources.interface import Problem, Reader, SourceFile


def _csv(file: SourceFile) -> Iterator[Document | Problem]:
    from faqsearch.sources.delimited import read_csv

    return read_csv(file)


def _tsv(file: SourceFile) -> Iterator[Document | Problem]:
    from faqsearch.sources.delimited import read_tsv

    return read_tsv(file)


def _json(file: SourceFile) -> Iterator[Document | Problem]:
    from faqsearch.sources.json_rows import read_json

    return read_json(file)


def _jsonl(file: SourceFile) -> Iterator[Document | Problem]:
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
}
"""Reader by suffix (lower case, with the dot)."""
