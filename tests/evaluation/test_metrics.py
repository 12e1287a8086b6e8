from __future__ import annotations

import ir_measures
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from faqsearch.errors import SettingsError
from faqsearch.evaluation.metrics import Metric, estimates, mrr, ndcg, recall, success, usual

DOCUMENTS = [f"d{i}" for i in range(12)]
GRADES = st.dictionaries(st.sampled_from(DOCUMENTS), st.integers(0, 2), max_size=8)
RANKINGS = st.lists(st.sampled_from(DOCUMENTS), unique=True, max_size=12)
THEIRS = {
    "ndcg": lambda k: ir_measures.nDCG(gains={0: 0, 1: 1, 2: 3}) @ k,
    "mrr": lambda k: ir_measures.RR @ k,
    "sr": lambda k: ir_measures.Success @ k,
    "recall": lambda k: ir_measures.R @ k,
}


def test_values_of_a_case_done_by_hand():
    """Relevant documents at ranks 1 (related) and 3 (right), and one right document not found."""
    ranking, grades = ["b", "x", "a"], {"a": 2, "b": 1, "c": 2, "x": 0}
    found = 1 + 3 / np.log2(4)
    assert pytest.approx(found / (3 + 3 / np.log2(3) + 1 / np.log2(4))) == ndcg(ranking, grades, 10)
    assert mrr(ranking, grades, 10) == 1
    assert success(ranking, grades, 1) == 1
    assert recall(ranking, grades, 10) == pytest.approx(2 / 3)
    assert recall(ranking, grades, 1) == pytest.approx(1 / 3)


def test_nothing_found_and_nothing_judged_are_zero():
    for metric in usual(10):
        assert metric.of([], {"a": 2}) == 0
        assert metric.of(["a"], {}) == 0
        assert metric.of(["a"], {"a": 0}) == 0


@given(RANKINGS, GRADES.filter(lambda grades: any(grades.values())), st.integers(1, 12))
def test_metrics_agree_with_ir_measures(ranking, grades, k):
    qrels = [ir_measures.Qrel("q", document, grade) for document, grade in grades.items()]
    run = [ir_measures.ScoredDoc("q", document, 100.0 - rank) for rank, document in enumerate(ranking)]
    names = {name: make(k) for name, make in THEIRS.items()}
    theirs = ir_measures.calc_aggregate(list(names.values()), qrels, run) if run else dict.fromkeys(names.values(), 0)
    for name, measure in names.items():
        assert Metric(name, k).of(ranking, grades) == pytest.approx(theirs[measure], abs=1e-9), name


@pytest.mark.parametrize("text", ["ndcg", "ndcg@", "ndcg@0", "ndcg@-1", "map@10", "@10", "ndcg@x", ""])
def test_a_metric_that_does_not_exist_is_an_error(text):
    with pytest.raises(SettingsError, match="unknown metric"):
        Metric.parse(text)


def test_metrics_are_written_as_they_are_read():
    assert [str(metric) for metric in usual(10)] == ["ndcg@10", "mrr@10", "sr@1", "sr@5", "recall@10"]
    assert [str(Metric.parse(str(metric))) for metric in usual(3)] == ["ndcg@3", "mrr@3", "sr@1", "sr@3", "recall@3"]


def test_an_interval_covers_the_mean_and_shrinks_with_more_queries():
    generator = np.random.default_rng(5)
    few, many = (generator.random((count, 1)) for count in (50, 5_000))
    (narrow,), (wide,) = estimates(many, seed=1), estimates(few, seed=1)
    assert narrow.low < narrow.mean < narrow.high
    assert wide.high - wide.low > 5 * (narrow.high - narrow.low)
    # The standard error of a mean of 5,000 uniform numbers is 0.0041; the interval is 3.92 of them wide.
    assert narrow.high - narrow.low == pytest.approx(3.92 * np.sqrt(1 / 12 / 5_000), rel=0.1)


def test_the_same_seed_gives_the_same_interval_and_columns_are_drawn_together():
    values = np.random.default_rng(5).random((40, 1))
    assert estimates(values, seed=3) == estimates(values, seed=3)
    first, second, difference = estimates(np.hstack((values, values + 0.25, np.full((40, 1), 0.25))), seed=3)
    assert second.low - first.low == pytest.approx(0.25)
    assert (difference.low, difference.high) == pytest.approx((0.25, 0.25))


def test_no_queries_have_no_interval():
    assert [estimate.mean for estimate in estimates(np.empty((0, 2)), seed=1)] == [0, 0]
