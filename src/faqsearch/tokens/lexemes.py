"""Lexeme: what one entry of MeCab's dictionary means for searching."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from faqsearch.text import fold, to_hiragana, to_katakana

# Fields of a unidic feature string.
_POS1, _POS2, _INFLECTION, _LEMMA, _KANA = 0, 1, 4, 7, 17

_FUNCTION_WORDS = frozenset({"助詞", "助動詞", "補助記号", "空白"})
_THIN_WORDS = frozenset({"連体詞", "接続詞", "感動詞", "代名詞"})
_HONORIFIC = "御"
_SIGNS = {"%": "パーセント"}  # normalized, these are no longer in the dictionary

_ALL_KANA = re.compile("[ぁ-ゖー]+")
_KATAKANA = re.compile("[ァ-ヺー]+")
_U_TO_I = dict(zip("うくぐすずつづぬふぶぷむゆる", "いきぎしじちぢにひびぴみいり", strict=True))
_I_TO_U = {"い": "う", "き": "く", "ぎ": "ぐ", "し": "す", "ち": "つ", "に": "ぬ", "び": "ぶ", "み": "む", "り": "る"}
_E_ROW = frozenset("えけげせぜてでねへべめれ")


@dataclass(frozen=True, slots=True)
class Lexeme:
    """One line of MeCab's output, read once and remembered."""

    indent: int
    """White space before the word."""
    width: int
    """Characters of the word, white space before it included."""
    terms: tuple[str, ...]
    content: bool
    thin: bool
    """Whether its part of speech says little in a question (この, または, これ)."""
    verb: bool
    name: bool
    reading: str | None
    kana: str
    """How the word is read in running text, particles as they are written."""
    kana_words: tuple[tuple[str, str], ...]
    """Reading and term when the word is read in kana, the term empty for particles; else nothing."""
    pos: str


def read_lexeme(line: str) -> Lexeme:
    """Read one line in the format of `mecab.LINE`: white space and surface, tab, features."""
    written, _, features = line.partition("\t")
    surface = written.lstrip(" ")
    fields = features.split(",")
    pos1 = fields[_POS1]
    known = len(fields) > _KANA
    content = surface in _SIGNS or not (
        pos1 in _FUNCTION_WORDS
        or (pos1 == "記号" and not surface.isalnum())
        or (pos1 == "接頭辞" and known and fields[_LEMMA] == _HONORIFIC)
    )
    if known and fields[_KANA] not in ("", "*"):
        reading: str | None = to_hiragana(fields[_KANA])
    else:
        reading = _own_reading(surface)
    terms = (_lemma(surface, fields[_LEMMA] if known else ""),) if content else ()
    return Lexeme(
        indent=len(written) - len(surface),
        width=len(written),
        terms=terms,
        content=content,
        thin=pos1 in _THIN_WORDS or fields[_POS2] == "助動詞語幹",
        verb=pos1 == "動詞",
        name=fields[_POS2] == "固有名詞",
        reading=reading if content else None,
        kana=reading or "",
        kana_words=((reading, terms[0] if terms else ""),) if reading and _ALL_KANA.fullmatch(reading) else (),
        pos=f"{pos1},{fields[_POS2]}",
    )


def _lemma(surface: str, lemma: str) -> str:
    # "サーバー-server": the gloss after the hyphen is for people.
    lemma = lemma.partition("-")[0]
    if surface in _SIGNS:
        return fold(_SIGNS[surface])
    return fold(lemma) if lemma not in ("", "*") else fold(surface)


def _own_reading(surface: str) -> str | None:
    """Read an unknown word from its characters, when they can be read."""
    hiragana = to_hiragana(surface)
    if all("ぁ" <= c <= "ゖ" or c == "ー" for c in hiragana):
        return hiragana
    return surface.lower() if surface.isascii() and surface.isalnum() else None


# Questions ask for the same few thousand words.
@lru_cache(maxsize=1 << 13)
def variants(surface: str, term: str, verb: bool, name: bool, reading: str | None) -> tuple[str, ...]:
    """Give other terms that an index may have for a word: its `other_inflections` and `other_spellings`."""
    return (*other_inflections(term, verb=verb), *other_spellings(term, surface, reading if name else None))


def other_inflections(term: str, *, verb: bool) -> tuple[str, ...]:
    """Give the noun of a verb (引っ越す → 引っ越し), or the verbs a noun may come from (申し込み → 申し込む).

    By rule on the last kana; what is no word is in no index and costs nothing.
    """
    if len(term) == 1:  # no stem
        return ()
    last, before = term[-1], term[-2]
    if verb:
        nouns = [term[:-1] + _U_TO_I[last]] if last in _U_TO_I else []
        if last == "る" and (before in _E_ROW or before in _I_TO_U):
            nouns.append(term[:-1])
        return tuple(nouns)
    if last in _E_ROW:
        return (term + "る",)
    return (term[:-1] + _I_TO_U[last], term + "る") if last in _I_TO_U else ()


def other_spellings(term: str, surface: str, name: str | None) -> tuple[str, ...]:
    """Give other terms the dictionary may have for the same name, with its reading, or loan word (None).

    It lists a name by its reading (`タカシマ`) where it sees a person or place, else as written, and writes some loan
    words as it likes best (`カノン` for キャノン).
    """
    if name:
        spellings = [fold(surface), fold(to_katakana(name))]
    elif _KATAKANA.fullmatch(surface):
        spellings = [fold(surface)]
    else:
        return ()
    return tuple(spelling for spelling in spellings if spelling != term)
