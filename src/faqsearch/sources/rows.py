"""One row of a table, or one object, to one document."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from faqsearch.documents import Document, Kind, Source
from faqsearch.sources.bounds import MAX_ID_CHARS, MAX_PHRASINGS
from faqsearch.sources.cells import flat_width, one_line, split_category, split_phrasings, split_tags, tidy
from faqsearch.sources.columns import Columns, Part, recognise
from faqsearch.sources.ids import Counted, content_id
from faqsearch.sources.interface import Problem, SourceFile
from faqsearch.sources.mojibake import Garbled, mojibake_lines, mojibake_problem
from faqsearch.sources.questions import answer_label, is_question, question_label

_KINDS: Mapping[str, Kind] = {
    "faq": "faq",
    "q&a": "faq",
    "qa": "faq",
    "よくある質問": "faq",
    "質問": "faq",
    "manual": "manual",
    "マニュアル": "manual",
    "手順書": "manual",
    "手順": "manual",
    "記事": "manual",
}
Row = Mapping[str, Any]
"""Column name to cell: text, None, or for JSON and YAML also lists and objects."""


class RowReader:
    """Makes documents of the rows of one file."""

    def __init__(self, file: SourceFile) -> None:
        self._file = file
        self._counted = Counted()
        self._columns: dict[tuple[str, ...], Columns] = {}
        self._first: dict[str, Document] = {}

    def columns(self, names: Sequence[str]) -> Columns:
        """Which column is which; remembered, since rows of one file share their names."""
        key = tuple(names)
        if key not in self._columns:
            # Objects may each have keys of their own: what is remembered stays small.
            if len(self._columns) > 100:
                self._columns.clear()
            self._columns[key] = recognise(key)
        return self._columns[key]

    def read(
        self, row: Row, *, line: int | None = None, anchor: str | None = None, category: tuple[str, ...] = ()
    ) -> Iterator[Document | Problem]:
        """Make the document of one row.

        Args:
            row: The row.
            line: Where it begins.
            anchor: Where it begins in a format without lines (`Sheet!A12`).
            category: Category of the group the row stands in.

        Yields:
            The document, and whatever is wrong with the row. A row with neither question nor answer gives nothing.
        """
        columns = self.columns(tuple(row))
        parts = columns.parts
        if not any(_text(cell).strip() for cell in row.values()):
            return
        if "question" not in parts:
            yield self._file.problem(f"no question among {_listed(row)}", line=line, anchor=anchor, hint=_HEADERS)
            return
        row, garbled = _without_mojibake(row)
        for one in garbled:
            yield mojibake_problem(self._file, one, line=line, anchor=anchor)
        question = one_line(_first(row, parts, "question"))
        question = question[question_label(question) :]
        answer = self._answer(row, parts)
        if not question or not answer:
            missing = "question" if not question else "answer"
            shown = f" to '{question[:40]}'" if question else f" for '{answer[:40]}'"
            yield self._file.problem(
                f"no {missing}{one_line(shown) and shown}", line=line, anchor=anchor, hint=f"fill in the {missing}"
            )
            return
        phrasings, faults = _phrasings(row, parts, question)
        for fault in faults:
            yield self._file.problem(fault, line=line, anchor=anchor, severity="warning")
        extra = {name: text for name in columns.extra if (text := tidy(_text(row[name])))}
        own = one_line(_first(row, parts, "id"))
        document = Document(
            id=own,
            kind=self._kind(row, columns, question, extra),
            question=question,
            answer=answer,
            source=Source(self._file.path, line, url=one_line(_first(row, parts, "url")) or None, anchor=anchor),
            phrasings=phrasings,
            category=category + tuple(_steps(row, parts)),
            tags=tuple(dict.fromkeys(tag for name in parts.get("tags", ()) for tag in _items(row[name], split_tags))),
            extra=MappingProxyType(extra),
        )
        yield from self._identified(document)

    def _identified(self, document: Document) -> Iterator[Document | Problem]:
        line, anchor = document.source.line, document.source.anchor
        if own := document.id:
            if len(own) > MAX_ID_CHARS:
                fault = f"the id has {len(own):,} characters; at most {MAX_ID_CHARS}"
                yield self._file.problem(fault, line=line, anchor=anchor)
            else:
                yield document
            return
        derived = content_id(self._file.name, document.question, document.answer)
        first = self._first.setdefault(derived, document)
        if first is not document:
            place = first.source.anchor or f"line {first.source.line}"
            if _same(first, document):
                fault = f"the same entry as {place}; kept once"
                yield self._file.problem(fault, line=line, anchor=anchor, severity="warning")
                return
            fault = f"question and answer repeat {place}"
            yield self._file.problem(fault, line=line, anchor=anchor, severity="warning", hint="merge the two")
        yield _with_id(document, self._counted(derived))

    def _answer(self, row: Row, parts: Mapping[Part, tuple[str, ...]]) -> str:
        pieces = [_first(row, parts, "answer"), *(_text(row[name]) for name in parts.get("more", ()))]
        answer = "\n\n".join(text for piece in pieces if (text := tidy(piece)))
        return answer[answer_label(answer) :]

    @staticmethod
    def _kind(row: Row, columns: Columns, question: str, extra: dict[str, str]) -> Kind:
        if named := one_line(_first(row, columns.parts, "kind")):
            if kind := _KINDS.get(flat_width(named)):
                return kind
            extra[columns.parts["kind"][0]] = named
        return "faq" if columns.is_faq or is_question(question) else "manual"


_HEADERS = "name the columns 質問 and 回答, or question and answer"


def _without_mojibake(row: Row) -> tuple[Row, list[Garbled]]:
    """A row without the lines of its cells that cannot be read, and what was wrong with them."""
    found: list[Garbled] = []
    sound = {name: _sound(cell, found) for name, cell in row.items()}
    return (sound, found) if found else (row, found)


def _sound(cell: Any, found: list[Garbled]) -> Any:
    if isinstance(cell, list):
        return [_sound(item, found) for item in cell]
    if not isinstance(cell, str) or not (garbled := list(mojibake_lines(cell))):
        return cell
    found += garbled
    bad = {one.line for one in garbled if not one.readable}
    return "\n".join(line for number, line in enumerate(cell.split("\n"), 1) if number not in bad)


def _phrasings(row: Row, parts: Mapping[Part, tuple[str, ...]], question: str) -> tuple[tuple[str, ...], list[str]]:
    found: dict[str, None] = {}
    faults: list[str] = []
    for name in parts.get("phrasings", ()):
        cell = row[name]
        for piece in cell if isinstance(cell, list) else [cell]:
            # In a list each item is one phrasing; only its choices are still to be written out.
            phrasings, cut = split_phrasings(_text(piece))
            found.update(dict.fromkeys(phrasing[question_label(phrasing) :] for phrasing in phrasings))
            if cut:
                faults.append("a pattern of phrasings stands for too many; the first are kept")
    # A described situation is one long way to ask, never a list.
    found.update(dict.fromkeys(one_line(_text(row[name])) for name in parts.get("situation", ())))
    found.pop(question, None)
    found.pop("", None)
    if len(found) > MAX_PHRASINGS:
        faults.append(f"{len(found):,} phrasings; the first {MAX_PHRASINGS} are kept")
    return tuple(found)[:MAX_PHRASINGS], faults


def _steps(row: Row, parts: Mapping[Part, tuple[str, ...]]) -> Iterator[str]:
    for name in parts.get("category", ()):
        yield from _items(row[name], split_category)


def _items(cell: Any, split: Any) -> list[str]:
    """A JSON or YAML list as it is, a cell by its separators."""
    if isinstance(cell, list):
        return [text for item in cell if (text := one_line(_text(item)))]
    items: list[str] = split(_text(cell))
    return items


def _first(row: Row, parts: Mapping[Part, tuple[str, ...]], part: Part) -> str:
    return _text(row[parts[part][0]]) if part in parts else ""


def _text(cell: Any) -> str:
    """A cell as text. Texts in several languages (`{ja: …, en: …}`) give the Japanese one."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, dict) and "ja" in cell:
        return _text(cell["ja"])
    if isinstance(cell, list) and all(isinstance(item, str) for item in cell):
        return "\n".join(cell)
    if isinstance(cell, (dict, list)):
        return json.dumps(cell, ensure_ascii=False) if cell else ""
    return str(cell)


def _same(one: Document, other: Document) -> bool:
    return (one.kind, one.phrasings, one.category, one.tags, one.extra, one.source.url) == (
        other.kind,
        other.phrasings,
        other.category,
        other.tags,
        other.extra,
        other.source.url,
    )


def _with_id(document: Document, document_id: str) -> Document:
    return Document(
        document_id,
        document.kind,
        document.question,
        document.answer,
        document.source,
        document.phrasings,
        document.category,
        document.tags,
        document.extra,
    )


def _listed(row: Row) -> str:
    names = ", ".join(f"'{one_line(name)[:30]}'" for name in list(row)[:8])
    return names if len(row) <= 8 else f"{names} and {len(row) - 8} more"
