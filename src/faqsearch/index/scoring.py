"""Scoring: what a leg's units are worth for a question; and what they would be worth with other BM25 parameters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from faqsearch import kernel
from faqsearch.index.bm25 import posting_weights
from faqsearch.index.interface import Scores, WeightedTerm
from faqsearch.index.leg_scores import LegScores, LegTerms, leg_scores
from faqsearch.index.postings import Postings, largest_weights

if TYPE_CHECKING:
    from faqsearch.settings import BM25
    from faqsearch.vocabulary import Vocabulary

Numbers = npt.NDArray[np.int64]


def scores_asked(
    postings: Postings, terms: Sequence[WeightedTerm], places: Callable[[Sequence[str]], list[int]]
) -> LegScores:
    """Return the scores of a leg for the terms of a question.

    Args:
        postings: The leg's.
        terms: What it is asked for.
        places: Gives the numbers of terms in `postings`, -1 for unknown ones.

    Raises:
        IndexError: The postings are damaged.
    """
    found = places([term.term for term in terms])
    if kernel.compiled is not None:
        room = np.empty((2, len(terms)), dtype=np.int64)
        factors = np.empty(len(terms), dtype=np.float32)
        held = kernel.compiled.group_terms(terms, found, room[0], factors, room[1])
        if held is not None:
            return leg_scores(postings, LegTerms(room[0, : held[0]], factors[: held[0]], room[1, : held[1]]), ())
    groups: dict[int, list[tuple[int, float]]] = {}
    phrases = []
    for i, (number, (_, weight, group, phrase, _)) in enumerate(zip(found, terms, strict=True)):
        if phrase:
            phrases.append((phrase, weight))
        elif number >= 0:
            # Terms without alternatives are groups of their own.
            groups.setdefault(group if group >= 0 else -1 - i, []).append((number, weight))
    asked = [(places(phrase), weight) for phrase, weight in phrases]
    return leg_scores(postings, LegTerms.of(list(groups.values())), asked)


def asked_numbers(terms: Sequence[WeightedTerm], vocabulary: Vocabulary) -> Numbers:
    """Return the numbers of all terms that are looked at, those of phrases included."""
    numbers = vocabulary.numbers([word for term in terms for word in (term.term, *term.phrase)])
    return numbers[numbers >= 0]


def scores_with(
    choices: Sequence[BM25],
    postings: Postings,
    vocabulary: Vocabulary,
    terms: Sequence[WeightedTerm],
    documents: Numbers,
    mean: float,
) -> Scores:
    """Return what some documents would score if a leg had other parameters; float32, shape (choices, documents).

    Args:
        choices: Parameters; of the leg's own variant, as its idf is taken as it is.
        postings: The leg's.
        vocabulary: The leg's.
        terms: What it is asked for.
        documents: Document numbers, ascending.
        mean: Mean length of all units of the leg.
    """
    held = np.unique(asked_numbers(terms, vocabulary))
    arrays = postings.part(held, documents)

    def places(asked: Sequence[str]) -> list[int]:
        found = vocabulary.numbers(asked)
        own: list[int] = np.where(found >= 0, np.searchsorted(held, found), -1).tolist()
        return own

    scores = np.empty((len(choices), len(documents)), dtype=np.float32)
    for row, choice in zip(scores, choices, strict=True):
        weights = posting_weights(
            choice,
            idf=arrays["idf"].astype(np.float64),
            indptr=arrays["indptr"],
            units=arrays["units"],
            tfs=arrays["tfs"],
            lengths=arrays["lengths"],
            mean=mean,
        )
        most = largest_weights(weights, arrays["indptr"])
        own = Postings({**arrays, "weights": weights, "most": most}, len(documents))
        row[:] = scores_asked(own, terms, places).of(np.arange(len(documents)))
    return scores
