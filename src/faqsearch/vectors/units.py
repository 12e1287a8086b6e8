"""Unit vectors: where every phrasing and every sentence stands in each view of the built-in encoder.

A sentence stands together with its document's question, as it is read. Summing the vectors of ten thousand words for
each question took 7 ms; these sums are made once, when the index is built, and kept as int8.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from faqsearch import kernel
from faqsearch.vectors.builtin import View, pack_rows
from faqsearch.vectors.interface import row_lengths
from faqsearch.vocabulary import ranges

Floats = npt.NDArray[np.float32]


def pack_units(sums: Floats, views: Sequence[View]) -> tuple[npt.NDArray[np.int8], Floats]:
    """Return the summed vectors of some units as `UnitVectors` keeps them.

    Args:
        sums: float32, shape (units, dimension).
        views: Where each view lies in them.

    Returns:
        int8 of the same shape; and float32 factors, shape (units, views), 0 where a unit holds nothing of a view.
        The dot product of a question of length 1 with a row, times its factor, is their cosine within 0.005.
    """
    packed = np.empty(sums.shape, dtype=np.int8)
    factors = np.empty((len(sums), len(views)), dtype=np.float32)
    for i, view in enumerate(views):
        own = sums[:, view.start : view.end]
        lengths = row_lengths(own)
        packed[:, view.start : view.end], scales = pack_rows(own)
        factors[:, i] = np.divide(scales, lengths, out=np.zeros_like(scales), where=lengths > 1e-6)
    return packed, factors


class UnitVectors:
    """The read side. Safe to share between threads.

    Args:
        arrays: `vectors` (int8, units by dimensions) and `factors` (float32, units by views) of `pack_units`.
        views: Where each view lies in the vectors.
    """

    def __init__(self, arrays: Mapping[str, npt.NDArray[Any]], views: Sequence[View]) -> None:
        self.views = views
        self._vectors: npt.NDArray[np.int8] = arrays["vectors"]
        self._factors: Floats = arrays["factors"]
        width = self._vectors.shape[1]
        self._places = [np.array([width, i, v.start, v.end], dtype=np.int64) for i, v in enumerate(views)]
        self._bounds = np.array([view.start for view in views] + [view.end for view in views[-1:]], dtype=np.int64)

    def __len__(self) -> int:
        return len(self._vectors)

    def nearest(self, vector: Floats, firsts: npt.NDArray[np.int64], counts: npt.NDArray[np.int64]) -> Floats:
        """Return the cosine of a question and the nearest of each document's units in each view, 0 or above.

        Args:
            vector: A question's vector, as `WordVectors.unit` makes it; shape (dimension,).
            firsts: The first unit of each document; shape (documents,).
            counts: How many units each document has, at least one; shape (documents,).

        Returns:
            float32, shape (views, documents).
        """
        if kernel.compiled is None:
            cosines = self.cosines(vector, ranges(firsts, counts))
            return np.asarray(np.maximum(np.maximum.reduceat(cosines, counts.cumsum() - counts, axis=1), 0))
        found = np.empty((len(self.views), len(firsts)), dtype=np.float32)
        asked = self._asked(vector)
        kernel.compiled.nearest_units(self._vectors, self._factors, asked, self._bounds, firsts, counts, found)
        return found

    def cosines(self, vector: Floats, units: npt.NDArray[np.int64]) -> Floats:
        """Return the cosine of a question and some units in each view; float32, shape (views, units).

        Args:
            vector: A question's vector, as `WordVectors.unit` makes it; shape (dimension,).
            units: Numbers of units.
        """
        # One conversion of all rows and one product for each view: measured twice as fast as a product of all views.
        rows = self._vectors.take(units, axis=0).astype(np.float32)
        asked = self._asked(vector)
        found = np.empty((len(self.views), len(units)), dtype=np.float32)
        for i, view in enumerate(self.views):
            np.matmul(rows[:, view.start : view.end], asked[view.start : view.end], out=found[i])
        found *= self._factors.take(units, axis=0).T
        return found

    def near(self, units: npt.NDArray[np.int64], view: int, directions: Floats) -> Floats:
        """Return the cosines of some units and some directions in one view, 0–1; float32, shape (units, n).

        Args:
            units: Numbers of units; -1, or one that there is not, is near nothing.
            view: The view's place.
            directions: float32, shape (n, the view's dimension); of length 1, or less to count less.
        """
        own = self.views[view]
        units = np.where(units < len(self), units, -1)
        if kernel.compiled is not None:
            found = np.empty((len(units), len(directions)), dtype=np.float32)
            kernel.compiled.view_cosines(
                self._vectors, self._factors, self._places[view], units, np.ascontiguousarray(directions), found
            )
            return found
        if not len(self):
            return np.zeros((len(units), len(directions)), dtype=np.float32)
        # Not `take`, which copies the whole column first.
        rows = self._vectors[units, own.start : own.end] * self._factors[units, view][:, None]
        return np.asarray(np.clip((rows * (units >= 0)[:, None]) @ directions.T, 0, 1), dtype=np.float32)

    def _asked(self, vector: Floats) -> Floats:
        """Each view of a question scaled to length 1."""
        return np.asarray(vector * np.float32(math.sqrt(len(self.views))))
