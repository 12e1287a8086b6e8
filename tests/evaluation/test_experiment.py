from __future__ import annotations

import json

import ir_measures
import pytest

from faqsearch.errors import JudgmentsError, SettingsError
from faqsearch.evaluation import Bound, evaluate, failures, write_trec
from faqsearch.evaluation.judgments import JudgedQuery, read_qrels


@pytest.fixture(scope="module")
def evaluation(judged):
    return evaluate(judged / "queries.jsonl", judged / "qrels.tsv", index=judged / "index")


def test_the_fused_row_is_what_searching_shows(evaluation, searcher):
    """A user of `search` sees the ranking, confidence and verdict that were measured."""
    for ranked in evaluation.runs.ranked:
        results = searcher.search(ranked.query.text, k=10)
        assert tuple(hit.id for hit in results.hits) == ranked.fused[:10]
        assert results.answered == ranked.answered
        assert (results.hits[0].confidence if results.hits else 0) == pytest.approx(ranked.confidence)


def test_every_leg_has_a_row_after_the_fused_one(evaluation, searcher):
    asked = {leg for leg, weight in searcher.settings.weights.items() if weight > 0}
    assert evaluation.rows[0].name == "fused"
    assert asked <= {row.name for row in evaluation.rows[1:]}
    for row in evaluation.rows:
        assert row.queries == 6
        for estimate in row.values.values():
            assert 0 <= estimate.low <= estimate.mean <= estimate.high <= 1


def test_what_is_left_without_a_leg_is_measured_when_asked_for(evaluation, judged):
    ablated = evaluate(judged / "queries.jsonl", judged / "qrels.tsv", index=judged / "index", ablate=True)
    assert ablated.rows[: len(evaluation.rows)] == evaluation.rows
    left = [row.name for row in ablated.rows[len(evaluation.rows) :]]
    assert "without dense" in left
    assert all(name.startswith("without ") for name in left)


def test_values_agree_with_ir_measures_on_the_run_file(evaluation, judged, tmp_path):
    """Our means equal those of another implementation reading our TREC run and the qrels."""
    write_trec(evaluation.runs, tmp_path / "run.txt")
    run = list(ir_measures.read_trec_run(str(tmp_path / "run.txt")))
    qrels = [
        ir_measures.Qrel(query, document, grade)
        for query, grades in read_qrels(judged / "qrels.tsv").items()
        if any(grades.values())
        for document, grade in grades.items()
    ]
    theirs = {
        "ndcg@10": ir_measures.nDCG(gains={0: 0, 1: 1, 2: 3}) @ 10,
        "mrr@10": ir_measures.RR @ 10,
        "sr@5": ir_measures.Success @ 5,
        "recall@10": ir_measures.R @ 10,
    }
    expected = ir_measures.calc_aggregate(list(theirs.values()), qrels, run)
    for name, measure in theirs.items():
        assert evaluation.rows[0].values[name].mean == pytest.approx(expected[measure]), name
        assert evaluation.value(name) == pytest.approx(expected[measure]), name


def test_questions_without_an_answer_are_counted_not_averaged(evaluation):
    assert (evaluation.queries, evaluation.unanswerable) == (8, 2)
    assert evaluation.verdicts.refused is not None
    assert [row.name for row in evaluation.kinds] == ["word", "kana"]
    assert sum(row.queries for row in evaluation.kinds) == 6


def test_the_worst_queries_say_what_was_expected_and_what_was_found(judged):
    """A judgment that no ranking can follow comes first, with both sides named."""
    queries = [JudgedQuery("a", "送料はいくらですか"), JudgedQuery("b", "返品はできますか")]
    evaluation = evaluate(queries, {"a": {"battery": 2}, "b": {"return": 2}}, index=judged / "index")
    (worst,) = evaluation.worst
    assert (worst.id, worst.query) == ("a", "送料はいくらですか")
    assert [(shown.id, shown.question, shown.grade) for shown in worst.expected] == [("battery", "電池の交換方法", 2)]
    assert (worst.found[0].id, worst.found[0].rank, worst.found[0].grade) == ("shipping", 1, 0)
    assert evaluate(queries, {"a": {"battery": 2}}, index=judged / "index", worst=0).worst == ()


def test_judgments_of_another_corpus_fail_loudly(judged):
    with pytest.raises(JudgmentsError, match="none of the 1 judged documents is in") as caught:
        evaluate([JudgedQuery("a", "送料")], {"a": {"elsewhere": 2}}, index=judged / "index")
    assert str(judged / "index") in str(caught.value)


def test_some_documents_that_are_not_in_the_index_are_reported_and_count_as_failures(judged, searcher):
    grades = {"a": {"shipping": 2}, "b": {"gone": 2}}
    queries = [JudgedQuery("a", "送料はいくらですか"), JudgedQuery("b", "返品はできますか")]
    evaluation = evaluate(queries, grades, index=searcher)
    assert evaluation.missing == ("gone",)
    assert evaluation.rows[0].values["sr@5"].mean == 0.5
    assert evaluation.worst[0].expected[0].question == ""


def test_a_set_that_answers_nothing_is_refused(searcher):
    with pytest.raises(JudgmentsError, match="no query has a relevant document"):
        evaluate([JudgedQuery("a", "送料")], {"a": {"shipping": 0}}, index=searcher)


def test_bounds_are_checked(evaluation):
    reached = evaluation.value("sr@5")
    assert failures(evaluation, [Bound.parse(f"sr@5={reached}"), Bound.parse("ndcg@10=0")]) == []
    (line,) = failures(evaluation, [Bound.parse("recall@1=1"), Bound.parse("ndcg@10=0.01")])
    assert line.startswith("recall@1 is 0.")
    assert line.endswith("below 1")


@pytest.mark.parametrize("text", ["ndcg@10", "ndcg@10=", "ndcg@10=half", "ndcg@10=1.5", "ndcg@10=nan", "=0.5", "x=0.5"])
def test_a_bound_that_makes_no_sense_is_an_error(text):
    with pytest.raises(SettingsError):
        Bound.parse(text)


def test_the_json_is_plain_and_whole(evaluation):
    value = json.loads(json.dumps(evaluation.to_json()))
    assert value["schema"] == 1
    assert value["rows"][0]["name"] == "fused"
    assert set(value["rows"][0]["ndcg@10"]) == {"mean", "low", "high"}
    assert (value["queries"], value["unanswerable"]) == (8, 2)


def test_the_same_seed_gives_the_same_numbers(evaluation, judged):
    again = evaluate(judged / "queries.jsonl", judged / "qrels.tsv", index=judged / "index")
    assert (again.rows, again.kinds, again.verdicts) == (evaluation.rows, evaluation.kinds, evaluation.verdicts)


def test_a_run_file_that_cannot_be_written_is_an_error(evaluation, tmp_path):
    with pytest.raises(JudgmentsError, match="No such file"):
        write_trec(evaluation.runs, tmp_path / "none" / "run.txt")
