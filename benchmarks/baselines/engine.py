"""What every engine of the speed table is: terms in, the best documents with their BM25 scores out.

All of them get the same terms, cut by faqsearch's tokenizer before any clock runs, and score with rank-bm25's BM25Plus
(k1 1.5, b 0.75, delta 1) where they can.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

K1, B, DELTA = 1.5, 0.75, 1.0

Found = tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]
"""Numbers and scores of the best documents, best first."""


@dataclass(frozen=True)
class Terms:
    """The terms of a corpus as numbers, document after document."""

    numbers: npt.NDArray[np.int32]
    starts: npt.NDArray[np.int64]
    """Terms of document i are `numbers[starts[i]:starts[i + 1]]`."""

    def __len__(self) -> int:
        return len(self.starts) - 1

    def documents(self) -> list[list[str]]:
        """Return the terms of each document as strings: what a library takes that cuts no words itself."""
        names = np.array([str(n) for n in range(int(self.numbers.max(initial=0)) + 1)], dtype=object)
        flat = names[self.numbers].tolist()
        bounds = self.starts.tolist()
        return [flat[a:b] for a, b in pairwise(bounds)]


class Engine(Protocol):
    def search(self, terms: Sequence[int], k: int) -> Found:
        """Return the `k` best documents for a question's terms."""
        ...

    def save(self, folder: Path) -> None:
        """Write everything needed to answer again into an empty folder."""
        ...


Make = Callable[[Terms], Engine]


def best(scores: npt.NDArray[np.floating], k: int) -> Found:
    """Return the `k` best places and scores, best first."""
    k = min(k, len(scores))
    places = np.argpartition(scores, len(scores) - k)[len(scores) - k :]
    places = places[np.argsort(-scores[places], kind="stable")]
    return places.astype(np.int64), scores[places].astype(np.float64)
