"""A question typed as it is stored brings its own entry first, and surely."""

import pytest

from faqsearch.evaluation.judgments import JudgedQuery
from faqsearch.evaluation.runs import run
from faqsearch.ranking import fuse
from faqsearch.repeats import bare, lead

# The first two differ in a particle; the terms of the second are all in the first, which says them more often.
ROWS = [
    ("long", "コンテナとは何ですか。", "コンテナとは何かを説明します。コンテナとは、コンテナの実行環境です。", []),
    ("short", "コンテナとは何", "別のページをご覧ください。", ["コンテナって何？"]),
    ("twin-a", "料金を確認したい", "マイページで確認できます。", []),
    ("twin-b", "料金を確認したい。", "お電話でお問い合わせください。", []),
    ("copy-a", "住所を変更したい", "マイページで変更できます。", []),
    ("copy-b", "住所を変更したい", "マイページで変更できます！", []),
    ("todo", "To-Do を使う", "やることの一覧です。", []),
    ("other", "送料はいくらですか。", "送料は全国一律です。", ["送料無料の条件", "EC送料"]),
]


@pytest.fixture(scope="module")
def shop(indexed):
    """A searcher over entries whose questions are hard to tell apart."""
    return indexed(("id", "question", "answer", "alternates"), ROWS)


@pytest.mark.parametrize(("name", "question"), [(row[0], text) for row in ROWS for text in (row[1], *row[3])])
def test_every_stored_question_brings_its_own_entry_first(shop, name, question):
    """Also where another entry matches better; entries with the same question come first in any order."""
    hits = shop.search(question).hits
    twins = {row[0] for row in ROWS if bare(question) in map(bare, (row[1], *row[3]))}

    assert {hit.id for hit in hits[: len(twins)]} == twins
    assert name in twins
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


@pytest.mark.parametrize(
    "typed", ["送料はいくらですか。", "送料は いくらですか?", "送料無料の条件", "ＥＣ送料", "ec送料", "コンテナって何"]
)
def test_width_case_and_punctuation_do_not_matter(shop, typed):
    """A repeat of any phrasing is sure."""
    assert shop.search(typed).hits[0].confidence >= 0.95


@pytest.mark.parametrize(
    ("question", "sure"), [("料金を確認したい", False), ("住所を変更したい", True), ("送料", False)]
)
def test_a_question_stored_with_two_answers_is_not_sure(shop, question, sure):
    """Which of the two was meant, nobody can tell; copies of one answer are one answer."""
    understood = shop.understand(question)
    candidates = shop.candidates(understood, shop.encode([understood]))

    assert lead(shop.index, question, candidates, fuse(candidates, shop.settings.weights)).sure is sure


def test_marks_alone_repeat_nothing():
    """`？` is not a repeat of `！`."""
    assert bare("？") == bare("！") == ""


def test_explanations_and_evaluations_rank_alike(shop):
    """What a repeat added is a line of the explanation, so that the shares still make the score."""
    results = shop.search("コンテナとは何", explain=True)
    first = results.hits[0]
    (ranked,) = run(shop, [JudgedQuery("q", "コンテナとは何")]).ranked

    assert first.id == "short" == ranked.fused[0]
    assert shop.explain("コンテナとは何", "short").rank == 1
    assert shop.explain("コンテナとは何", "long").rank == 2
    assert sum(leg.share for leg in first.explanation.values()) == pytest.approx(first.score, abs=1e-5)
    assert first.explanation["repeat"].share > 0
