"""Synonyms and user words kept with a corpus and an index."""

import json
import os
from pathlib import Path

import pytest

from faqsearch.build import build_index
from faqsearch.dictionaries import LiveSynonyms, check_synonyms, copy_synonyms, user_words_of
from faqsearch.errors import DictionaryError
from faqsearch.search import open_index

ROWS = [
    {"id": "leave", "question": "退会したいです。", "answer": "会員情報から退会できます。"},
    {"id": "two", "question": "二段階認証を設定するには？", "answer": "セキュリティから設定できます。"},
    {"id": "one", "question": "認証の段階を知りたいです。", "answer": "二つあります。"},
    {"id": "post", "question": "送料はいくらですか。", "answer": "550円です。"},
]


@pytest.fixture
def corpus(tmp_path):
    folder = tmp_path / "corpus"
    folder.mkdir()
    (folder / "faq.json").write_text(json.dumps(ROWS, ensure_ascii=False), encoding="utf-8")
    return folder


def ids(searcher, question):
    return [hit.id for hit in searcher.search(question).hits]


def later(path, text):
    """Write a file and make its time differ, as an editor would."""
    path.write_text(text, encoding="utf-8")
    os.utime(path, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns + 1_000_000))


def test_a_synonym_file_answers_at_once_and_can_be_edited_live(corpus, tmp_path):
    """No rebuild: the next question sees what the file beside the index says now."""
    build_index(corpus, tmp_path / "i")
    searcher = open_index(tmp_path / "i")
    question = "アンサブ"
    assert "leave" not in ids(searcher, question)[:1]

    later(tmp_path / "i" / "synonyms.txt", "退会,アンサブ\n")
    assert ids(searcher, question)[0] == "leave"

    later(tmp_path / "i" / "synonyms.txt", "送料,アンサブ\n")
    assert ids(searcher, question)[0] == "post"


def test_a_mistake_is_reported_and_the_rest_works(corpus, tmp_path):
    """A line that cannot be used is named with its place; the others answer."""
    build_index(corpus, tmp_path / "i")
    (tmp_path / "my.txt").write_text("退会,\n退会,アンサブ\n", encoding="utf-8")
    searcher = open_index(tmp_path / "i", synonyms=[tmp_path / "my.txt"])

    assert ids(searcher, "アンサブする")[0] == "leave"
    assert [problem.line for problem in searcher.synonyms.problems] == [1]


def test_a_synonym_file_that_is_not_there_is_an_error(corpus, tmp_path):
    """A named file must be there; the one beside the index may come and go."""
    build_index(corpus, tmp_path / "i")

    with pytest.raises(DictionaryError, match=r"gone\.txt"):
        open_index(tmp_path / "i", synonyms=[tmp_path / "gone.txt"]).search("送料")


def test_a_synonym_of_several_words_matches_as_a_phrase(corpus, tmp_path):
    """`2FA` means 二段階認証, not 認証 and 段階 apart from each other."""
    build_index(corpus, tmp_path / "i")
    (tmp_path / "my.txt").write_text("2FA,二段階認証\n", encoding="utf-8")
    searcher = open_index(tmp_path / "i", synonyms=[tmp_path / "my.txt"])

    asked = searcher.understand("2FA")
    found = searcher.candidates(asked, searcher.encode([asked]))
    held = [d.id for d in searcher.index.documents(found.documents[found.scores["coverage"] > 0].tolist())]

    assert any(word.phrase for word in asked.words)
    assert held == ["two"]


def test_a_group_counts_once(corpus, tmp_path):
    """A document with a word and its synonym scores no more than one with the word alone."""
    rows = [
        {"id": "a", "question": "退会", "answer": "手続きです。"},
        {"id": "b", "question": "退会と脱会", "answer": "手続きです。"},
        {"id": "c", "question": "送料", "answer": "550円です。"},
    ]
    (corpus / "faq.json").write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
    (corpus / "synonyms.txt").write_text("退会,脱会\n", encoding="utf-8")
    build_index(corpus, tmp_path / "i")
    searcher = open_index(tmp_path / "i")

    asked = searcher.understand("退会")
    found = searcher.candidates(asked, searcher.encode([asked]))

    first, second = found.scores["coverage"][:2]
    assert first == pytest.approx(second) == pytest.approx(1.0)


def test_build_takes_the_corpus_files_along(corpus, tmp_path):
    """`synonyms.txt` is copied beside the index, `user_words.txt` becomes part of its tokenizer."""
    (corpus / "synonyms.txt").write_text("退会,アンサブ\n", encoding="utf-8")
    (corpus / "user_words.txt").write_text("# 商品名\nひなた便\n", encoding="utf-8")
    build_index(corpus, tmp_path / "i")

    searcher = open_index(tmp_path / "i")

    assert searcher.settings.user_words == ("ひなた便",)
    assert ids(searcher, "アンサブする")[0] == "leave"
    assert user_words_of([corpus, corpus / "faq.json"]) == ("ひなた便",)


def test_without_files_nothing_is_copied(corpus, tmp_path):
    """A corpus without synonyms leaves the file beside the index alone."""
    (tmp_path / "synonyms.txt").write_text("a,b\n", encoding="utf-8")

    copy_synonyms(corpus, tmp_path)

    assert (tmp_path / "synonyms.txt").read_text(encoding="utf-8") == "a,b\n"
    assert LiveSynonyms().current().rules == ()


def test_the_sample_corpus_sets_an_example():
    """Nothing is to be corrected in its synonyms."""
    checked = check_synonyms([Path(__file__).parents[1] / "corpus" / "synonyms.txt"])
    assert checked.rules > 100
    assert checked.problems == ()
