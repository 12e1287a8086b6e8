"""JSON and JSONL: lists of objects, groups of them, FAQPage; every entry with its line."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from faqsearch.documents import Document
from faqsearch.sources.bounds import MAX_DEPTH, MAX_LINE_CHARS, MAX_OBJECTS, MAX_RECOVERIES, MAX_VALUES
from faqsearch.sources.decoding import read_text
from faqsearch.sources.entries import Entry, read_entries
from faqsearch.sources.interface import Item, Problem, SourceFile
from faqsearch.sources.keys import RowKeys
from faqsearch.sources.rows import RowReader

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"|[][{}\n]', re.DOTALL)
_STRING = re.compile(r'"(?:[^"\\]|\\.)*+"', re.DOTALL)
_ITEM = re.compile(r"^[ \t]*\{", re.MULTILINE)


def _decoder(hook: Callable[[list[tuple[str, Any]]], Any] | None) -> json.JSONDecoder:
    return json.JSONDecoder(object_pairs_hook=hook, parse_int=str, parse_float=str, parse_constant=str, strict=False)


_ROW_DECODER = _decoder(None)


def read_jsonl(file: SourceFile) -> Iterator[Item | Problem]:
    """Read one object per line. Only line feeds end lines: U+2028 and its kind are text."""
    text = yield from read_text(file)
    rows, keys = RowReader(file), RowKeys(file)
    start, line = 0, 0
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        line += 1
        if end - start > MAX_LINE_CHARS:
            yield file.problem(f"a line of {end - start:,} characters; at most {MAX_LINE_CHARS:,} are read", line=line)
        elif content := text[start:end].strip(" \t\r"):
            yield from keys.read(content, line, partial(_line, file, rows, content))
        start = end + 1


def _line(file: SourceFile, rows: RowReader, content: str, line: int) -> Iterator[Document | Problem]:
    try:
        value = _parse(content)
    except _UnreadableError as fault:
        yield file.problem(str(fault), line=line)
    else:
        yield from read_entries(file, rows, value, line=line)


def read_json(file: SourceFile) -> Iterator[Document | Problem]:
    """Read one value: a list of objects, or objects that hold lists of them."""
    text = yield from read_text(file)
    rows = RowReader(file)
    if not text.strip():
        yield file.problem("the file is empty", severity="warning")
        return
    try:
        value = _parse(text, lines=True)
    except _TooMuchError as fault:
        raise file.error(str(fault), line=fault.line, hint="split the file, or write one object on each line") from None
    except _UnreadableError as fault:
        saved = list(_item_by_item(file, rows, text))
        if not any(isinstance(item, Problem) and item.severity == "error" for item in saved):
            yield file.problem(str(fault), line=fault.line)
        yield from saved
    else:
        yield from read_entries(file, rows, value)


class _UnreadableError(Exception):
    """Not JSON, or not any we read."""

    def __init__(self, message: str, line: int = 1) -> None:
        super().__init__(message)
        self.line = line


class _TooMuchError(_UnreadableError):
    """More than memory should have to hold; not even its parts are read."""


def _parse(text: str, *, lines: bool = False) -> Any:
    """Parse one value; numbers stay as written, so that an id `007` or a version `1.10` keeps its digits.

    Args:
        text: The JSON.
        lines: Give every object the line it begins at.
    """
    ends: Iterator[int] = iter(())

    def entry(pairs: list[tuple[str, Any]]) -> Entry:
        made = Entry(pairs)
        made.line = next(ends, 1)
        return made

    decoder = _decoder(entry) if lines else _ROW_DECODER
    if lines:
        if sum(map(text.count, ",[{")) > MAX_VALUES and sum(map(_STRING.sub("", text).count, ",[{")) > MAX_VALUES:
            raise _TooMuchError(f"more than {MAX_VALUES:,} values")
        # The decoder calls the hook when an object ends, so the lines are lined up in the order of ends.
        ends = iter(_lines_by_end(text))
    elif text.count("{") + text.count("[") > MAX_DEPTH:
        _lines_by_end(text)
    try:
        return decoder.decode(text)
    except json.JSONDecodeError as fault:
        raise _UnreadableError(f"not JSON: {fault.msg.lower()}, column {fault.colno}", fault.lineno) from None
    except RecursionError:
        raise _UnreadableError("nested too deeply") from None


def _lines_by_end(text: str) -> list[int]:
    """The line each object begins at, in the order the objects end.

    Raises:
        _UnreadableError: the nesting is deeper than anyone writes.
        _TooMuchError: there are more than anyone writes.
    """
    line, open_lines, by_end = 1, [], []
    for match in _TOKEN.finditer(text):
        sign = text[match.start()]
        if sign == "\n":
            line += 1
        elif sign in "{[":
            open_lines.append(line)
            if len(open_lines) > MAX_DEPTH:
                raise _UnreadableError(f"nested more than {MAX_DEPTH} deep", line)
        elif sign in "}]" and open_lines:
            begun = open_lines.pop()
            if sign == "}":
                by_end.append(begun)
                if len(by_end) > MAX_OBJECTS:
                    raise _TooMuchError(f"more than {MAX_OBJECTS:,} objects", line)
        elif sign == '"':
            # A raw line break within a string is not JSON, but the decoder lets it pass.
            line += text.count("\n", match.start(), match.end())
    return by_end


def _item_by_item(file: SourceFile, rows: RowReader, text: str) -> Iterator[Document | Problem]:
    """Save the entries around a fault: every object that begins a line and is whole.

    Only for the flat lists that people edit by hand, where each entry begins on a line of its own.
    """
    first = re.search(r"\[\s*\{", text)
    if first is None:
        return
    decoder = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str, strict=False)
    position, line, counted, faults = first.end() - 1, 1, 0, 0
    while position < len(text) and faults < MAX_RECOVERIES:
        line += text.count("\n", counted, position)
        counted = position
        try:
            value, end = decoder.raw_decode(text, position)
        except (json.JSONDecodeError, RecursionError) as fault:
            faults += 1
            place = fault.lineno if isinstance(fault, json.JSONDecodeError) else line
            yield file.problem(f"not JSON: {getattr(fault, 'msg', 'nested too deeply').lower()}", line=place)
            following = _ITEM.search(text, position + 1)
        else:
            if isinstance(value, dict) and rows.columns(tuple(value)).complete:
                yield from read_entries(file, rows, value, line=line)
            following = re.compile(r"\s*,?\s*\{").match(text, end) or _ITEM.search(text, end)
        if following is None:
            return
        position = following.end() - 1
    yield file.problem(f"{faults} broken entries; the rest of the file is not read", line=line)
