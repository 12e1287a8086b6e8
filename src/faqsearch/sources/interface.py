"""What every reader takes and gives: a file in memory, and a stream of documents and problems."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from faqsearch.documents import Document
from faqsearch.errors import SourceError

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Problem:
    """Something a reader could not take as it stands, kept instead of raised so that the rest is still read."""

    error: SourceError
    severity: Severity = "error"
    """`error`: something was left out. `warning`: everything was read, but someone should look."""

    def __str__(self) -> str:
        return str(self.error)


@dataclass(frozen=True, slots=True)
class KeyedDocument:
    """A document, and what tells that its row says the same again, without reading it."""

    document: Document
    key: bytes
    """Hash of the row and of all else its document depends on, but for its line; 16 bytes."""


@dataclass(frozen=True, slots=True)
class KnownRow:
    """A row that says what it said when it was read before."""

    number: int
    """What `SourceFile.known` gives for its key."""
    line: int
    """Where it begins now."""


@dataclass(frozen=True, slots=True)
class KnownFile:
    """A file that was read before, whole and without a problem."""

    first: int
    """Number of its first document."""
    lines: Sequence[int]
    """Where each of its documents begins, 0 where none says so."""


@dataclass(frozen=True, slots=True)
class ReadBefore:
    """What need not be read again, as long as it says the same."""

    rows: Mapping[bytes, int] = field(default_factory=dict)
    """Number of a document by the key of its row."""
    files: Mapping[str, KnownFile] = field(default_factory=dict)
    """Files by their keys."""

    def __bool__(self) -> bool:
        return bool(self.rows or self.files)


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file of the corpus, already read."""

    path: str
    """The file as people know it: the corpus as it was named, then the way down (`corpus/shop/faq.csv`)."""
    name: str
    """The file from the corpus folder down (`shop/faq.csv`); what derived ids begin with."""
    data: bytes
    location: Path | None = None
    """Where the file lies; None for bytes that come from nowhere, which then can include nothing."""
    folder: Path | None = None
    """The corpus folder, symbolic links resolved: what a file includes must lie below it."""
    hidden: bool = False
    """Whether rows, columns and sheets that their author hid are read as well."""
    included: dict[str, str] = field(default_factory=dict, compare=False)
    """Path and SHA-256 of every file it includes, filled as it is read: a change there changes its documents."""

    known: Mapping[bytes, int] | None = None
    """Keys of rows that need not be read again; None when nobody wants keys. A reader may look, and then yields a
    `KeyedDocument` or a `KnownRow` in place of a document."""

    def error(
        self,
        message: str,
        *,
        line: int | None = None,
        page: int | None = None,
        anchor: str | None = None,
        hint: str = "",
    ) -> SourceError:
        """The error to raise when nothing of the file can be read."""
        path = f"{self.path}#{printable(anchor)}" if anchor else self.path
        return SourceError(printable(message), path=path, line=line, page=page, hint=hint)

    def problem(
        self,
        message: str,
        *,
        line: int | None = None,
        page: int | None = None,
        anchor: str | None = None,
        hint: str = "",
        severity: Severity = "error",
    ) -> Problem:
        """A problem in this file, to be yielded among its documents."""
        return Problem(self.error(message, line=line, page=page, anchor=anchor, hint=hint), severity)


def printable(text: str) -> str:
    """A file name or a message without what could move a terminal's cursor, break a line or fail to encode.

    Messages quote what a file holds, and everyone prints them.
    """
    return "".join(
        character
        if character.isprintable() or character == "\u3000"
        else character.encode("unicode_escape").decode("ascii")
        for character in text
    )


Item = Document | KeyedDocument | KnownRow
"""What a corpus is made of."""

Reader = Callable[[SourceFile], Iterator[Item | Problem]]
"""Reads one file. Yields documents in their order in the file, and problems where they were met.

A reader raises SourceError only when it can read nothing more of the file; what it yielded before stands.
It never guesses around a fault: what it cannot read rightly, it reports. Ids are unique within the file.
"""
