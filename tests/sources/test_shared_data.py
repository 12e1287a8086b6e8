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
        ("manuals/freee-a11y-ja", 14),
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
