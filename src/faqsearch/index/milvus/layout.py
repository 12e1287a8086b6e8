"""Which part of a generation goes where in Milvus.

A generation's arrays are of two kinds. Some follow its documents: the words of each, what each of them says in each leg, its
vectors. A document's part of these is its *record*; `COLUMNS` lists them. All others follow the vocabulary, the word
vectors or the wordings; they are *shared*: kept in parts, fetched once, and read from a folder as those of a local index are.

    NAME              alias of the generation that answers
    NAME_000002       a row a document: its number, the key of its id, facets, its line, its record, and a sparse
                      vector for each leg that takes whole documents
    NAME_000002_LEG   a row a unit, for a leg that takes phrasings: a sparse vector
    NAME_000002_dense a row a passage: its vector
    NAME_000002_parts what is shared, what is too long for a row, and the head, which is written last
    NAME_beside       dictionaries kept with the index
    NAME_lock         who is writing
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from faqsearch.index.local import FACETS_FILE, LEXICAL_FILE, TABLES_FILE, UNITS_FILE
from faqsearch.index.remembered import KEYS

if TYPE_CHECKING:
    from faqsearch.index.arrays import ArrayPlace
    from faqsearch.index.manifest import Manifest

LAYOUT = 1
"""Raised when rows or parts of this faqsearch could not be read by the one before."""

DENSE = "dense"
LENGTHS = "words/lengths"
"""Words of each unit, which `unit_starts` is made of."""
VECTORS = "dense/vectors"


class Column(NamedTuple):
    """An array a record has a part of."""

    file: str
    name: str
    axis: str
    """What its rows are: documents, units, words, vectors, passages, or a leg's units and postings."""


COLUMNS = (
    *(
        Column(TABLES_FILE, name, "documents")
        for name in (
            "line_sums",
            "text_hashes",
            "content_hashes",
            "row_keys",
            "source_lines",
            "asked_keys",
            "originals",
        )
    ),
    Column(LEXICAL_FILE, "words/kanji_lengths", "documents"),
    Column(LEXICAL_FILE, "words/unit_kinds", "units"),
    Column(LEXICAL_FILE, "words/unit_spans", "units"),
    Column(LEXICAL_FILE, "words/sequence", "words"),
    Column(UNITS_FILE, "vectors", "vectors"),
    Column(UNITS_FILE, "factors", "vectors"),
    Column(TABLES_FILE, KEYS, "passages"),
)
"""Copied as they are, where a generation has them; the legs' columns (`leg_columns`) and the passages' vectors come behind."""

DERIVED = frozenset(
    {
        (TABLES_FILE, "document_offsets"),
        (TABLES_FILE, "id_keys"),
        (TABLES_FILE, "id_numbers"),
        (TABLES_FILE, "passage_documents"),
        (TABLES_FILE, "passage_starts"),
        (LEXICAL_FILE, "words/unit_starts"),
        (LEXICAL_FILE, "words/unit_documents"),
        (LEXICAL_FILE, "words/document_units"),
        (FACETS_FILE, "documents"),
    }
)
"""What follows from the lines and the records, and is kept nowhere."""

_OF_LEGS = ("indptr", "lengths", "unit_documents", "units", "tfs", "weights")


def legs(manifest: Manifest) -> list[str]:
    """Return the lexical legs of a generation, in the order they were written."""
    return [name.partition("/")[0] for name in manifest.arrays[LEXICAL_FILE] if name.endswith("/indptr")]


def shared_arrays(manifest: Manifest) -> dict[str, list[str]]:
    """Return file to the names of its arrays that do not follow the documents; every array unknown here is one."""
    followed = {(column.file, column.name) for column in COLUMNS} | DERIVED
    followed |= {(LEXICAL_FILE, f"{leg}/{name}") for leg in legs(manifest) for name in _OF_LEGS}
    return {file: [name for name in places if (file, name) not in followed] for file, places in manifest.arrays.items()}


def whole_documents(places: Mapping[str, ArrayPlace], leg: str, documents: int) -> bool:
    """Return whether each document is one unit of a leg."""
    return places[f"{leg}/unit_documents"].shape == (documents,)


class Names:
    """The collections of one index."""

    def __init__(self, index: str) -> None:
        self.alias = index
        self.beside = f"{index}_beside"
        self.lock = f"{index}_lock"
        self._generation = re.compile(rf"{re.escape(index)}_(\d{{6}})(?:_[a-z]+)?")

    def generation(self, number: int, part: str = "") -> str:
        """Return the name of a collection of a generation."""
        return f"{self.alias}_{number:06d}" + (f"_{part}" if part else "")

    def number(self, collection: str) -> int | None:
        """Return which generation a collection belongs to; None for one of another index."""
        found = self._generation.fullmatch(collection)
        return int(found.group(1)) if found else None
