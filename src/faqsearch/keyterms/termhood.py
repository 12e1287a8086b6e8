"""Termhood: how much of a term a compound noun is, by the nouns it is made of.

FLR of Nakagawa and Mori, "Automatic Term Recognition based on Statistics of Compound Nouns and their Components",
Terminology 9(2), 2003: a noun that combines with many others is a concept of the field, and so is what is made of it.

    LR(N1 … NL) = (Π (left(Ni) + 1) · (right(Ni) + 1)) ^ (1 / 2L)      FLR = f(N1 … NL) · LR(N1 … NL)

`left` and `right` count the different nouns seen before and after a noun, f how often the compound stands by itself.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Mapping
from itertools import pairwise

Parts = tuple[str, ...]


def flr(counts: Mapping[Parts, float]) -> dict[Parts, float]:
    """Return the FLR of compounds.

    Args:
        counts: How often each compound stands by itself; occurrences may be weighted.
    """
    factor = _lr(counts.keys())
    return {parts: count * factor(parts) for parts, count in counts.items()}


class _lr:  # noqa: N801  # a function with memory
    """LR of a compound, after all compounds have been seen."""

    def __init__(self, compounds: Collection[Parts]) -> None:
        before: defaultdict[str, set[str]] = defaultdict(set)
        after: defaultdict[str, set[str]] = defaultdict(set)
        for parts in compounds:
            for left, right in pairwise(parts):
                before[right].add(left)
                after[left].add(right)
        self._logs = {noun: math.log((len(before[noun]) + 1) * (len(after[noun]) + 1)) for noun in {*before, *after}}

    def __call__(self, parts: Parts) -> float:
        return math.exp(sum(self._logs.get(noun, 0.0) for noun in parts) / (2 * len(parts)))
