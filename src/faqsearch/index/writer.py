"""Write side of a local index: documents and their analysis in, the files of one generation out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt

from faqsearch.documents import Document
from faqsearch.index.arrays import ArrayFileWriter, ArrayPlace
from faqsearch.index.checksums import file_record
from faqsearch.index.completions import SUGGEST_FILE
from faqsearch.index.completions_merging import merged_completions
from faqsearch.index.copies import count_copies
from faqsearch.index.dense_files import write_dense
from faqsearch.index.documents_writing import DocumentsWriter, Inventory
from faqsearch.index.encoding import WrittenVectors, built_in_as_before, write_built_in
from faqsearch.index.facets import FacetsBuilder
from faqsearch.index.folder import Generation
from faqsearch.index.interface import Analyser, Analysis, Beside, Fresh, here
from faqsearch.index.known import Known
from faqsearch.index.lexical_writing import LexicalWriter
from faqsearch.index.local import DOCUMENTS_FILE, FACETS_FILE, LEXICAL_FILE, TABLES_FILE
from faqsearch.index.merging import Lexical, merged_facets
from faqsearch.index.passage_vectors import PassagesBuilder
from faqsearch.index.remembered import Keys
from faqsearch.index.shortlist import make_shortlist
from faqsearch.index.spill import Spill
from faqsearch.index.splicing import Moves, longest_ascending
from faqsearch.index.wordings import CompletionsBuilder, pack_wordings
from faqsearch.settings import Settings
from faqsearch.sources import Item, KeyedDocument, KnownRow

if TYPE_CHECKING:
    from faqsearch.vectors.interface import Encoder, Vectors

Arrays = dict[str, npt.NDArray[Any]]
Progress = Callable[[str, int, int | None], None]


@dataclass(frozen=True, slots=True)
class Written:
    """What a finished writer tells for the manifest."""

    places: dict[str, dict[str, ArrayPlace]]
    """Array file to the places of its arrays."""
    encoder: dict[str, Any]
    dense: dict[str, Any]
    documents: int
    passages: int
    copies: int
    """Documents that say much the same as an earlier one."""


class GenerationWriter:
    """Collects documents in corpus order and writes the files of a generation into an empty folder."""

    def __init__(
        self,
        path: Path,
        settings: Settings,
        analyser: Analyser,
        known: Known | None = None,
        inventory: Inventory | None = None,
    ) -> None:
        """Begin a generation.

        Args:
            path: An empty folder.
            settings: What to count, and how.
            analyser: What documents become.
            known: A generation made with the same analyser, settings of passages and encoder.
            inventory: Is told of every document.
        """
        self._path = path
        self._settings = settings
        self._analyser = analyser
        self._known = known
        self._reused: list[tuple[int, int]] = []
        """Number of a document here, and of one with the same texts in `known`."""
        self._places: dict[str, dict[str, ArrayPlace]] = {}
        self.collected = DocumentsWriter(path / DOCUMENTS_FILE, known, inventory)
        self._rows: list[tuple[int, int]] = []
        """Number of a document here, and in `known`, when its row is known."""
        self._facets = FacetsBuilder()
        self._spill = Spill(path / "spill")
        self._lexical = LexicalWriter(self._spill, settings, analyser, known)
        self._completions = CompletionsBuilder(self._spill)
        self._passages = PassagesBuilder(self._spill)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.collected.close()
        self._spill.__exit__(kind, error, trace)

    @property
    def documents(self) -> int:
        """Documents added so far."""
        return len(self.collected)

    def add(self, items: Sequence[Item]) -> Fresh:
        """Append documents; return those whose texts are not known, to be analysed."""
        numbers: list[int] = []
        fresh: list[Document] = []
        lines: list[bytes] = []
        for number, item in enumerate(items, self.documents):
            if isinstance(item, KnownRow):
                self.collected.add_known(item.number, item.line)
                self._reused.append((number, item.number))
                self._rows.append((number, item.number))
                continue
            document, key = (item.document, item.key) if isinstance(item, KeyedDocument) else (item, b"")
            hashes, line = self.collected.add(document, key)
            self._facets.add(number, document)
            old = self._known.number(hashes.texts) if self._known else None
            if old is None:
                numbers.append(number)
                fresh.append(document)
                lines.append(line)
            else:
                self._reused.append((number, old))
        return Fresh(np.array(numbers, dtype=np.int32), fresh, lines)

    def take(self, numbers: npt.NDArray[np.int32], analysis: Analysis) -> None:
        """Keep the analysis of documents added before, all calls in the order of those."""
        self._lexical.add(analysis.words, analysis.counts, numbers)
        self._lexical.readings.add(analysis.readings)
        self._completions.add(analysis.wordings, numbers)
        self._passages.add(numbers.tolist(), analysis.passages)

    def take_vectors(self, owners: npt.NDArray[np.int32], keys: Keys, vectors: Vectors) -> None:
        """Keep vectors encoded elsewhere; `owners` are the numbers of their documents, ascending over all calls."""
        self._passages.add_encoded(owners, keys, vectors)

    def _moves(self) -> Moves | None:
        """Add what is known of documents; those that stand in the same order as before are told, not added."""
        known = self._known
        if not known or not self._reused:
            return None
        new, old = np.array(self._reused, dtype=np.int64).T
        self._lexical.readings.add(known.readings(old, self._analyser.readings))
        stay = longest_ascending(old)
        again = np.delete(np.arange(len(old)), stay)
        if len(again):
            numbers = new[again].astype(np.int32)
            self._completions.add(pack_wordings(list(known.wordings(old[again]))), numbers)
            self._lexical.add_known(old[again], numbers)
        return self._moved(known, new[stay], old[stay]) if len(stay) else None

    def _moved(self, known: Known, new: npt.NDArray[np.int64], old: npt.NDArray[np.int64]) -> Moves:
        origins = np.full(self.documents, -1, dtype=np.int64)
        origins[new] = old
        return Moves(origins, known.index.manifest.documents)

    def holds_documents_of(self, generation: Generation) -> bool:
        """Return whether the documents added are those of a generation, in the same order and places."""
        self.collected.close()
        return file_record(self._path / DOCUMENTS_FILE) == generation.manifest.files[DOCUMENTS_FILE]

    def finish(self, encoder: Encoder | None, progress: Progress, beside: Beside = here) -> Written:
        """Write everything.

        Args:
            encoder: None learns the built-in one from the documents added.
            progress: Told (step, done, total).
            beside: Lets a function run while postings are written, for what takes long.
        """
        self.collected.close()
        progress("compiling postings", 0, None)
        moves, tables = self._moves(), self.collected.tables()
        with ArrayFileWriter(self._path / LEXICAL_FILE) as file:
            lexical = self._lexical.write_words(file, self.documents, moves)
            with self._vectors(encoder, lexical, file, tables, moves, progress, beside) as vectors:
                self._lexical.write_legs(file, lexical)
                self._places[LEXICAL_FILE] = file.places
                originals = self.collected.originals(tables, moves)
                self._write(FACETS_FILE, self._facet_arrays())
                completions = self._completions.arrays()
                if self._known and moves:
                    completions = merged_completions(self._known.index.arrays(SUGGEST_FILE), completions, moves)
                self._write(SUGGEST_FILE, completions)
                if encoder is None:
                    progress("learning vectors", 0, None)
                written = vectors()
        tables |= {
            "passage_documents": written.owners,
            "passage_starts": np.searchsorted(written.owners, np.arange(self.documents + 1)),
            "originals": originals,
        }
        self._write(TABLES_FILE, tables)
        return Written(
            {**self._places, **written.places},
            dict(written.encoder),
            dict(written.dense),
            self.documents,
            len(written.owners),
            count_copies(originals),
        )

    def _vectors(
        self,
        encoder: Encoder | None,
        lexical: Lexical,
        file: ArrayFileWriter,
        tables: Arrays,
        moves: Moves | None,
        progress: Progress,
        beside: Beside,
    ) -> AbstractContextManager[Callable[[], WrittenVectors]]:
        """What writes the vectors, or waits until they are written."""
        known, hashes = self._known, tables["text_hashes"]
        if encoder is not None:
            return here(self._write_encoded, encoder, tables, progress)
        if known and moves and lexical.merged and known.before:
            built = built_in_as_before(known.before, lexical.added, hashes, lexical.merged, moves)
            if built:
                return here(built.write, self._path, lexical.words["unit_kinds"], hashes, known.index.generation)
        return beside(write_built_in, self._path, file.written("words/"), hashes)

    def _write_encoded(self, encoder: Encoder, tables: Arrays, progress: Progress) -> WrittenVectors:
        """Write the vectors of an encoder that reads text, and add their keys to the tables."""
        owners, vectors, keys = self._passages.encoded(encoder, self._known, self._reused, progress)
        tables |= keys
        described = encoder.describe()
        write_dense(self._path, vectors, described["dimension"])
        dense = make_shortlist(self._path, described["dimension"], tables["text_hashes"], owners)
        return WrittenVectors(owners, described, dense, {})

    def _facet_arrays(self) -> Arrays:
        known = self._known
        if not known or not self._rows:
            return self._facets.arrays()
        new, old = np.array(self._rows, dtype=np.int64).T
        stay = longest_ascending(old)
        for place in np.delete(np.arange(len(old)), stay).tolist():
            self._facets.add(int(new[place]), known.document(int(old[place])))
        moves = self._moved(known, new[stay], old[stay])
        return merged_facets(known.index.arrays(FACETS_FILE), self._facets.arrays(), moves)

    def _write(self, name: str, arrays: Arrays) -> None:
        with ArrayFileWriter(self._path / name) as file:
            for key, array in arrays.items():
                file.add(key, array)
        self._places[name] = file.places
