"""Codes of many texts at once are those that each text gives on its own."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from faqsearch.text import normalize
from faqsearch.tokens import FugashiTokenizer
from faqsearch.tokens import stretches as module

TOKENIZER = FugashiTokenizer()
PIECES = ["E-203", "12,345", "1.5", ",", ".", " ", "Windows", "11", "e", "E", "メール", "wifi", "Server", "a@b.example", "https://a.example/x?y=1", "C++", "の", "・", "・", "カ", "ー", "カード", "\n", "\t", "AT&T", "user_name", "𠮷"]  # fmt: skip
TEXT = st.lists(st.sampled_from(PIECES), max_size=8).map("".join).map(normalize)


def expected(text):
    return [module.across(span) for span in TOKENIZER._spans(text, ())]


@settings(deadline=None)
@given(texts=st.lists(TEXT, max_size=6))
def test_stretches_give_what_is_written_across_words(texts):
    """Where it is said what stands across the words of a text, it is all of it, whatever stands before and after the text."""
    for text, codes in zip(texts, TOKENIZER._stretches.of(texts), strict=True):
        assert codes is None or codes == expected(text)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("E-203が出たら電源を切ります。", True),
        ("1,234円、Wi-Fiと6", True),
        ("料金は380円、server が重い", True),
        ("Windows 11を入れる", False),
        ("Eメールで送る", False),
        ("ポイント・カードはA-1、一・二", True),
        ("一行\n二行", False),
    ],
)
def test_plain_texts_are_not_looked_at_again(text, plain):
    """Only what may be more than a code takes the long way."""
    (codes,) = TOKENIZER._stretches.of([text])
    assert (codes is not None) == plain
    assert not plain or codes == expected(text)


def test_what_is_remembered_is_bounded(monkeypatch):
    """Stretches beyond the bound are forgotten and read again."""
    monkeypatch.setattr(module, "_MOST_REMEMBERED", 3)
    texts = [f"型番A-{i}と{i}円" for i in range(10)]
    assert TOKENIZER._stretches.of(texts) == list(map(expected, texts))
    assert len(TOKENIZER._stretches._known) <= 3
