"""Files to index."""

import json
from dataclasses import replace

import pytest

from faqsearch.build import build_index
from faqsearch.errors import SourceError
from faqsearch.index.folder import IndexFolder
from faqsearch.retune import rewrite_settings
from faqsearch.search import open_index


def test_report_counts_what_was_read(corpus, tmp_path):
    """Documents, files, problems and skipped files are all counted."""
    report = build_index(corpus, tmp_path / "i")

    assert report.manifest.documents == len(
        list(open_index(tmp_path / "i").index.documents(range(report.manifest.documents)))
    )
    assert report.files == 2
    assert report.problems == ()
    assert report.skipped == {}
    assert report.generation == "000001"


def test_the_same_corpus_gives_the_same_files(corpus, tmp_path):
    """Nothing in an index depends on chance, order of dictionaries or time."""
    build_index(corpus, tmp_path / "a")
    build_index(corpus, tmp_path / "b")

    files = [IndexFolder(tmp_path / name).current().manifest.files for name in "ab"]
    assert files[0] == files[1]


def test_a_build_says_which_settings_it_does_not_keep(corpus, tmp_path):
    """What `tune --write` gave an index is not lost without a word; an index of the defaults is replaced without one."""
    said = []
    build_index(corpus, tmp_path / "i", say=said.append)
    build_index(corpus, tmp_path / "i", say=said.append)
    assert said == []
    settings = IndexFolder(tmp_path / "i").current().manifest.settings
    bm25 = {leg: replace(own, b=0.3) for leg, own in settings.bm25.items()}
    rewrite_settings(IndexFolder(tmp_path / "i"), replace(settings, bm25=bm25, confidence={"intercept": -1.0}))
    build_index(corpus, tmp_path / "i", say=said.append)
    expected = "the index had other BM25 parameters and confidence until now: an update keeps them, a rollback brings them back"
    assert said == [expected]
    assert IndexFolder(tmp_path / "i").current().manifest.settings == settings


def test_bad_rows_are_reported_and_the_rest_is_indexed(tmp_path):
    """A row that cannot be read is named with its line; its neighbours answer."""
    rows = [
        '{"id": "a", "question": "送料は？", "answer": "550円です。"}',
        "{broken",
        '{"question": "返品は？", "answer": "8日以内です。"}',
    ]
    (tmp_path / "faq.jsonl").write_text("\n".join(rows), encoding="utf-8")

    report = build_index(tmp_path / "faq.jsonl", tmp_path / "i")

    assert report.manifest.documents == 2
    assert report.manifest.problems == 1
    assert report.problems[0].error.line == 2
    assert open_index(tmp_path / "i").search("返品").hits[0].answer == "8日以内です。"


def test_strict_stops_and_keeps_the_old_index(corpus, tmp_path):
    """With strict, one bad row ends the build; what was there still answers."""
    build_index(corpus, tmp_path / "i")
    (tmp_path / "bad.jsonl").write_text("{broken", encoding="utf-8")

    with pytest.raises(SourceError, match=r"bad\.jsonl"):
        build_index(tmp_path / "bad.jsonl", tmp_path / "i", strict=True)

    assert open_index(tmp_path / "i").search("解約").hits


def test_an_empty_corpus_is_an_error(tmp_path):
    """Nothing to index never replaces an index."""
    (tmp_path / "empty").mkdir()

    with pytest.raises(SourceError, match="no documents found"):
        build_index(tmp_path / "empty", tmp_path / "i")

    assert not (tmp_path / "i" / "CURRENT").exists()


def test_the_way_out_of_an_empty_corpus_is_that_of_its_first_problem(tmp_path):
    """Where nothing was read because of one fault, the hint is what to do about that."""
    (tmp_path / "page.html").write_bytes(b"<p>" + b" " * 17 * 2**20)

    with pytest.raises(SourceError, match="of HTML are read") as caught:
        build_index(tmp_path, tmp_path / "index")

    assert caught.value.hint == "split the file"


@pytest.mark.parametrize("count", [1, 2, 3])
def test_tiny_corpora_work(tmp_path, count):
    """One entry is a corpus: it is found by its words, and not by others."""
    rows = [
        {"id": str(i), "question": q, "answer": a}
        for i, (q, a) in enumerate(
            [("送料は？", "550円です。"), ("返品は？", "8日以内です。"), ("解約は？", "いつでもできます。")]
        )
    ]
    (tmp_path / "faq.json").write_text(json.dumps(rows[:count], ensure_ascii=False), encoding="utf-8")
    build_index(tmp_path / "faq.json", tmp_path / "i")
    searcher = open_index(tmp_path / "i")

    assert [hit.id for hit in searcher.search("送料", k=1).hits] == ["0"]
    assert searcher.search("天気").hits == ()


def test_progress_is_told(corpus, tmp_path):
    """Every step of a build is reported."""
    steps = []

    build_index(corpus, tmp_path / "i", progress=lambda step, done, total: steps.append(step))

    assert list(dict.fromkeys(steps)) == ["analysing", "compiling postings", "learning vectors"]
