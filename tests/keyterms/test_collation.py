"""Collation: 五十音 order."""

import pytest

from faqsearch.keyterms.collation import collation_key, group


def ordered(*words):
    return sorted(words, key=lambda word: collation_key(word, word))


def test_marks_count_only_between_equal_kana():
    """JIS X 4061: the bare kana first, then voicing, then small kana."""
    assert ordered("ばば", "はは", "ぱぱ", "はは゛", "はひ") == ["はは", "はは゛", "ばば", "ぱぱ", "はひ"]
    assert ordered("びょういん", "びよういん", "ひょういん") == ["ひょういん", "びよういん", "びょういん"]
    assert ordered("かん", "がっき", "かつき", "かっき") == ["かつき", "かっき", "がっき", "かん"]


def test_a_long_vowel_is_the_vowel_before_it():
    """サーバー stands where さあばあ would."""
    assert ordered("さいばん", "さーばー", "さあばん") == ["さーばー", "さあばん", "さいばん"]
    assert ordered("こーひー", "こおりみず", "こうか") == ["こうか", "こーひー", "こおりみず"]


def test_latin_letters_follow_kana_and_digits_follow_letters():
    """Middle dots and spaces do not count, nor does case."""
    assert ordered("あ", "3d", "Wi-Fi", "api", "ん") == ["あ", "ん", "api", "Wi-Fi", "3d"]
    assert ordered("すくりーん・りーだー", "すくりーんせーばー") == ["すくりーんせーばー", "すくりーん・りーだー"]


@pytest.mark.parametrize(
    ("reading", "expected"),
    [("がめん", "か"), ("ぱすわーど", "は"), ("ヴぇーる", "あ"), ("ゃ", "や"), ("を", "わ"), ("ん", "わ"), ("api", "英字"), ("2だんかい", "数字・記号"), ("", "数字・記号")],
)  # fmt: skip
def test_groups_are_rows(reading, expected):
    """A heading for each row of the table of kana."""
    assert group(reading) == expected
