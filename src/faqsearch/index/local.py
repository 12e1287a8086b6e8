"""An index in a folder: flat arrays mapped into memory, scored with numpy and FAISS."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from faqsearch.documents import Document
from faqsearch.errors import IndexFormatError
from faqsearch.index.arrays import DAMAGE_HINT, by_prefix, open_arrays
from faqsearch.index.characters import Spelling
from faqsearch.index.contained import contained
from faqsearch.index.damage import saying_damage
from faqsearch.index.dense import LISTED, DenseIndex
from faqsearch.index.document_file import DocumentFile
from faqsearch.index.facets import Facets, Where
from faqsearch.index.features import SHARES
from faqsearch.index.folder import Generation, IndexFolder
from faqsearch.index.implied import Implied
from faqsearch.index.interface import Candidates, Question, Scores, WeightedTerm
from faqsearch.index.lexicon import Lexicon
from faqsearch.index.manifest import Manifest
from faqsearch.index.nearest import Passages, best_passages
from faqsearch.index.postings import Postings
from faqsearch.index.reading import Reader
from faqsearch.index.scoring import scores_asked, scores_with
from faqsearch.index.selection import promising, union
from faqsearch.index.sequences import Sequences
from faqsearch.vectors.builtin import WordVectors
from faqsearch.vectors.interface import Vectors
from faqsearch.vectors.units import UnitVectors
from faqsearch.vocabulary import Vocabulary

if TYPE_CHECKING:
    from faqsearch.index.completions import Completions
    from faqsearch.index.leg_scores import LegScores
    from faqsearch.settings import BM25

DOCUMENTS_FILE = "documents.jsonl"
TABLES_FILE = "documents.bin"
FACETS_FILE = "facets.bin"
LEXICAL_FILE = "lexical.bin"
ENCODER_FILE = "encoder.bin"
UNITS_FILE = "units.bin"

# 99 of 100 random pairs of a question and a document of the judged sets lie below.
_LEAST_COSINE = 0.25

# What the manifest may say of the dense leg.
_LEAST = {"listed": LISTED, "probed": 1}

Arrays = dict[str, npt.NDArray[Any]]


class LocalIndex:
    """The read side. Safe to share between threads; several processes share the mapped memory."""

    def __init__(self, generation: Generation) -> None:
        generation.check_files()
        self.generation = generation
        self._arrays = {
            name: open_arrays(contained(generation.path, name), places)
            for name, places in generation.manifest.arrays.items()
        }
        documents = generation.manifest.documents
        try:
            tables = self._arrays[TABLES_FILE]
            self.stored = DocumentFile(contained(generation.path, DOCUMENTS_FILE), tables)
            self.facets = Facets(self._arrays[FACETS_FILE], documents)
            dimension = int(generation.manifest.encoder["dimension"])
            told = {name: int(generation.manifest.dense.get(name, 0)) or least for name, least in _LEAST.items()}
            dense = DenseIndex(generation.path, tables["passage_documents"], dimension, **told)
            self._take(self._arrays, dense)
        except KeyError as error:
            raise IndexFormatError(f"{generation.path} lacks {error}", hint=DAMAGE_HINT) from error
        if len(self.stored) != documents or len(self.tables["passage_starts"]) != documents + 1:
            raise IndexFormatError(f"{generation.path} does not hold {documents} documents", hint=DAMAGE_HINT)

    def _take(self, arrays: Mapping[str, Arrays], dense: Passages) -> None:
        """Take what questions are answered from: the arrays of a generation, or of some documents of an engine."""
        self.tables, self.dense = arrays[TABLES_FILE], dense
        lexical = by_prefix(arrays[LEXICAL_FILE])
        words = lexical.pop("words")
        self.sequences = Sequences(words)
        self._lexicon = Lexicon(self.sequences.vocabulary, words)
        encoder = self.generation.manifest.encoder
        own = WordVectors(arrays[ENCODER_FILE], encoder["views"]) if encoder["kind"] == "builtin" else None
        self._word_vectors = own
        units = UnitVectors(arrays[UNITS_FILE], own.views) if own else None
        self.legs: Mapping[str, Postings] = {leg: Postings(a, self.manifest.documents) for leg, a in lexical.items()}
        idf = self.legs["document"].idf
        implied = Implied(own, units, self.legs["document"].df) if own and units is not None else None
        self._reader = Reader(self.sequences, Spelling(words), idf, units, implied)
        self.vocabularies = {
            leg: Vocabulary(arrays) if "keys" in arrays else self.sequences.vocabulary
            for leg, arrays in lexical.items()
        }

    def __reduce__(self) -> tuple[type[LocalIndex], tuple[Generation]]:
        return LocalIndex, (self.generation,)

    @classmethod
    def open(cls, path: str | Path) -> LocalIndex:
        """Open the current generation of the index in a folder.

        Raises:
            IndexNotFound: There is no index.
            IndexFormatError: It is damaged, or of another format version.
        """
        folder = IndexFolder(path)
        while True:
            generation = folder.current()
            try:
                with saying_damage(generation):
                    return cls(generation)
            except IndexFormatError:
                # Between CURRENT and the files, writers may have replaced and removed the generation.
                if folder.is_current(generation):
                    raise

    def damage(self) -> str | None:
        """Return what is not as it was written, or None; reads every byte."""
        return self.generation.damage()

    def newer(self) -> LocalIndex | None:
        """Return the generation that answers now, opened; None when this is it."""
        folder = IndexFolder(self.generation.path.parent)
        return None if folder.is_current(self.generation) else LocalIndex.open(folder.path)

    def arrays(self, name: str) -> Arrays:
        """Return the arrays of a file."""
        return self._arrays[name]

    @property
    def manifest(self) -> Manifest:
        """What the generation holds."""
        return self.generation.manifest

    @property
    def folder(self) -> Path:
        """The folder the index is kept in."""
        return self.generation.path.parent

    @property
    def lexicon(self) -> Lexicon:
        """Which words the index knows, and how they are read."""
        return self._lexicon

    @cached_property
    def completions(self) -> Completions:
        """The stored wordings, by their beginnings; opened when something is typed."""
        from faqsearch.index.completions import open_completions  # a search needs none

        return open_completions(self._arrays, self.generation.path)

    @property
    def word_vectors(self) -> tuple[WordVectors, Vocabulary] | None:
        """The built-in encoder's vectors and the words they belong to; None for another encoder."""
        return (self._word_vectors, self.sequences.vocabulary) if self._word_vectors else None

    def documents(self, numbers: Sequence[int]) -> list[Document]:
        """Return the documents with these numbers, in the order asked."""
        return [self.stored[number] for number in numbers]

    def sentences(self, number: int) -> list[tuple[int, int]]:
        """Return (start, end) of each sentence of a document's answer, in order."""
        return self.sequences.sentences(number)

    def document(self, document_id: str) -> Document:
        """Return the document with that id."""
        return self.stored[self.stored.number(document_id)]

    def number(self, document_id: str) -> int:
        """Return the number of the document with that id."""
        return self.stored.number(document_id)

    def originals(self, numbers: npt.NDArray[np.int64]) -> npt.NDArray[np.int32]:
        """Return for each document the first that says much the same, -1 where no other does."""
        return self.tables["originals"][numbers]

    def vectors(self, number: int) -> Vectors:
        """Return the stored vectors of a document's passages; float32, shape (passages, dimension)."""
        return self.dense.vectors(np.arange(*self.tables["passage_starts"][number : number + 2]))

    def together(self, questions: Sequence[Question], *, depth: int) -> Sequence[Question]:
        """Return the same questions with the passages worth a look for each."""
        vectors = [question.vector for question in questions if question.vector is not None]
        listed = self.dense.shortlists(np.concatenate(vectors), depth) if vectors else None
        if listed is None:
            return questions
        return [replace(question, listed=own) for question, own in zip(questions, listed, strict=True)]

    def candidates(
        self, question: Question, *, depth: int, most: int | None = None, where: Where | None = None
    ) -> Candidates:
        """Return the union of every leg's `depth` best documents, scored by all legs; the `most` promising of them."""
        allowed = self.facets.allowed(where)
        maxima: dict[str, float] = {}
        chosen = []
        with self._saying_postings_are_damaged():
            legs = {leg: self._scores(leg, terms) for leg, terms in question.terms.items()}
            for leg, own in legs.items():
                best, scores = own.best(depth, allowed)
                maxima[leg] = max(scores.tolist(), default=0.0)  # of sixty, in a third of numpy's time
                chosen.append(best)
        near = None
        if question.vector is not None:
            # Unlike a model's, the built-in encoder's cosines mean something by themselves: below this is chance.
            least = _LEAST_COSINE if self._word_vectors else 0.0
            near = self.dense.nearest(question.vector, depth, least, allowed, question.listed)
            chosen.append(near.documents[:depth])
            maxima["dense"] = float(near.scores[0]) if len(near.scores) else 0.0
        documents = union(chosen)
        with self._saying_postings_are_damaged():
            found = {leg: own.of(documents) for leg, own in legs.items()}
        if most is not None and len(documents) > most:
            kept = promising(documents, found, near, maxima, most)
            documents, found = documents[kept], {leg: scores[kept] for leg, scores in found.items()}
        if question.vector is not None:
            found["dense"] = best_passages(self.dense, self.tables["passage_starts"], documents, question.vector[0])
        if not len(documents):
            return Candidates(documents, found, maxima, np.empty(0, np.int32), np.empty((0, 2), np.int32))
        read = self._reader.read(question, documents)
        found |= read.scores
        # The best of all at once: a search spends its time on calls, not on a few hundred numbers.
        best = np.concatenate(list(found.values())).reshape(-1, len(documents)).max(axis=1).tolist()
        for leg, most_of in zip(found, best, strict=True):
            maxima[leg] = 1.0 if leg in SHARES else max(most_of, maxima.get(leg, 0.0))
        spans = self.sequences.unit_spans.take(read.sentences, axis=0)
        without = read.sentences < 0
        if without.any():
            spans[without] = 0
        return Candidates(documents, found, maxima, read.phrasings, spans)

    def term_scores(self, leg: str, terms: Sequence[WeightedTerm], number: int) -> list[tuple[str, float]]:
        """Return what each term added to a document's score in a leg, largest first."""
        postings = self.legs[leg]
        numbers = self.vocabularies[leg].numbers([t.term for t in terms])
        start, end = np.searchsorted(postings.unit_documents, (number, number + 1))
        if start == end:
            return []
        best_of: dict[int, tuple[float, str]] = {}
        with self._saying_postings_are_damaged():
            unit = int(start) + int(self._scores(leg, terms).of_units(np.arange(start, end)).argmax())
        for i, (term, place) in enumerate(zip(terms, numbers.tolist(), strict=True)):
            if place >= 0:
                units, weights = postings.of(place)
                at = int(np.searchsorted(units, unit))
                if at < len(units) and units[at] == unit:
                    group = term.group if term.group >= 0 else -1 - i
                    worth = (float(weights[at]) * term.weight, term.term)
                    best_of[group] = max(best_of.get(group, worth), worth)
        added: dict[str, float] = {}
        for worth_of_term, name in best_of.values():
            added[name] = added.get(name, 0.0) + worth_of_term
        return sorted(((t, s) for t, s in added.items() if s), key=lambda pair: (-pair[1], pair[0]))

    def scores_with(
        self, choices: Sequence[BM25], leg: str, terms: Sequence[WeightedTerm], documents: npt.NDArray[np.int64]
    ) -> Scores:
        """Return what some documents would score if a leg had other parameters; shape (choices, documents)."""
        postings = self.legs[leg]
        mean = float(postings.lengths.mean(dtype=np.float64))
        return scores_with(choices, postings, self.vocabularies[leg], terms, documents, mean)

    def _scores(self, leg: str, terms: Sequence[WeightedTerm]) -> LegScores:
        return scores_asked(self.legs[leg], terms, self.vocabularies[leg].places)

    @contextmanager
    def _saying_postings_are_damaged(self) -> Iterator[None]:
        try:
            yield
        except IndexError as error:
            raise IndexFormatError(f"{self.generation.path / LEXICAL_FILE} is damaged", hint=DAMAGE_HINT) from error
