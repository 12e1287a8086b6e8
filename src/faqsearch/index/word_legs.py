"""The legs of words, counted from the sequences when these are written; those say all that there is to count."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from faqsearch.index.counting import held, postings, room
from faqsearch.index.counts import MergedCounts, Part, stretches
from faqsearch.passages import PHRASING

Ints = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.int32]
Arrays = dict[str, npt.NDArray[Any]]

# Documents looked at together: without the kernel, what is counted of them takes 100 MB.
_DOCUMENTS = 20_000


def count_words(words: Arrays, leg: str) -> MergedCounts:
    """Count a leg: all words of each document, or those of each phrasing.

    Args:
        words: The arrays of a `Sequences`.
        leg: `document` or `question`.
    """
    owners, sizes = words["unit_documents"], np.diff(words["unit_starts"])
    documents = np.concatenate(([0], np.cumsum(np.diff(owners) != 0)))[: len(owners)].astype(np.int32)
    if leg == "document":
        places = documents
        lengths = np.bincount(places, weights=sizes).astype(np.uint32)
        unit_documents = owners[np.diff(owners, prepend=-1) != 0]
    else:
        asked = words["unit_kinds"] == PHRASING
        places = np.where(asked, np.cumsum(asked) - 1, -1).astype(np.int32)
        documents = np.where(asked, documents, np.int32(-1))
        lengths, unit_documents = sizes[asked].astype(np.uint32), owners[asked]
    terms = len(words["keys"])
    df = _held(words, sizes, documents, terms)
    counts = df if leg == "document" else _held(words, sizes, places, terms)
    indptr = np.concatenate(([0], np.cumsum(counts, dtype=np.int64)))
    return MergedCounts(indptr, df, lengths, unit_documents, _parts(words, sizes, places, indptr))


def _held(words: Arrays, sizes: Ints, places: Numbers, count: int) -> Ints:
    found = np.zeros(count, dtype=np.int32)
    _each(words, sizes, places, partial(held, found=found))
    return found.astype(np.int64)


def _parts(words: Arrays, sizes: Ints, places: Numbers, indptr: Ints) -> Iterator[Part]:
    for first, last in stretches(indptr):
        bounds = indptr[first : last + 1] - indptr[first]
        units, tfs = room(bounds)
        following = bounds[:-1].copy()
        _each(words, sizes, places, partial(postings, first=first, following=following, units=units, tfs=tfs))
        yield Part(first, last, units, tfs)


def _each(words: Arrays, sizes: Ints, places: Numbers, count: Callable[[Numbers, Ints, Numbers], None]) -> None:
    """Look at the texts of some documents at a time."""
    starts = words["unit_starts"]
    bounds = words["document_units"][::_DOCUMENTS].tolist()
    for first, last in zip(bounds, [*bounds[1:], len(sizes)], strict=True):
        count(words["sequence"][starts[first] : starts[last]], sizes[first:last], places[first:last])
