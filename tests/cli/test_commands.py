"""What commands do beside printing for people: JSON, TSV, filters, batches, exit codes, which index they take."""

import json
import os
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from faqsearch.index.folder import IndexFolder
from faqsearch.retune import rewrite_settings

SEARCH_FIELDS = [
    "rank", "id", "kind", "score", "confidence", "question", "answer", "snippet", "matched", "category", "tags",
    "source", "copies",
]  # fmt: skip


def spoil(path, rows=1):
    """Add rows that have an answer and no question."""
    with Path(path).open("a", encoding="utf-8") as file:
        file.writelines(f"bad{i},,答えだけ,,,\n" for i in range(rows))


def test_search_json_is_the_contract(cli):
    """`--json` writes one document with the fields of the contract, in order, and answers exit with 0."""
    code, out, err = cli("search", "送料はいくらですか", "--json")
    value = json.loads(out)

    assert (code, err) == (0, "")
    assert list(value) == ["schema", "query", "answered", "took_ms", "hits", "suggestions", "did_you_mean"]
    assert list(value["hits"][0]) == SEARCH_FIELDS
    assert value["hits"][0]["id"] == "ship"
    assert {k: value["hits"][0]["source"][k] for k in ("path", "line")} == {"path": "corpus/faq.csv", "line": 3}


def test_a_build_beside_another_exits_with_5(cli, tmp_path):
    """Worth retrying: it says who holds the index and writes nothing."""
    place = tmp_path / "held"
    with IndexFolder(place).lock("build"):
        code, out, err = cli("build", "corpus", "--into", str(place))

    assert (code, out) == (5, "")
    assert "error: " in err
    assert str(os.getpid()) in err
    assert not (place / "CURRENT").exists()


def test_no_answer_is_the_same_document_and_exits_with_1(cli):
    """A question nothing matches gets a whole JSON document, without hits."""
    code, out, _ = cli("search", "ｘｑｚ", "--jsonl", "--where", "kind=manual")
    value = json.loads(out)

    assert code == 1
    assert len(out.splitlines()) == 1
    assert (value["answered"], value["hits"]) == (False, [])


def test_fields_choose_and_max_chars_cut(cli):
    """Only the named fields come, in the order named; a cut text ends in … and its hit says so."""
    value = json.loads(cli("search", "荷物が届きません", "-k", "1", "--json", "--fields", "answer,id").out)
    short = json.loads(cli("search", "荷物が届きません", "-k", "1", "--json", "--max-chars", "10").out)["hits"][0]

    assert list(value["hits"][0]) == ["answer", "id"]
    assert short["answer"] == "お届け予定日を過ぎて…"
    assert short["cut"]


def test_tsv_has_a_header_and_one_line_per_hit(cli):
    """Line breaks and tabs in texts are written as escapes."""
    lines = cli("search", "荷物が届きません", "-k", "2", "--tsv", "--fields", "rank,id,answer,source").out.splitlines()

    assert lines[0] == "rank\tid\tanswer\tsource"
    assert lines[1].split("\t")[:2] == ["1", "late"]
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

    assert (code, err) == (2, "")
    assert [value["query"] for value in values] == ["送料はいくらですか", "", "\ufffd\ufffd", "荷物が届きません"]
    assert ["error" in value for value in values] == [False, True, True, False]
    assert {"code", "message", "hint"} == set(values[1]["error"])
    assert values[3]["hits"][0] == {"id": "late"}


def test_stdin_batches_exit_with_0_only_when_all_are_answered(cli):
    """One question without an answer is enough for exit code 1; no question is no failure."""
    assert cli("search", "-", stdin="送料はいくらですか\n".encode()).code == 0
    assert cli("search", "-", stdin="送料はいくらですか\nｘｑｚ\n".encode()).code == 1
    assert cli("search", "-", stdin=b"").code == 0
    assert cli("search", "-", "--tsv", stdin=b"").code == 2


def test_the_index_is_the_option_then_the_environment_then_the_only_one(cli, monkeypatch):
    """`--index` wins over $FAQSEARCH_INDEX, which wins over indexes/; two there need a name."""
    assert cli("info").code == 0
    shutil.copytree("indexes/demo", "indexes/other")
    assert cli("info").code == 2
    monkeypatch.setenv("FAQSEARCH_INDEX", "indexes/other")
    assert cli("info").out.startswith("indexes/other\n")
    assert cli("info", "--index", "indexes/demo").out.startswith("indexes/demo\n")


def test_no_index_anywhere_exits_with_4(cli):
    """The hint says how to build one."""
    shutil.rmtree("indexes")
    code, out, err = cli("search", "送料")

    assert (code, out) == (4, "")
    assert "faqsearch build CORPUS --into" in err


def test_build_reports_problems_with_path_and_line_and_exits_with_3(cli):
    """Rows that cannot be read are listed on stderr, counted on stdout, and the rest is indexed."""
    spoil("corpus/faq.csv")
    code, out, err = cli("build", "corpus", "--into", "indexes/demo")
    value = json.loads(cli("build", "corpus", "--into", "indexes/demo", "--json").out)

    assert code == 3
    assert "error: corpus/faq.csv:" in err
    assert "1 problem" in out
    assert (value["errors"], value["documents"]) == (1, 7)
    assert value["problems"][0]["line"] >= 9


def test_strict_stops_at_the_first_problem(cli):
    """With `--strict` nothing is published; the old generation answers."""
    spoil("corpus/faq.csv")
    code, _, err = cli("build", "corpus", "--into", "indexes/demo", "--strict")

    assert code == 3
    assert err.startswith("error: corpus/faq.csv:")
    assert "000001" in cli("info").out.split("generations")[1]
    assert "000002" not in cli("info").out


def test_only_so_many_problems_are_printed(cli):
    """After twenty, the rest is counted."""
    spoil("corpus/faq.csv", rows=30)
    _, out, err = cli("build", "corpus", "--into", "indexes/demo")

    assert "30 problems" in out
    assert "… and 10 more" in err
    assert len(err.splitlines()) == 21


def test_rollback_brings_the_generation_before_back(cli):
    """After a rollback the older generation answers, and info marks it."""
    cli("build", "corpus/manual.md", "--into", "indexes/demo")
    assert json.loads(cli("info", "--json").out)["documents"] == 2
    assert cli("rollback").code == 0
    value = json.loads(cli("info", "--json").out)

    assert value["documents"] == 7
    assert [generation["current"] for generation in value["generations"]] == [True, False]


def test_a_generation_of_another_format_is_listed_as_that(cli):
    """An older faqsearch's generation beside the current one costs nothing: info says what is wrong with it."""
    cli("build", "corpus", "--into", "indexes/demo")
    manifest = Path("indexes/demo/000001/manifest.json")
    manifest.write_text(manifest.read_text(encoding="utf-8").replace('"format": 2', '"format": 1'), encoding="utf-8")
    out, value = cli("info").out, json.loads(cli("info", "--json").out)

    assert "000001  cannot be used: " in out
    assert "has index format 1" in out
    assert [generation["name"] for generation in value["generations"]] == ["000002"]
    assert [generation["name"] for generation in value["unusable"]] == ["000001"]
    assert cli("rollback").code == 4
    assert cli("verify").code == 0
    manifest.write_text(manifest.read_text(encoding="utf-8")[:-20], encoding="utf-8")
    assert cli("verify").code == 4


def test_rollback_of_a_missing_index_makes_no_folder(cli):
    """Nothing is written where nothing was."""
    assert cli("rollback", "--index", "indexes/none").code == 4
    assert not Path("indexes/none").exists()


def test_verify_names_the_damaged_file_and_exits_with_4(cli):
    """One changed byte is found, and said, in text and in JSON."""
    path = max(Path("indexes/demo/000001").iterdir(), key=lambda p: p.stat().st_size)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    code, out, _ = cli("verify")

    assert code == 4
    assert path.name in out.splitlines()[0]
    assert "damaged: 1 problem" in out
    assert not json.loads(cli("verify", "--json").out)["ok"]


def test_a_damaged_index_is_refused_with_exit_code_4(cli):
    """A truncated file stops a search, without a traceback."""
    for path in Path("indexes/demo/000001").iterdir():
        if path.name != "manifest.json":
            os.truncate(path, path.stat().st_size // 2)
    code, out, err = cli("search", "送料")

    assert (code, out) == (4, "")
    assert [line[:6] for line in err.splitlines()] == ["error:", " hint:"]


def test_show_json_is_the_whole_document(cli):
    """Every field is there, empty or not."""
    value = json.loads(cli("show", "ship", "--json").out)

    assert value["phrasings"] == ["配送料", "何円から送料無料？"]
    assert {"path", "line", "page", "heading", "url", "anchor"} == set(value["source"])
    assert cli("show", "nobody").code == 1


def test_evaluate_measures_and_checks_bounds(cli):
    """The fused ranking comes first; a missed bound exits with 1 and is named on stderr."""
    Path("queries.tsv").write_text("q1\t送料はいくらですか\nq2\t領収書\nq3\t宇宙旅行\n", encoding="utf-8")
    Path("qrels.tsv").write_text("q1\tship\t2\nq2\tbill\t2\n", encoding="utf-8")
    value = json.loads(cli("evaluate", "queries.tsv", "qrels.tsv", "--json").out)
    text = cli("evaluate", "queries.tsv", "qrels.tsv", "--fail-under", "recall@10=0.5", "--run", "run.txt")
    missed = cli(
        "evaluate", "queries.tsv", "qrels.tsv", "--fail-under", "sr@1=1", "--fail-under", "ndcg@1=1", "-k", "5"
    )

    assert value["rows"][0]["name"] == "fused"
    assert (value["queries"], value["unanswerable"]) == (3, 1)
    assert text.code == 0
    assert "ndcg@10" in text.out
    assert Path("run.txt").read_text(encoding="utf-8").startswith("q1\tQ0\tship\t1\t")
    assert missed.code in (0, 1)
    assert missed.code == bool(missed.err)
    assert cli("evaluate", "nowhere.tsv", "qrels.tsv").code == 3


def test_a_build_says_which_files_it_skipped_and_why(cli):
    """For people the most frequent reasons, for programs all of them."""
    for name in ("logo.png", "photo.png", "queries.jsonl", "a.b1", "a.b2", "a.b3", "a.b4"):
        (Path("corpus") / name).write_text("x", encoding="utf-8")
    out = cli("build", "corpus", "--into", "indexes/again").out
    value = json.loads(cli("build", "corpus", "--into", "indexes/again", "--json").out)

    assert "7 files skipped (2 no reader for '.png', " in out
    assert out.rstrip().endswith(", …)")
    assert value["skipped"] == sum(value["skipped_by_reason"].values()) == 7
    assert value["skipped_by_reason"]["judgments"] == 1


def test_tune_shows_what_it_would_write_and_writes_when_asked(cli):
    """Without `--write` nothing changes; with it a generation has what was chosen, and says who made it."""
    queries, qrels = [], []
    for name in ("pass", "ship", "late", "back", "bill"):
        value = json.loads(cli("show", name, "--json").out)
        for number, text in enumerate((value["question"], *value["phrasings"], value["answer"].splitlines()[0]) * 2):
            queries.append(f"{name}{number}\t{text}\n")
            qrels.append(f"{name}{number}\t{name}\t2\n")
    Path("queries.tsv").write_text("".join(queries), encoding="utf-8")
    Path("qrels.tsv").write_text("".join(qrels), encoding="utf-8")
    asked = ("tune", "queries.tsv", "qrels.tsv", "--folds", "2")
    perfect = cli(*asked, "--write")

    assert perfect.code == 0
    assert "No change is surely better: the index keeps what it has." in perfect.out
    assert json.loads(cli(*asked, "--write", "--json").out)["written"] is None
    folder = IndexFolder("indexes/demo")
    settings = folder.current().manifest.settings
    bm25 = {leg: replace(own, b=0.3) for leg, own in settings.bm25.items()}
    rewrite_settings(folder, replace(settings, weights={"denial": 1.0, "bigram": 0.001}, bm25=bm25))
    code, out, err = cli(*asked)
    value = json.loads(cli(*asked, "--json").out)
    assert (code, err, value["written"]) == (0, "", None)
    assert "Nothing was written" in out
    assert re.search(r"^gain  ", out, re.MULTILINE)
    assert re.search(r"^bigram +0\.001 .* 1\.5 .* 0\.3 ", out, re.MULTILINE)
    assert json.loads(cli("info", "--json").out)["generation"] == "000002"
    written = json.loads(cli(*asked, "--write", "--json").out)
    now = json.loads(cli("info", "--json").out)
    assert written["written"] == now["generation"] == "000003"
    assert now["settings"]["weights"] == written["weights"]["after"]
    assert now["settings"]["bm25"] == written["bm25"]["after"]
    assert "b=0.3" in cli("info").out
    assert cli("tune", "queries.tsv", "nowhere.tsv").code == 3


def test_no_format_lets_a_document_drive_the_terminal(cli):
    """JSON and TSV escape what a terminal would obey; JSON gives it back when parsed."""
    evil = "赤\x9b31m\u202e\x7f"
    Path("corpus/faq.csv").write_text(f"id,質問,回答\nevil,制御文字,{evil}\n", encoding="utf-8")
    cli("build", "corpus/faq.csv", "--into", "indexes/demo")
    as_json = cli("show", "evil", "--json").out
    as_tsv = cli("search", "制御文字", "--tsv", "--fields", "answer").out

    assert not set("\x9b\u202e\x7f") & set(as_json + as_tsv)
    assert "赤" in json.loads(as_json)["answer"]


def test_a_filter_value_that_no_document_has_is_named(cli):
    """The nearest values come on stderr, whatever the output; JSON on stdout stays whole, and right values say nothing."""
    code, out, err = cli("search", "送料", "--where", "category=返品物", "--json")
    first, hint = err.splitlines()

    assert (code, json.loads(out)["hits"]) == (1, [])
    assert first == "warning: no document has the category '返品物'"
    assert hint.startswith(" hint: Values there are: 返品; ")
    assert cli("search", "送料", "--where", "category=返品").err == ""
