"""bm25s with faqsearch's terms: how far its Japanese analysis alone carries, in one field and with nothing else."""

from __future__ import annotations

from collections.abc import Sequence

from baselines.interface import whole_text
from baselines.ranked import rank_terms
from faqsearch import Document
from faqsearch.tokens import FugashiTokenizer

NAME = "bm25s, our terms in one field"


def rank(documents: Sequence[Document], queries: Sequence[str], k: int) -> list[list[str]]:
    """Rank with bm25s' Lucene BM25 over lemmas; question words that say little count like any other."""
    tokenizer = FugashiTokenizer()
    texts = tokenizer.words_many([whole_text(document) for document in documents])
    return rank_terms([document.id for document in documents], texts, tokenizer.words_many(list(queries)), k)
