"""What every baseline is: documents and questions in, rankings of document ids out."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from faqsearch import Document

Ranker = Callable[[Sequence[Document], Sequence[str], int], list[list[str]]]
"""(documents, questions, k) to the ids of at most k documents for each question, best first."""


def whole_text(document: Document) -> str:
    """Return question, other phrasings and answer as one text: what a system without fields indexes."""
    return "\n".join((*document.all_phrasings, document.answer))
