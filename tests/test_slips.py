"""What a word that no document holds was meant to be."""

import json

import pytest

from faqsearch.build import build_index
from faqsearch.search import open_index

ROWS = [
    {"id": "invoice", "question": "インボイスに対応していますか。", "answer": "対応しています。"},
    {"id": "leave", "question": "退会の手続き", "answer": "会員情報からできます。"},
    {"id": "skip", "question": "定期便をスキップしたい", "answer": "マイページからできます。"},
    {"id": "post", "question": "送料はいくらですか。", "answer": "550円です。"},
]


@pytest.fixture(scope="module")
def searcher(tmp_path_factory):
    folder = tmp_path_factory.mktemp("slips")
    (folder / "faq.json").write_text(json.dumps(ROWS, ensure_ascii=False), encoding="utf-8")
    build_index(folder / "faq.json", folder / "i")
    return open_index(folder / "i")


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("インボイズ", "invoice"),  # a letter changed
        ("インボス", "invoice"),  # left out
        ("インボボイス", "invoice"),  # added
        ("インイボス", "invoice"),  # two swapped
        ("大会の手続き", "leave"),  # converted to another word of the same sound
        ("ていきびん", "skip"),  # typed in kana
        ("kaiin", "leave"),  # and in romaji
    ],
)
def test_slips_find_what_was_meant(searcher, question, expected):
    """One letter wrong, the wrong kanji, kana or romaji lead to the entry."""
    assert searcher.search(question).hits[0].id == expected


@pytest.mark.parametrize("question", ["インボイス", "退会", "送料 スキップ"])
def test_words_that_are_known_stay_as_they_are(searcher, question):
    """A correct question gets no other words."""
    asked = searcher.understand(question)

    assert asked.spelled == question
    assert all(word.origin in ("word", "part") for word in asked.words if word.weight == 1.0)


def test_short_and_far_words_are_left_alone(searcher):
    """Two letters wrong, or three letters, are no slips."""
    for question in ("アンボイズ", "ABC"):
        assert searcher.understand(question).spelled == question
