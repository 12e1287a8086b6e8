"""Answering: one question, asked of one generation: terms and vector → candidates → ranking → confidence → snippets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, NamedTuple

from faqsearch.confidence import confidences, threshold
from faqsearch.explain import Explanation, explain_document, explain_hit, matched
from faqsearch.index.facets import Where
from faqsearch.index.interface import Candidates, Question
from faqsearch.legs import DENSE_LEGS, LEXICAL_LEGS, Asked, checked, question, understand
from faqsearch.opened import Opened
from faqsearch.ranking import fuse, without_copies
from faqsearch.repeats import lead
from faqsearch.results import Hit, Results
from faqsearch.snippets import snippet
from faqsearch.synonyms import Synonyms
from faqsearch.vectors.builtin import BuiltinEncoder

if TYPE_CHECKING:
    from faqsearch.vectors.interface import Vectors

# Documents each leg may bring in: 60 rank the judged sets as 100 do, but for one right entry of our corpus.
_DEPTH = 60
# Candidates that are read word by word, at least. With 80, right entries are lost (recall@10 of support_articles - 0.005).
_READ = 100
_SUGGESTIONS = 3  # shown when nothing is confident


class Wanted(NamedTuple):
    """What is wanted of an answer; `Searcher.search` says what each means."""

    k: int
    where: Where | None = None
    explain: bool = False


@dataclass(frozen=True, slots=True)
class Answering:
    """One generation, what questions to it go through, and the synonyms of this moment. Safe to share between threads."""

    opened: Opened
    synonyms: Synonyms

    def answer(self, queries: Sequence[str], wanted: Wanted) -> list[Results]:
        """Return the results of each question, in order; they are encoded, and passages for them listed, together.

        Raises:
            QueryError: A question is empty.
            SettingsError: `where` names a field no document has.
        """
        started = perf_counter()
        understood = [self.understand(checked(query)) for query in queries]
        vectors = self.encode(understood)
        rows = [None if vectors is None else vectors[i : i + 1] for i in range(len(queries))]
        asked: Sequence[Question] = [self._question(one, row) for one, row in zip(understood, rows, strict=True)]
        if len(asked) > 1 and wanted.where is None:
            asked = self.opened.index.together(asked, depth=_depth(wanted))
        shared = (perf_counter() - started) / max(len(queries), 1)
        return [
            self._answer(*one, wanted, perf_counter() - shared) for one in zip(queries, understood, asked, strict=True)
        ]

    def explain(self, query: str, document_id: str, where: Where | None) -> Explanation:
        """Say what each leg thinks of one document for a question.

        Raises:
            QueryError: The question is empty.
            DocumentNotFound: No document has that id.
            SettingsError: `where` names a field no document has.
        """
        understood = self.understand(checked(query))
        asked = self._question(understood, self.encode([understood]))
        return explain_document(self.opened.index, query, understood, asked, document_id, depth=_DEPTH, where=where)

    def understand(self, text: str) -> Asked:
        """Return what a question asks for, in the words of the index."""
        return understand(text, self.opened.tokenizer, self.opened.index.lexicon, self.synonyms)

    def encode(self, asked: Sequence[Asked]) -> Vectors | None:
        """Return the questions' vectors, shape (n, dimension); None when no dense leg has a weight."""
        if not self.opened.legs & DENSE_LEGS:
            return None
        if isinstance(self.opened.encoder, BuiltinEncoder):
            return self.opened.encoder.encode_words([one.words for one in asked])
        return self.opened.encoder.encode_queries([one.text for one in asked])

    def candidates(
        self, asked: Asked, vector: Vectors | None, where: Where | None = None, *, every_leg: bool = False
    ) -> Candidates:
        """Return what the legs found for a question and its row of `encode`, before fusion; `Searcher.candidates` says more."""
        legs = LEXICAL_LEGS if every_leg else self.opened.legs
        found = question(asked, self.opened.tokenizer, vector, legs)
        return self.opened.index.candidates(found, depth=_DEPTH, where=where)

    def _question(self, asked: Asked, vector: Vectors | None) -> Question:
        return question(asked, self.opened.tokenizer, vector, self.opened.legs)

    def _answer(
        self,
        query: str,
        understood: Asked,
        asked: Question,
        wanted: Wanted,
        started: float,
        correct: bool = True,
    ) -> Results:
        index, tokenizer, settings = self.opened.index, self.opened.tokenizer, self.opened.index.manifest.settings
        k, where, explain = wanted
        candidates = index.candidates(asked, depth=_depth(wanted), most=max(_READ, 4 * k), where=where)
        fused = fuse(candidates, settings.weights, settings.fusion)
        ranking, sure = lead(index, query, candidates, fused)
        order, copies = without_copies(index, candidates, ranking.order, max(k, _SUGGESTIONS))
        documents = index.documents(numbers := candidates.documents[order].tolist())
        certain = confidences(candidates, fused, order, repeated=sure, fitted=settings.confidence).tolist()
        terms = {term.term for term in asked.terms["document"]}
        places, scores = order[:k].tolist(), ranking.scores[order].tolist()
        asks, found = matched(documents, candidates, order), (index, asked, understood.words, candidates, ranking)
        others = {place: tuple(index.documents(candidates.documents[o].tolist())) for place, o in copies.items()}
        hits = []
        for i, (place, document) in enumerate(zip(places, documents, strict=False)):
            shown = snippet(document.answer, asks[i].sentence, index.sentences(numbers[i]), terms, tokenizer)
            explanation = explain_hit(*found, place) if explain else {}
            told = shown.text, shown.highlights, asks[i].text, explanation, others.get(place, ())
            hits.append(Hit(i + 1, document, scores[i], certain[i], *told))
        answered = bool(certain) and certain[0] >= threshold()
        suggestions = () if answered else tuple(dict.fromkeys(d.question for d in documents[:_SUGGESTIONS]))
        meant = self._meant(understood.text, hits, wanted) if correct and not answered else None
        return Results(query, tuple(hits), answered, (perf_counter() - started) * 1000, suggestions, meant)

    def _meant(self, text: str, hits: Sequence[Hit], wanted: Wanted) -> str | None:
        """Return what a weak question was probably meant to be; asking it must lead to something surer."""
        from faqsearch.suggest import did_you_mean

        meant = did_you_mean(self.opened.index, self.opened.tokenizer, text)
        if meant is None:
            return None
        understood = self.understand(meant)
        asked, only = self._question(understood, self.encode([understood])), Wanted(1, wanted.where)
        found = self._answer(meant, understood, asked, only, perf_counter(), correct=False)
        # Every word sounds like some other one (天気, 転記): then only an answer shows that the other one was meant.
        alike = self.opened.tokenizer.reading(meant) == self.opened.tokenizer.reading(text)
        before = hits[0].confidence if hits else 0.0
        return meant if found.answered or (not alike and found.hits and found.hits[0].confidence > before) else None


def _depth(wanted: Wanted) -> int:
    """Documents that each leg may bring in."""
    return max(_DEPTH, wanted.k)
