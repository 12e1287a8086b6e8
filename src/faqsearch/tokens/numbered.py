"""Numbered: the words of many texts as numbers, without a step of Python for each."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import chain
from typing import Any, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from faqsearch import kernel
from faqsearch.tokens.cut import Cut
from faqsearch.tokens.interface import CutText
from faqsearch.tokens.lexemes import Lexeme
from faqsearch.tokens.questions import Span
from faqsearch.vocabulary import Numbering

Numbers = npt.NDArray[np.int32]
K = TypeVar("K")
Text = CutText | list[str]
"""A text that was cut, or terms that were taken from several."""

# Lexemes, as many as `tokens.mecab` remembers.
_MOST_REMEMBERED = 200_000


class Numbered(NamedTuple):
    """Texts as numbers."""

    terms: Numbers
    """What `CutText.words` gives, text after text."""
    lengths: Numbers
    """How many of them each text has."""
    pairs: Numbers
    """What `CutText.kana_words` gives, text after text."""
    pair_counts: Numbers
    """How many of them each text has."""


class Names(Numbering[K]):
    """Numbers strings, or other keys, and finds them again by their numbers."""

    def __init__(self) -> None:
        super().__init__()
        self._names: list[K] = []

    def __missing__(self, key: K) -> int:
        self._names.append(key)
        return super().__missing__(key)

    def met(self, numbers: Numbers) -> tuple[list[K], Numbers]:
        """Return the distinct keys of `numbers`, and the place of each one's key among them."""
        seen = np.zeros(len(self), dtype=bool)
        seen[numbers] = True
        places = np.cumsum(seen, dtype=np.int32) - np.int32(1)
        return list(map(self._names.__getitem__, np.flatnonzero(seen).tolist())), places[numbers]


class WordNumbers:
    """Numbers terms, and pairs of reading and term, in the order in which they are met."""

    def __init__(self) -> None:
        self.terms: Names[str] = Names()
        self.pairs: Names[tuple[str, str]] = Names()
        # Not a method: what the kernel holds would hold the kernel's memory, and neither would ever be let go.
        given = partial(_given, self.terms, self.pairs)
        self._kernel: Any = kernel.compiled and kernel.compiled.numbering(given, _MOST_REMEMBERED)

    def of(self, texts: Sequence[Text]) -> Numbered:
        """Return texts as numbers."""
        if self._kernel is None or not all(isinstance(text, Cut | list) for text in texts):
            return self._slowly(texts)
        assert kernel.compiled
        pieces = [self._pieces(text) for text in texts]
        return Numbered(*(np.frombuffer(row, np.int32) for row in kernel.compiled.number_texts(self._kernel, pieces)))

    def _slowly(self, texts: Sequence[Text]) -> Numbered:
        words = [text if isinstance(text, list) else text.words() for text in texts]
        pairs = [() if isinstance(text, list) else text.kana_words() for text in texts]
        return Numbered(
            np.fromiter(map(self.terms.__getitem__, chain.from_iterable(words)), np.int32),
            np.array([len(own) for own in words], dtype=np.int32),
            np.fromiter(map(self.pairs.__getitem__, chain.from_iterable(pairs)), np.int32),
            np.array([len(own) for own in pairs], dtype=np.int32),
        )

    def _pieces(self, text: Any) -> list[tuple[list[Lexeme], list[int]]]:
        """A text as the kernel takes it: the lexemes of each piece, and what is written across them."""
        if isinstance(text, list):
            return [([], [0, 0, len(text), *map(self.terms.__getitem__, text)])]
        return [(lexemes, self._across(spans) if spans else []) for _, lexemes, spans in text.pieces]

    def _across(self, spans: Sequence[Span]) -> list[int]:
        """Where each begins, up to where it takes the place of lexemes, and its terms."""
        found: list[int] = []
        for span in spans:
            terms = span.terms
            found += (span.start, span.end if span.replaces else 0, len(terms))
            found += map(self.terms.__getitem__, terms)
        return found


def _given(terms: Names[str], pairs: Names[tuple[str, str]], lexeme: Lexeme) -> tuple[int, int, int, int]:
    """What the kernel remembers of a lexeme; its terms and pairs are none or one."""
    (term,) = lexeme.terms or (None,)
    (pair,) = lexeme.kana_words or (None,)
    return (
        -1 if term is None else terms[term],
        -1 if pair is None else pairs[pair],
        lexeme.indent,
        lexeme.width,
    )
