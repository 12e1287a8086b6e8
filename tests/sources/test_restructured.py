"""reStructuredText: sections, directives of any kind, and includes that stay inside the corpus."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from reading import Read

from faqsearch.sources import Corpus

pytest.importorskip("docutils")

_PAGE = """\
.. _care:

お手入れ
========

.. contents::
   :local:

月に一度、
:ref:`手順 <steps>` を行います。|note|

.. |note| replace:: 必ずです。

.. important::

   電源を抜きます。

.. foo:unknown:: 付属の布
   :x: y

   乾いた *布* で拭きます。

手順
----

#. 外す
#. 洗う

   * 水で

.. list-table::
   :header-rows: 1

   * - 部品
     - 周期
   * - 筒
     - 一年

.. code-block:: sh

   run --now
"""


def test_sections_directives_and_roles(read: Read):
    """Every directive gives its text, known to docutils or not; labels are anchors."""
    outcome = read("page.rst", _PAGE)
    assert outcome.problems == []
    first, second = outcome.documents
    assert (first.id, first.source.line, first.source.heading) == ("page.rst#care", 4, ("お手入れ",))
    assert (
        first.answer
        == "月に一度、手順 を行います。必ずです。\n\n電源を抜きます。\n\n付属の布\n\n乾いた 布 で拭きます。"
    )
    assert second.answer == "1. 外す\n2. 洗う\n   - 水で\n\n部品 | 周期\n筒 | 一年\n\n```\nrun --now\n```"


def test_includes_stay_inside_the_corpus(tmp_path: Path):
    """A file of the corpus is included; one outside, by path or by link, is an error and not read."""
    folder = tmp_path / "corpus"
    (folder / "parts").mkdir(parents=True)
    (tmp_path / "secret.inc").write_text("秘密", encoding="utf-8")
    (folder / "link.inc").symlink_to(tmp_path / "secret.inc")
    (folder / "parts" / "common.inc").write_text("共通の注意。\n", encoding="utf-8")
    targets = ("parts/common.inc", "/parts/common.inc", "../secret.inc", "link.inc", "/etc/passwd", "missing.inc")
    includes = "".join(f".. include:: {target}\n\n" for target in targets)
    (folder / "page.rst").write_text(f"題\n==\n\n{includes}", encoding="utf-8")
    corpus = Corpus(folder)
    (document,) = corpus.documents()
    assert document.answer == "共通の注意。\n\n共通の注意。"
    said = [p.error.message for p in corpus.report.problems if "outside the corpus folder" in p.error.message]
    assert len(said) == 2
    assert corpus.report.warnings >= 1


def test_files_are_not_read_by_directives(read: Read):
    """The options of docutils that read any file are off."""
    page = "題\n==\n\n.. raw:: html\n   :file: /etc/passwd\n\n.. csv-table:: 表\n   :file: /etc/passwd\n"
    assert not any("root:" in document.answer for document in read("page.rst", page).documents)


def test_an_include_of_itself_ends(tmp_path: Path):
    """A page that includes itself is an error, not an endless loop."""
    (tmp_path / "page.rst").write_text("題\n==\n\n.. include:: page.rst\n", encoding="utf-8")
    corpus = Corpus(tmp_path)
    list(corpus.documents())
    assert "included files" in corpus.report.problems[0].error.message


@pytest.mark.parametrize("unit", ["*a ", "`", "|a ", "a_ ", "- ", "[a]_ ", ":a:`"])
def test_hostile_markup_is_bounded(read: Read, unit: str):
    """Repeated openings end in a few seconds."""
    begun = time.process_time()
    read("page.rst", unit * (60_000 // len(unit)))
    assert time.process_time() - begun < 15


def test_broken_structure_is_reported_and_kept(read: Read):
    """A heading of an impossible level is a warning with its line, and its words stay."""
    page = "一\n==\n\n二\n--\n\n三\n~~\n\n四\n==\n\n五\n~~\n\n本文\n"
    outcome = read("page.rst", page)
    assert outcome.problems[0].severity == "warning"
    assert any("五" in document.answer or document.question == "五" for document in outcome.documents)


def test_headings_where_none_may_stand(read: Read):
    """A heading inside a directive is a warning, and its words are kept; a condition is not text."""
    outcome = read("page.rst", "題\n==\n\n.. only:: html\n\n   変更点\n   ------\n\n   直しました。\n")
    assert [problem.severity for problem in outcome.problems] == ["warning"]
    assert "変更点" in outcome.documents[0].answer
    assert outcome.documents[0].answer.endswith("直しました。")


def test_switches_are_not_text(read: Read):
    """A directive that only sets something leaves no `true` behind; a word of its own stays."""
    (page,) = read("m.rst", "題\n==\n\n.. translated:: true\n\n本文。\n\n.. topic:: 参考\n").documents

    assert page.answer == "本文。\n\n参考"
