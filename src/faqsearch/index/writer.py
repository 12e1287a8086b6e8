"""Write side of a local index: documents and their analysis in, the files of one generation out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt

from faqsearch.documents import Document
from faqsearch.index.arrays import ArrayFileWriter, ArrayPlace
from faqsearch.index.characters import spelling_arrays
from faqsearch.index.dense import DENSE_FILE, write_dense
from faqsearch.index.document_file import document_to_json, id_arrays
from faqsearch.index.facets import FacetsBuilder
from faqsearch.index.interface import Analysis
from faqsearch.index.local import DOCUMENTS_FILE, ENCODER_FILE, FACETS_FILE, LEXICAL_FILE, TABLES_FILE
from faqsearch.index.lexicon import lexicon_arrays
from faqsearch.index.postings import CountsBuilder, compile_postings
from faqsearch.index.sequences import PHRASING, SequencesBuilder, ranges
from faqsearch.index.vocabulary import Vocabulary
from faqsearch.settings import Settings
from faqsearch.vectors.learning import learn

if TYPE_CHECKING:
    from faqsearch.vectors.interface import Encoder, Vectors

Arrays = dict[str, npt.NDArray[Any]]
Progress = Callable[[str, int, int | None], None]
# Passages encoded between two reports of progress.
_ENCODED_AT_ONCE = 1024


@dataclass(frozen=True, slots=True)
class Written:
    """What a finished writer tells for the manifest."""

    places: dict[str, dict[str, ArrayPlace]]
    """Array file to the places of its arrays."""
    encoder: dict[str, Any]
    passages: int


class GenerationWriter:
    """Collects documents in corpus order and writes the files of a generation into an empty folder."""

    def __init__(
        self, path: Path, settings: Settings, question_weight: Callable[[str], float], reading: Callable[[str], str]
    ) -> None:
        """Begin a generation.

        Args:
            path: An empty folder.
            settings: What to count, and how.
            question_weight: How much a term means in a question, 0–1.
            reading: How a term is read, in hiragana.
        """
        self._path = path
        self._settings = settings
        self._question_weight = question_weight
        self._reading = reading
        self._places: dict[str, dict[str, ArrayPlace]] = {}
        self._file = (path / DOCUMENTS_FILE).open("wb")
        self._offsets = [0]
        self._ids: list[str] = []
        self._facets = FacetsBuilder()
        self._words = SequencesBuilder()
        self._counts = {"bigram": CountsBuilder(), "reading": CountsBuilder()}
        self._readings: Counter[tuple[str, str]] = Counter()
        self._passages: list[tuple[int, str]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    @property
    def documents(self) -> int:
        """Documents added so far."""
        return len(self._ids)

    def add(self, documents: Sequence[Document], analysis: Analysis) -> None:
        """Append documents and their analysis."""
        first = len(self._ids)
        for number, document in enumerate(documents, first):
            line = document_to_json(document).encode("utf-8", "surrogatepass") + b"\n"
            self._file.write(line)
            self._offsets.append(self._offsets[-1] + len(line))
            self._ids.append(document.id)
            self._facets.add(number, document)
        self._words.add(analysis.words, first)
        for leg, builder in self._counts.items():
            builder.add(analysis.counts[leg], first)
        self._readings.update(analysis.readings)
        for number, passages in enumerate(analysis.passages, first):
            self._passages.extend((number, f"{p.context}\n{p.text}" if p.context else p.text) for p in passages)

    def finish(self, encoder: Encoder | None, progress: Progress) -> Written:
        """Write everything.

        Args:
            encoder: None learns the built-in one from the documents added.
            progress: Told (step, done, total).
        """
        self._file.close()
        progress("compiling postings", 0, None)
        words = self._words.arrays(self.documents)
        lexical = {"words": words, **self._word_legs(words)}
        vocabulary = Vocabulary(words)
        weights = [self._question_weight(vocabulary.term(i)) for i in range(len(vocabulary))]
        words |= lexicon_arrays(self._all_readings(vocabulary, lexical["document"]["df"]))
        words |= spelling_arrays(words, self.documents)
        words["importance"] = lexical["document"]["idf"] * np.array(weights, dtype=np.float32)
        for leg, builder in self._counts.items():
            lexical[leg] = builder.arrays(self._settings.bm25[leg], self.documents)
        self._write(LEXICAL_FILE, {f"{leg}/{name}": a for leg, arrays in lexical.items() for name, a in arrays.items()})
        if encoder is None:
            progress("learning vectors", 0, None)
            learned = learn(words, self.documents)
            owners, vectors, described = learned.passage_documents, learned.vectors, learned.described
            self._write(ENCODER_FILE, learned.arrays)
        else:
            owners = np.array([owner for owner, _ in self._passages], dtype=np.int32)
            vectors, described = self._encode(encoder, progress), encoder.describe()
        write_dense(self._path / DENSE_FILE, vectors)
        tables = {
            "document_offsets": np.array(self._offsets, dtype=np.int64),
            **id_arrays(self._ids),
            "passage_documents": owners,
            "passage_starts": np.searchsorted(owners, np.arange(self.documents + 1)).astype(np.int64),
        }
        self._write(TABLES_FILE, tables)
        self._write(FACETS_FILE, self._facets.arrays())
        return Written(self._places, described, len(owners))

    def _all_readings(self, vocabulary: Vocabulary, df: npt.NDArray[np.uint32]) -> Counter[tuple[str, str]]:
        """What was counted, and the words that occurred only where nothing was counted."""
        readings = self._readings.copy()
        counted = {term for _, term in readings}
        for number, documents in enumerate(df.tolist()):
            if (term := vocabulary.term(number)) not in counted:
                readings[self._reading(term), term] += documents
        return readings

    def _word_legs(self, words: Arrays) -> dict[str, Arrays]:
        """Count the `document` and `question` legs from the words of all units."""
        from scipy.sparse import coo_array  # 0.2 s to import: builds only

        lengths = np.diff(words["unit_starts"])
        terms = len(words["keys"])
        owners = np.repeat(words["unit_documents"], lengths)
        one = np.ones(len(owners), dtype=np.int32)
        whole = coo_array((one, (owners, words["sequence"])), shape=(self.documents, terms)).tocsc()
        asked = np.flatnonzero(words["unit_kinds"] == PHRASING)
        places = ranges(words["unit_starts"][asked], lengths[asked])
        rows = np.repeat(np.arange(len(asked), dtype=np.int32), lengths[asked])
        shape = (len(asked), terms)
        question = coo_array((one[: len(places)], (rows, words["sequence"][places])), shape=shape).tocsc()
        every = np.arange(self.documents, dtype=np.int32)
        settings = self._settings.bm25
        return {
            "document": compile_postings(whole, every, settings["document"], self.documents),
            "question": compile_postings(
                question, words["unit_documents"][asked], settings["question"], self.documents
            ),
        }

    def _write(self, name: str, arrays: Arrays) -> None:
        with ArrayFileWriter(self._path / name) as file:
            for key, array in arrays.items():
                file.add(key, array)
        self._places[name] = file.places

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
