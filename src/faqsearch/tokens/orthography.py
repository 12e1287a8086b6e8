"""Orthography: the words of a text as they are written, and which word of the dictionary each is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from faqsearch.tokens.mecab import Mecab, pieces

# Fields of a unidic feature string.
_POS1, _POS2, _FORM, _LEMMA, _BASE, _BASE_SOUND, _KANA = 0, 1, 5, 7, 10, 11, 17


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a text."""

    surface: str
    """As it stands there."""
    base: str
    """Its dictionary form in the spelling used here (`問合せる` for 問合せた)."""
    lemma: str
    """The dictionary's name of the word, whatever the spelling; empty when it is unknown."""
    reading: str
    """Of the surface, in katakana; empty when it is unknown."""
    base_sound: str
    """How its dictionary form sounds: 選べる is another word than 選ぶ, though the lemma is one."""
    noun: bool
    compounds: bool
    """Whether it makes one word with a noun beside it."""
    verb: bool
    auxiliary: bool
    """Whether it may only carry grammar here (下さい in お待ち下さい)."""
    continuative: bool
    """Whether a verb stands in the form that is also its noun (引っ越し)."""
    inflects: bool
    """Whether a verb or an auxiliary verb: what follows the stem of one."""


def written_words(text: str) -> Iterator[Word]:
    """Yield the words of a text, unchanged and in order."""
    mecab = _mecab()
    for _, piece in pieces(text):
        for line in mecab.lines(piece):
            yield _word(line)


@cache
def _mecab() -> Mecab:
    return Mecab()


@cache
def _word(line: str) -> Word:
    written, _, features = line.partition("\t")
    surface = written.lstrip(" ")
    fields = features.split(",")
    known = len(fields) > _KANA
    pos = fields[_POS1]
    after_stem = pos == "助動詞" or (pos == "助詞" and known and fields[_LEMMA] in ("て", "ながら", "つつ", "たり"))
    return Word(
        surface=surface,
        base=fields[_BASE] if known and fields[_BASE] else surface,
        lemma=fields[_LEMMA].partition("-")[0] if known else "",
        reading=fields[_KANA] if known else "",
        base_sound=fields[_BASE_SOUND] if known else "",
        noun=pos == "名詞",
        compounds=pos in ("名詞", "接尾辞", "接頭辞") and surface not in ("お", "ご"),
        verb=pos == "動詞",
        auxiliary=fields[_POS2] == "非自立可能",
        continuative=known and fields[_FORM].startswith("連用形"),
        inflects=pos == "動詞" or after_stem,
    )
