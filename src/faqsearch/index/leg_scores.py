"""Scores of a leg: the documents a lexical leg finds best, and what it thinks of others.

Most of a question's postings belong to words and character pairs that nearly every document has. The kernel reads them only
for documents that rarer ones brought up, once there are enough of those that no other could come before them; what
it gives is what scoring every document gives (`WholeScores`), ties included.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from faqsearch import kernel
from faqsearch.index.interface import Scores
from faqsearch.index.postings import Group, Ints, Postings
from faqsearch.index.selection import best, collapse
from faqsearch.vocabulary import ranges

# Documents up to which scoring all of them is faster than leaving most out.
_FEW = 40_000
Phrase = tuple[Sequence[int], float]
"""Term numbers (-1 for a word the index does not know) and a factor: a unit that holds all of them has at least what the
least of them is worth."""
Allowed = npt.NDArray[np.bool_] | None
"""Documents that may be found, shape (documents,); None for all."""


class LegTerms(NamedTuple):
    """What a leg is asked for: groups of alternatives, one after the other; a unit scores the best of each."""

    numbers: Ints
    """Of the terms; none is -1."""
    factors: Scores
    """What each counts."""
    sizes: Ints
    """Terms of each group; none is empty."""

    @classmethod
    def of(cls, groups: Sequence[Group]) -> LegTerms:
        """Return groups as arrays."""
        terms = [term for group in groups for term in group]
        return cls(
            np.array([number for number, _ in terms], dtype=np.int64),
            np.array([factor for _, factor in terms], dtype=np.float32),
            np.array([len(group) for group in groups], dtype=np.int64),
        )

    def groups(self) -> list[Group]:
        """Return them one by one."""
        terms = iter(zip(self.numbers.tolist(), self.factors.tolist(), strict=True))
        return [list(islice(terms, size)) for size in self.sizes.tolist()]


class LegScores(Protocol):
    """The scores of one leg for one question."""

    def best(self, depth: int, allowed: Allowed = None) -> tuple[Ints, Scores]:
        """Return the `depth` best documents that have a score, ascending, and their scores; ties go to the smaller number."""
        ...

    def of(self, documents: Ints) -> Scores:
        """Return the scores of documents (ascending): of the best unit of each, 0 for one without units."""
        ...

    def of_units(self, units: Ints) -> Scores:
        """Return the scores of units (ascending)."""
        ...


def leg_scores(postings: Postings, terms: LegTerms, phrases: Sequence[Phrase]) -> LegScores:
    """Return the scores of a leg.

    Args:
        postings: The leg's.
        terms: What is asked for.
        phrases: Likewise.

    Raises:
        IndexError: The postings are damaged. Also when the answer is asked for scores.
    """
    if kernel.compiled is None:
        return WholeScores(postings, postings.group_scores(terms.groups()), phrases)
    compiled = _Compiled(kernel.compiled, postings, terms, phrases)
    return compiled if postings.documents > _FEW else WholeScores(postings, compiled.every(), phrases)


class WholeScores:
    """The scores of all units.

    Args:
        postings: The leg's.
        scores: What `Postings.group_scores` gives; changed in place.
        phrases: As for `leg_scores`.
    """

    def __init__(self, postings: Postings, scores: Scores, phrases: Sequence[Phrase]) -> None:
        self._postings = postings
        self._units = scores
        for phrase in phrases:
            units, worth = postings.phrase(*phrase)
            self._units[units] = np.maximum(self._units[units], worth)
        one = postings.one_unit_per_document
        self._documents = self._units if one else collapse(self._units, postings.unit_documents, postings.documents)

    def best(self, depth: int, allowed: Allowed = None) -> tuple[Ints, Scores]:
        """Return the best documents and their scores."""
        scores = self._documents if allowed is None else np.where(allowed, self._documents, np.float32(0))
        found = best(scores, depth)
        return found, scores[found]

    def of(self, documents: Ints) -> Scores:
        """Return the scores of documents."""
        return self._documents[documents]

    def of_units(self, units: Ints) -> Scores:
        """Return the scores of units."""
        return self._units[units]


class _Compiled:
    """What the kernel finds."""

    def __init__(self, compiled: Any, postings: Postings, terms: LegTerms, phrases: Sequence[Phrase]) -> None:
        self._compiled = compiled
        self._postings = postings
        self._asked = terms
        self._phrases = [postings.phrase(*phrase) for phrase in phrases]

    def every(self) -> Scores:
        """The scores of all units, without phrases."""
        postings = self._postings
        scores = np.empty(len(postings.unit_documents), dtype=np.float32)
        self._compiled.scores(postings.indptr, postings.units, postings.weights, *self._asked, scores)
        return scores

    def best(self, depth: int, allowed: Allowed = None) -> tuple[Ints, Scores]:
        postings = self._postings
        depth = max(min(depth, postings.documents), 0)
        found, scores = np.empty(depth, dtype=np.int64), np.empty(depth, dtype=np.float32)
        count = self._compiled.best_of_leg(
            postings.indptr,
            postings.units,
            postings.weights,
            postings.most,
            _NO_OWNERS if postings.one_unit_per_document else postings.unit_documents,
            *self._asked,
            _NOT_FILTERED if allowed is None else allowed,
            found,
            scores,
            postings.documents,
        )
        found, scores = found[:count], scores[:count]
        if not self._phrases:
            return found, scores
        # A document among the best is so by its words, or by one of the phrases.
        raised = [self._best_of_phrase(units, worth, depth, allowed) for units, worth in self._phrases]
        found = np.array(sorted(set(np.concatenate((found, *raised)).tolist())), dtype=np.int64)
        scores = self.of(found)
        places = best(scores, depth)
        return found[places], scores[places]

    def _best_of_phrase(
        self, units: npt.NDArray[np.int32], worth: npt.NDArray[np.float32], depth: int, allowed: Allowed
    ) -> Ints:
        owners = self._postings.unit_documents[units]
        starts = np.flatnonzero(np.diff(owners, prepend=-1))
        documents = owners[starts].astype(np.int64)
        scores = np.maximum.reduceat(worth, starts) if len(starts) else worth
        if allowed is not None:
            scores = np.where(allowed[documents], scores, np.float32(0))
        return documents[best(scores, depth)]

    def of(self, documents: Ints) -> Scores:
        postings = self._postings
        if postings.one_unit_per_document:
            return self.of_units(documents)
        starts = np.searchsorted(postings.unit_documents, documents)
        counts = np.searchsorted(postings.unit_documents, documents, side="right") - starts
        scores = np.zeros(len(documents), dtype=np.float32)
        held = np.flatnonzero(counts)
        if len(held):
            firsts = (np.cumsum(counts) - counts)[held]
            scores[held] = np.maximum.reduceat(self.of_units(ranges(starts, counts)), firsts)
        return scores

    def of_units(self, units: Ints) -> Scores:
        postings = self._postings
        scores = np.empty(len(units), dtype=np.float32)
        self._compiled.scores_of_units(
            postings.indptr, postings.units, postings.weights, *self._asked, units.astype(np.int64, copy=False), scores
        )
        for held, worth in self._phrases:
            if len(held):
                places = np.minimum(np.searchsorted(held, units), len(held) - 1)
                scores = np.where(held[places] == units, np.maximum(scores, worth[places]), scores)
        return scores


_NO_OWNERS = np.empty(0, dtype=np.int32)
_NOT_FILTERED = np.empty(0, dtype=np.bool_)
