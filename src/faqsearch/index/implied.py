"""Implied words: how far a document speaks of a word of the question that it does not hold.

People ask for 値段 where the entry says 料金. A document that lacks a word but whose own question is about such things is
more likely meant than one about something else. This is smoothing a document's words with its topics (Wei and Croft
2006, "LDA-based document models for ad-hoc retrieval"), here those of latent semantic analysis, and only for words that
are missing. Measured in benchmarks/README.md.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from faqsearch.index.asked import AskedWords
from faqsearch.vectors.builtin import WordVectors
from faqsearch.vectors.units import UnitVectors

Floats = npt.NDArray[np.float32]

VIEW = "topic"
"""The view of the built-in encoder that says what belongs together."""

# A word counts in full from this cosine on: they are lower than those of whole questions.
_FULL = 2 / 3


class Implied:
    """Tells how near documents' questions are to single words. Safe to share between threads.

    Args:
        words: The vectors of the words of the index.
        units: Those of its units.
        df: In how many documents of the whole index each word stands.
    """

    def __init__(self, words: WordVectors, units: UnitVectors, df: npt.NDArray[np.uint32]) -> None:
        self._words = words
        self._units = units
        # A few numbers are read from a memoryview in a third of the time of an array.
        self._df = memoryview(df.data)
        self._place = [view.name for view in words.views].index(VIEW)

    def near(self, asked: AskedWords, units: npt.NDArray[np.int64]) -> Floats:
        """Return what of each word counts where a document lacks it, 0–1; float32, shape (documents, groups).

        The cosine of the word and the document's question, in full from `_FULL` on. A word that a single document
        holds has that document's topics for its own: it counts by half, one of df documents by df / (df + 1).

        Args:
            asked: The question.
            units: The unit of each document's question, as `UnitVectors` numbers them; -1 for a document without one,
                which implies nothing; shape (documents,).
        """
        terms, numbers = [term for term, _ in asked.leads], [number for _, number in asked.leads]
        view = self._words.views[self._place]
        directions = self._words.directions(terms, np.array(numbers, dtype=np.int64), view)
        sure = [1 / _FULL if number < 0 else (df := self._df[number]) / (df + 1) / _FULL for number in numbers]
        return self._units.near(units, self._place, directions * np.array([sure], dtype=np.float32).T)
