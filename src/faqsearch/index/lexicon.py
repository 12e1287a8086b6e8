"""Lexicon: which words an index knows, and how they are read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

import numpy as np
import numpy.typing as npt

from faqsearch.tokens.kana import KanaLexicon, kana_key
from faqsearch.vocabulary import Keys, Numbering, Vocabulary, term_key, term_keys

Arrays = dict[str, npt.NDArray[Any]]


def lexicon_arrays(counted: Mapping[tuple[str, str], int], derived: Mapping[tuple[str, str], int]) -> Arrays:
    """Return the arrays of a `StoredReadings`: how often each word is read how.

    Args:
        counted: (reading in hiragana, term) to occurrences; the term is empty for particles and the like.
        derived: The same for terms that occurred only where nothing was counted, read one by one.
    """
    entries = sorted(
        (term_key(kana_key(reading)), reading, term, own, count)
        for own, all_of in enumerate((counted, derived))
        for (reading, term), count in all_of.items()
        if reading
    )
    lines = [f"{reading}\t{term}\n".encode("utf-8", "surrogatepass") for _, reading, term, _, _ in entries]
    groups = [(key, len(list(own))) for key, own in groupby(entry[0] for entry in entries)]
    starts = np.concatenate(([0], np.cumsum([size for _, size in groups]))).astype(np.int64)
    return {
        "reading_keys": np.array([key for key, _ in groups], dtype=np.uint64),
        "reading_starts": starts,
        "reading_places": np.concatenate(([0], np.cumsum([len(line) for line in lines]))).astype(np.int64)[starts],
        "reading_text": np.frombuffer(b"".join(lines), dtype=np.uint8),
        "reading_counts": np.array([count for *_, count in entries], dtype=np.uint32),
        "reading_derived": np.array([own for *_, own, _ in entries], dtype=np.uint8),
    }


class ReadingsBuilder:
    """Count how the words of documents are read."""

    def __init__(self) -> None:
        self._pairs: Numbering[tuple[str, str]] = Numbering()
        self._counts = np.zeros(1 << 10, dtype=np.int64)

    def add(self, readings: Mapping[tuple[str, str], int]) -> None:
        """Add occurrences of (reading, term)."""
        own = self._pairs.of(list(readings))
        if len(self._pairs) > len(self._counts):
            self._counts = np.pad(self._counts, (0, len(self._pairs)))
        self._counts[own] += np.fromiter(readings.values(), np.int64, len(readings))

    def arrays(self, terms: Iterable[tuple[str, int]], read: Callable[[str], str]) -> Arrays:
        """Return the arrays of a `StoredReadings`.

        Args:
            terms: The terms of the index, and in how many documents each stands.
            read: Gives the reading of a term that occurred only where nothing was counted.
        """
        counted = {term for _, term in self._pairs}
        # Letters and digits are read as they are, and nobody types those in kana.
        derived = {(read(term), term): df for term, df in terms if term not in counted and not term.isascii()}
        return lexicon_arrays(dict(zip(self._pairs, self._counts.tolist(), strict=False)), derived)


class StoredReadings:
    """How words are read, found by binary search over mapped memory. Implements `faqsearch.tokens.kana.Readings`.

    Two readings of more than three characters may share a key, with a chance of n**2 / 2**64 for n readings; then
    words are only taken to be commoner than they are.
    """

    def __init__(self, arrays: Arrays) -> None:
        self._keys: Keys = arrays["reading_keys"]
        self._starts: npt.NDArray[np.int64] = arrays["reading_starts"]
        self._places: npt.NDArray[np.int64] = arrays["reading_places"]
        self._text: npt.NDArray[np.uint8] = arrays["reading_text"]
        self._counts: npt.NDArray[np.uint32] = arrays["reading_counts"]
        self._derived: npt.NDArray[np.uint8] = arrays["reading_derived"]

    @property
    def total(self) -> int:
        """Occurrences of all words."""
        return int(self._counts.sum(dtype=np.int64))

    def counts(self, readings: Sequence[str]) -> list[int]:
        """Return how often words with each reading occur."""
        places = self._find(readings)
        found = np.flatnonzero(places >= 0)
        counts = [0] * len(readings)
        for i, place in zip(found.tolist(), places[found].tolist(), strict=True):
            counts[i] = int(self._counts[self._starts[place] : self._starts[place + 1]].sum(dtype=np.int64))
        return counts

    def terms(self, reading: str) -> Counter[str]:
        """Return how often each term is read like that."""
        found: Counter[str] = Counter()
        (place,) = self._find([reading]).tolist()
        if place >= 0:
            first, last = self._starts[place : place + 2].tolist()
            for (own, term), count, _ in self._entries(slice(*self._places[place : place + 2]), slice(first, last)):
                if kana_key(own) == reading:
                    found[term] += count
        return found

    def entries(self) -> Iterator[tuple[tuple[str, str], int, bool]]:
        """Yield (reading, term), its occurrences, and whether it was derived from the term alone."""
        return self._entries(slice(None), slice(None))

    def _entries(self, text: slice, rows: slice) -> Iterator[tuple[tuple[str, str], int, bool]]:
        # Not `splitlines`: a term may hold other characters that end lines.
        lines = self._text[text].tobytes().decode("utf-8", "surrogatepass").split("\n")[:-1]
        counts, derived = self._counts[rows].tolist(), self._derived[rows].tolist()
        for line, count, own in zip(lines, counts, derived, strict=True):
            reading, _, term = line.partition("\t")
            yield (reading, term), count, bool(own)

    def _find(self, readings: Sequence[str]) -> npt.NDArray[np.int64]:
        """The place of each reading among the keys, -1 for those of no word."""
        if not len(self._keys):
            return np.full(len(readings), -1, dtype=np.int64)
        wanted = term_keys(readings)
        places = np.minimum(np.searchsorted(self._keys, wanted), len(self._keys) - 1)
        return np.where(self._keys[places] == wanted, places, -1)


class Lexicon:
    """The words of an index. Safe to share between threads."""

    def __init__(self, vocabulary: Vocabulary, arrays: Arrays) -> None:
        self._vocabulary = vocabulary
        self.readings = StoredReadings(arrays)
        """How they are read."""
        self.kana = KanaLexicon(self.readings)
        """The words by reading."""

    def knows(self, terms: Sequence[str]) -> list[bool]:
        """Return for each term whether some document holds it."""
        return [number >= 0 for number in self._vocabulary.places(terms)]

    def homophones(self, reading: str) -> list[str]:
        """Return the words read like that, commonest first.

        Args:
            reading: Hiragana, by `kana_key`.
        """
        found = list(self.kana.meanings(reading))
        return [term for term, _ in found[0][1]] if len(found) == 1 and found[0][0] == reading else []
