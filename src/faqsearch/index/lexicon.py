"""Lexicon: which words an index knows, and how they are read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from faqsearch.index.vocabulary import Vocabulary
from faqsearch.tokens.kana import KanaLexicon

Arrays = dict[str, npt.NDArray[Any]]


def lexicon_arrays(counts: Mapping[tuple[str, str], int]) -> Arrays:
    """Return the arrays of a `Lexicon`: how often each word is read how.

    Args:
        counts: (reading in hiragana, term) to occurrences; the term is empty for particles and the like.
    """
    ordered = sorted((pair, count) for pair, count in counts.items() if pair[0])
    text = "\n".join(f"{reading}\t{term}" for (reading, term), _ in ordered).encode("utf-8", "surrogatepass")
    return {
        "reading_text": np.frombuffer(text, dtype=np.uint8),
        "reading_counts": np.array([count for _, count in ordered], dtype=np.uint32),
    }


class Lexicon:
    """The read side. Readings are unpacked when the first question typed in kana asks for them."""

    def __init__(self, vocabulary: Vocabulary, arrays: Arrays) -> None:
        self._vocabulary = vocabulary
        self._text: npt.NDArray[np.uint8] = arrays["reading_text"]
        self._counts: npt.NDArray[np.uint32] = arrays["reading_counts"]
        self._kana: KanaLexicon | None = None

    def knows(self, terms: Sequence[str]) -> list[bool]:
        """Return for each term whether some document holds it."""
        return [bool(number >= 0) for number in self._vocabulary.numbers(terms)]

    @property
    def kana(self) -> KanaLexicon:
        """The words by reading. Two threads may unpack them at once; both get the same."""
        if self._kana is None:
            lines = bytes(self._text.data).decode("utf-8", "surrogatepass").split("\n") if len(self._text) else []
            pairs = (tuple(line.split("\t", 1)) for line in lines)
            counts: Counter[tuple[str, str]] = Counter()
            for (reading, term), count in zip(pairs, self._counts.tolist(), strict=True):
                counts[reading, term] += count
            self._kana = KanaLexicon(counts)
        return self._kana
