"""Questions and labels."""

from __future__ import annotations

import pytest

from faqsearch.sources.questions import answer_label, is_question, question_label


@pytest.mark.parametrize(
    "text",
    [
        "送料は？",
        "使えますか",
        "使えますか。",
        "何時からでしょうか。",
        "Q. 送料",
        "「電源が入らない」とは?",
        "変えてもよいか",
    ],
)
def test_questions(text: str):
    """A question mark, a final か, or a label."""
    assert is_question(text)


@pytest.mark.parametrize(
    "text", ["送料", "朝か", "なぜなら", "確かめる", "QRコードの読み方", "A4用紙", "Q&A", "使い方の確認"]
)
def test_no_questions(text: str):
    """Words that only look like it."""
    assert not is_question(text)


@pytest.mark.parametrize("label", ["Q. ", "Q1: ", "Ｑ３．", "Q：", "質問1．", "問2 : ", "Q-12. ", "Q5 "])
def test_question_labels(label: str):
    """Labels are measured so that they can be cut off."""
    assert len(label) == question_label(f"{label}送料は")


@pytest.mark.parametrize("label", ["A. ", "A1：", "Ａ．", "回答：", "答え: "])
def test_answer_labels(label: str):
    """The same for answers."""
    assert len(label) == answer_label(f"{label}五百円です")


@pytest.mark.parametrize("text", ["A4用紙です", "API とは", "QRコード", "答えは三です", "問い合わせ", "質問があれば"])
def test_no_labels(text: str):
    """Ordinary words keep their first letter."""
    assert (question_label(text), answer_label(text)) == (0, 0)
