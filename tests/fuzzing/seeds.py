"""What the fuzzers begin with: small whole files of every format, and the signs each format gives a meaning to."""

from __future__ import annotations

import io
import json
import zipfile
from functools import cache

FORMATS = (".csv", ".tsv", ".json", ".jsonl", ".yaml", ".md", ".txt", ".html", ".rst", ".xlsx", ".docx", ".pdf")
NAMES = (*(suffix[1:] for suffix in FORMATS), "query", "synonyms", "userwords", "analysis", "judgments", "index")
"""Of all targets; here, since whoever starts the fuzzers must not have imported what they instrument."""

_CSV = (
    'id,質問,回答,別表現,カテゴリ,タグ\r\nq1,送料は？,"全国一律550円です。\r\n4,980円以上は""無料""です。",送料無料,配送>送料,料金\r\n'
    "q2,返品できますか,8日以内に限ります。,,返品,\r\n"
)
_ROWS = [
    {
        "id": "q1",
        "question": "送料は？",
        "answer": "全国一律550円です。",
        "alternates": ["送料無料"],
        "category": ["配送"],
    },
    {"question": "返品できますか", "answer": {"text": "8日以内に限ります。"}, "version": 1.10, "draft": None},
]
_FAQ_PAGE = {
    "@context": "https://schema.org",
    "@type": "FAQPage",
    "mainEntity": [
        {"@type": "Question", "name": "送料は？", "acceptedAnswer": {"@type": "Answer", "text": "<p>550円<br>です</p>"}}
    ],
}
_YAML = "base: &base\n  category: [配送, 送料]\nfaq:\n- <<: *base\n  question: 送料は？\n  answer: |\n    全国一律550円です。\n- question: 返品は？\n  answer: >-\n    8日以内に\n    限ります。\n"
_MARKDOWN = """---
title: ご利用案内
tags: [送料, 返品]
---
# ご利用案内 {#top}

## 送料は[いくら](a.md)ですか？

全国一律**550円**です。[^1] `code` ![絵](x.png) <span id="x">印</span>

| 地域 | 円 |
|---|--:|
| 本州 | 550 |

[^1]: 税込み。

<details><summary>返品は？</summary>

8日以内です。

</details>

Q. 退会は？
A. いつでも。

::: tip 参考
1. 一つ
   - 二つ
:::

```sh
echo 1
```
"""
_TEXT = "ご利用案内\n==========\n\n第1章 送料\n\n全国一律550円です。\n\n1.1 返品\n・8日以内\n\nQ1. 退会は？\nA1. いつでも。\n\n■ お問い合わせ\n電話：0000\n"
_HTML = f"""<!doctype html><html><head><meta charset="utf-8"><title>送料 | 店</title>
<script type="application/ld+json">{json.dumps(_FAQ_PAGE, ensure_ascii=False)}</script></head><body><nav><a href="/">店</a></nav>
<main><h1 id="a">送料</h1><p>全国<b>一律</b>550円<ruby>円<rt>えん</rt></ruby></p><ul><li>一<ol><li>二</ol></ul>
<table><tr><th>地域<td rowspan=2 colspan=3>円<tr><td>本州</table><dl><dt>返品<dd>8日</dl>
<details><summary>退会は？</summary>いつでも。</details><pre>a
 b</pre><div itemscope itemtype="https://schema.org/Question"><h2 itemprop="name">何？</h2>
<div itemprop="acceptedAnswer"><p itemprop="text">これ</p></div></div></main></body></html>
"""
_RST = """====
案内
====

.. contents::

.. _送料:

送料は？
--------

全国 **一律** :ref:`550円 <送料>` です。 |名| [1]_

.. |名| replace:: 店

.. note:: 注意
   :class: x

   - 一
   - 二

+----+----+
| a  | b  |
+====+====+
| c  | d  |
+----+----+

=== ===
 a   b
=== ===

.. csv-table:: 表
   :header: a, b

   "1", "2"

.. include:: other.rst
   :start-line: 1

.. raw:: html

   <b>太字</b>

.. [1] 脚注

用語
  説明 ``code`` `x <https://example.com>`__
"""
SYNONYMS = "# 言い換え\n解約,退会,キャンセル\nスマホ,携帯 => スマートフォン\n000001,1,0,1,0,0,0,(),曖昧,,\n000001,1,0,1,0,0,0,(),あいまい,,\n"
USER_WORDS = "小山田商店\nKS-10 # 加湿器\nがんばるくん\n"
QUERIES = (
    "送料はいくらですか",
    "そうりょう むりょう",
    "souryou",
    "E-203 がでた",
    "「解約」したい？",
    "ｶｲﾔｸ（定期）",
    "cat=会員 ログイン できない 2024/01/01",
)


@cache
def spreadsheet() -> bytes:
    """A workbook with merged and hidden cells, a date and a second sheet."""
    import datetime as dt

    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    for row in (
        ("社内FAQ",),
        ("分類", "質問", "回答", "更新"),
        ("配送", "送料は？", "550円", dt.date(2024, 1, 2)),
        (None, "返品は？", 8, 0.5),
    ):
        sheet.append(row)
    sheet.merge_cells("A3:A4")
    sheet.column_dimensions["D"].hidden = True
    book.create_sheet("別").append(("質問", "回答"))
    return _saved(book)


@cache
def word() -> bytes:
    """A document with headings, a numbered list, a table and a table of questions."""
    import docx

    document = docx.Document()
    document.add_heading("取扱説明書", 0)
    document.add_heading("準備", 1)
    document.add_paragraph("水を入れます。")
    document.add_paragraph("電源を入れます。", style="List Number")
    for rows in ((("部品", "周期"), ("弁座", "三年")), (("質問", "回答"), ("送料は？", "550円"))):
        table = document.add_table(rows=2, cols=2)
        for line, cells in zip(table.rows, rows, strict=True):
            for cell, text in zip(line.cells, cells, strict=True):
                cell.text = text
    return _saved(document)


@cache
def pdf() -> bytes:
    """Two pages with headings, an outline and running heads; streams as they are, so that a change reaches a sign."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfgen import canvas

    pdfmetrics.registerFont(UnicodeCIDFont("HeiseiKakuGo-W5"))
    stream = io.BytesIO()
    drawing = canvas.Canvas(stream, pagesize=(300, 400), pageCompression=0, invariant=1)
    drawing.setTitle("案内")
    for number, (heading, text) in enumerate(
        (("第1章 送料", "全国一律550円です。"), ("第2章 返品", "8日以内です。")), 1
    ):
        drawing.bookmarkPage(f"p{number}")
        drawing.addOutlineEntry(heading, f"p{number}", 0)
        for size, height, line in ((8, 385, "案内"), (18, 340, heading), (10, 310, text), (8, 15, f"- {number} -")):
            drawing.setFont("HeiseiKakuGo-W5", size)
            drawing.drawString(30, height, line)
        drawing.rect(30, 200, 50, 20)
        drawing.showPage()
    drawing.save()
    return stream.getvalue()


def _saved(document) -> bytes:
    """Saved, with the parts stored uncompressed: a mutation then reaches the XML and not only the deflated bytes."""
    packed, stored = io.BytesIO(), io.BytesIO()
    document.save(packed)
    with zipfile.ZipFile(packed) as old, zipfile.ZipFile(stored, "w") as new:
        for name in old.namelist():
            if not name.endswith((".jpeg", ".emf")):
                new.writestr(zipfile.ZipInfo(name), old.read(name))
    return stored.getvalue()


@cache
def of_format(suffix: str) -> tuple[bytes, ...]:
    """Whole files of a format."""
    jsonl = "\n".join(json.dumps(row, ensure_ascii=False) for row in _ROWS)
    texts = {
        ".csv": (_CSV, _CSV.replace(",", ";"), "title\nquestion\tanswer\na\tb\n"),
        ".tsv": (_CSV.replace(",", "\t"),),
        ".json": (json.dumps(_ROWS, ensure_ascii=False, indent=1), json.dumps(_FAQ_PAGE), json.dumps({"faq": _ROWS})),
        ".jsonl": (jsonl,),
        ".yaml": (_YAML, "### YamlMime:FAQ\nmetadata:\n  title: x\nsections:\n- name: y\n  questions:\n  - question: 何？\n    answer: '**これ**'\n"),
        ".md": (_MARKDOWN, _MARKDOWN.replace("---", "+++").replace(": ", " = ")),
        ".txt": (_TEXT,),
        ".html": (_HTML,),
        ".rst": (_RST,),
    }  # fmt: skip
    if suffix in texts:
        encoded = [text.encode() for text in texts[suffix]]
        first = texts[suffix][0]
        return (
            *encoded,
            *(first.encode(encoding, "replace") for encoding in ("cp932", "euc_jp", "utf-16", "iso2022_jp")),
        )
    return ({".xlsx": spreadsheet, ".docx": word, ".pdf": pdf}[suffix](),)


_ANY = (
    "\0",
    "\n",
    "\r",
    "\r\n",
    "\t",
    "\ufeff",
    "\u2028",
    "\u3000",
    "\x1b[31m",
    "\ud800",
    "が",
    "㍿",
    "1" * 40,
    "-1",
    "A" * 300,
)
_SIGNS = {
    ".csv": ('"', '""', ",", ";", "\n", '"\n', "質問", "回答", ",,,,,,,,"),
    ".tsv": ('"', "\t", "\n", "質問", "回答"),
    ".json": ("[", "]", "{", "}", '"', "\\", "\\u", "\\ud83d", ":", ",", "1e999", "NaN", "null", '"question":', '"@type":"Question",'),
    ".jsonl": ("[", "{", "}", '"', "\\", "\\ud83d", ",", "\n", '{"question":"a","answer":"b"}\n'),
    ".yaml": ("&a ", "*a", "<<: ", "- ", "? ", ": ", "|\n", ">-\n", "!!python/object:os.system ", "[", "{", "---\n", "...\n", "%YAML 9\n", "#", "'", '"', "\t"),
    ".md": ("#", "# ", "[", "](", "![", "<", ">", "> ", "`", "```\n", "*", "_", "| ", "|---|\n", "- ", "1. ", "<details>", "<summary>", "</details>", "---\n", "+++\n", "Q. ", "A. ", ":::", "[^1]: ", "&#x110000;", "<!--"),
    ".txt": ("Q. ", "A. ", "===\n", "第1章 ", "1.1 ", "■", "・", "　"),
    ".html": ("<", ">", "</", "<div>", "<table>", "<td rowspan=99999 colspan=99999>", "<script type='application/ld+json'>", "<details>", "<summary>", "<dl><dt>", "<!--", "-->", "<![CDATA[", "&#0;", "&#xD800;", "&amp;", "<!doctype x [<!entity a 'b'>]>", "<svg>", "<template>", "<plaintext>", "itemprop='name'"),
    ".rst": (".. ", "::", "\n\n", "   ", "====\n", "----\n", ".. include:: ", ".. raw:: html\n\n   ", ".. csv-table::\n   :url: file:///etc/passwd\n", ".. |a| replace:: |a|\n", "|a|", "`", "``", "*", "**", "_", "__", "[1]_", "+--+\n", "| ", ".. role:: x\n", ":x:`", ".. _a: a_\n", "\\"),
    ".xlsx": ('<c r="A1" t="s"><v>', "</v></c>", '<row r="', '<mergeCell ref="A1:XFD1048576"/>', "99999999999", 't="inlineStr"', 't="e"', "<v>1e308</v>", "<!DOCTYPE x>", "&#x0;", 'r="XFD1048577"', 's="99"'),
    ".docx": ("<w:p>", "</w:p>", "<w:tbl>", "<w:tr>", "<w:tc>", "<w:ins>", "<w:sdt><w:sdtContent>", 'w:val="', '<w:ilvl w:val="9"/>', '<w:numId w:val="1"/>', "<w:t>", 'w:val="-1"', '<w:footnoteReference w:id="1"/>', '<w:basedOn w:val="Heading1"/>'),
    ".pdf": ("obj", "endobj", "stream\n", "<<", ">>", "/Kids [1 0 R]", "/Parent 1 0 R", "/Count 99999999", "/Length 0", "BT", "ET", "Tf", " Tj", "1 0 0 1 0 0 cm", "/Rotate 90", "/MediaBox [0 0 1e38 1e38]", "/First 1 0 R", "/Next 1 0 R"),
}  # fmt: skip


def signs(suffix: str) -> tuple[bytes, ...]:
    """What is put into files of a format."""
    return tuple(sign.encode("utf-8", "surrogatepass") for sign in (*_ANY, *_SIGNS.get(suffix, ())))
