"""The lexical legs: which terms of a document, and of a question, each of them counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from faqsearch.documents import Document
from faqsearch.index.interface import WeightedTerm
from faqsearch.index.postings import TermCounts, count_terms
from faqsearch.passages import Passage, code, split
from faqsearch.tokens import Tokenizer

# A listing names things a reader may ask for, but a name repeated in fifty lines of it is not what the section is
# about: every distinct term of a section's code counts once, and only so many of them.
_CODE_TERMS = 200


@dataclass(frozen=True, slots=True)
class Leg:
    """One way of counting terms."""

    units: Literal["document", "phrasing"]
    """What BM25 takes for a document: everything in one, or each phrasing."""
    kind: Literal["word", "bigram", "reading"]


LEXICAL_LEGS: Mapping[str, Leg] = {
    "document": Leg("document", "word"),
    "question": Leg("phrasing", "word"),
    "bigram": Leg("document", "bigram"),
    "reading": Leg("phrasing", "reading"),
}
"""Name to definition; the order is the order of columns everywhere."""


@dataclass(frozen=True, slots=True)
class LegCounts:
    """One leg's terms of some documents."""

    counts: TermCounts
    unit_documents: npt.NDArray[np.int32]
    """0-based within these documents, ascending; shape (units,)."""


@dataclass(frozen=True, slots=True)
class Analysis:
    """Everything an index keeps of some documents but the documents themselves; made by worker processes."""

    legs: Mapping[str, LegCounts]
    passages: Sequence[Sequence[Passage]]
    """The passages of each document: phrasings, then pieces."""
    pieces: LegCounts
    """The words of each piece of an answer: what the built-in encoder makes its vector of."""


def analyse(documents: Sequence[Document], tokenizer: Tokenizer, *, passage_chars: int) -> Analysis:
    """Return the passages of `documents` and the terms of every leg. Every text is tokenized once."""
    passages = [list(split(document, chars=passage_chars)) for document in documents]
    questions = [(i, p.text) for i, own in enumerate(passages) for p in own if p.field == "question"]
    answers = [(i, p.text) for i, own in enumerate(passages) for p in own if p.field == "answer"]
    words = tokenizer.words_many([text for _, text in [*questions, *answers]])
    question_words, answer_words = words[: len(questions)], words[len(questions) :]
    by_document: list[list[str]] = [[] for _ in documents]
    for (i, _), terms in zip([*questions, *answers], words, strict=True):
        by_document[i].extend(terms)
    for terms, document in zip(by_document, documents, strict=True):
        if listing := code(document.answer):
            terms.extend(list(dict.fromkeys(tokenizer.words(listing)))[:_CODE_TERMS])
        if document.tags:
            terms.extend(tokenizer.words("\n".join(document.tags)))
    every = np.arange(len(documents), dtype=np.int32)
    question_owners = np.array([i for i, _ in questions], dtype=np.int32)
    answer_owners = np.array([i for i, _ in answers], dtype=np.int32)
    wholes = ["\n".join(p.text for p in own) for own in passages]
    legs = {
        "document": LegCounts(count_terms(by_document), every),
        "question": LegCounts(count_terms(question_words), question_owners),
        "bigram": LegCounts(count_terms(tokenizer.bigrams(text) for text in wholes), every),
        "reading": LegCounts(count_terms(tokenizer.reading_ngrams(text) for _, text in questions), question_owners),
    }
    return Analysis(legs, passages, LegCounts(count_terms(answer_words), answer_owners))


def question_terms(text: str, tokenizer: Tokenizer) -> dict[str, list[WeightedTerm]]:
    """Return what each leg is asked for a question."""
    words = [WeightedTerm(term.term, term.weight, term.group) for term in tokenizer.query_words(text)]
    return {
        "document": words,
        "question": words,
        "bigram": [WeightedTerm(term) for term in tokenizer.bigrams(text)],
        "reading": [WeightedTerm(term) for term in tokenizer.reading_ngrams(text)],
    }
