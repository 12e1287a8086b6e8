"""Verify: is every byte of an index what was written, and is what was written right?

Checksums say the first. For the second, some documents are analysed anew and compared with what is stored, and
scores are computed by two independent witnesses: `rank_bm25` itself, and dot products with every vector.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from faqsearch.analyser import DocumentAnalyser
from faqsearch.documents import Document
from faqsearch.errors import IndexFormatError, IndexVersionError
from faqsearch.index.counts import TermCounts
from faqsearch.index.folder import Generation
from faqsearch.index.interface import Analysis
from faqsearch.index.local import LocalIndex
from faqsearch.index.postings import Postings
from faqsearch.index.sequences import TermSequences, stored_sequences
from faqsearch.index.store import open_store
from faqsearch.opened import Opened
from faqsearch.passages import PHRASING, phrasings
from faqsearch.settings import BM25
from faqsearch.tokens import Tokenizer
from faqsearch.vectors.interface import Encoder, Vectors
from faqsearch.vocabulary import Vocabulary

# Stored numbers are float32, and the built-in encoder's vectors are packed into bytes.
_RELATIVE, _ABSOLUTE = 1e-4, 1e-4
_NEAREST = 10
_VECTORS_AT_ONCE = 20_000
# Terms in a question to the witnesses.
_ASKED = 12


@dataclass(frozen=True, slots=True)
class Verification:
    """What `verify` found."""

    generation: str
    """The one that answers."""
    generations: int
    files: int
    """Files whose checksums were compared, in all generations kept."""
    documents: int
    """Documents analysed again."""
    scores: int
    """Scores and vectors computed again."""
    problems: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems


def verify(
    address: str | Path, *, sample: int = 20, tokenizer: Tokenizer | None = None, encoder: Encoder | None = None
) -> Verification:
    """Check an index.

    Args:
        address: The address of an index.
        sample: Documents to analyse again, spread evenly over the index.
        tokenizer: None takes the one the index was made with.
        encoder: None takes the one the index was made with.

    Raises:
        IndexNotFound: There is no index.
        IndexFormatError: CURRENT or the manifest it names is damaged, or of another format version.
        IndexMismatch: The index was made with another tokenizer or encoder, so nothing can be computed again.
        ModelError: Its encoder cannot be loaded.
    """
    store = open_store(address)
    current = store.current()
    kept = [g for g in store.generations() if g.number != current.number]
    # A generation that another faqsearch wrote, before this one was installed, is no damage.
    damaged = [e.message for e in store.unusable().values() if not isinstance(e, IndexVersionError)]
    problems = damaged + [problem for generation in (*kept, current) for problem in generation.check_sums()]
    files = sum(len(generation.manifest.files) for generation in (*kept, current))
    documents = scores = 0
    if not problems:
        with current.files() as found:
            witness = _Witness(found, tokenizer, encoder, sample)
            try:
                problems.extend(witness.problems())
            except IndexFormatError as error:
                problems.append(error.message)
            documents, scores = len(witness.numbers), witness.scores
    return Verification(current.name, len(kept) + 1, files, documents, scores, tuple(problems))


class _Witness:
    """Computes a sample of an index again, by other means."""

    def __init__(
        self, generation: Generation, tokenizer: Tokenizer | None, encoder: Encoder | None, sample: int
    ) -> None:
        self._index = LocalIndex(generation)
        opened = Opened.of(self._index, tokenizer, encoder)
        self._encoder = opened.encoder
        self._builtin = self._index.word_vectors is not None
        settings = generation.manifest.settings
        self._analyser = DocumentAnalyser(opened.tokenizer, None if self._builtin else settings.passage_chars)
        last = generation.manifest.documents - 1
        self.numbers: npt.NDArray[np.int64] = np.unique(np.linspace(0, last, min(sample, last + 1)).astype(np.int64))
        self.scores = 0

    def problems(self) -> Iterator[str]:
        """Yield what does not agree."""
        documents = self._index.documents(self.numbers.tolist())
        analysis = self._analyser.analyse(documents)
        if not _same_words(analysis.words, stored_sequences(self._index.sequences, self.numbers)):
            yield "the words stored are not those of the documents"
        for leg, postings in self._index.legs.items():
            yield from self._leg(leg, postings, self._index.vocabularies[leg], analysis)
        yield from self._vectors(documents, analysis)
        yield from self._nearest(documents)

    def _leg(self, leg: str, postings: Postings, vocabulary: Vocabulary, analysis: Analysis) -> Iterator[str]:
        units = _counted(leg, analysis, len(self.numbers))
        places = np.flatnonzero(np.isin(postings.unit_documents, self.numbers))
        if len(places) != len(units):
            yield f"leg {leg} holds {len(places)} units of {len(self.numbers)} documents instead of {len(units)}"
            return
        asked = sorted({term for unit in units for term in unit})
        asked = asked[:: max(1, len(asked) // _ASKED)]
        numbers = vocabulary.numbers(asked)
        if (numbers < 0).any():
            yield f"leg {leg} lacks terms of its documents"
            return
        if asked:
            own = postings.scores([(number, 1.0) for number in numbers.tolist()]) + postings.absent[numbers].sum()
            bm25 = self._index.manifest.settings.bm25[leg]
            expected = _rank_bm25(bm25, units, postings, vocabulary, self._index.manifest.documents).get_scores(asked)
            self.scores += len(places)
            if not np.allclose(own[places], expected, rtol=_RELATIVE, atol=_ABSOLUTE):
                yield f"leg {leg} does not score as rank_bm25 does"

    def _vectors(self, documents: Sequence[Document], analysis: Analysis) -> Iterator[str]:
        """The vectors of the sampled passages: of phrasings for the built-in encoder, of all for a model."""
        starts = self._index.tables["passage_starts"]
        for i, number in enumerate(self.numbers.tolist()):
            if self._builtin:
                texts = list(phrasings(documents[i]))
            else:
                texts = [f"{p.context}\n{p.text}" if p.context else p.text for p in analysis.passages[i]]
            stored = self._index.dense.vectors(np.arange(starts[number], starts[number] + len(texts)))
            self.scores += len(texts)
            if not np.allclose(stored, self._encoder.encode_passages(texts), atol=1e-3):
                yield f"vectors of {documents[i].id!r} are not those of its texts"

    def _nearest(self, documents: Sequence[Document]) -> Iterator[str]:
        questions = self._encoder.encode_queries([document.question for document in documents])
        expected = self._dot_products(questions)
        found, _ = self._index.dense.search(questions, expected.shape[1], exact=True)
        self.scores += expected.size
        if not np.allclose(found, expected, rtol=_RELATIVE, atol=_ABSOLUTE):
            yield "FAISS does not find the nearest vectors"

    def _dot_products(self, questions: Vectors) -> npt.NDArray[Any]:
        """The highest dot products of each question with any vector, highest first."""
        count = len(self._index.dense.passage_documents)
        best = np.empty((len(questions), 0), dtype=np.float32)
        for start in range(0, count, _VECTORS_AT_ONCE):
            part = self._index.dense.vectors(np.arange(start, min(start + _VECTORS_AT_ONCE, count)))
            best = np.sort(np.concatenate((best, questions @ part.T), axis=1), axis=1)[:, -_NEAREST:]
        return best[:, ::-1]


def _same_words(one: TermSequences, other: TermSequences) -> bool:
    arrays = zip(
        (one.lengths, one.kinds, one.documents, one.spans),
        (other.lengths, other.kinds, other.documents, other.spans),
        strict=True,
    )
    spelled = ([words.terms[i] for i in words.ids.tolist()] for words in (one, other))
    return all(map(np.array_equal, *zip(*arrays, strict=True))) and next(spelled) == next(spelled)


def _counted(leg: str, analysis: Analysis, documents: int) -> list[Counter[str]]:
    """Count the terms of each unit of a leg."""
    if leg not in ("document", "question"):  # those two are counted again from the words
        counts: TermCounts = analysis.counts[leg]
        found: list[Counter[str]] = [Counter() for _ in counts.documents]
        terms = [term for term, size in zip(counts.terms, counts.sizes.tolist(), strict=True) for _ in range(size)]
        for term, unit, tf in zip(terms, counts.units.tolist(), counts.tfs.tolist(), strict=True):
            found[unit][term] = tf
        return found
    words, ids = analysis.words, iter(analysis.words.ids.tolist())
    units = [Counter(words.terms[next(ids)] for _ in range(n)) for n in words.lengths.tolist()]
    if leg == "question":
        return [unit for unit, kind in zip(units, words.kinds.tolist(), strict=True) if kind == PHRASING]
    whole: list[Counter[str]] = [Counter() for _ in range(documents)]
    for unit, number in zip(units, words.documents.tolist(), strict=True):
        whole[number].update(unit)
    return whole


def _rank_bm25(
    settings: BM25, units: Sequence[Counter[str]], postings: Postings, vocabulary: Vocabulary, documents: int
) -> Any:
    """`rank_bm25` over some units, with what it counts over all units given to it."""
    import rank_bm25

    kind = getattr(rank_bm25, f"BM25{settings.variant}")
    holders = postings.documents_with_terms()
    nd = {vocabulary.term(number): count for number, count in enumerate(holders.tolist()) if count}

    class Sampled(kind):  # type: ignore[misc, valid-type]  # rank_bm25 has no types
        def _initialize(self, corpus: Sequence[Counter[str]]) -> dict[str, int]:
            self.doc_freqs = [dict(unit) for unit in corpus]
            self.doc_len = [unit.total() for unit in corpus]
            self.avgdl = float(postings.tfs.sum(dtype=np.float64)) / max(len(postings.unit_documents), 1)
            self.corpus_size = documents
            return nd

    own = {"epsilon": settings.epsilon} if settings.variant == "Okapi" else {"delta": settings.delta}
    reference = Sampled(units, k1=settings.k1, b=settings.b, **own)
    reference.corpus_size = len(units)  # from here on: how many scores are wanted
    return reference
