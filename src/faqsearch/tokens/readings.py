"""The reading leg: kana n-grams of how a text is read.

Finds questions typed in kana, with the wrong kanji chosen, or with one slip, whatever MeCab makes of them.
"""

from __future__ import annotations

from faqsearch.patterns import pattern

SIZE = 3

# The long vowel of a row, as written after a kana of that row: とうきょう, トーキョー and とおきょお are one word.
_A, _I, _U, _E, _O = (
    "あかがさざただなはばぱまやらわゃぁ",
    "いきぎしじちぢにひびぴみりぃ",
    "うくぐすずつづぬふぶぷむゆるゅぅゔ",
    "えけげせぜてでねへべぺめれぇ",
    "おこごそぞとどのほぼぽもよろをょぉ",
)
_LONG = pattern(f"(?<=[{_A}])[あぁ]|(?<=[{_I}])[いぃ]|(?<=[{_U}])[うぅ]|(?<=[{_E}])[えいぇぃ]|(?<=[{_O}])[おうぉぅ]")
_SAME_SOUND = str.maketrans("ぢづゐゑをゕゖぁぃぅぇぉゃゅょゎ", "じずいえおかけあいうえおやゆよわ")
_DROPPED = pattern("[っー]")


def fold_reading(reading: str) -> str:
    """Give the lookup form of hiragana: one spelling for one sound, long vowels and っ left out."""
    return _DROPPED.sub("", _LONG.sub("ー", reading)).translate(_SAME_SOUND)


def ngrams(run: str, size: int = SIZE) -> list[str]:
    """Cut one run of kana into overlapping pieces; a shorter run is one piece."""
    if len(run) <= size:
        return [run] if run else []
    return [run[i : i + size] for i in range(len(run) - size + 1)]
