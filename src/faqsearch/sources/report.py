"""What became of the files of a corpus."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from faqsearch.sources.interface import Problem
from faqsearch.sources.walk import Skipped


@dataclass(frozen=True, slots=True)
class FileReport:
    """What became of one file."""

    path: str
    name: str
    """From the corpus folder down; derived ids begin with it."""
    sha256: str
    """Hash of the bytes; empty when the file could not be opened."""
    size: int
    documents: int
    errors: int
    warnings: int
    key: str = ""
    """What tells that it need not be read again; empty when it must be: its problems are to be told again, or it includes
    others."""


@dataclass(frozen=True, slots=True)
class ReadReport:
    """What became of a corpus."""

    files: tuple[FileReport, ...]
    documents: int
    errors: int
    """Places left out, kept in `problems` or not."""
    warnings: int
    problems: tuple[Problem, ...]
    """In reading order, at most `MAX_KEPT_PROBLEMS` of each file."""
    skipped: tuple[Skipped, ...]
    included: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Path and SHA-256 of files that are in documents because a page includes them, and are not read themselves."""

    @property
    def skipped_by_reason(self) -> Mapping[str, int]:
        """How many files were skipped for which reason, most first."""
        return MappingProxyType(dict(Counter(file.reason for file in self.skipped).most_common()))

    @property
    def hashes(self) -> Mapping[str, str]:
        """Name of every file read, and the hash of its bytes."""
        return MappingProxyType({file.name: file.sha256 for file in self.files if file.sha256})
