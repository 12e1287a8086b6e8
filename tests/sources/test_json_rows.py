"""JSON and JSONL: entries with their lines, the rest reported."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st
from reading import Read

from faqsearch.sources.interface import SourceFile
from faqsearch.sources.json_rows import read_json, read_jsonl


def test_jsonl_splits_on_line_feeds_only(read: Read):
    """U+2028 inside a string is text, and lines are counted by line feeds."""
    outcome = read("faq.jsonl", '{"q": "一", "a": "あ\u2028い"}\n\n{"q": "二", "a": "う"}\r\n')
    assert [(d.question, d.source.line) for d in outcome.documents] == [("一", 1), ("二", 3)]


def test_jsonl_broken_line(read: Read):
    """A broken line is reported by number and the others are read."""
    outcome = read("faq.jsonl", '{"q": "一", "a": "あ"}\n{"q": \n{"q": "二", "a": "う"}\n"text"\n')
    assert [document.question for document in outcome.documents] == ["一", "二"]
    assert [problem.error.line for problem in outcome.problems] == [2, 4]


def test_title_and_text_rows(read: Read):
    """Rows of title and text are manual sections, unless the title asks."""
    outcome = read(
        "a.jsonl", '{"id": 7, "title": "設定", "text": "x"}\n{"id": "08", "title": "消せますか？", "text": "y"}\n'
    )
    assert [(d.id, d.kind) for d in outcome.documents] == [("7", "manual"), ("08", "faq")]


def test_unknown_keys_become_extra(read: Read):
    """Text of unknown keys is kept; the marked-up twin of the answer is not; numbers keep their digits."""
    row = {
        "question": "q",
        "answer": "a",
        "answer_md": "**a**",
        "heldout": False,
        "note": None,
        "n": 1.10,
        "l": ["x", "y"],
    }
    (document,) = read("a.jsonl", json.dumps(row).replace("1.1", "1.10")).documents
    assert dict(document.extra) == {"heldout": "false", "n": "1.10", "l": "x\ny"}


def test_category_and_alternates_as_lists(read: Read):
    """Lists are taken item by item, never split at signs inside an item of a category."""
    row = {"question": "q", "answer": "a", "category": ["設定 / 表示", "色"], "alternates": ["赤に(する|したい)", "q"]}
    (document,) = read("a.json", json.dumps([row])).documents
    assert document.category == ("設定 / 表示", "色")
    assert document.phrasings == ("赤にする", "赤にしたい")


def test_json_lines(read: Read):
    """Entries of a list know the line they begin at, strings with braces and breaks notwithstanding."""
    outcome = read(
        "a.json", '{"faqs": [\n  {"q": "{", "a": "}\\n"},\n\n  {"a": "b",\n   "q": "c", "x": {"y": []}}\n]}\n'
    )
    assert [(d.question, d.source.line) for d in outcome.documents] == [("{", 2), ("c", 4)]


def test_json_groups(read: Read):
    """A group's name is the category of its entries."""
    groups = {
        "categories": [
            {"name": "支払い", "items": [{"q": "一", "a": "あ"}]},
            {"name": "配送", "faqs": [{"q": "二", "a": "い"}]},
        ]
    }
    outcome = read("a.json", json.dumps(groups, ensure_ascii=False))
    assert [document.category for document in outcome.documents] == [("支払い",), ("配送",)]


def test_faq_page(read: Read):
    """schema.org's FAQPage, with answers in HTML."""
    page = {
        "@context": "https://schema.org",
        "@type": "FAQPage",
        "mainEntity": [
            {
                "@type": "Question",
                "name": "営業日は？",
                "acceptedAnswer": {
                    "@type": "Answer",
                    "text": "<p>月曜から<b>金曜</b>。</p><ul><li>祝日は休み</li></ul>",
                },
            }
        ],
    }
    (document,) = read("a.json", json.dumps(page, ensure_ascii=False)).documents
    assert (document.question, document.answer) == ("営業日は？", "月曜から金曜。\n- 祝日は休み")


def test_broken_json_keeps_its_whole_entries(read: Read):
    """A fault in a list costs the entry it is in."""
    outcome = read("a.json", '[\n {"q": "一", "a": "あ"},\n {"q": "二" "a": "い"},\n {"q": "三", "a": "う"}\n]\n')
    assert [document.question for document in outcome.documents] == ["一", "三"]
    assert [problem.error.line for problem in outcome.problems] == [3]


def test_hostile_json(read: Read):
    """Depth, lone surrogates and endless numbers are errors with a line, and cost their own entry."""
    assert "nested more than 64 deep" in read("a.json", "[" * 100_000).messages[0]
    assert len(read("b.json", '[{"q": "\\ud800", "a": "x"}, {"q": "y", "a": "z"}]').documents) == 1
    assert len(read("c.jsonl", '{"id": ' + "1" * 10_000 + ', "q": "y", "a": "z"}\n{"q": "y", "a": "z"}').documents) == 1
    assert len(read("d.jsonl", '{"q": "x", "a": ' + "[" * 5_000 + "\n" + '{"q": "y", "a": "z"}').documents) == 1


@settings(max_examples=200, deadline=None)
@given(st.text('{}[]":,\\ \nqa1u', max_size=60))
def test_any_text_is_read_or_reported(text: str):
    """Nothing that resembles JSON raises anything but a SourceError."""
    for reader in (read_json, read_jsonl):
        list(reader(SourceFile("a.json", "a.json", text.encode())))
        list(reader(SourceFile("a.json", "a.json", f'[{{"q":"x","a":"y"}},{text}]'.encode())))
