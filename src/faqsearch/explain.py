"""Explain: what each leg thinks of a document, and why one is not among the hits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from faqsearch.documents import Document
from faqsearch.index.facets import Where, document_facets, facet_term
from faqsearch.index.interface import Candidates, Question
from faqsearch.legs import Asked
from faqsearch.passages import phrasings
from faqsearch.ranking import Ranking, fuse, ranks
from faqsearch.repeats import REPEAT, lead
from faqsearch.results import SCHEMA, LegExplanation
from faqsearch.tokens import QueryTerm

if TYPE_CHECKING:
    from faqsearch.index.interface import Index

# From this share of a phrasing on, a hit is said to match the phrasing, not a sentence of its answer.
_SAME_QUESTION = 0.5


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a search thinks of one document."""

    query: str
    document: Document
    rank: int | None
    """1-based place in the fused order; None when no leg had it among its best."""
    score: float
    """Fused score, 0–1; 0 without a rank."""
    candidates: int
    """Documents that some leg had among its best."""
    filtered: tuple[str, ...]
    """The filters it does not pass, as `field=value`; not a candidate because of them."""
    lacks: tuple[str, ...]
    """Words of the question that it holds in no spelling."""
    legs: Mapping[str, LegExplanation]
    """What each leg thinks of it; for one that is no candidate, the legs that bring candidates in."""
    entry: Mapping[str, float]
    """Leg to the least score that made a document a candidate; 0 when the leg found nothing."""

    def to_json(self) -> dict[str, Any]:
        """Return the explanation as plain JSON values."""
        return {
            "schema": SCHEMA,
            "query": self.query,
            "id": self.document.id,
            "question": self.document.question,
            "rank": self.rank,
            "score": round(self.score, 4),
            "candidates": self.candidates,
            "filtered": list(self.filtered),
            "lacks": list(self.lacks),
            "legs": {
                name: {**leg.to_json(), "entry": round(self.entry[name], 4) if name in self.entry else None}
                for name, leg in self.legs.items()
            },
        }


def explain_hit(
    index: Index, asked: Question, words: Sequence[QueryTerm], candidates: Candidates, ranking: Ranking, place: int
) -> dict[str, LegExplanation]:
    """Return what each leg thinks of a candidate.

    Args:
        index: Where the candidates come from.
        asked: The question.
        words: Its words, as they were understood.
        candidates: What the legs found.
        ranking: Their fusion.
        place: The candidate, 0-based among all.
    """
    number = int(candidates.documents[place])
    explained = {}
    for leg, scores in candidates.scores.items():
        score = float(scores[place])
        terms = asked.terms.get(leg, ())
        held = tuple(index.term_scores(leg, terms, number)) if terms else ()
        explained[leg] = LegExplanation(
            rank=int(ranks(scores)[place]) if score > 0 else None,
            score=score,
            share=float(ranking.shares[leg][place]) if leg in ranking.shares else 0.0,
            terms=held,
            variants=_variants(leg, held, words),
        )
    if REPEAT in ranking.shares and ranking.shares[REPEAT][place] > 0:
        explained[REPEAT] = LegExplanation(rank=1, score=1.0, share=float(ranking.shares[REPEAT][place]))
    return explained


def _variants(
    leg: str, held: Sequence[tuple[str, float]], words: Sequence[QueryTerm]
) -> tuple[tuple[str, str, str], ...]:
    """The terms a document holds in place of a word as it was asked; the legs of characters have no words."""
    if leg not in ("document", "question"):
        return ()
    other = {word.term: (word.term, word.surface, word.origin) for word in words if word.origin not in ("word", "part")}
    return tuple(other[term] for term, _ in held if term in other)


class Matched(NamedTuple):
    """What of a document matched best."""

    text: str
    """A phrasing, or a sentence of its answer."""
    sentence: tuple[int, int]
    """Start and end of the best sentence of its answer; (0, 0) where there is none."""


def matched(documents: Sequence[Document], candidates: Candidates, places: npt.NDArray[np.int64]) -> list[Matched]:
    """Return what of some candidates matched best.

    Args:
        documents: The candidates at `places`.
        candidates: What the legs found.
        places: Places in the candidates.
    """
    numbers, sentences = candidates.phrasings[places].tolist(), candidates.sentences[places].tolist()
    # A phrasing half of which was asked for is what the question meant; else the answer said it.
    same = (candidates.scores["focus"][places] >= _SAME_QUESTION).tolist() if len(places) else []
    found = []
    for document, number, (first, last), asks_it in zip(documents, numbers, sentences, same, strict=True):
        if asks_it or first == last:
            asked = phrasings(document)
            text = asked[min(number, len(asked) - 1)]
        else:
            text = document.answer[first:last].strip()
        found.append(Matched(text, (first, last)))
    return found


def explain_document(
    index: Index,
    query: str,
    understood: Asked,
    asked: Question,
    document_id: str,
    *,
    depth: int,
    where: Where | None,
) -> Explanation:
    """Return what a search thinks of one document, found or not.

    Args:
        index: What was searched.
        query: The question as it was asked.
        understood: Its words.
        asked: The same as the index takes it.
        document_id: The document.
        depth: Documents that each leg may bring in.
        where: The filters.

    Raises:
        DocumentNotFound: No document has that id.
        SettingsError: `where` names a field no document has.
    """
    number = index.number(document_id)
    (document,) = index.documents([number])
    candidates = index.candidates(asked, depth=depth, where=where)
    fused = fuse(candidates, index.manifest.settings.weights, index.manifest.settings.fusion)
    ranking = lead(index, query, candidates, fused).ranking
    place = int(np.searchsorted(candidates.documents, number))
    found = place < len(candidates) and int(candidates.documents[place]) == number
    held = {term for term, _ in index.term_scores("document", asked.terms["document"], number)}
    groups = {word.group for word in understood.words if word.term in held}
    return Explanation(
        query=query,
        document=document,
        rank=int(np.flatnonzero(ranking.order == place)[0]) + 1 if found else None,
        score=float(ranking.scores[place]) if found else 0.0,
        candidates=len(candidates),
        filtered=tuple(_failed(document, where or {})),
        lacks=tuple(dict.fromkeys(word.surface for word in understood.words if word.group not in groups)),
        legs=explain_hit(index, asked, understood.words, candidates, ranking, place)
        if found
        else _outside(index, asked, understood.words, number),
        entry=_entry(asked, candidates, depth),
    )


def _failed(document: Document, where: Where) -> Iterator[str]:
    """Yield the filters that a document does not pass."""
    facets = set(document_facets(document))
    for field, values in where.items():
        wanted = [values] if isinstance(values, str) else list(values)
        if not any(facet_term(field, value) in facets for value in wanted):
            yield f"{field}={' or '.join(wanted)}"


def _outside(index: Index, asked: Question, words: Sequence[QueryTerm], number: int) -> dict[str, LegExplanation]:
    """What the legs that bring candidates in think of a document that none of them did."""
    legs = {}
    for leg, terms in asked.terms.items():
        matched = tuple(index.term_scores(leg, terms, number))
        score, variants = sum(score for _, score in matched), _variants(leg, matched, words)
        legs[leg] = LegExplanation(rank=None, score=score, share=0.0, terms=matched, variants=variants)
    if asked.vector is not None:
        cosine = float((index.vectors(number) @ asked.vector[0]).max(initial=0))
        legs["dense"] = LegExplanation(rank=None, score=cosine, share=0.0)
    return legs


def _entry(asked: Question, candidates: Candidates, depth: int) -> dict[str, float]:
    """The least score that made a document a candidate, for each leg that brings candidates in."""
    entry = {}
    for leg in (*asked.terms, *(["dense"] if asked.vector is not None else [])):
        best = np.sort(candidates.scores[leg])[::-1][:depth]
        entry[leg] = float(best[best > 0].min(initial=np.inf)) if best.any() else 0.0
    return entry
