"""XLSX: tables wherever they stand in a sheet, cells as people see them, hostile packages refused."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Callable

import pytest
from reading import Read

openpyxl = pytest.importorskip("openpyxl")

from faqsearch.sources.cell_formats import shown  # noqa: E402


def _saved(workbook) -> bytes:
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def _book(*rows: tuple[object, ...]):
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = "一覧"
    for row in rows:
        sheet.append(row)
    return workbook, sheet


def _rebuilt(data: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == part else old.read(name))
    return stream.getvalue()


def test_header_below_a_title_and_place_of_each_entry(read: Read):
    """Title rows above the header are reported; every entry points at its cell."""
    workbook, _ = _book(
        ("社内の質問集",), (), ("番号", "質問", "回答"), ("Q1", "社員証をなくした", "総務へ\n届け出ます。")
    )
    outcome = read("faq.xlsx", _saved(workbook))
    (document,) = outcome.documents
    assert document.id == "Q1"
    assert document.answer == "総務へ\n届け出ます。"
    assert document.source.anchor == "一覧!A4"
    assert document.source.line is None
    assert [str(p).rpartition("faq.xlsx#")[2] for p in outcome.problems] == [
        "一覧!A1: above the header, not read: '社内の質問集'"
    ]


def test_merged_cells_are_filled_down(read: Read):
    """A category merged over rows holds for each; a question merged over rows has all their answers."""
    workbook, sheet = _book(
        ("分類", "質問", "回答"),
        ("配送", "送料は？", "五百円。"),
        (None, "届く日は？", "翌日。"),
        ("返品", "返したい", "窓口へ。"),
        (None, None, "電話でも。"),
    )
    for area in ("A2:A3", "A4:A5", "B4:B5"):
        sheet.merge_cells(area)
    documents = read("faq.xlsx", _saved(workbook)).documents
    assert [(d.category, d.question, d.answer) for d in documents] == [
        (("配送",), "送料は？", "五百円。"),
        (("配送",), "届く日は？", "翌日。"),
        (("返品",), "返したい", "窓口へ。\n電話でも。"),
    ]


def test_what_is_hidden_is_left_out_and_counted(read: Read):
    """Hidden sheets, rows and columns are not read, and the report says so."""
    workbook, sheet = _book(("質問", "回答", "社外秘"), ("見える？", "はい。", "内緒"), ("隠れる？", "はい。", "内緒"))
    sheet.row_dimensions[3].hidden = True
    sheet.column_dimensions["C"].hidden = True
    old = workbook.create_sheet("旧版")
    old.append(("質問", "回答"))
    old.append(("古い？", "はい。"))
    old.sheet_state = "hidden"
    outcome = read("faq.xlsx", _saved(workbook))
    assert [d.question for d in outcome.documents] == ["見える？"]
    assert dict(outcome.documents[0].extra) == {}
    assert [p.error.message for p in outcome.problems] == [
        "hidden columns left out: 社外秘",
        "1 hidden row left out",
        "1 hidden sheet left out",
    ]


def test_every_sheet_with_a_table_is_read(read: Read):
    """A cover sheet is a warning; a workbook without any table is an error."""
    workbook, _ = _book(("表紙",))
    with_table = workbook.create_sheet("本体")
    with_table.append(("質問", "回答"))
    with_table.append(("あるか？", "ある。"))
    outcome = read("faq.xlsx", _saved(workbook))
    assert (len(outcome.documents), outcome.problems[0].severity) == (1, "warning")
    outcome = read("faq.xlsx", _saved(_book(("表紙",))[0]))
    assert outcome.problems[0].severity == "error"


def test_missing_answer_names_the_cell(read: Read):
    """An entry without an answer is an error with its place."""
    outcome = read("faq.xlsx", _saved(_book(("質問", "回答"), ("空です", None))[0]))
    assert str(outcome.problems[0]).endswith("faq.xlsx#一覧!A2: no answer to '空です'")


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        (12, "General", "12"),
        (0.1 + 0.2, "General", "0.3"),
        (7, "0000", "0007"),
        (1980, '#,##0"円"', "1,980円"),
        (-1980, '"¥"#,##0;[Red]"▲¥"#,##0', "▲¥1,980"),
        (0.125, "0.0%", "12.5%"),
        (1234567, "#,##0,", "1,235"),
        (3.10, "0.##", "3.1"),
        (True, "General", "TRUE"),
        (dt.datetime(2026, 4, 1), "mm-dd-yy", "2026/4/1"),
        (dt.datetime(2026, 4, 1, 9, 5), "yyyy/m/d h:mm", "2026/4/1 9:05"),
        (dt.date(2026, 4, 1), 'ggge"年"m"月"d"日"(aaa)', "令和8年4月1日(水)"),
        (dt.date(1989, 1, 7), "[$-411]ge.m.d", "S64.1.7"),
        (dt.time(15, 30), "h:mm AM/PM", "3:30 PM"),
        ("そのまま", "@", "そのまま"),
        (None, "General", ""),
    ],
)
def test_numbers_and_dates_as_people_see_them(value: object, number_format: str, text: str):
    """The number format decides, as in the program."""
    assert text == shown(value, number_format)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'r="2"', b'r="999999999"'),
        (b'r="B2"', b'r="XFD2"'),
        (b"A4:B4", b"A3:XFD1048576"),
        (b"<sheetData>", b"<sheetData>" + b"<a>" * 50_000),
    ],
)
def test_hostile_sheets_are_bounded(read: Read, old: bytes, new: bytes):
    """Rows, columns and merges that name places far away cost nothing, and crash nothing."""
    workbook, sheet = _book(("質問", "回答"), ("あるか？", "ある。"))
    sheet.merge_cells("A4:B4")
    part = "xl/worksheets/sheet1.xml"
    outcome = read("faq.xlsx", _rebuilt(_saved(workbook), part, lambda xml: xml.replace(old, new)))
    assert len(outcome.documents) <= 1


@pytest.mark.parametrize("suffix", [".xlsx", ".docx"])
@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("bomb", "unpacks to more than"),
        ("entities", "document type"),
        ("encrypted", "encrypted with a password"),
        ("binary", "old binary format"),
        ("cut", "not an Office file"),
        ("empty", "not an Office file"),
    ],
)
def test_packages_that_must_not_be_opened(read: Read, suffix: str, name: str, message: str):
    """Bombs, entities, encryption and damage each give one clear error."""
    pytest.importorskip("docx")
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        if name == "bomb":
            package.writestr("word/a.xml", b"\0" * 20_000_000)
        package.writestr("word/b.xml", "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>".encode("utf-16"))
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    data = {
        "encrypted": ole + "EncryptedPackage".encode("utf-16-le"),
        "binary": ole,
        "cut": stream.getvalue()[:100],
        "empty": b"",
    }.get(name, stream.getvalue())
    (problem,) = read(f"file{suffix}", data).problems
    assert message in problem.error.message
    assert problem.severity == "error"
