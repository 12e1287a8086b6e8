"""Numbered: the words of many texts as numbers, without a step of Python for each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from itertools import chain
from typing import Any, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from faqsearch import kernel
from faqsearch.tokens.cut import Cut, Uncut
from faqsearch.tokens.interface import CutText
from faqsearch.tokens.lexemes import Lexeme
from faqsearch.tokens.stretches import Across, across
from faqsearch.vocabulary import Numbering

Numbers = npt.NDArray[np.int32]
K = TypeVar("K")
Text = CutText | Uncut | list[str]
"""A text, or terms that were taken from several."""

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
        if self._kernel is None or not {Cut, Uncut, list}.issuperset(map(type, texts)):
            return self._slowly(texts)
        assert kernel.compiled
        memory = next((text.memory for text in texts if isinstance(text, Uncut)), None)
        rows = kernel.compiled.number_texts(self._kernel, memory, list(map(self._pieces, texts)))
        return Numbered(*(np.frombuffer(row, np.int32) for row in rows))

    def _slowly(self, texts: Sequence[Text]) -> Numbered:
        # What is uncut comes from a tokenizer whose texts the kernel takes.
        cuts = [text for text in texts if not isinstance(text, Uncut)]
        words = [text if isinstance(text, list) else text.words() for text in cuts]
        pairs = [() if isinstance(text, list) else text.kana_words() for text in cuts]
        return Numbered(
            np.fromiter(map(self.terms.__getitem__, chain.from_iterable(words)), np.int32),
            np.array([len(own) for own in words], dtype=np.int32),
            np.fromiter(map(self.pairs.__getitem__, chain.from_iterable(pairs)), np.int32),
            np.array([len(own) for own in pairs], dtype=np.int32),
        )

    def _pieces(self, text: Any) -> list[tuple[str | list[Lexeme], list[int]]]:
        """A text as the kernel takes it: each piece or its lexemes, and what is written across them."""
        if isinstance(text, list):
            return [([], [0, 0, len(text), *map(self.terms.__getitem__, text)])]
        if isinstance(text, Uncut):
            return [(piece, self._across(spans) if spans else []) for piece, spans in text.pieces]
        return [(lexemes, self._across(map(across, spans)) if spans else []) for _, lexemes, spans in text.pieces]

    def _across(self, spans: Iterable[Across]) -> list[int]:
        """What is written across lexemes as the kernel takes it."""
        found: list[int] = []
        for start, covers, terms in spans:
            found += (start, covers, len(terms))
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
