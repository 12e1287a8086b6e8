"""What an index is made of beside its corpus: files that pages include, and the choice to read what is hidden."""

import pytest

from faqsearch.build import build_index
from faqsearch.doctor import examine
from faqsearch.index.folder import IndexFolder
from faqsearch.settings import Settings
from faqsearch.update import update_index


def test_an_included_file_is_a_source(tmp_path):
    """Its edit makes the index stale, an update follows it, and the index is fresh again."""
    pytest.importorskip("docutils")
    corpus, index = tmp_path / "corpus", tmp_path / "index"
    (corpus / "parts").mkdir(parents=True)
    (corpus / "parts" / "common.inc").write_text("電源を抜きます。\n", encoding="utf-8")
    (corpus / "page.rst").write_text("お手入れ\n========\n\n.. include:: parts/common.inc\n", encoding="utf-8")
    build_index(corpus, index)
    sources = IndexFolder(index).current().manifest.sources
    assert {path.removeprefix(f"{corpus}/"): record.documents for path, record in sources.items()} == {
        "page.rst": 1,
        "parts/common.inc": 0,
    }
    assert examine(index).stale == ()
    (corpus / "parts" / "common.inc").write_text("乾いた布で拭きます。\n", encoding="utf-8")
    assert [(stale.path, stale.state) for stale in examine(index).stale] == [(f"{corpus}/parts/common.inc", "changed")]
    report = update_index(corpus, index)
    assert report.changes.changed
    assert examine(index).stale == ()


def test_a_file_read_and_included_is_one_source(tmp_path):
    """A page that is a document of its own and stands in another keeps its own account."""
    pytest.importorskip("docutils")
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "a.rst").write_text("題\n==\n\n.. include:: b.rst\n", encoding="utf-8")
    (tmp_path / "c" / "b.rst").write_text("別の題\n======\n\n本文です。\n", encoding="utf-8")
    manifest = build_index(tmp_path / "c", tmp_path / "i").manifest
    assert [record.documents for record in manifest.sources.values()] == [2, 1]


def test_garbled_lines_of_an_included_file_are_left_out(tmp_path):
    """The problem names the included file and its line."""
    pytest.importorskip("docutils")
    bad = "お客様サポート".encode().decode("cp932", "ignore")
    (tmp_path / "page.rst").write_text("窓口\n====\n\n.. include:: common.inc\n", encoding="utf-8")
    (tmp_path / "common.inc").write_text(f"平日だけです。\n{bad}\n", encoding="utf-8")
    report = build_index(tmp_path / "page.rst", tmp_path / "i")
    assert [problem.error.where for problem in report.problems] == [f"{tmp_path}/common.inc:2"]


@pytest.fixture
def workbook(tmp_path):
    """A workbook with a hidden row, column and sheet."""
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in (("質問", "回答", "担当"), ("見える？", "はい。", "山田"), ("隠れる？", "行です。", "山田")):
        book.active.append(row)
    book.active.row_dimensions[3].hidden = True
    book.active.column_dimensions["C"].hidden = True
    old = book.create_sheet("旧版")
    old.append(("質問", "回答"))
    old.append(("古い？", "シートです。"))
    old.sheet_state = "hidden"
    (tmp_path / "corpus").mkdir()
    book.save(tmp_path / "corpus" / "faq.xlsx")
    return tmp_path / "corpus"


def test_hidden_rows_are_read_when_asked_for(workbook, tmp_path):
    """With the setting everything is read and nothing is reported; an update keeps it until told otherwise."""
    report = build_index(workbook, tmp_path / "i", settings=Settings(hidden=True))
    assert (report.manifest.documents, report.problems) == (3, ())
    assert update_index(workbook, tmp_path / "i").changes.kept == 3
    assert len(update_index(workbook, tmp_path / "i", hidden=False, dry_run=True).changes.removed) == 2
    report = update_index(workbook, tmp_path / "i", hidden=False, allow_shrink=True)
    assert report.manifest.documents == 1
    assert [problem.severity for problem in report.problems] == ["warning"] * 3
    assert update_index(workbook, tmp_path / "i").manifest.documents == 1


def test_hidden_is_an_option_of_the_commands(workbook, tmp_path, capsys):
    """`build --hidden` reads what is hidden, `update` keeps it, `update --no-hidden` ends it."""
    from faqsearch.cli.main import run

    def documents():
        return IndexFolder(tmp_path / "i").current().manifest.documents

    assert run(["build", str(workbook), "--into", str(tmp_path / "i"), "--hidden"]) == 0
    assert documents() == 3
    assert run(["update", str(workbook), "--into", str(tmp_path / "i")]) == 0
    assert documents() == 3
    assert run(["update", str(workbook), "--into", str(tmp_path / "i"), "--no-hidden", "--allow-shrink"]) == 0
    assert documents() == 1
    assert run(["build", str(workbook), "--into", str(tmp_path / "j")]) == 0
