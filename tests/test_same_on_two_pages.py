"""The same section on two pages: one hit, which names the other place."""

import json

import pytest

from faqsearch.build import build_index
from faqsearch.cli.main import run
from faqsearch.search import open_index
from faqsearch.update import update_index

SECTION = """## タンクの洗い方

タンクの水を捨て、ぬるま湯ですすぎます。汚れがひどいときは、クエン酸を溶かした水を入れて一晩置き、よくすすいでから乾かします。
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A corpus in which two manuals share a section, and its index."""
    folder = tmp_path_factory.mktemp("copies")
    (folder / "corpus").mkdir()
    for name, own in (("KS-10", "給水の目安は半日です。"), ("KS-20", "除湿の目安は一晩です。")):
        text = f"# {name} 取扱説明書\n\n{SECTION}\n## 使い方\n\n{own}\n"
        (folder / "corpus" / f"{name}.md").write_text(text, encoding="utf-8")
    build_index(folder / "corpus", folder / "built")
    return folder


def test_one_hit_stands_for_all_copies(place):
    """The others are named in it, and take no place of another document."""
    results = open_index(place / "built").search("タンクの洗い方", k=3)

    first = results.hits[0]
    assert [hit.question for hit in results.hits].count("タンクの洗い方") == 1
    assert [copy.id for copy in first.copies] == ["KS-20.md#タンクの洗い方"]
    assert first.to_json()["copies"][0]["source"]["line"] == 3
    assert [hit.rank for hit in results.hits] == list(range(1, len(results.hits) + 1))


def test_the_better_copy_is_shown(place):
    """A question that names the second manual gets its section, and the first is the copy."""
    first = open_index(place / "built").search("KS-20 タンクの洗い方", k=3).hits[0]

    assert (first.id, [copy.id for copy in first.copies]) == ("KS-20.md#タンクの洗い方", ["KS-10.md#タンクの洗い方"])


def test_a_copy_that_a_filter_hides_is_not_named(place):
    """A filter may keep documents from a reader."""
    source = str(place / "corpus" / "KS-20.md")
    first = open_index(place / "built").search("タンクの洗い方", where={"source": source}).hits[0]

    assert (first.id, first.copies) == ("KS-20.md#タンクの洗い方", ())


def test_copies_are_counted_and_shown(place, capsys, monkeypatch):
    """By build, update and info, and below the hit."""
    monkeypatch.chdir(place)
    monkeypatch.setenv("COLUMNS", "80")
    run(["build", "corpus", "--into", "again"])
    assert "1 copy of another document" in capsys.readouterr().out
    run(["info", "--index", "again", "--json"])
    assert json.loads(capsys.readouterr().out)["copies"] == 1
    run(["search", "タンクの洗い方", "--index", "again", "-k", "1"])
    assert "   same text: corpus/KS-20.md:3\n" in capsys.readouterr().out


def test_an_update_finds_the_copies_a_build_finds(place):
    """When a copy comes, is edited, and goes."""
    extra = place / "corpus" / "KS-30.md"
    build_index(place / "corpus", place / "updated")
    for text, copies in ((SECTION, 2), (SECTION.replace("一晩", "3時間"), 1)):
        extra.write_text(f"# KS-30 取扱説明書\n\n{text}", encoding="utf-8")
        assert update_index(place / "corpus", place / "updated").manifest.copies == copies
        built = build_index(place / "corpus", place / "fresh").manifest
        updated = open_index(place / "updated").manifest
        assert {n: r.sha256 for n, r in built.files.items()} == {n: r.sha256 for n, r in updated.files.items()}
    extra.unlink()
    assert update_index(place / "corpus", place / "updated").manifest.copies == 1
