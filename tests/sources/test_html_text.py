"""Fragments of HTML."""

from __future__ import annotations

import time

import pytest

from faqsearch.sources.html_text import html_text


@pytest.mark.parametrize(
    ("fragment", "text"),
    [
        ("ただの文 & 記号 < 3", "ただの文 & 記号 < 3"),
        ("<p>一</p>\n<p>二<br/>三</p>", "一\n二\n三"),
        ("<ol><li>赤</li><li>青</li></ol>", "- 赤\n- 青"),
        ("<table><tr><th>色</th><th>数</th></tr><tr><td>赤</td><td>2</td></tr></table>", "色 | 数\n赤 | 2"),
        ("前<script>var x = '<b>';</script><style>a{}</style>後", "前後"),
        ('図<img src="a" alt="操作 &quot;盤&quot;">&amp;<!-- 内緒 -->終', '図操作 "盤"&終'),
    ],
)
def test_fragments(fragment: str, text: str):
    """Blocks on lines, list marks, cells, no scripts, no comments."""
    assert text == html_text(fragment)


@pytest.mark.parametrize("unit", ["<", "<a", "<!--", "<a ", "<![CDATA[", "&", "</", "<script>", "<a href='"])
def test_hostile_fragments(unit: str):
    """Half a megabyte of openings takes no time."""
    begun = time.process_time()
    html_text("<p>" + unit * (500_000 // len(unit)))
    assert time.process_time() - begun < 5
