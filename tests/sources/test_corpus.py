"""A corpus: what is read, in which order, what is left alone, and the account of it."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from faqsearch.errors import SourceError
from faqsearch.sources import READERS, Corpus, Problem, read_documents


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    (folder / "b").mkdir(parents=True)
    (folder / "b" / "faq.csv").write_text("id,質問,回答\nb1,一,あ\n", encoding="cp932")
    (folder / "B.md").write_text("# 見出し\n\n本文\n", encoding="utf-8")
    (folder / "b.jsonl").write_text('{"id": "j1", "q": "x", "a": "y"}\n', encoding="utf-8")
    return folder


def _paths(corpus: Corpus) -> list[str]:
    list(corpus.documents())
    return [file.name for file in corpus.report.files]


def test_files_in_order_of_code_points(corpus: Path):
    """By path from the corpus folder, capitals first, whatever the file system says."""
    assert _paths(Corpus(corpus)) == ["B.md", "b.jsonl", "b/faq.csv"]


def test_paths_begin_as_the_corpus_was_named(corpus: Path, monkeypatch: pytest.MonkeyPatch):
    """`corpus/b/faq.csv` for people, `b/…` for ids."""
    monkeypatch.chdir(corpus.parent)
    by_id = {document.id: document for document in read_documents("./corpus")}
    assert by_id["b1"].source.path == "corpus/b/faq.csv"
    assert by_id["B.md#見出し"].source.path == "corpus/B.md"


def test_report_counts_everything(corpus: Path):
    """Files with their hashes, documents, errors, warnings, and what was skipped and why."""
    (corpus / "broken.csv").write_text("質問,回答\n問い,\n", encoding="utf-8")
    for name in (
        "queries.jsonl",
        "qrels.tsv",
        "README.md",
        "synonyms.txt",
        "user_words.txt",
        ".hidden",
        "a.png",
        "LICENSE",
    ):
        (corpus / name).write_text("x", encoding="utf-8")
    reader = Corpus(corpus)
    seen = len(list(reader.documents()))
    report = reader.report
    assert (len(report.files), seen, report.documents, report.errors, report.warnings) == (4, 3, 3, 1, 0)
    assert report.files[3].name in report.hashes or "broken.csv" in report.hashes
    assert dict(report.skipped_by_reason) == {
        "about the corpus": 1,
        "dictionary": 2,
        "hidden": 1,
        "judgments": 2,
        "no reader for '.png'": 1,
        "no reader for names without a suffix": 1,
    }
    assert all(len(digest) == 64 for digest in report.hashes.values())


def test_set_aside_files_only_at_the_top(corpus: Path):
    """A README deeper down is a page of a manual, and a named file is always read."""
    (corpus / "b" / "README.md").write_text("# 手引き\n\n本文\n", encoding="utf-8")
    (corpus / "README.md").write_text("# この資料\n\n本文\n", encoding="utf-8")
    assert "b/README.md" in _paths(Corpus(corpus))
    assert _paths(Corpus(corpus / "README.md")) == ["README.md"]


def test_repeated_id_is_reported_with_both_places(corpus: Path):
    """The first document with an id stays; the second is an error that names the first."""
    (corpus / "c.csv").write_text("id,質問,回答\nb1,二,い\nc1,三,う\n", encoding="utf-8")
    reader = Corpus(corpus)
    assert {document.id: document.question for document in reader.documents()}["b1"] == "一"
    (problem,) = reader.report.problems
    assert str(problem).endswith(f"c.csv:2: the id 'b1' is already used at {corpus.as_posix()}/b/faq.csv:2")


def test_links_and_devices_are_not_followed(corpus: Path, tmp_path: Path):
    """A link out of the corpus, to nothing, or a pipe is reported; a link inside is skipped; nothing waits."""
    (tmp_path / "secret.csv").write_text("質問,回答\n秘密,の\n", encoding="utf-8")
    (corpus / "out.csv").symlink_to(tmp_path / "secret.csv")
    (corpus / "up").symlink_to(tmp_path)
    (corpus / "loop").symlink_to(corpus)
    (corpus / "dangling.csv").symlink_to(corpus / "nowhere.csv")
    (corpus / "inside.csv").symlink_to(corpus / "b" / "faq.csv")
    os.mkfifo(corpus / "pipe.csv")
    reader = Corpus(corpus)
    assert not any("秘密" in document.question for document in reader.documents())
    assert {"out.csv", "up", "dangling.csv", "pipe.csv"} == {Path(p.error.path).name for p in reader.report.problems}
    assert {"loop", "inside.csv"} == {Path(s.path).name for s in reader.report.skipped}


def test_names_are_safe_to_print(corpus: Path):
    """Line breaks, terminal escapes and undecodable bytes in names never reach a terminal."""
    (corpus / "b.jsonl").rename(corpus / os.fsdecode(b"a\n\x1b[31m\xff.jsonl"))
    reader = Corpus(corpus)
    for document in reader.documents():
        assert document.source.path.isprintable()
        document.id.encode()
    assert "a\\n\\x1b[31m\\udcff.jsonl" in reader.report.hashes


def test_names_are_the_same_on_every_machine(corpus: Path):
    """Decomposed names, as macOS stores them, give the ids of composed ones."""
    (corpus / "カ\u3099.csv").write_text("質問,回答\nx,y\n", encoding="utf-8")
    assert any(document.id.startswith("ガ.csv#") for document in read_documents(corpus))


def test_several_corpora(corpus: Path, tmp_path: Path):
    """In the order named; a file named twice is read once; names that clash become whole paths."""
    other = tmp_path / "other"
    other.mkdir()
    (other / "B.md").write_text("# 見出し\n\n別\n", encoding="utf-8")
    reader = Corpus([corpus, other, corpus / "B.md"])
    assert len(list(reader.documents())) == 4
    assert dict(reader.report.skipped_by_reason) == {"named twice": 1}
    assert len({file.name for file in reader.report.files}) == 4


def test_strict_stops_at_the_first_error(corpus: Path):
    """With strict the error is raised; warnings are not."""
    (corpus / "a.csv").write_text("質問,回答\n同じ,行\n同じ,行\n", encoding="utf-8")
    assert len(list(read_documents(corpus, strict=True))) == 4
    (corpus / "c.csv").write_text("質問,回答\n問い,\n", encoding="utf-8")
    with pytest.raises(SourceError, match=r"c\.csv:2: no answer"):
        list(read_documents(corpus, strict=True))


def test_problems_are_told_at_once(corpus: Path):
    """on_problem hears of each problem when it is met."""
    (corpus / "a.csv").write_text("質問,回答\n問い,\n", encoding="utf-8")
    heard: list[Problem] = []
    next(read_documents(corpus, on_problem=heard.append))
    assert heard == []
    list(read_documents(corpus, on_problem=heard.append))
    assert len(heard) == 1


def test_endless_problems_are_counted_not_kept(corpus: Path):
    """A file of faults cannot fill the memory."""
    (corpus / "a.csv").write_text("質問,回答\n" + "問い,\n" * 1_000, encoding="utf-8")
    reader = Corpus(corpus)
    list(reader.documents())
    assert (reader.report.errors, len(reader.report.problems)) == (1_000, 200)


def test_missing_and_unknown(tmp_path: Path):
    """A path that is not there, and a file nobody can read, are errors before anything is read."""
    with pytest.raises(SourceError, match="no such file or folder"):
        Corpus(tmp_path / "nowhere")
    (tmp_path / "a.xyz").write_text("x", encoding="utf-8")
    with pytest.raises(SourceError, match=r"no reader for '\.xyz'"):
        Corpus(tmp_path / "a.xyz")


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_unreadable_file_is_reported(corpus: Path):
    """Without permission the file is reported and the rest is read."""
    (corpus / "b.jsonl").chmod(stat.S_IWUSR)
    reader = Corpus(corpus)
    assert len(list(reader.documents())) == 2
    assert reader.report.errors == 1


def test_readers_are_imported_when_needed():
    """The table of readers names every suffix without loading a parser."""
    assert {".csv", ".tsv", ".json", ".jsonl", ".yaml", ".yml", ".md", ".txt"} <= READERS.keys()
