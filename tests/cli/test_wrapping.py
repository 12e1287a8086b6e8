"""Widths and line breaks of Japanese text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faqsearch.cli.wrapping import as_many, fill, shorten, width, wrap


def lines(text, columns):
    return [text[start:end] for start, end in wrap(text, columns)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("", 0), ("abc", 3), ("日本", 4), ("ｶﾞ", 2), ("か\u3099", 2), ("Ａ1", 3), ("🙂", 2), ("a\u200b", 1)],
)
def test_width_counts_columns(text, expected):
    """Full-width characters take two columns, combining and invisible ones none."""
    assert expected == width(text)


@pytest.mark.parametrize(
    ("text", "columns", "expected"),
    [
        ("", 10, [""]),
        ("あいうえお", 10, ["あいうえお"]),
        ("あいうえおか", 10, ["あいうえお", "か"]),
        ("あいうえお。か", 10, ["あいうえ", "お。か"]),
        ("あいうえ「かき」", 10, ["あいうえ", "「かき」"]),
        ("あいうえっか", 9, ["あいう", "えっか"]),
        ("Windows 11 を使う", 10, ["Windows 11", "を使う"]),
        ("型番 ABC-1234 です", 10, ["型番", "ABC-1234", "です"]),
        ("abcdefghijklmno", 10, ["abcdefghij", "klmno"]),
        ("一行\n\n三行", 10, ["一行", "", "三行"]),
    ],
)
def test_lines_break_where_japanese_lines_may(text, columns, expected):
    """No line begins with closing punctuation or small kana, ends with an opening bracket, or cuts a word."""
    assert expected == lines(text, columns)


@given(st.text(alphabet="あー。「」っ漢Aa1 -\n🙂か\u3099", max_size=60), st.integers(4, 30))
def test_wrapping_loses_nothing_but_spaces_at_breaks(text, columns):
    """All characters stay, in order; no line is wider than asked."""
    cut = wrap(text, columns)

    assert text.replace(" ", "").replace("\n", "") == "".join(text[s:e] for s, e in cut).replace(" ", "")
    assert all(width(text[start:end].rstrip(" ")) <= columns for start, end in cut)


@given(st.text(alphabet="あ。Aa1 🙂\n", max_size=30), st.integers(2, 20))
def test_shortened_text_is_one_line_that_fits(text, columns):
    """A shortened text fits its columns, and ends in … when something is missing."""
    short = shorten(text, columns)

    assert width(short) <= columns
    assert "\n" not in short
    assert short == text or short.endswith("…")


ITEMS = st.lists(st.text(alphabet="aあ", min_size=1, max_size=6), min_size=1, max_size=8)


@given(ITEMS, st.integers(12, 40))
def test_filled_lines_fit_and_keep_every_item_whole(items, columns):
    """Items stand two spaces apart, in order, each on one line."""
    lines = fill(items, columns)

    assert [item for line in lines for item in line.split("  ")] == items
    assert all(width(line) <= columns for line in lines)


@given(ITEMS, st.integers(15, 40))
def test_as_many_items_as_fit_are_whole(items, columns):
    """A row of a table shows whole items only, and … for those left out."""
    row = as_many(items, columns)
    shown = row.removesuffix("  …").split("  ")

    assert width(row) <= columns
    assert shown == items[: len(shown)]
    assert (len(shown) < len(items)) == row.endswith("  …")
