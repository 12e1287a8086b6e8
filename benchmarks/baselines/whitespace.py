"""rank-bm25 on white space: what the first example of its README gives on Japanese."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from rank_bm25 import BM25Okapi

from baselines.interface import whole_text
from faqsearch import Document

NAME = "rank-bm25, split at white space"


def rank(documents: Sequence[Document], queries: Sequence[str], k: int) -> list[list[str]]:
    """Rank with BM25Okapi over `str.split`; documents that share no word with the question are left out."""
    texts = [whole_text(document).split() for document in documents]
    bm25 = BM25Okapi(texts)
    holders = [set(words) for words in texts]
    rankings = []
    for query in queries:
        words = query.split()
        scores = bm25.get_scores(words)
        order = [place for place in np.argsort(-scores, kind="stable") if holders[place].intersection(words)]
        rankings.append([documents[place].id for place in order[:k]])
    return rankings
