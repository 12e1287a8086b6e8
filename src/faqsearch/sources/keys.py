"""Keys of files and rows: which of them say what they said when they were read before."""

from __future__ import annotations

import json
import platform
import re
from collections.abc import Callable, Iterator
from functools import cache
from hashlib import blake2b
from importlib.metadata import PackageNotFoundError, version

from faqsearch.documents import Document
from faqsearch.sources.interface import Item, KeyedDocument, KnownRow, Problem, SourceFile

# Ends the id of a row whose question and answer another one has: it depends on the rows before.
_COUNTED = re.compile(r"#[0-9a-f]{12}-[0-9]+$")


# Another version of any of these may read the same file in another way.
_READERS = ("faqsearch", "docutils", "lxml", "markdown-it-py", "openpyxl", "pypdfium2", "python-docx", "PyYAML")


def file_key(path: str, name: str, sha256: str, *, hidden: bool) -> str:
    """Return the key of a file: of its content, and of all else that its documents depend on.

    Args:
        path: As people know it.
        name: From the corpus folder down.
        sha256: Of its content.
        hidden: Whether what its author hid is read as well.
    """
    told = json.dumps([_readers(), path, name, sha256, hidden])
    return blake2b(told.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


@cache
def _readers() -> tuple[str, ...]:
    return (platform.python_version(), *map(_version, _READERS))


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


class RowKeys:
    """Reads rows, or sees that they need not be read again."""

    def __init__(self, file: SourceFile, *context: object) -> None:
        """Begin a file.

        Args:
            file: Its `known` says which rows need not be read again; without it, every row is read.
            context: What else the document of a row depends on, but for its line: the header of a table.
        """
        self._known = file.known
        self._met: dict[int, int] = {}
        # Another version may read the same row in another way.
        told = json.dumps([version("faqsearch"), file.path, file.name, *context]) if file.known is not None else ""
        self._hash = blake2b(told.encode("utf-8", "surrogatepass"), digest_size=16)

    def read(
        self, row: str, line: int, reader: Callable[[int], Iterator[Document | Problem]]
    ) -> Iterator[Item | Problem]:
        """Yield what is read of a row, or that it is known.

        Only a row that gives one document and nothing else gets a key: problems are to be told again.

        Args:
            row: All of it.
            line: Where it begins.
            reader: Reads it, as a row that begins at the line it is given.
        """
        if self._known is None:
            yield from reader(line)
            return
        key = self._key(row)
        number = self._known.get(key)
        if number is not None:
            first = self._met.setdefault(number, line)
            if first == line:
                yield KnownRow(number, line)
                return
            # The row reader tells that this is the same row once more, when it has seen the first one.
            list(reader(first))
        items = list(reader(line))
        if len(items) == 1 and isinstance(item := items[0], Document) and not _COUNTED.search(item.id):
            yield KeyedDocument(item, key)
        else:
            yield from items

    def _key(self, row: str) -> bytes:
        key = self._hash.copy()
        key.update(row.encode("utf-8", "surrogatepass"))
        return key.digest()
