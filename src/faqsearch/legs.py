"""The lexical legs: which terms of a document, and of a question, each of them counts."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from faqsearch.documents import Document
from faqsearch.index.interface import Analysis, Question, WeightedTerm
from faqsearch.index.postings import count_terms
from faqsearch.index.sequences import OTHER, PHRASING, SENTENCE, Unit, number_terms
from faqsearch.passages import code, phrasings, sentence_spans, split
from faqsearch.tokens import Tokenizer
from faqsearch.tokens.questions import WEIGHTS
from faqsearch.vectors.builtin import kanji_of
from faqsearch.vectors.interface import Vectors

LEXICAL_LEGS = ("document", "question", "bigram", "reading")
"""`document`: words of everything; `question`: words of each phrasing; `bigram`: pairs of characters of everything;
`reading`: kana n-grams of each phrasing. The order is the order of columns everywhere."""

DENSE_LEGS = frozenset({"dense", "topic", "context", "meaning"})
"""Legs that need the question's vector."""

# A listing names things a reader may ask for, but a name repeated in fifty lines of it is not what the section is
# about: every distinct term of a section's code counts once, and only so many of them.
_CODE_TERMS = 200
# Words below this weight only help to ask (教える, 方法); their kanji mean nothing for the answer.
_MEANINGFUL = 0.6


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


def question(text: str, tokenizer: Tokenizer, vector: Vectors | None, legs: Collection[str]) -> Question:
    """Return a question as an index understands it.

    Args:
        text: What was asked.
        tokenizer: The one the index was made with.
        vector: The question's vector; None leaves the dense leg out.
        legs: Lexical legs to ask. `document` is always asked: candidates are read for its words.
    """
    asked = tokenizer.query_words(text)
    words = [WeightedTerm(t.term, t.weight * _verb_weight(t.term), t.group) for t in asked]
    terms = {"document": words}
    if "question" in legs:
        terms["question"] = words
    if "bigram" in legs:
        terms["bigram"] = [WeightedTerm(term) for term in tokenizer.bigrams(text)]
    if "reading" in legs:
        terms["reading"] = [WeightedTerm(term) for term in tokenizer.reading_ngrams(text)]
    kanji = [c for t in asked if t.origin == "word" and t.weight >= _MEANINGFUL for c in kanji_of(t.term)]
    return Question(terms, vector, kanji)


def question_weight(term: str) -> float:
    """Return how much a word means in a question, 0–1; 1 for nouns and names."""
    return WEIGHTS.get(term, 1.0) * _verb_weight(term)


def _verb_weight(term: str) -> float:
    # The dictionary's verbs end in one of these; what is asked about stands in the nouns. Alone the best single
    # change on localgovfaq: nDCG@10 + 0.006, and + 0.002 on support_articles.
    return 0.7 if term[-1:] in "うくぐすずつづぬふぶむゆる" else 1.0
