"""Copies: documents that say much the same as an earlier one, such as a section that stands on two pages.

Two documents are copies when they ask the same (but for width, case and punctuation), name the same numbers and Latin
words in the same order (one price, version or option more is another answer), and share nine tenths of the character
5-grams of their answers (Jaccard). Candidates come from MinHash with banding
(Broder 1997; Leskovec, Rajaraman and Ullman, "Mining of Massive Datasets", 3.4), and are then compared in full, so chance
can only miss a pair: one in five thousand at the threshold. Everything is a function of the documents in their order.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from faqsearch.documents import Document
from faqsearch.index.splicing import Moves
from faqsearch.text import fold
from faqsearch.vocabulary import Keys, term_key

Numbers = npt.NDArray[np.int32]

# Most short answers that are alike (なし。, 次を参照してください。) answer different things.
_SHORTEST = 50
_ALIKE = 0.9
_GRAM = 5
# 1 - (1 - 0.9^4)^8 = 0.9998 of the pairs at the threshold become candidates, 0.4 of those at one half, 0.001 at one tenth.
_BANDS, _ROWS = 8, 4
_SEEDS = np.arange(1, _BANDS * _ROWS + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
# The characters of a gram as digits of one number, modulo 2**64.
_POWERS = np.uint64(0x100000001B3) ** np.arange(_GRAM, dtype=np.uint64)
_EXACT = re.compile("[a-z0-9]+")


def asked_key(document: Document) -> int:
    """Return the key of what a document asks, which copies have in common; 0 when it is too short to have any."""
    return term_key(_bare(document.question)) if len(document.answer) >= _SHORTEST else 0


def find_originals(asked: Keys, read: Callable[[int], Document], before: tuple[Numbers, Keys] | None = None) -> Numbers:
    """Return for each document the number of the first that says much the same: its own when it is that one.

    Args:
        asked: What `asked_key` says of each document; shape (documents,).
        read: Gives a document by its number; asked only for those that ask the same as another.
        before: What is known from before, and the keys of questions that other documents ask now.

    Returns:
        int32, shape (documents,); -1 where no other says the same.
    """
    found = np.full(len(asked), -1, dtype=np.int32) if before is None else before[0]
    order = np.argsort(asked, kind="stable")
    bounds = np.flatnonzero(np.diff(asked[order], prepend=np.uint64(0)))
    sizes = np.diff(bounds, append=len(order))
    wanted = sizes > 1 if before is None else np.isin(asked[order[bounds]], before[1])
    for first, size in zip(bounds[wanted].tolist(), sizes[wanted].tolist(), strict=True):
        numbers = order[first : first + size].tolist()
        found[numbers] = -1
        if size > 1:
            _mark(found, numbers, list(map(read, numbers)))
    return found


def moved_originals(
    old: Mapping[str, npt.NDArray[Any]], tables: Mapping[str, npt.NDArray[Any]], moves: Moves
) -> tuple[Numbers, Keys]:
    """Return what `find_originals` takes as known from before.

    Args:
        old: `originals` and `asked_keys` of the generation before.
        tables: `asked_keys` of all documents.
        moves: Where the documents come from.
    """
    documents = moves.documents
    numbers = np.append(documents.old, -1)[old["originals"]].astype(np.int32)
    found = documents(numbers, np.full(len(documents.at), -1))
    changed = (old["asked_keys"][documents.dropped], tables["asked_keys"][documents.added])
    return found, np.concatenate(changed)


def count_copies(originals: Numbers) -> int:
    """Return how many documents are copies of an earlier one."""
    return int(np.count_nonzero((originals >= 0) & (originals != np.arange(len(originals)))))


@dataclass(frozen=True, slots=True)
class _Said:
    """What an answer says."""

    answer: str
    bands: tuple[bytes, ...] = field(repr=False)

    def grams(self) -> frozenset[str]:
        """The character 5-grams of the answer."""
        return frozenset(self.answer[i : i + _GRAM] for i in range(max(1, len(self.answer) - _GRAM + 1)))


def _exact(document: Document) -> tuple[str, tuple[str, ...]]:
    """What copies have in common to the letter: the question, and the numbers and Latin words of the answer."""
    return _bare(document.question), tuple(_EXACT.findall(fold(document.answer)))


def _said(document: Document) -> _Said:
    answer = _bare(document.answer)
    points = np.frombuffer(answer.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)
    points = np.pad(points, (0, max(0, _GRAM - len(points))))
    keys = np.lib.stride_tricks.sliding_window_view(points, _GRAM) @ _POWERS
    least = _mixed(keys, _SEEDS[:, None]).min(axis=1).reshape(_BANDS, _ROWS)
    return _Said(answer, tuple(bytes([band]) + row.tobytes() for band, row in enumerate(least)))


def _mixed(keys: Keys, seeds: Keys) -> Keys:
    """Random orders of keys, one for each seed (splitmix64, Steele, Lea and Flood 2014); shape (seeds, keys)."""
    z = keys + seeds
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def _mark(found: Numbers, numbers: Sequence[int], documents: Sequence[Document]) -> None:
    """Write down the original of each copy among documents that ask the same."""
    alike: dict[object, list[int]] = {}
    for place, document in enumerate(documents):
        alike.setdefault(_exact(document), []).append(place)
    for same in alike.values():
        if len(same) > 1:
            _mark_alike(found, [numbers[place] for place in same], [_said(documents[place]) for place in same])


def _mark_alike(found: Numbers, numbers: Sequence[int], said: Sequence[_Said]) -> None:
    """Do so among documents that have to the letter in common what copies have."""
    places: dict[bytes, list[int]] = {}
    for place, own in enumerate(said):
        near = sorted({other for band in own.bands for other in places.get(band, ())})
        original = next((other for other in near if _alike(said[other].grams(), own.grams())), None)
        if original is None:
            # Copies of copies are compared with the original, so that all of a group are alike to one.
            for band in own.bands:
                places.setdefault(band, []).append(place)
        else:
            found[numbers[original]] = found[numbers[place]] = numbers[original]


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    return len(one & other) >= _ALIKE * len(one | other)


def _bare(text: str) -> str:
    """Letters and digits alone, in one form."""
    return "".join(filter(str.isalnum, fold(text)))
