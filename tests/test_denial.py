"""Denial: できない is not できる."""

import pytest

from faqsearch import build_index, open_index
from faqsearch.tokens.denial import denial


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("ログインできない", "ない"),
        ("メールが届きません。", "ません"),
        ("電源が入らなくなった", "なく"),
        ("注文できず困っています", "できず"),
        ("コードを使わずに入る", "わず"),
        ("印刷に失敗する", "失敗"),
        ("返品不可の商品", "不可"),
        ("画面が出なかった", "なかった"),
    ],
)
def test_a_denial_is_found_where_it_stands(text, word):
    """The span of a text's first denial is that of the word that denies."""
    start, end = denial(text)

    assert text[start:end] == word


@pytest.mark.parametrize(
    "text",
    [
        "ログインする方法",
        "返品していただけませんか？",
        "分割払いはできないのですか",
        "届け出なければならないもの",
        "代理の者でもかまいませんか",
        "在庫が少ない商品",
        "まず、登録する",
        "必ず確認すること",
        "",
    ],
)
def test_what_only_looks_like_a_denial_is_none(text):
    """Polite questions, duties and words like 少ない deny nothing."""
    assert denial(text) == (0, 0)


def test_who_asks_how_does_not_get_the_entry_for_when_it_fails(tmp_path):
    """Of two entries of the same words, the one that denies as the question does comes first."""
    corpus = tmp_path / "faq.csv"
    corpus.write_text(
        "ID,質問,回答\nfails,アプリでログインできない,通信の状態を確かめてください。\n"
        "works,アプリでログインできること,登録した番号を入れてください。\n",
        encoding="utf-8",
    )
    build_index(corpus, tmp_path / "index")
    searcher = open_index(tmp_path / "index")

    assert searcher.search("アプリにログインしたい").hits[0].document.id == "works"
    assert searcher.search("アプリにログインできません").hits[0].document.id == "fails"
