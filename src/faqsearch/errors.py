"""Every error faqsearch raises on purpose.

    FaqsearchError(message, *, hint="")     exit code 4 unless a child says otherwise
    ├── SourceError          3  a corpus file or one place in it cannot be read
    ├── SettingsError        2  a setting, option or filter holds a value that cannot be used
    ├── QueryError           2  a question without anything to search for
    ├── JudgmentsError       3  a queries or qrels file cannot be read
    ├── DictionaryError      3  a synonym or user word file cannot be read
    ├── DocumentNotFound     1  no document has that id
    ├── IndexNotFound        4  nothing to search at that address
    ├── IndexFormatError     4  index files are damaged, or of another format version
    ├── IndexMismatch        4  the index was made with another tokenizer or model
    ├── IndexWriteError      4  an index cannot be written (disk full, read-only folder)
    ├── IndexBusy            5  another build holds the lock
    ├── WorkerError          5  a process of a build was ended from outside
    ├── EngineError          5  a search engine cannot be reached or refused the request
    │   └── EngineDenied     4  it does not take the token
    ├── ModelError           4  an encoder cannot be loaded
    └── MissingExtra         2  an optional dependency is not installed

A message says what happened and to which thing (path and line, id, address), in lower case and without
"please"; the hint says what to do next, as one imperative sentence.
"""

from __future__ import annotations


class FaqsearchError(Exception):
    """Base of all faqsearch errors.

    Attributes:
        message: What happened, and to which thing.
        hint: What to do next; empty when there is nothing useful to say.
        exit_code: What the command line exits with.
    """

    exit_code = 4

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class SourceError(FaqsearchError):
    """A corpus file, or one row, page or section of it, cannot be read.

    Attributes:
        path: The file, as it was named.
        line: 1-based line of the fault, or None when the whole file is meant.
        page: 1-based page of the fault in paged formats, else None.
    """

    exit_code = 3

    def __init__(
        self, message: str, *, path: str, line: int | None = None, page: int | None = None, hint: str = ""
    ) -> None:
        super().__init__(message, hint=hint)
        self.path = path
        self.line = line
        self.page = page

    @property
    def where(self) -> str:
        """`path`, `path:line` or `path, page N`."""
        if self.line is not None:
            return f"{self.path}:{self.line}"
        return f"{self.path}, page {self.page}" if self.page is not None else self.path

    def __str__(self) -> str:
        return f"{self.where}: {self.message}"


class SettingsError(FaqsearchError):
    """A setting, option or filter holds a value that cannot be used."""

    exit_code = 2


class QueryError(FaqsearchError):
    """A question holds nothing to search for."""

    exit_code = 2


class JudgmentsError(FaqsearchError):
    """A queries or qrels file cannot be read."""

    exit_code = 3


class DictionaryError(FaqsearchError):
    """A synonym or user word file cannot be read at all (single bad lines are reported, not raised)."""

    exit_code = 3


class DocumentNotFound(FaqsearchError):
    """No document has that id."""

    exit_code = 1


class IndexNotFound(FaqsearchError):
    """Nothing to search at that address."""


class IndexFormatError(FaqsearchError):
    """Index files are damaged, incomplete, or from another format version."""


class IndexVersionError(IndexFormatError):
    """An index of another format version, undamaged for all that is known: another faqsearch reads it."""


class IndexMismatch(FaqsearchError):
    """The index was made with another tokenizer or model than the one now at hand."""


class IndexWriteError(FaqsearchError):
    """An index cannot be written; the generation that was there still answers."""


class IndexBusy(FaqsearchError):
    """Another build or update holds the index's lock; worth retrying."""

    exit_code = 5


class WorkerError(FaqsearchError):
    """A worker process ended before it was done; worth retrying with fewer."""

    exit_code = 5


class EngineError(FaqsearchError):
    """A search engine cannot be reached or refused the request; worth retrying."""

    exit_code = 5

    def __init__(self, message: str, *, hint: str = "", code: int = 0) -> None:
        super().__init__(message, hint=hint)
        self.code = code
        """The engine's own code of what happened, 0 where it said nothing."""


class EngineDenied(EngineError):
    """A search engine does not take the token, or lets nobody with it do what was asked; not worth retrying."""

    exit_code = 4


class ModelError(FaqsearchError):
    """An encoder cannot be loaded, or returns vectors that cannot be used."""


class MissingExtra(FaqsearchError):
    """An optional dependency is not installed."""

    exit_code = 2
