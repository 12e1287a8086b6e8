"""Misspellings: stored words that differ from a misspelt one by a letter, found without looking at all words.

Two words within one edit of each other share a form once at most one letter is taken out of each (the symmetric
deletes of Garbe's SymSpell). The table holds every word's forms by key; a misspelt word's forms are looked up in it.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from faqsearch.index.splicing import Splice, places_within
from faqsearch.tokens.romaji import sound
from faqsearch.vocabulary import ranges, term_key

Arrays = dict[str, npt.NDArray[Any]]

# With one letter changed, a word of three is any other word.
_SHORTEST = 4
_LONGEST = 40


def comparable(written: str, read: str) -> str | None:
    """Return the form in which a word is compared with misspelt ones; None for one that is not.

    Args:
        written: The word as it stands in a wording.
        read: The same, by `to_romaji`.
    """
    form = sound(written, read)
    # No model number is a misspelling of its neighbour.
    return form if 1 < len(form) <= _LONGEST and not any(map(str.isdigit, form)) else None


def misspelling_arrays(forms: Sequence[str], held: npt.NDArray[np.int32], sizes: npt.NDArray[np.int32]) -> Arrays:
    """Return the arrays of `Misspellings`.

    Args:
        forms: Distinct forms of words, by `comparable`.
        held: The places in `forms` of each wording's distinct forms, best wording first.
        sizes: How many each wording has; shape (wordings,).
    """
    order = sorted(range(len(forms)), key=forms.__getitem__)
    encoded = [forms[place].encode("utf-8", "surrogatepass") for place in order]
    numbers = np.empty(len(forms), dtype=np.int32)
    numbers[order] = np.arange(len(forms), dtype=np.int32)
    # Those of a wording in ascending order.
    starts = np.concatenate(([0], np.cumsum(sizes, dtype=np.int64)))
    cells = np.repeat(np.arange(len(sizes)) * max(len(forms), 1), sizes) + numbers[held]
    cells.sort()
    keys = array("Q")
    counts = []
    for place in order:
        own = [term_key(key) for key in _keys(forms[place])]
        keys.extend(own)
        counts.append(len(own))
    all_keys = np.array(keys, dtype=np.uint64)
    by_key = np.argsort(all_keys, kind="stable")
    return {
        "misspelt_keys": all_keys[by_key],
        "misspelt_forms": np.repeat(np.arange(len(forms), dtype=np.int32), counts)[by_key],
        "misspelt_offsets": np.concatenate(([0], np.cumsum([len(e) for e in encoded]))).astype(np.int64),
        "misspelt_text": np.frombuffer(b"".join(encoded), dtype=np.uint8),
        **_holders(starts, (cells % max(len(forms), 1)).astype(np.int32), len(forms)),
    }


def _holders(starts: npt.NDArray[np.int64], held: npt.NDArray[np.int32], forms: int) -> Arrays:
    """The best wording with each form, and in how many it stands, from the forms of each wording, best first."""
    best = np.zeros(forms, dtype=np.int32)
    # Of several values for one place, the last stays.
    best[held[::-1]] = np.repeat(np.arange(len(starts) - 1, dtype=np.int32), np.diff(starts))[::-1]
    return {
        "misspelt_wordings": best,
        "misspelt_counts": np.bincount(held, minlength=forms).astype(np.uint32),
        "misspelt_starts": starts,
        "misspelt_held": held,
    }


def merged_misspellings(old: Arrays, added: Arrays, wordings: Splice) -> Arrays:
    """Return the arrays of `Misspellings` over all wordings.

    Args:
        old: Those of the generation before.
        added: Those of the added wordings.
        wordings: Which wordings go, and where the added ones come.
    """
    spelt, own = _texts(old), _texts(added)
    places = np.array([bisect_left(spelt, form) for form in own], dtype=np.int64)
    known = np.array([p < len(spelt) and spelt[p] == form for p, form in zip(places, own, strict=True)], dtype=bool)
    held = wordings.within(old["misspelt_starts"], added["misspelt_starts"])
    left = old["misspelt_counts"].astype(np.int64)
    left -= np.bincount(old["misspelt_held"][held.dropped], minlength=len(spelt))
    gone = left == 0
    gone[places[known]] = False
    new = np.flatnonzero(~known)
    forms = Splice(len(spelt), np.flatnonzero(gone), places[new])
    numbers = np.empty(len(own), dtype=np.int64)
    numbers[new], numbers[known] = forms.added, forms.old[places[known]]

    # The pairs of keys and forms, by key and then by form.
    chosen = np.flatnonzero(~known[added["misspelt_forms"]])
    keys, own_forms = added["misspelt_keys"][chosen], added["misspelt_forms"][chosen]
    first, last = (np.searchsorted(old["misspelt_keys"], keys, side=side) for side in ("left", "right"))
    at = places_within(old["misspelt_forms"], first, last, places[own_forms])
    pairs = Splice(len(old["misspelt_keys"]), np.flatnonzero(gone[old["misspelt_forms"]]), at)

    sizes = np.diff(added["misspelt_offsets"])[new]
    text = added["misspelt_text"][ranges(added["misspelt_offsets"][new], sizes)]
    offsets = np.concatenate(([0], np.cumsum(sizes)))
    return {
        "misspelt_keys": pairs(old["misspelt_keys"], keys),
        "misspelt_forms": pairs(forms.renumbered(old["misspelt_forms"]), numbers[own_forms]),
        "misspelt_offsets": forms.starts(old["misspelt_offsets"], offsets),
        "misspelt_text": forms.within(old["misspelt_offsets"], offsets)(old["misspelt_text"], text),
        **_holders(
            wordings.starts(old["misspelt_starts"], added["misspelt_starts"]),
            held(forms.renumbered(old["misspelt_held"]), numbers[added["misspelt_held"]]),
            len(forms),
        ),
    }


def _texts(arrays: Arrays) -> list[bytes]:
    """The forms, in order: that of their bytes is that of their characters."""
    text, offsets = arrays["misspelt_text"].tobytes(), arrays["misspelt_offsets"].tolist()
    return [text[start:end] for start, end in pairwise(offsets)]


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
