"""Corpus: files and folders in, one stream of documents out, and an account of everything on the way."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import cached_property
from itertools import count
from pathlib import Path
from types import MappingProxyType

from faqsearch.documents import Document
from faqsearch.errors import MissingExtra, SourceError
from faqsearch.sources.acceptance import Acceptance
from faqsearch.sources.bounds import MAX_FILE_BYTES, MAX_KEPT_PROBLEMS
from faqsearch.sources.formats import READERS
from faqsearch.sources.interface import Item, KeyedDocument, KnownRow, Problem, ReadBefore, SourceFile
from faqsearch.sources.keys import file_key
from faqsearch.sources.report import FileReport, ReadReport
from faqsearch.sources.walk import Findings, FoundFile, find_files


class Corpus:
    """Reads files and folders once, in a fixed order: as named, and within a folder by path.

    Iterate `documents()` to its end, then look at `report`.
    """

    def __init__(
        self,
        corpus: str | Path | Sequence[str | Path],
        *,
        strict: bool = False,
        hidden: bool = False,
        known: ReadBefore | None = None,
        on_problem: Callable[[Problem], None] | None = None,
    ) -> None:
        """Look for the files; nothing is read yet.

        Args:
            corpus: A file, a folder, or several.
            strict: Raise the first error instead of keeping it.
            hidden: Read rows, columns and sheets of workbooks that are hidden, too.
            known: What need not be read again; None when nobody wants keys. See `SourceFile.known`.
            on_problem: Called with each problem when it is met.

        Raises:
            SourceError: a path does not exist or is no file or folder; with `strict`, a link leaves the corpus.
        """
        self._strict = strict
        self._hidden = hidden
        self._known = known
        self._on_problem = on_problem
        self._reports: list[FileReport] = []
        self._problems: list[Problem] = []
        self._errors = self._warnings = self._documents = self._bytes_read = 0
        self._acceptance = Acceptance()
        self._included: dict[str, str] = {}
        self._found: Findings = find_files([corpus] if isinstance(corpus, (str, Path)) else corpus, READERS.keys())
        for problem in self._found.problems:
            self._keep(problem)

    @cached_property
    def total_bytes(self) -> int:
        """The size of the files that will be read, for estimates; files that are gone count nothing."""
        sizes = 0
        for found in self._found.files:
            with suppress(OSError):
                sizes += Path(found.location).stat().st_size
        return sizes

    @property
    def bytes_read(self) -> int:
        """The size of the files that have been read to their ends."""
        return self._bytes_read

    @property
    def report(self) -> ReadReport:
        """What has been read so far."""
        read = {file.path for file in self._reports}
        return ReadReport(
            files=tuple(self._reports),
            documents=self._documents,
            errors=self._errors,
            warnings=self._warnings,
            problems=tuple(self._problems),
            skipped=tuple(self._found.skipped),
            included=MappingProxyType({path: sha for path, sha in self._included.items() if path not in read}),
        )

    def documents(self) -> Iterator[Document]:
        """Every document of the corpus, each id once.

        Raises:
            SourceError: with `strict`, the first error.
        """
        for item in self.items():
            if isinstance(item, Document):
                yield item

    def items(self) -> Iterator[Item]:
        """Every document of the corpus, or what stands for it; see `SourceFile.known`.

        Of a file or a row that is known nothing is looked at: whether its id is used twice is for the caller to see.

        Raises:
            SourceError: with `strict`, the first error.
        """
        for found in self._found.files:
            yield from self._read(found)

    def _read(self, found: FoundFile) -> Iterator[Item]:
        before = (self._documents, self._errors, self._warnings)
        kept_before = len(self._problems)
        sha256, size, key = "", 0, ""
        included: dict[str, str] = {}
        try:
            data = _bytes_of(found)
            sha256, size = hashlib.sha256(data).hexdigest(), len(data)
            key = file_key(found.path, found.name, sha256, hidden=self._hidden)
            for item in self._given(found, data, key, included):
                checked = item if isinstance(item, Problem) else self._check(item)
                if isinstance(checked, Problem):
                    self._keep(checked, room=len(self._problems) - kept_before < MAX_KEPT_PROBLEMS)
                else:
                    self._documents += 1
                    yield checked
        except SourceError as error:
            if self._strict:
                raise
            self._keep(Problem(error))
        except MissingExtra as error:
            if self._strict:
                raise
            self._keep(Problem(SourceError(error.message, path=found.path, hint=error.hint)))
        # No reader should fail in a way of its own; should one, its file is lost and not the others.
        except Exception as fault:
            unexpected = found.fault(fault)
            unexpected.__cause__ = fault
            if self._strict:
                raise unexpected from fault
            self._keep(Problem(unexpected))
        self._bytes_read += size
        documents, errors, warnings = (
            now - then for now, then in zip((self._documents, self._errors, self._warnings), before, strict=True)
        )
        self._included.update(included)
        key = "" if errors or warnings or included else key
        self._reports.append(FileReport(found.path, found.name, sha256, size, documents, errors, warnings, key))

    def _given(self, found: FoundFile, data: bytes, key: str, included: dict[str, str]) -> Iterator[Item | Problem]:
        known = self._known
        if known is not None and (whole := known.files.get(key)) is not None:
            return map(KnownRow, count(whole.first), whole.lines)
        rows = None if known is None else known.rows
        return READERS[found.suffix](
            SourceFile(found.path, found.name, data, found.location, found.folder, self._hidden, included, rows)
        )

    def _check(self, item: Item) -> Item | Problem:
        """Hold every reader to the same promises."""
        if isinstance(item, KnownRow):
            return item
        fault = self._acceptance.fault(item.document if isinstance(item, KeyedDocument) else item)
        if fault is not None:
            return Problem(fault)
        return item

    def _keep(self, problem: Problem, *, room: bool = True) -> None:
        if problem.severity == "error":
            if self._strict:
                raise problem.error
            self._errors += 1
        else:
            self._warnings += 1
        if room:
            self._problems.append(problem)
        if self._on_problem is not None:
            self._on_problem(problem)


def read_documents(
    corpus: str | Path | Sequence[str | Path],
    *,
    strict: bool = False,
    on_problem: Callable[[Problem], None] | None = None,
) -> Iterator[Document]:
    """Every document of a corpus; `Corpus` does the same and keeps an account.

    Args:
        corpus: A file, a folder, or several.
        strict: Raise the first error instead of going on.
        on_problem: Called with each problem when it is met.

    Yields:
        Documents, each id once.

    Raises:
        SourceError: a path does not exist; with `strict`, the first error.
    """
    yield from Corpus(corpus, strict=strict, on_problem=on_problem).documents()


def _bytes_of(found: FoundFile) -> bytes:
    """Read a regular file; what it is was checked by name, so it is checked again once open."""
    try:
        # O_NONBLOCK: should a pipe have taken the file's place, opening it must not wait for a writer.
        handle = os.open(found.location, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        with os.fdopen(handle, "rb") as stream:
            status = os.fstat(handle)
            if not stat.S_ISREG(status.st_mode):
                raise SourceError("no longer a regular file", path=found.path)
            if status.st_size > MAX_FILE_BYTES:
                raise SourceError(
                    f"{status.st_size:,} bytes; at most {MAX_FILE_BYTES:,} are read",
                    path=found.path,
                    hint="split the file",
                )
            return stream.read(MAX_FILE_BYTES)
    except OSError as error:
        raise SourceError(f"cannot be opened: {error.strerror}", path=found.path) from error
