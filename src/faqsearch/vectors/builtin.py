"""The built-in encoder: sums of word vectors in several views. Needs numpy alone to answer.

It is learned from a corpus (`faqsearch.vectors.learning`) and saved inside the index. Each *view* is a space of its
own: a text's vector in a view is the sum of its words' vectors there, scaled to length 1. The whole vector is the
views side by side, scaled so that a dot product is the mean of their cosines. A word that the index does not know
is the sum of the vectors of its kanji: 再配送 is near 配送 though no document says it.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from faqsearch import kernel
from faqsearch.vectors.interface import Vectors, unit_rows
from faqsearch.vectors.words import general_words
from faqsearch.vocabulary import Vocabulary

if TYPE_CHECKING:
    from faqsearch.tokens import QueryTerm, Tokenizer

Floats = npt.NDArray[np.float32]
Arrays = Mapping[str, npt.NDArray[Any]]

GENERAL_VIEW = "meaning"
"""The view that the shipped word vectors make."""

# Of the kanji in use; everything from the first to the last block of unified ideographs.
_FIRST_KANJI, _LAST_KANJI = 0x3400, 0x9FFF


def kanji_of(term: str) -> list[int]:
    """Return the code points of the kanji in a term, in order."""
    return [ord(c) for c in term if _FIRST_KANJI <= ord(c) <= _LAST_KANJI]


def is_kanji(codes: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """Return which code points are kanji."""
    return np.asarray((codes >= _FIRST_KANJI) & (codes <= _LAST_KANJI))


@dataclass(frozen=True, slots=True)
class View:
    """Where one view lies in the vectors."""

    name: str
    start: int
    end: int


def pack_rows(vectors: Floats) -> tuple[npt.NDArray[np.int8], Floats]:
    """Return `vectors` as int8 with one factor per row: a quarter of the size, cosines within 0.005."""
    factors = np.abs(vectors).max(axis=1, initial=0) / 127
    packed = np.divide(vectors, factors[:, None], out=np.zeros_like(vectors), where=factors[:, None] > 0)
    return np.rint(packed).astype(np.int8), factors.astype(np.float32)


class WordVectors:
    """Vectors of an index's words and kanji, view by view.

    Args:
        arrays: `unknown_weight` (of a word no document holds, in the general view), `word_vectors` and `kanji_vectors` (int8, rows by dimensions), `word_factors` and `kanji_factors`
            (rows by views), `kanji` (code points, sorted) and `views` (start and end of each).
        names: Name of each view.
    """

    def __init__(self, arrays: Arrays, names: Sequence[str]) -> None:
        bounds = arrays["views"].tolist()
        self.views = [View(name, start, end) for name, (start, end) in zip(names, bounds, strict=True)]
        self.dimension = int(arrays["word_vectors"].shape[1])
        self._bounds = np.array([0, *(view.end for view in self.views)], dtype=np.int64)
        self._places = {
            view.name: np.array([self.dimension, view.start, view.end], dtype=np.int64) for view in self.views
        }
        self._unknown_weight = float(arrays["unknown_weight"][0])
        self._words: npt.NDArray[np.int8] = arrays["word_vectors"]
        self._word_factors: Floats = arrays["word_factors"]
        self._kanji: npt.NDArray[np.int32] = arrays["kanji"]
        self._kanji_vectors: npt.NDArray[np.int8] = arrays["kanji_vectors"]
        self._kanji_factors: Floats = arrays["kanji_factors"]

    def words(self, numbers: npt.NDArray[np.int64]) -> Floats:
        """Return the vectors of words by number; float32, shape (n, dimension)."""
        return self._unpack(self._words[numbers], self._word_factors[numbers])

    def add(self, total: Floats, numbers: npt.NDArray[np.int64], weights: Floats) -> None:
        """Add the weighted sum of the vectors of words by number to `total`; float32, shape (dimension,)."""
        if kernel.compiled is None:
            total += weights @ self.words(numbers)
        else:
            kernel.compiled.sum_rows(self._words, self._word_factors, self._bounds, numbers, weights, total)

    def directions(self, terms: Sequence[str], numbers: npt.NDArray[np.int64], view: View) -> Floats:
        """Return the vectors of words in one of the corpus's own views, scaled to length 1.

        Args:
            terms: The words.
            numbers: Their numbers; -1 for words no document holds, which are the sum of their kanji.
            view: The view.

        Returns:
            float32, shape (n, the view's dimension); zero where there is nothing.
        """
        if kernel.compiled is None:
            rows = self._words[numbers, view.start : view.end].astype(np.float32)
        else:
            rows = np.empty((len(numbers), view.end - view.start), dtype=np.float32)
        for place, number in enumerate(numbers.tolist()):
            if number < 0:
                rows[place] = self._kanji_sum(kanji_of(terms[place]))[view.start : view.end]
        if kernel.compiled is None:
            return unit_rows(rows)
        kernel.compiled.directions(self._words, self._places[view.name], numbers, rows)
        return rows

    def unknown(self, term: str) -> Floats:
        """Return a vector for a word no document holds; float32, shape (dimension,).

        Its kanji's in the corpus's own views, its own in the general one; zero where there is neither.
        """
        vector = self._kanji_sum(kanji_of(term))
        if self.views[-1].name == GENERAL_VIEW:
            general = general_words().vectors([term])[0]
            vector[self.views[-1].start : self.views[-1].end] = general * self._unknown_weight
        return vector

    def kanji_rows(self) -> Floats:
        """Return the vectors of all kanji; float32, shape (kanji, dimension)."""
        return self._unpack(self._kanji_vectors, self._kanji_factors)

    def _kanji_sum(self, code_points: Sequence[int]) -> Floats:
        places = np.searchsorted(self._kanji, code_points)
        known = [
            p for p, c in zip(places.tolist(), code_points, strict=True) if p < len(self._kanji) and self._kanji[p] == c
        ]
        if kernel.compiled is None:
            found = self._unpack(self._kanji_vectors[known], self._kanji_factors[known])
            return np.asarray(found.sum(axis=0, dtype=np.float32))
        total, own = np.zeros(self.dimension, dtype=np.float32), np.array(known, dtype=np.int64)
        once = np.ones(len(own), dtype=np.float32)
        kernel.compiled.sum_rows(self._kanji_vectors, self._kanji_factors, self._bounds, own, once, total)
        return total

    @property
    def packed(self) -> tuple[npt.NDArray[np.int8], Floats, npt.NDArray[np.int64]]:
        """The vectors of all words, the factor of each in each view, and where the views begin and end."""
        return self._words, self._word_factors, self._bounds

    def unit(self, sums: Floats) -> Vectors:
        """Return summed vectors scaled to length 1, each view having the same part in it; shape as given."""
        if not self.views:
            return sums
        scale = np.float32(1 / math.sqrt(len(self.views)))
        return np.concatenate([unit_rows(sums[:, v.start : v.end]) for v in self.views], axis=1) * scale

    def scale(self, total: Floats) -> None:
        """Scale one summed vector as `unit` does, where it stands."""
        if kernel.compiled is None:
            total[:] = self.unit(total[None])[0]
        else:
            kernel.compiled.unit_views(self._bounds, total)

    def _unpack(self, packed: npt.NDArray[np.int8], factors: Floats) -> Floats:
        vectors = packed.astype(np.float32)
        for i, view in enumerate(self.views):
            vectors[:, view.start : view.end] *= factors[:, i : i + 1]
        return vectors


class BuiltinEncoder:
    """Read side of the built-in encoder. Safe to share between threads.

    Args:
        vectors: The index's word vectors.
        vocabulary: Its words.
        tokenizer: The one it was made with.
    """

    def __init__(self, vectors: WordVectors, vocabulary: Vocabulary, tokenizer: Tokenizer) -> None:
        self._vectors = vectors
        self._vocabulary = vocabulary
        self._tokenizer = tokenizer

    @property
    def name(self) -> str:
        """Always `builtin`."""
        return "builtin"

    @property
    def dimension(self) -> int:
        """Length of a vector; smaller than usual for a corpus of few documents."""
        return self._vectors.dimension

    def describe(self) -> dict[str, Any]:
        """Return kind, dimension and views."""
        return describe(self._vectors)

    def encode_queries(self, texts: Sequence[str], /) -> Vectors:
        """Return one vector per question; zero for one without a known word or kanji."""
        return self.encode_words([self._tokenizer.query_words(text) for text in texts])

    def encode_words(self, asked: Sequence[Sequence[QueryTerm]]) -> Vectors:
        """Return one vector per question given by its weighted words; shape (n, dimension)."""
        return self._encode([self._known(words) for words in asked])

    def encode_passages(self, texts: Sequence[str], /) -> Vectors:
        """Return one vector per passage; zero for one without a known word or kanji."""
        rows = [Counter(self._tokenizer.words(text)) for text in texts]
        return self._encode([(row, self._vocabulary.numbers(list(row)).tolist()) for row in rows])

    def _known(self, terms: Sequence[QueryTerm]) -> tuple[Mapping[str, float], Sequence[int]]:
        """The words of a question with their weights, and their numbers; of alternatives, those the index knows."""
        numbers = self._vocabulary.places([term.term for term in terms])
        asked: dict[str, float] = {}
        places: dict[str, int] = {}
        groups: set[int] = set()
        for (term, weight, _, _, group, _), number in zip(terms, numbers, strict=True):
            if number >= 0 or group not in groups:
                groups.add(group)
                asked[term] = max(asked.get(term, 0.0), weight)
                places[term] = number
        return asked, list(places.values())

    def _encode(self, rows: Sequence[tuple[Mapping[str, float], Sequence[int]]]) -> Vectors:
        """Encode texts given as the weight of each word, and the words' numbers; -1 for words no document holds."""
        sums = np.zeros((len(rows), self.dimension), dtype=np.float32)
        vectors = self._vectors
        for total, (row, found) in zip(sums, rows, strict=True):  # a view of its row
            known = [(number, weight) for number, weight in zip(found, row.values(), strict=True) if number >= 0]
            numbers = np.array([number for number, _ in known], dtype=np.int64)
            vectors.add(total, numbers, np.array([weight for _, weight in known], dtype=np.float32))
            if len(known) < len(row):
                for (term, weight), number in zip(row.items(), found, strict=True):
                    if number < 0:
                        total[:] += np.float32(weight) * vectors.unknown(term)
            vectors.scale(total)
        return sums


def describe(vectors: WordVectors) -> dict[str, Any]:
    """Return what the manifest says of a built-in encoder with these vectors."""
    return {
        "kind": "builtin",
        "name": "builtin",
        "dimension": vectors.dimension,
        "views": [view.name for view in vectors.views],
    }
