"""Asked words: what a question asks for, in the words of an index, with what each of them is worth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter

import numpy as np
import numpy.typing as npt

from faqsearch import kernel
from faqsearch.index.interface import WeightedTerm
from faqsearch.vocabulary import Vocabulary

Floats = npt.NDArray[np.float32]
_FIRST = itemgetter(0)


@dataclass(frozen=True, slots=True)
class AskedWords:
    """The words of a question that the index knows, in the order of their groups."""

    numbers: npt.NDArray[np.int64]
    """Term numbers, -1 for a phrase; shape (terms,)."""
    groups: npt.NDArray[np.int64]
    """Group of each term, 0-based and ascending; shape (terms,)."""
    weights: Floats
    """Weight of each term; shape (terms,)."""
    worth: Floats
    """Weight of each term times its idf; shape (terms,)."""
    phrases: Sequence[tuple[int, npt.NDArray[np.int64]]]
    """Place and term numbers of the phrases."""
    ceiling: float
    """What a document that holds every group at its best is worth, words the index does not know included, but
    for optional ones."""
    wanted: Floats
    """What of the ceiling is each group's, 0 for one that need not be held; shape (groups,)."""
    leads: Sequence[tuple[str, int]]
    """The word that stands for each group, and its number: the first that the index knows, or the first (-1)."""

    @property
    def starts(self) -> npt.NDArray[np.int64]:
        """First term of each group."""
        return np.flatnonzero(np.diff(self.groups, prepend=-1))


def asked_words(terms: Sequence[WeightedTerm], vocabulary: Vocabulary, idf: Floats, unknown_idf: float) -> AskedWords:
    """Return what a question asks for.

    Args:
        terms: The question's words.
        vocabulary: The words of the index.
        idf: idf of every one of them.
        unknown_idf: The largest: a word that no document holds says at least as much as the rarest one.
    """
    numbers = vocabulary.places([term.term for term in terms])
    if kernel.compiled is not None:
        room = np.empty((3, len(terms)), dtype=np.int64)
        values = np.empty((3, len(terms)), dtype=np.float32)
        held = kernel.compiled.asked_words(
            terms, numbers, idf, unknown_idf, room[0], room[1], values[0], values[1], values[2], room[2]
        )
        if held is not None:
            terms_held, count, ceiling = held
            return AskedWords(
                numbers=room[0, :terms_held],
                groups=room[1, :terms_held],
                weights=values[0, :terms_held],
                worth=values[1, :terms_held],
                phrases=(),
                ceiling=ceiling,
                wanted=values[2, :count],
                leads=[(terms[lead].term, numbers[lead]) for lead in room[2, :count].tolist()],
            )
    # -1 takes the last; it is not looked at.
    idf_of = idf.take(numbers).tolist() if len(idf) else [0.0] * len(numbers)
    groups: dict[int, int] = {}
    known: list[tuple[int, int, float, float, npt.NDArray[np.int64] | None]] = []
    best: dict[int, float] = {}
    asked_idf: dict[int, float] = {}
    leads: list[tuple[str, int]] = []
    for i, ((term, weight, own_group, phrase, optional), number) in enumerate(zip(terms, numbers, strict=True)):
        # Terms without alternatives are groups of their own.
        group = groups.setdefault(own_group if own_group >= 0 else -1 - i, len(groups))
        if group == len(leads):
            leads.append((term, number))
        elif leads[group][1] < 0 <= number:
            leads[group] = term, number
        if phrase:
            parts = vocabulary.numbers(phrase)
            if (parts >= 0).all():
                known.append((group, -1, weight, weight * float(idf[parts].max()), parts))
        elif number >= 0:
            # The word asked comes first in its group. A rarer spelling of it says no more than the word itself.
            value = weight * min(idf_of[i], asked_idf.setdefault(group, idf_of[i]))
            known.append((group, number, weight, value, None))
            if value > best.get(group, -1.0):
                best[group] = value
        else:
            asked_idf.setdefault(group, unknown_idf)
            # A known alternative says more about a group's worth than the unknown word it stands in for.
            if not optional and group not in best:
                best[group] = weight * unknown_idf
    known.sort(key=_FIRST)
    order, places, weights, worth, phrases = zip(*known, strict=True) if known else ((), (), (), (), ())
    return AskedWords(
        numbers=np.array(places, dtype=np.int64),
        groups=np.array(order, dtype=np.int64),
        weights=np.array(weights, dtype=np.float32),
        worth=np.array(worth, dtype=np.float32),
        phrases=[(place, parts) for place, parts in enumerate(phrases) if parts is not None],
        ceiling=sum(best.values()),
        wanted=np.array([best.get(group, 0.0) for group in range(len(leads))], dtype=np.float32),
        leads=leads,
    )
