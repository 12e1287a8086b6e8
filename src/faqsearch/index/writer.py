"""Write side of a local index: documents and their analysis in, the files of one generation out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt

from faqsearch.documents import Document
from faqsearch.index.arrays import ArrayFileWriter, ArrayPlace
from faqsearch.index.characters import spelling_arrays
from faqsearch.index.completions import SUGGEST_FILE, CompletionsBuilder
from faqsearch.index.copies import CopyFinder, count_copies
from faqsearch.index.counts import CountsBuilder, TermCounts
from faqsearch.index.dense_files import write_dense
from faqsearch.index.document_file import (
    DocumentHashes,
    document_hashes,
    document_to_json,
    hash_arrays,
    id_arrays,
    line_sum,
    written_documents,
)
from faqsearch.index.facets import FacetsBuilder
from faqsearch.index.folder import Generation, file_record
from faqsearch.index.interface import Analyser, Analysis
from faqsearch.index.known import Known
from faqsearch.index.lexicon import lexicon_arrays
from faqsearch.index.local import DOCUMENTS_FILE, ENCODER_FILE, FACETS_FILE, LEXICAL_FILE, TABLES_FILE, UNITS_FILE
from faqsearch.index.postings import write_postings
from faqsearch.index.sequences import SequencesBuilder, TermSequences
from faqsearch.index.spill import Spill
from faqsearch.passages import OTHER
from faqsearch.settings import Settings
from faqsearch.vectors.learning import Learned, learn
from faqsearch.vocabulary import Vocabulary

if TYPE_CHECKING:
    from faqsearch.vectors.interface import Encoder, Vectors

Arrays = dict[str, npt.NDArray[Any]]
Progress = Callable[[str, int, int | None], None]
_LEGS = ("document", "question", "bigram", "reading")
# Passages encoded between two reports of progress.
_ENCODED_AT_ONCE = 1024


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

    def __init__(self, path: Path, settings: Settings, analyser: Analyser, known: Known | None = None) -> None:
        """Begin a generation.

        Args:
            path: An empty folder.
            settings: What to count, and how.
            analyser: What documents become.
            known: A generation made with the same analyser, settings of passages and encoder.
        """
        self._path = path
        self._settings = settings
        self._analyser = analyser
        self._known = known
        self._reused: list[tuple[int, int]] = []
        """Number of a document here, and of one with the same texts in `known`."""
        self._places: dict[str, dict[str, ArrayPlace]] = {}
        self._file = (path / DOCUMENTS_FILE).open("wb")
        self._offsets = [0]
        self._sums: list[int] = []
        self._ids: list[str] = []
        self._hashes: list[DocumentHashes] = []
        self._facets = FacetsBuilder()
        self._copies = CopyFinder()
        self._spill = Spill(path / "spill")
        self._words = SequencesBuilder(self._spill)
        self._counts = {leg: CountsBuilder(self._spill) for leg in _LEGS}
        self._readings: Counter[tuple[str, str]] = Counter()
        self._completions = CompletionsBuilder()
        self._passages: list[tuple[int, str]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        self._spill.__exit__(kind, error, trace)

    @property
    def documents(self) -> int:
        """Documents added so far."""
        return len(self._ids)

    @property
    def size(self) -> int:
        """Bytes of the documents added."""
        return self._offsets[-1]

    @property
    def hashes(self) -> Sequence[DocumentHashes]:
        """What tells the documents added from other versions of them."""
        return self._hashes

    @property
    def ids(self) -> Sequence[str]:
        """Ids of the documents added."""
        return self._ids

    def add(self, documents: Sequence[Document]) -> tuple[npt.NDArray[np.int32], list[Document]]:
        """Append documents; return numbers and documents of those whose texts are not known, to be analysed."""
        fresh: list[Document] = []
        numbers: list[int] = []
        for number, document in enumerate(documents, len(self._ids)):
            line = document_to_json(document).encode("utf-8", "surrogatepass")
            hashes = document_hashes(document)
            self._file.write(line + b"\n")
            self._sums.append(line_sum(line))
            self._offsets.append(self._offsets[-1] + len(line) + 1)
            self._ids.append(document.id)
            self._hashes.append(hashes)
            self._facets.add(number, document)
            self._copies.add(number, document)
            old = self._known.number(hashes.texts) if self._known else None
            if old is None:
                fresh.append(document)
                numbers.append(number)
            else:
                self._reused.append((number, old))
        return np.array(numbers, dtype=np.int32), fresh

    def take(self, numbers: npt.NDArray[np.int32], analysis: Analysis) -> None:
        """Keep the analysis of documents added before, all calls in the order of those."""
        self._add_terms(analysis.words, analysis.counts, analysis.readings, numbers)
        self._completions.add(analysis.wordings, numbers.tolist())
        for number, passages in zip(numbers.tolist(), analysis.passages, strict=bool(analysis.passages)):
            self._passages.extend((number, f"{p.context}\n{p.text}" if p.context else p.text) for p in passages)

    def _add_terms(
        self,
        words: TermSequences,
        counts: Mapping[str, TermCounts],
        readings: Mapping[tuple[str, str], int],
        numbers: npt.NDArray[np.int32],
    ) -> None:
        self._words.add(words, numbers)
        for leg, builder in self._counts.items():
            builder.add(counts[leg], numbers)
        self._readings.update(readings)

    def _add_known(self, known: Known) -> None:
        new, old = np.array(self._reused, dtype=np.int64).T
        counts = {leg: known.counts(leg, old) for leg in self._counts}
        readings = known.readings(old, self._analyser.readings)
        self._completions.add(known.wordings(old), new.tolist())
        self._add_terms(known.words(old), counts, readings, new.astype(np.int32))

    def holds_documents_of(self, generation: Generation) -> bool:
        """Return whether the documents added are those of a generation, in the same order and places."""
        self._file.flush()
        return file_record(self._path / DOCUMENTS_FILE) == generation.manifest.files[DOCUMENTS_FILE]

    def finish(self, encoder: Encoder | None, progress: Progress) -> Written:
        """Write everything.

        Args:
            encoder: None learns the built-in one from the documents added.
            progress: Told (step, done, total).
        """
        self._file.close()
        progress("compiling postings", 0, None)
        if self._known and self._reused:
            self._add_known(self._known)
        with ArrayFileWriter(self._path / LEXICAL_FILE) as file:
            words = self._write_lexical(file)
        self._places[LEXICAL_FILE] = file.places
        if encoder is None:
            progress("learning vectors", 0, None)
            learned = learn(words, self.documents)
            owners, vectors, described = learned.passage_documents, learned.vectors, learned.described
            self._write(ENCODER_FILE, learned.arrays)
            self._write_units(learned, int((words["unit_kinds"] != OTHER).sum()))
        else:
            (owners, vectors), described = self._encoded(encoder, progress), encoder.describe()
        dense = write_dense(self._path, [vectors], vectors.shape[1])
        with written_documents(self._path / DOCUMENTS_FILE, self._offsets) as read:
            originals = self._copies.originals(self.documents, read)
        tables = {
            "document_offsets": np.array(self._offsets, dtype=np.int64),
            "line_sums": np.array(self._sums, dtype=np.uint64),
            **id_arrays(self._ids),
            **hash_arrays(self._hashes),
            "originals": originals,
            "passage_documents": owners,
            "passage_starts": np.searchsorted(owners, np.arange(self.documents + 1)).astype(np.int64),
        }
        self._write(TABLES_FILE, tables)
        self._write(FACETS_FILE, self._facets.arrays())
        self._write(SUGGEST_FILE, self._completions.arrays())
        return Written(self._places, described, dense, self.documents, len(owners), count_copies(originals))

    def _derived_readings(self, terms: Sequence[str], df: npt.NDArray[np.int64]) -> dict[tuple[str, str], int]:
        """How the words are read that occurred only where nothing was counted."""
        counted = {term for _, term in self._readings}
        read = self._known.derived_readings if self._known else {}
        return {
            (read[term] if term in read else self._analyser.reading(term), term): documents
            for term, documents in zip(terms, df.tolist(), strict=True)
            if term not in counted
        }

    def _write_lexical(self, file: ArrayFileWriter) -> Arrays:
        """Write the words and the legs; return the arrays of the words."""
        words = self._words.write(file, self.documents)
        vocabulary = Vocabulary(words)
        idf: dict[str, npt.NDArray[np.float32]] = {}
        df: dict[str, npt.NDArray[np.int64]] = {}
        for leg, builder in self._counts.items():
            # The legs of words share the vocabulary of the sequences.
            own = {} if leg in ("document", "question") else builder.vocabulary()
            for name, array in own.items():
                file.add(f"{leg}/{name}", array)
            counts = builder.merged(own.get("keys", vocabulary.keys))
            idf[leg] = write_postings(file, leg, counts, self._settings.bm25[leg], self.documents)
            df[leg] = counts.df
        terms = [vocabulary.term(i) for i in range(len(vocabulary))]
        weights = [self._analyser.question_weight(term) for term in terms]
        more: Arrays = {
            **lexicon_arrays(self._readings, self._derived_readings(terms, df["document"])),
            **spelling_arrays(words, self.documents),
            "importance": idf["document"] * np.array(weights, dtype=np.float32),
        }
        for name, array in more.items():
            file.add(f"words/{name}", array)
        return words

    def _write(self, name: str, arrays: Arrays) -> None:
        with ArrayFileWriter(self._path / name) as file:
            for key, array in arrays.items():
                file.add(key, array)
        self._places[name] = file.places

    def _write_units(self, learned: Learned, rows: int) -> None:
        factors = []

        def vectors() -> Iterator[npt.NDArray[np.int8]]:
            for packed, own in learned.units:
                factors.append(own)
                yield packed

        with ArrayFileWriter(self._path / UNITS_FILE) as file:
            file.add_parts("vectors", vectors(), (rows, learned.vectors.shape[1]))
            file.add("factors", np.concatenate(factors))
        self._places[UNITS_FILE] = file.places

    def _encoded(self, encoder: Encoder, progress: Progress) -> tuple[npt.NDArray[np.int32], Vectors]:
        """Owners and vectors of all passages; those of known documents are copied."""
        owners = np.array([owner for owner, _ in self._passages], dtype=np.int32)
        vectors = self._encode(encoder, progress)
        if self._known and self._reused:
            new, old = np.array(self._reused, dtype=np.int64).T
            copied, places = self._known.vectors(old)
            owners = np.concatenate((owners, new.astype(np.int32)[places]))
            order = np.argsort(owners, kind="stable")
            owners, vectors = owners[order], np.concatenate((vectors, copied))[order]
        return owners, vectors

    def _encode(self, encoder: Encoder, progress: Progress) -> Vectors:
        texts = [text for _, text in self._passages]
        vectors = np.empty((len(texts), encoder.dimension), dtype=np.float32)
        # Longest first: a batch of like lengths pads little, and memory runs out at once or never.
        order = sorted(range(len(texts)), key=lambda i: (-len(texts[i]), i))
        for start in range(0, len(texts), _ENCODED_AT_ONCE):
            part = order[start : start + _ENCODED_AT_ONCE]
            vectors[part] = encoder.encode_passages([texts[i] for i in part])
            progress("encoding", start + len(part), len(texts))
        return vectors
