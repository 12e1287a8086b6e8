"""Mojibake: a garbled line in any format is reported with its place and is in no document; its neighbours stay."""

from __future__ import annotations

import io
import json

import pytest
from reading import Read

from faqsearch.sources.mojibake import mojibake_lines

_SAID = "受付は平日の九時から五時まで。"
_GARBLED = {
    "UTF-8 as CP932": "お客様サポート".encode().decode("cp932", "ignore"),
    "kanji in UTF-8 as CP932": "送料無料の案内".encode().decode("cp932", "ignore"),
    "UTF-8 as Latin-1": "お客様サポート".encode().decode("latin-1"),
    "kanji in UTF-8 as Latin-1": "送料無料".encode().decode("latin-1"),
    "UTF-8 as EUC-JP": "お客様サポート".encode().decode("euc_jp", "replace"),
    "CP932 as Latin-1": "せっていをひらく".encode("cp932").decode("latin-1"),
    "EUC-JP as CP932": "せっていをひらく".encode("euc_jp").decode("cp932"),
    "replaced": "\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}の\N{REPLACEMENT CHARACTER}",
}
_PAGES = {
    "page.md": "# 窓口\n\n{said}\n{bad}\n翌日に返事をします。\n",
    "table.md": "# 窓口\n\n| 曜日 | 時間 |\n|---|---|\n| 月 | {said} |\n| {bad} | 二 |\n| 火 | 翌日に返事をします。 |\n",
    "page.txt": "1. 窓口\n\n{said}\n{bad}\n翌日に返事をします。\n",
    "page.rst": "窓口\n====\n\n{said}\n{bad}\n翌日に返事をします。\n",
    "page.html": "<html><body><h1>窓口</h1>\n<p>{said}\n{bad}\n翌日に返事をします。</p></body></html>",
    "blocks.html": "<html><body><h1>窓口</h1><p>{said}</p>\n<p>{bad}</p>\n<p>翌日に返事をします。</p></body></html>",
    "rows.csv": '質問,回答\n窓口は？,"{said}\n{bad}\n翌日に返事をします。"\n',
    "rows.yaml": "- question: 窓口は？\n  answer: |\n    {said}\n    {bad}\n    翌日に返事をします。\n",
}


@pytest.mark.parametrize("bad", _GARBLED.values(), ids=_GARBLED)
@pytest.mark.parametrize("name", _PAGES)
def test_a_garbled_line_is_reported_and_in_no_document(read: Read, name: str, bad: str):
    """One error with the line it stands on (of a row: where the row begins); the lines around it are indexed."""
    if name == "rows.yaml" and any("\x7f" < character < "\xa0" for character in bad):
        pytest.skip("YAML has no control characters; without them there is no telling")
    for module in {"rst": ["docutils"], "html": ["lxml"]}.get(name.rpartition(".")[2], []):
        pytest.importorskip(module)
    page = _PAGES[name].format(said=_SAID, bad=bad)
    outcome = read(name, page)
    line = 1 + page[: page.index(bad)].count("\n")
    expected = {"rows.csv": 2, "rows.yaml": 1}.get(name, line)
    assert [(p.severity, p.error.line, "mojibake" in p.error.message) for p in outcome.problems] == [
        ("error", expected, True)
    ]
    texts = "\n".join(f"{d.question}\n{d.answer}" for d in outcome.documents)
    assert bad not in texts
    assert _SAID in texts
    assert "翌日に返事をします。" in texts


def test_a_row_whose_question_is_garbled_is_left_out(read: Read):
    """Without its question an entry is none; both faults name the row."""
    bad = _GARBLED["UTF-8 as CP932"]
    outcome = read("rows.csv", f"質問,回答,別表現\n送料は？,五百円。,{bad}\n{bad},千円。,\n")
    assert [(d.question, d.phrasings) for d in outcome.documents] == [("送料は？", ())]
    assert [p.error.line for p in outcome.problems] == [2, 3, 3]


@pytest.mark.parametrize("charset", ["shift_jis", "utf-8"])
def test_a_garbled_row_of_json_and_xlsx(read: Read, charset: str):
    """Rows are held to the same whatever file they come from."""
    bad = _GARBLED["UTF-8 as CP932"]
    rows = [{"question": "送料は？", "answer": f"五百円。\n{bad}"}]
    outcome = read("rows.json", json.dumps(rows, ensure_ascii=False).encode(charset))
    assert outcome.documents[0].answer == "五百円。"
    openpyxl = pytest.importorskip("openpyxl")
    workbook = openpyxl.Workbook()
    workbook.active.append(("質問", "回答"))
    workbook.active.append(tuple(rows[0].values()))
    stream = io.BytesIO()
    workbook.save(stream)
    outcome = read("rows.xlsx", stream.getvalue())
    assert outcome.documents[0].answer == "五百円。"
    assert [p.error.where.rpartition("rows.xlsx")[2] for p in outcome.problems] == ["#Sheet!A2"]


def test_one_lost_character_in_a_long_line_is_a_warning(read: Read):
    """A step of an answer is worth more than the one character it lost."""
    line = "「設定」を開き、「通信」の\N{REPLACEMENT CHARACTER}ボタンを押してから電源を入れ直します。"
    outcome = read("page.md", f"# 通信\n\n{line}\n")
    assert [p.severity for p in outcome.problems] == ["warning"]
    assert outcome.documents[0].answer == line


@pytest.mark.parametrize("text", ["繧繝縁は畳の縁です。", "ﾊﾟｽﾜｰﾄﾞ､ﾒｰﾙとは｡", "São Paulo の ã", "café “é” ï", "縲闢艱艢"])
def test_rare_signs_are_no_mojibake(text: str):
    """Rare kanji, half-width katakana and accents stay."""
    assert not list(mojibake_lines(text))
