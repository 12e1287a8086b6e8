"""Question: the words of a question as weighted groups of alternatives."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from faqsearch.tokens.codes import humps
from faqsearch.tokens.interface import Origin, QueryTerm
from faqsearch.tokens.lexemes import Lexeme, variants
from faqsearch.tokens.weights import BOILERPLATE, WEIGHTS

# Measured on the three judged sets of the project's data; each may move by 0.2 without moving nDCG@10 by 0.003.
_PART = 0.5
_VARIANT = 0.7
_PAIR = 0.3

_SHORTEST_WORD = 3
_WORD_AND_NUMBER = re.compile(r"[A-Za-z]{3,}[0-9.]+")


@dataclass(frozen=True, slots=True)
class Span:
    """Something written across MeCab's tokens: a code, a word with its number, a name."""

    start: int
    end: int
    whole: str
    parts: tuple[str, ...]
    kind: Literal["code", "loan", "pair", "name"]

    @property
    def replaces(self) -> bool:
        """Whether it takes the place of MeCab's tokens; a pair or name stands beside them."""
        return self.kind in ("code", "loan")

    @property
    def terms(self) -> tuple[str, ...]:
        """What an index stores."""
        return (self.whole, *self.parts) if self.whole else self.parts


class Question:
    """Collects query terms: one group for each word asked; a term asked twice counts twice, in one group."""

    def __init__(self) -> None:
        self.terms: list[QueryTerm] = []
        self._places: dict[str, int] = {}
        self._groups = 0
        self._name_end = 0
        self._name_group = 0

    def add_word(self, lexeme: Lexeme, surface: str, start: int) -> None:
        """Add a word of the dictionary, or a part when it stands inside a name."""
        (term,) = lexeme.terms
        if start < self._name_end:
            self._add(self._name_group, surface, term, _PART, "part")
            return
        weight = WEIGHTS.get(term, BOILERPLATE if lexeme.thin else 1.0)
        group = self._new_group()
        self._add(group, surface, term, weight, "word")
        if weight == 1.0:
            for other in variants(surface, term, lexeme.verb, lexeme.name, lexeme.reading):
                self._add(group, surface, other, _VARIANT, "variant")

    def add_span(self, span: Span, surface: str) -> None:
        """Add a code, or the whole of something whose parts follow as words."""
        if span.start < self._name_end:
            self._add(self._name_group, surface, span.whole, _PART, "part")
            return
        if span.kind == "loan":
            for part in span.parts:
                self._add(self._new_group(), surface, part, 1.0, "word")
            return
        group = self._new_group()
        if span.kind == "pair":
            self._add(group, surface, span.whole, _pair_weight(surface), "variant")
            return
        if span.kind == "name":
            self._name_end, self._name_group = span.end, group
        if _WORD_AND_NUMBER.fullmatch(surface):  # Windows11 asks the same as Windows 11
            self._add(group, surface, span.whole, _PAIR, "variant")
            for part in span.parts:
                self._add(self._new_group(), surface, part, 1.0, "word")
            return
        self._add(group, surface, span.whole, 1.0, "word")
        for part in (*span.parts, *humps(surface)):
            self._add(group, surface, part, _PART, "part")

    def add_reading(self, reading: str, terms: Iterable[tuple[str, float]]) -> None:
        """Add a word typed in kana: the terms it may mean, as alternatives, likeliest first."""
        group = self._new_group()
        found = list(terms)
        # しよう is nearly always する and seldom 仕様: what the likeliest word means in a question, its sound means.
        likeliest = WEIGHTS.get(found[0][0], 1.0) if found else 1.0
        for term, weight in found:
            self._add(group, reading, term, weight * min(likeliest, WEIGHTS.get(term, 1.0)), "reading")

    def _new_group(self) -> int:
        self._groups += 1
        return self._groups - 1

    def _add(self, group: int, surface: str, term: str, weight: float, origin: Origin) -> None:
        if not term:
            return
        new = QueryTerm(term, weight, origin, surface, group)
        at = self._places.get(term)
        if at is None:
            self._places[term] = len(self.terms)
            self.terms.append(new)
        elif origin == "word" == self.terms[at].origin:
            self.terms[at] = self.terms[at]._replace(weight=self.terms[at].weight + weight)
        elif weight > self.terms[at].weight:  # asked now, and met before as the variant of another word
            self.terms[at] = new._replace(group=self.terms[at].group)


def _pair_weight(surface: str) -> float:
    word, _, number = surface.partition(" ")
    if number.isalpha():
        return _VARIANT  # One Drive: only this finds OneDrive
    return 1.0 if len(word) < _SHORTEST_WORD else _PAIR  # E 203 is a code
