"""PDF: reading order, what frames the pages left out, headings, and the page of every document."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from reading import Read

pytest.importorskip("pypdfium2")
canvas = pytest.importorskip("reportlab.pdfgen.canvas")

from reportlab.lib import pdfencrypt  # noqa: E402
from reportlab.pdfbase import pdfmetrics  # noqa: E402
from reportlab.pdfbase.cidfonts import UnicodeCIDFont  # noqa: E402

from faqsearch.sources.pdf_glyphs import PageText, Run  # noqa: E402
from faqsearch.sources.pdf_layout import page_lines  # noqa: E402

_FONT = "HeiseiKakuGo-W5"


def _pdf(*pages: Callable[[object], None], **options: object) -> bytes:
    pdfmetrics.registerFont(UnicodeCIDFont(_FONT))
    stream = io.BytesIO()
    drawing = canvas.Canvas(stream, pagesize=(595, 842), **options)
    for page in pages:
        page(drawing)
        drawing.showPage()
    drawing.save()
    return stream.getvalue()


def _write(drawing, size: int, x: float, y: float, *lines: str) -> None:
    drawing.setFont(_FONT, size)
    for number, line in enumerate(lines):
        drawing.drawString(x, y - number * size * 1.6, line)


def _framed(number: int, draw: Callable[[object], None]) -> Callable[[object], None]:
    def page(drawing) -> None:
        _write(drawing, 9, 60, 810, "加湿器 取扱説明書")
        _write(drawing, 9, 290, 30, f"- {number} -")
        draw(drawing)

    return page


def _first(drawing) -> None:
    _write(drawing, 20, 60, 760, "第1章 お手入れ")
    _write(
        drawing,
        11,
        60,
        730,
        "この章では加湿器を清潔に保つ手順を説明します。必ず電源プ",
        "ラグを抜いてください。",
        "1. 水を捨てる",
        "2. 乾かす",
    )
    _write(drawing, 14, 60, 620, "1.1 部品の交換")
    for row, cells in enumerate((("部品", "周期"), ("水筒", "一年"), ("弁座", "三年"))):
        for column, text in enumerate(cells):
            _write(drawing, 11, 60 + 200 * column, 590 - 18 * row, text)


def _second(drawing) -> None:
    _write(drawing, 20, 60, 760, "第2章 困ったとき")
    _write(drawing, 11, 60, 730, "差し込み口を確かめます。ｶﾀｶﾅ")


def test_sections_by_size_of_type(read: Read):
    """Larger type makes headings; broken words are joined, tables have rows, heads and page numbers are gone."""
    outcome = read("manual.pdf", _pdf(_framed(1, _first), _framed(2, _second)))
    assert outcome.problems == []
    assert [(d.question, d.source.page, d.source.heading, d.answer) for d in outcome.documents] == [
        (
            "第1章 お手入れ",
            1,
            ("第1章 お手入れ",),
            "この章では加湿器を清潔に保つ手順を説明します。必ず電源プラグを抜いてください。\n1. 水を捨てる\n2. 乾かす",
        ),
        ("1.1 部品の交換", 1, ("第1章 お手入れ", "1.1 部品の交換"), "部品 | 周期\n水筒 | 一年\n弁座 | 三年"),
        ("第2章 困ったとき", 2, ("第2章 困ったとき",), "差し込み口を確かめます。ｶﾀｶﾅ"),
    ]


def test_characters_that_get_lost_are_reported(read: Read):
    """A single character in a font nobody has is left out by PDFium; the page is named."""
    outcome = read("manual.pdf", _pdf(lambda drawing: _write(drawing, 11, 60, 700, "説明です。", "弁")))
    if outcome.documents[0].answer.endswith("弁"):
        pytest.skip("this machine has a Japanese font")
    assert "1 single characters may be missing" in outcome.problems[0].error.message


def test_outline_names_the_sections(read: Read):
    """Bookmarks decide what is a heading, whatever its size."""

    def page(drawing) -> None:
        for name, y in (("準備", 700), ("作業", 500)):
            drawing.bookmarkPage(name)
            drawing.addOutlineEntry(name, name)
            _write(drawing, 11, 60, y, name, f"{name}の説明です。")

    documents = read("manual.pdf", _pdf(page)).documents
    assert [(d.question, d.answer) for d in documents] == [("準備", "準備の説明です。"), ("作業", "作業の説明です。")]


def test_columns_are_read_one_after_the_other(read: Read):
    """Two columns of running text are not read across."""

    def page(drawing) -> None:
        _write(drawing, 18, 60, 780, "二段組の見出し")
        _write(drawing, 10, 60, 740, *(f"左の段の文章がここに続いています{n}、" for n in range(8)))
        _write(drawing, 10, 320, 740, *(f"右の段の文章がここに続いています{n}、" for n in range(8)))

    (document,) = read("manual.pdf", _pdf(page)).documents
    assert document.answer.index("左の段の文章がここに続いています7") < document.answer.index("右の段")


def test_pages_without_headings_are_the_sections(read: Read):
    """So that every document still has its page."""
    pages = [lambda drawing, n=n: _write(drawing, 11, 60, 600, f"本文その{n}です。") for n in (1, 2)]
    documents = read("notes.pdf", _pdf(*pages)).documents
    assert [(d.id, d.source.page) for d in documents] == [("notes.pdf#p1", 1), ("notes.pdf#p2", 2)]


def test_scanned_pages_are_reported(read: Read):
    """A page without text is a warning with its number; an empty page is nothing."""
    outcome = read("manual.pdf", _pdf(_second, lambda drawing: drawing.rect(10, 10, 500, 700, fill=1), lambda _: None))
    assert len(outcome.documents) == 1
    (problem,) = outcome.problems
    assert (problem.severity, problem.error.page) == ("warning", 2)
    assert str(problem).endswith("manual.pdf, page 2: no text on this page, only a picture of it")


def test_encrypted_and_damaged_files_are_one_error(read: Read):
    """A password is asked for clearly; bytes changed anywhere never crash the reader."""
    locked = pdfencrypt.StandardEncryption("secret", ownerPassword="owner")
    (problem,) = read("manual.pdf", _pdf(_second, encrypt=locked)).problems
    assert problem.error.message == "encrypted with a password"
    data = _pdf(_second)
    for place in range(0, len(data), max(len(data) // 40, 1)):
        read("manual.pdf", data[:place] + bytes([data[place] ^ 0x55]) + data[place + 1 :])
    assert "not a PDF" in read("manual.pdf", b"%PDF-1.7\n").problems[0].error.message


def _ruled(drawing) -> None:
    """A table with lines around its cells, in which the text of every cell wraps at another height."""
    _write(drawing, 20, 60, 760, "部品")
    columns, lines = (60, 150, 400), (720, 690, 630)
    for x in columns:
        drawing.line(x, lines[0], x, lines[-1])
    for y in lines:
        drawing.line(columns[0], y, columns[-1], y)
    _write(drawing, 11, 65, 700, "部品")
    _write(drawing, 11, 155, 700, "交換の目安")
    _write(drawing, 11, 65, 667, "抗菌フィル")
    _write(drawing, 11, 65, 650, "ター")
    _write(drawing, 11, 155, 675, "半年に一度、または表示が出た")
    _write(drawing, 11, 155, 658, "ときに交換します。使う時間が")
    _write(drawing, 11, 155, 641, "長いときは早めます。")


def test_text_that_wraps_in_a_cell_stays_in_it(read: Read):
    """Ruled lines say where a cell ends, whatever stands beside it at the same height."""
    (section,) = read("manual.pdf", _pdf(_ruled)).documents

    assert section.answer == (
        "部品 | 交換の目安\n"
        "抗菌フィルター | 半年に一度、または表示が出たときに交換します。使う時間が長いときは早めます。"
    )


def test_bullets_of_a_symbol_font_are_bullets():
    """What Word and LibreOffice put before an item means nothing outside of its font."""
    runs = [Run("\uf0b7", 60, 66, 700, 710, 10, bold=False), Run("水を捨てる", 80, 130, 700, 710, 10, bold=False)]

    assert [line.text for line in page_lines(PageText(runs, 6, 1, 600, 800, is_cut=False), 1)] == ["・水を捨てる"]
