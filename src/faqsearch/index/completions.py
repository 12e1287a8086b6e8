"""Completions: which stored wordings hold a word that begins with what has been typed.

Every wording stands in one text twice, as written and as read (in romaji). A sorted table holds each place where a
word of it begins, so that all wordings with such a word are one stretch of the table: two binary searches over
mapped memory, nothing loaded. Wordings are numbered in the order in which they should be offered.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from faqsearch.errors import IndexFormatError
from faqsearch.index.arrays import DAMAGE_HINT
from faqsearch.index.misspellings import Misspellings

SUGGEST_FILE = "suggest.bin"

Arrays = dict[str, npt.NDArray[Any]]
Ints = npt.NDArray[np.int64]

BEGIN, END = "\x1f", "\x1e"
"""Stand around each word that carries meaning, in `Wording.written` and `Wording.read`."""

SORTED_BYTES = 32
"""Places are sorted by this many bytes, ten kanji; what is longer is compared when it is looked up."""
STOP = b"\n"
"""Ends each half of a wording."""


@dataclass(frozen=True, slots=True)
class Wording:
    """One question, other phrasing or heading of a document, ready to be found by its beginnings."""

    document: int
    """Number of the document, 0-based."""
    place: int
    """0 for the document's question or heading, 1 and up for its other phrasings."""
    written: str
    """Lookup form of the text, each word between BEGIN and END."""
    read: str
    """How it is read, in romaji, marked in the same way."""


def open_completions(arrays: Mapping[str, Arrays], path: Path) -> Completions:
    """Return the wordings among the array files of the generation at `path`.

    Raises:
        IndexFormatError: It has none, or they are damaged.
    """
    try:
        own = arrays[SUGGEST_FILE]
    except KeyError as error:
        raise IndexFormatError(f"{path} holds no wordings to suggest", hint="Build the index again.") from error
    try:
        return Completions(own)
    except KeyError as error:
        raise IndexFormatError(f"{path / SUGGEST_FILE} lacks {error}", hint=DAMAGE_HINT) from error


class Completions:
    """The read side. Safe to share between threads."""

    def __init__(self, arrays: Arrays) -> None:
        self._text: npt.NDArray[np.uint8] = arrays["text"]
        self._starts: Ints = arrays["starts"]
        self._middles: Ints = arrays["middles"]
        self._places: npt.NDArray[Any] = arrays["places"]
        self._lengths: npt.NDArray[np.uint8] = arrays["lengths"]
        self._ranks: npt.NDArray[Any] = arrays["ranks"]
        self.documents: npt.NDArray[np.int32] = arrays["documents"]
        """Document of each wording; shape (wordings,)."""
        self.phrasings: npt.NDArray[np.int32] = arrays["phrasings"]
        """Which of its document's phrasings each wording is, 0 the question; shape (wordings,)."""
        self.misspellings = Misspellings(arrays)

    def __len__(self) -> int:
        return len(self.documents)

    def ranks(self, prefix: str) -> Ints:
        """Return the wordings with a word, or a beginning, that starts with `prefix`.

        Returns:
            Wording numbers, smaller is better, plus `len(self)` where it is a later word; unordered, and one wording
            may come several times; int64, shape (n,).
        """
        wanted = prefix.encode("utf-8", "surrogatepass")
        first = self._bound(wanted[:SORTED_BYTES])
        # 0xff occurs in no UTF-8: everything that begins with the prefix is smaller than this.
        last = self._bound(wanted[:SORTED_BYTES] + b"\xff")
        found: Ints = self._ranks[first:last].astype(np.int64)
        if len(wanted) <= SORTED_BYTES:
            return found
        same = [self._bytes(int(place), len(wanted)) == wanted for place in self._places[first:last]]
        kept: Ints = found[np.array(same, dtype=bool)]
        return kept

    def written(self, number: int) -> bytes:
        """Return the lookup form of a wording: equal for two that look the same to a reader."""
        start, end = int(self._starts[number]), int(self._middles[number])
        return self._bytes(start, end - start - len(STOP))

    def wordings(self, wanted: Ints | None = None) -> dict[int, list[Wording]]:
        """Return what the builder was given, by document: an update takes unchanged documents from here.

        Args:
            wanted: Numbers of documents; None takes all.
        """
        order = np.argsort(self._places, kind="stable")
        places, lengths = self._places[order].astype(np.int64), self._lengths[order]
        numbers = np.arange(len(self)) if wanted is None else np.flatnonzero(np.isin(self.documents, wanted))
        bounds = np.stack((numbers, self._starts[numbers], self._middles[numbers], self._starts[numbers + 1]), axis=1)
        found: dict[int, list[Wording]] = {}
        for number, start, middle, end in bounds.tolist():
            written, read = (self._marked(places, lengths, *span) for span in ((start, middle), (middle, end)))
            wording = Wording(int(self.documents[number]), int(self.phrasings[number]), written, read)
            found.setdefault(wording.document, []).append(wording)
        return {document: sorted(own, key=lambda wording: wording.place) for document, own in sorted(found.items())}

    def _marked(self, places: Ints, lengths: npt.NDArray[np.uint8], start: int, end: int) -> str:
        first, last = np.searchsorted(places, (start, end)).tolist()
        parts, at = [], start
        for place, length in zip(places[first:last].tolist(), lengths[first:last].tolist(), strict=True):
            if length:
                word = self._bytes(place, length)
                parts += [self._bytes(at, place - at), BEGIN.encode(), word, END.encode()]
                at = place + length
        parts.append(self._bytes(at, end - len(STOP) - at))
        return b"".join(parts).decode("utf-8", "surrogatepass")

    def _bound(self, key: bytes) -> int:
        return bisect_left(range(len(self._places)), key, key=lambda i: self._bytes(int(self._places[i]), SORTED_BYTES))

    def _bytes(self, start: int, count: int) -> bytes:
        return self._text[start : start + count].tobytes()
