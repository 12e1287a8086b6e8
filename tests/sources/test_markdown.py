"""Markdown pages: see data/sources/markdown.txt for what becomes what."""

from __future__ import annotations

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reading import Read, as_text, golden_cases

from faqsearch.documents import Document
from faqsearch.sources.interface import SourceFile
from faqsearch.sources.markdown import plain_markdown, read_markdown


@pytest.mark.parametrize(("text", "expected"), golden_cases("markdown.txt"))
def test_golden(read: Read, text: str, expected: str):
    """Each page gives the documents written beside it."""
    assert expected == as_text(read("page.md", text))


def test_ids_survive_new_sections():
    """A section keeps its id when others are added before, after and below it."""
    few = "# 手引き\n\n## 送料\n\n500円。\n\n## 返品\n\n30日。\n"
    many = (
        "# 手引き\n\n## 支払い\n\n### 送料\n\n別。\n\n## 送料\n\n500円。\n\n### 離島\n\n1200円。\n\n## 返品\n\n30日。\n"
    )
    ids = {document.id for document in _documents(few)}
    assert ids <= {document.id for document in _documents(many)}


def test_broken_front_matter_loses_no_section(read: Read):
    """Front matter that is not YAML is a warning with its line; the page is read."""
    outcome = read("page.md", "---\ntitle: [開いたまま\n---\n# 見出し\n\n本文。\n")
    assert [document.question for document in outcome.documents] == ["見出し"]
    assert outcome.problems[0].severity == "warning"


def test_code_with_fences_stays_one_block():
    """Fences inside code do not end the block for whoever reads the text."""
    (document,) = _documents("# 例\n\n````\n```\ninner\n```\n````\n")
    assert document.answer == "```\n~~~\ninner\n~~~\n```"


def test_many_headings_in_linear_time():
    """Four times the headings take about four times the time, not sixteen."""

    def took(count: int) -> float:
        begun = time.process_time()
        assert count == len(_documents("".join(f"# 見出し{n}\n\n本文\n\n" for n in range(count))))
        return time.process_time() - begun

    # The least of three each: a neighbour on the machine once made one of them a tenth slower than nine times the other.
    assert min(took(8_000) for _ in range(3)) < 9 * min(took(2_000) for _ in range(3))


@pytest.mark.parametrize("unit", ["[", "![", "[a](", "*a **a ", "<div><a ", "<summary>", "+++q？\n\nx\n\n", "> ", "`"])
def test_hostile_markup_is_bounded(unit: str):
    """Repeated openings end in a second or two."""
    begun = time.process_time()
    _documents(unit * (100_000 // len(unit)))
    assert time.process_time() - begun < 10


def test_plain_markdown():
    """Markdown in a field of another format becomes readable text."""
    assert plain_markdown("**太字**と[リンク](u)\n\n* 一\n* 二\n") == "太字とリンク\n\n- 一\n- 二"


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.sampled_from(
            _PIECES := [
                "# ",
                "## ",
                "Q. ",
                "A. ",
                "あ？",
                "い。",
                "\n",
                "\n\n",
                "- ",
                "1. ",
                "|",
                "`",
                "```\n",
                "<details>",
                "</details>",
                "<summary>",
                "</summary>",
                "+++",
                ":::",
                "---\n",
                "[a](b)",
                "{#x}",
                "*",
                "> ",
                "<!--",
                "-->",
            ]
        ),
        max_size=60,
    )
)
def test_any_mixture_is_read(pieces: list[str]):
    """No mixture of markup crashes, repeats an id or leaves a question empty."""
    documents = _documents("".join(pieces))
    assert len(documents) == len({document.id for document in documents})
    assert all(document.question for document in documents)


def test_an_answer_to_no_question_is_reported():
    """`Q.` with nothing after it makes no entry; the answer is named with its line."""
    items = list(read_markdown(SourceFile("page.md", "page.md", "# 返品\n\nQ. \nA. 七日以内です。\n".encode())))
    (problem,) = (item for item in items if not isinstance(item, Document))
    assert str(problem).startswith("page.md:3: no question to '七日以内です。'")
    assert not any(isinstance(item, Document) and item.kind == "faq" for item in items)


def _documents(text: str) -> list[Document]:
    return [
        item for item in read_markdown(SourceFile("page.md", "page.md", text.encode())) if isinstance(item, Document)
    ]
