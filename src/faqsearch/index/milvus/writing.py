"""Writing: the files of a generation become the collections of one."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from faqsearch.errors import EngineError, IndexWriteError
from faqsearch.index.arrays import ArrayFileWriter, open_arrays
from faqsearch.index.checksums import file_record
from faqsearch.index.local import LEXICAL_FILE
from faqsearch.index.milvus.collections import MOST_FACETS, make_dense, make_documents, make_parts, make_units
from faqsearch.index.milvus.engine import WRITING
from faqsearch.index.milvus.head import Head, Shared, blocks
from faqsearch.index.milvus.layout import DENSE, Names, shared_arrays
from faqsearch.index.milvus.parts import PART, Parts
from faqsearch.index.milvus.rows import GenerationRows

if TYPE_CHECKING:
    from faqsearch.index.folder import Generation
    from faqsearch.index.milvus.engine import Engine, Row

# Documents read from the files at a time, and rows sent in one message: a few megabytes, where 64 are allowed.
_DOCUMENTS, _ROWS, _LONG_ROWS = 256, 500, 100


def write_generation(engine: Engine, names: Names, number: int, generation: Generation) -> Head:
    """Write a generation as collections that nobody reads yet.

    Args:
        engine: Where to.
        names: The index's collections.
        number: The generation's.
        generation: Its files.

    Returns:
        Its head, which is not written yet.

    Raises:
        EngineError: Milvus cannot be reached, or refused.
        IndexWriteError: Milvus cannot hold a document.
    """
    manifest = generation.manifest
    arrays = {name: open_arrays(generation.path / name, places) for name, places in manifest.arrays.items()}
    with tempfile.TemporaryDirectory(prefix="faqsearch-") as scratch:
        rows = GenerationRows(generation, arrays, Path(scratch))
        if rows.most_facets > MOST_FACETS:
            raise IndexWriteError(
                f"a document has {rows.most_facets} facets; Milvus takes {MOST_FACETS}",
                hint="Take some of its tags or columns out of the corpus.",
            )
        make_documents(engine, names.generation(number), rows.whole)
        for leg in rows.split:
            make_units(engine, names.generation(number, leg))
        make_dense(engine, names.generation(number, DENSE), int(manifest.encoder["dimension"]))
        parts = Parts(engine, names.generation(number, "parts"))
        make_parts(engine, parts.collection, "what is shared by all documents")
        counts = dict.fromkeys(("", *rows.split, DENSE), 0)
        for first in range(0, manifest.documents, _DOCUMENTS):
            last = min(first + _DOCUMENTS, manifest.documents)
            counts[""] += _insert(engine, names.generation(number), _with_parts(rows, parts, first, last), _LONG_ROWS)
            for leg in rows.split:
                counts[leg] += _insert(engine, names.generation(number, leg), rows.units(leg, first, last))
            counts[DENSE] += _insert(engine, names.generation(number, DENSE), rows.passages(first, last))
        shared = dict(_share(generation, arrays, parts, Path(scratch)))
        means = {
            leg: float(lengths.mean(dtype=np.float64))
            if len(lengths := arrays[LEXICAL_FILE][f"{leg}/lengths"])
            else 1.0
            for leg in (*rows.whole, *rows.split)
        }
    for name in (*counts, "parts"):
        engine.call("flush", names.generation(number, name), patience=WRITING)
    return Head(manifest, generation.checksum, shared, counts, means)


def check_rows(engine: Engine, names: Names, number: int, head: Head) -> Iterator[str]:
    """Yield a line for each collection of a generation that has more or fewer rows than were written."""
    for name, count in head.rows.items():
        collection = names.generation(number, name)
        found = engine.call(
            "query", collection, filter="", output_fields=["count(*)"], consistency_level="Strong", patience=WRITING
        )
        if (held := int(found[0]["count(*)"])) != count:
            yield f"{collection} holds {held} rows instead of {count}"


def _with_parts(rows: GenerationRows, parts: Parts, first: int, last: int) -> Iterator[Row]:
    for row, long in rows.documents(first, last):
        for name, data in long.items():
            parts.put(name, [data[at : at + PART] for at in range(0, len(data), PART)])
        yield row


def _insert(engine: Engine, collection: str, rows: Iterable[Row], together: int = _ROWS) -> int:
    """Send rows; those of a message that got lost are sent again as replacements, so that none comes twice."""
    iterator, count = iter(rows), 0
    while batch := list(islice(iterator, together)):
        engine.call("insert", collection, batch, again="upsert", patience=WRITING)
        count += len(batch)
    return count


def _share(
    generation: Generation, arrays: dict[str, dict[str, Any]], parts: Parts, scratch: Path
) -> Iterator[tuple[str, Shared]]:
    for file, names in shared_arrays(generation.manifest).items():
        path = scratch / f"shared-{file}"
        with ArrayFileWriter(path) as writer:
            for name in names:
                writer.add(name, arrays[file][name])
        parts.put(file, blocks(path))
        yield file, Shared(file_record(path), writer.places)
        path.unlink()


def drop_generation(engine: Engine, names: Names, number: int) -> None:
    """Remove the collections of a generation; its head goes first, so that nobody takes a half for the whole."""
    own = [name for name in engine.call("list_collections", patience=WRITING) if names.number(name) == number]
    for name in sorted(own, key=lambda name: not name.endswith("_parts")):
        try:
            engine.call("drop_collection", name, patience=WRITING)
        except EngineError as error:
            if error.code != 100:
                raise
