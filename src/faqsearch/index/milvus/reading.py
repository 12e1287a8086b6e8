"""Reading: an index in Milvus, open for questions.

Milvus finds each leg's best documents; their records come here, and a `View` of them says the rest: exact scores,
features, the sentence that matched.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from faqsearch.documents import Document
from faqsearch.errors import DocumentNotFound, IndexFormatError
from faqsearch.index.arrays import DAMAGE_HINT, by_prefix, open_arrays
from faqsearch.index.checksums import file_record
from faqsearch.index.document_file import document_from_json
from faqsearch.index.facets import Facets, Where
from faqsearch.index.interface import Candidates, Question, Scores, WeightedTerm
from faqsearch.index.lexicon import Lexicon
from faqsearch.index.local import ENCODER_FILE, FACETS_FILE, LEXICAL_FILE
from faqsearch.index.milvus.asking import Asking, Found, weights_asked
from faqsearch.index.milvus.fetching import Fetching
from faqsearch.index.milvus.layout import VECTORS, whole_documents
from faqsearch.index.milvus.records import Records
from faqsearch.index.milvus.view import View
from faqsearch.index.milvus.writing import check_rows
from faqsearch.index.scoring import asked_numbers, scores_with
from faqsearch.passages import SENTENCE
from faqsearch.vectors.builtin import WordVectors
from faqsearch.vocabulary import Vocabulary, term_key

if TYPE_CHECKING:
    from faqsearch.index.completions import Completions
    from faqsearch.index.manifest import Manifest
    from faqsearch.index.milvus.store import MilvusGeneration, MilvusStore
    from faqsearch.settings import BM25
    from faqsearch.vectors.interface import Vectors

Arrays = dict[str, npt.NDArray[Any]]

# Documents of each leg that are looked at, in times the depth: the first look, and the last one where Milvus's order is
# not the leg's own.
_LOOKED_AT, _MOST = 1.25, 8
# Passages asked for each document wanted; as many as a local index looks at.
_PASSAGES = 4
# A score this near to the bound of all others may belong behind it.
_BEYOND = 1 - 1e-5


class MilvusIndex:
    """The read side of one generation. Safe to share between threads."""

    def __init__(self, store: MilvusStore, generation: MilvusGeneration) -> None:
        self.generation = generation
        self._store = store
        self._head = generation.head
        manifest = self._head.manifest
        self._fetching = Fetching(store.engine, store.names.generation(generation.number), generation.parts)
        places = manifest.arrays[LEXICAL_FILE]
        try:
            # Completions are fetched when something is typed; all else, now.
            self._shared = {
                file: self._open(file)
                for file in (LEXICAL_FILE, FACETS_FILE, ENCODER_FILE)
                if file in self._head.shared
            }
            self._legs = by_prefix(self._shared[LEXICAL_FILE])
            words = self._legs.pop("words")
            self._vocabulary = Vocabulary(words)
            self._lexicon = Lexicon(self._vocabulary, words)
            self._facets = Facets({**self._shared[FACETS_FILE], "documents": np.empty(0, np.int32)}, manifest.documents)
            self._records = Records(manifest)
        except KeyError as error:
            raise IndexFormatError(f"{generation.path} lacks {error}", hint=DAMAGE_HINT) from error
        whole = [leg for leg in self._records.legs if whole_documents(places, leg, manifest.documents)]
        self._asking = Asking(store.engine, store.names, generation.number, whole)
        # A search asks its legs at the same time.
        self._threads = ThreadPoolExecutor(len(self._records.legs) + 1, thread_name_prefix="faqsearch-milvus")

    def __reduce__(self) -> tuple[Any, ...]:
        raise TypeError("a connection stays in its process")

    def _open(self, file: str) -> Arrays:
        return open_arrays(self._head.file(self.generation.parts, file), self._head.shared[file].places)

    @property
    def manifest(self) -> Manifest:
        """What the generation holds."""
        return self._head.manifest

    def damage(self) -> str | None:
        """Return what is not as it was written, or None: rows that are missing, and bytes kept on this machine.

        Rows are not fetched, of which there may be millions; `verify` does.
        """
        for problem in check_rows(self._store.engine, self._store.names, self.generation.number, self._head):
            return problem
        for file, shared in self._head.shared.items():
            path = self._head.file(self.generation.parts, file)
            if file_record(path) != shared.record:
                return f"{path} is damaged; remove it, and it is fetched again"
        return None

    def newer(self) -> MilvusIndex | None:
        """Return the generation that answers now, opened; None when this is it."""
        return None if self._store.is_current(self.generation) else self._store.open()

    @cached_property
    def folder(self) -> Path | None:
        """A folder of this machine with the dictionaries kept with the index, as they were when it was opened."""
        return self._store.fetched_beside()

    @property
    def lexicon(self) -> Lexicon:
        """Which words the index knows, and how they are read."""
        return self._lexicon

    @property
    def facets(self) -> Facets:
        """Which values documents can be filtered by; which documents have them, Milvus knows."""
        return self._facets

    @cached_property
    def completions(self) -> Completions:
        """The stored wordings, by their beginnings; fetched when something is typed."""
        from faqsearch.index.completions import SUGGEST_FILE, open_completions  # a search needs none

        return open_completions({SUGGEST_FILE: self._open(SUGGEST_FILE)}, Path(self.generation.path))

    @property
    def word_vectors(self) -> tuple[WordVectors, Vocabulary] | None:
        """The built-in encoder's vectors and the words they belong to; None for another encoder."""
        encoder = self.manifest.encoder
        if encoder["kind"] != "builtin":
            return None
        return WordVectors(self._shared[ENCODER_FILE], encoder["views"]), self._vocabulary

    def documents(self, numbers: Sequence[int]) -> list[Document]:
        """Return the documents with these numbers, in the order asked."""
        try:
            return [document_from_json(line) for line in self._fetching.lines(list(numbers))]
        except (ValueError, KeyError, TypeError) as error:
            raise IndexFormatError(f"{self.generation.path}: a document is damaged", hint=DAMAGE_HINT) from error

    def document(self, document_id: str) -> Document:
        """Return the document with that id."""
        return self._with_id(document_id)[1]

    def number(self, document_id: str) -> int:
        """Return the number of the document with that id."""
        return self._with_id(document_id)[0]

    def _with_id(self, document_id: str) -> tuple[int, Document]:
        numbers = self._fetching.numbers(term_key(document_id))
        for number, document in zip(numbers, self.documents(numbers), strict=True):
            if document.id == document_id:
                return number, document
        raise DocumentNotFound(
            f"no document has the id {document_id[:300]!r}", hint="Take an id from the results of a search."
        )

    def originals(self, numbers: npt.NDArray[np.int64]) -> npt.NDArray[np.int32]:
        """Return for each document the first that says much the same, -1 where no other does."""
        if not self.manifest.copies:
            return np.full(len(numbers), -1, dtype=np.int32)
        return self._columns(numbers.tolist())["originals"]

    def sentences(self, number: int) -> list[tuple[int, int]]:
        """Return (start, end) of each sentence of a document's answer, in order."""
        columns = self._columns([number])
        spans = columns["words/unit_spans"][columns["words/unit_kinds"] == SENTENCE]
        return [(start, end) for start, end in spans.tolist()]

    def vectors(self, number: int) -> Vectors:
        """Return the stored vectors of a document's passages; float32, shape (passages, dimension)."""
        return self._columns([number])[VECTORS]

    def _columns(self, numbers: list[int]) -> Mapping[str, npt.NDArray[Any]]:
        return self._records.unpacked(self._fetching.records(numbers)).columns

    def term_scores(self, leg: str, terms: Sequence[WeightedTerm], number: int) -> list[tuple[str, float]]:
        """Return what each term added to a document's score in a leg, largest first."""
        view = self._view([number], {leg: asked_numbers(terms, self._vocabulary_of(leg))})
        return view.term_scores(leg, terms, 0)

    def scores_with(
        self, choices: Sequence[BM25], leg: str, terms: Sequence[WeightedTerm], documents: npt.NDArray[np.int64]
    ) -> Scores:
        """Return what some documents would score if a leg had other parameters; shape (choices, documents)."""
        vocabulary = self._vocabulary_of(leg)
        view = self._view(documents.tolist(), {leg: asked_numbers(terms, vocabulary)})
        places = np.arange(len(documents))
        return scores_with(choices, view.legs[leg], vocabulary, terms, places, self._head.means[leg])

    def together(self, questions: Sequence[Question], *, depth: int) -> Sequence[Question]:  # noqa: ARG002
        """Return the same questions: the engine is asked for each leg of each."""
        return questions

    def candidates(
        self, question: Question, *, depth: int, most: int | None = None, where: Where | None = None
    ) -> Candidates:
        """Return the union of every leg's `depth` best documents, scored by all legs; the `most` promising of them."""
        allowed = self._filter(where)
        found = self._ask(question, depth, allowed) if allowed is not None else {}
        asked = {leg: asked_numbers(terms, self._vocabulary_of(leg)) for leg, terms in question.terms.items()}
        looked_at = dict.fromkeys(found, int(_LOOKED_AT * depth))
        while True:
            numbers = sorted({n for leg, own in found.items() for n in own.first(looked_at[leg])})
            view = self._view(numbers, asked)
            candidates = view.candidates(question, depth=depth)
            short = [
                leg
                for leg in found
                if leg != "dense" and self._short(candidates, found[leg], looked_at[leg], leg, depth)
            ]
            if not short:
                break
            looked_at |= {leg: 2 * looked_at[leg] for leg in short}
        if most is not None and len(candidates) > most:
            candidates = view.candidates(question, depth=depth, most=most)
        places = np.array(numbers, dtype=np.int64)
        return Candidates(
            places[candidates.documents],
            candidates.scores,
            candidates.maxima,
            candidates.phrasings,
            candidates.sentences,
        )

    def _short(self, candidates: Candidates, found: Found, looked_at: int, leg: str, depth: int) -> bool:
        """Whether a document that was not looked at may be among a leg's best."""
        if looked_at >= min(_MOST * depth, len(found.documents)):
            return False
        scores = np.sort(candidates.scores[leg])[::-1]
        least = float(scores[depth - 1]) if len(scores) >= depth else 0.0
        return least < found.bound(looked_at) * _BEYOND

    def _ask(self, question: Question, depth: int, where: str) -> dict[str, Found]:
        """Ask every leg, all at the same time."""
        asked = {
            leg: weights_asked(terms, self._vocabulary_of(leg), self._legs[leg]["df"])
            for leg, terms in question.terms.items()
        }
        waiting = {
            leg: self._threads.submit(self._asking.lexical, leg, terms, depth, where)
            for leg, terms in asked.items()
            if terms
        }
        if question.vector is not None and question.vector.any():
            waiting["dense"] = self._threads.submit(self._asking.dense, question.vector, _PASSAGES * depth, where)
        return {leg: future.result() for leg, future in waiting.items()}

    def _filter(self, where: Where | None) -> str | None:
        """Return what Milvus filters by; None when no document can pass."""
        wanted = list(self._facets.wanted(where or {}))
        if not all(wanted):
            return None
        return " and ".join(f"array_contains_any(facets, {numbers})" for numbers in wanted)

    def _vocabulary_of(self, leg: str) -> Vocabulary:
        arrays = self._legs[leg]
        return Vocabulary(arrays) if "keys" in arrays else self._vocabulary

    def _view(self, numbers: list[int], asked: dict[str, npt.NDArray[np.int64]]) -> View:
        excerpts = self._records.unpacked(self._fetching.records(numbers))
        return View(self.manifest, self._shared, self._head.means, excerpts, asked)
