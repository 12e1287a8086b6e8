"""The road out: an index that answers questions, one or many at a time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from faqsearch.answering import Answering, Wanted
from faqsearch.dictionaries import LiveSynonyms, synonyms_beside
from faqsearch.documents import Document
from faqsearch.explain import Explanation
from faqsearch.index import open_generation
from faqsearch.index.damage import says_damage
from faqsearch.index.facets import Where
from faqsearch.index.interface import Candidates
from faqsearch.index.manifest import Manifest
from faqsearch.legs import Asked
from faqsearch.opened import Opened
from faqsearch.results import Results
from faqsearch.settings import Settings

if TYPE_CHECKING:
    from faqsearch.index.interface import Index
    from faqsearch.related import Related
    from faqsearch.suggest import Suggestion
    from faqsearch.tokens import Tokenizer
    from faqsearch.vectors.interface import Encoder, Vectors


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
        return self._now().answer([query], Wanted(k, where, explain))[0]

    @says_damage
    def search_many(
        self,
        queries: Iterable[str],
        *,
        k: int = 10,
        where: Where | None = None,
        explain: bool = False,
        processes: int | None = None,
    ) -> list[Results]:
        """Return the results of each question, in order, as `search` would; questions are encoded together.

        Args:
            queries: Questions.
            k: Hits wanted for each, at most.
            where: As for `search`.
            explain: As for `search`.
            processes: Processes to answer in, this one included; None takes one for each core. Others are started when
                there is about a second's work or more, and end with the call. An index in an engine, or with a
                transformer, is asked from this process alone.

        Raises:
            QueryError: A question is empty.
            SettingsError: `where` names a field no document has.
        """
        from faqsearch.many import answer_many

        return answer_many(self._now(), list(queries), Wanted(k, where, explain), processes)

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
        return self._now().explain(query, document_id, where)

    def understand(self, text: str) -> Asked:
        """Return what a question asks for, in the words of this index."""
        return self._now().understand(text)

    def encode(self, asked: Sequence[Asked]) -> Vectors | None:
        """Return the questions' vectors, shape (n, dimension); None when no dense leg has a weight."""
        return self._now().encode(asked)

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
        return self._now().candidates(asked, vector, where, every_leg=every_leg)

    def _now(self) -> Answering:
        """What answers a question from its beginning to its end, also when `refresh` moves on meanwhile."""
        return Answering(self._opened, self.synonyms.current())


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
