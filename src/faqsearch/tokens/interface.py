"""Token, QueryTerm and Tokenizer: what every tokenizer promises."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol

from faqsearch.tokens.kana import KanaLexicon

Origin = Literal["word", "part", "reading", "variant", "synonym", "learned"]


@dataclass(frozen=True, slots=True)
class Token:
    """One piece of a text, with the terms it gives: what highlighting needs."""

    surface: str
    """The characters as they stand in the text handed in: `text[start:end]`."""
    start: int
    end: int
    terms: tuple[str, ...]
    """Terms of the word leg; empty for particles and punctuation."""
    content: bool
    """Whether the token carries meaning by itself."""
    reading: str | None
    """Hiragana, or None where the dictionary knows none."""
    pos: str
    """First two levels of the part of speech: `名詞,普通名詞`, or `code` for codes, numbers and addresses."""


class Spelling(NamedTuple):
    """One word of a text in its two spellings."""

    written: str
    """The word, with the white space before it."""
    read: str
    """In hiragana, with the white space before it; what cannot be read stays as written."""
    content: bool
    """Whether the word carries meaning by itself."""


class QueryTerm(NamedTuple):  # a tuple is made in a third of a dataclass's time, and a question makes a hundred
    """One term to look for.

    Terms of one group are alternatives for one word of the question: a document scores the best of them, so a
    word never counts twice.
    """

    term: str
    weight: float
    """1.0 for a word as asked; less for parts, variants, and words that mean little in a question."""
    origin: Origin
    surface: str
    """The word as it was asked, for explanations."""
    group: int
    phrase: tuple[str, ...] = ()
    """When not empty: terms that must stand next to each other, in place of `term` (a multi-word synonym)."""


class CutText(Protocol):
    """A text cut into words; each method gives what the tokenizer's of the same name gives for the text."""

    @property
    def text(self) -> str:
        """The text, normalized."""
        ...

    def words(self) -> list[str]:
        """Terms of the word leg, in text order."""
        ...

    def reading(self) -> str:
        """How the text is read, in hiragana."""
        ...

    def kana_words(self) -> list[tuple[str, str]]:
        """Reading and term of each word."""
        ...

    def spellings(self) -> list[Spelling]:
        """Each word as it is written and as it is read."""
        ...


class Tokenizer(Protocol):
    """Turns text into terms; indexing and asking must use the same one.

    A tokenizer may have a method `cut(text)` that gives a `CutText`: each text is then cut once for all its uses, and
    character n-grams are counted by `faqsearch.tokens.grams`, whose terms `bigrams` and `reading_ngrams` must give.
    """

    @property
    def fingerprint(self) -> str:
        """Changes whenever some text could give other terms."""
        ...

    def words(self, text: str) -> list[str]:
        """Terms of the word leg, in text order, repeated as often as they occur."""
        ...

    def words_many(self, texts: Sequence[str]) -> list[list[str]]:
        """`words` of each text, faster."""
        ...

    def bigrams(self, text: str) -> list[str]:
        """Terms of the character leg: pairs of neighbouring characters within a run of letters."""
        ...

    def reading_ngrams(self, text: str) -> list[str]:
        """Terms of the reading leg: kana n-grams of how the text is read."""
        ...

    def reading(self, text: str) -> str:
        """How a text is read, in hiragana; what cannot be read stays as written."""
        ...

    def kana_words(self, text: str) -> list[tuple[str, str]]:
        """Reading and term of each word (term empty for particles): what a KanaLexicon counts."""
        ...

    def spellings(self, text: str) -> list[Spelling]:
        """Each word as it is written and as it is read; joined, they are the whole normalized text."""
        ...

    def query_words(self, text: str, *, kana: KanaLexicon | None = None) -> list[QueryTerm]:
        """Terms of a question for the word leg, weighted and grouped."""
        ...

    def tokens(self, text: str) -> list[Token]:
        """The pieces of a text with their positions in it."""
        ...
