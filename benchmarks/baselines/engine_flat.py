"""A few lines of numpy: the weight of every posting in flat arrays, summed with one `bincount`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from baselines.engine import DELTA, K1, B, Found, Terms, best

NAME = "flat arrays, numpy"


class Flat:
    def __init__(self, terms: Terms) -> None:
        self._count = len(terms)
        lengths = np.diff(terms.starts)
        size = int(terms.numbers.max(initial=0)) + 1
        cells = terms.numbers.astype(np.int64) * self._count + np.repeat(np.arange(self._count), lengths)
        cells.sort()
        first = np.flatnonzero(np.diff(cells, prepend=-1))
        tf = np.diff(first, append=len(cells))
        term, document = np.divmod(cells[first], self._count)
        df = np.bincount(term, minlength=size)
        idf = np.log((self._count + 1) / np.maximum(df, 1))
        norm = K1 * (1 - B + B * lengths / lengths.mean())
        self._starts = np.concatenate(([0], np.cumsum(df)))
        self._documents = document.astype(np.int32)
        self._weights = (idf[term] * (K1 + 1) * tf / (norm[document] + tf)).astype(np.float32)
        self._absent = idf * DELTA

    def search(self, terms: Sequence[int], k: int) -> Found:
        parts = [slice(self._starts[n], self._starts[n + 1]) for n in terms]
        documents = np.concatenate([self._documents[part] for part in parts])
        scores = np.bincount(documents, np.concatenate([self._weights[part] for part in parts]), self._count)
        places, found = best(scores, k)
        return places, found + self._absent[list(terms)].sum()

    def save(self, folder: Path) -> None:
        for name in ("_starts", "_documents", "_weights", "_absent"):
            np.save(folder / f"{name[1:]}.npy", getattr(self, name))


make = Flat
