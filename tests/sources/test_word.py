"""DOCX: headings by style, numbers as Word shows them, tables, notes, ruby, and nothing that was deleted."""

from __future__ import annotations

import io

import pytest
from reading import Read

docx = pytest.importorskip("docx")

from docx.oxml import parse_xml  # noqa: E402
from docx.oxml.ns import nsdecls  # noqa: E402

from faqsearch.sources.word_numbering import Numbering  # noqa: E402


def _saved(document) -> bytes:
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def test_sections_lists_and_tables(read: Read):
    """Heading styles, also by Japanese names, make sections below the title; lists have their numbers."""
    document = docx.Document()
    document.add_paragraph("加湿器の使い方", style="Title")
    document.add_heading("お手入れ", 1)
    document.add_paragraph("はじめに読みます。")
    document.add_paragraph("タンク", style=document.styles.add_style("見出し 2", 1))
    for step in ("水を捨てる", "よく洗う"):
        document.add_paragraph(step, style="List Number")
    table = document.add_table(3, 2)
    for row, cells in enumerate((("部品", "周期"), ("筒", "一年"), ("", "二年"))):
        for column, text in enumerate(cells):
            table.cell(row, column).text = text
    table.cell(1, 0).merge(table.cell(2, 0))
    first, second = read("manual.docx", _saved(document)).documents
    assert (first.source.heading, first.answer) == (("加湿器の使い方", "お手入れ"), "はじめに読みます。")
    assert second.source.heading == ("加湿器の使い方", "お手入れ", "タンク")
    assert second.answer == "1. 水を捨てる\n2. よく洗う\n\n部品 | 周期\n筒 | 一年\n筒 | 二年"


def test_text_as_it_is_printed(read: Read):
    """Ruby without its readings; deleted, hidden and field-code text is not there; text boxes once."""
    document = docx.Document()
    document.add_heading("題", 1)
    paragraph = document.add_paragraph()._p
    for xml in (
        "<w:r {}><w:ruby><w:rt><w:r><w:t>じょとう</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>除湯</w:t></w:r></w:rubyBase></w:ruby></w:r>",
        "<w:del {}><w:r><w:delText>消した</w:delText></w:r></w:del>",
        "<w:ins {}><w:r><w:t>を足す</w:t></w:r></w:ins>",
        "<w:r {}><w:rPr><w:vanish/></w:rPr><w:t>隠した</w:t></w:r>",
        "<w:r {}><w:instrText>PAGE</w:instrText></w:r>",
        "<w:r {}><w:pict><w:txbxContent><w:p><w:r><w:t>枠の中</w:t></w:r></w:p></w:txbxContent></w:pict></w:r>",
    ):
        paragraph.append(parse_xml(xml.format(nsdecls("w"))))
    (only,) = read("manual.docx", _saved(document)).documents
    assert only.answer == "除湯を足す\n\n枠の中"


def test_a_table_of_questions_makes_faqs(read: Read):
    """Columns 質問 and 回答 are read as they are in a spreadsheet."""
    document = docx.Document()
    table = document.add_table(2, 2)
    for column, (name, text) in enumerate((("質問", "送料は？"), ("回答", "五百円。"))):
        table.cell(0, column).text, table.cell(1, column).text = name, text
    (faq,) = read("faq.docx", _saved(document)).documents
    assert (faq.kind, faq.question, faq.answer) == ("faq", "送料は？", "五百円。")


def test_headings_without_styles(read: Read):
    """A document whose author only numbered the headings has sections all the same."""
    document = docx.Document()
    for text in ("第1章 準備", "机を片づけます。", "第2章 作業", "始めます。"):
        document.add_paragraph(text)
    assert [d.question for d in read("manual.docx", _saved(document)).documents] == ["第1章 準備", "第2章 作業"]


def test_numbers_in_japanese_forms():
    """Chapters, nested numbers and circled numbers, counted as Word does."""
    levels = "".join(
        f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/></w:lvl>'
        for level, (form, text) in enumerate(
            (("japaneseCounting", "第%1章"), ("decimal", "%1-%2"), ("decimalEnclosedCircle", "%3"), ("aiueo", "(%4)"))
        )
    )
    xml = (
        f"<w:numbering {nsdecls('w')}><w:abstractNum w:abstractNumId='0'>{levels}</w:abstractNum>"
        "<w:num w:numId='5'><w:abstractNumId w:val='0'/></w:num></w:numbering>"
    )
    numbering = Numbering(parse_xml(xml))
    counted = [numbering.next("5", level) for level in (0, 1, 1, 2, 2, 0, 1, 3)]
    assert counted == ["第一章", "一-1", "一-2", "①", "②", "第二章", "二-1", "(ア)"]


def test_damaged_documents_are_one_error(read: Read):
    """Bytes changed anywhere in a document never crash the reader."""
    document = docx.Document()
    document.add_heading("題", 1)
    document.add_paragraph("本文。")
    data = _saved(document)
    for place in range(0, len(data), max(len(data) // 40, 1)):
        outcome = read("manual.docx", data[:place] + bytes([data[place] ^ 0x55]) + data[place + 1 :])
        assert outcome.documents or outcome.problems
