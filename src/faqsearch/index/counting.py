"""Counting: which units hold each term, and how often, from texts as numbers of terms.

A text belongs to a unit by its *place*: texts of one unit lie side by side, and one of a negative place is left out.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from faqsearch import kernel

Ints = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.int32]

_MOST = 65_535
"""Occurrences in a unit that are counted; BM25 saturates long before."""


def held(terms: Numbers, sizes: Ints, places: Numbers, found: Numbers) -> None:
    """Add to `found` in how many units each term stands.

    Args:
        terms: Of the texts, one after the other.
        sizes: Terms in each text; shape (texts,).
        places: Unit of each text; shape (texts,).
        found: Shape (terms there are,).
    """
    if kernel.compiled is not None:
        kernel.compiled.held(terms, sizes, places, found)
        return
    own, _, _ = _pairs(terms, sizes, places, 0, len(found))
    found += np.bincount(own, minlength=len(found)).astype(np.int32)


def postings(
    terms: Numbers,
    sizes: Ints,
    places: Numbers,
    first: int,
    following: Ints,
    units: Numbers,
    tfs: npt.NDArray[np.uint16],
) -> None:
    """Write down the units of some terms, and how often each holds it.

    Args:
        terms: Of the texts, one after the other.
        sizes: Terms in each text; shape (texts,).
        places: Unit of each text; shape (texts,).
        first: The first of the terms that are counted.
        following: Where the next unit goes for each of these; moves on.
        units: Their units.
        tfs: How often.
    """
    if kernel.compiled is not None:
        kernel.compiled.postings(terms, sizes, places, np.array([first]), following, units, tfs)
        return
    own, where, times = _pairs(terms, sizes, places, first, len(following))
    at = following[own] + np.arange(len(own)) - np.searchsorted(own, own)
    units[at], tfs[at] = where, np.minimum(times, _MOST)
    following += np.bincount(own, minlength=len(following))


def _pairs(terms: Numbers, sizes: Ints, places: Numbers, first: int, count: int) -> tuple[Ints, Ints, Ints]:
    """Terms, the first one as 0, with the units that hold them and how often, in order."""
    owners = np.repeat(places, sizes).astype(np.int64)
    inside = (owners >= 0) & (terms >= first) & (terms < first + count)
    width = int(places.max(initial=0)) + 1
    pairs, times = np.unique((terms[inside] - first) * width + owners[inside], return_counts=True)
    return pairs // width, pairs % width, times


def counted(terms: Numbers, sizes: Ints, count: int) -> tuple[Numbers, Numbers, npt.NDArray[np.uint16]]:
    """Count texts that are units of their own.

    Args:
        terms: Of the texts, one after the other.
        sizes: Terms in each text; shape (texts,).
        count: How many terms there are.

    Returns:
        In how many units each term stands, shape (count,); which, ascending, term after term; and how often.
    """
    places = np.arange(len(sizes), dtype=np.int32)
    found = np.zeros(count, dtype=np.int32)
    held(terms, sizes, places, found)
    ends = np.cumsum(found, dtype=np.int64)
    units, tfs = room(ends)
    postings(terms, sizes, places, 0, ends - found, units, tfs)
    return found, units, tfs


def room(ends: Ints) -> tuple[Numbers, npt.NDArray[Any]]:
    """Return room for the units of terms, and for how often they hold them, given where the units of each term end."""
    size = int(ends[-1]) if len(ends) else 0
    return np.empty(size, dtype=np.int32), np.empty(size, dtype=np.uint16)
