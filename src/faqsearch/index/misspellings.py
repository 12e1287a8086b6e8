"""Misspellings: stored words that differ from a misspelt one by a letter, found without looking at all words.

Two words within one edit of each other share a form once at most one letter is taken out of each (the symmetric
deletes of Garbe's SymSpell). The table holds every word's forms by key; a misspelt word's forms are looked up in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from faqsearch.tokens.romaji import sound
from faqsearch.vocabulary import term_key

Arrays = dict[str, npt.NDArray[Any]]

# With one letter changed, a word of three is any other word.
_SHORTEST = 4
_LONGEST = 40


def misspelling_arrays(wordings: Sequence[Sequence[tuple[str, str]]]) -> Arrays:
    """Return the arrays of `Misspellings`.

    Args:
        wordings: For each wording, best first, its words as written and as read.
    """
    sounds = {word: sound(*word) for word in {word for words in wordings for word in words}}
    counts: dict[str, list[int]] = {}
    for number, words in enumerate(wordings):
        for form in {sounds[word] for word in words}:
            # No model number is a misspelling of its neighbour.
            if 1 < len(form) <= _LONGEST and not any(character.isdigit() for character in form):
                counts.setdefault(form, [number, 0])[1] += 1
    forms = sorted(counts)
    pairs = sorted((term_key(key), number) for number, form in enumerate(forms) for key in _keys(form))
    encoded = [form.encode("utf-8", "surrogatepass") for form in forms]
    return {
        "misspelt_keys": np.array([key for key, _ in pairs], dtype=np.uint64),
        "misspelt_forms": np.array([number for _, number in pairs], dtype=np.int32),
        "misspelt_offsets": np.concatenate(([0], np.cumsum([len(e) for e in encoded]))).astype(np.int64),
        "misspelt_text": np.frombuffer(b"".join(encoded), dtype=np.uint8),
        "misspelt_wordings": np.array([counts[form][0] for form in forms], dtype=np.int32),
        "misspelt_counts": np.array([counts[form][1] for form in forms], dtype=np.uint32),
    }


class Misspellings:
    """The read side. Safe to share between threads."""

    def __init__(self, arrays: Arrays) -> None:
        self._keys: npt.NDArray[np.uint64] = arrays["misspelt_keys"]
        self._forms: npt.NDArray[np.int32] = arrays["misspelt_forms"]
        self._offsets: npt.NDArray[np.int64] = arrays["misspelt_offsets"]
        self._text: npt.NDArray[np.uint8] = arrays["misspelt_text"]
        self._wordings: npt.NDArray[np.int32] = arrays["misspelt_wordings"]
        self._counts: npt.NDArray[np.uint32] = arrays["misspelt_counts"]

    def nearest(self, form: str, *, exact: bool = False) -> tuple[str, int] | None:
        """Return the stored word that a misspelt one was meant to be, and the number of a wording that has it.

        The same sound comes before one edit (a letter too many, missing, wrong, or two swapped), then the commoner
        word.

        Args:
            form: The misspelt word, by `sound`.
            exact: Take only words of the same sound.
        """
        if len(form) > _LONGEST:
            return None
        keys = np.fromiter((term_key(key) for key in _keys(form)), dtype=np.uint64)
        firsts, lasts = np.searchsorted(self._keys, keys), np.searchsorted(self._keys, keys, side="right")
        found = {int(n) for a, b in zip(firsts, lasts, strict=True) for n in self._forms[a:b]}
        ranked = []
        for number in found:
            word = self._form(number)
            distance = 0 if word == form else 1
            if distance == 0 or (not exact and min(len(word), len(form)) >= _SHORTEST - 1 and _one_edit(word, form)):
                ranked.append((distance, -int(self._counts[number]), word, int(self._wordings[number])))
        return min(ranked)[2:] if ranked else None

    def _form(self, number: int) -> str:
        start, end = int(self._offsets[number]), int(self._offsets[number + 1])
        return self._text[start:end].tobytes().decode("utf-8", "surrogatepass")


def _keys(form: str) -> Iterator[str]:
    """Yield a form, and, when it is long enough, what is left of it without one of its letters."""
    yield form
    if len(form) >= _SHORTEST:
        yield from sorted({form[:i] + form[i + 1 :] for i in range(len(form))})


def _one_edit(a: str, b: str) -> bool:
    """Whether one letter changed, added or left out, or two neighbours swapped, make `b` of `a`."""
    start = 0
    while start < min(len(a), len(b)) and a[start] == b[start]:
        start += 1
    a, b = a[start:], b[start:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[:2] == b[1::-1] and a[2:] == b[2:])
