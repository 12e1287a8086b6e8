"""Synonyms: other words for the words of a question."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from faqsearch.synonyms.files import Problem, Rule, key, read_rules
from faqsearch.text import normalize
from faqsearch.tokens.interface import QueryTerm, Tokenizer

_SPACE = re.compile(r"\s+")
WEIGHT = 0.3
"""What a synonym counts, of what the word asked counts."""
_LONGEST = 5  # words of a question that may be one entry: ロイヤル 会員 クレジット カード 番号
_MOST = 20  # alternatives of one word
_MEANINGFUL = 0.6  # words weighing less are not worth a synonym (教える, 方法 in other words)
_ENDING = 0.3  # 支払い方法 may be an entry, 解約する is 解約


class Synonyms:
    """The rules of some synonym files, ready to be asked."""

    def __init__(self, rules: Sequence[Rule], problems: Sequence[Problem] = ()) -> None:
        """Take rules in the order in which their words are to be preferred."""
        self.rules = tuple(rules)
        self.problems = tuple(problems)
        self._by_key: dict[str, list[int]] = {}
        for number, rule in enumerate(self.rules):
            for word in rule.asked:
                self._by_key.setdefault(key(word), []).append(number)

    @classmethod
    def load(cls, paths: Iterable[Path | str]) -> Synonyms:
        """Read synonym files. What is wrong with single lines is in `problems`; the rest works.

        Raises:
            DictionaryError: A file cannot be read at all.
        """
        rules: list[Rule] = []
        problems: list[Problem] = []
        for path in paths:
            of_file, wrong = read_rules(path)
            rules += of_file
            problems += wrong
        return cls(rules, problems)

    def of(self, word: str) -> list[str]:
        """Give the other words for a word, in file order."""
        own = key(word)
        found = (given for number in self._by_key.get(own, ()) for given in self.rules[number].given)
        return list(dict.fromkeys(given for given in found if key(given) != own))

    def expand(self, terms: Sequence[QueryTerm], tokenizer: Tokenizer, *, text: str = "") -> list[QueryTerm]:
        """Give the terms of a question and, in the groups of their words, those of their synonyms.

        A synonym of several words is a phrase. An entry of several words that the question holds is taken as one,
        and its words get no synonyms of their own; its synonyms go to the group of its first word and weigh as much
        as those of all of them.

        Args:
            terms: What `tokenizer.query_words` made of the question.
            tokenizer: The one of the index.
            text: The question; with it, an entry of several words is found only where they stand together.
        """
        text = _SPACE.sub("", normalize(text))
        expanded = list(terms)
        asked = {term.term for term in terms if term.origin in ("word", "reading")}
        words = list(_words_asked(terms))
        start = 0
        while start < len(words):
            end, others = self._longest(words, start, text)
            if others:
                span = words[start:end]
                weight = WEIGHT * sum(word.weight for word in span)
                surface = "".join(word.surface for word in span)
                for other in _as_terms(others, tokenizer, asked):
                    label = " ".join(other)
                    phrase = other if len(other) > 1 else ()
                    expanded.append(QueryTerm(label, weight, "synonym", surface, words[start].group, phrase))
            start = end
        return expanded

    def _longest(self, words: Sequence[QueryTerm], start: int, text: str) -> tuple[int, list[str]]:
        """Give the end of the longest entry that begins at a word, and its synonyms."""
        for end in range(min(len(words), start + _LONGEST), start, -1):
            span = words[start:end]
            if end - start == 1 and span[0].weight < _MEANINGFUL:
                break
            written = "".join(word.surface for word in span)
            if len(span) > 1 and span[-1].weight < _ENDING:
                continue
            if len(span) > 1 and text and _SPACE.sub("", written) not in text:
                continue
            others = self.of(written) or self.of("".join(word.term for word in span))
            if others:
                return end, others[:_MOST]
        return start + 1, []


def _words_asked(terms: Sequence[QueryTerm]) -> Iterator[QueryTerm]:
    """Give the word of each group: the alternative that counts most, the first of equals."""
    best: dict[int, QueryTerm] = {}
    for term in terms:
        if not term.phrase and (term.group not in best or term.weight > best[term.group].weight):
            best[term.group] = term
    return iter(best.values())


def _as_terms(words: Iterable[str], tokenizer: Tokenizer, asked: set[str]) -> Iterator[tuple[str, ...]]:
    """Give the terms of each synonym, without those that say what is asked already."""
    seen: set[tuple[str, ...]] = set()
    for word in words:
        terms = tuple(tokenizer.words(word))
        if terms and terms not in seen and not asked.issuperset(terms):
            seen.add(terms)
            yield terms
