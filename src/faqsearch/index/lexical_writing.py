"""Writing the lexical side of a generation: the words of its documents and the postings of its legs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from faqsearch.index.arrays import ArrayFileWriter
from faqsearch.index.characters import KanjiCounts, kanji_lengths, spelling_arrays
from faqsearch.index.counts import CountsBuilder, TermCounts, occurrences
from faqsearch.index.interface import Analyser
from faqsearch.index.known import Known
from faqsearch.index.lexicon import ReadingsBuilder
from faqsearch.index.merging import WORD_LEGS, Lexical, LexicalMerge
from faqsearch.index.postings import write_postings
from faqsearch.index.sequences import SequencesBuilder, TermSequences
from faqsearch.index.spill import Spill
from faqsearch.index.splicing import Moves
from faqsearch.index.word_legs import count_words
from faqsearch.settings import Settings
from faqsearch.vocabulary import Vocabulary

Arrays = dict[str, npt.NDArray[Any]]
_COUNTED = ("bigram", "reading")
"""The legs whose terms are no words; they come counted, each with a vocabulary of its own."""


class LexicalWriter:
    """Collects the words and terms of documents, whole documents at a time, then writes them."""

    def __init__(self, spill: Spill, settings: Settings, analyser: Analyser, known: Known | None) -> None:
        """Begin with nothing.

        Args:
            spill: Where they wait.
            settings: How postings are weighed.
            analyser: What tells the readings and weights of terms.
            known: A generation made with the same analyser.
        """
        self._settings = settings
        self._analyser = analyser
        self._known = known
        self._words = SequencesBuilder(spill)
        self._counts = {leg: CountsBuilder(spill) for leg in _COUNTED}
        self.readings = ReadingsBuilder()

    def add(self, words: TermSequences, counts: Mapping[str, TermCounts], numbers: npt.NDArray[np.int32]) -> None:
        """Add documents with these numbers."""
        self._words.add(words, numbers)
        for leg, builder in self._counts.items():
            builder.add(counts[leg], numbers)

    def add_known(self, old: npt.NDArray[np.int64], numbers: npt.NDArray[np.int32]) -> None:
        """Add documents that have the numbers `old` in the generation known."""
        if self._known:
            self.add(self._known.words(old), {leg: self._known.counts(leg, old) for leg in self._counts}, numbers)

    def write_words(self, file: ArrayFileWriter, documents: int, moves: Moves | None) -> Lexical:
        """Write the words, all arrays of `Sequences` but the `importance` of terms.

        Args:
            file: Where to.
            documents: Documents in the index.
            moves: Where they come from, when most come from the generation known.
        """
        if not self._known or not moves:
            words = self._words.write(file, documents)
            return Lexical(words, words, None, documents)
        added = self._words.arrays(documents)
        legs = {leg: occurrences(count_words(added, leg)) for leg in WORD_LEGS}
        legs |= {leg: builder.arrays() for leg, builder in self._counts.items()}
        merged = LexicalMerge(self._known.lexical, added, legs, moves)
        for name, array in merged.words.items():
            file.add(f"words/{name}", array)
        merged.words["sequence"] = file.mapped("words/sequence")  # the largest need not stay in memory
        return Lexical(merged.words, added, merged, documents)

    def write_legs(self, file: ArrayFileWriter, lexical: Lexical) -> None:
        """Write the postings, and what is known of the words; once, after `write_words`."""
        words, merged, documents = lexical.words, lexical.merged, lexical.documents
        vocabulary = Vocabulary(words)
        idf: dict[str, npt.NDArray[np.float32]] = {}
        df: dict[str, npt.NDArray[np.int64]] = {}
        for leg in (*WORD_LEGS, *_COUNTED):
            if leg in WORD_LEGS:  # they share the vocabulary of the sequences
                counts = merged.counts(leg) if merged else count_words(words, leg)
            else:
                builder = self._counts[leg]
                terms = merged.vocabularies[leg] if merged else builder.vocabulary()
                for name, array in terms.items():
                    file.add(f"{leg}/{name}", array)
                counts = merged.counts(leg) if merged else builder.merged(terms["keys"])
            idf[leg] = write_postings(file, leg, counts, self._settings.bm25[leg], documents)
            df[leg] = counts.df
        weights = np.fromiter(map(self._analyser.question_weight, vocabulary), np.float32, len(vocabulary))
        kanji = merged.kanji if merged else KanjiCounts.of(words)
        lengths = merged.kanji_lengths if merged else kanji_lengths(words, documents)
        more: Arrays = {
            **self.readings.arrays(zip(vocabulary, df["document"].tolist(), strict=True), self._reading),
            **spelling_arrays(words, kanji, lengths),
            "importance": idf["document"] * weights,
        }
        for name, array in more.items():
            file.add(f"words/{name}", array)

    def _reading(self, term: str) -> str:
        read = self._known.derived_readings.get(term) if self._known else None
        return self._analyser.reading(term) if read is None else read
