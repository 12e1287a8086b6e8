"""CSV and TSV: every row right, or reported with its line while the others stay."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reading import Read

from faqsearch.documents import Document
from faqsearch.sources.delimited import read_csv
from faqsearch.sources.interface import SourceFile


def test_whole_row(read: Read):
    """Known columns fill their parts, unknown ones are kept by name."""
    outcome = read(
        "faq.csv",
        "ID,質問,回答,別表現,カテゴリ,タグ,URL,担当\n"
        'F-01,送料は？,"500円です。\n沖縄は別です。",配送料|送り賃(を|は)払う,配送 > 送料,"送料、配送",https://example.jp/1,佐藤\n',
    )
    (document,) = outcome.documents
    assert (
        document.id,
        document.kind,
        document.question,
        document.answer,
    ) == ("F-01", "faq", "送料は？", "500円です。\n沖縄は別です。")
    assert document.phrasings == ("配送料", "送り賃を払う", "送り賃は払う")
    assert document.category == ("配送", "送料")
    assert document.tags == ("送料", "配送")
    assert (document.source.line, document.source.url) == (2, "https://example.jp/1")
    assert dict(document.extra) == {"担当": "佐藤"}
    assert not outcome.problems


@pytest.mark.parametrize(
    "header", ["質問;回答", "質問\t回答", "ｑｕｅｓｔｉｏｎ,Ａｎｓｗｅｒ", "よくある 質問,回答（必須）", "Ｑ,Ａ"]
)
def test_headers_and_delimiters(read: Read, header: str):
    """Width, case, spaces and the kind of separator do not matter."""
    separator = next(mark for mark in "\t;," if mark in header)
    outcome = read("faq.csv", f"{header}\n何時から？{separator}9時です\n")
    assert [(d.question, d.answer) for d in outcome.documents] == [("何時から？", "9時です")]


def test_lines_count_breaks_inside_cells(read: Read):
    """A row's line is where it begins, whatever came before: CRLF, line breaks in cells, blank lines."""
    outcome = read("faq.csv", '質問,回答\r\n一,"あ\r\nい"\r\n\r\n二,う\r三,"え\u2028お"\n')
    assert [(d.question, d.source.line) for d in outcome.documents] == [("一", 2), ("二", 5), ("三", 6)]
    assert outcome.documents[2].answer == "え\u2028お"


def test_unclosed_quote_costs_one_row(read: Read):
    """A quote left open is reported where it opens; the rows after it are read."""
    rows = "".join(f"q{n},a{n}\n" for n in range(50))
    outcome = read("faq.csv", f'質問,回答\n{rows}x,"開いたまま\n{rows.replace("q", "r")}')
    assert len(outcome.documents) == 100
    assert outcome.messages == ["52 error: a quote is opened and never closed"]


def test_unclosed_quote_before_quoted_rows(read: Read):
    """The same when the quotes of the next rows seem to close it."""
    rows = "".join(f'"q{n}","a{n}"\n' for n in range(5))
    outcome = read("faq.csv", f'質問,回答\n{rows}"x","開いたまま\n{rows.replace("q", "r")}')
    assert len(outcome.documents) == 10
    assert outcome.messages == ["7 error: a quote opened here ends in the wrong place"]


def test_rows_with_missing_and_surplus_cells(read: Read):
    """Surplus cells mean that columns have shifted: the row is left out. Missing ones are a warning."""
    outcome = read("faq.csv", "質問,回答,タグ\nはい,いいえ,a,余り\nどこ,ここ\nいつ,今,b,,\n")
    assert [document.question for document in outcome.documents] == ["どこ", "いつ"]
    assert outcome.messages == [
        "2 error: 4 cells where the header has 3; the row is left out",
        "3 warning: 2 cells where the header has 3",
    ]


def test_empty_question_or_answer(read: Read):
    """A row with one half is reported; a row of blanks is nothing."""
    outcome = read("faq.csv", "質問,回答\n,答えだけ\n問いだけ,\n,\n　, \n")
    assert outcome.documents == []
    assert outcome.messages == ["2 error: no question for '答えだけ'", "3 error: no answer to '問いだけ'"]


def test_nul_and_endless_cells(read: Read):
    """NUL characters and cells without end cost their own row."""
    outcome = read("faq.csv", "質問,回答\na,b\0\nc," + "d" * 200_000 + "\ne,f\n")
    assert [document.question for document in outcome.documents] == ["e"]
    assert [problem.error.line for problem in outcome.problems] == [2, 3]


def test_title_above_the_header(read: Read):
    """A title row is skipped and mentioned."""
    outcome = read("faq.csv", "FAQ一覧 2026年,\n質問,回答\nq,a\n")
    assert len(outcome.documents) == 1
    assert outcome.messages == ["1 warning: above the header, not read: 'FAQ一覧 2026年'"]


def test_no_known_header(read: Read):
    """Without a question and an answer column the file is refused, naming what was found."""
    outcome = read("faq.csv", "foo,bar\n1,2\n")
    assert outcome.messages == ["1 error: no columns for question and answer; the first row is 'foo', 'bar'"]
    assert outcome.problems[0].error.hint


def test_a_million_columns(read: Read):
    """A header beyond all bounds is refused; a row beyond them is left out."""
    assert read("a.csv", ",".join(f"c{n}" for n in range(200_000)) + "\n1\n").problems
    assert "2,000 columns" in read("c.csv", ",".join(["質問", "回答"] * 1_000) + "\n1,2\n").messages[0]
    assert len(read("b.csv", "質問,回答\nq,a" + ",x" * 200_000 + "\nr,b\n").documents) == 1


def test_quotes_that_never_close_are_given_up(read: Read):
    """Rereading after faults is bounded: a file of nothing else ends soon and says so."""
    outcome = read("faq.csv", "質問,回答\n" + 'a","\n' * 20_000)
    assert outcome.problems


def test_repeated_rows(read: Read):
    """The same row twice is kept once; the same text in another category is kept, both with a warning."""
    outcome = read("faq.csv", "質問,回答,分類\nq,a,x\nq,a,x\nq,a,y\n")
    assert 2 == len({document.id for document in outcome.documents}) == len(outcome.documents)
    assert outcome.messages == [
        "3 warning: the same entry as line 2; kept once",
        "4 warning: question and answer repeat line 2",
    ]


_CELL = st.text('あいう？|(),"\n abc', min_size=1, max_size=12).filter(lambda text: text.strip('\n \t"|(),？'))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(_CELL, _CELL), min_size=1, max_size=12, unique=True), st.randoms(use_true_random=False))
def test_derived_ids_survive_reordering_and_additions(rows: list[tuple[str, str]], order: random.Random):
    """Without ids of their own rows keep theirs when others are moved, added or removed."""
    before = _ids(rows)
    moved = [*rows, ("新しい行", "新しい答え")]
    order.shuffle(moved)
    assert before <= _ids(moved)
    assert _ids(rows[1:]) <= before


def _ids(rows: list[tuple[str, str]]) -> set[str]:
    lines = ['"' + '","'.join(cell.replace('"', '""') for cell in row) + '"\n' for row in [("質問", "回答"), *rows]]
    file = SourceFile("faq.csv", "faq.csv", "".join(lines).encode())
    return {item.id for item in read_csv(file) if isinstance(item, Document)}


@settings(max_examples=150, deadline=None)
@given(st.text('",\n\rab\0;\t', max_size=80))
def test_any_text_is_read_or_reported(body: str):
    """Nothing a CSV may hold raises anything but a SourceError."""
    list(read_csv(SourceFile("faq.csv", "faq.csv", f"質問,回答\n{body}".encode())))
