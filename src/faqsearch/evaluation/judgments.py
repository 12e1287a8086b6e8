"""Judgments: which documents answer which question, graded. Reads them from the files people have.

Queries: JSON Lines (`id, query` and any other keys), CSV or TSV with a header, or `id<TAB>query` lines.
Judgments ("qrels"): `query, document, grade` or TREC's `query, iteration, document, grade`, with or without a header,
separated by tabs, by spaces, or, in a `.csv` file, by commas.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from faqsearch.errors import JudgmentsError, SourceError
from faqsearch.sources.decoding import decode

_NO_EXTRA: Mapping[str, str] = MappingProxyType({})
_QUERY_ID = ("query_id", "query-id", "qid", "topic", "id", "_id")
_QUERY_TEXT = ("query", "text", "question", "質問")
_DOCUMENT_ID = ("doc_id", "corpus-id", "corpus_id", "document_id", "docid", "docno")
_GRADE = ("grade", "score", "relevance", "rel", "label")
_QUERIES_HINT = "Write one question per line: id, a tab, the question; or JSON Lines with `id` and `query`."
_QRELS_HINT = "Write one judgment per line: query id, document id and grade (2 right, 1 related, 0 not), with tabs."

Grades = Mapping[str, int]
"""Document id to grade: 2 right answer, 1 related, 0 judged and not relevant; a document left out counts as 0."""


@dataclass(frozen=True, slots=True)
class JudgedQuery:
    """One question of a judged set."""

    id: str
    text: str
    extra: Mapping[str, str] = field(default_factory=lambda: _NO_EXTRA)
    """What else the file says of it, such as `kind`; tables can be split by it."""


@dataclass(frozen=True, slots=True)
class Judgments:
    """Questions and the documents that answer them."""

    queries: tuple[JudgedQuery, ...]
    """In file order; ids are distinct."""
    grades: Mapping[str, Grades]
    """Query id to its grades; a query without any document of grade 1 or more has no answer."""
    unasked: int = 0
    """Judged query ids that are not among the queries; they are left out."""

    def of(self, query: JudgedQuery) -> Grades:
        """Return the grades of one query; empty when nothing was judged for it."""
        return self.grades.get(query.id, {})

    def answerable(self, query: JudgedQuery) -> bool:
        """Whether some document was judged to answer the query, or to be related to it."""
        return any(grade > 0 for grade in self.of(query).values())

    def documents(self) -> set[str]:
        """Return the ids of all documents judged with grade 1 or more."""
        return {document for grades in self.grades.values() for document, grade in grades.items() if grade > 0}


def read_judgments(queries: str | Path | Sequence[JudgedQuery], qrels: str | Path | Mapping[str, Grades]) -> Judgments:
    """Read a judged set from its two files; either may be given as values instead.

    Raises:
        JudgmentsError: A file cannot be read, or none of the judgments is about one of the queries.
    """
    asked = read_queries(queries) if isinstance(queries, str | Path) else list(queries)
    grades = read_qrels(qrels) if isinstance(qrels, str | Path) else dict(qrels)
    if not asked:
        raise JudgmentsError("there are no queries", hint=_QUERIES_HINT)
    ids = {query.id for query in asked}
    kept = {query: judged for query, judged in grades.items() if query in ids}
    if grades and not kept:
        raise JudgmentsError(
            f"none of the {len(grades)} judged query ids is among the {len(asked)} queries "
            f"(judged: {next(iter(grades))!r}; asked: {asked[0].id!r})",
            hint="Give the queries file and the qrels file of the same set.",
        )
    return Judgments(tuple(asked), kept, unasked=len(grades) - len(kept))


def read_queries(path: str | Path) -> list[JudgedQuery]:
    """Read questions from a JSON Lines, CSV, TSV or `id<TAB>query` file.

    Raises:
        JudgmentsError: The file or one of its lines cannot be read, or an id comes twice.
    """
    found: dict[str, JudgedQuery] = {}
    text = _read(path)
    jsonl = Path(path).suffix.lower() in {".jsonl", ".ndjson"} or text.lstrip().startswith("{")
    for line, cells in _objects(path, text) if jsonl else _table(path, text, (_QUERY_ID, _QUERY_TEXT)):
        query = _query(cells, f"{path}:{line}")
        if query.id in found:
            raise JudgmentsError(f"{path}:{line}: query id {query.id!r} comes twice", hint="Give every query its own.")
        found[query.id] = query
    return list(found.values())


def read_qrels(path: str | Path) -> dict[str, dict[str, int]]:
    """Read graded judgments: query id to document id to grade.

    Raises:
        JudgmentsError: The file or one of its lines cannot be read, or two lines contradict each other.
    """
    qrels: dict[str, dict[str, int]] = {}
    for line, cells in _table(path, _read(path), (_QUERY_ID, _DOCUMENT_ID, _GRADE)):
        place = f"{path}:{line}"
        values = list(cells.values())
        if any(isinstance(name, int) for name in cells) or len(values) < 3:
            if len(values) not in {3, 4}:
                raise JudgmentsError(f"{place}: {len(values)} columns; expected 3, or TREC's 4", hint=_QRELS_HINT)
            query, document, grade = values[0], values[-2], values[-1]
        else:
            query, document, grade = (_named(cells, names) for names in (_QUERY_ID, _DOCUMENT_ID, _GRADE))
        if not query or not document:
            raise JudgmentsError(f"{place}: an id is empty", hint=_QRELS_HINT)
        try:
            value = max(int(grade), 0)  # TREC gives spam and duplicates -1 and -2: not relevant
        except ValueError:
            raise JudgmentsError(f"{place}: grade {grade!r} is not a whole number", hint=_QRELS_HINT) from None
        if qrels.setdefault(query, {}).setdefault(document, value) != value:
            raise JudgmentsError(
                f"{place}: document {document!r} is judged twice for query {query!r}, differently",
                hint="Keep one of the two lines.",
            )
    return qrels


def _query(cells: Mapping[str | int, str], place: str) -> JudgedQuery:
    if any(isinstance(name, int) for name in cells):
        values = list(cells.values())
        if len(values) != 2:
            raise JudgmentsError(f"{place}: {len(values)} columns; expected id and question", hint=_QUERIES_HINT)
        query = JudgedQuery(values[0].strip(), values[1].strip())
    else:
        known = {*_QUERY_ID, *_QUERY_TEXT}
        extra = {str(name): value for name, value in cells.items() if name not in known and value}
        query = JudgedQuery(_named(cells, _QUERY_ID), _named(cells, _QUERY_TEXT), MappingProxyType(extra))
    if not query.id or not query.text:
        raise JudgmentsError(f"{place}: no {'question' if query.id else 'query id'}", hint=_QUERIES_HINT)
    return query


def _named(cells: Mapping[str | int, str], names: Sequence[str]) -> str:
    return next((cells[name].strip() for name in names if name in cells), "")


def _read(path: str | Path) -> str:
    try:
        decoded = decode(Path(path).read_bytes(), path=str(path))
    except (OSError, SourceError) as error:
        reason = error.message if isinstance(error, SourceError) else error.strerror or str(error)
        raise JudgmentsError(f"{path}: {reason}", hint="Name a readable text file.") from error
    if decoded.damaged:
        raise JudgmentsError(f"{path}:{decoded.damaged[0]}: not {decoded.encoding}", hint="Save the file as UTF-8.")
    return decoded.text.removeprefix("\ufeff")


def _objects(path: str | Path, text: str) -> Iterator[tuple[int, dict[str | int, str]]]:
    # Split at \n alone: a question may hold U+2028, which splitlines() takes for a line end.
    for line, row in enumerate(text.split("\n"), 1):
        if not row.strip():
            continue
        try:
            value = json.loads(row)
        except ValueError as error:
            raise JudgmentsError(f"{path}:{line}: not JSON ({error})", hint=_QUERIES_HINT) from error
        if not isinstance(value, dict):
            raise JudgmentsError(f"{path}:{line}: not a JSON object", hint=_QUERIES_HINT)
        yield line, {str(name): _cell(cell) for name, cell in value.items()}


def _cell(value: object) -> str:
    return value if isinstance(value, str) else "" if value is None else json.dumps(value, ensure_ascii=False)


def _table(path: str | Path, text: str, columns: Sequence[Sequence[str]]) -> Iterator[tuple[int, dict[str | int, str]]]:
    """Yield (line, cells); cells are named by the header if it names every one of `columns`, else by their place."""
    header: list[str] | None = None
    for number, (line, row) in enumerate(_rows(path, text)):
        if number == 0:
            names = [cell.strip().lower() for cell in row]
            if all(any(name in names for name in aliases) for aliases in columns):
                header = names
                continue
            if columns[-1] is _GRADE and not any(character.isdecimal() for character in row[-1]):
                continue  # a header in words we do not know
        if header and len(row) > len(header):
            raise JudgmentsError(
                f"{path}:{line}: {len(row)} columns; the header has {len(header)}", hint="Quote cells that hold commas."
            )
        names_or_places = header or range(len(row))
        yield line, dict(zip(names_or_places, row, strict=False))


def _rows(path: str | Path, text: str) -> Iterator[tuple[int, list[str]]]:
    if Path(path).suffix.lower() == ".csv":
        reader = csv.reader(io.StringIO(text, newline=""))
        line = 1
        for row in reader:
            if any(cell.strip() for cell in row):
                yield line, row
            line = reader.line_num + 1
        return
    for line, row_text in enumerate(text.split("\n"), 1):
        stripped = row_text.rstrip("\r")
        if stripped.strip():
            yield line, stripped.split("\t") if "\t" in stripped else stripped.split()
