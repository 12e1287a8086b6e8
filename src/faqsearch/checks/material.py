"""Material: a corpus read once, for all checks."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path

from faqsearch.checks.findings import Place
from faqsearch.documents import Document
from faqsearch.errors import FaqsearchError
from faqsearch.sources import Corpus, ReadReport
from faqsearch.sources.decoding import decode
from faqsearch.text import fold

_MARKS = re.compile(r"[\s。．.、，,？?！!「」『』（）()・:：;；]+")
_BLANK = re.compile(r"\s+")


class Material:
    """The documents of a corpus, what its readers said, and its files as lines."""

    def __init__(self, corpus: str | Path | Sequence[str | Path], *, hidden: bool = False) -> None:
        """Read everything.

        Raises:
            SourceError: A path does not exist.
        """
        self.corpus = corpus
        source = Corpus(corpus, hidden=hidden)
        self.documents: tuple[Document, ...] = tuple(source.documents())
        self.report: ReadReport = source.report
        self._lines: dict[str, list[str]] = {}

    @cached_property
    def faqs(self) -> tuple[Document, ...]:
        """The FAQ entries, in corpus order."""
        return tuple(document for document in self.documents if document.kind == "faq")

    @cached_property
    def order(self) -> Mapping[str, int]:
        """Id to the number of the document in the corpus."""
        return {document.id: number for number, document in enumerate(self.documents)}

    def document_at(self, path: str, line: int) -> Document | None:
        """Return the last document of a file that begins at a line or before it."""
        begun = [one for one in self._by_path.get(path, ()) if one.source.line is not None and one.source.line <= line]
        return max(begun, key=lambda one: one.source.line or 0, default=None)

    @cached_property
    def _by_path(self) -> Mapping[str, list[Document]]:
        by_path: dict[str, list[Document]] = {}
        for document in self.documents:
            by_path.setdefault(document.source.path, []).append(document)
        return by_path

    def lines(self, path: str) -> list[str]:
        """Return the lines of a file of the corpus; none when it cannot be read as text."""
        if path not in self._lines:
            try:
                text = decode(Path(path).read_bytes(), path=path).text
            except (OSError, FaqsearchError):
                text = ""
            self._lines[path] = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        return self._lines[path]

    def place(self, document: Document, words: str) -> Place:
        """Return where `words` stand in a document: its own line, unless a later one of its lines holds them."""
        start = document.source.line
        if start is not None:
            lines = self.lines(document.source.path)
            length = 2 + document.answer.count("\n") * 3 + len(document.answer) // 20
            for number in range(start, min(len(lines), start + length) + 1):
                if words in lines[number - 1]:
                    return Place.of(document, line=number)
        return Place.of(document)


def same_text(text: str) -> str:
    """Return what two texts share when they only differ in width, case, marks and white space."""
    return _MARKS.sub("", fold(text))


def bare_text(text: str) -> str:
    """Return a text without its white space."""
    return _BLANK.sub("", text)


def shown(text: str, most: int = 40) -> str:
    """Return a text short enough for a line, in Japanese quotes."""
    line = " ".join(text.split())
    return f"「{line if len(line) <= most else line[: most - 1] + '…'}」"
