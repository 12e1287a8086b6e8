"""Lexicon: which words an index knows, and how they are read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from faqsearch.tokens.kana import KanaLexicon
from faqsearch.vocabulary import Vocabulary

Arrays = dict[str, npt.NDArray[Any]]


def lexicon_arrays(counted: Mapping[tuple[str, str], int], derived: Mapping[tuple[str, str], int]) -> Arrays:
    """Return the arrays of a `Lexicon`: how often each word is read how.

    Args:
        counted: (reading in hiragana, term) to occurrences; the term is empty for particles and the like.
        derived: The same for terms that occurred only where nothing was counted, read one by one.
    """
    ordered = sorted(
        (*pair, count, own)
        for own, all_of in enumerate((counted, derived))
        for pair, count in all_of.items()
        if pair[0]
    )
    text = "\n".join(f"{reading}\t{term}" for reading, term, _, _ in ordered).encode("utf-8", "surrogatepass")
    return {
        "reading_text": np.frombuffer(text, dtype=np.uint8),
        "reading_counts": np.array([count for _, _, count, _ in ordered], dtype=np.uint32),
        "reading_derived": np.array([own for _, _, _, own in ordered], dtype=np.uint8),
    }


class Lexicon:
    """The read side. Readings are unpacked when the first question typed in kana asks for them."""

    def __init__(self, vocabulary: Vocabulary, arrays: Arrays) -> None:
        self._vocabulary = vocabulary
        self._text: npt.NDArray[np.uint8] = arrays["reading_text"]
        self._counts: npt.NDArray[np.uint32] = arrays["reading_counts"]
        self._derived: npt.NDArray[np.uint8] = arrays["reading_derived"]
        self._kana: KanaLexicon | None = None

    def knows(self, terms: Sequence[str]) -> list[bool]:
        """Return for each term whether some document holds it."""
        return [bool(number >= 0) for number in self._vocabulary.numbers(terms)]

    def homophones(self, reading: str) -> list[str]:
        """Return the words read like that, commonest first.

        Args:
            reading: Hiragana, by `kana_key`.
        """
        found = list(self.kana.meanings(reading))
        return [term for term, _ in found[0][1]] if len(found) == 1 and found[0][0] == reading else []

    @property
    def kana(self) -> KanaLexicon:
        """The words by reading. Two threads may unpack them at once; both get the same."""
        if self._kana is None:
            counts: Counter[tuple[str, str]] = Counter()
            for pair, count, _ in self.entries():
                counts[pair] += count
            self._kana = KanaLexicon(counts)
        return self._kana

    def entries(self) -> Iterator[tuple[tuple[str, str], int, bool]]:
        """Yield (reading, term), its occurrences, and whether it was derived from the term alone."""
        lines = bytes(self._text.data).decode("utf-8", "surrogatepass").split("\n") if len(self._text) else []
        for line, count, derived in zip(lines, self._counts.tolist(), self._derived.tolist(), strict=True):
            reading, _, term = line.partition("\t")
            yield (reading, term), count, bool(derived)
