"""Dead links: to files, headings and labels of the same corpus; never to what cannot be known."""

import pytest


def dead(found, files):
    """Return `place: message` of the dead links."""
    report = found(files, whole=True, only=["dead-link"])
    return [f"{one.place.where.rpartition('corpus/')[2]}: {one.message}" for one in report.findings]


def test_markdown_links(found):
    """A missing page is an error, a missing heading a warning; the same target is one finding with all its places."""
    page = (
        "# 入口\n\n[ある](sub/next.md) [ある](sub/next.md#お手入れ) [ある](#入口) [ある](sub/next.html#own)\n"
        "[ない](missing.md) [web](https://example.com/x.md) [画像](a.png) `[code](no.md)`\n\n"
        "[ない](sub/next.md#ない見出し)\n\n[参照]\n\n[参照]: gone.md\n\n[ない](missing.md)\n"
    )
    files = {
        "page.md": page,
        "sub/next.md": "# 次\n\n## お手入れ\n\n本文。\n\n## 別 {#own}\n\n[戻る](../page.md)\n\n```\n[x](no.md)\n```\n",
    }
    assert dead(found, files) == [
        "page.md:4: リンク先のファイルがありません: missing.md（2 か所）",
        "page.md:10: リンク先のファイルがありません: gone.md",
        "page.md:6: リンク先の見出しがありません: sub/next.md#ない見出し",
    ]


def test_html_links(found):
    """Pages and ids; what leaves the corpus folder, scripts and mail are not looked at."""
    pytest.importorskip("lxml")
    page = (
        '<html><body><h1 id="top">題</h1><p><a href="#top">a</a><a href="b.html#x">b</a>\n<a href="#none">c</a>'
        '<a href="../outside.html">d</a><a href="mailto:a@example.com">e</a><a href="javascript:x()">f</a></p></body></html>'
    )
    assert dead(found, {"a.html": page, "b.html": '<html><body><p id="x">本文。</p></body></html>'}) == [
        "a.html:2: リンク先の見出しがありません: #none"
    ]


def test_rst_references(found):
    """`:doc:` and `:ref:`; labels may stand in lists, and in any file of the corpus."""
    pytest.importorskip("docutils")
    page = "題\n==\n\n:doc:`parts/other` :doc:`無い <parts/none>`\n:ref:`here` :ref:`語 <there>` :ref:`nowhere`\n\n- .. _here:\n\n  本文\n"
    files = {"index.rst": page, "parts/other.rst": ".. _there:\n\n別の題\n======\n\n本文。\n"}
    assert dead(found, files) == [
        "index.rst:4: リンク先のファイルがありません: parts/none",
        "index.rst:5: 参照先のラベルがありません: nowhere",
    ]


def test_anchors_in_another_way_are_no_finding(found):
    """Where hardly any anchor fits, the site makes them by rules of its own: nothing is said of them."""
    links = " ".join(f"[{n}](#auto_{n})" for n in "abcdef")
    assert dead(found, {"page.md": f"# 題\n\n{links}\n"}) == []


def test_links_from_the_top_of_a_site(found):
    """`/help/…` is known where a folder above is `help`; elsewhere it is not."""
    files = {
        "site/help/a.md": "# 題\n\n[a](/help/b.md) [b](/help/c.md) [c](/other/c.md)\n",
        "site/help/b.md": "# 次\n\n本文。\n",
    }
    assert dead(found, files) == ["site/help/a.md:3: リンク先のファイルがありません: /help/c.md"]
