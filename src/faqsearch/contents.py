"""Contents: the headings of a corpus as a tree, each with the id of its document, and what stands around one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from faqsearch.documents import Document, Kind, Source
from faqsearch.errors import DocumentNotFound
from faqsearch.index.interface import Index
from faqsearch.results import SCHEMA
from faqsearch.search import Searcher, open_index

# Documents read at a time: few enough to hold, enough to share a call's overhead.
_BATCH = 512


@dataclass(slots=True)
class Entry:
    """One line of a table of contents."""

    title: str
    """A heading, a category, or the question of an FAQ entry."""
    document: str | None = None
    """Id of the document that holds the text below it; None for a heading with nothing but other headings."""
    kind: Kind | None = None
    source: Source | None = None
    """Where that document stands."""
    children: list[Entry] = field(default_factory=list)
    """In reading order."""
    categories: dict[str, Entry] = field(default_factory=dict, repr=False, compare=False)
    """Those of `children` that are categories, by title."""

    def walk(self, depth: int = 0) -> Iterator[tuple[int, Entry]]:
        """Yield the entry and all below it in reading order, each with its depth."""
        yield depth, self
        for child in self.children:
            yield from child.walk(depth + 1)

    def to_json(self) -> dict[str, Any]:
        """Return it as plain JSON values."""
        source = self.source
        return {
            "title": self.title,
            "id": self.document,
            "kind": self.kind,
            "line": source.line if source else None,
            "page": source.page if source else None,
            "anchor": source.anchor if source else None,
            "children": [child.to_json() for child in self.children],
        }


@dataclass(frozen=True, slots=True)
class Contents:
    """The table of contents of one source file."""

    source: str
    """Path of the file as the corpus was named."""
    entries: tuple[Entry, ...]

    def to_json(self) -> dict[str, Any]:
        """Return it as plain JSON values."""
        return {"path": self.source, "entries": [entry.to_json() for entry in self.entries]}


def contents_value(tables: Iterable[Contents], depth: int | None = None) -> dict[str, Any]:
    """Return the JSON value of tables of contents; entries deeper than `depth` (1 is the top) are left out."""
    sources = [table.to_json() for table in tables]
    for source in sources:
        _cut(source["entries"], depth)
    return {"schema": SCHEMA, "sources": sources}


def _cut(entries: list[dict[str, Any]], depth: int | None) -> None:
    for entry in entries:
        if depth is not None and depth <= 1:
            entry["children"] = []
        _cut(entry["children"], None if depth is None else depth - 1)


def table_of_contents(index: Searcher | str | Path, *, source: str | None = None) -> list[Contents]:
    """Return the heading tree of every source file, in corpus order, from the index alone.

    Sections stand under the headings above them, rows of a table under their category, and the entries of a page of
    questions under its headings.

    Args:
        index: A searcher, or the address of an index.
        source: Only this file, or the files in this folder.

    Raises:
        DocumentNotFound: No document comes from `source`.
        IndexNotFound: There is no index at that address.
    """
    opened = (index if isinstance(index, Searcher) else open_index(index)).index
    return tables_of(documents_of(opened, source))


def neighbours(
    index: Searcher | str | Path, document_id: str, *, context: int = 1
) -> tuple[list[Document], list[Document]]:
    """Return the documents that stand before and after one in its source, each in reading order.

    Args:
        index: A searcher, or the address of an index.
        document_id: Whose neighbours.
        context: Documents on each side, at most; fewer at the beginning and the end of a source.

    Raises:
        DocumentNotFound: No document has that id.
        IndexNotFound: There is no index at that address.
    """
    return around((index if isinstance(index, Searcher) else open_index(index)).index, document_id, context)


def around(index: Index, document_id: str, context: int) -> tuple[list[Document], list[Document]]:
    """Return up to `context` documents before and after one, from its own source."""
    number = index.number(document_id)
    first, last = max(0, number - context), min(index.manifest.documents, number + context + 1)
    near = index.documents(range(first, last))
    path = near[number - first].source.path
    before = [document for document in near[: number - first] if document.source.path == path]
    after = [document for document in near[number - first + 1 :] if document.source.path == path]
    return before, after


def documents_of(index: Index, source: str | None = None) -> Iterator[Document]:
    """Yield the documents of an index in corpus order, or those of one file or folder.

    Raises:
        DocumentNotFound: No document comes from `source`.
    """
    found = False
    for start in range(0, index.manifest.documents, _BATCH):
        for document in index.documents(range(start, min(start + _BATCH, index.manifest.documents))):
            if source is None or is_from(document.source.path, source):
                found = True
                yield document
    if not found and source is not None:
        raise DocumentNotFound(
            f"no document comes from {source!r}", hint="Name a file or folder as `faqsearch info` lists it."
        )


def is_from(path: str, source: str) -> bool:
    """Return whether a file is `source`, or lies in the folder `source`; the folders above may be left out."""
    return f"/{source.strip('/')}/" in f"/{path.strip('/')}/"


def tables_of(documents: Iterable[Document]) -> list[Contents]:
    """Return the tables of contents of documents in reading order."""
    roots: dict[str, Entry] = {}
    for document in documents:
        _place(roots.setdefault(document.source.path, Entry("")), document)
    return [Contents(path, tuple(root.children)) for path, root in roots.items()]


def _place(root: Entry, document: Document) -> None:
    heading = document.source.heading
    entry = root
    if not heading:
        for category in document.category:
            entry = _category(entry, category)
    elif _is_own(document):
        for step in heading[:-1]:
            entry = _under(entry, step)
        last = entry.children[-1] if entry.children else None
        # The heading may be known already from what stands below it; a second section of that name is another one.
        if last is not None and last.title == heading[-1] and last.document is None:
            last.document, last.kind, last.source = document.id, document.kind, document.source
            return
    else:
        for step in heading:
            entry = _under(entry, step)
    title = heading[-1] if heading and _is_own(document) else document.question
    entry.children.append(Entry(title, document.id, document.kind, document.source))


def _is_own(document: Document) -> bool:
    """Whether the last heading is the document's own, and not that of the section its question stands in."""
    heading = document.source.heading
    return bool(heading) and heading[-1].endswith(document.question)


def _under(entry: Entry, title: str) -> Entry:
    """The heading to go on under: the last one, since documents come in reading order."""
    if not entry.children or entry.children[-1].title != title:
        entry.children.append(Entry(title))
    return entry.children[-1]


def _category(entry: Entry, title: str) -> Entry:
    """The category of that name, wherever it first stood: rows of one category need not stand together."""
    if title not in entry.categories:
        entry.categories[title] = Entry(title)
        entry.children.append(entry.categories[title])
    return entry.categories[title]
