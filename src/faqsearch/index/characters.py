"""The kanji of words: what a document and a question share when they share no word.

kanji   BM25 of the question's kanji in the document's words: 再配達 and 再び配送, 紛失 and 失くす
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from faqsearch.errors import IndexFormatError
from faqsearch.index.arrays import DAMAGE_HINT
from faqsearch.index.interface import Scores
from faqsearch.index.sequences import Excerpt
from faqsearch.vectors.builtin import is_kanji
from faqsearch.vocabulary import ranges

Arrays = dict[str, npt.NDArray[Any]]

_K1, _B = 1.2, 0.75
# Documents whose kanji are counted together: 2 million words.
_COUNTED_AT_ONCE = 20_000


@dataclass(frozen=True, slots=True)
class KanjiCounts:
    """In how many documents kanji stand."""

    kanji: npt.NDArray[np.int32]
    """Code points, ascending."""
    documents: npt.NDArray[np.int64]

    @classmethod
    def stored(cls, words: Arrays) -> KanjiCounts:
        """Return what `spelling_arrays` was given."""
        return cls(words["kanji"], words["kanji_df"].astype(np.int64))

    @classmethod
    def of(cls, words: Arrays) -> KanjiCounts:
        """Count over the documents of a `Sequences`, some at a time."""
        starts, owners = words["unit_starts"], words["unit_documents"]
        found = cls(np.empty(0, dtype=np.int32), np.empty(0, dtype=np.int64))
        cuts = np.searchsorted(owners, np.arange(0, int(owners.max(initial=-1)) + 1, _COUNTED_AT_ONCE)).tolist()
        for first, last in pairwise([*cuts, len(owners)]):
            terms = words["sequence"][starts[first] : starts[last]]
            found += cls.counted(words, terms, np.repeat(owners[first:last], np.diff(starts[first : last + 1])))
        return found

    @classmethod
    def counted(cls, vocabulary: Arrays, terms: npt.NDArray[Any], documents: npt.NDArray[Any]) -> KanjiCounts:
        """Count over words of documents.

        Args:
            vocabulary: The arrays of a `Vocabulary`.
            terms: The term of each word; shape (n,).
            documents: Its document; shape (n,).
        """
        from scipy.sparse import coo_array  # 0.2 s to import: builds only

        sizes, codes = spelled(vocabulary)
        kanji, columns = np.unique(codes, return_inverse=True)
        if not len(terms) or not len(kanji):
            return cls(kanji, np.zeros(len(kanji), dtype=np.int64))
        own, places = np.unique(documents, return_inverse=True)
        held = coo_array((np.ones(len(terms), np.int32), (terms, places)), shape=(len(sizes), len(own))).tocsr()
        rows = np.repeat(np.arange(len(sizes)), sizes)
        written = coo_array((np.ones(len(rows), np.int32), (columns, rows)), shape=(len(kanji), len(sizes))).tocsr()
        return cls(kanji, np.diff((written @ held).indptr).astype(np.int64))

    def __add__(self, other: KanjiCounts) -> KanjiCounts:
        kanji = np.union1d(self.kanji, other.kanji)
        return KanjiCounts(kanji, self.at(kanji) + other.at(kanji))

    def __sub__(self, other: KanjiCounts) -> KanjiCounts:
        return self + KanjiCounts(other.kanji, -other.documents)

    def at(self, kanji: npt.NDArray[np.int32]) -> npt.NDArray[np.int64]:
        """Return the counts of some kanji; 0 for those never met."""
        places = np.minimum(np.searchsorted(self.kanji, kanji), max(len(self.kanji) - 1, 0))
        if not len(self.kanji):
            return np.zeros(len(kanji), dtype=np.int64)
        return np.where(self.kanji[places] == kanji, self.documents[places], 0)


def spelled(vocabulary: Arrays) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int32]]:
    """Return how many kanji each term is written with, and all their code points one after the other."""
    text = vocabulary["term_text"].tobytes().decode("utf-8", "surrogatepass")
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<i4")
    # Bytes that begin a character, before each term.
    begun = np.concatenate(([0], np.cumsum((vocabulary["term_text"] & 0xC0) != 0x80)))
    held = np.concatenate(([0], np.cumsum(is_kanji(codes))))
    return np.diff(held[begun[vocabulary["term_offsets"]]]), codes[is_kanji(codes)].astype(np.int32)


def kanji_lengths(words: Arrays, documents: int) -> npt.NDArray[np.int32]:
    """Return how many kanji the words of each document are written with; shape (documents,).

    Args:
        words: The arrays of a `Sequences`.
        documents: How many there are.
    """
    sizes = spelled(words)[0].astype(np.int32)
    # Where each document's words end; several may be without any.
    ends = words["unit_starts"][words["document_units"]]
    lengths = np.zeros(documents, dtype=np.int32)
    for first in range(0, documents, _COUNTED_AT_ONCE):
        own = ends[first : first + _COUNTED_AT_ONCE + 1]
        held = np.concatenate(([0], np.cumsum(sizes[words["sequence"][own[0] : own[-1]]])))
        lengths[first : first + len(own) - 1] = np.diff(held[own - own[0]])
    return lengths


def spelling_arrays(vocabulary: Arrays, counts: KanjiCounts, lengths: npt.NDArray[np.int32]) -> Arrays:
    """Return which kanji each word is written with, and in how many documents each kanji stands.

    Args:
        vocabulary: The arrays of a `Vocabulary`.
        counts: Of all documents.
        lengths: What `kanji_lengths` says of each document.

    Returns:
        `kanji` (code points, sorted), `kanji_df` and `kanji_idf`, `spelling_starts` (terms + 1) and `spelling` (places
        in `kanji`); the other way round `kanji_starts` (kanji + 1) and `kanji_terms` (terms written with it);
        `kanji_lengths` (kanji in each document) and `kanji_mean`.
    """
    documents = len(lengths)
    sizes, codes = spelled(vocabulary)
    kanji, spelling = np.unique(codes, return_inverse=True)
    df = counts.at(kanji)
    return {
        "kanji": kanji,
        "kanji_df": df.astype(np.uint32),
        "kanji_idf": np.log((documents + 1) / (df + 0.5)).astype(np.float32),
        "spelling_starts": np.concatenate(([0], np.cumsum(sizes))).astype(np.int64),
        "spelling": spelling.astype(np.int16 if len(kanji) < 32_768 else np.int32),
        "kanji_starts": np.concatenate(([0], np.cumsum(np.bincount(spelling, minlength=len(kanji))))).astype(np.int64),
        "kanji_terms": np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)[np.argsort(spelling, kind="stable")],
        "kanji_lengths": lengths,
        "kanji_mean": np.array([max(lengths.sum(dtype=np.int64) / max(documents, 1), 1.0)], dtype=np.float32),
    }


class Spelling:
    """The read side. Safe to share between threads."""

    def __init__(self, arrays: Arrays) -> None:
        self._kanji: npt.NDArray[np.int32] = arrays["kanji"]
        self._known_kanji = memoryview(arrays["kanji"].data)
        self._met: dict[int, int] = {}
        self._idf: npt.NDArray[np.float32] = arrays["kanji_idf"]
        self._starts: npt.NDArray[np.int64] = arrays["spelling_starts"]
        self._spelling: npt.NDArray[Any] = arrays["spelling"]
        self._kanji_starts: npt.NDArray[np.int64] = arrays["kanji_starts"]
        self._terms: npt.NDArray[np.int32] = arrays["kanji_terms"]
        self._lengths: npt.NDArray[np.int32] = arrays["kanji_lengths"]
        self._mean = float(arrays["kanji_mean"][0])

    @property
    def packed(self) -> bool:
        """Whether places of kanji take two bytes: only a dictionary has more kinds than that."""
        return bool(self._spelling.dtype == np.int16)

    @property
    def arrays(self) -> tuple[npt.NDArray[Any], ...]:
        """What the kernel reads, in its order."""
        return self._starts, self._spelling, self._kanji_starts, self._terms, self._lengths

    @property
    def parameters(self) -> tuple[float, float, float]:
        """k1, b and the mean number of kanji in a document."""
        return _K1, _B, self._mean

    def asked(self, kanji: Sequence[int]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
        """Return the place of each distinct kanji the index knows, ascending, and what it is worth.

        Args:
            kanji: Code points, repeated as often as they are asked for.
        """
        # A handful: looked up one by one, not in ten steps of numpy; questions have the same few hundred.
        counts: dict[int, int] = {}
        for code in kanji:
            place = self._met.get(code)
            if place is None:
                place = self._met[code] = self._place(code)
            if place >= 0:
                counts[place] = counts.get(place, 0) + 1
        found = sorted(counts.items())
        own = np.array([place for place, _ in found], dtype=np.int64)
        return own, self._idf[own].astype(np.float64) * [count for _, count in found]

    def _place(self, code: int) -> int:
        """The place of a kanji among those the index knows, -1 for another one."""
        place = bisect_left(self._known_kanji, code)
        return place if place < len(self._known_kanji) and self._known_kanji[place] == code else -1

    def scores(self, documents: npt.NDArray[np.int64], excerpt: Excerpt, asked: Sequence[int]) -> Scores:
        """Return the BM25 of some kanji in each document of an excerpt; float32, shape (documents,).

        Args:
            documents: Numbers of the excerpt's documents.
            excerpt: Their words.
            asked: Code points, repeated as often as they are asked for.
        """
        known, worth = self.asked(asked)
        if not len(known):
            return np.zeros(len(documents), dtype=np.float32)
        slot_of = np.zeros(len(self._kanji), dtype=np.int16)
        written_with = np.zeros(len(self._starts) - 1, dtype=bool)
        for slot, place in enumerate(known.tolist(), 1):
            slot_of[place] = slot
            written_with[self._terms[self._kanji_starts[place] : self._kanji_starts[place + 1]]] = True
        found = np.flatnonzero(written_with.take(excerpt.words))
        words = excerpt.words.take(found)
        starts = self._starts.take(words)
        sizes = self._starts.take(words + 1) - starts
        # Damaged bounds must not ask for more memory than there is; no word has a hundred kanji on average.
        if sizes.min(initial=0) < 0 or sizes.sum() > max(100 * len(sizes), 1_000_000):
            raise IndexFormatError("the spelling of words is damaged", hint=DAMAGE_HINT)
        slots = slot_of.take(self._spelling.take(ranges(starts, sizes)))
        owners = excerpt.unit_documents.take(excerpt.word_units.take(found)).repeat(sizes)
        cells = (owners * (len(known) + 1) + slots).astype(np.int64)
        tf = np.bincount(cells, minlength=len(documents) * (len(known) + 1)).reshape(len(documents), -1)[:, 1:]
        norm = _K1 * (1 - _B + _B * self._lengths.take(documents) / self._mean)
        total = np.zeros(len(documents))
        for i, own in enumerate(worth.tolist()):  # one after the other, as the kernel adds them
            total += own * tf[:, i] * (_K1 + 1) / (tf[:, i] + norm)
        return total.astype(np.float32)
