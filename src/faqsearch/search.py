"""The road out: question → terms and vector → candidates → ranking → confidence → snippets → results."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from faqsearch.confidence import confidences, threshold
from faqsearch.documents import Document
from faqsearch.errors import IndexFormatError, IndexMismatch, QueryError
from faqsearch.index import open_generation
from faqsearch.index.arrays import DAMAGE_HINT
from faqsearch.index.facets import Where
from faqsearch.index.interface import Candidates, Question, WeightedTerm
from faqsearch.index.manifest import Manifest
from faqsearch.legs import DENSE_LEGS, LEXICAL_LEGS, Asked, question, understand
from faqsearch.passages import phrasings
from faqsearch.ranking import Ranking, fuse, ranks
from faqsearch.results import Hit, LegExplanation, Results
from faqsearch.settings import Settings
from faqsearch.snippets import snippet
from faqsearch.tokens import FugashiTokenizer
from faqsearch.vectors import load_encoder
from faqsearch.vectors.builtin import BuiltinEncoder

if TYPE_CHECKING:
    from faqsearch.index.interface import Index
    from faqsearch.tokens import Tokenizer
    from faqsearch.vectors.interface import Encoder, Vectors

# Documents each leg may bring in. 100 from each of four legs hold the right one in all but 0.5 % of the judged
# questions in which any depth does; fusion of a few hundred takes a tenth of a millisecond.
_DEPTH = 100
# A question longer than this is a text; only its beginning is asked.
_LONGEST_QUERY = 2_000
# Suggestions shown when nothing is confident.
_SUGGESTIONS = 3


class Searcher:
    """Answers questions from one generation of an index. Safe to share between threads."""

    def __init__(self, index: Index, *, tokenizer: Tokenizer | None = None, encoder: Encoder | None = None) -> None:
        """Make a searcher over an open index.

        Args:
            index: Where candidates come from.
            tokenizer: None takes `FugashiTokenizer()`.
            encoder: None takes the one the index was made with.

        Raises:
            IndexMismatch: The index was made with another tokenizer or encoder.
            ModelError: Its encoder cannot be loaded.
        """
        self._index = index
        self._tokenizer = tokenizer or FugashiTokenizer()
        made_with = index.manifest.tokenizer
        if made_with != self._tokenizer.fingerprint:
            raise IndexMismatch(
                f"the index was built with tokenizer {made_with}; this is {self._tokenizer.fingerprint}",
                hint="Build the index again, or install the faqsearch and dictionary it was built with.",
            )
        self._encoder = _check_encoder(encoder, index, self._tokenizer)
        self._legs = frozenset(leg for leg, weight in index.manifest.settings.weights.items() if weight > 0)

    @property
    def manifest(self) -> Manifest:
        """What the index holds: counts, settings, when it was made."""
        return self._index.manifest

    @property
    def index(self) -> Index:
        """The index that is searched."""
        return self._index

    @property
    def encoder(self) -> Encoder:
        """The encoder questions go through."""
        return self._encoder

    @property
    def tokenizer(self) -> Tokenizer:
        """The tokenizer questions go through."""
        return self._tokenizer

    @property
    def settings(self) -> Settings:
        """The settings the index was built with."""
        return self._index.manifest.settings

    def document(self, document_id: str) -> Document:
        """Return the document with that id.

        Raises:
            DocumentNotFound: There is none.
        """
        return self._index.document(document_id)

    def search(self, query: str, *, k: int = 10, where: Where | None = None, explain: bool = False) -> Results:
        """Return the documents that answer `query`, best first.

        Args:
            query: A question, or keywords, in any spelling.
            k: Hits wanted, at most.
            where: Field to value (or values) that documents must have: category, tag, source, kind, or the
                name of another column.
            explain: Say for each hit what each leg thought of it.

        Raises:
            QueryError: The question is empty.
            SettingsError: `where` names a field no document has.
        """
        started = perf_counter()
        text = _checked(query)
        asked = self.understand(text)
        return self._answer(query, asked, self.encode([asked]), k, where, explain, started)

    def search_many(
        self, queries: Iterable[str], *, k: int = 10, where: Where | None = None, explain: bool = False
    ) -> list[Results]:
        """Return the results of each question, in order; questions are encoded together.

        Raises:
            QueryError: A question is empty.
            SettingsError: `where` names a field no document has.
        """
        started = perf_counter()
        queries = list(queries)
        if not queries:
            return []
        understood = [self.understand(_checked(query)) for query in queries]
        vectors = self.encode(understood)
        shared = (perf_counter() - started) / len(queries)
        return [
            self._answer(
                query, asked, None if vectors is None else vectors[i : i + 1], k, where, explain, perf_counter() - shared
            )
            for i, (query, asked) in enumerate(zip(queries, understood, strict=True))
        ]

    def understand(self, text: str) -> Asked:
        """Return what a question asks for, in the words of this index."""
        return understand(text, self._tokenizer, self._index.lexicon)

    def encode(self, asked: Sequence[Asked]) -> Vectors | None:
        """Return the questions' vectors, shape (n, dimension); None when no dense leg has a weight."""
        if not self._legs & DENSE_LEGS:
            return None
        if isinstance(self._encoder, BuiltinEncoder):
            return self._encoder.encode_words([one.words for one in asked])
        return self._encoder.encode_queries([one.text for one in asked])

    def candidates(
        self, asked: Asked, vector: Vectors | None, where: Where | None = None, *, every_leg: bool = False
    ) -> Candidates:
        """Return what the legs found for a question, before fusion.

        Args:
            asked: The question, understood.
            vector: Its row of `encode`, shape (1, dimension).
            where: As for `search`.
            every_leg: Ask also the legs whose weight is 0.
        """
        legs = LEXICAL_LEGS if every_leg else self._legs
        return self._index.candidates(question(asked, self._tokenizer, vector, legs), depth=_DEPTH, where=where)

    def _answer(
        self,
        query: str,
        understood: Asked,
        vector: Vectors | None,
        k: int,
        where: Where | None,
        explain: bool,
        started: float,
    ) -> Results:
        asked = question(understood, self._tokenizer, vector, self._legs)
        candidates = self._index.candidates(asked, depth=_DEPTH, where=where)
        ranking = fuse(candidates, self.settings.weights, self.settings.fusion)
        order = ranking.order[: max(k, _SUGGESTIONS)]
        certain = confidences(candidates, ranking, order)
        documents = self._index.documents(candidates.documents[order].tolist())
        terms = {term.term for term in asked.terms["document"]}
        hits = []
        for rank, (place, document) in enumerate(zip(order[:k].tolist(), documents, strict=False), 1):
            first, last = candidates.sentences[place].tolist()
            shown = snippet(document.answer, (first, last), terms, self._tokenizer)
            hits.append(
                Hit(
                    rank=rank,
                    document=document,
                    score=float(ranking.scores[place]),
                    confidence=float(certain[rank - 1]),
                    snippet=shown.text,
                    highlights=shown.highlights,
                    matched=_matched(document, candidates, place),
                    explanation=self._explain(asked, candidates, ranking, place) if explain else {},
                )
            )
        answered = bool(len(certain)) and float(certain[0]) >= threshold()
        suggestions = () if answered else tuple(dict.fromkeys(d.question for d in documents[:_SUGGESTIONS]))
        return Results(query, tuple(hits), answered, (perf_counter() - started) * 1000, suggestions)

    def _explain(
        self, asked: Question, candidates: Candidates, ranking: Ranking, place: int
    ) -> dict[str, LegExplanation]:
        number = int(candidates.documents[place])
        explained = {}
        for leg, scores in candidates.scores.items():
            score = float(scores[place])
            terms: Sequence[WeightedTerm] = asked.terms.get(leg, ())
            explained[leg] = LegExplanation(
                rank=int(ranks(scores)[place]) if score > 0 else None,
                score=score,
                share=float(ranking.shares[leg][place]) if leg in ranking.shares else 0.0,
                terms=tuple(self._index.term_scores(leg, terms, number)) if terms else (),
            )
        return explained


def open_index(address: str | Path, *, tokenizer: Tokenizer | None = None, encoder: Encoder | None = None) -> Searcher:
    """Open the index at `address` for searching.

    Args:
        address: An index folder.
        tokenizer: None takes `FugashiTokenizer()`.
        encoder: None takes the one the index was made with.

    Raises:
        IndexNotFound: There is no index.
        IndexFormatError: It is damaged, or of another format version.
        IndexMismatch: It was made with another tokenizer or encoder.
        ModelError: Its encoder cannot be loaded.
    """
    return Searcher(open_generation(address), tokenizer=tokenizer, encoder=encoder)


def _check_encoder(encoder: Encoder | None, index: Index, tokenizer: Tokenizer) -> Encoder:
    """The encoder of an index, after making sure that it is the one."""
    described = index.manifest.encoder
    if described["kind"] == "builtin":
        if encoder is not None and encoder.name != "builtin":
            raise IndexMismatch(
                f"the index was built with the built-in encoder, not with {encoder.name}",
                hint=f"Build it again with --model {encoder.name}.",
            )
        own = index.word_vectors
        if own is None:
            raise IndexFormatError("the index lacks its built-in encoder", hint=DAMAGE_HINT)
        return BuiltinEncoder(*own, tokenizer)
    if encoder is None:
        encoder = load_encoder(index.manifest.settings)
    if encoder.dimension != described["dimension"] or encoder.name != described["name"]:
        raise IndexMismatch(
            f"the index was built with {described['name']} ({described['dimension']} dimensions), "
            f"not with {encoder.name} ({encoder.dimension})",
            hint="Build it again with the model you want to use.",
        )
    check = getattr(encoder, "check", None)
    if check is not None:
        check(described)
    return encoder


def _checked(query: str) -> str:
    text = query[:_LONGEST_QUERY]
    if not text.strip():
        raise QueryError("the question is empty", hint="Ask with at least one word.")
    return text


def _matched(document: Document, candidates: Candidates, place: int) -> str:
    """The phrasing or the sentence that matched best."""
    asked = phrasings(document)
    phrasing = asked[min(int(candidates.phrasings[place]), len(asked) - 1)]
    question = candidates.scores.get("question")
    first, last = candidates.sentences[place].tolist()
    # A phrasing that holds half of what the best one holds is what the question meant; else the answer said it.
    if first == last or (question is not None and question[place] > candidates.maxima["question"] / 2):
        return phrasing
    return document.answer[first:last].strip()
