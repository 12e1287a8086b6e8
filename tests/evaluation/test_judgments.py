from __future__ import annotations

import pytest

from faqsearch.errors import JudgmentsError
from faqsearch.evaluation.judgments import JudgedQuery, read_judgments, read_qrels, read_queries


def write(tmp_path, name, text, encoding="utf-8"):
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("q.jsonl", '{"id": "q1", "query": "送料は？"}\n{"id": 2, "query": "返品, したい"}\n'),
        ("q.jsonl", '\ufeff{"_id": "q1", "text": "送料は？"}\r\n\r\n{"_id": "2", "text": "返品, したい"}'),
        ("q.tsv", "q1\t送料は？\n2\t返品, したい\n"),
        ("q.tsv", "id\tquery\r\nq1\t送料は？\r\n2\t返品, したい\r\n"),
        ("q.txt", "q1\t送料は？\n\n2\t返品, したい"),
        ("q.csv", 'id,query\nq1,送料は？\n2,"返品, したい"\n'),
        ("q.csv", '質問,id\n送料は？,q1\n"返品, したい",2\n'),
    ],
)
def test_every_form_of_queries_file_gives_the_same_queries(tmp_path, name, text):
    assert read_queries(write(tmp_path, name, text)) == [
        JudgedQuery("q1", "送料は？"),
        JudgedQuery("2", "返品, したい"),
    ]


def test_a_queries_file_from_a_japanese_spreadsheet_is_read(tmp_path):
    path = write(tmp_path, "q.csv", "id,query\n1,領収書はもらえますか\n2,届け先を変更したいのですが\n", "cp932")
    assert [query.text for query in read_queries(path)] == ["領収書はもらえますか", "届け先を変更したいのですが"]


def test_other_keys_are_kept(tmp_path):
    path = write(tmp_path, "q.jsonl", '{"id": "1", "query": "そうりょう", "kind": "kana", "page": 3, "note": null}\n')
    assert dict(read_queries(path)[0].extra) == {"kind": "kana", "page": "3"}


def test_a_question_may_hold_a_line_separator(tmp_path):
    path = write(tmp_path, "q.jsonl", '{"id": "1", "query": "送料\u2028いくら"}\n{"id": "2", "query": "返品"}\n')
    assert [query.id for query in read_queries(path)] == ["1", "2"]


@pytest.mark.parametrize(
    ("name", "text", "place"),
    [
        ("q.jsonl", '{"id": "1", "query": "送料"}\n{"id": "2"\n', "q.jsonl:2: not JSON"),
        ("q.jsonl", '{"id": "1", "query": "送料"}\n["2"]\n', "q.jsonl:2: not a JSON object"),
        ("q.jsonl", '{"id": "1"}\n', "q.jsonl:1: no question"),
        ("q.jsonl", '{"query": "送料"}\n', "q.jsonl:1: no query id"),
        ("q.tsv", "1\t送料\n1\t返品\n", "q.tsv:2: query id '1' comes twice"),
        ("q.tsv", "1\t送料\n2\n", "q.tsv:2: 1 columns"),
        ("q.csv", 'id,query\n1,"送\n料"\n2,返品,交換\n', "q.csv:4: 3 columns"),
    ],
)
def test_a_bad_line_of_queries_is_named(tmp_path, name, text, place):
    with pytest.raises(JudgmentsError, match="1 columns" if "1 columns" in place else place) as caught:
        read_queries(write(tmp_path, name, text))
    assert place in str(caught.value)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("qrels.tsv", "query_id\tdoc_id\tgrade\nq1\td1\t2\nq1\td 2\t1\nq2\td1\t0\n"),
        ("qrels.tsv", "q1\td1\t2\nq1\td 2\t1\nq2\td1\t0\n"),
        ("qrels.tsv", "質問\t文書\t評価\nq1\td1\t2\nq1\td 2\t1\nq2\td1\t0\n"),
        ("qrels.tsv", "grade\tdoc_id\tquery_id\n2\td1\tq1\n1\td 2\tq1\n0\td1\tq2\n"),
        ("qrels.txt", "q1\t0\td1\t2\nq1\t0\td 2\t1\nq2\t0\td1\t-2\n"),
        ("qrels.csv", "q1,d1,2\nq1,d 2,1\nq2,d1,0\n"),
        ("qrels.tsv", "query-id\tcorpus-id\tscore\r\nq1\td1\t2\r\nq1\td1\t2\r\nq1\td 2\t1\r\nq2\td1\t0\r\n"),
    ],
)
def test_every_form_of_qrels_gives_the_same_grades(tmp_path, name, text):
    assert read_qrels(write(tmp_path, name, text)) == {"q1": {"d1": 2, "d 2": 1}, "q2": {"d1": 0}}


def test_trec_qrels_may_use_spaces(tmp_path):
    assert read_qrels(write(tmp_path, "qrels", "1 0 d1 1\n1 0   d2 0\n")) == {"1": {"d1": 1, "d2": 0}}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("q1\td1\t2\nq1\td2\tgood\n", "qrels.tsv:2: grade 'good' is not a whole number"),
        ("q1\td1\t1.5\n", "qrels.tsv:1: grade '1.5'"),
        ("q1\td1\t2\nq1\td1\t1\n", "qrels.tsv:2: document 'd1' is judged twice"),
        ("q1\td1\t2\nq1\td2\n", "qrels.tsv:2: 2 columns"),
        ("q1\t\t2\n", "qrels.tsv:1: an id is empty"),
    ],
)
def test_a_bad_line_of_qrels_is_named(tmp_path, text, message):
    with pytest.raises(JudgmentsError) as caught:
        read_qrels(write(tmp_path, "qrels.tsv", text))
    assert message in str(caught.value)
    assert caught.value.hint


def test_a_file_that_is_missing_or_not_text_is_named(tmp_path):
    with pytest.raises(JudgmentsError, match=r"none\.jsonl: No such file"):
        read_queries(tmp_path / "none.jsonl")
    (tmp_path / "q.tsv").write_bytes(bytes(range(256)) * 8)
    with pytest.raises(JudgmentsError, match=r"q\.tsv"):
        read_queries(tmp_path / "q.tsv")


def test_judgments_of_another_set_of_queries_are_refused():
    with pytest.raises(JudgmentsError, match="none of the 1 judged query ids"):
        read_judgments([JudgedQuery("a", "送料")], {"b": {"d": 1}})


def test_judgments_say_what_can_be_answered_and_what_was_left_out():
    queries = [JudgedQuery("a", "送料"), JudgedQuery("b", "天気"), JudgedQuery("c", "星座")]
    judgments = read_judgments(queries, {"a": {"d": 1, "e": 0}, "b": {"d": 0}, "z": {"f": 2}})
    assert [judgments.answerable(query) for query in queries] == [True, False, False]
    assert judgments.unasked == 1
    assert judgments.documents() == {"d"}


def test_no_queries_are_an_error():
    with pytest.raises(JudgmentsError, match="no queries"):
        read_judgments([], {})
