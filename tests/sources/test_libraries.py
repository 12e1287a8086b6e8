"""Formats whose library is not installed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from faqsearch.errors import MissingExtra
from faqsearch.sources import Corpus


@pytest.mark.parametrize(
    ("name", "module"),
    [("a.xlsx", "openpyxl"), ("a.docx", "docx"), ("a.pdf", "pypdfium2"), ("a.rst", "docutils"), ("a.html", "lxml")],
)
def test_missing_library_is_one_problem_per_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, module: str
):
    """The error names the library and how to get it; the rest of the corpus is read."""
    monkeypatch.setitem(sys.modules, module, None)
    (tmp_path / name).write_bytes(b"x")
    (tmp_path / "b.csv").write_text("質問,回答\nあるか？,ある。\n", encoding="utf-8")
    corpus = Corpus(tmp_path)
    assert [document.question for document in corpus.documents()] == ["あるか？"]
    (problem,) = corpus.report.problems
    assert f"need {module}, which is not installed" in problem.error.message
    assert problem.error.hint == "pip install 'faqsearch[documents]'"
    with pytest.raises(MissingExtra):
        list(Corpus(tmp_path, strict=True).documents())
