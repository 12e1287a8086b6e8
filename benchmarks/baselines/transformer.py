"""A sentence-transformers model alone: one vector for each document, cosine, nothing else."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from baselines.interface import Ranker, whole_text
from faqsearch import Document, Settings
from faqsearch.vectors import load_encoder


def ranker(model: str) -> Ranker:
    """Return a ranker that uses `model` (a name or a path) with its published prompts."""

    def rank(documents: Sequence[Document], queries: Sequence[str], k: int) -> list[list[str]]:
        encoder = load_encoder(Settings(model=model))
        passages = encoder.encode_passages([whole_text(document) for document in documents])
        scores = encoder.encode_queries(list(queries)) @ passages.T
        order = np.argsort(-scores, axis=1, kind="stable")[:, :k]
        return [[documents[place].id for place in row] for row in order]

    return rank
