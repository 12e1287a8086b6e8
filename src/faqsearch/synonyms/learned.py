"""Synonyms learned from pairs of wordings of one heading, shipped with the package (training/README.md).

A statistical translation table (IBM model 1: Brown et al. 1993; for finding questions: Jeon, Croft and Lee 2005)
of Japanese into Japanese: which word one writer uses where another writes this one (記憶域 ストレージ, 予定表
カレンダー). Memory-mapped: opening costs a few file headers, a lookup one binary search.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from faqsearch.tokens import QueryTerm
from faqsearch.vocabulary import Vocabulary

WEIGHT = 0.3
"""What the likeliest word counts beside the word asked. 0.15 to 0.6 rank the judged sets alike within 0.003 nDCG@10."""

_FOLDER = Path(__file__).parent.parent / "data" / "synonyms"
# Words below this weight only help to ask (教える, 方法); their synonyms mean nothing for the answer.
_MEANINGFUL = 0.6


class LearnedSynonyms:
    """Words that stand for each other, with how likely they do. Safe to share between threads."""

    def __init__(self, folder: Path = _FOLDER) -> None:
        """Map the arrays in `folder`."""
        arrays: dict[str, npt.NDArray[Any]] = {
            path.stem: np.load(path, mmap_mode="r", allow_pickle=False).view(np.ndarray)
            for path in folder.glob("*.npy")
        }
        self._vocabulary = Vocabulary(arrays)
        self._starts: npt.NDArray[np.int32] = arrays["starts"]
        self._others: npt.NDArray[np.int32] = arrays["others"]
        self._likeness: npt.NDArray[np.uint8] = arrays["likeness"]
        # Of words that were asked for; there are three thousand.
        self._known: dict[int, list[tuple[str, float]]] = {-1: []}

    def of(self, term: str) -> list[tuple[str, float]]:
        """Return the words that may stand for a term, each with its likeness, 0–1."""
        return self._of(self._vocabulary.places([term])[0])

    def expand(self, words: Sequence[QueryTerm]) -> tuple[QueryTerm, ...]:
        """Return the words of a question with those that may stand for them, as alternatives of lower weight."""
        asked = {word.term for word in words}
        chosen: dict[int, QueryTerm] = {}
        for word in words:
            if word.origin == "word" and word.weight >= _MEANINGFUL:
                chosen.setdefault(word.group, word)
        numbers = self._vocabulary.places([word.term for word in chosen.values()])
        return (
            *words,
            *[
                QueryTerm(other, WEIGHT * likeness * word.weight, "learned", word.surface, word.group, word.phrase)
                for word, number in zip(chosen.values(), numbers, strict=True)
                for other, likeness in self._of(number)
                if other not in asked
            ],
        )

    def _of(self, number: int) -> list[tuple[str, float]]:
        known = self._known.get(number)
        if known is not None:
            return known
        start, end = int(self._starts[number]), int(self._starts[number + 1])
        others, likeness = self._others[start:end].tolist(), self._likeness[start:end].tolist()
        found = [(self._vocabulary.term(other), n / 255) for other, n in zip(others, likeness, strict=True)]
        self._known[number] = found
        return found


@cache
def learned_synonyms() -> LearnedSynonyms:
    """Return the shipped synonyms, opened once."""
    return LearnedSynonyms()
