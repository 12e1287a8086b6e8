"""The real corpora the project is measured on, where they are at hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from faqsearch.sources import Corpus

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
pytestmark = [pytest.mark.slow, pytest.mark.skipif(not DATA.is_dir(), reason="shared data is not on this machine")]


@pytest.mark.parametrize(
    ("path", "documents"),
    [
        ("faq/vendor_faq.jsonl", 3_472),
        ("benchmarks/localgovfaq", 1_786),
        ("benchmarks/support_articles", 3_049),
        ("benchmarks/jsquad", 1_145),
    ],
)
def test_every_row_is_a_document(path: str, documents: int):
    """Files of rows are read as they are, without a loss."""
    corpus = Corpus(DATA / path)
    assert documents == sum(1 for _ in corpus.documents())
    assert corpus.report.errors == 0


@pytest.mark.parametrize("name", ["adobe-target-ja", "future-arch-guidelines", "railsguides-ja"])
def test_manuals(name: str):
    """Every page gives sections, nearly all with a body, all with a heading path and a line."""
    corpus = Corpus(DATA / "manuals" / name)
    documents = list(corpus.documents())
    assert len(documents) > 1_500
    assert corpus.report.errors == 0
    assert sum(not document.answer for document in documents) < len(documents) / 20
    assert all(document.source.line for document in documents)


@pytest.mark.parametrize(
    ("name", "library", "least"),
    [("nablarch-document-ja", "docutils", 2_250), ("freee-a11y-ja", "docutils", 490), ("wcag21-ja-html", "lxml", 900)],
)
def test_manuals_of_other_formats(name: str, library: str, least: int):
    """reStructuredText and HTML give sections with their text; only files made by other tools are missing."""
    pytest.importorskip(library)
    corpus = Corpus(DATA / "manuals" / name)
    documents = list(corpus.documents())
    assert len(documents) >= least
    assert corpus.report.errors == 0
    # One page has a heading inside a directive.
    known = ("is not included: No such file", "Unexpected section title")
    assert all(any(words in str(problem) for words in known) for problem in corpus.report.problems)
    assert sum(not document.answer for document in documents) < len(documents) / 20
