"""FugashiTokenizer: Japanese text to terms."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from operator import add
from typing import Literal

from faqsearch.text import RULES_VERSION, fold, normalize, normalize_aligned
from faqsearch.tokens.codes import find_codes, find_pairs, humps
from faqsearch.tokens.interface import Origin, QueryTerm, Token
from faqsearch.tokens.lexemes import Lexeme, other_inflections
from faqsearch.tokens.mecab import Mecab, pieces
from faqsearch.tokens.questions import BOILERPLATE, WEIGHTS
from faqsearch.tokens.readings import fold_reading, ngrams
from faqsearch.tokens.userwords import UserWords

TOKENS_VERSION = 1
"""Bump when the same dictionary could give other terms; part of the fingerprint."""

_MARKED = re.compile("[A-Za-z0-9]|[ァ-ヺー]・[ァ-ヺ]")
_DOTTED = re.compile("(?<![ァ-ヺー・])([ァ-ヺー]+)・([ァ-ヺー]+)(?![ァ-ヺー・])")
_RUN = re.compile(r"[^\W_]+")
_READABLE = re.compile("[ぁ-ゖーa-z0-9]+")
_KANA = re.compile("[ぁ-ゖー]+")
_PART = 0.5
_VARIANT = 0.7
_PAIR = 0.3
_WORD_AND_NUMBER = re.compile(r"[A-Za-z]{3,}[0-9.]+")


@dataclass(frozen=True, slots=True)
class _Span:
    """Something written across MeCab's tokens: a code, a user word, a compound."""

    start: int
    end: int
    whole: str
    parts: tuple[str, ...]
    kind: Literal["code", "pair", "name"]
    """A code takes the place of MeCab's tokens; a pair or name stands beside them."""

    @property
    def replaces(self) -> bool:
        return self.kind == "code"

    @property
    def terms(self) -> tuple[str, ...]:
        return (self.whole, *self.parts) if self.whole else self.parts


class FugashiTokenizer:
    """MeCab's lemmas, with codes and user words kept whole.

    Safe to share between threads: MeCab runs under Python's global lock.
    """

    def __init__(self, *, user_words: Sequence[str] = ()) -> None:
        """Load the dictionary.

        Args:
            user_words: Words MeCab would cut wrongly, above all product names; their parts stay terms too.
        """
        self._mecab = Mecab()
        self._user_words = UserWords(user_words)

    @property
    def fingerprint(self) -> str:
        """Dictionary version, versions of the rules, and a digest of the user words."""
        rules = f"{self._mecab.version}/text-{RULES_VERSION}/tokens-{TOKENS_VERSION}"
        if not self._user_words.words:
            return rules
        digest = hashlib.sha256("\n".join(self._user_words.words).encode()).hexdigest()
        return f"{rules}/words-{digest[:12]}"

    def words(self, text: str) -> list[str]:
        """Give the terms of the word leg, in text order."""
        terms: list[str] = []
        for _, piece in pieces(normalize(text)):
            lexemes = self._mecab.lexemes(piece)
            spans = self._spans(piece, lexemes)
            if not spans:
                for lexeme in lexemes:
                    terms += lexeme.terms
                continue
            for item in _in_order(lexemes, spans):
                terms += item[2].terms
        return terms

    def words_many(self, texts: Sequence[str]) -> list[list[str]]:
        """Give `words` of each text, cutting equal texts once."""
        known: dict[str, list[str]] = {}
        for text in texts:
            if text not in known:
                known[text] = self.words(text)
        return [known[text] for text in texts]

    def bigrams(self, text: str) -> list[str]:
        """Give pairs of neighbouring characters; a run of one character gives that character."""
        terms: list[str] = []
        for run in _RUN.findall(normalize(text).lower()):
            terms += map(add, run, run[1:]) if len(run) > 1 else run
        return terms

    def reading(self, text: str) -> str:
        """Give how a text is read, in hiragana; what cannot be read stays as written."""
        written = []
        for _, piece in pieces(normalize(text)):
            start = 0
            for lexeme in self._mecab.lexemes(piece):
                end = start + lexeme.width
                written.append(piece[start : start + lexeme.indent] + (lexeme.kana or piece[start + lexeme.indent : end]))
                start = end
            written.append(piece[start:])
        return "".join(written)

    def reading_ngrams(self, text: str) -> list[str]:
        """Give the terms of the reading leg."""
        terms: list[str] = []
        for run in _READABLE.findall(self.reading(text)):
            terms += ngrams(fold_reading(run))
        return terms

    def kana_words(self, text: str) -> list[tuple[str, str]]:
        """Give reading and term of each word, the term empty for particles: what a KanaLexicon counts."""
        found = []
        for _, piece in pieces(normalize(text)):
            for lexeme in self._mecab.lexemes(piece):
                if _KANA.fullmatch(lexeme.kana):
                    found.append((lexeme.kana, lexeme.terms[0] if lexeme.terms else ""))
        return found

    def tokens(self, text: str) -> list[Token]:
        """Cut a text into pieces with their positions in it, codes whole; white space is left out."""
        normalized, starts, ends = normalize_aligned(text)
        found: list[Token] = []
        for offset, piece in pieces(normalized):
            lexemes = self._mecab.lexemes(piece)
            for start, end, item in _in_order(lexemes, self._spans(piece, lexemes)):
                if isinstance(item, _Span) and not item.replaces:
                    continue
                first, last = starts[offset + start], ends[offset + end - 1]
                lexeme = item if isinstance(item, Lexeme) else None
                found.append(
                    Token(
                        surface=text[first:last],
                        start=first,
                        end=last,
                        terms=item.terms,
                        content=lexeme.content if lexeme else True,
                        reading=lexeme.reading if lexeme else None,
                        pos=lexeme.pos if lexeme else "code",
                    )
                )
        return found

    def query_words(self, text: str) -> list[QueryTerm]:
        """Give the terms of a question for the word leg, weighted; what the index may hold instead is in its group."""
        found = _Alternatives()
        for _, piece in pieces(normalize(text)):
            lexemes = self._mecab.lexemes(piece)
            for start, end, item in _in_order(lexemes, self._spans(piece, lexemes)):
                surface = piece[start:end]
                if isinstance(item, _Span):
                    found.add_span(start, end, surface, item)
                elif item.terms:
                    found.add_word(start, surface, item)
        return found.terms

    def _spans(self, piece: str, lexemes: Iterable[Lexeme]) -> list[_Span]:
        """Find what is written across MeCab's tokens, from left to right."""
        spans: list[_Span] = []
        if _MARKED.search(piece):
            codes = list(find_codes(piece))
            spans += [_Span(code.start, code.end, code.whole, code.parts, "code") for code in codes]
            spans += [_Span(start, end, whole, (), "pair") for start, end, whole in find_pairs(piece, codes)]
            for match in _DOTTED.finditer(piece):
                spans.append(_Span(*match.span(), fold(match[1] + match[2]), (), "name"))
        if self._user_words.words:
            boundaries = set(_boundaries(lexemes))
            for start, end in self._user_words.find(piece, boundaries):
                spans.append(_Span(start, end, fold(piece[start:end]).replace(" ", ""), (), "name"))
        spans.sort(key=lambda span: (span.start, span.replaces))
        return spans


def _boundaries(lexemes: Iterable[Lexeme]) -> Iterator[int]:
    position = 0
    for lexeme in lexemes:
        yield position + lexeme.indent
        position += lexeme.width
        yield position


def _in_order(lexemes: Iterable[Lexeme], spans: Sequence[_Span]) -> Iterator[tuple[int, int, Lexeme | _Span]]:
    """Give lexemes and spans by their start, without the lexemes inside a span that replaces them."""
    end = covered = following = 0
    for lexeme in lexemes:
        start, end = end + lexeme.indent, end + lexeme.width
        while following < len(spans) and spans[following].start <= start:
            span = spans[following]
            following += 1
            covered = span.end if span.replaces else covered
            yield span.start, span.end, span
        if end > covered:
            yield start, end, lexeme
    for span in spans[following:]:
        yield span.start, span.end, span


class _Alternatives:
    """Query terms as they are found: one group for each word asked, every term once."""

    def __init__(self) -> None:
        self.terms: list[QueryTerm] = []
        self._places: dict[str, int] = {}
        self._groups = 0
        self._name_end = 0
        self._name_group = 0

    def add_word(self, start: int, surface: str, lexeme: Lexeme) -> None:
        """Add a word of the dictionary, or a part when it stands inside a user word."""
        (term,) = lexeme.terms
        if start < self._name_end:
            self._add(self._name_group, surface, term, _PART, "part")
            return
        weight = WEIGHTS.get(term, BOILERPLATE if lexeme.thin else 1.0)
        group = self._new_group()
        self._add(group, surface, term, weight, "word")
        if weight == 1.0:
            for other in other_inflections(term, verb=lexeme.verb):
                self._add(group, surface, other, _VARIANT, "variant")

    def add_span(self, start: int, end: int, surface: str, span: _Span) -> None:
        """Add a code, or the whole of something whose parts follow as words."""
        if start < self._name_end:
            self._add(self._name_group, surface, span.whole, _PART, "part")
            return
        group = self._new_group()
        if span.kind == "pair":
            self._add(group, surface, span.whole, _PAIR, "variant")
            return
        if span.kind == "name":
            self._name_end, self._name_group = end, group
        joined = _WORD_AND_NUMBER.fullmatch(surface)
        if span.whole:
            self._add(group, surface, span.whole, _PAIR if joined else 1.0, "word")
        if joined:  # Windows11 asks the same as Windows 11
            for part in span.parts:
                self._add(self._new_group(), surface, part, 1.0, "part")
            return
        for part in (*span.parts, *humps(surface)):
            self._add(group, surface, part, _PART, "part")

    def _new_group(self) -> int:
        self._groups += 1
        return self._groups - 1

    def _add(self, group: int, surface: str, term: str, weight: float, origin: Origin) -> None:
        if not term:
            return
        new = QueryTerm(term, weight, origin, surface, group)
        at = self._places.setdefault(term, len(self.terms))
        if at == len(self.terms):
            self.terms.append(new)
        elif origin == "word" == self.terms[at].origin:  # asked twice, counts twice
            self.terms[at] = replace(self.terms[at], weight=self.terms[at].weight + weight)
        elif weight > self.terms[at].weight:  # asked, and met before as the variant of another word
            self.terms[at] = replace(new, group=self.terms[at].group)
