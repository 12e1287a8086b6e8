"""The kanji of words: what a document and a question share when they share no word.

kanji   BM25 of the question's kanji in the document's words: 再配達 and 再び配送, 紛失 and 失くす
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from faqsearch.errors import IndexFormatError
from faqsearch.index.arrays import DAMAGE_HINT
from faqsearch.index.interface import Scores
from faqsearch.index.sequences import Excerpt, ranges
from faqsearch.vectors.builtin import kanji_of
from faqsearch.vocabulary import Vocabulary

Arrays = dict[str, npt.NDArray[Any]]

_K1, _B = 1.2, 0.75


def spelling_arrays(words: Arrays, documents: int) -> Arrays:
    """Return which kanji each word is written with, and in how many documents each kanji stands.

    Args:
        words: The arrays of a `Sequences`.
        documents: Documents in the index.

    Returns:
        `kanji` (code points, sorted), `kanji_idf`, `spelling_starts` (terms + 1) and `spelling` (places in `kanji`);
        the other way round `kanji_starts` (kanji + 1) and `kanji_terms` (terms written with it); `kanji_lengths`
        (kanji in each document) and `kanji_mean`.
    """
    vocabulary = Vocabulary(words)
    spelled = [kanji_of(vocabulary.term(i)) for i in range(len(vocabulary))]
    sizes = np.array([len(s) for s in spelled], dtype=np.int64)
    kanji, spelling = np.unique(np.array([c for s in spelled for c in s], dtype=np.int32), return_inverse=True)
    starts = np.concatenate(([0], np.cumsum(sizes)))
    # Distinct words of each document are enough to know which kanji it holds.
    owners = np.repeat(words["unit_documents"].astype(np.int64), np.diff(words["unit_starts"]))
    held = np.unique(owners * len(vocabulary) + words["sequence"])
    terms = held % max(len(vocabulary), 1)
    cells = np.repeat(held // max(len(vocabulary), 1), sizes[terms]) * max(len(kanji), 1)
    cells = np.unique(cells + spelling[ranges(starts[terms], sizes[terms])])
    df = np.bincount(cells % max(len(kanji), 1), minlength=len(kanji))
    lengths = np.bincount(owners, sizes[words["sequence"]], minlength=documents)
    return {
        "kanji": kanji,
        "kanji_idf": np.log((documents + 1) / (df + 0.5)).astype(np.float32),
        "spelling_starts": starts.astype(np.int64),
        "spelling": spelling.astype(np.int16 if len(kanji) < 32_768 else np.int32),
        "kanji_starts": np.concatenate(([0], np.cumsum(np.bincount(spelling, minlength=len(kanji))))).astype(np.int64),
        "kanji_terms": np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)[np.argsort(spelling, kind="stable")],
        "kanji_lengths": lengths.astype(np.int32),
        "kanji_mean": np.array([max(lengths.sum() / max(documents, 1), 1.0)], dtype=np.float32),
    }


class Spelling:
    """The read side. Safe to share between threads."""

    def __init__(self, arrays: Arrays) -> None:
        self._kanji: npt.NDArray[np.int32] = arrays["kanji"]
        self._idf: npt.NDArray[np.float32] = arrays["kanji_idf"]
        self._starts: npt.NDArray[np.int64] = arrays["spelling_starts"]
        self._spelling: npt.NDArray[Any] = arrays["spelling"]
        self._kanji_starts: npt.NDArray[np.int64] = arrays["kanji_starts"]
        self._terms: npt.NDArray[np.int32] = arrays["kanji_terms"]
        self._lengths: npt.NDArray[np.int32] = arrays["kanji_lengths"]
        self._mean = float(arrays["kanji_mean"][0])

    def scores(self, documents: npt.NDArray[np.int64], excerpt: Excerpt, asked: Sequence[int]) -> Scores:
        """Return the BM25 of some kanji in each document of an excerpt; float32, shape (documents,).

        Args:
            documents: Numbers of the excerpt's documents.
            excerpt: Their words.
            asked: Code points, repeated as often as they are asked for.
        """
        counted = Counter(asked)
        wanted = np.array(sorted(counted), dtype=np.int32)
        places = np.searchsorted(self._kanji, wanted)
        known = [
            (place, counted[code])
            for place, code in zip(places.tolist(), wanted.tolist(), strict=True)
            if place < len(self._kanji) and self._kanji[place] == code
        ]
        if not known:
            return np.zeros(len(documents), dtype=np.float32)
        slot_of = np.zeros(len(self._kanji), dtype=np.int16)
        written_with = np.zeros(len(self._starts) - 1, dtype=bool)
        for slot, (place, _) in enumerate(known, 1):
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
        worth = self._idf[[place for place, _ in known]] * [count for _, count in known]
        return np.asarray((worth * tf * (_K1 + 1) / (tf + norm[:, None])).sum(axis=1), dtype=np.float32)
