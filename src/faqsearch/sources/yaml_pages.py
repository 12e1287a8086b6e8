"""YAML: lists of entries, groups of them, one entry per file, and `### YamlMime:FAQ` pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from faqsearch.documents import Document
from faqsearch.sources.bounds import MAX_PROSE_BYTES, MAX_RECOVERIES
from faqsearch.sources.decoding import read_text
from faqsearch.sources.entries import read_entries
from faqsearch.sources.interface import Problem, SourceFile
from faqsearch.sources.rows import RowReader
from faqsearch.sources.yaml_nodes import YamlError, load_yaml

_FAQ_PAGE = re.compile(r"\A(?:#[^\n]*\n|\s*\n)*?###\s*YamlMime:\s*FAQ\b")
_ITEM = re.compile(r"^([ ]*)-[ \t]", re.MULTILINE)


def read_yaml(file: SourceFile) -> Iterator[Document | Problem]:
    """Read a YAML file. When it is broken, the entries of its list are read one by one."""
    if len(file.data) > MAX_PROSE_BYTES:
        raise file.error(
            f"{len(file.data):,} bytes; at most {MAX_PROSE_BYTES:,} of YAML are read", hint="split the file"
        )
    text = yield from read_text(file)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    rows = RowReader(file)
    answers_in_markdown = _FAQ_PAGE.match(text) is not None
    try:
        pages = load_yaml(text)
    except YamlError as fault:
        saved = list(_item_by_item(file, rows, text))
        if not any(isinstance(item, Problem) and item.severity == "error" for item in saved):
            yield file.problem(str(fault), line=fault.line)
        yield from saved
        return
    if not any(pages):
        yield file.problem("the file is empty", severity="warning")
    for page in pages:
        yield from read_entries(file, rows, _plain_answers(page) if answers_in_markdown else page)


def _plain_answers(value: Any) -> Any:
    """FAQ pages write their answers in Markdown."""
    from faqsearch.sources.markdown import plain_markdown

    if isinstance(value, list):
        for item in value:
            _plain_answers(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key in ("question", "answer") and isinstance(item, str):
                value[key] = plain_markdown(item)
            else:
                _plain_answers(item)
    return value


def _item_by_item(file: SourceFile, rows: RowReader, text: str) -> Iterator[Document | Problem]:
    """Save the entries around a fault: each `- ` at the first list's depth is read by itself."""
    first = _ITEM.search(text)
    if first is None:
        return
    indent = first.group(1)
    starts = [match.start() for match in re.finditer(rf"^{indent}-[ \t]", text, re.MULTILINE)]
    line, counted, faults = 1, 0, 0
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        line += text.count("\n", counted, start)
        counted = start
        try:
            values = load_yaml(text[start:end], first_line=line)
        except YamlError as fault:
            faults += 1
            yield file.problem(f"{fault}; the entry is left out", line=fault.line)
            if faults > MAX_RECOVERIES:
                yield file.problem(f"{faults} broken entries; the rest of the file is not read", line=line)
                return
        else:
            for value in values:
                yield from read_entries(file, rows, value, line=line)
