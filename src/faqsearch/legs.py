"""The lexical legs: which terms of a document, and of a question, each of them counts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from faqsearch.documents import Document
from faqsearch.index.interface import Analysis, WeightedTerm
from faqsearch.index.postings import count_terms
from faqsearch.index.sequences import OTHER, PHRASING, SENTENCE, Unit, number_terms
from faqsearch.passages import code, phrasings, sentence_spans, split
from faqsearch.tokens import Tokenizer
from faqsearch.tokens.questions import WEIGHTS

LEXICAL_LEGS = ("document", "question", "bigram", "reading")
"""`document`: words of everything; `question`: words of each phrasing; `bigram`: pairs of characters of everything;
`reading`: kana n-grams of each phrasing. The order is the order of columns everywhere."""

# A listing names things a reader may ask for, but a name repeated in fifty lines of it is not what the section is
# about: every distinct term of a section's code counts once, and only so many of them.
_CODE_TERMS = 200


def analyse(documents: Sequence[Document], tokenizer: Tokenizer, *, passage_chars: int) -> Analysis:
    """Return the words, character terms and passages of `documents`."""
    asked = [phrasings(document) for document in documents]
    spans = [sentence_spans(document.answer) for document in documents]
    told = [[document.answer[a:b] for a, b in own] for document, own in zip(documents, spans, strict=True)]
    texts = [text for a, b in zip(asked, told, strict=True) for text in (*a, *b)]
    words = iter(tokenizer.words_many(texts))
    units: list[Unit] = []
    for number, (document, questions, own) in enumerate(zip(documents, asked, spans, strict=True)):
        units.extend(Unit(number, PHRASING, next(words)) for _ in questions)
        units.extend(Unit(number, SENTENCE, next(words), span) for span in own)
        units.append(Unit(number, OTHER, _other_words(document, tokenizer)))
    wholes = ("\n".join([*a, *b]) for a, b in zip(asked, told, strict=True))
    owners = np.repeat(np.arange(len(documents), dtype=np.int32), [len(a) for a in asked])
    return Analysis(
        words=number_terms(units),
        counts={
            "bigram": count_terms(
                (tokenizer.bigrams(text) for text in wholes), np.arange(len(documents), dtype=np.int32)
            ),
            "reading": count_terms((tokenizer.reading_ngrams(q) for a in asked for q in a), owners),
        },
        passages=[list(split(document, chars=passage_chars)) for document in documents],
    )


def _other_words(document: Document, tokenizer: Tokenizer) -> list[str]:
    words = tokenizer.words("\n".join(document.tags)) if document.tags else []
    if listing := code(document.answer):
        words.extend(list(dict.fromkeys(tokenizer.words(listing)))[:_CODE_TERMS])
    return words


def question_terms(text: str, tokenizer: Tokenizer) -> dict[str, list[WeightedTerm]]:
    """Return what each leg is asked for a question."""
    words = [WeightedTerm(term.term, term.weight, term.group) for term in tokenizer.query_words(text)]
    return {
        "document": words,
        "question": words,
        "bigram": [WeightedTerm(term) for term in tokenizer.bigrams(text)],
        "reading": [WeightedTerm(term) for term in tokenizer.reading_ngrams(text)],
    }


def question_weight(term: str) -> float:
    """Return how much a word means in a question, 0–1; 1 for all but a few."""
    return WEIGHTS.get(term, 1.0)
