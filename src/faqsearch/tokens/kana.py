"""KanaLexicon: questions typed in kana, cut into the words the corpus itself uses.

MeCab knows few Chinese-derived words by their kana (`かいやくしたい` becomes 買う and 約する). A corpus that holds 解約
holds its reading too: the cut is the one most likely under the corpus's own word counts.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from faqsearch.text import normalize, to_hiragana

_HIRAGANA, _KATAKANA = re.compile("[ぁ-ゖ]"), re.compile("[ァ-ヺ]")
_HIRAGANA_RUN = re.compile("[ぁ-ゖー]{3}")
_LONGEST_WORD = 16
_UNKNOWN_COST = 11.0  # a character of no known word; any value from 8 to 18 measured the same
_OTHER_WORD = 0.4  # a rarer word of the same sound; 0.3 to 0.5 measured the same, 1.0 much worse
_SPELLING = str.maketrans("ぢづゔ", "じずぶ")


def is_kana_question(text: str) -> bool:
    """Say whether a question is typed in kana: no kanji, and no more katakana than hiragana."""
    text = normalize(text)
    if _has_kanji(text) or not _HIRAGANA_RUN.search(text):
        return False
    return len(_HIRAGANA.findall(text)) >= len(_KATAKANA.findall(text))


def _has_kanji(text: str) -> bool:
    # Every start would wait 3 ms for a pattern: Python takes one step for each of 28,000 kanji to compile it.
    return any("\u3400" <= c <= "\u9fff" or c in "々〆" or "\U00020000" <= c <= "\U0003ffff" for c in text)


def kana_key(reading: str) -> str:
    """Give the lookup form of a reading."""
    return to_hiragana(reading).translate(_SPELLING)


class Readings(Protocol):
    """How the words of a corpus are read."""

    @property
    def total(self) -> int:
        """Occurrences of all words, particles and the like included."""
        ...

    def counts(self, readings: Sequence[str]) -> Sequence[int]:
        """Return how often words with each reading (by `kana_key`) occur; 0 where there is none."""
        ...

    def terms(self, reading: str) -> Mapping[str, int]:
        """Return how often each term is read like that; the empty term stands for particles and the like."""
        ...


class KanaLexicon:
    """The words of a corpus by their readings."""

    def __init__(self, readings: Readings) -> None:
        self._readings = readings

    def segment(self, kana: str) -> list[str]:
        """Cut hiragana into readings, most likely cut first; unknown characters stand alone."""
        size = len(kana)
        spans = [(a, b) for a in range(size) for b in range(a + 1, min(size, a + _LONGEST_WORD) + 1)]
        words = dict(zip(spans, self._costs([kana[a:b] for a, b in spans]), strict=True))
        costs = [0.0, *[math.inf] * size]
        starts = [0] * (size + 1)
        for start in range(size):
            if costs[start] + _UNKNOWN_COST < costs[start + 1]:
                costs[start + 1], starts[start + 1] = costs[start] + _UNKNOWN_COST, start
            for end in range(start + 1, min(size, start + _LONGEST_WORD) + 1):
                if costs[start] + words[start, end] < costs[end]:
                    costs[end], starts[end] = costs[start] + words[start, end], start
        pieces = []
        end = size
        while end:
            pieces.append(kana[starts[end] : end])
            end = starts[end]
        return pieces[::-1]

    def _costs(self, readings: Sequence[str]) -> list[float]:
        total = self._readings.total
        return [math.log(total / count) if count else math.inf for count in self._readings.counts(readings)]

    def meanings(self, kana: str) -> Iterator[tuple[str, list[tuple[str, float]]]]:
        """Cut a run of kana and give for each word its reading and the terms it may mean, commonest first.

        The terms are weighted; particles and unknown characters are left out.
        """
        for reading in self.segment(kana_key(kana)):
            counts = self._readings.terms(reading)
            terms = sorted(counts, key=lambda term: (-counts[term], term))
            if terms and terms[0]:
                yield reading, [(term, 1.0 if term == terms[0] else _OTHER_WORD) for term in terms if term]
