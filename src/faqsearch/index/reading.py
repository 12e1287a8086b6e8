"""Reading: what can be seen of candidates only by reading their words next to the question's.

One pass over the words of a few hundred documents, compiled where it can be; `features.py`, `characters.py` and
`UnitVectors` say in numpy what is worked out, and do it where there is no kernel.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from faqsearch import kernel
from faqsearch.errors import IndexFormatError
from faqsearch.index import features
from faqsearch.index.arrays import DAMAGE_HINT
from faqsearch.index.asked import AskedWords, asked_words
from faqsearch.index.characters import Spelling
from faqsearch.index.features import Read, read_words
from faqsearch.index.implied import Implied
from faqsearch.index.interface import Question
from faqsearch.index.sequences import Sequences
from faqsearch.vectors.units import UnitVectors

Floats = npt.NDArray[np.float32]
_NO_PHRASES = (np.empty(0, np.int64), np.zeros(1, np.int64), np.empty(0, np.int64))


class Reader:
    """Reads documents next to a question. Safe to share between threads.

    Args:
        sequences: The words of the documents.
        spelling: Which kanji they are written with.
        idf: idf of every word of the index.
        vectors: Where units stand in the views of the built-in encoder; None for another encoder.
        implied: Which words they imply; None for another encoder.
    """

    def __init__(
        self,
        sequences: Sequences,
        spelling: Spelling,
        idf: Floats,
        vectors: UnitVectors | None = None,
        implied: Implied | None = None,
    ) -> None:
        self.sequences = sequences
        self._spelling = spelling
        self._idf = idf
        self._unknown_idf = float(idf.max(initial=0))
        self._vectors = vectors
        self._implied = implied
        self._constants = (features.K1, features.B, sequences.mean_length)
        self._rest = (features.SAID_ALL, features.LEAST_PAIR_WEIGHT, *spelling.parameters)

    def read(self, question: Question, documents: npt.NDArray[np.int64]) -> Read:
        """Return the features of documents (numbers, each once); there is at least one.

        Raises:
            IndexFormatError: The index is damaged.
        """
        asked = asked_words(question.terms.get("document", ()), self.sequences.vocabulary, self._idf, self._unknown_idf)
        try:
            units = self.sequences.own_units(documents, denies=question.denies)
        except IndexError as error:
            raise IndexFormatError("the units of the index are damaged", hint=DAMAGE_HINT) from error
        if self._implied is None:
            near = np.zeros((len(documents), len(asked.leads)), dtype=np.float32)
        else:
            near = self._implied.near(asked, units.questions)
        if kernel.compiled is None or not self._spelling.packed:
            read = self._reference(question, documents, asked, near)
        else:
            read = self._compiled(kernel.compiled, question, documents, asked, near)
        if self._implied is None:
            del read.scores["implied"]
        read.scores["denial"] = units.denial
        if question.vector is not None and self._vectors is not None:
            nearest = self._vectors.nearest(question.vector[0], units.firsts, units.counts)
            read.scores.update(zip((view.name for view in self._vectors.views), nearest, strict=True))
        return read

    def _reference(self, question: Question, documents: npt.NDArray[np.int64], asked: AskedWords, near: Floats) -> Read:
        excerpt = self.sequences.excerpt(documents)
        read = read_words(excerpt, asked, self.sequences, near)
        read.scores["kanji"] = self._spelling.scores(documents, excerpt, question.kanji)
        return read

    def _compiled(
        self, compiled: Any, question: Question, documents: npt.NDArray[np.int64], asked: AskedWords, near: Floats
    ) -> Read:
        sequences, spelling = self.sequences, self._spelling
        kanji, worth = spelling.asked(question.kanji)
        scores = np.empty((7, len(documents)), dtype=np.float32)
        phrasings, sentences = np.empty(len(documents), np.int32), np.empty(len(documents), np.int64)
        parameters = (*self._constants, asked.ceiling, *self._rest)
        try:
            compiled.read(
                sequences.words,
                sequences.unit_starts,
                sequences.unit_kinds,
                sequences.document_units,
                sequences.importance,
                *spelling.arrays,
                documents,
                asked.numbers,
                asked.groups,
                asked.weights,
                asked.worth,
                asked.wanted,
                near,
                *(_flat(asked.phrases) if asked.phrases else _NO_PHRASES),
                kanji,
                worth,
                np.array(parameters, dtype=np.float64),
                scores,
                phrasings,
                sentences,
            )
        except IndexError as error:
            raise IndexFormatError("the words of the index are damaged", hint=DAMAGE_HINT) from error
        names = ("passage", "coverage", "focus", "same", "pair", "implied", "kanji")
        return Read(dict(zip(names, scores, strict=True)), phrasings, sentences)


def _flat(phrases: Any) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Places, bounds and parts of phrases, one after the other."""
    places, parts = zip(*phrases, strict=True)
    bounds = np.concatenate(([0], np.cumsum([len(own) for own in parts])))
    return np.array(places, dtype=np.int64), bounds.astype(np.int64), np.concatenate(parts).astype(np.int64)
