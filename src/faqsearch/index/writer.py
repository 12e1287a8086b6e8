"""Write side of a local index: documents and their analysis in, the files of one generation out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from faqsearch.documents import Document
from faqsearch.index.arrays import ArrayFileWriter, ArrayPlace
from faqsearch.index.dense import DENSE_FILE, write_dense
from faqsearch.index.document_file import document_to_json, id_arrays
from faqsearch.index.facets import FacetsBuilder
from faqsearch.index.local import DOCUMENTS_FILE, ENCODER_FILE, FACETS_FILE, LEXICAL_FILE, TABLES_FILE
from faqsearch.index.postings import PostingsBuilder
from faqsearch.legs import LEXICAL_LEGS, Analysis, LegCounts
from faqsearch.settings import Settings
from faqsearch.vectors.builtin import learn
from faqsearch.vectors.interface import unit_rows

if TYPE_CHECKING:
    from scipy.sparse import csr_array

    from faqsearch.vectors.interface import Encoder, Vectors

Progress = Callable[[str, int, int | None], None]
# Passages encoded between two reports of progress.
_ENCODED_AT_ONCE = 1024


class GenerationWriter:
    """Collects documents in corpus order and writes the files of a generation into an empty folder."""

    def __init__(self, path: Path, settings: Settings) -> None:
        self._path = path
        self._settings = settings
        self._places: dict[str, dict[str, ArrayPlace]] = {}
        self._file = (path / DOCUMENTS_FILE).open("wb")
        self._offsets = [0]
        self._ids: list[str] = []
        self._facets = FacetsBuilder()
        self._legs = {leg: PostingsBuilder() for leg in LEXICAL_LEGS}
        self._pieces = PostingsBuilder()
        self._passage_counts: list[int] = []
        self._texts: list[str] = []

    @property
    def documents(self) -> int:
        """Documents added so far."""
        return len(self._ids)

    @property
    def passages(self) -> int:
        """Passages added so far."""
        return len(self._texts)

    def add(self, documents: Sequence[Document], analysis: Analysis) -> None:
        """Append documents and their analysis."""
        first = len(self._ids)
        for number, document in enumerate(documents, first):
            line = document_to_json(document).encode("utf-8", "surrogatepass") + b"\n"
            self._file.write(line)
            self._offsets.append(self._offsets[-1] + len(line))
            self._ids.append(document.id)
            self._facets.add(number, document)
        for leg, builder in self._legs.items():
            _append(builder, analysis.legs[leg], first)
        _append(self._pieces, analysis.pieces, first)
        for passages in analysis.passages:
            self._passage_counts.append(len(passages))
            self._texts.extend(f"{p.context}\n{p.text}" if p.context else p.text for p in passages)

    def finish(self, encoder: Encoder | None, progress: Progress) -> tuple[dict[str, dict[str, ArrayPlace]], dict[str, Any]]:
        """Write everything.

        Args:
            encoder: None learns the built-in one from the documents added.
            progress: Told (step, done, total).

        Returns:
            The places of the arrays by file, and what the manifest says of the encoder.
        """
        self._file.close()
        starts = np.zeros(self.documents + 1, dtype=np.int64)
        np.cumsum(self._passage_counts, out=starts[1:])
        owners = np.repeat(np.arange(self.documents, dtype=np.int32), self._passage_counts)
        self._write(
            TABLES_FILE,
            {
                "document_offsets": np.array(self._offsets, dtype=np.int64),
                **id_arrays(self._ids),
                "passage_starts": starts,
                "passage_documents": owners,
            },
        )
        self._write(FACETS_FILE, self._facets.arrays())
        if encoder is None:
            progress("learning vectors", 0, None)
            vectors, described = self._learn(starts)
        else:
            vectors, described = self._encode(encoder, progress), encoder.describe()
        with ArrayFileWriter(self._path / LEXICAL_FILE) as file:
            for done, (leg, builder) in enumerate(self._legs.items()):
                progress("compiling postings", done, len(self._legs))
                for name, array in builder.arrays(self._settings.bm25[leg], self.documents).items():
                    file.add(f"{leg}/{name}", array)
        self._places[LEXICAL_FILE] = file.places
        write_dense(self._path / DENSE_FILE, vectors)
        return self._places, described

    def _write(self, name: str, arrays: dict[str, Any]) -> None:
        with ArrayFileWriter(self._path / name) as file:
            for key, array in arrays.items():
                file.add(key, array)
        self._places[name] = file.places

    def _encode(self, encoder: Encoder, progress: Progress) -> Vectors:
        vectors = np.empty((self.passages, encoder.dimension), dtype=np.float32)
        # Longest first: a batch of like lengths pads little, and memory runs out at once or never.
        order = sorted(range(self.passages), key=lambda i: (-len(self._texts[i]), i))
        for start in range(0, self.passages, _ENCODED_AT_ONCE):
            part = order[start : start + _ENCODED_AT_ONCE]
            vectors[part] = encoder.encode_passages([self._texts[i] for i in part])
            progress("encoding", start + len(part), self.passages)
        return vectors

    def _learn(self, starts: Any) -> tuple[Vectors, dict[str, Any]]:
        """Learn the built-in encoder and encode every passage: phrasings alone, pieces below their question."""
        from faqsearch.vectors.builtin import BuiltinEncoder

        columns, matrix = self._legs["document"].matrix()
        learned = learn(columns, matrix)
        questions = _aligned(self._legs["question"], columns)
        answers = _aligned(self._pieces, columns)
        question_owners, owners = self._legs["question"].unit_documents(), self._pieces.unit_documents()
        first_question = np.searchsorted(question_owners, owners)
        vectors = np.empty((self.passages, learned.projection.shape[1]), dtype=np.float32)
        vectors[_places(question_owners, starts[:-1])] = learned.encode(questions)
        counts = np.bincount(question_owners, minlength=self.documents)
        vectors[_places(owners, starts[:-1] + counts)] = learned.encode(answers + questions[first_question])
        self._write(ENCODER_FILE, learned.arrays)
        return unit_rows(vectors), BuiltinEncoder.describe_arrays(learned.arrays)


def _append(builder: PostingsBuilder, leg: LegCounts, first: int) -> None:
    builder.add(leg.counts, leg.unit_documents + np.int32(first))


def _aligned(builder: PostingsBuilder, columns: dict[str, int]) -> csr_array:
    """The builder's counts with the columns of another one, which knows all its terms."""
    from scipy.sparse import csr_array

    own, matrix = builder.matrix()
    moved = np.fromiter((columns[term] for term in own), dtype=np.int32, count=len(own))
    return csr_array((matrix.data.astype(np.float32), moved[matrix.indices], matrix.indptr), (matrix.shape[0], len(columns)))


def _places(owners: Any, starts: Any) -> Any:
    """Row of each unit: its document's start, then one after the other."""
    first = np.searchsorted(owners, owners)
    return starts[owners] + np.arange(len(owners)) - first
