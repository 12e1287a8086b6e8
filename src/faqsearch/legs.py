"""The lexical legs: which terms of a question each of them asks for."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from faqsearch.errors import QueryError
from faqsearch.index.interface import Question, WeightedTerm
from faqsearch.index.lexicon import Lexicon
from faqsearch.slips import also_meant
from faqsearch.synonyms import Synonyms
from faqsearch.synonyms.learned import learned_synonyms
from faqsearch.text import fold, normalize, romaji_to_kana, to_hiragana
from faqsearch.tokens import QueryTerm, Tokenizer
from faqsearch.tokens.denial import denial
from faqsearch.tokens.kana import is_kana_question
from faqsearch.tokens.weights import BOILERPLATE, WEIGHTS
from faqsearch.vectors.builtin import kanji_of
from faqsearch.vectors.interface import Vectors

LEXICAL_LEGS = ("document", "question", "bigram", "reading")
"""`document`: words of everything; `question`: words of each phrasing; `bigram`: pairs of characters of everything;
`reading`: kana n-grams of each phrasing. The order is the order of columns everywhere."""

DENSE_LEGS = frozenset({"dense", "topic", "context", "meaning"})
"""Legs that need the question's vector."""

# Words below this weight only help to ask (教える, 方法); their kanji mean nothing for the answer.
_MEANINGFUL = 0.6
# Nobody wrote these: a part is in its whole, a synonym is another word.
_NOT_WRITTEN = frozenset({"part", "synonym", "learned"})
# The dictionary's verbs end in one of these; what is asked about stands in the nouns. Alone the best single change on
# localgovfaq: nDCG@10 + 0.006, and + 0.002 on support_articles.
_VERB_ENDS = frozenset("うくぐすずつづぬふぶむゆる") | {""}
_OF_A_VERB = 0.7
# A question longer than this is a text; only its beginning is asked.
_LONGEST_QUERY = 2_000
_LATIN = re.compile("[A-Za-z]")
# Not the beginning of a code: the E of E-203 is no え.
_LATIN_WORD = re.compile("(?<![A-Za-z0-9'ー-])[A-Za-z][A-Za-z'ー-]++(?![0-9])")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question after Japanese analysis, before any index is asked."""

    text: str
    """As it was typed."""
    spelled: str
    """What the character legs read: as typed, or, for a question typed in kana, the words it means."""
    words: tuple[QueryTerm, ...]
    """Weighted terms in groups of alternatives."""


def checked(question: str) -> str:
    """Return what of a question is asked: all of it, or the beginning of a text.

    Raises:
        QueryError: It is empty.
    """
    text = question[:_LONGEST_QUERY]
    if not text.strip():
        raise QueryError("the question is empty", hint="Ask with at least one word.")
    return text


def understand(text: str, tokenizer: Tokenizer, lexicon: Lexicon, synonyms: Synonyms | None = None) -> Asked:
    """Return what a question asks for, in the words of an index and their synonyms, written and learned.

    A question typed in kana (`かいやくしたい`, `パスワードワスレタ`) or romaji (`kaiyaku`) is cut into words the
    index holds, where it holds any; everything else goes through MeCab.
    """
    if synonyms is None or not synonyms.rules:
        return _with_learned(_understand(text, tokenizer, lexicon))
    asked = None
    # A word somebody wrote a synonym for is a word, also in katakana or Latin letters no document has. Other
    # questions are never read as kana for their script alone, and need no look ahead.
    if (_LATIN_WORD.search(text) or not _is_written(text)) and not is_kana_question(text):
        words = tokenizer.query_words(text)
        if len(synonyms.expand(words, tokenizer, text=text)) > len(words):
            asked = _as_typed(text, tokenizer, lexicon)
    asked = asked or _understand(text, tokenizer, lexicon)
    return _with_learned(replace(asked, words=tuple(synonyms.expand(asked.words, tokenizer, text=asked.spelled))))


def _with_learned(asked: Asked) -> Asked:
    return Asked(asked.text, asked.spelled, learned_synonyms().expand(asked.words))


def _understand(text: str, tokenizer: Tokenizer, lexicon: Lexicon) -> Asked:
    typed = _kana_for_romaji(text, lexicon)
    if not _is_written(typed) and not any(lexicon.knows([t.term for t in tokenizer.query_words(typed)])):
        read = to_hiragana(normalize(typed))
        # A loan word typed wrong is katakana, too; a sentence is made of words the index knows by their sound.
        found = {word.group: len(word.surface) for word in tokenizer.query_words(read, kana=lexicon.kana)}
        typed = read if sum(found.values()) >= len(read) / 2 else typed
    if typed == text and (not is_kana_question(text) or _says_little(text, tokenizer)):
        return _as_typed(text, tokenizer, lexicon)
    words = tokenizer.query_words(typed, kana=lexicon.kana)
    if not is_kana_question(typed) or not any(lexicon.knows([t.term for t in words])):
        return Asked(text, typed, _weighed(tokenizer.query_words(typed)))
    best = {t.group: t.term for t in reversed(words)}
    return Asked(text, " ".join(best[group] for group in sorted(best)), _weighed(words))


def _is_written(text: str) -> bool:
    """Whether there are kanji or hiragana: a question typed in katakana alone has none."""
    return any(
        "ぁ" <= c <= "ゖ" or "\u3400" <= c <= "\u9fff" or c in "々〆" for c in text
    )  # a pattern compiles for 3 ms


def _says_little(text: str, tokenizer: Tokenizer) -> bool:
    """Whether a question is a greeting or the like: こんにちは is not made of 日 and 来る."""
    words = tokenizer.query_words(text)
    return bool(words) and all(word.weight <= BOILERPLATE for word in words)


def _as_typed(text: str, tokenizer: Tokenizer, lexicon: Lexicon) -> Asked:
    """The words MeCab finds, and what unknown ones were meant to be."""
    words = tokenizer.query_words(text)
    meant = list(also_meant(words, tokenizer, lexicon))
    spelled = text
    for word, written in meant:
        spelled = spelled.replace(word.surface, written)
    return Asked(text, spelled, _weighed([*words, *(word for word, _ in meant)]))


def _weighed(words: Sequence[QueryTerm]) -> tuple[QueryTerm, ...]:
    return tuple(
        [word._replace(weight=word.weight * _OF_A_VERB) if word.term[-1:] in _VERB_ENDS else word for word in words]
    )


def _kana_for_romaji(text: str, lexicon: Lexicon) -> str:
    """Replace Latin words that no document holds and that are romaji from end to end."""

    def kana(match: re.Match[str]) -> str:
        word = match[0].lower()
        # To-Do is stored as one code, todo.
        if any(lexicon.knows([fold(word), fold(word.replace("-", ""))])):
            return match[0]
        read = romaji_to_kana(word)
        return match[0] if _LATIN.search(read) else read

    return _LATIN_WORD.sub(kana, normalize(text)) if _LATIN_WORD.search(text) else text


def question(asked: Asked, tokenizer: Tokenizer, vector: Vectors | None, legs: Collection[str]) -> Question:
    """Return a question as an index takes it.

    Args:
        asked: What was understood.
        tokenizer: The one the index was made with.
        vector: The question's vector; None leaves the dense leg out.
        legs: Lexical legs to ask. `document` is always asked: candidates are read for its words.
    """
    said = {t.group for t in asked.words if t.origin != "variant"}
    words = [WeightedTerm(t.term, t.weight, t.group, t.phrase, t.group not in said) for t in asked.words]
    terms = {"document": words}
    if "question" in legs:
        terms["question"] = words
    if "bigram" in legs:
        terms["bigram"] = list(map(_term, tokenizer.bigrams(asked.spelled)))
    if "reading" in legs:
        terms["reading"] = list(map(_term, tokenizer.reading_ngrams(asked.text)))
    own = [t.term for t in asked.words if t.weight >= _MEANINGFUL and t.origin not in _NOT_WRITTEN]
    return Question(terms, vector, kanji_of("".join(own)), denies=any(denial(asked.text)))


# Every question has です and ます.
@lru_cache(maxsize=1 << 13)
def _term(term: str) -> WeightedTerm:
    return WeightedTerm(term)


def question_weight(term: str) -> float:
    """Return how much a word means in a question, 0–1; 1 for nouns and names."""
    return WEIGHTS.get(term, 1.0) * _verb_weight(term)


def _verb_weight(term: str) -> float:
    return _OF_A_VERB if term[-1:] in _VERB_ENDS else 1.0
