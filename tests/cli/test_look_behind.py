"""`suggest`, `related`, `doctor` and `--explain-id` as commands."""

import json
from pathlib import Path

import pytest

from faqsearch import kernel


def test_suggest_prints_one_wording_per_line(cli):
    """What was typed is completed; -k limits; nothing to suggest exits with 1."""
    assert cli("suggest", "pasuwa", "-k", "1") == (0, "パスワードを忘れました\n", "")
    assert cli("suggest", "zzz") == (1, "", "")
    assert cli("suggest", "pasuwa", "-k", "0").code == 2


def test_related_lists_ids_and_questions(cli):
    """One line per neighbour; an unknown id exits with 1 and says so."""
    code, out, err = cli("related", "pass", "-k", "2")

    assert (code, err) == (0, "")
    assert len(out.splitlines()) == 2
    assert "pass" not in [line.split()[0] for line in out.splitlines()]
    assert cli("related", "nope").code == 1
    assert "'nope'" in cli("related", "nope").err


def test_doctor_says_that_an_index_is_well(cli):
    """A table of legs, the state of the sources, and a verdict."""
    code, out, err = cli("doctor")

    assert (code, err) == (0, "")
    assert out.startswith("indexes/demo\n")
    assert "all as they were" in out
    assert out.endswith("The index is well.\n")


def test_doctor_names_stale_sources_and_damage(cli):
    """A changed source is no failure; a damaged file exits with 4."""
    with Path("corpus/faq.csv").open("a", encoding="utf-8") as file:
        file.write("\n")
    stale = cli("doctor")
    with Path("indexes/demo/000001/lexical.bin").open("r+b") as file:
        file.seek(100)
        file.write(b"\xff\xfe\xfd")
    damaged = cli("doctor")

    assert stale.code == 0
    assert "changed  corpus/faq.csv" in stale.out
    assert damaged.code == 4
    assert "lexical.bin" in damaged.out
    assert json.loads(cli("doctor", "--json").out)["well"] is False


def test_doctor_says_when_the_kernel_is_not_there(cli, monkeypatch):
    """Everything works without it, slowly; nobody would know why."""
    assert "kernel      compiled" in cli("doctor").out or kernel.state != "compiled"

    for state, said in (("missing", "not compiled"), ("outdated", "of another version")):
        monkeypatch.setattr(kernel, "state", state)
        code, out, _ = cli("doctor")
        assert code == 0
        assert f"kernel      {said}" in out
        assert json.loads(cli("doctor", "--json").out)["kernel"] == state


def test_doctor_without_an_index_is_an_error(cli):
    """An address without an index exits with 4, like every command."""
    assert cli("doctor", "--index", "indexes/nothing").code == 4


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["送料はいくらですか", "--explain-id", "ship"], "ship  is number 1 of "),
        (
            ["送料はいくらですか", "--explain-id", "ship", "--where", "category=返品"],
            "ship  is filtered out\n   not    category=返品\n",
        ),
        (["ｘｑｚ", "--explain-id", "ship"], "ship  is not found"),
    ],
)
def test_explain_id_says_why(cli, arguments, said):
    """Instead of the hits: where the document stands, what it lacks, which filter it does not pass."""
    code, out, err = cli("search", *arguments)

    assert (code, err) == (0, "")
    assert out.startswith(said)
    assert "leg " in out


def test_explain_id_is_for_one_question(cli):
    """Not with --tsv, not with questions from stdin; an unknown id exits with 1."""
    assert cli("search", "-", "--explain-id", "ship").code == 2
    assert cli("search", "送料", "--explain-id", "ship", "--tsv").code == 2
    assert cli("search", "送料", "--explain-id", "nope").code == 1


def test_a_misspelt_question_is_asked_back(cli, monkeypatch):
    """Without a confident answer, the first line says what was probably meant."""
    monkeypatch.setattr("faqsearch.answering.threshold", lambda: 2.0)

    assert cli("search", "パスワド", "-k", "1").out.startswith("Did you mean: パスワード\n")
