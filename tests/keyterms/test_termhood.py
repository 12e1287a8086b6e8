"""FLR: the formula of Nakagawa and Mori."""

import math

import pytest

from faqsearch.keyterms.termhood import flr


def test_the_formula_on_an_example_worked_by_hand():
    """情報 has 1 noun before it and 2 after it, 検索 2 before and 1 after, システム 2 before and none after."""
    counts = {
        ("情報", "検索"): 2,
        ("情報", "検索", "システム"): 3,
        ("個人", "情報"): 1,
        ("情報", "システム"): 1,
        ("検索",): 4,
        ("全文", "検索"): 1,
    }
    scores = flr(counts)

    # left + 1, right + 1: 個人 1·2, 全文 1·2, 情報 2·3, 検索 3·2, システム 3·1.
    assert scores["情報", "検索"] == pytest.approx(2 * (6 * 6) ** (1 / 4))
    assert scores["情報", "検索", "システム"] == pytest.approx(3 * (6 * 6 * 3) ** (1 / 6))
    assert scores["検索",] == pytest.approx(4 * math.sqrt(6))
    assert scores["個人", "情報"] == pytest.approx((2 * 6) ** (1 / 4))


def test_a_noun_that_combines_with_nothing_counts_as_often_as_it_stands():
    """LR is then 1."""
    assert flr({("送料",): 7}) == {("送料",): 7}
