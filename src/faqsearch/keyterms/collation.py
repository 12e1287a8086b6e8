"""Collation: the order of a Japanese index, 五十音 first, then Latin letters, then the rest.

After JIS X 4061: first the bare kana, with ー read as the vowel before it; then voicing marks and small kana; a word
without them comes first (はは, ばば, ぱぱ; びよういん, びょういん).
"""

from __future__ import annotations

from faqsearch.text import to_hiragana

_ROWS = (
    "あいうえお",
    "かきくけこ",
    "さしすせそ",
    "たちつてと",
    "なにぬねの",
    "はひふへほ",
    "まみむめも",
    "やゆよ",
    "らりるれろ",
    "わゐゑをん",
)
_VOICED = dict(
    zip("がぎぐげござじずぜぞだぢづでどばびぶべぼゔ", "かきくけこさしすせそたちつてとはひふへほう", strict=True)
)
_HALF_VOICED = dict(zip("ぱぴぷぺぽ", "はひふへほ", strict=True))
_SMALL = dict(zip("ぁぃぅぇぉっゃゅょゎゕゖ", "あいうえおつやゆよわかけ", strict=True))
_VOWELS = {
    kana: vowel
    for vowel, of in zip("あいうえお", ("あかさたなはまやらわ", "いきしちにひみり", "うくすつぬふむゆる", "えけせてねへめれ", "おこそとのほもよろを"), strict=True)
    for kana in of
}  # fmt: skip
LATIN, OTHER = "英字", "数字・記号"

Key = tuple[int, str, tuple[int, ...], str]


def collation_key(reading: str, written: str) -> Key:
    """Return what sorts an entry into an index: of its reading, then of how it is written.

    Args:
        reading: In hiragana or katakana; what has no kana as written.
        written: Tells entries that are read alike apart.
    """
    bare: list[str] = []
    marks: list[int] = []
    for character in to_hiragana(reading.lower()):
        if character == "ー" and bare:
            kana, mark = _VOWELS.get(bare[-1], character), 4
        elif character in _VOICED:
            kana, mark = _VOICED[character], 1
        elif character in _HALF_VOICED:
            kana, mark = _HALF_VOICED[character], 2
        elif character in _SMALL:
            kana, mark = _SMALL[character], 3
        elif character.isalnum():
            kana, mark = character, 0
        else:
            continue  # ・ and spaces do not count
        bare.append(kana)
        marks.append(mark)
    return _class("".join(bare[:1])), "".join(bare), tuple(marks), written


def group(reading: str) -> str:
    """Return the heading of an index under which a reading stands: the first kana of its row, or what it is."""
    _, bare, _, _ = collation_key(reading, "")
    first = bare[:1]
    for row in _ROWS:
        if first and first in row:
            return row[0]
    return LATIN if first.isascii() and first.isalpha() else OTHER


def _class(first: str) -> int:
    if any(first and first in row for row in _ROWS):
        return 0
    return 1 if first.isascii() and first.isalpha() else 2
