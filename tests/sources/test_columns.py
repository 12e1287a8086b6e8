"""Which column is which."""

from __future__ import annotations

import pytest

from faqsearch.sources.columns import recognise


@pytest.mark.parametrize(
    "names",
    [
        ("質問", "回答"),
        ("Question", "ANSWER"),
        ("Ｑ", "Ａ"),
        ("タイトル", "本文"),
        ("title", "text"),
        ("件名", "内容"),
        ("お問い合わせ内容", "ご回答"),
        ("見出し", "説明"),
        ("質問文（必須）", "回 答 文"),
    ],
)
def test_question_and_answer(names: tuple[str, str]):
    """Japanese and English names, in any case and width."""
    columns = recognise(names)
    assert {"question": (names[0],), "answer": (names[1],)} == dict(columns.parts)


def test_better_name_wins():
    """Of two candidates the surer one is taken, the other is kept as an extra column."""
    columns = recognise(["タイトル", "質問", "内容", "回答", "answer_md"])
    assert (
        columns.parts["question"],
        columns.parts["answer"],
        columns.extra,
    ) == (("質問",), ("回答",), ("タイトル", "内容"))


def test_several_columns_for_one_list():
    """Numbered columns and levels of categories join, levels widest first."""
    columns = recognise(["小分類", "大分類", "別表現1", "別表現２", "質問", "回答"])
    assert (columns.parts["category"], columns.parts["phrasings"]) == (("大分類", "小分類"), ("別表現1", "別表現２"))


def test_faq_or_manual():
    """Questions and answers are an FAQ; titles and texts may be anything."""
    assert recognise(["タイトル", "回答"]).is_faq
    assert not recognise(["title", "text"]).is_faq
