"""The head of a generation in Milvus: its manifest, and where what is shared by its documents lies. Written last."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from faqsearch.errors import IndexFormatError, IndexVersionError
from faqsearch.index.arrays import DAMAGE_HINT, ArrayPlace, places_from_json, places_to_json
from faqsearch.index.manifest import FileRecord, Manifest
from faqsearch.index.milvus.cache import cached
from faqsearch.index.milvus.layout import LAYOUT

if TYPE_CHECKING:
    from pathlib import Path

    from faqsearch.index.milvus.parts import Parts

HEAD, MANIFEST = "head", "manifest"


@dataclass(frozen=True, slots=True)
class Shared:
    """A file of arrays that all documents share."""

    record: FileRecord
    places: Mapping[str, ArrayPlace]


@dataclass(frozen=True, slots=True)
class Head:
    """What is read first of a generation."""

    manifest: Manifest
    """That of the same generation as files."""
    checksum: str
    """Of the manifest."""
    shared: Mapping[str, Shared]
    """File to the arrays of it that do not follow the documents."""
    rows: Mapping[str, int]
    """Collection, by what stands behind the generation's number, to the rows it must have."""
    means: Mapping[str, float]
    """Leg to the mean length of its units, which no single document tells."""

    def write(self, parts: Parts) -> None:
        """Write it; from here on the generation is whole."""
        content = self.manifest.to_json().encode("utf-8")
        parts.put(MANIFEST, [content])
        value = {
            "layout": LAYOUT,
            "manifest": {"bytes": len(content), "sha256": self.checksum},
            "shared": {
                file: {**asdict(shared.record), "arrays": places_to_json(shared.places)}
                for file, shared in self.shared.items()
            },
            "rows": dict(self.rows),
            "means": dict(self.means),
        }
        parts.write([parts.row(HEAD, 0, json.dumps(value).encode("utf-8"))])

    @classmethod
    def read(cls, parts: Parts, path: str) -> Head | None:
        """Return the head of a generation, or None where none was written.

        Args:
            parts: Where it is.
            path: The generation, for messages.

        Raises:
            IndexFormatError: It is damaged, or of another version.
        """
        try:
            (content,) = parts.read(HEAD, 1)
        except IndexFormatError:
            return None
        try:
            value: dict[str, Any] = json.loads(content)
            layout = value["layout"]
            if layout != LAYOUT:
                raise IndexVersionError(
                    f"{path} is laid out in Milvus as number {str(layout)[:20]}; this faqsearch reads {LAYOUT}",
                    hint="Build it again from its corpus, or install the faqsearch that wrote it.",
                )
            text = b"".join(parts.read(MANIFEST, int(value["manifest"]["bytes"])))
            checksum = str(value["manifest"]["sha256"])
            if digest(text) != checksum:
                raise IndexFormatError(f"{path}: the manifest is not the one that was published", hint=DAMAGE_HINT)
            return cls(
                manifest=Manifest.from_json(text.decode("utf-8"), path=f"{path}/manifest.json"),
                checksum=checksum,
                shared={
                    str(file): Shared(
                        FileRecord(int(own["bytes"]), str(own["sha256"])), places_from_json(own["arrays"])
                    )
                    for file, own in value["shared"].items()
                },
                rows={str(name): int(count) for name, count in value["rows"].items()},
                means={str(leg): float(mean) for leg, mean in value["means"].items()},
            )
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise IndexFormatError(f"{path} is not readable ({error!r})", hint=DAMAGE_HINT) from error

    def file(self, parts: Parts, name: str) -> Path:
        """Return a shared file, fetched when this machine does not have it."""
        record = self.shared[name].record
        return cached(record, f"{parts.collection} {name}", parts.read(name, record.bytes))


def digest(content: bytes) -> str:
    """Return the checksum of a manifest."""
    return sha256(content).hexdigest()


def blocks(path: Path, size: int = 1 << 20) -> Iterator[bytes]:
    """Yield the bytes of a file, some at a time."""
    with path.open("rb") as file:
        while block := file.read(size):
            yield block
