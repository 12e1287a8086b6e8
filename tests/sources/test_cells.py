"""Lists in cells."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faqsearch.sources.bounds import MAX_EXPANSIONS
from faqsearch.sources.cells import one_line, split_category, split_phrasings, split_tags, tidy


@pytest.mark.parametrize(
    ("cell", "phrasings"),
    [
        ("送料は|配送料は｜送り賃", ["送料は", "配送料は", "送り賃"]),
        ("一つ目\n・二つ目\n- 三つ目", ["一つ目", "二つ目", "三つ目"]),
        ("青、赤、黄はありますか", ["青、赤、黄はありますか"]),
        ("パスワード(変更|再設定)", ["パスワード変更", "パスワード再設定"]),
        ("(解約|退会)（方法｜手順）|やめ方", ["解約方法", "解約手順", "退会方法", "退会手順", "やめ方"]),
        ("送料(税込)|返品（開封後）", ["送料(税込)", "返品（開封後）"]),
        ("((青|赤)い|黒い)傘", ["青い傘", "黒い傘", "赤い傘", "黒い傘"]),
        ("未完(の|括弧", ["未完(の", "括弧"]),
        ("", []),
    ],
)
def test_phrasings(cell: str, phrasings: list[str]):
    """Split at line breaks, bars and semicolons, never at 、; choices are written out."""
    assert (phrasings, False) == split_phrasings(cell)


def test_expansion_is_bounded():
    """A pattern that stands for millions gives the first few and says so."""
    phrasings, cut = split_phrasings("(a|b)" * 20)
    assert (len(phrasings), cut) == (MAX_EXPANSIONS, True)


@pytest.mark.parametrize("cell", ["配送 > 送料", "配送＞送料", "配送 / 送料", "配送\n送料"])
def test_category(cell: str):
    """The usual arrows and spaced slashes separate steps."""
    assert split_category(cell) == ["配送", "送料"]


def test_category_keeps_words_with_slashes():
    """A slash without spaces belongs to the word."""
    assert split_category("返品/交換") == ["返品/交換"]


def test_tags():
    """Commas of both kinds, bars and semicolons."""
    assert split_tags("返品、交換,保証｜#修理; ") == ["返品", "交換", "保証", "修理"]


def test_tidy():
    """One kind of line break, nothing invisible, no space at the ends."""
    assert tidy("\ufeff一 \r\n二\u200b\x1b\x00\n　") == "一\n二"
    assert one_line(" 一\n\n　二 ") == "一 二"


@given(st.text("ab|()（）｜;\n", max_size=40))
def test_any_cell_is_split(cell: str):
    """No mixture of signs crashes or gives an empty phrasing."""
    assert all(split_phrasings(cell)[0])
