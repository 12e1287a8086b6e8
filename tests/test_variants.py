"""The table of spellings: whatever way a word is written, its text is found and a similar one is not.

`golden/variants.tsv`: kind, question, a text that must match, a text that must not. Kinds in WORDS are settled by the
word leg alone; the others need the character and reading legs as well, and there the right text must win.
"""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

import pytest

from faqsearch.index.lexicon import StoredReadings, lexicon_arrays
from faqsearch.tokens import FugashiTokenizer, KanaLexicon
from golden_cases import GOLDEN

TOKENIZER = FugashiTokenizer()
WORDS = {
    "okurigana",
    "noun-verb",
    "long-vowel",
    "spelling",
    "old-kanji",
    "width",
    "loanword",
    "code",
    "number",
    "compound",
}
MEANINGFUL = 0.25


class Row(NamedTuple):
    """One line of the table."""

    kind: str
    question: str
    match: str
    other: str


ROWS = [
    Row(*line.split("\t"))
    for line in (GOLDEN / "variants.tsv").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]
LEXICON = KanaLexicon(
    StoredReadings(
        lexicon_arrays(Counter(pair for row in ROWS for text in row[2:] for pair in TOKENIZER.kana_words(text)), {})
    )
)


def word_share(question: str, text: str) -> float:
    """Which share of the question's meaning the words of a text hold, 0–1."""
    stored = set(TOKENIZER.words(text))
    asked: dict[int, float] = {}
    found: dict[int, float] = {}
    for term in TOKENIZER.query_words(question, kana=LEXICON):
        if term.weight >= MEANINGFUL:
            asked[term.group] = max(asked.get(term.group, 0.0), term.weight)
            if term.term in stored:
                found[term.group] = max(found.get(term.group, 0.0), term.weight)
    return sum(found.values()) / sum(asked.values()) if asked else 0.0


def share(question: list[str], text: list[str]) -> float:
    """Which share of a question's character terms a text holds."""
    return sum(term in set(text) for term in question) / max(1, len(question))


def likeness(question: str, text: str) -> float:
    """Word, character and reading legs together."""
    return (
        word_share(question, text)
        + share(TOKENIZER.bigrams(question), TOKENIZER.bigrams(text))
        + share(TOKENIZER.reading_ngrams(question), TOKENIZER.reading_ngrams(text))
    )


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.kind}: {row.question}")
def test_variant(row: Row) -> None:
    """The right text is found, the similar one is not found or loses."""
    if row.kind in WORDS:
        assert word_share(row.question, row.match) >= 0.25
        assert word_share(row.question, row.other) == 0
    else:
        assert likeness(row.question, row.match) > likeness(row.question, row.other) + 0.1


def test_table_is_complete() -> None:
    """The table keeps its size and every kind."""
    kinds = Counter(row.kind for row in ROWS)
    assert len(ROWS) >= 120
    assert {*WORDS, "kana", "conversion", "typo", "partial", "mark"} == set(kinds)
    assert min(kinds.values()) >= 4
