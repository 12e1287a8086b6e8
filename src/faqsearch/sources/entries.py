"""Rows inside nested data (JSON, YAML): lists of entries, groups of them, and schema.org's FAQPage."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from faqsearch.documents import Document
from faqsearch.sources.cells import one_line
from faqsearch.sources.html_text import html_text
from faqsearch.sources.interface import Problem, SourceFile
from faqsearch.sources.rows import RowReader

_HOLDERS = (
    "faqs",
    "faq",
    "questions",
    "items",
    "entries",
    "sections",
    "documents",
    "articles",
    "categories",
    "groups",
    "data",
    "rows",
    "records",
    "mainEntity",
    "@graph",
    "よくある質問",
    "質問一覧",
    "一覧",
)
"""Keys under which a list of entries, or of groups of entries, is looked for."""
_GROUP_NAMES = ("name", "title", "category", "カテゴリ", "カテゴリー", "分類")


class Entry(dict[str, Any]):
    """An object that knows the line it begins at."""

    line = 1


def read_entries(
    file: SourceFile, rows: RowReader, value: Any, *, line: int = 1, category: tuple[str, ...] = ()
) -> Iterator[Document | Problem]:
    """Make documents of everything in `value` that is an entry; what is none is reported."""
    if isinstance(value, list):
        for item in value:
            yield from read_entries(file, rows, item, line=getattr(item, "line", line), category=category)
    elif isinstance(value, dict):
        line = getattr(value, "line", line)
        if value.get("@type") == "Question":
            yield from rows.read(_schema_row(value), line=line, category=category)
        elif rows.columns(tuple(value)).complete or not (holders := _holders(value)):
            yield from rows.read(value, line=line, category=category)
        else:
            group = _group(value, category)
            for holder in holders:
                yield from read_entries(file, rows, value[holder], line=line, category=group)
    elif value is not None:
        yield file.problem(f"not an entry: '{one_line(str(value))[:40]}'", line=line, hint=_SHAPE)


_SHAPE = "give a list of objects with question and answer"


def _holders(value: dict[str, Any]) -> list[str]:
    return [key for key in _HOLDERS if isinstance(value.get(key), (list, dict)) and value[key]]


def _group(value: dict[str, Any], category: tuple[str, ...]) -> tuple[str, ...]:
    """The name of a group is the category of its entries; the title of a whole page is not, it groups nothing."""
    if "sections" in value or "metadata" in value or "@type" in value or "@context" in value:
        return category
    names = (value[key] for key in _GROUP_NAMES if isinstance(value.get(key), str))
    name = one_line(next(names, ""))
    return (*category, name) if name else category


def _schema_row(question: dict[str, Any]) -> dict[str, Any]:
    """schema.org: a Question has a name, and acceptedAnswer with a text in HTML."""
    answers = question.get("acceptedAnswer") or question.get("suggestedAnswer")
    texts = [
        answer.get("text")
        for answer in (answers if isinstance(answers, list) else [answers])
        if isinstance(answer, dict)
    ]
    return {
        "question": html_text(str(question.get("name") or question.get("text") or "")),
        "answer": "\n\n".join(html_text(text) for text in texts if isinstance(text, str)),
        "url": question.get("url"),
    }
