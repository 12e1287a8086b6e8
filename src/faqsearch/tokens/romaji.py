"""Romaji: one spelling of kana in Latin letters, so that `ぱすわ`, `パスワ`, `pasuwa` and `pasuw` begin alike.

As on a Kunrei keyboard (si, ti, tu, hu, zi), っ doubles the next letter, ー is left out. What is typed in another
way (shi, chi, fu, ji) goes through kana, so every way of typing ends in the same letters.
"""

from __future__ import annotations

import re

from faqsearch.patterns import pattern
from faqsearch.text import romaji_to_kana, to_hiragana

_ROWS = {
    "": "あいうえお", "k": "かきくけこ", "g": "がぎぐげご", "s": "さしすせそ", "z": "ざじずぜぞ", "t": "たちつてと",
    "n": "なにぬねの", "h": "はひふへほ", "b": "ばびぶべぼ", "p": "ぱぴぷぺぽ", "m": "まみむめも", "r": "らりるれろ",
}  # fmt: skip
_SYLLABLES = {kana: letter + v for letter, row in _ROWS.items() for kana, v in zip(row, "aiueo", strict=True)}
_GLIDES = {
    kana + small: letter + "y" + v
    for letter, row in _ROWS.items()
    if letter
    for kana, (small, v) in [(row[1], pair) for pair in zip("ゃゅょ", "auo", strict=True)]
}
_TO_ROMAJI = (
    _SYLLABLES
    | _GLIDES
    | {"だ": "da", "ぢ": "zi", "づ": "zu", "で": "de", "ど": "do", "や": "ya", "ゆ": "yu", "よ": "yo", "わ": "wa"}
    | {
        "ゐ": "i",
        "ゑ": "e",
        "を": "wo",
        "ん": "n",
        "ゔ": "bu",
        "ー": "",
        "ゃ": "ya",
        "ゅ": "yu",
        "ょ": "yo",
        "ゎ": "wa",
    }
    | dict(zip("ぁぃぅぇぉ", "aiueo", strict=True))
    | {"ぢ" + small: "zy" + v for small, v in zip("ゃゅょ", "auo", strict=True)}
    # ディスク is typed disuku or dhisuku, ティッシュ tissyu or thissyu.
    | {"でぃ": "zi", "てぃ": "ti", "とぅ": "tu", "どぅ": "zu"}
)
# Pairs of kana first, which are few; then one kana after the other, at the speed of C.
_PAIR = pattern(
    "[{}][{}]".format(*("".join(sorted({kana[i] for kana in _TO_ROMAJI if len(kana) > 1})) for i in (0, 1)))
)
_KANA = str.maketrans({kana: letters for kana, letters in _TO_ROMAJI.items() if len(kana) == 1})
# The next letter may belong to the next word (切っ|て); the marks between words are control characters.
_DOUBLED = pattern("っ+([\x1e\x1f]*)([a-z]?)")
# Letters at the end that are no syllable yet; the first of them decides, whatever the next will be.
_TAIL = pattern("[b-df-hj-np-tv-z]+$")
_FIRST = {"j": "z", "f": "h", "l": "r", "c": "t", "v": "b"}


def to_romaji(reading: str) -> str:
    """Write hiragana in Latin letters; everything else stays."""
    pairs = _PAIR.sub(lambda match: _TO_ROMAJI.get(match[0], match[0]), reading)
    return _DOUBLED.sub(r"\2\1\2", pairs.translate(_KANA))


def typed_romaji(text: str) -> str:
    """Write what has been typed so far, in kana or romaji or both, as `to_romaji` writes the words it begins.

    Args:
        text: Normalized and in lower case.
    """
    read = romaji_to_kana(to_hiragana(text))
    # The n that is being typed may become な or ん: both begin with n.
    return _TAIL.sub(_tail, to_romaji(read))


def sound(written: str, read: str) -> str:
    """Return the form in which misspelt words are compared: Latin words by letter, all others by kana without ー.

    Args:
        written: The word as it stands in the text.
        read: The same, by `to_romaji`.
    """
    return written.lower() if written.isascii() else romaji_to_kana(read)


def _tail(match: re.Match[str]) -> str:
    letters = match[0]
    kept = 1 + (len(letters) > 1 and letters[1] == letters[0])
    first = _FIRST.get(letters[0], letters[0]) * kept
    return first + ("y" if letters[kept : kept + 1] == "y" else "")
