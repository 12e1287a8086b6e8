"""The road out: question → terms and vector → candidates → ranking → confidence → snippets → results."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import copy
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from faqsearch.confidence import confidences, threshold
from faqsearch.dictionaries import LiveSynonyms, synonyms_beside
from faqsearch.documents import Document
from faqsearch.explain import Explanation, explain_document, explain_hit, matched
from faqsearch.index import open_generation
from faqsearch.index.damage import says_damage
from faqsearch.index.facets import Where
from faqsearch.index.interface import Candidates
from faqsearch.index.manifest import Manifest
from faqsearch.legs import DENSE_LEGS, LEXICAL_LEGS, Asked, checked, question, understand
from faqsearch.opened import Opened
from faqsearch.ranking import fuse, without_copies
from faqsearch.repeats import lead
from faqsearch.results import Hit, Results
from faqsearch.settings import Settings
from faqsearch.snippets import snippet
from faqsearch.vectors.builtin import BuiltinEncoder

if TYPE_CHECKING:
    from faqsearch.index.interface import Index
    from faqsearch.related import Related
    from faqsearch.suggest import Suggestion
    from faqsearch.tokens import Tokenizer
    from faqsearch.vectors.interface import Encoder, Vectors

# Documents each leg may bring in: 60 rank the judged sets as 100 do, but for one right entry of our corpus.
_DEPTH = 60
# Candidates that are read word by word, at least. With 80, right entries are lost (recall@10 of support_articles - 0.005).
_READ = 100
_SUGGESTIONS = 3  # shown when nothing is confident


class Searcher:
    """Answers questions from one generation of an index, until `refresh`. Safe to share between threads."""

    def __init__(
        self,
        index: Index,
        *,
        tokenizer: Tokenizer | None = None,
        encoder: Encoder | None = None,
        synonyms: Sequence[str | Path] = (),
    ) -> None:
        """Make a searcher over an open index.

        Args:
            index: Where candidates come from.
            tokenizer: None takes `FugashiTokenizer()` with the index's user words.
            encoder: None takes the one the index was made with.
            synonyms: Synonym files, beside the `synonyms.txt` kept with the index. A file that changes is read
                again with the next question; mistakes in it are in `synonyms.problems`, the rest works.

        Raises:
            IndexMismatch: The index was made with another tokenizer or encoder.
            ModelError: Its encoder cannot be loaded.
        """
        beside = [synonyms_beside(index.folder)] if index.folder else []
        self.synonyms = LiveSynonyms(synonyms, beside)
        self._given = (tokenizer, encoder)
        self._opened = Opened.of(index, tokenizer, encoder)

    def refresh(self) -> bool:
        """Move to the newest generation of the index; questions that are being answered stay with theirs.

        Cheap when nothing is new: one small file is read. Returns whether there was a newer generation.

        Raises:
            IndexFormatError: The newest generation is damaged; the one that is open goes on answering.
            IndexMismatch: It was made with another tokenizer or encoder; likewise.
        """
        newer = self.index.newer()
        if newer is not None:
            self._opened = Opened.of(newer, *self._given, before=self._opened)
        return newer is not None

    @property
    def manifest(self) -> Manifest:
        """What the index holds: counts, settings, when it was made."""
        return self.index.manifest

    @property
    def index(self) -> Index:
        """The index that is searched."""
        return self._opened.index

    @property
    def encoder(self) -> Encoder:
        """The encoder questions go through."""
        return self._opened.encoder

    @property
    def tokenizer(self) -> Tokenizer:
        """The tokenizer questions go through."""
        return self._opened.tokenizer

    @property
    def settings(self) -> Settings:
        """The settings the index was built with."""
        return self.index.manifest.settings

    @says_damage
    def document(self, document_id: str) -> Document:
        """Return the document with that id.

        Raises:
            DocumentNotFound: There is none.
        """
        return self.index.document(document_id)

    @says_damage
    def search(self, query: str, *, k: int = 10, where: Where | None = None, explain: bool = False) -> Results:
        """Return the documents that answer `query`, best first.

        Args:
            query: A question, or keywords, in any spelling.
            k: Hits wanted, at most.
            where: Field to value (or values) documents must have: category, tag, source, kind, or another column.
            explain: Say for each hit what each leg thought of it.

        Raises:
            QueryError: The question is empty.
            SettingsError: `where` names a field no document has.
        """
        started = perf_counter()
        still = copy(self)  # which a refresh meanwhile does not move
        asked = still.understand(checked(query))
        return still._answer(query, asked, still.encode([asked]), k, where, explain, started)  # noqa: SLF001

    @says_damage
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
        still = copy(self)
        understood = [still.understand(checked(query)) for query in queries]
        vectors = still.encode(understood)
        shared = (perf_counter() - started) / len(queries)
        rows = [None if vectors is None else vectors[i : i + 1] for i in range(len(queries))]
        return [
            still._answer(query, asked, row, k, where, explain, perf_counter() - shared)  # noqa: SLF001
            for query, asked, row in zip(queries, understood, rows, strict=True)
        ]

    @says_damage
    def suggest(self, text: str, *, k: int = 8) -> list[Suggestion]:
        """Return up to `k` stored questions and headings that complete `text` (kanji, kana, romaji), best first."""
        from faqsearch.suggest import suggest

        return suggest(self.index, self.tokenizer, text, k=k)

    @says_damage
    def related(self, document_id: str, *, k: int = 5) -> list[Related]:
        """Return up to `k` documents near one, without itself and its near-duplicates, nearest first.

        Raises:
            DocumentNotFound: No document has that id.
        """
        from faqsearch.related import related

        return related(self.index, self.tokenizer, document_id, k=k)

    @says_damage
    def explain(self, query: str, document_id: str, *, where: Where | None = None) -> Explanation:
        """Say what each leg thinks of one document for a question: why it is a hit, or why not.

        Raises:
            QueryError: The question is empty.
            DocumentNotFound: No document has that id.
            SettingsError: `where` names a field no document has.
        """
        still = copy(self)
        understood = still.understand(checked(query))
        asked = question(understood, still.tokenizer, still.encode([understood]), still._opened.legs)  # noqa: SLF001
        return explain_document(still.index, query, understood, asked, document_id, depth=_DEPTH, where=where)

    def understand(self, text: str) -> Asked:
        """Return what a question asks for, in the words of this index."""
        return understand(text, self.tokenizer, self.index.lexicon, self.synonyms.current())

    def encode(self, asked: Sequence[Asked]) -> Vectors | None:
        """Return the questions' vectors, shape (n, dimension); None when no dense leg has a weight."""
        if not self._opened.legs & DENSE_LEGS:
            return None
        if isinstance(self.encoder, BuiltinEncoder):
            return self.encoder.encode_words([one.words for one in asked])
        return self.encoder.encode_queries([one.text for one in asked])

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
        legs = LEXICAL_LEGS if every_leg else self._opened.legs
        return self.index.candidates(question(asked, self.tokenizer, vector, legs), depth=_DEPTH, where=where)

    def _answer(
        self,
        query: str,
        understood: Asked,
        vector: Vectors | None,
        k: int,
        where: Where | None,
        explain: bool,
        started: float,
        correct: bool = True,
    ) -> Results:
        index, tokenizer, settings = self.index, self.tokenizer, self.settings
        asked = question(understood, tokenizer, vector, self._opened.legs)
        candidates = index.candidates(asked, depth=max(_DEPTH, k), most=max(_READ, 4 * k), where=where)
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
        meant = self._meant(understood.text, hits, where) if correct and not answered else None
        return Results(query, tuple(hits), answered, (perf_counter() - started) * 1000, suggestions, meant)

    def _meant(self, text: str, hits: Sequence[Hit], where: Where | None) -> str | None:
        """Return what a weak question was probably meant to be; asking it must lead to something surer."""
        from faqsearch.suggest import did_you_mean

        meant = did_you_mean(self.index, self.tokenizer, text)
        if meant is None:
            return None
        asked = self.understand(meant)
        found = self._answer(meant, asked, self.encode([asked]), 1, where, False, perf_counter(), correct=False)
        # Every word sounds like some other one (天気, 転記): then only an answer shows that the other one was meant.
        alike = self.tokenizer.reading(meant) == self.tokenizer.reading(text)
        before = hits[0].confidence if hits else 0.0
        return meant if found.answered or (not alike and found.hits and found.hits[0].confidence > before) else None


def open_index(
    address: str | Path,
    *,
    tokenizer: Tokenizer | None = None,
    encoder: Encoder | None = None,
    synonyms: Sequence[str | Path] = (),
) -> Searcher:
    """Open the index at `address` for searching.

    Args:
        address: An index folder, or `milvus://HOST:PORT/NAME`.
        tokenizer: None takes `FugashiTokenizer()` with the index's user words.
        encoder: None takes the one the index was made with.
        synonyms: Synonym files, beside the `synonyms.txt` kept with the index.

    Raises:
        DictionaryError: A synonym file cannot be read.
        IndexNotFound: There is no index.
        IndexFormatError: It is damaged, or of another format version.
        IndexMismatch, ModelError: It was made with another tokenizer or encoder, or its encoder cannot be loaded.
        EngineError, MissingExtra: The engine it lies in cannot be reached, or its library is not installed.
    """
    return Searcher(open_generation(address), tokenizer=tokenizer, encoder=encoder, synonyms=synonyms)
