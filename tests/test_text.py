"""text.py: one normal form, and spans that never lose a character."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from faqsearch import kernel
from faqsearch import text as text_module
from faqsearch.text import fold, normalize, normalize_aligned, romaji_to_kana, sentences, to_hiragana
from golden_cases import Case, read_cases

# Every code point, lone surrogates and NUL included, and more often those the rules are about.
anything = st.text(
    st.characters() | st.characters(categories=["Cs"]) | st.sampled_from("ーｰ－〜①²か゛ﾞ㈱(株)\0\r\n\u3099Aa1-.髙。「」")
)


@pytest.mark.parametrize("case", read_cases("normalize.txt"), ids=lambda case: case.title)
def test_normalize(case: Case) -> None:
    """Text comes out in its one normal form."""
    assert case.expected == normalize(case.given)


@pytest.mark.parametrize("case", read_cases("fold.txt"), ids=lambda case: case.title)
def test_fold(case: Case) -> None:
    """Each line of a case is one term and its lookup form."""
    assert case.expected.split("\n") == [fold(term) for term in case.given.split("\n")]


@pytest.mark.parametrize("case", read_cases("sentences.txt"), ids=lambda case: case.title)
def test_sentences(case: Case) -> None:
    """Each line of the expected text is one sentence."""
    assert case.expected.split("\n") == [case.given[start:end] for start, end in sentences(case.given)]


@pytest.mark.parametrize("case", read_cases("romaji.txt"), ids=lambda case: case.title)
def test_romaji_to_kana(case: Case) -> None:
    """Romaji is read as an input method reads it."""
    assert case.expected == romaji_to_kana(case.given)


@given(anything)
def test_normalize_is_idempotent(text: str) -> None:
    """A normalized text is its own normal form, and can be encoded."""
    normalized = normalize(text)
    assert normalized == normalize(normalized)
    assert normalized.encode().decode() == normalized
    assert "\0" not in normalized


@given(anything)
def test_fold_is_idempotent(text: str) -> None:
    """A folded term is its own lookup form."""
    assert fold(text) == fold(fold(text))


@given(anything)
def test_alignment_points_into_the_text(text: str) -> None:
    """Every normalized character comes from a span of the original, in order, and cutting there loses nothing."""
    normalized, starts, ends = normalize_aligned(text)
    assert normalized == normalize(text)
    assert len(normalized) == len(starts) == len(ends)
    assert all(0 <= start <= end <= len(text) for start, end in zip(starts, ends, strict=True))
    assert list(starts) == sorted(starts)
    assert list(ends) == sorted(ends)


@given(st.text(st.sampled_from("パスワドﾊﾟｽﾄﾞを再発行ＡＢＣ㌔、。 　")))
def test_alignment_of_japanese_is_exact(text: str) -> None:
    """For the scripts we index, the origin of a character normalizes to text that holds that character."""
    normalized, starts, ends = normalize_aligned(text)
    for i, character in enumerate(normalized):
        origin = text[starts[i] : ends[i]]
        assert character in unicodedata.normalize("NFKC", origin)


@given(anything)
def test_sentences_cover_all_that_is_visible(text: str) -> None:
    """Sentences are in order, do not overlap, and hold every character that is not white space."""
    spans = sentences(text)
    flat = [position for span in spans for position in span]
    assert flat == sorted(flat)
    assert "".join(text.split()) == "".join("".join(text[start:end].split()) for start, end in spans)


marks = st.text(
    st.sampled_from("「」『』()（）【】［］[]〔〕《》〈〉“”。｡！？!?♪．.\n\r\u2028\x0b\x85 　aZ9９)あ漢é\ud800𠮷"),
    max_size=40,
)


@pytest.mark.skipif(kernel.compiled is None, reason="faqsearch was installed without a C compiler")
@given(st.one_of(marks, anything))
@example("See a.txt. It works. b")
@example("終わり）．次")
def test_compiled_sentences_are_the_same(text: str) -> None:
    """The kernel finds the spans that the patterns find."""
    assert sentences(text) == text_module._sentences(text)


def test_long_input_is_linear() -> None:
    """Many characters of the worst kinds take a second, not minutes."""
    for text in (
        "「" * 100_000 + "」" * 100_000,
        "①" * 200_000,
        "－" * 200_000,
        "か\u3099" * 100_000,
        "。" * 200_000,
    ):
        normalize_aligned(text)
        sentences(text)


def test_to_hiragana() -> None:
    """Katakana becomes hiragana, the rest stays."""
    assert to_hiragana("パスワードを再ハッコウ、ヴ") == "ぱすわーどを再はっこう、ゔ"
