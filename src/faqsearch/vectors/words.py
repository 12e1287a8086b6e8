"""General Japanese word vectors, trained by us and shipped with the package (training/README.md).

48,000 terms, int8, memory-mapped: opening costs a few file headers, a lookup one binary search. A vector's length is
learned and is the term's weight; it is not normalised.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from faqsearch.vocabulary import Vocabulary

Floats = npt.NDArray[np.float32]
_FOLDER = Path(__file__).parent.parent / "data" / "words"


class GeneralWords:
    """Word vectors by term. Safe to share between threads."""

    def __init__(self, folder: Path = _FOLDER) -> None:
        """Map the arrays in `folder`."""
        arrays: dict[str, npt.NDArray[Any]] = {
            path.stem: np.load(path, mmap_mode="r", allow_pickle=False).view(np.ndarray)
            for path in folder.glob("*.npy")
        }
        self._vocabulary = Vocabulary(arrays)
        self._vectors: npt.NDArray[np.int8] = arrays["vectors"]
        self._scales: Floats = arrays["scales"]
        self._idf: Floats = arrays["idf"]
        self.dimension = int(self._vectors.shape[1])

    def vectors(self, terms: Sequence[str]) -> Floats:
        """Return one vector per term, zero for unknown ones; float32, shape (n, dimension)."""
        numbers = self._vocabulary.numbers(terms)
        found = np.zeros((len(terms), self.dimension), dtype=np.float32)
        known = np.flatnonzero(numbers >= 0)
        at = numbers[known]
        found[known] = self._vectors[at].astype(np.float32) * self._scales[at][:, None]
        return found

    def idf(self, terms: Sequence[str]) -> Floats:
        """Return ln(N / df) of each term in Japanese at large, that of the rarest for unknown ones; shape (n,)."""
        numbers = self._vocabulary.numbers(terms)
        return np.where(numbers >= 0, self._idf[numbers], self._idf.max()).astype(np.float32)


@cache
def general_words() -> GeneralWords:
    """Return the shipped vectors, opened once."""
    return GeneralWords()
