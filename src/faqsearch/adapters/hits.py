"""A hit as frameworks pass it on: one text, and flat metadata."""

from __future__ import annotations

from typing import Any

from faqsearch.results import Hit

CITED = ("id", "source", "url")
"""The metadata an answer is cited by; the rest is for programs."""


def hit_text(hit: Hit) -> str:
    """Return what a language model should read: an answer alone does not always say what it answers."""
    return f"{hit.question}\n\n{hit.answer}"


def hit_metadata(hit: Hit, *, answered: bool) -> dict[str, Any]:
    """Return what else is known about a hit: strings, numbers and flags; what a source does not say is left out.

    Args:
        hit: One hit of a result.
        answered: Whether the result has a confident answer.
    """
    source = hit.source
    known = {
        "id": hit.id,
        "source": source.place,
        "url": source.url,
        "path": source.path,
        "line": source.line,
        "page": source.page,
        "kind": hit.kind,
        "category": " > ".join(hit.document.category) or None,
        "question": hit.question,
        "confidence": hit.confidence,
        "score": hit.score,
        "answered": answered,
    }
    return {name: value for name, value in known.items() if value is not None}
