"""Cut: a text cut into words once, for everything that an index keeps of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from operator import attrgetter
from typing import Any

from faqsearch.tokens.interface import Spelling
from faqsearch.tokens.lexemes import Lexeme
from faqsearch.tokens.questions import Span
from faqsearch.tokens.stretches import Across


@dataclass(frozen=True, slots=True)
class Uncut:
    """One text before MeCab, for the kernel, which numbers its words while it cuts them (`faqsearch.tokens.numbered`)."""

    text: str
    """Normalized."""
    pieces: Sequence[tuple[str, Sequence[Across]]]
    """What goes into MeCab at a time, and what is written across its words."""
    memory: Any
    """What the kernel cuts them with."""


_MOST_SPELLINGS = 1 << 14
_SPELLINGS: dict[int, tuple[Lexeme, Spelling]] = {}
"""Lexemes without white space by what they are kept as, and how they are spelt: questions have the same words again."""
# Without a step of Python for each word.
_TERMS, _KANA_WORDS = attrgetter("terms"), attrgetter("kana_words")


@dataclass(frozen=True, slots=True)
class Cut:
    """One text after MeCab. Implements `CutText`."""

    text: str
    """Normalized."""
    pieces: Sequence[tuple[str, Sequence[Lexeme], Sequence[Span]]]
    """What went into MeCab at a time, its lexemes, and what is written across them."""

    def words(self) -> list[str]:
        """Give the terms of the word leg, in text order."""
        terms: list[str] = []
        for _, lexemes, spans in self.pieces:
            _add_terms(terms, lexemes, spans)
        return terms

    def kana_words(self) -> list[tuple[str, str]]:
        """Give reading and term of each word, the term empty for particles: what a KanaLexicon counts."""
        own = (map(_KANA_WORDS, lexemes) for _, lexemes, _ in self.pieces)
        return list(chain.from_iterable(chain.from_iterable(own)))

    def reading(self) -> str:
        """Give how the text is read, in hiragana; what cannot be read stays as written."""
        read: list[str] = []
        for piece, lexemes, _ in self.pieces:
            end = 0
            for lexeme in lexemes:
                start, end = end, end + lexeme.width
                if not lexeme.kana:
                    read.append(piece[start:end])
                elif lexeme.indent:
                    read += (piece[start : start + lexeme.indent], lexeme.kana)
                else:
                    read.append(lexeme.kana)
            read.append(piece[end:])
        return "".join(read)

    def spellings(self) -> list[Spelling]:
        """Give each word as it is written and as it is read; joined, they are the whole normalized text."""
        found: list[Spelling] = []
        met = _SPELLINGS
        if len(met) > _MOST_SPELLINGS:
            met.clear()
        for piece, lexemes, _ in self.pieces:
            start = 0
            for lexeme in lexemes:
                end = start + lexeme.width
                # A lexeme is an entry as it was written; only its white space may have been of another kind.
                _, spelling = met.get(id(lexeme), (None, None))
                if spelling is None:
                    word = start + lexeme.indent
                    read = piece[start:word] + (lexeme.kana or piece[word:end])
                    spelling = Spelling(piece[start:end], read, lexeme.content)
                    if not lexeme.indent:
                        met[id(lexeme)] = lexeme, spelling
                found.append(spelling)
                start = end
            if start < len(piece):
                found.append(Spelling(piece[start:], piece[start:], content=False))
        return found


def _add_terms(terms: list[str], lexemes: Iterable[Lexeme], spans: Iterable[Span]) -> None:
    """Add the terms of lexemes and spans in text order; spelt out, because indexing spends its time here."""
    waiting = iter(spans)
    span = next(waiting, None)
    if span is None:
        terms += chain.from_iterable(map(_TERMS, lexemes))
        return
    end = covered = 0
    for lexeme in lexemes:
        start = end + lexeme.indent
        end += lexeme.width
        while span is not None and span.start <= start:
            terms += span.terms
            if span.replaces:
                covered = span.end
            span = next(waiting, None)
        if end > covered:
            terms += lexeme.terms
    while span is not None:
        terms += span.terms
        span = next(waiting, None)
