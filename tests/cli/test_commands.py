"""What commands do beside printing for people: JSON, TSV, filters, batches, exit codes, which index they take."""

import json
import os
import shutil
from pathlib import Path

import pytest

SEARCH_FIELDS = [
    "rank", "id", "kind", "score", "confidence", "question", "answer", "snippet", "matched", "category", "tags",
    "source",
]  # fmt: skip


def test_search_json_is_the_contract(cli):
    """`--json` writes one document with the fields of the contract, in order, and answers exit with 0."""
    code, out, err = cli("search", "送料はいくらですか", "--json")
    value = json.loads(out)

    assert (0, "") == (code, err)
    assert ["schema", "query", "answered", "took_ms", "hits", "suggestions"] == list(value)
    assert SEARCH_FIELDS == list(value["hits"][0])
    assert "ship" == value["hits"][0]["id"]
    assert {"path": "corpus/faq.csv", "line": 3} == {k: value["hits"][0]["source"][k] for k in ("path", "line")}


def test_no_answer_is_the_same_document_and_exits_with_1(cli):
    """A question nothing matches gets a whole JSON document, without hits."""
    code, out, _ = cli("search", "ｘｑｚ", "--jsonl", "--where", "kind=manual")
    value = json.loads(out)

    assert 1 == code
    assert 1 == len(out.splitlines())
    assert (False, []) == (value["answered"], value["hits"])


def test_fields_choose_and_max_chars_cut(cli):
    """Only the named fields come, in the order named; a cut text ends in … and its hit says so."""
    value = json.loads(cli("search", "荷物が届きません", "-k", "1", "--json", "--fields", "answer,id").out)
    short = json.loads(cli("search", "荷物が届きません", "-k", "1", "--json", "--max-chars", "10").out)["hits"][0]

    assert ["answer", "id"] == list(value["hits"][0])
    assert "お届け予定日を過ぎて…" == short["answer"]
    assert short["cut"]


def test_tsv_has_a_header_and_one_line_per_hit(cli):
    """Line breaks and tabs in texts are written as escapes."""
    lines = cli("search", "荷物が届きません", "-k", "2", "--tsv", "--fields", "rank,id,answer,source").out.splitlines()

    assert "rank\tid\tanswer\tsource" == lines[0]
    assert ["1", "late"] == lines[1].split("\t")[:2]
    assert "\\n1. マイページ" in lines[1]
    assert lines[1].endswith("\tcorpus/faq.csv:4")


def test_explain_says_what_each_leg_found(cli):
    """`--explain` adds an explanation to each hit in JSON and a table in text."""
    explained = json.loads(cli("search", "送料", "--json", "--explain").out)["hits"][0]["explanation"]
    text = cli("search", "送料", "--explain", "-k", "1").out

    assert any(leg["terms"] for leg in explained.values())
    assert "leg " in text


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (["kind=manual"], {"manual"}),
        (["category=配送"], {"ship", "late"}),
        (["category=配送", "tag=追跡"], {"late"}),
        (["category=返品", "category=支払い"], {"back", "bill"}),
        (["source=manual.md"], {"manual"}),
    ],
)
def test_where_filters(cli, where, expected):
    """One field repeated is either value, two fields are both."""
    options = [part for item in where for part in ("--where", item)]
    value = json.loads(cli("search", "商品の返品や送料や領収書や水", "--json", *options).out)

    found = {hit["kind"] if hit["kind"] == "manual" else hit["id"] for hit in value["hits"]}
    assert found
    assert found <= expected


def test_questions_from_stdin_are_answered_line_by_line(cli):
    """Every line of input gives one line of output, bad ones too; the worst decides the exit code."""
    lines = "\ufeff送料はいくらですか\n\n".encode() + b"\xff\xfe\n" + "荷物が届きません\r\n".encode()
    code, out, err = cli("search", "-", "--fields", "id", stdin=lines)
    values = [json.loads(line) for line in out.splitlines()]

    assert (2, "") == (code, err)
    assert ["送料はいくらですか", "", "\ufffd\ufffd", "荷物が届きません"] == [value["query"] for value in values]
    assert [False, True, True, False] == ["error" in value for value in values]
    assert {"code", "message", "hint"} == set(values[1]["error"])
    assert {"id": "late"} == values[3]["hits"][0]


def test_stdin_batches_exit_with_0_only_when_all_are_answered(cli):
    """One question without an answer is enough for exit code 1; no question is no failure."""
    assert 0 == cli("search", "-", stdin="送料はいくらですか\n".encode()).code
    assert 1 == cli("search", "-", stdin="送料はいくらですか\nｘｑｚ\n".encode()).code
    assert 0 == cli("search", "-", stdin=b"").code
    assert 2 == cli("search", "-", "--tsv", stdin=b"").code


def test_the_index_is_the_option_then_the_environment_then_the_only_one(cli, monkeypatch):
    """`--index` wins over $FAQSEARCH_INDEX, which wins over indexes/; two there need a name."""
    assert 0 == cli("info").code
    shutil.copytree("indexes/demo", "indexes/other")
    assert 2 == cli("info").code
    monkeypatch.setenv("FAQSEARCH_INDEX", "indexes/other")
    assert cli("info").out.startswith("indexes/other\n")
    assert cli("info", "--index", "indexes/demo").out.startswith("indexes/demo\n")


def test_no_index_anywhere_exits_with_4(cli):
    """The hint says how to build one."""
    shutil.rmtree("indexes")
    code, out, err = cli("search", "送料")

    assert (4, "") == (code, out)
    assert "faqsearch build CORPUS --into" in err


def test_build_reports_problems_with_path_and_line_and_exits_with_3(cli):
    """Rows that cannot be read are listed on stderr, counted on stdout, and the rest is indexed."""
    Path("corpus/faq.csv").open("a", encoding="utf-8").write("bad,,答えだけ,,,\n")
    code, out, err = cli("build", "corpus", "--into", "indexes/demo")
    value = json.loads(cli("build", "corpus", "--into", "indexes/demo", "--json").out)

    assert 3 == code
    assert "error: corpus/faq.csv:" in err
    assert "1 problem" in out
    assert (1, 7) == (value["errors"], value["documents"])
    assert value["problems"][0]["line"] >= 9


def test_strict_stops_at_the_first_problem(cli):
    """With `--strict` nothing is published; the old generation answers."""
    Path("corpus/faq.csv").open("a", encoding="utf-8").write("bad,,答えだけ,,,\n")
    code, _, err = cli("build", "corpus", "--into", "indexes/demo", "--strict")

    assert 3 == code
    assert err.startswith("error: corpus/faq.csv:")
    assert "000001" in cli("info").out.split("generations")[1]
    assert "000002" not in cli("info").out


def test_only_so_many_problems_are_printed(cli):
    """After twenty, the rest is counted."""
    with Path("corpus/faq.csv").open("a", encoding="utf-8") as file:
        file.writelines(f"bad{i},,答えだけ,,,\n" for i in range(30))
    _, out, err = cli("build", "corpus", "--into", "indexes/demo")

    assert "30 problems" in out
    assert "… and 10 more" in err
    assert 21 == len(err.splitlines())


def test_rollback_brings_the_generation_before_back(cli):
    """After a rollback the older generation answers, and info marks it."""
    cli("build", "corpus/manual.md", "--into", "indexes/demo")
    assert 2 == json.loads(cli("info", "--json").out)["documents"]
    assert 0 == cli("rollback").code
    value = json.loads(cli("info", "--json").out)

    assert 7 == value["documents"]
    assert [True, False] == [generation["current"] for generation in value["generations"]]


def test_rollback_of_a_missing_index_makes_no_folder(cli):
    """Nothing is written where nothing was."""
    assert 4 == cli("rollback", "--index", "indexes/none").code
    assert not Path("indexes/none").exists()


def test_verify_names_the_damaged_file_and_exits_with_4(cli):
    """One changed byte is found, and said, in text and in JSON."""
    path = max(Path("indexes/demo/000001").iterdir(), key=lambda p: p.stat().st_size)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    code, out, _ = cli("verify")

    assert 4 == code
    assert path.name in out.splitlines()[0]
    assert "damaged: 1 problem" in out
    assert not json.loads(cli("verify", "--json").out)["ok"]


def test_a_damaged_index_is_refused_with_exit_code_4(cli):
    """A truncated file stops a search, without a traceback."""
    for path in Path("indexes/demo/000001").iterdir():
        if path.name != "manifest.json":
            os.truncate(path, path.stat().st_size // 2)
    code, out, err = cli("search", "送料")

    assert (4, "") == (code, out)
    assert ["error:", " hint:"] == [line[:6] for line in err.splitlines()]


def test_show_json_is_the_whole_document(cli):
    """Every field is there, empty or not."""
    value = json.loads(cli("show", "ship", "--json").out)

    assert ["配送料", "何円から送料無料？"] == value["phrasings"]
    assert {"path", "line", "page", "heading", "url", "anchor"} == set(value["source"])
    assert 1 == cli("show", "nobody").code


def test_evaluate_measures_and_checks_bounds(cli):
    """The fused ranking comes first; a missed bound exits with 1 and is named on stderr."""
    Path("queries.tsv").write_text("q1\t送料はいくらですか\nq2\t領収書\nq3\t宇宙旅行\n", encoding="utf-8")
    Path("qrels.tsv").write_text("q1\tship\t2\nq2\tbill\t2\n", encoding="utf-8")
    value = json.loads(cli("evaluate", "queries.tsv", "qrels.tsv", "--json").out)
    text = cli("evaluate", "queries.tsv", "qrels.tsv", "--at-least", "recall@10=0.5", "--run", "run.txt")
    missed = cli("evaluate", "queries.tsv", "qrels.tsv", "--at-least", "sr@1=1", "--at-least", "ndcg@1=1", "-k", "5")

    assert "fused" == value["rows"][0]["name"]
    assert (3, 1) == (value["queries"], value["unanswerable"])
    assert 0 == text.code
    assert "ndcg@10" in text.out
    assert Path("run.txt").read_text(encoding="utf-8").startswith("q1\tQ0\tship\t1\t")
    assert missed.code in (0, 1)
    assert missed.code == bool(missed.err)
    assert 3 == cli("evaluate", "nowhere.tsv", "qrels.tsv").code
