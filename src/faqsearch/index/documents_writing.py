"""Writing documents: the file of their lines and the tables that find them; lines known from before are copied."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from faqsearch.documents import Document
from faqsearch.index.copies import asked_key, find_originals, moved_originals
from faqsearch.index.document_file import DocumentHashes, document_hashes, document_to_json, line_sum, written_documents
from faqsearch.index.known import Known
from faqsearch.index.splicing import Moves
from faqsearch.vocabulary import term_key

# The first one in a line is the source's: the texts before it are strings, in which a quote has a backslash.
_LINE = re.compile(rb'(?<=,"line":)[0-9]+')
_NO_KEY = bytes(16)
# Documents kept as tuples of Python's values before they become columns: 500 bytes each, and then 100.
_SETTLED_AT = 10_000
# Lines of known documents that are in memory at a time, of some kilobytes each.
_COPIED_AT_ONCE = 4_096


class Inventory:
    """Which documents a corpus holds, those of rows known from before without looking at them."""

    def __init__(self, known: Known | None) -> None:
        self._known = known
        self.read: list[tuple[str, DocumentHashes]] = []
        """Id and hashes of each document read, in corpus order."""
        self.contents: list[bytes] = []
        """Content hashes of all documents, in corpus order."""
        self.known: list[int] = []
        """Old numbers of the documents of known rows, in corpus order."""

    def add(self, document: Document) -> DocumentHashes:
        """Add a document that was read, and return its hashes."""
        hashes = document_hashes(document)
        self.read.append((document.id, hashes))
        self.contents.append(hashes.content)
        return hashes

    def add_known(self, number: int) -> None:
        """Add the document of a known row."""
        if self._known:
            self.known.append(number)
            self.contents.append(self._known.content_hashes[number])

    @property
    def clashes(self) -> bool:
        """Whether an id may be used twice, so that every row must be read to tell."""
        if not self._known or not self.known:
            return False
        keys = set(self._known.id_keys[self.known].tolist())
        return len(keys) < len(self.known) or any(term_key(own) in keys for own, _ in self.read)


class DocumentsWriter:
    """Collects documents in corpus order."""

    def __init__(self, path: Path, known: Known | None, inventory: Inventory | None) -> None:
        """Make the file at `path`.

        Args:
            path: The file.
            known: Where known rows come from.
            inventory: Is told of every document. A build does without: it takes 600 bytes for each.
        """
        self._known = known
        self._inventory = inventory
        self._count = 0
        self._path = path
        self._file = path.open("wb")
        self._parts: dict[str, list[npt.NDArray[Any]]] = {}
        self._fresh: list[tuple[int, int, int, bytes, bytes, bytes, int, int]] = []
        self._rows: list[tuple[int, int]] = []
        """Old number and new line of known rows that have not been copied yet."""

    def close(self) -> None:
        """Write what is left, and close the file."""
        self._copy()
        self._file.close()

    def __len__(self) -> int:
        return self._count

    @property
    def size(self) -> int:
        """Bytes written so far."""
        return self._path.stat().st_size if self._file.closed else self._file.tell()

    def add(self, document: Document, key: bytes) -> tuple[DocumentHashes, bytes]:
        """Append a document, and return its hashes and its line; `key` is that of its row, empty for none."""
        self._copy()
        if len(self._fresh) >= _SETTLED_AT:
            self._settle()
        self._count += 1
        line = document_to_json(document).encode("utf-8", "surrogatepass")
        self._file.write(line + b"\n")
        hashes = self._inventory.add(document) if self._inventory else document_hashes(document)
        self._fresh.append(
            (
                len(line) + 1,
                line_sum(line),
                term_key(document.id),
                hashes.texts,
                hashes.content,
                key or _NO_KEY,
                document.source.line or 0,
                asked_key(document),
            )
        )
        return hashes, line

    def add_known(self, number: int, line: int) -> None:
        """Append the document of a known row, by its old number; `line` is where the row begins now."""
        if self._fresh:
            self._settle()
        self._count += 1
        if self._inventory:
            self._inventory.add_known(number)
        self._rows.append((number, line))

    def tables(self) -> dict[str, npt.NDArray[Any]]:
        """Return the arrays of all documents that were added."""
        self._copy()
        self._settle()
        column = {name: np.concatenate(parts) for name, parts in self._parts.items()}
        offsets = np.concatenate(([0], np.cumsum(column["sizes"])))
        order = np.argsort(column["keys"], kind="stable")
        return {
            "document_offsets": offsets,
            "line_sums": column["sums"],
            "id_keys": column["keys"][order],
            "id_numbers": order.astype(np.int32),
            "text_hashes": column["texts"],
            "content_hashes": column["contents"],
            "row_keys": column["rows"],
            "source_lines": column["lines"],
            "asked_keys": column["asked"],
        }

    def originals(self, tables: Mapping[str, npt.NDArray[Any]], moves: Moves | None) -> npt.NDArray[np.int32]:
        """Return which documents are copies, given the tables and where the documents come from."""
        before = moved_originals(self._known.index.tables, tables, moves) if self._known and moves else None
        with written_documents(self._path, tables["document_offsets"]) as read:
            return find_originals(tables["asked_keys"], read, before)

    def _settle(self) -> None:
        """Make columns of what was read."""
        if self._fresh:
            sizes, sums, keys, texts, contents, rows, lines, asked = zip(*self._fresh, strict=True)
            self._fresh = []
            self._extend(
                np.array(sizes, dtype=np.int64),
                np.array(sums, dtype=np.uint32),
                np.array(keys, dtype=np.uint64),
                *(_hashes(column) for column in (texts, contents, rows)),
                np.array(lines, dtype=np.int32),
                np.array(asked, dtype=np.uint64),
            )

    def _copy(self) -> None:
        """Copy the lines of known rows; those that begin elsewhere now say so."""
        if not self._known or not self._rows:
            return
        known, tables = self._known, self._known.index.tables
        numbers, lines = np.array(self._rows, dtype=np.int64).T
        self._rows = []
        sizes, sums = np.diff(tables["document_offsets"])[numbers], tables["line_sums"][numbers]
        moved = tables["source_lines"][numbers] != lines
        cuts = np.flatnonzero((np.diff(numbers) != 1) | moved[1:] | moved[:-1]) + 1
        for first, last in zip([0, *cuts.tolist()], [*cuts.tolist(), len(numbers)], strict=True):
            if moved[first]:
                line = _LINE.sub(b"%d" % lines[first], known.index.stored.line(int(numbers[first])), count=1)
                self._file.write(line + b"\n")
                sizes[first], sums[first] = len(line) + 1, line_sum(line)
            else:
                old, end = int(numbers[first]), int(numbers[last - 1]) + 1
                for start in range(old, end, _COPIED_AT_ONCE):
                    self._file.write(known.index.stored.lines(start, min(start + _COPIED_AT_ONCE, end)))
        kept = (tables[name][numbers] for name in ("text_hashes", "content_hashes", "row_keys"))
        asked = tables["asked_keys"][numbers]
        self._extend(sizes, sums, known.id_keys[numbers], *kept, lines.astype(np.int32), asked)

    def _extend(self, *columns: npt.NDArray[Any]) -> None:
        names = ("sizes", "sums", "keys", "texts", "contents", "rows", "lines", "asked")
        for name, column in zip(names, columns, strict=True):
            self._parts.setdefault(name, []).append(column)


def _hashes(rows: Sequence[bytes]) -> npt.NDArray[np.uint8]:
    return np.frombuffer(b"".join(rows), dtype=np.uint8).reshape(-1, 16)
