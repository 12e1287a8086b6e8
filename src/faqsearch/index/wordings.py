"""Wordings on their way into an index: packed where documents are analysed, sorted when all are there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from faqsearch.index.completions import BEGIN, END, SORTED_BYTES, STOP, Arrays, Ints, Wording
from faqsearch.index.misspellings import comparable, misspelling_arrays
from faqsearch.index.spill import Spill, Stored
from faqsearch.vocabulary import Numbering, ranges

# A place keeps the length of its word in one byte; a longer "word" is none that anybody misspells.
_LONGEST_WORD = 255
_WORD = re.compile(f"{BEGIN}([^{END}]*){END}")
# Wordings or places brought into order at a time: 100 MB of numbers and texts.
_AT_ONCE = 500_000


@dataclass(frozen=True, slots=True)
class Wordings:
    """The wordings of some documents: what a worker process sends back, cheap to pickle and to put aside."""

    documents: npt.NDArray[np.int32]
    """0-based document of each wording; shape (wordings,), as all up to `held_sizes`."""
    phrasings: npt.NDArray[np.int32]
    """0 for the document's question or heading, 1 and up for its other phrasings."""
    sizes: npt.NDArray[np.int32]
    """Characters as written, the marks of its words included: shorter wordings are offered first."""
    written: npt.NDArray[np.int32]
    """Bytes of the wording as it is written."""
    read: npt.NDArray[np.int32]
    """Bytes of the wording as it is read."""
    beginnings: npt.NDArray[np.int32]
    """Places where one may begin to type it."""
    held_sizes: npt.NDArray[np.int32]
    """Distinct forms of its words that may be misspelt."""
    text: npt.NDArray[np.uint8]
    """Each wording as written and as read, both with `STOP` behind them, without marks."""
    places: npt.NDArray[np.int32]
    """Where one may begin to type, in bytes from the beginning of the wording."""
    lengths: npt.NDArray[np.uint8]
    """Length in bytes of the word that begins there, 0 where none does."""
    later: npt.NDArray[np.bool_]
    """Whether it is not the first word of its wording."""
    forms: list[str]
    """Distinct forms of words."""
    held: npt.NDArray[np.int32]
    """Places in `forms` of the forms of each wording."""


def pack_wordings(wordings: Sequence[Wording]) -> Wordings:
    """Return `wordings` without one Python object for each."""
    encoded = [half.encode("utf-8", "surrogatepass") + STOP for w in wordings for half in (w.written, w.read)]
    raw = np.frombuffer(b"".join(encoded), dtype=np.uint8)
    first, last = np.flatnonzero(raw == ord(BEGIN)), np.flatnonzero(raw == ord(END))
    unmarked = (raw != ord(BEGIN)) & (raw != ord(END))
    at = np.concatenate(([0], np.cumsum(unmarked)))
    bounds = at[np.concatenate(([0], np.cumsum([len(half) for half in encoded], dtype=np.int64)))]
    starts, lengths = at[first], at[last] - at[first]
    halves = np.searchsorted(bounds, starts, side="right") - 1
    later = np.diff(halves, prepend=-1) == 0
    # One may begin at the beginning of each half, whether or not it is a word.
    bare = np.delete(np.arange(len(encoded)), halves[starts == bounds[halves]])
    places = np.concatenate((bounds[bare], starts))
    order = np.argsort(places, kind="stable")
    owners = np.concatenate((bare, halves))[order] // 2
    forms: Numbering[str] = Numbering()
    held = [[forms[form] for form in _forms(wording)] for wording in wordings]
    return Wordings(
        documents=np.array([w.document for w in wordings], dtype=np.int32),
        phrasings=np.array([w.place for w in wordings], dtype=np.int32),
        sizes=np.array([len(w.written) for w in wordings], dtype=np.int32),
        written=np.diff(bounds)[::2].astype(np.int32),
        read=np.diff(bounds)[1::2].astype(np.int32),
        beginnings=np.bincount(owners, minlength=len(wordings)).astype(np.int32),
        held_sizes=np.array([len(own) for own in held], dtype=np.int32),
        text=raw[unmarked],
        places=(places[order] - bounds[::2][owners]).astype(np.int32),
        lengths=np.minimum(np.concatenate((np.zeros(len(bare), np.int64), lengths))[order], _LONGEST_WORD).astype(
            np.uint8
        ),
        later=np.concatenate((np.zeros(len(bare), dtype=bool), later))[order],
        forms=list(forms),
        held=np.array([form for own in held for form in own], dtype=np.int32),
    )


def _forms(wording: Wording) -> Iterator[str]:
    """The distinct forms of the words of a wording that may be misspelt."""
    pairs = zip(_WORD.findall(wording.written), _WORD.findall(wording.read), strict=True)
    return iter(dict.fromkeys(form for pair in pairs if (form := _form(*pair))))


@lru_cache(maxsize=1 << 16)
def _form(written: str, read: str) -> str | None:
    return comparable(written, read)


class CompletionsBuilder:
    """Collect wordings, in any order."""

    def __init__(self, spill: Spill) -> None:
        self._spill = spill
        self._forms: Numbering[str] = Numbering()
        self._columns: list[tuple[npt.NDArray[np.int32], ...]] = []
        self._rows: list[tuple[Stored, ...]] = []

    def add(self, wordings: Wordings, numbers: npt.NDArray[np.int32]) -> None:
        """Add wordings; `numbers` says for each document they count which one of the index it is."""
        own = self._forms.of(wordings.forms)
        w = wordings
        self._columns.append(
            (numbers[w.documents], w.phrasings, w.sizes, w.written, w.read, w.beginnings, w.held_sizes)
        )
        flat: tuple[npt.NDArray[Any], ...] = (w.text, w.places, w.lengths, w.later, own[w.held])
        self._rows.append(tuple(self._spill.put(array) for array in flat))

    def arrays(self) -> Arrays:
        """Return the arrays of `Completions`."""
        none = (np.empty(0, dtype=np.int32),) * 7
        columns = [np.concatenate(column) for column in zip(none, *self._columns, strict=True)]
        # Questions before other phrasings, shorter first, then as in the corpus.
        order = np.lexsort((columns[1], columns[0], columns[2], columns[1] > 0))
        documents, phrasings, sizes, written, read, beginnings, held_sizes = (column[order] for column in columns)
        starts = np.concatenate(([0], np.cumsum(written + read, dtype=np.int64)))
        text = self._ordered(0, np.uint8, columns[3] + columns[4], order)
        places = self._ordered(1, np.int32, columns[5], order) + np.repeat(starts[:-1], beginnings)
        ranks = np.repeat(np.arange(len(order)), beginnings)
        ranks[self._ordered(3, np.bool_, columns[5], order)] += len(order)
        table = _sorted_places(text, places)
        return {
            "text": text,
            "starts": starts,
            "middles": starts[:-1] + written,
            "places": places[table].astype(place_type(len(text))),
            "lengths": self._ordered(2, np.uint8, columns[5], order)[table],
            "ranks": ranks[table].astype(rank_type(len(order))),
            "documents": documents,
            "phrasings": phrasings,
            "sizes": sizes,
            **misspelling_arrays(list(self._forms), self._ordered(4, np.int32, columns[6], order), held_sizes),
        }

    def _ordered(self, column: int, dtype: Any, counts: npt.NDArray[np.int32], order: Ints) -> npt.NDArray[Any]:
        """What wordings have several of, in another order of these."""
        whole = np.concatenate([np.empty(0, dtype=dtype), *(rows[column].read() for rows in self._rows)])
        firsts = np.cumsum(counts, dtype=np.int64) - counts
        found = [whole[:0]]
        for start in range(0, len(order), _AT_ONCE):
            part = order[start : start + _AT_ONCE]
            found.append(whole[ranges(firsts[part], counts[part].astype(np.int64))])
        return np.concatenate(found)


def place_type(size: int) -> Any:
    """Return the type of places in a text of that many bytes."""
    return np.uint32 if size < 2**32 else np.int64


def rank_type(wordings: int) -> Any:
    """Return the type of ranks of that many wordings."""
    return np.int32 if wordings < 2**30 else np.int64


def _sorted_places(text: npt.NDArray[np.uint8], places: Ints) -> Ints:
    """The order of places by what follows them; equal ones stay in order."""
    # By the first bytes, then each stretch with the same ones, or several short ones together.
    heads = sorting_keys(text, places, 4).view(">u4").astype(np.uint32)
    order = np.argsort(heads, kind="stable")
    bounds = np.append(np.flatnonzero(np.diff(heads[order], prepend=heads[order][:1] + 1)), len(order))
    start = 0
    while start < len(order):
        following = np.searchsorted(bounds, start, side="right")
        end = int(bounds[max(following, np.searchsorted(bounds, start + _AT_ONCE, side="right") - 1)])
        part = order[start:end]
        order[start:end] = part[np.argsort(sorting_keys(text, places[part]), kind="stable")]
        start = end
    return order


def sorting_keys(text: npt.NDArray[np.uint8], places: Ints, size: int = SORTED_BYTES) -> npt.NDArray[np.bytes_]:
    """Return what places are sorted by: the bytes that follow, up to the end of the wording."""
    if not len(places):
        return np.empty(0, dtype=f"S{size}")
    padded = np.concatenate((text, np.zeros(size, dtype=np.uint8)))
    keys = np.lib.stride_tricks.sliding_window_view(padded, size)[places]
    ended = np.zeros(len(keys), dtype=bool)
    for column in keys.T:
        column[ended] = 0
        ended |= column == STOP[0]
    return keys.view(f"S{size}").ravel()
