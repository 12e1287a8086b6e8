"""Restoring: a generation in Milvus as the very files it was made of, but for the shortlist, which Milvus replaces.

An update takes over what it knows from these files, and `verify` compares their checksums with those of the manifest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from faqsearch.errors import IndexFormatError
from faqsearch.index.arrays import DAMAGE_HINT, open_arrays
from faqsearch.index.bm25 import inverse_document_frequency, posting_weights
from faqsearch.index.dense import SHORTLIST_FILE
from faqsearch.index.dense_files import write_dense
from faqsearch.index.folder import Generation
from faqsearch.index.local import DOCUMENTS_FILE, FACETS_FILE, LEXICAL_FILE, TABLES_FILE
from faqsearch.index.milvus.engine import WRITING
from faqsearch.index.milvus.entries import room, stretches, turn
from faqsearch.index.milvus.fetching import Fetching
from faqsearch.index.milvus.layout import COLUMNS, LENGTHS, VECTORS
from faqsearch.index.milvus.records import Excerpts, Records

if TYPE_CHECKING:
    from faqsearch.index.arrays import ArrayPlace
    from faqsearch.index.milvus.store import MilvusGeneration

Array = npt.NDArray[Any]

# Documents fetched at a time.
_DOCUMENTS = 512


def restore(generation: MilvusGeneration, folder: Path) -> Generation:
    """Write the files of a generation; many documents take no more memory than few.

    Args:
        generation: The generation.
        folder: Where to; made.

    Raises:
        IndexFormatError: Something of it is missing or cannot be read.
        EngineError: Milvus cannot be reached.
        OSError: A file cannot be written.
    """
    folder.mkdir()
    scratch = folder / "scratch"
    scratch.mkdir()
    try:
        _Restoring(generation, folder, scratch).run()
    except (KeyError, ValueError, IndexError, TypeError) as error:
        raise IndexFormatError(f"{generation.path} cannot be read ({error!r})", hint=DAMAGE_HINT) from error
    manifest = generation.manifest
    files = {name: record for name, record in manifest.files.items() if name != SHORTLIST_FILE}
    manifest = replace(manifest, files=files, dense={"index": "Flat", "recall_at_10": 1.0})
    return Generation(generation.number, folder, manifest, generation.head.checksum)


class _Restoring:
    def __init__(self, generation: MilvusGeneration, folder: Path, scratch: Path) -> None:
        self._generation = generation
        self._manifest = manifest = generation.manifest
        self._folder, self._scratch = folder, scratch
        self._records = Records(manifest)
        store = generation.store
        self._fetching = Fetching(store.engine, store.names.generation(generation.number), generation.parts)
        self._arrays = {
            name: _written(folder / name, manifest.files[name].bytes, places)
            for name, places in manifest.arrays.items()
        }
        self._at: dict[str, int] = {}
        """Where the next rows of each array go."""
        self._postings = {
            leg: tuple(
                room(scratch / f"{leg}-{name}", dtype, len(self._arrays[LEXICAL_FILE][f"{leg}/units"]))
                for name, dtype in (("terms", np.int32), ("tfs", self._arrays[LEXICAL_FILE][f"{leg}/tfs"].dtype))
            )
            for leg in self._records.legs
        }
        self._sizes: dict[str, list[Array]] = {leg: [] for leg in self._records.legs}
        self._facets: list[Array] = []
        self._facet_counts: list[int] = []

    def run(self) -> None:
        """Write everything."""
        for file, shared in self._generation.head.shared.items():
            path = self._generation.head.file(self._generation.parts, file)
            for name, array in open_arrays(path, shared.places).items():
                self._arrays[file][name][...] = array
        write_dense(self._folder, self._vectors(), int(self._manifest.encoder["dimension"]))
        tables, lexical = self._arrays[TABLES_FILE], self._arrays[LEXICAL_FILE]
        keys = self._keys
        order = np.argsort(keys, kind="stable")
        tables["id_keys"][...], tables["id_numbers"][...] = keys[order], order
        facets = self._arrays[FACETS_FILE]
        owners = np.repeat(np.arange(self._manifest.documents, dtype=np.int32), self._facet_counts)
        turn([(np.concatenate(self._facets), (owners,))], facets["indptr"], (facets["documents"],))
        for leg in self._records.legs:
            self._turn(leg, {name: lexical[f"{leg}/{name}"] for name in _OF_LEG})
        for arrays in self._arrays.values():
            for array in arrays.values():
                if isinstance(array, np.memmap):
                    array.flush()

    def _vectors(self) -> Iterator[Array]:
        """Yield the vectors of all passages; on the way, everything else that documents have goes where it belongs."""
        self._keys = np.empty(self._manifest.documents, dtype=np.uint64)
        yield np.empty((0, int(self._manifest.encoder["dimension"])), dtype=np.float32)
        with (self._folder / DOCUMENTS_FILE).open("wb") as file:
            for first in range(0, self._manifest.documents, _DOCUMENTS):
                numbers = range(first, min(first + _DOCUMENTS, self._manifest.documents))
                fields = ["line", "record", "id_key", "facets"]
                rows = sorted(self._fetching.rows(numbers, fields, WRITING), key=lambda row: int(row["number"]))
                lines = [self._fetching.value(row, "line") + b"\n" for row in rows]
                file.writelines(lines)
                self._ends(TABLES_FILE, "document_offsets", np.array([len(line) for line in lines]))
                self._keys[numbers.start : numbers.stop] = np.array([row["id_key"] for row in rows]).astype(np.uint64)
                for row in rows:
                    self._facets.append(np.array(list(row["facets"]), dtype=np.int64))
                    self._facet_counts.append(len(row["facets"]))
                excerpts = self._records.unpacked([self._fetching.value(row, "record") for row in rows])
                self._take(excerpts, numbers.start)
                yield excerpts.columns[VECTORS]

    def _take(self, excerpts: Excerpts, first: int) -> None:
        """Put the columns of some documents where they belong."""
        columns = excerpts.columns
        for column in COLUMNS:
            if column.name in columns:
                self._append(column.file, column.name, columns[column.name])
        self._ends(LEXICAL_FILE, "words/unit_starts", columns[LENGTHS])
        self._ends(LEXICAL_FILE, "words/document_units", excerpts.counts["units"])
        self._append(LEXICAL_FILE, "words/unit_documents", excerpts.owners("units") + first)
        self._ends(TABLES_FILE, "passage_starts", excerpts.counts["passages"])
        self._append(TABLES_FILE, "passage_documents", excerpts.owners("passages") + first)
        for leg in self._records.legs:
            self._append(LEXICAL_FILE, f"{leg}/lengths", columns[f"{leg}/lengths"])
            self._append(LEXICAL_FILE, f"{leg}/unit_documents", excerpts.owners(f"{leg} units") + first)
            self._sizes[leg].append(columns[f"{leg}/sizes"])
            at = self._at.get(leg, 0)
            self._at[leg] = end = at + len(columns[f"{leg}/terms"])
            for target, name in zip(self._postings[leg], ("terms", "tfs"), strict=True):
                target[at:end] = columns[f"{leg}/{name}"]

    def _append(self, file: str, name: str, rows: Array) -> None:
        at = self._at.get(f"{file} {name}", 0)
        self._at[f"{file} {name}"] = end = at + len(rows)
        self._arrays[file][name][at:end] = rows

    def _ends(self, file: str, name: str, counts: Array) -> None:
        """Append the ends of rows to an array that begins with 0."""
        array = self._arrays[file][name]
        at = self._at.setdefault(f"{file} {name}", 1)
        self._at[f"{file} {name}"] = end = at + len(counts)
        array[at:end] = array[at - 1] + np.cumsum(counts)

    def _turn(self, leg: str, arrays: dict[str, Array]) -> None:
        """From postings by unit to those by term, weighed."""
        terms, tfs = self._postings[leg]
        sizes = np.concatenate([np.empty(0, np.int32), *self._sizes[leg]])
        counts = np.zeros(len(arrays["df"]), dtype=np.int64)
        units = np.concatenate(([0], np.cumsum(sizes, dtype=np.int64)))
        for own, _ in stretches(units):
            counts += np.bincount(terms[own], minlength=len(counts))
        arrays["indptr"][1:] = np.cumsum(counts)
        turn(
            ((terms[own], (rows, tfs[own])) for own, rows in stretches(units)),
            np.asarray(arrays["indptr"]),
            (arrays["units"], arrays["tfs"]),
        )
        settings = self._manifest.settings.bm25[leg]
        arrays["weights"][...] = posting_weights(
            settings,
            idf=inverse_document_frequency(settings, arrays["df"], self._manifest.documents),
            indptr=arrays["indptr"],
            units=arrays["units"],
            tfs=arrays["tfs"],
            lengths=arrays["lengths"],
        )


_OF_LEG = ("indptr", "units", "tfs", "weights", "lengths", "df")


def _written(path: Path, size: int, places: Mapping[str, ArrayPlace]) -> dict[str, Array]:
    """Make a file and return its arrays, to be written; bytes between them are 0."""
    with path.open("wb") as file:
        file.truncate(size)
    return {name: _place(path, place) for name, place in places.items()}


def _place(path: Path, place: ArrayPlace) -> Array:
    if 0 in place.shape:
        return np.empty(place.shape, dtype="<" + place.dtype)
    return np.memmap(path, dtype="<" + place.dtype, mode="r+", offset=place.offset, shape=place.shape)
