"""Ranking by bm25s, shared by the baselines that differ in their terms only."""

from __future__ import annotations

from collections.abc import Sequence

import bm25s
import numpy as np


def rank_terms(
    ids: Sequence[str], texts: Sequence[Sequence[str]], queries: Sequence[Sequence[str]], k: int
) -> list[list[str]]:
    """Rank documents by bm25s with its defaults (Lucene, k1 1.5, b 0.75).

    Args:
        ids: Document ids.
        texts: Terms of each document.
        queries: Terms of each question.
        k: Documents wanted for each question, at most; those that share no term with it are left out.
    """
    retriever = bm25s.BM25()
    retriever.index([list(terms) for terms in texts], show_progress=False)
    rankings = []
    for terms in queries:
        known = [term for term in terms if term in retriever.vocab_dict]
        scores = retriever.get_scores(known) if known else np.zeros(len(ids), dtype=np.float32)
        order = np.argsort(-scores, kind="stable")[:k]
        rankings.append([ids[place] for place in order if scores[place] > 0])
    return rankings
