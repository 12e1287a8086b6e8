"""Fetching: the lines and the records of documents. Records that came once are kept, as questions resemble each other."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from faqsearch.errors import IndexFormatError
from faqsearch.index.arrays import DAMAGE_HINT
from faqsearch.index.milvus.engine import ASKING
from faqsearch.index.milvus.parts import bytes_of

if TYPE_CHECKING:
    from faqsearch.index.milvus.engine import Engine, Row
    from faqsearch.index.milvus.parts import Parts

# Rows asked for in one message, some ten kilobytes each; and bytes of records kept.
_TOGETHER, _KEPT = 200, 64 * 2**20


class Fetching:
    """Reads rows of the documents of one generation. Safe to share between threads."""

    def __init__(self, engine: Engine, collection: str, parts: Parts) -> None:
        self._engine = engine
        self._collection = collection
        self._parts = parts
        self._kept: OrderedDict[int, bytes] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()

    def records(self, numbers: Sequence[int]) -> list[bytes]:
        """Return the records of some documents.

        Raises:
            IndexFormatError: One is missing.
        """
        with self._lock:
            known = {number: self._kept[number] for number in numbers if number in self._kept}
            for number in known:
                self._kept.move_to_end(number)
        missing = [number for number in dict.fromkeys(numbers) if number not in known]
        for row in self.rows(missing, ["record"]):
            known[row["number"]] = self.value(row, "record")
        with self._lock:
            for number in missing:
                self._size += len(known[number]) - len(self._kept.get(number, b""))
                self._kept[number] = known[number]
            while self._size > _KEPT and self._kept:
                self._size -= len(self._kept.popitem(last=False)[1])
        return [known[number] for number in numbers]

    def lines(self, numbers: Sequence[int]) -> list[bytes]:
        """Return the JSON lines of some documents.

        Raises:
            IndexFormatError: One is missing.
        """
        found = {row["number"]: self.value(row, "line") for row in self.rows(list(dict.fromkeys(numbers)), ["line"])}
        return [found[number] for number in numbers]

    def numbers(self, id_key: int) -> list[int]:
        """Return the numbers of the documents whose id has a key, mostly one."""
        signed = int(np.uint64(id_key).astype(np.int64))
        rows = self._engine.call(
            "query", self._collection, filter=f"id_key == {signed}", output_fields=["number"], limit=100
        )
        return sorted(int(row["number"]) for row in rows)

    def rows(self, numbers: Sequence[int], fields: list[str], patience: float = ASKING) -> Iterator[Row]:
        """Yield the rows of some documents, each once, in any order.

        Raises:
            IndexFormatError: One is missing.
        """
        for first in range(0, len(numbers), _TOGETHER):
            some = list(numbers[first : first + _TOGETHER])
            rows = self._engine.call(
                "get", self._collection, ids=some, output_fields=["number", *fields], patience=patience
            )
            if len(rows) != len(some):
                raise IndexFormatError(
                    f"{self._collection} lacks {len(some) - len(rows)} of {len(some)} documents", hint=DAMAGE_HINT
                )
            yield from rows

    def value(self, row: Row, field: str) -> bytes:
        """Return what a field holds, or what it stands for when that is too long for a row.

        Raises:
            IndexFormatError: It is not what was written.
        """
        text: str = row[field]
        if text[:1] == "#" and text[1:].isdecimal():
            return b"".join(self._parts.read(f"{field}{row['number']}", int(text[1:])))
        return bytes_of(text) if field == "record" else text.encode("utf-8")
