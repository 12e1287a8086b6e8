"""Results: what one question gets back, and the JSON contract of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from faqsearch.documents import Document, Kind, Source

SCHEMA = 1
"""Version of the JSON below. Fields may be added under it; renaming or removing one needs the next number."""


@dataclass(frozen=True, slots=True)
class LegExplanation:
    """What one leg thought of a hit."""

    rank: int | None
    """1-based place in the leg's own order among the candidates; None when the leg found nothing in it."""
    score: float
    """The leg's own score, as it came (BM25 sum, or cosine)."""
    share: float
    """What the leg added to the hit's `score`: weight times normalised score."""
    terms: tuple[tuple[str, float], ...] = ()
    """Matched terms with what each added, largest first; empty for the dense leg."""
    variants: tuple[tuple[str, str, str], ...] = ()
    """Of these, the ones that are not the word asked: (term, the word as it was asked, `variant`, `reading` or
    `synonym`); only for the legs of words."""

    def to_json(self) -> dict[str, Any]:
        """Return the explanation as plain JSON values."""
        return {
            "rank": self.rank,
            "score": round(self.score, 4),
            "share": round(self.share, 4),
            "terms": [[term, round(added, 4)] for term, added in self.terms],
            "variants": [list(variant) for variant in self.variants],
        }


@dataclass(frozen=True, slots=True)
class Hit:
    """One document that was found, best first."""

    rank: int
    """1-based."""
    document: Document
    score: float
    """Fused score, 0–1, higher is better; comparable within one result only."""
    confidence: float
    """Probability, 0–1, that this hit answers the question; comparable between questions, modes and indexes."""
    snippet: str
    """The part of the answer worth showing, cut at sentence ends; plain text."""
    highlights: Sequence[tuple[int, int]]
    """(start, end) of matched words in `snippet`; found when they are first looked at."""
    matched: str
    """The phrasing or piece that matched best."""
    explanation: Mapping[str, LegExplanation] = field(default_factory=dict)
    """Leg name to what it thought; only filled when asked for."""
    copies: tuple[Document, ...] = ()
    """Other documents that say much the same and also match, best first; no hits of their own."""

    @property
    def id(self) -> str:
        """The document's id."""
        return self.document.id

    @property
    def kind(self) -> Kind:
        """`faq` or `manual`."""
        return self.document.kind

    @property
    def question(self) -> str:
        """The document's question, or its heading."""
        return self.document.question

    @property
    def answer(self) -> str:
        """The document's answer or body, whole."""
        return self.document.answer

    @property
    def source(self) -> Source:
        """Where the document stands."""
        return self.document.source

    def to_json(self) -> dict[str, Any]:
        """Return the hit as plain JSON values, in the order the contract shows them."""
        value: dict[str, Any] = {
            "rank": self.rank,
            "id": self.id,
            "kind": self.kind,
            "score": round(self.score, 4),
            "confidence": round(self.confidence, 3),
            "question": self.question,
            "answer": self.answer,
            "snippet": self.snippet,
            "matched": self.matched,
            "category": list(self.document.category),
            "tags": list(self.document.tags),
            "source": _place(self.source),
            "copies": [{"id": copy.id, "source": _place(copy.source)} for copy in self.copies],
        }
        if self.explanation:
            value["explanation"] = {name: leg.to_json() for name, leg in self.explanation.items()}
        return value


def _place(source: Source) -> dict[str, Any]:
    return {
        "path": source.path,
        "line": source.line,
        "page": source.page,
        "heading": list(source.heading),
        "url": source.url,
        "anchor": source.anchor,
    }


@dataclass(frozen=True, slots=True)
class Results:
    """What one question gets back."""

    query: str
    hits: tuple[Hit, ...]
    """Best first; empty when nothing matched, or nothing passed the filter."""
    answered: bool
    """Whether the first hit is confident enough to be shown as the answer."""
    took_ms: float
    """Milliseconds from question to results."""
    suggestions: tuple[str, ...] = ()
    """When not answered: stored questions that come nearest."""
    did_you_mean: str | None = None
    """When not answered: the question with its misspelt words replaced by stored ones."""

    def to_json(self) -> dict[str, Any]:
        """Return the results as plain JSON values; an empty result has the same shape."""
        return {
            "schema": SCHEMA,
            "query": self.query,
            "answered": self.answered,
            "took_ms": round(self.took_ms, 2),
            "hits": [hit.to_json() for hit in self.hits],
            "suggestions": list(self.suggestions),
            "did_you_mean": self.did_you_mean,
        }
