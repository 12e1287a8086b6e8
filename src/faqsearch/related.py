"""Related: the documents nearest to one document, for "see also"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from operator import add
from typing import TYPE_CHECKING, Any

import numpy as np

from faqsearch.documents import Document
from faqsearch.index.interface import Question
from faqsearch.results import SCHEMA
from faqsearch.tokens import Tokenizer
from faqsearch.vectors.interface import unit_rows

if TYPE_CHECKING:
    from faqsearch.index.interface import Index

# Nearest documents looked at; most that are dropped are copies of one text.
_POOL = 30
# What belonging to the same category is worth beside a cosine; half the path in common is worth half of it.
_CATEGORY = 0.1
# Two texts that share this much of what they are made of say the same to a reader.
_SAME = 0.95
# Characters of an answer that are compared: a section of a manual may be a book.
_COMPARED = 2_000


@dataclass(frozen=True, slots=True)
class Related:
    """A document near another one."""

    document: Document
    score: float
    """Cosine of both documents' vectors, and up to 0.1 more for a common category; higher is nearer."""

    def to_json(self) -> dict[str, Any]:
        """Return it as plain JSON values."""
        source = self.document.source
        return {
            "id": self.document.id,
            "kind": self.document.kind,
            "score": round(self.score, 4),
            "question": self.document.question,
            "category": list(self.document.category),
            "source": {"path": source.path, "line": source.line, "page": source.page, "url": source.url},
        }


def related_value(document_id: str, found: Sequence[Related]) -> dict[str, Any]:
    """Return the JSON value of what `related` found for a document."""
    return {"schema": SCHEMA, "id": document_id, "related": [one.to_json() for one in found]}


def related(index: Index, tokenizer: Tokenizer, document_id: str, *, k: int) -> list[Related]:
    """Return up to `k` documents near one, nearest first, each saying something else.

    Args:
        index: Where the documents are.
        tokenizer: The one the index was made with.
        document_id: Whose neighbours.
        k: Documents wanted, at most.

    Raises:
        DocumentNotFound: No document has that id.
    """
    number = index.number(document_id)
    (document,) = index.documents([number])
    near = _near(index, number, document)
    found: list[Related] = []
    seen = [_said(document, tokenizer)]
    # A document at a time: reading all of the pool would take longer than finding it.
    for other, score in sorted(near.items(), key=lambda pair: (-pair[1], pair[0])):
        if len(found) == k:
            break
        (candidate,) = index.documents([other])
        said = _said(candidate, tokenizer)
        if not any(_same(said, before) for before in seen):
            seen.append(said)
            found.append(Related(candidate, score))
    return found


def _near(index: Index, number: int, document: Document) -> dict[int, float]:
    """The numbers and scores of the nearest documents, in all of the index and in the document's own category."""
    vectors = index.vectors(number)
    if not vectors.any():
        return {}
    asked = Question(terms={}, vector=unit_rows(vectors.sum(axis=0, keepdims=True)))
    cosines: dict[int, float] = {}
    for where in (None, {"category": " > ".join(document.category)}) if document.category else (None,):
        candidates = index.candidates(asked, depth=_POOL, where=where)
        cosines |= dict(zip(candidates.documents.tolist(), candidates.scores["dense"].tolist(), strict=True))
    cosines.pop(number, None)
    numbers = list(cosines)
    shared = [_shared(document.category, other.category) for other in index.documents(numbers)]
    return {n: cosines[n] + _CATEGORY * share for n, share in zip(numbers, shared, strict=True)}


def _shared(a: Sequence[str], b: Sequence[str]) -> float:
    """The share of two category paths that they have in common, from the top; 0–1."""
    same = np.cumprod([x == y for x, y in zip(a, b, strict=False)]).sum()
    return float(same) / max(len(a), len(b), 1)


def _said(document: Document, tokenizer: Tokenizer) -> tuple[tuple[str, ...], frozenset[str]]:
    """What a document asks, word by word, and those words with the pairs of characters of its answer.

    Words of answers would tell no more, and cutting ten of them takes longer than all the rest.
    """
    asked = tokenizer.words(document.question)
    told = "".join(document.answer[:_COMPARED].split())
    return tuple(asked), frozenset((*asked, *map(add, told, told[1:])))


def _same(a: tuple[tuple[str, ...], frozenset[str]], b: tuple[tuple[str, ...], frozenset[str]]) -> bool:
    return a[0] == b[0] or len(a[1] & b[1]) >= _SAME * len(a[1] | b[1])
