"""KanaLexicon: questions typed in kana, cut into the words the corpus itself uses.

MeCab knows few Chinese-derived words by their kana (`かいやくしたい` becomes 買う and 約する). A corpus that holds 解約
holds its reading too: the cut is the one most likely under the corpus's own word counts.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping

from faqsearch.text import normalize, to_hiragana
from faqsearch.tokens.interface import QueryTerm
from faqsearch.tokens.questions import WEIGHTS

_KANA_RUN = re.compile("[ぁ-ゖー]+")
_LETTER = re.compile(r"[^\W\d_]")
_HIRAGANA = re.compile("[ぁ-ゖー]")
_KANJI = re.compile("[々〆\u3400-\u9fff\U00020000-\U0003ffff]")
_SHORTEST_RUN = 3
_LONGEST_WORD = 16
_UNKNOWN_COST = 11.0  # a character of no known word; any value from 8 to 18 measured the same
_OTHER_WORD = 0.4  # a rarer word of the same sound; 0.3 to 0.5 measured the same, 1.0 much worse
_SPELLING = str.maketrans("ぢづゔ", "じずぶ")


def is_kana_question(text: str) -> bool:
    """Say whether a question is typed in kana: no kanji, and hiragana for half of its letters or more."""
    text = normalize(text)
    letters = len(_LETTER.findall(text))
    return not _KANJI.search(text) and any(
        len(run) >= _SHORTEST_RUN for run in re.findall("[ぁ-ゖー]+", text)
    ) and 2 * len(_HIRAGANA.findall(text)) >= letters


def kana_key(reading: str) -> str:
    """Give the lookup form of a reading."""
    return to_hiragana(reading).translate(_SPELLING)


class KanaLexicon:
    """The words of a corpus by their readings, with their counts."""

    def __init__(self, counts: Mapping[tuple[str, str], int]) -> None:
        """Take how often each (reading, term) occurs; the term is empty for particles and the like."""
        self._words: dict[str, dict[str, int]] = {}
        for (reading, term), count in counts.items():
            terms = self._words.setdefault(kana_key(reading), {})
            terms[term] = terms.get(term, 0) + count
        total = sum(counts.values())
        self._costs = {
            reading: math.log(total / sum(terms.values())) for reading, terms in self._words.items() if reading
        }

    def segment(self, kana: str) -> list[str]:
        """Cut hiragana into readings, most likely cut first; unknown characters stand alone."""
        costs = [0.0, *[math.inf] * len(kana)]
        starts = [0] * (len(kana) + 1)
        for start in range(len(kana)):
            if costs[start] + _UNKNOWN_COST < costs[start + 1]:
                costs[start + 1], starts[start + 1] = costs[start] + _UNKNOWN_COST, start
            for end in range(start + 1, min(len(kana), start + _LONGEST_WORD) + 1):
                cost = self._costs.get(kana[start:end])
                if cost is not None and costs[start] + cost < costs[end]:
                    costs[end], starts[end] = costs[start] + cost, start
        pieces = []
        end = len(kana)
        while end:
            pieces.append(kana[starts[end] : end])
            end = starts[end]
        return pieces[::-1]

    def query_words(self, text: str, *, first_group: int = 0) -> list[QueryTerm]:
        """Give the terms a question in kana may mean: one group for each reading, its commonest term first."""
        found: list[QueryTerm] = []
        group = first_group
        for run in _KANA_RUN.findall(to_hiragana(normalize(text))):
            for reading in self.segment(run.translate(_SPELLING)):
                terms = _by_count(self._words.get(reading, {}).items())
                if not terms or terms[0] == "":
                    continue
                for term in filter(None, terms):
                    weight = WEIGHTS.get(term, 1.0) * (1.0 if term == terms[0] else _OTHER_WORD)
                    found.append(QueryTerm(term, weight, "reading", reading, group))
                group += 1
        return found


def _by_count(counts: Iterable[tuple[str, int]]) -> list[str]:
    return [term for term, _ in sorted(counts, key=lambda item: (-item[1], item[0]))]
