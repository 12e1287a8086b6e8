"""Copies: which documents say much the same."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from faqsearch.documents import Document, Source
from faqsearch.index.copies import asked_key, find_originals

TEXT = (
    "アプリとコーヒーメーカーの連携を解除するには、アプリの設定画面を開き、登録した機器の一覧から解除したい機器を選びます。"
    "解除したあとも、本体のボタンからの操作はこれまでどおりできます。もう一度使うときは、初めてのときと同じ手順で登録します。"
)


def originals(*documents):
    """Find the copies among (question, answer) pairs."""
    given = [Document(str(n), "manual", q, a, Source("m.md")) for n, (q, a) in enumerate(documents)]
    asked = np.array([asked_key(document) for document in given], dtype=np.uint64)
    return find_originals(asked, given.__getitem__).tolist()


def test_the_first_is_the_original_of_all():
    """Copies need not stand together; a document like no other has no original."""
    assert originals(("解除", TEXT), ("登録", TEXT), ("解除", TEXT), ("解除", TEXT)) == [0, -1, 0, 0]


@pytest.mark.parametrize(
    ("before", "after", "copy"),
    [
        ("。", "．", True),
        ("アプリ", "ｱﾌﾟﾘ", True),
        ("これまでどおり", "今までどおり", True),
        ("設定画面", "App画面", False),
        ("一覧から", "一覧の2番目から", False),
        ("もう一度使うときは、初めてのときと同じ手順で登録します。", "", False),
    ],
)
def test_much_the_same_is_not_another_number_name_or_sentence(before, after, copy):
    """Width, punctuation and a word may differ; a number, a Latin word or a sentence more is another text."""
    assert (originals(("解除", TEXT), ("解除", TEXT.replace(before, after))) == [0, 0]) is copy


def test_short_texts_are_no_copies():
    """なし。 under one heading on two pages answers two questions."""
    assert originals(("制約", "なし。"), ("制約", "なし。")) == [-1, -1]


def test_headings_are_the_same_but_for_their_form():
    """Width and punctuation of the question do not count, its words do."""
    assert originals(("Ｗｉ－Ｆｉの解除", TEXT), ("wi-fiの解除？", TEXT), ("Wi-Fiの設定", TEXT)) == [0, 0, -1]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("あいう"), st.lists(st.integers(0, 7), min_size=4, max_size=9)), max_size=12))
def test_banding_finds_what_comparing_all_pairs_finds(rows):
    """On texts of whole sentences: each document has the first original whose 5-grams are nine tenths the same."""
    sentences = [TEXT[i * 13 : i * 13 + 13] for i in range(8)]
    documents = [(q, "".join(sentences[n] for n in parts)) for q, parts in rows]

    expected = np.full(len(documents), -1)
    firsts = []
    for number, (question, answer) in enumerate(documents):
        letters = "".join(filter(str.isalnum, answer))
        grams = {letters[i : i + 5] for i in range(max(1, len(letters) - 4))}
        if len(answer) < 50:
            continue
        for other, asked, theirs in firsts:
            if asked == question and len(grams & theirs) >= 0.9 * len(grams | theirs):
                expected[number] = expected[other] = other
                break
        else:
            firsts.append((number, question, grams))
    assert originals(*documents) == expected.tolist()
