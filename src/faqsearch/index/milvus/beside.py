"""Dictionaries kept with an index in Milvus, in place of the files beside the generations of a folder."""

from __future__ import annotations

import json
import os
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

from faqsearch.errors import IndexFormatError
from faqsearch.index.arrays import DAMAGE_HINT
from faqsearch.index.milvus.cache import cache_folder
from faqsearch.index.milvus.collections import make_parts
from faqsearch.index.milvus.engine import WRITING
from faqsearch.index.milvus.head import digest
from faqsearch.index.milvus.parts import Parts

if TYPE_CHECKING:
    from faqsearch.index.milvus.engine import Engine

_NAMES = ("synonyms.txt",)


def keep(engine: Engine, collection: str, name: str, content: bytes) -> None:
    """Keep a dictionary, in place of the one of that name."""
    if name not in _NAMES:
        raise ValueError(f"{name!r} is no dictionary")
    parts = Parts(engine, collection)
    if not engine.call("has_collection", collection, patience=WRITING):
        make_parts(engine, collection, "dictionaries kept with an index of faqsearch")
    # The content first, under a name of its own; then the row that names it, so that no reader sees half of it.
    checksum = digest(content)
    parts.put(checksum, [content])
    value = json.dumps({"content": checksum, "bytes": len(content)})
    parts.write([parts.row(name, 0, value.encode("utf-8"))])


def fetch(engine: Engine, collection: str) -> Path | None:
    """Return a folder of this machine with the dictionaries, as they are now; None when there are none.

    Raises:
        IndexFormatError: They are damaged.
    """
    if not engine.call("has_collection", collection):
        return None
    parts = Parts(engine, collection)
    own = blake2b(f"{engine.address.uri} {collection}".encode(), digest_size=8).hexdigest()
    folder = cache_folder() / f"beside-{own}"
    folder.mkdir(parents=True, exist_ok=True)
    for name in _NAMES:
        try:
            (said,) = parts.read(name, 1)
        except IndexFormatError:
            (folder / name).unlink(missing_ok=True)
            continue
        try:
            value = json.loads(said)
            checksum, size = str(value["content"]), int(value["bytes"])
        except (KeyError, TypeError, ValueError) as error:
            raise IndexFormatError(f"{collection}: {name} is damaged", hint=DAMAGE_HINT) from error
        content = b"".join(parts.read(checksum, size))
        if not (folder / name).exists() or (folder / name).read_bytes() != content:
            new = folder / f"{name}.{os.getpid()}.new"
            new.write_bytes(content)
            new.replace(folder / name)
    return folder
