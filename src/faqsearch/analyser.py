"""Analyser: what an index keeps of documents. Worker processes run this; each text goes through MeCab once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from faqsearch.documents import Document
from faqsearch.index.counts import TermCounts, count_keys, count_terms
from faqsearch.index.interface import Analysis
from faqsearch.index.sequences import TermSequences
from faqsearch.index.wordings import pack_wordings
from faqsearch.legs import question_weight
from faqsearch.passages import OTHER, PHRASING, SENTENCE, code, phrasings, sentence_spans, split
from faqsearch.suggest import wordings
from faqsearch.tokens import Tokenizer
from faqsearch.tokens.denial import denial
from faqsearch.tokens.grams import bigram_keys, reading_keys
from faqsearch.tokens.known_texts import KnownTexts
from faqsearch.tokens.numbered import Numbers, WordNumbers

if TYPE_CHECKING:
    from faqsearch.tokens.interface import CutText, Spelling

# A listing names things a reader may ask for, but a name repeated in fifty lines of it is not what the section is
# about: every distinct term of a section's code counts once, and only so many of them.
_CODE_TERMS = 200
# Sentences of an answer that begin within these characters are counted for readings; words that stand only further
# on are added by the vocabulary.
_READ_CHARS = 200
# Phrasings whose words are remembered: those of a few batches. Their lists would cost more than they save: Python's
# collector of circles looks at all that is neither new nor gone.
_MOST_CUTS = 4_000


class DocumentAnalyser:
    """What an index keeps of documents; implements `faqsearch.index.interface.Analyser`."""

    def __init__(self, tokenizer: Tokenizer, passage_chars: int | None) -> None:
        """Begin with nothing remembered.

        Args:
            tokenizer: Cuts the texts.
            passage_chars: Characters in a passage, at most; None for an encoder that does not read passages.
        """
        self._tokenizer = tokenizer
        self._passage_chars = passage_chars
        self._cuts = Cuts(tokenizer)
        self._numbers = WordNumbers()
        one_by_one = partial(map, self._cuts.__getitem__)
        self._known = KnownTexts(getattr(tokenizer, "uncut", one_by_one), self._numbers)

    def __reduce__(self) -> tuple[type[DocumentAnalyser], tuple[Tokenizer, int | None]]:
        return DocumentAnalyser, (self._tokenizer, self._passage_chars)

    def analyse(self, documents: Sequence[Document]) -> Analysis:
        """Return the words, character terms, readings and passages of `documents`."""
        cuts, chars = self._cuts, self._passage_chars
        asked = [[cuts[text] for text in phrasings(document)] for document in documents]
        spans = [sentence_spans(document.answer) for document in documents]
        told = [[document.answer[a:b] for a, b in own] for document, own in zip(documents, spans, strict=True)]
        others = [_other_words(document, cuts) for document in documents]
        every = np.arange(len(documents), dtype=np.int32)
        words, readings, whole = self._numbered(asked, told, spans, others)
        owners = np.repeat(every, [len(questions) for questions in asked])
        return Analysis(
            words=words,
            counts={
                "bigram": cuts.bigrams(whole, every),
                "reading": cuts.reading_ngrams([cut for questions in asked for cut in questions], owners),
            },
            readings=readings,
            wordings=pack_wordings(wordings(documents, lambda text: cuts[text].spellings())),
            passages=[] if chars is None else [list(split(document, chars=chars)) for document in documents],
        )

    def _numbered(
        self,
        asked: Sequence[Sequence[CutText]],
        told: Sequence[Sequence[str]],
        spans: Sequence[Sequence[tuple[int, int]]],
        others: Sequence[list[str]],
    ) -> tuple[TermSequences, dict[tuple[str, str], int], list[list[str]]]:
        """The words of documents, how those are read, and the normalized texts of each."""
        texts: list[str | CutText | list[str]] = []
        kinds: list[int] = []
        places: list[tuple[int, int]] = []
        read: list[bool] = []
        for questions, sentences, own, other in zip(asked, told, spans, others, strict=True):
            texts += (*questions, *sentences, other)
            kinds += [PHRASING] * len(questions) + [SENTENCE] * len(sentences) + [OTHER]
            places += (*[denial(cut.text) for cut in questions], *own, (0, 0))
            begun = len(_read_first(own))
            read += [True] * (len(questions) + begun) + [False] * (len(sentences) - begun + 1)
        normalized, numbered = self._known.of(texts)
        terms, ids = self._numbers.terms.met(numbered.terms)
        readings = self._pairs(numbered.pairs[np.repeat(read, numbered.pair_counts)])
        units = [len(questions) + len(sentences) + 1 for questions, sentences in zip(asked, told, strict=True)]
        words = TermSequences(
            terms=terms,
            ids=ids,
            lengths=numbered.lengths,
            kinds=np.array(kinds, dtype=np.uint8),
            documents=np.repeat(np.arange(len(asked), dtype=np.int32), units),
            spans=np.array(places, dtype=np.int32).reshape(-1, 2),
        )
        rest = iter(normalized)
        return words, readings, [list(islice(rest, count)) for count in units]

    def readings(self, documents: Sequence[Document]) -> Counter[tuple[str, str]]:
        """Count how the words of `documents` are read."""
        texts: list[str | CutText] = []
        for document in documents:
            texts += map(self._cuts.__getitem__, phrasings(document))
            texts += (document.answer[a:b] for a, b in _read_first(sentence_spans(document.answer)))
        return Counter(self._pairs(self._known.of(texts)[1].pairs))

    def _pairs(self, found: Numbers) -> dict[tuple[str, str], int]:
        """Reading and term of words, and how often each is among them."""
        pairs, numbers = self._numbers.pairs.met(found)
        return dict(zip(pairs, np.bincount(numbers, minlength=len(pairs)).tolist(), strict=True))

    def reading(self, term: str) -> str:
        """Return how a term is read, in hiragana."""
        return self._tokenizer.reading(term)

    def question_weight(self, term: str) -> float:
        """Return how much a term means in a question, 0–1; 1 for nouns and names."""
        return question_weight(term)


def _read_first(spans: Sequence[tuple[int, int]]) -> Sequence[tuple[int, int]]:
    return [span for span in spans if span[0] < _READ_CHARS]


def _other_words(document: Document, cuts: Cuts) -> list[str]:
    words = cuts["\n".join(document.tags)].words() if document.tags else []
    if listing := code(document.answer):
        words.extend(list(dict.fromkeys(cuts[listing].words()))[:_CODE_TERMS])
    return words


class Cuts(dict[str, "CutText"]):
    """Texts cut into words when first asked for, and what is counted of many of them."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        super().__init__()
        self._tokenizer = tokenizer
        self._cut = getattr(tokenizer, "cut", None)

    def __missing__(self, text: str) -> CutText:
        if len(self) >= _MOST_CUTS:
            self.clear()
        cut: CutText = self._cut(text) if self._cut else _Separately(self._tokenizer, text)
        self[text] = cut
        return cut

    def bigrams(self, units: Sequence[Sequence[str]], documents: npt.NDArray[np.int32]) -> TermCounts:
        """Count the character bigrams of units, each of several texts, which are normalized."""
        if self._cut is None:
            bigrams = self._tokenizer.bigrams
            return count_terms(([term for text in unit for term in bigrams(text)] for unit in units), documents)
        keys, sizes = bigram_keys(list(map("\n".join, units)))
        return count_keys(keys, sizes, documents)

    def reading_ngrams(self, units: Sequence[CutText], documents: npt.NDArray[np.int32]) -> TermCounts:
        """Count the kana n-grams of texts."""
        if self._cut is None:
            return count_terms((self._tokenizer.reading_ngrams(cut.text) for cut in units), documents)
        return count_keys(*reading_keys([cut.reading() for cut in units]), documents)


@dataclass(frozen=True, slots=True)
class _Separately:
    """A text for a tokenizer that does not cut a text once for all its uses."""

    tokenizer: Tokenizer
    text: str

    def words(self) -> list[str]:
        return self.tokenizer.words(self.text)

    def reading(self) -> str:
        return self.tokenizer.reading(self.text)

    def kana_words(self) -> list[tuple[str, str]]:
        return self.tokenizer.kana_words(self.text)

    def spellings(self) -> list[Spelling]:
        return self.tokenizer.spellings(self.text)
