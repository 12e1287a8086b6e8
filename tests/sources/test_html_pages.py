"""HTML pages: the text without what surrounds it, FAQs as they are declared or shown, places to link to."""

from __future__ import annotations

import time

import pytest
from reading import Read

pytest.importorskip("lxml")

_NOISY = """<!DOCTYPE html><html><head><meta charset="utf-8"><title>除湿機のお手入れ | 小山田商店</title></head>
<body class="menu-open has-sidebar">
<header><a href="/">小山田商店</a><ul class="gnav"><li><a href="/">ホーム</a></li><li><a href="/s">お手入れ</a></li></ul></header>
<div class="breadcrumb"><a href="/">ホーム</a> &gt; <a href="/s">サポート</a> &gt; <a href="/d">除湿機</a> &gt; お手入れ</div>
<div id="left"><h3>分類</h3><ul><li><a href="a">除湿機のお手入れ</a></li><li><a href="b">加湿器のお手入れ</a></li>
<li><a href="c">扇風機のお手入れ</a></li></ul></div>
<div id="center"><h1>除湿機のお手入れ</h1>
<p>月に一度、<ruby>除湯<rp>(</rp><rt>じょとう</rt><rp>)</rp></ruby>してください。
水は必ず
捨てます。</p>
<p>繝輔ぅ繝ｫ繧ｿ繝ｼ縺ｮ縺頑焔蜈･繧</p>
<div class="ad-box">半額！除湿機のお手入れ用品はこちら。<a href="x">買う</a></div>
<h2 id="filter">フィルター</h2><ol start="3"><li>外す</li><li>洗う<ul><li>水で</li></ul></li></ol>
<p>参考になるもの：</p><ul><li><a href="1">部品の表</a></li><li><a href="2">説明書</a></li><li><a href="3">動画</a></li></ul>
<h2>関連記事</h2><ul><li><a href="1">除湿機のお手入れで困ったら</a></li><li><a href="2">お手入れの頻度</a></li></ul>
</div>
<div class="sns-share"><a href="t">シェアする</a></div><p>Copyright © 2026 小山田商店</p>
<footer>除湿機のお手入れ窓口。<a href="/c">会社</a></footer></body></html>"""

_DECLARED = """<script type="application/ld+json">{"@graph": [{"@type": "FAQPage", "mainEntity": {"@type": "Question",
"name": "送料は？", "acceptedAnswer": {"text": "<b>五百円。</b>"}}}]}</script>"""
_MICRODATA = """<div itemscope itemtype="https://schema.org/Question"><b itemprop="name">送料は？</b>
<div itemscope itemprop="acceptedAnswer"><p itemprop="text">五百円。</p></div></div>"""


def test_only_the_text_of_a_noisy_page(read: Read):
    """Navigation, advertisements, related articles and footers are not indexed; references in the text are."""
    outcome = read("page.html", _NOISY)
    assert [(d.id, d.answer) for d in outcome.documents] == [
        ("page.html#除湿機のお手入れ", "月に一度、除湯してください。水は必ず捨てます。"),
        ("page.html#filter", "3. 外す\n4. 洗う\n   - 水で\n\n参考になるもの：\n\n- 部品の表\n- 説明書\n- 動画"),
    ]
    assert outcome.documents[1].source.anchor == "filter"
    assert outcome.documents[1].source.heading == ("除湿機のお手入れ", "フィルター")
    assert outcome.documents[1].category == ("サポート", "除湿機")


def test_mojibake_is_reported_and_not_indexed(read: Read):
    """A line of mojibake in the middle of a page is an error with its line, and in no document."""
    outcome = read("page.html", _NOISY)
    (problem,) = outcome.problems
    assert (problem.severity, problem.error.line) == ("error", 11)
    assert not any("繝" in document.answer for document in outcome.documents)


@pytest.mark.parametrize(
    "body",
    [
        "<dl><dt>送料は？</dt><dd>五百円。</dd></dl>",
        "<details><summary>送料は？</summary><p>五百円。</p></details>",
        '<div class="question">送料は？</div><div class="answer">五百円。</div>',
        "<h2>Q. 送料は？</h2><p>A. 五百円。</p>",
        "<ul><li>Q1. 送料は？<br>A1. 五百円。</li></ul>",
        _DECLARED,
        _MICRODATA,
    ],
)
def test_ways_to_write_a_faq(read: Read, body: str):
    """However a page marks up question and answer, they become one FAQ."""
    documents = read("page.html", f"<html><body><h1>質問</h1><p>はじめに。</p>{body}</body></html>").documents
    faqs = [(d.question, d.answer) for d in documents if d.kind == "faq"]
    assert faqs == [("送料は？", "五百円。")]


def test_what_is_declared_and_shown_is_one_document(read: Read):
    """JSON-LD repeats the visible text of a page; it is not indexed twice."""
    body = (
        '<script type="application/ld+json">{"@type": "Question", "name": "送料は？", "acceptedAnswer": {"text":'
        ' "五百円。"}}</script><h2>送料は？</h2><p>五百円。</p>'
    )
    assert len(read("page.html", f"<html><body>{body}</body></html>").documents) == 1


@pytest.mark.parametrize("charset", ["shift_jis", "euc-jp", "utf-8", "iso-2022-jp"])
def test_charset_of_the_page(read: Read, charset: str):
    """What the page says of its encoding counts, if it is true."""
    page = f'<html><head><meta charset="{charset}"></head><body><h1>短い</h1><p>あ</p></body></html>'
    assert read("page.html", page.encode(charset)).documents[0].answer == "あ"
    wrong = page.replace(charset, "us-ascii").replace("あ", "日本語の文章です。")
    assert read("page.html", wrong.encode("utf-8")).documents[0].answer == "日本語の文章です。"


def test_tables_code_and_terms(read: Read):
    """Tables become `a | b`, code keeps its lines, terms with an id are documents of their own."""
    body = (
        "<h1>表</h1><table><tr><th>部品</th><th>周期</th></tr><tr><td>筒<br>（白）</td><td>一年</td></tr></table>"
        "<pre>a\n  b</pre><dl><dt id=x>除湯</dt><dd>湯を捨てること。</dd></dl><dl><dt>電話</dt><dd>番号</dd></dl>"
    )
    first, second = read("page.html", f"<html><body>{body}</body></html>").documents
    assert first.answer == "部品 | 周期\n筒 （白） | 一年\n\n```\na\n  b\n```\n\n電話\n  番号"
    assert (second.question, second.source.anchor, second.answer) == ("除湯", "x", "湯を捨てること。")


@pytest.mark.parametrize(
    "unit", ["<div>", "<b>", "<ul><li>", "<table><tr><td>", "<details>", "<dl><dt>q?<dd>", "<", "&a"]
)
def test_hostile_pages_are_bounded(read: Read, unit: str):
    """Endless openings end in a second or two; what is not read is reported."""
    begun = time.process_time()
    outcome = read("page.html", unit * (100_000 // len(unit)))
    assert time.process_time() - begun < 10
    if unit in ("<div>", "<b>"):
        assert "nested too deeply" in outcome.problems[0].error.message


@pytest.mark.parametrize("page", ["", "<!-- nothing -->", "\0"])
def test_empty_pages_are_a_warning(read: Read, page: str):
    """A page of nothing is worth a look, and no error."""
    (problem,) = read("page.html", page).problems
    assert (problem.severity, problem.error.message) == ("warning", "the page is empty")
