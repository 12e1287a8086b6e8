"""Keys of rows: a known row is not read again, unless anything its document depends on is another."""

from pathlib import PurePosixPath

import pytest

from faqsearch.sources import READERS, KeyedDocument, KnownRow, Problem, SourceFile

ROWS = {
    ".csv": "id,質問,回答\nr1,送料は？,550円です。\nr2,返品は？,8日以内です。\n",
    ".jsonl": '{"id": "r1", "question": "送料は？", "answer": "550円です。"}\n'
    '{"id": "r2", "question": "返品は？", "answer": "8日以内です。"}\n',
}


def read(text, suffix, known, path="faq"):
    """Items of a file."""
    name = PurePosixPath(path + suffix).name
    return list(READERS[suffix](SourceFile(path + suffix, name, text.encode(), known=known)))


@pytest.fixture(params=sorted(ROWS))
def suffix(request):
    """A format whose rows have keys."""
    return request.param


@pytest.fixture
def known(suffix):
    """The keys of its rows."""
    return {item.key: number for number, item in enumerate(read(ROWS[suffix], suffix, {}), 10)}


def test_nobody_who_wants_no_keys_gets_any(suffix):
    """Without `known`, a reader gives documents."""
    assert [item.id for item in read(ROWS[suffix], suffix, None)] == ["r1", "r2"]


def test_a_known_row_is_told_with_its_line(suffix, known):
    """Rows that moved are known all the same, and an edited one is read."""
    moved = ROWS[suffix].replace("550円", "600円")
    edited, kept = read(moved, suffix, known)
    first = 2 if suffix == ".csv" else 1

    assert edited.document.answer == "600円です。"
    assert kept == KnownRow(11, first + 1)


def test_the_same_row_elsewhere_is_another(suffix, known):
    """In a file of another path, a row gives another document: its source and often its id are others."""
    assert all(isinstance(item, KeyedDocument) for item in read(ROWS[suffix], suffix, known, path="other"))


def test_another_header_has_every_row_read():
    """A cell means what its column is called."""
    known = {item.key: number for number, item in enumerate(read(ROWS[".csv"], ".csv", {}))}
    items = read(ROWS[".csv"].replace("質問,回答", "回答,質問"), ".csv", known)

    assert [item.document.question for item in items] == ["550円です。", "8日以内です。"]


def test_a_known_row_that_comes_twice_is_a_problem_each_time(suffix, known):
    """The second of two equal rows is told as without keys."""
    text = ROWS[suffix] + ROWS[suffix].splitlines()[-1] + "\n"
    plain = read(text, suffix, None)
    keyed = read(text, suffix, known)

    assert [type(item) for item in keyed[:2]] == [KnownRow, KnownRow]
    assert [_told(item) for item in keyed[2:]] == [_told(item) for item in plain[2:]]


def test_a_row_with_a_problem_has_no_key():
    """What was wrong with a row must be said again with every update."""
    text = "id,質問,回答\nr1,送料は？\n"
    items = read(text, ".csv", {})

    assert any(isinstance(item, Problem) for item in items)
    assert not any(isinstance(item, KeyedDocument | KnownRow) for item in items)


def _told(item):
    document = item.document if isinstance(item, KeyedDocument) else item
    return str(document) if isinstance(item, Problem) else document
