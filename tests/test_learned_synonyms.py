"""Synonyms that ship with the package: what the table holds, and what a question makes of it."""

import pytest

from faqsearch.synonyms.learned import WEIGHT, learned_synonyms
from faqsearch.tokens import FugashiTokenizer, QueryTerm


@pytest.fixture(scope="module")
def tokenizer() -> FugashiTokenizer:
    return FugashiTokenizer()


def test_knows_what_other_writers_call_it() -> None:
    """記憶域 and ストレージ, 予定表 and カレンダー: words without a character in common, both ways."""
    table = learned_synonyms()
    for one, other in (("記憶", "ストレージ"), ("予定", "カレンダ"), ("取り消す", "キヤンセル"), ("権限", "許可")):
        assert other in dict(table.of(one)), one
        assert one in dict(table.of(other)), other


def test_likenesses_are_shares_and_likeliest_first() -> None:
    """Numbers mean the same for every word."""
    found = learned_synonyms().of("設定")
    values = [likeness for _, likeness in found]
    assert values == sorted(values, reverse=True)
    assert all(0.25 <= value <= 1 for value in values)


def test_an_unknown_word_has_none() -> None:
    """Also an empty one."""
    assert learned_synonyms().of("らりるれろぱぴぷ") == []
    assert learned_synonyms().of("") == []


def test_a_synonym_is_an_alternative_that_counts_less(tokenizer: FugashiTokenizer) -> None:
    """It joins its word's group, so a word never counts twice, and weighs at most 0.3 of it."""
    words = tokenizer.query_words("予約をキャンセルしたい")
    expanded = learned_synonyms().expand(words)
    assert expanded[: len(words)] == tuple(words)
    added = expanded[len(words) :]
    assert "取り消す" in {word.term for word in added}
    asked = {word.group: word.weight for word in reversed(words) if word.origin == "word"}
    for word in added:
        assert word.origin == "learned"
        assert 0 < word.weight <= WEIGHT * asked[word.group]


def test_a_word_that_was_asked_is_not_added_again(tokenizer: FugashiTokenizer) -> None:
    """Its own occurrence counts in full."""
    words = tokenizer.query_words("予約をキャンセルしたい。取り消す")
    terms = [word.term for word in learned_synonyms().expand(words)]
    assert terms.count("取り消す") == 1


def test_words_that_only_help_to_ask_get_none() -> None:
    """What 教える is called elsewhere says nothing about the answer."""
    weak = QueryTerm("問題", 0.3, "word", "問題", 0)
    assert learned_synonyms().of("問題")
    assert learned_synonyms().expand([weak]) == (weak,)
