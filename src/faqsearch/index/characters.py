"""The kanji of words: what a document and a question share when they share no word.

kanji   BM25 of the question's kanji in the document's words: 再配達 and 再び配送, 紛失 and 失くす
"""

from __future__ import annotations

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
        `kanji` (code points, sorted), `kanji_idf`, `spelling_starts` (terms + 1) and `spelling` (places in `kanji`),
        and `kanji_mean` (kanji in a document, on average).
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
    total = int(sizes[words["sequence"]].sum())
    return {
        "kanji": kanji,
        "kanji_idf": np.log((documents + 1) / (df + 0.5)).astype(np.float32),
        "spelling_starts": starts.astype(np.int64),
        "spelling": spelling.astype(np.int16 if len(kanji) < 32_768 else np.int32),
        "kanji_mean": np.array([max(total / max(documents, 1), 1.0)], dtype=np.float32),
    }


class Spelling:
    """The read side. Safe to share between threads."""

    def __init__(self, arrays: Arrays) -> None:
        self._kanji: npt.NDArray[np.int32] = arrays["kanji"]
        self._idf: npt.NDArray[np.float32] = arrays["kanji_idf"]
        self._starts: npt.NDArray[np.int64] = arrays["spelling_starts"]
        self._spelling: npt.NDArray[Any] = arrays["spelling"]
        self._mean = float(arrays["kanji_mean"][0])

    def scores(self, excerpt: Excerpt, asked: Sequence[int]) -> Scores:
        """Return the BM25 of some kanji in each document of an excerpt; float32, shape (documents,).

        Args:
            excerpt: The candidates' words.
            asked: Code points, repeated as often as they are asked for.
        """
        documents = len(excerpt.unit_bounds) - 1
        wanted, counts = np.unique(np.array(asked, dtype=np.int64), return_counts=True)
        places = np.searchsorted(self._kanji, wanted)
        known = places < len(self._kanji)
        known[known] = self._kanji[places[known]] == wanted[known]
        places, counts = places[known], counts[known]
        if not len(places):
            return np.zeros(documents, dtype=np.float32)
        starts = self._starts[excerpt.words]
        sizes = self._starts[excerpt.words + 1] - starts
        # Damaged bounds must not ask for more memory than there is; no word has a hundred kanji on average.
        if sizes.min(initial=0) < 0 or sizes.sum() > max(100 * len(sizes), 1_000_000):
            raise IndexFormatError("the spelling of words is damaged", hint=DAMAGE_HINT)
        owners = excerpt.unit_documents[excerpt.word_units]
        lengths = np.bincount(owners, sizes, minlength=documents)
        slot_of = np.zeros(len(self._kanji), dtype=np.int16)
        slot_of[places] = np.arange(1, len(places) + 1)
        slots = slot_of[self._spelling[ranges(starts, sizes)]]
        found = np.flatnonzero(slots)
        cells = np.repeat(owners, sizes)[found] * len(places) + slots[found] - 1
        tf = np.bincount(cells, minlength=documents * len(places)).reshape(documents, len(places))
        norm = _K1 * (1 - _B + _B * lengths / self._mean)
        worth = self._idf[places] * counts
        return np.asarray((worth * tf * (_K1 + 1) / (tf + norm[:, None])).sum(axis=1), dtype=np.float32)
