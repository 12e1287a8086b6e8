"""Parts: bytes of any length in Milvus, whose longest string has 65,535 bytes."""

from __future__ import annotations

from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from faqsearch.errors import IndexFormatError
from faqsearch.index.arrays import DAMAGE_HINT
from faqsearch.index.milvus.engine import WRITING

if TYPE_CHECKING:
    from faqsearch.index.milvus.engine import Engine, Row

LONGEST = 65_535
"""Bytes in a string of Milvus, at most."""
PART = LONGEST // 4 * 3
"""Bytes of which base64 makes such a string."""
# Strings sent or asked for together: some four million bytes, far below the 64 of a message.
_TOGETHER = 64
_NO_VECTOR = [0.0, 0.0]
"""Every collection of Milvus must have a vector."""


def text_of(data: bytes) -> str:
    """Return bytes as a string of Milvus."""
    return b64encode(data).decode("ascii")


def bytes_of(text: str) -> bytes:
    """Return what `text_of` was given.

    Raises:
        IndexFormatError: It is not one of its strings.
    """
    try:
        return b64decode(text, validate=True)
    except (NotBase64, ValueError) as error:
        raise IndexFormatError("a part is not what was written", hint=DAMAGE_HINT) from error


class Parts:
    """A collection of named bytes."""

    def __init__(self, engine: Engine, collection: str) -> None:
        self._engine = engine
        self.collection = collection

    def put(self, name: str, blocks: Iterable[bytes]) -> int:
        """Write blocks, one after the other, under a name; return how many bytes they have."""
        size = 0
        rows: list[Row] = []
        for number, part in enumerate(_cut(blocks)):
            size += len(part)
            rows.append(self.row(name, number, part))
            if len(rows) == _TOGETHER:
                self.write(rows)
                rows = []
        if rows:
            self.write(rows)
        return size

    def row(self, name: str, number: int, part: bytes) -> Row:
        """Return the row of one part."""
        return {"key": f"{name}#{number}", "data": text_of(part), "none": _NO_VECTOR}

    def write(self, rows: list[Row]) -> None:
        """Write rows; those of the same key are replaced."""
        self._engine.call("upsert", self.collection, rows, patience=WRITING)

    def read(self, name: str, size: int) -> Iterator[bytes]:
        """Yield the bytes of a name, part by part.

        Raises:
            IndexFormatError: A part is missing.
        """
        count = -(-size // PART)
        for first in range(0, count, _TOGETHER):
            keys = [f"{name}#{number}" for number in range(first, min(first + _TOGETHER, count))]
            # A lock or a head that was written this moment counts; servers else may answer as of some seconds ago.
            rows = self._engine.call(
                "get", self.collection, ids=keys, output_fields=["key", "data"], consistency_level="Strong"
            )
            found = {row["key"]: row["data"] for row in rows}
            for key in keys:
                if key not in found:
                    raise IndexFormatError(f"{self.collection} lacks {key}", hint=DAMAGE_HINT)
                yield bytes_of(found[key])


def _cut(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Cut blocks into parts; all but the last have the same length."""
    held = b""
    for block in blocks:
        held += block
        while len(held) > PART:
            yield held[:PART]
            held = held[PART:]
    if held:
        yield held
