"""Term keys: every term is a 64-bit number, so that looking up a question's terms is one binary search in numpy.

Terms of up to three characters (all character bigrams, most words) are packed exactly, 21 bits a character.
Longer ones are hashed with BLAKE2b into the upper half of the number range; `Vocabulary` keeps the strings and
compares them, so two terms that share a key can never be taken for each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b
from itertools import pairwise
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from faqsearch import kernel

Keys = npt.NDArray[np.uint64]

_K = TypeVar("_K")
# Terms whose numbers a vocabulary remembers; a list longer than a question's is a build's.
_MOST_MET, _MET_AT_ONCE = 1 << 15, 256
_LONG = 1 << 63
FIRST_LONG_KEY = np.uint64(_LONG)
"""Keys from here on belong to terms of more than three characters, and do not spell them out."""


# A build asks for the same few thousand words with every batch of documents.
@lru_cache(maxsize=1 << 17)
def term_key(term: str) -> int:
    """Return the 64-bit key of `term`; equal for equal terms on every machine.

    Terms of one to three characters have keys below 2**63 and never collide; longer terms may, with a chance of
    n**2 / 2**64 for n terms.
    """
    if len(term) <= 3:
        key = 0
        for character in term:
            key = (key << 21) | ord(character)
        return key
    digest = blake2b(term.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "little") | _LONG


def term_keys(terms: Iterable[str]) -> Keys:
    """Return the keys of `terms`, in order; uint64, shape (n,)."""
    return np.fromiter(map(term_key, terms), dtype=np.uint64)


def key_terms(keys: Keys, long_terms: Sequence[str]) -> list[str]:
    """Return the terms of ascending `keys`, given those of the long ones, in order."""
    short = keys[: len(keys) - len(long_terms)]
    # A short key with its characters in two or three groups of 21 bits; unused groups at the front are zero.
    groups = np.stack([(short >> np.uint64(shift)) & np.uint64(0x1FFFFF) for shift in (42, 21, 0)], axis=1)
    return ["".join([chr(c) for c in row if c]) for row in groups.tolist()] + list(long_terms)


class Numbering(dict[_K, int]):
    """Numbers strings, or other keys, in the order in which they are first asked for; looking one up runs no Python code."""

    def __missing__(self, key: _K) -> int:
        number = self[key] = len(self)
        return number

    def of(self, keys: Sequence[_K]) -> npt.NDArray[np.int32]:
        """Return the numbers of distinct keys; int32."""
        return np.fromiter(map(self.__getitem__, keys), np.int32, len(keys))


class Vocabulary:
    """A sorted table of term keys; a term's number is its place in it."""

    def __init__(self, arrays: Mapping[str, npt.NDArray[Any]]) -> None:
        self.keys: Keys = arrays["keys"]
        """The key of each term, ascending; uint64, shape (terms,)."""
        self._offsets: npt.NDArray[np.int64] = arrays["term_offsets"]
        self._text: npt.NDArray[np.uint8] = arrays["term_text"]
        self._met: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self.keys)

    def term(self, number: int) -> str:
        """Return the term with that number."""
        start, end = int(self._offsets[number]), int(self._offsets[number + 1])
        return bytes(self._text[start:end].data).decode("utf-8", "surrogatepass")

    def __iter__(self) -> Iterator[str]:
        """Yield the terms by their numbers."""
        text = self._text.tobytes()
        for start, end in pairwise(self._offsets.tolist()):
            yield text[start:end].decode("utf-8", "surrogatepass")

    def distinct(self, numbers: npt.NDArray[Any]) -> tuple[list[str], npt.NDArray[np.int32]]:
        """Return the distinct terms among `numbers`, and the place of each number's term in them; int32."""
        seen = np.zeros(len(self), dtype=bool)
        seen[numbers] = True
        places = (np.cumsum(seen) - 1).astype(np.int32)
        return [self.term(number) for number in np.flatnonzero(seen).tolist()], places[numbers]

    def numbers(self, terms: Sequence[str]) -> npt.NDArray[np.int64]:
        """Return the number of each term, -1 for those not in the vocabulary; int64, shape (n,)."""
        if not len(self.keys) or not terms:
            return np.full(len(terms), -1, dtype=np.int64)
        if len(terms) > _MET_AT_ONCE:
            return self._found(terms)
        return np.array(self.places(terms), dtype=np.int64)

    def places(self, terms: Sequence[str]) -> list[int]:
        """Return what `numbers` does, as a list: for the few terms of a question, which is met with again."""
        if not len(self.keys):
            return [-1] * len(terms)
        # Each leg asks for the words of a question, and the next question has half of them again.
        met = self._met
        try:
            return list(map(met.__getitem__, terms))
        except KeyError:
            found: list[int] = self._found(terms).tolist()
            if len(met) > _MOST_MET:
                self._met = {}
            self._met.update(zip(terms, found, strict=True))
            return found

    def _found(self, terms: Sequence[str]) -> npt.NDArray[np.int64]:
        wanted = term_keys(terms)
        if kernel.compiled is not None:
            numbers = np.empty(len(terms), dtype=np.int64)
            kernel.compiled.numbers(self.keys, self._offsets, self._text, wanted, terms, numbers)
            return numbers
        return self._numbers(terms, wanted)

    def _numbers(self, terms: Sequence[str], wanted: Keys) -> npt.NDArray[np.int64]:
        """Do without the kernel."""
        found = np.searchsorted(self.keys, wanted)
        found[found == len(self.keys)] = 0
        numbers: npt.NDArray[np.int64] = np.where(self.keys[found] == wanted, found, -1)
        for i in np.flatnonzero((numbers >= 0) & (wanted >= np.uint64(_LONG))):
            if self.term(int(numbers[i])) != terms[int(i)]:
                numbers[i] = -1
        return numbers

    def __contains__(self, term: str) -> bool:
        return bool(self.numbers([term])[0] >= 0)


def vocabulary_arrays(terms: Sequence[str]) -> tuple[dict[str, npt.NDArray[Any]], npt.NDArray[np.int64]]:
    """Return the arrays of a Vocabulary of distinct `terms`, and each term's number in it.

    Two long terms with the same key are kept as one entry under the first of them in code point order, and both
    get its number: at a chance below 1e-6 for a million terms, one more match is better than a failed build.

    Returns:
        The arrays `keys` (uint64, sorted), `term_offsets` (int64, one more than keys) and `term_text` (uint8,
        UTF-8); and int64 numbers, shape (len(terms),).
    """
    keys, first_of, numbers = distinct_keys(terms)
    return keyed_arrays(keys, (terms[i] for i in first_of.tolist())), numbers


def distinct_keys(terms: Sequence[str]) -> tuple[Keys, npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the keys of distinct `terms`, ascending, the place of the term of each, and each term's number in them."""
    keys = term_keys(terms)
    unique, first_of, numbers = np.unique(keys, return_index=True, return_inverse=True)
    if len(unique) < len(keys):
        order = sorted(range(len(terms)), key=lambda i: terms[i])
        winner = {int(keys[i]): i for i in reversed(order)}
        first_of = np.fromiter((winner[int(k)] for k in unique), dtype=np.int64, count=len(unique))
    return unique, first_of.astype(np.int64, copy=False), numbers.astype(np.int64, copy=False)


def keyed_arrays(keys: Keys, terms: Iterable[str]) -> dict[str, npt.NDArray[Any]]:
    """Return the arrays of a Vocabulary of terms in the order of their keys, which are ascending."""
    encoded = [term.encode("utf-8", "surrogatepass") for term in terms]
    offsets = np.zeros(len(encoded) + 1, dtype=np.int64)
    np.cumsum([len(e) for e in encoded], out=offsets[1:])
    text = np.frombuffer(b"".join(encoded), dtype=np.uint8)
    return {"keys": keys, "term_offsets": offsets, "term_text": text}


def ranges(starts: npt.NDArray[np.int64], counts: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return `starts[0], starts[0] + 1, …` (`counts[0]` of them), then the same for the next; int64."""
    ends = np.cumsum(counts)
    total = int(ends[-1]) if len(ends) else 0
    return np.asarray(np.arange(total, dtype=np.int64) + np.repeat(starts - (ends - counts), counts))
