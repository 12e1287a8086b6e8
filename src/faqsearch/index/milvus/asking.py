"""Asking: which documents Milvus puts first in one leg.

Milvus adds the weights of all terms asked. Where a question has alternatives for a word, or a phrase, a document's score is
less than that sum, never more: the sum is a bound, and looking further down its order finds whatever could come before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from faqsearch.index.milvus.layout import DENSE, Names

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from faqsearch.index.interface import WeightedTerm
    from faqsearch.index.milvus.engine import Engine
    from faqsearch.vectors.interface import Vectors
    from faqsearch.vocabulary import Vocabulary

MOST = 16_384
"""Rows Milvus gives for one question, at most."""
# Scores that differ by less are equal: Milvus adds float32 in another order.
_EQUAL = 1e-5


@dataclass(frozen=True, slots=True)
class Found:
    """Documents in the order of one leg, best first; of equal ones the smaller number first."""

    documents: list[int]
    scores: list[float]
    """Not less than the documents' own."""
    whole: bool
    """Whether no other document has a score above 0."""

    def first(self, count: int) -> list[int]:
        """Return the first documents."""
        return self.documents[:count]

    def bound(self, count: int) -> float:
        """Return what no document after the first `count` exceeds."""
        if count < len(self.scores):
            return self.scores[count]
        return 0.0 if self.whole or not self.scores else self.scores[-1]


def weights_asked(
    terms: Sequence[WeightedTerm], vocabulary: Vocabulary, df: npt.NDArray[np.uint32]
) -> dict[int, float]:
    """Return the sparse vector whose products with documents are their scores, or more than those.

    Args:
        terms: What a leg is asked for.
        vocabulary: The leg's.
        df: Documents that hold each of its terms.
    """
    asked: dict[int, float] = {}
    numbers = vocabulary.numbers([term.term for term in terms]).tolist()
    for term, number in zip(terms, numbers, strict=True):
        if term.phrase:
            parts = vocabulary.numbers(term.phrase)
            if (parts < 0).any():
                continue
            # No document is worth more for a phrase than for any word of it: the rarest brings the fewest.
            rarest = min(parts.tolist(), key=lambda part: int(df[part]))
            asked[rarest] = asked.get(rarest, 0.0) + term.weight
        elif number >= 0 and term.weight > 0:
            asked[number] = asked.get(number, 0.0) + term.weight
    return asked


class Asking:
    """Searches in the collections of one generation."""

    def __init__(self, engine: Engine, names: Names, number: int, whole: Sequence[str]) -> None:
        self._engine = engine
        self._names = names
        self._number = number
        self._whole = frozenset(whole)

    def lexical(self, leg: str, asked: dict[int, float], depth: int, where: str) -> Found:
        """Return the `depth` best documents of a lexical leg, and a few more."""
        if leg in self._whole:
            return self._best("", leg, asked, depth, where)
        return self._best(leg, "terms", asked, depth, where)

    def dense(self, vector: Vectors, passages: int, where: str) -> Found:
        """Return the documents of so many passages that are nearest to a vector."""
        hits = self._search(DENSE, "vector", vector[0], min(passages, MOST), where)
        return _found(hits, whole=len(hits) < passages)

    def _best(self, part: str, field: str, asked: dict[int, float], depth: int, where: str) -> Found:
        limit = 2 * depth
        while True:
            hits = self._search(part, field, asked, limit, where)
            found = _found(hits, whole=len(hits) < limit)
            # Equal scores across the end: those with the smallest numbers may not have come.
            cut = len(found.scores) <= depth or found.scores[-1] >= found.scores[depth - 1] * (1 - _EQUAL)
            if found.whole or not cut or limit == MOST:
                return found
            limit = min(4 * limit, MOST)

    def _search(self, part: str, field: str, data: Any, limit: int, where: str) -> list[tuple[int, float]]:
        owner = "document" if part else "number"
        (hits,) = self._engine.call(
            "search",
            self._names.generation(self._number, part),
            data=[data],
            anns_field=field,
            limit=limit,
            filter=where,
            output_fields=[owner],
            search_params={"metric_type": "IP", "params": {}},
        )
        return [(int(hit["entity"][owner]), float(hit["distance"])) for hit in hits]


def _found(hits: Sequence[tuple[int, float]], *, whole: bool) -> Found:
    best: dict[int, float] = {}
    for document, score in hits:
        if score > 0:
            best[document] = max(best.get(document, 0.0), score)
    # Rounded to what can be told apart: of equal scores the smaller number comes first, as in a local index.
    ordered = sorted(best.items(), key=lambda pair: (-float(f"{pair[1]:.5e}"), pair[0]))
    return Found([document for document, _ in ordered], [score for _, score in ordered], whole)
