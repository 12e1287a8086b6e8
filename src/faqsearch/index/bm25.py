"""BM25 as rank-bm25 0.2.2 defines it, compiled to one weight per posting.

For a term t in a unit u with tf occurrences, unit length |u| and mean length avgdl (in terms):

    Okapi  idf(t) * tf (k1 + 1) / (tf + k1 (1 - b + b |u| / avgdl))       idf = ln((N - n + 0.5) / (n + 0.5))
    L      idf(t) * tf (k1 + 1) (c + delta) / (k1 + c + delta)            idf = ln((N + 1) / (n + 0.5))
           with c = tf / (1 - b + b |u| / avgdl)
    Plus   idf(t) * (delta + tf (k1 + 1) / (tf + k1 (1 - b + b |u| / avgdl)))   idf = ln((N + 1) / n)

Okapi's negative idf values are replaced by epsilon times the mean idf, as rank-bm25 does. Its L has a factor tf
that the paper does not have, so repeated terms do not saturate: a reason to prefer the other two. Plus gives every
unit something for every term, also units without it; that constant is kept apart (`absent`), so a unit's
rank-bm25 score is the sum of its weights plus the sum of `absent` over the terms asked.

A field may hold several units of one document (its phrasings). idf counts documents, lengths count units: ten
phrasings of one entry must not make its words look common. With one unit a document this *is* rank-bm25.

Sources: Robertson & Zaragoza 2009 (Okapi), Lv & Zhai 2011 (L: SIGIR, Plus: CIKM), rank_bm25.py 0.2.2.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from faqsearch.settings import BM25

Floats = npt.NDArray[np.float64]

# Postings are weighed a slice at a time: one that stays in the processor's cache takes half as long.
_SLICE = 1 << 16


def inverse_document_frequency(settings: BM25, df: npt.NDArray[Any], documents: int) -> Floats:
    """Return each term's idf; float64, shape (terms,).

    Args:
        settings: Variant and epsilon.
        df: Documents that hold each term; shape (terms,). A term that none holds gets 0, and no say in the mean.
        documents: Documents in the field.
    """
    known = df > 0
    n = np.where(known, df, 1).astype(np.float64)
    if settings.variant == "L":
        return np.where(known, np.log(documents + 1) - np.log(n + 0.5), 0.0)
    if settings.variant == "Plus":
        return np.where(known, np.log(documents + 1) - np.log(n), 0.0)
    idf = np.where(known, np.log(documents - n + 0.5) - np.log(n + 0.5), 0.0)
    if known.any():
        idf[idf < 0] = settings.epsilon * idf[known].mean()
    return idf


def absent_weights(settings: BM25, idf: Floats) -> Floats:
    """Return what a unit without the term gets for it; float64, shape (terms,). Zero for Okapi and L."""
    return idf * settings.delta if settings.variant == "Plus" else np.zeros_like(idf)


def posting_weights(
    settings: BM25,
    *,
    idf: Floats,
    indptr: npt.NDArray[np.int64],
    units: npt.NDArray[Any],
    tfs: npt.NDArray[Any],
    lengths: npt.NDArray[Any],
    mean: float | None = None,
) -> npt.NDArray[np.float32]:
    """Return each posting's weight, without the part in `absent_weights`; float32, shape (postings,).

    Args:
        settings: Variant and parameters.
        idf: One value per term, shape (terms,).
        indptr: Term t's postings are `indptr[t]:indptr[t + 1]`; shape (terms + 1,).
        units: The unit of each posting; shape (postings,).
        tfs: Occurrences of the term in that unit, at least 1; shape (postings,).
        lengths: Terms in each unit; shape (units,).
        mean: Mean length where these are not all units of the leg; None takes that of `lengths`.
    """
    # An index without a single term has no mean length; nothing is weighed then, so 1 will do.
    if mean is None:
        mean = float(lengths.mean(dtype=np.float64)) if len(lengths) else 1.0
    norm = 1 - settings.b + settings.b * lengths.astype(np.float64) / (mean or 1.0)
    weights = np.empty(len(units), dtype=np.float32)
    starts = np.arange(0, len(units), _SLICE)
    firsts, lasts = (
        (np.searchsorted(indptr, places, side="right") - 1).tolist()
        for places in (starts, np.minimum(starts + _SLICE, len(units)) - 1)
    )
    for start, first, last in zip(starts.tolist(), firsts, lasts, strict=True):
        part = slice(start, start + _SLICE)
        bounds = np.clip(indptr[first : last + 2], start, start + _SLICE)
        own_idf, tf = np.repeat(idf[first : last + 1], bounds[1:] - bounds[:-1]), tfs[part].astype(np.float64)
        unit_norm = norm.take(units[part])
        if settings.variant == "L":
            c = tf / unit_norm + settings.delta
            weights[part] = own_idf * tf * (settings.k1 + 1) * c / (settings.k1 + c)
        else:
            weights[part] = own_idf * (tf * (settings.k1 + 1)) / (tf + settings.k1 * unit_norm)
    return weights
