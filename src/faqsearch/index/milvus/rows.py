"""The rows of a generation: read from its files some documents at a time, so that many take no more memory than few."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from faqsearch.index.dense_files import stored_rows
from faqsearch.index.document_file import DocumentFile
from faqsearch.index.local import DOCUMENTS_FILE, FACETS_FILE, LEXICAL_FILE, TABLES_FILE
from faqsearch.index.milvus.entries import room, stretches, turn
from faqsearch.index.milvus.layout import COLUMNS, LENGTHS, VECTORS, whole_documents
from faqsearch.index.milvus.parts import LONGEST, text_of
from faqsearch.index.milvus.records import Excerpts, Records

if TYPE_CHECKING:
    from faqsearch.index.folder import Generation
    from faqsearch.index.milvus.engine import Row

Arrays = dict[str, npt.NDArray[Any]]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Leg:
    """The postings of a leg by unit."""

    name: str
    starts: Ints
    """First posting of each unit, and the end."""
    terms: npt.NDArray[np.int32]
    tfs: npt.NDArray[Any]
    weights: npt.NDArray[np.float32]
    lengths: npt.NDArray[Any]
    units: Ints
    """First unit of each document, and the end."""
    empty: int
    """A number no term has: Milvus takes no vector without an entry."""

    def vector(self, unit: int) -> dict[int, float]:
        """Return the weights of a unit's terms; those that lower a score are left out, as Milvus takes none."""
        own = slice(int(self.starts[unit]), int(self.starts[unit + 1]))
        pairs = zip(self.terms[own].tolist(), self.weights[own].tolist(), strict=True)
        return {term: weight for term, weight in pairs if weight > 0} or {self.empty: 1.0}


class GenerationRows:
    """What a generation's collections are filled with.

    Args:
        generation: The generation, as files.
        arrays: Its arrays, by file.
        scratch: An empty folder, for what is turned on disk.
    """

    def __init__(self, generation: Generation, arrays: dict[str, Arrays], scratch: Path) -> None:
        manifest = generation.manifest
        self._manifest = manifest
        self._arrays = arrays
        self._records = Records(manifest)
        self._tables, self._lexical = arrays[TABLES_FILE], arrays[LEXICAL_FILE]
        self._documents = DocumentFile(generation.path / DOCUMENTS_FILE, self._tables)
        self._vectors = stored_rows(generation.path, int(manifest.encoder["dimension"]))
        self._keys = np.empty(manifest.documents, dtype=np.uint64)
        self._keys[self._tables["id_numbers"]] = self._tables["id_keys"]
        self._facets, self._facet_starts = self._facets_by_document(scratch)
        self._legs = [self._by_unit(leg, scratch) for leg in self._records.legs]
        places = manifest.arrays[LEXICAL_FILE]
        self.whole = [leg for leg in self._records.legs if whole_documents(places, leg, manifest.documents)]
        """Legs that take whole documents."""
        self.split = [leg for leg in self._records.legs if leg not in self.whole]
        """Legs that take phrasings."""

    @property
    def most_facets(self) -> int:
        """Facets of the document that has most of them."""
        return int(np.diff(self._facet_starts).max(initial=0))

    def documents(self, first: int, last: int) -> Iterator[tuple[Row, dict[str, bytes]]]:
        """Yield the rows of documents `first:last`, and what of each is too long for its row."""
        records = self._records.packed(self._excerpts(first, last))
        legs = [leg for leg in self._legs if leg.name in self.whole]
        for number, record in zip(range(first, last), records, strict=True):
            long: dict[str, bytes] = {}
            row: Row = {
                "number": number,
                "id_key": int(self._keys[number].astype(np.int64)),
                "facets": self._facets_of(number),
                **{leg.name: leg.vector(number) for leg in legs},
            }
            line = self._documents.line(number)
            for field, data, text in (
                ("line", line, line.decode("utf-8", "replace")),
                ("record", record, text_of(record)),
            ):
                # A stub begins with what no JSON and no base64 begins with.
                fits = len(text.encode("utf-8")) <= LONGEST and (field == "record" or text.encode("utf-8") == line)
                row[field] = text if fits else f"#{len(data)}"
                if not fits:
                    long[f"{field}{number}"] = data
            yield row, long

    def units(self, leg: str, first: int, last: int) -> Iterator[Row]:
        """Yield the rows of a leg's units, of documents `first:last`."""
        own = next(one for one in self._legs if one.name == leg)
        for number in range(first, last):
            facets = self._facets_of(number)
            for unit in range(int(own.units[number]), int(own.units[number + 1])):
                yield {"number": unit, "document": number, "facets": facets, "terms": own.vector(unit)}

    def passages(self, first: int, last: int) -> Iterator[Row]:
        """Yield the rows of the passages of documents `first:last`."""
        starts = self._tables["passage_starts"]
        for number in range(first, last):
            facets = self._facets_of(number)
            for passage in range(int(starts[number]), int(starts[number + 1])):
                vector = np.ascontiguousarray(self._vectors[passage]).view(np.float32)
                yield {"number": passage, "document": number, "facets": facets, "vector": vector}

    def _facets_of(self, number: int) -> list[int]:
        own: list[int] = self._facets[self._facet_starts[number] : self._facet_starts[number + 1]].tolist()
        return own

    def _facets_by_document(self, scratch: Path) -> tuple[npt.NDArray[np.int32], Ints]:
        facets = self._arrays[FACETS_FILE]
        documents = facets["documents"]
        starts = _starts(np.bincount(documents, minlength=self._manifest.documents))
        found = room(scratch / "facets", np.int32, len(documents))
        turn(((documents[own], (rows,)) for own, rows in stretches(facets["indptr"])), starts, (found,))
        return found, starts

    def _by_unit(self, leg: str, scratch: Path) -> _Leg:
        arrays = {name: self._lexical[f"{leg}/{name}"] for name in ("indptr", "units", "tfs", "weights", "lengths")}
        sizes = np.zeros(len(arrays["lengths"]), dtype=np.int64)
        for own, _ in stretches(arrays["indptr"]):
            sizes += np.bincount(arrays["units"][own], minlength=len(sizes))
        count = int(sizes.sum())
        terms = room(scratch / f"{leg}-terms", np.int32, count)
        tfs = room(scratch / f"{leg}-tfs", arrays["tfs"].dtype, count)
        weights = room(scratch / f"{leg}-weights", np.float32, count)
        turn(
            (
                (arrays["units"][own], (rows, arrays["tfs"][own], arrays["weights"][own]))
                for own, rows in stretches(arrays["indptr"])
            ),
            _starts(sizes),
            (terms, tfs, weights),
        )
        owners = self._lexical[f"{leg}/unit_documents"]
        units = np.searchsorted(owners, np.arange(self._manifest.documents + 1))
        empty = len(arrays["indptr"]) - 1
        return _Leg(leg, _starts(sizes), terms, tfs, weights, arrays["lengths"], units, empty)

    def _excerpts(self, first: int, last: int) -> Excerpts:
        """The columns of documents `first:last`."""
        words, documents = self._lexical, np.arange(first, last + 1)
        units = words["words/document_units"][documents]
        starts = words["words/unit_starts"]
        bounds = {
            "documents": documents,
            "units": units,
            "words": starts[units],
            # The unit of other words that ends each document has no vector.
            "vectors": units - documents,
            "passages": self._tables["passage_starts"][documents],
        }
        columns: Arrays = {}
        for column in COLUMNS:
            if column.name in self._arrays.get(column.file, {}):
                own = bounds[column.axis]
                columns[column.name] = self._arrays[column.file][column.name][own[0] : own[-1]]
        columns[LENGTHS] = np.diff(starts[units[0] : units[-1] + 1])
        vectors = self._vectors[bounds["passages"][0] : bounds["passages"][-1]]
        columns[VECTORS] = np.ascontiguousarray(vectors).view(np.float32)
        for leg in self._legs:
            own_units = leg.units[documents]
            own = leg.starts[own_units]
            bounds |= {f"{leg.name} units": own_units, f"{leg.name} postings": own}
            columns |= {
                f"{leg.name}/lengths": leg.lengths[own_units[0] : own_units[-1]],
                f"{leg.name}/sizes": np.diff(leg.starts[own_units[0] : own_units[-1] + 1]),
                f"{leg.name}/terms": leg.terms[own[0] : own[-1]],
                f"{leg.name}/tfs": leg.tfs[own[0] : own[-1]],
            }
        return Excerpts(columns, {axis: np.diff(own) for axis, own in bounds.items()})


def _starts(counts: npt.NDArray[Any]) -> Ints:
    return np.concatenate(([0], np.cumsum(counts, dtype=np.int64)))
