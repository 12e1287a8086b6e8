"""Synonym files on the command line: used by a search, looked at by `dict check`."""

import json
import shutil
from pathlib import Path

FILE = "運賃,送料\nひとり\n荷物 =>\n請書,領収書\n"


def write(text=FILE):
    Path("words.txt").write_text(text, encoding="utf-8")


def test_a_search_uses_synonyms_and_warns_of_lines_it_cannot(cli):
    """A word no document has finds its synonym; bad lines are one warning each, and the search goes on."""
    write()
    without = json.loads(cli("search", "運賃", "--json", "--explain").out)
    code, out, err = cli("search", "運賃", "--json", "--explain", "--synonyms", "words.txt")

    assert "送料" not in json.dumps([hit["explanation"] for hit in without["hits"]], ensure_ascii=False)
    assert json.loads(out)["hits"][0]["id"] == "ship"
    assert "送料" in json.dumps(json.loads(out)["hits"][0]["explanation"], ensure_ascii=False)
    assert code in (0, 1)
    assert err.splitlines() == [
        "warning: words.txt:2: ひとり stands alone: a group needs two words or more",
        "warning: words.txt:3: no word after =>",
    ]


def test_batches_use_synonyms_too(cli):
    """The warnings come once, not with every question; several files add up."""
    write()
    Path("more.txt").write_text("運び賃,送料\n", encoding="utf-8")
    options = ("--synonyms", "words.txt", "--synonyms", "more.txt", "--fields", "id", "-k", "1")
    _, out, err = cli("search", "-", *options, stdin="運賃\n運び賃\n".encode())

    assert [json.loads(line)["hits"] for line in out.splitlines()] == [[{"id": "ship"}]] * 2
    assert len(err.splitlines()) == 2


def test_only_five_lines_are_warned_of(cli):
    """A file in the wrong format does not fill the screen."""
    write("ひとり\n" * 8)
    err = cli("search", "送料", "--synonyms", "words.txt").err.splitlines()

    assert len(err) == 6
    assert err[-1].startswith("… and 3 more")


def test_a_synonym_file_that_is_not_there_exits_with_3(cli):
    assert cli("search", "送料", "--synonyms", "none.txt").code == 3
    assert cli("search", "-", "--synonyms", "none.txt", stdin="送料\n".encode()).code == 3
    assert cli("dict", "check", "none.txt").code == 3


def test_check_names_file_and_line_and_exits_with_1(cli):
    """What only an index can tell is told where there is one, and the summary says which it was."""
    write()
    code, out, err = cli("dict", "check", "words.txt")
    lines = out.splitlines()

    assert (code, err) == (1, "")
    assert lines[0] == "words.txt:1: note: no document has 運賃"
    assert lines[1] == "words.txt:2: error: ひとり stands alone: a group needs two words or more"
    assert lines[-1].startswith("1 file, 2 rules checked against indexes/demo: 2 errors")
    shutil.rmtree("indexes")
    assert "checked without an index: 2 errors" in cli("dict", "check", "words.txt").out
    assert cli("dict", "check", "words.txt", "--index", "indexes/none").code == 4


def test_notes_alone_are_clean(cli):
    """A word that no document has may be meant for the future; JSON says the same as the text."""
    write("運賃,送料\n")
    code, out, _ = cli("dict", "check", "words.txt", "--json")
    value = json.loads(out)

    assert (code, value["clean"], value["rules"]) == (0, True, 1)
    assert value["problems"] == [{"path": "words.txt", "line": 1, "level": "note", "message": "no document has 運賃"}]
    assert cli("dict", "repair", "words.txt").code == 2
