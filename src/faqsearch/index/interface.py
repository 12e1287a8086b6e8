"""Index: whatever takes documents with their terms and vectors, and gives candidates. It never fuses or formats."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

# Only named here: a search should not load what a build, an update or a completion needs.
if TYPE_CHECKING:
    from faqsearch.documents import Document
    from faqsearch.index.completions import Completions
    from faqsearch.index.counts import TermCounts
    from faqsearch.index.facets import Facets, Where
    from faqsearch.index.lexicon import Lexicon
    from faqsearch.index.manifest import Manifest
    from faqsearch.index.sequences import TermSequences
    from faqsearch.index.wordings import Wordings
    from faqsearch.passages import Passage
    from faqsearch.settings import BM25
    from faqsearch.vectors.builtin import WordVectors
    from faqsearch.vectors.interface import Vectors
    from faqsearch.vocabulary import Vocabulary

Scores = npt.NDArray[np.float32]
T = TypeVar("T")


class WeightedTerm(NamedTuple):
    """A term to look for in one leg.

    Terms of one group are alternatives: a unit scores the best of them, so that a word never counts twice.
    """

    term: str
    weight: float = 1.0
    group: int = -1
    """Negative: a group of its own."""
    phrase: tuple[str, ...] = ()
    """When not empty: terms that must stand next to each other, in place of `term`."""
    optional: bool = False
    """Whether nothing is lacking where no document has it: OneDrive, where One Drive was asked and each word counts."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question as an index understands it."""

    terms: Mapping[str, Sequence[WeightedTerm]]
    """Lexical leg to the terms asked of it; a leg left out is not asked."""
    vector: Vectors | None
    """Shape (1, dimension); None when the dense leg is not asked."""
    kanji: Sequence[int] = ()
    """Code points of the kanji of its meaningful words, as often as they occur."""
    denies: bool = False
    """Whether it says that something is not so."""
    listed: npt.NDArray[np.int64] | None = None
    """What `Index.together` found of it: passages worth a look; None leaves all to `Index.candidates`."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """Documents that some leg put among its best, scored by all legs.

    Every leg's score of every candidate is exact, also where another leg brought the candidate in: fusion
    compares like with like.
    """

    documents: npt.NDArray[np.int64]
    """Document numbers, ascending; shape (n,)."""
    scores: Mapping[str, Scores]
    """Leg to its scores, higher is better, 0 where the leg found nothing; shape (n,) each."""
    maxima: Mapping[str, float]
    """Leg to the score that counts as 1: the best it gave any document that passes the filter, 0 when it found
    nothing; for legs whose scores are shares or cosines, 1."""
    phrasings: npt.NDArray[np.int32]
    """The phrasing that holds most of the question, 0-based within the document; shape (n,)."""
    sentences: npt.NDArray[np.int32]
    """Start and end, in characters of the answer, of the sentence that matched best; (0, 0) when the document has
    none; shape (n, 2)."""

    def __len__(self) -> int:
        return len(self.documents)


@dataclass(frozen=True, slots=True)
class Analysis:
    """What an index keeps of some documents beside the documents themselves; made by worker processes."""

    words: TermSequences
    """Phrasings, sentences and other words of each document."""
    counts: Mapping[str, TermCounts]
    """The lexical legs that are not counted from the words."""
    readings: Mapping[tuple[str, str], int]
    """(reading, term) of their words to occurrences; the term is empty for particles."""
    wordings: Wordings
    """What can be suggested of them."""
    passages: Sequence[Sequence[Passage]]
    """The passages of each document, for an encoder that reads text; empty for one that does not."""


class Fresh(NamedTuple):
    """Documents to be analysed."""

    numbers: npt.NDArray[np.int32]
    """Ascending."""
    documents: Sequence[Document]
    lines: Sequence[bytes]
    """Each as JSON, as other processes are given it."""


class Analyser(Protocol):
    """Turns documents into what an index keeps of them; each answer depends on its argument alone."""

    def analyse(self, documents: Sequence[Document]) -> Analysis:
        """Return the analysis of some documents; a document's part does not depend on its neighbours."""
        ...

    def readings(self, documents: Sequence[Document]) -> Counter[tuple[str, str]]:
        """Return the `readings` of some documents' analysis."""
        ...

    def reading(self, term: str) -> str:
        """Return how a term is read, in hiragana."""
        ...

    def question_weight(self, term: str) -> float:
        """Return how much a term means in a question, 0–1."""
        ...


class Beside(Protocol):
    """Lets a function run beside what is done until its result is asked for."""

    def __call__(self, function: Callable[..., T], *arguments: object) -> AbstractContextManager[Callable[[], T]]:
        """Call a function that any process can call; within the context, what comes of it can be waited for."""
        ...


def here(function: Callable[..., T], *arguments: object) -> AbstractContextManager[Callable[[], T]]:
    """Call it when its result is asked for; implements `Beside` where nothing can run beside."""
    return nullcontext(partial(function, *arguments))


class Index(Protocol):
    """Read side of an index. A reader keeps the generation it opened. Safe to share between threads."""

    @property
    def manifest(self) -> Manifest:
        """What the generation holds."""
        ...

    def damage(self) -> str | None:
        """Return what is not as it was written, or None; reads every byte."""
        ...

    def newer(self) -> Index | None:
        """Return the generation that answers now, opened; None when this is it.

        Raises:
            IndexFormatError: It is damaged, or of another format version.
        """
        ...

    def candidates(
        self, question: Question, *, depth: int, most: int | None = None, where: Where | None = None
    ) -> Candidates:
        """Return the union of every leg's `depth` best documents; ties go to the smaller document number.

        Of more than `most`, only the most promising are read and returned (None: all of them).
        A document that shares no term with the question and is near it in no vector is never a candidate.

        Raises:
            SettingsError: `where` names a field no document has.
        """
        ...

    def together(self, questions: Sequence[Question], *, depth: int) -> Sequence[Question]:
        """Return the same questions with what takes less time to find for all of them at once than one by one.

        Their candidates, without a filter, are the same as before.

        Args:
            questions: They all have a vector, or none of them has.
            depth: As for `candidates`.
        """
        ...

    def documents(self, numbers: Sequence[int]) -> list[Document]:
        """Return the documents with these numbers, in the order asked."""
        ...

    def sentences(self, number: int) -> list[tuple[int, int]]:
        """Return (start, end) of each sentence of a document's answer, in characters, in order."""
        ...

    def document(self, document_id: str) -> Document:
        """Return the document with that id.

        Raises:
            DocumentNotFound: There is none.
        """
        ...

    def number(self, document_id: str) -> int:
        """Return the number of the document with that id.

        Raises:
            DocumentNotFound: There is none.
        """
        ...

    def originals(self, numbers: npt.NDArray[np.int64]) -> npt.NDArray[np.int32]:
        """Return for each document the first that says much the same, its own number for that one; -1 where none does.

        Args:
            numbers: Document numbers; shape (n,).

        Returns:
            Document numbers; int32, shape (n,).
        """
        ...

    def vectors(self, number: int) -> Vectors:
        """Return the stored vectors of a document's passages; float32, shape (passages, dimension)."""
        ...

    def term_scores(self, leg: str, terms: Sequence[WeightedTerm], number: int) -> list[tuple[str, float]]:
        """Return what each term added to a document's score in a leg, largest first; zero terms left out."""
        ...

    def scores_with(
        self, choices: Sequence[BM25], leg: str, terms: Sequence[WeightedTerm], documents: npt.NDArray[np.int64]
    ) -> Scores:
        """Return what some documents would score if a lexical leg had other parameters; shape (choices, documents).

        Args:
            choices: Parameters, of the variant the leg has.
            leg: Its name.
            terms: What it is asked for.
            documents: Document numbers, ascending.
        """
        ...

    @property
    def facets(self) -> Facets:
        """Which documents have which category, tag, source, kind or other column."""
        ...

    @property
    def folder(self) -> Path | None:
        """The folder the index is kept in, for dictionaries beside it; None for an index elsewhere."""
        ...

    @property
    def lexicon(self) -> Lexicon:
        """Which words the index knows, and how they are read."""
        ...

    @property
    def completions(self) -> Completions | None:
        """The stored wordings, by their beginnings; None for an engine that keeps none."""
        ...

    @property
    def word_vectors(self) -> tuple[WordVectors, Vocabulary] | None:
        """The built-in encoder's vectors and the words they belong to; None for another encoder."""
        ...
