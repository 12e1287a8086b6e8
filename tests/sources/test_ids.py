"""Ids."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from faqsearch.sources.ids import Counted, content_id, section_id, slug


def test_content_id():
    """File and hash; composed and decomposed kana are the same text."""
    assert (
        content_id("faq.csv", "ガ", "b") == content_id("faq.csv", "カ\u3099", "b") != content_id("faq.csv", "ガ", "c")
    )
    assert content_id("faq.csv", "ab", "c") != content_id("faq.csv", "a", "bc")


def test_slug():
    """Letters of every script, digits and hyphens; long headings keep their beginning and a hash."""
    assert slug("E-203　ミルの詰まり！") == "e-203-ミルの詰まり"
    assert 100 == len(slug("あ" * 500)) != slug("あ" * 501)
    assert slug("！？")


def test_long_paths_are_shortened():
    """However deep the headings, an id stays typable."""
    assert len(section_id("a.md", tuple("あ" * 90 for _ in range(6)))) < 220


@given(st.lists(st.sampled_from(["a", "a-2", "a-2-2", "b", "a-3"]), max_size=30))
def test_counted_never_repeats(wanted: list[str]):
    """Numbers never collide with headings that end in a number themselves."""
    counted = Counted()
    given_out = [counted(want) for want in wanted]
    assert len(given_out) == len(set(given_out))
