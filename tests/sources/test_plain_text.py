"""Plain text files: see data/sources/plain_text.txt for what becomes what."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reading import Read, as_text, golden_cases

from faqsearch.documents import Document
from faqsearch.sources.interface import SourceFile
from faqsearch.sources.plain_text import read_plain_text


@pytest.mark.parametrize(("text", "expected"), golden_cases("plain_text.txt"))
def test_golden(read: Read, text: str, expected: str):
    """Each file gives the documents written beside it."""
    assert expected == as_text(read("page.txt", text))


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "第1章 ",
                "1.1 ",
                "１．",
                "■",
                "●",
                "【あ】",
                "====\n",
                "----\n",
                "\n",
                "\n\n",
                "あ",
                "い。",
                "Q. ",
                "A. ",
                "か？",
                "付録",
                "　",
                "(1)",
            ]
        ),
        max_size=60,
    )
)
def test_any_mixture_is_read(pieces: list[str]):
    """No mixture of lines crashes, repeats an id or loses a letter of the text."""
    text = "".join(pieces)
    items = list(read_plain_text(SourceFile("page.txt", "page.txt", text.encode())))
    documents = [item for item in items if isinstance(item, Document)]
    assert len(documents) == len({document.id for document in documents})
    read = "".join(f"{document.question}{document.source.heading}{document.answer}" for document in documents)
    if len(documents) == len(items) and "い" in text:
        assert "い" in read
