"""BM25 over character bigrams: what an engine without a Japanese dictionary does."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise

from baselines.interface import whole_text
from baselines.ranked import rank_terms
from faqsearch import Document

NAME = "bm25s, character bigrams"

_GAPS = re.compile(r"[\s\W_]+")


def rank(documents: Sequence[Document], queries: Sequence[str], k: int) -> list[list[str]]:
    """Rank with bm25s' Lucene BM25 over pairs of neighbouring characters."""
    texts = [_bigrams(whole_text(document)) for document in documents]
    return rank_terms([document.id for document in documents], texts, [_bigrams(query) for query in queries], k)


def _bigrams(text: str) -> list[str]:
    runs = _GAPS.split(unicodedata.normalize("NFKC", text).lower())
    return [pair for run in runs for pair in ([run] if len(run) == 1 else map("".join, pairwise(run)))]
