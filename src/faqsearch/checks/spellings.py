"""Words a corpus spells in several ways: サーバ and サーバー, 問合せ and 問い合わせ, ＩＤ and ID, Wi-Fi and WiFi.

Which spellings are of one word is the dictionary's knowledge where it has any: the same lemma in katakana, or the same
kanji read the same way. Words whose spellings differ by rule or meaning (申込書 beside 申し込み, とき beside 時) are no
finding.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

from faqsearch.checks.findings import Finding, Place
from faqsearch.checks.material import Material
from faqsearch.documents import Document
from faqsearch.passages import prose
from faqsearch.tokens.orthography import Word, written_words

_KATAKANA = re.compile(r"[ァ-ヶー]{3,}")
_KANJI = re.compile(r"[一-龠々〆ヶ]")
_KANA_END = re.compile(r"[ぁ-ん]$")
_LATIN = re.compile(
    r"[A-Za-zＡ-Ｚａ-ｚ][A-Za-zＡ-Ｚａ-ｚ0-9０-９]*(?:[-－‐ー][A-Za-zＡ-Ｚａ-ｚ][A-Za-zＡ-Ｚａ-ｚ0-9０-９]*)*"
)
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|[\w.+-]+@[\w.-]+|`[^`\n]*`|<[^<>\n]*>|\S*[/\\_=]\S*")
_SHORTEST_LATIN = 4
"""Of WiFi and Wi-Fi; A-Z is not AZ."""
_FULL_WIDTH = re.compile("[Ａ-Ｚａ-ｚ０-９]")
_HALF_WIDTH_KANA = re.compile(r"[ｦ-ﾟ]{2,}")
_LONG = re.compile("ー")
_SMALL = str.maketrans("ァィゥェォヵヶ", "アイウエオカケ")
_V = {"ヴァ": "バ", "ヴィ": "ビ", "ヴェ": "ベ", "ヴォ": "ボ", "ヴ": "ブ", "イヤ": "イア", "・": ""}
_POLITE = {
    # Auxiliaries a style guide settles once for all; their kanji and kana are the same word wherever they stand.
    "下さる": ("くださ", "下さ"),
    "頂く": ("いただ", "頂"),
    "致す": ("いた", "致"),
    "出来る": ("でき", "出来"),
}
_MOST_PLACES = 200


@dataclass(slots=True)
class _Spelling:
    """One way to write a word."""

    count: int = 0
    places: list[tuple[Document, str]] = field(default_factory=list)
    """Documents it stands in, once each, with the word as it stands there."""

    def add(self, document: Document, surface: str) -> None:
        self.count += 1
        if len(self.places) < _MOST_PLACES and (not self.places or self.places[-1][0] is not document):
            self.places.append((document, surface))


def inconsistent_spellings(material: Material) -> Iterator[Finding]:
    """Yield one finding for every spelling that is not the commonest of its word, with all its places."""
    words: dict[tuple[str, ...], dict[str, _Spelling]] = {}
    for document in material.documents:
        for text in _texts(document):
            for key, spelling, surface in _spellings(text):
                words.setdefault(key, {}).setdefault(spelling, _Spelling()).add(document, surface)
    for spellings in words.values():
        if len(spellings) < 2:
            continue
        ordered = sorted(spellings.items(), key=lambda item: -item[1].count)
        usual, most = ordered[0]
        for rare, found in ordered[1:]:
            places = tuple(_places(material, found))
            split = "同数" if found.count == most.count else "多いのは"
            message = f"「{rare}」が {found.count:,} か所（{split}「{usual}」{most.count:,} か所）"
            yield Finding("spelling", "notice", places[0], message, f"「{usual}」にそろえます", places[1:])


def _texts(document: Document) -> Iterator[str]:
    """The texts a reader sees; other phrasings are what people type, and may spell as they like."""
    yield document.question
    for start, end in prose(document.answer):
        yield document.answer[start:end]


def _places(material: Material, spelling: _Spelling) -> Iterator[Place]:
    for document, surface in spelling.places:
        yield material.place(document, surface)


def _spellings(text: str) -> Iterator[tuple[tuple[str, ...], str, str]]:
    """Yield (what makes it the same word, the spelling, the word as it stands) for words that may vary."""
    plain = _ADDRESS.sub(" ", text)
    yield from _latin(plain)
    for match in _HALF_WIDTH_KANA.finditer(plain):
        full = list(written_words(unicodedata.normalize("NFKC", match.group())))
        if len(full) == 1 and (found := _word(full[0], None, None)) is not None:
            yield found[0], match.group(), match.group()
    words = list(written_words(plain))
    for place, word in enumerate(words):
        before = words[place - 1] if place else None
        after = words[place + 1] if place + 1 < len(words) else None
        if (found := _word(word, before, after)) is not None:
            yield *found, word.surface


def _word(word: Word, before: Word | None, after: Word | None) -> tuple[tuple[str, ...], str] | None:
    if _KATAKANA.fullmatch(word.surface):
        # What is glued to other katakana may be a piece of a name the dictionary does not know.
        return (("katakana", word.lemma, _sound(word.surface)), word.surface) if word.noun else None
    if word.lemma in _POLITE:
        forms = _POLITE[word.lemma]
        kind = next((form for form in forms if word.surface.startswith(form)), None)
        return None if kind is None or not word.auxiliary else (("polite", word.lemma), f"{kind}…")
    kanji = "".join(_KANJI.findall(word.base))
    if not kanji or len(word.base) < 2:
        return None
    if word.verb:
        nominal = word.continuative and (after is None or not after.inflects)
        if not nominal:
            return ("verb", kanji, word.base_sound), word.base
        return _noun(word.surface, kanji, word.reading, before, after)
    return _noun(word.surface, kanji, word.reading, before, after) if word.noun else None


def _noun(
    surface: str, kanji: str, reading: str, before: Word | None, after: Word | None
) -> tuple[tuple[str, ...], str] | None:
    """A noun with or without its kana: 申込 inside 申込書 is written so by rule, alone it is not."""
    joined = any(one is not None and one.compounds for one in (before, after))
    if len(kanji) < 2 or (joined and not _KANA_END.search(surface)):
        return None
    return ("noun", kanji, reading), surface


def _sound(word: str) -> str:
    """What the spellings of one loan word share; カンマ and コンマ are one lemma, yet two words."""
    for spelling, plain in _V.items():
        word = word.replace(spelling, plain)
    return _LONG.sub("", word.translate(_SMALL))


def _latin(text: str) -> Iterator[tuple[tuple[str, ...], str, str]]:
    for match in _LATIN.finditer(text):
        surface = match.group()
        half = unicodedata.normalize("NFKC", surface)
        bare = re.sub(r"[-‐ー]", "", half)
        if len(bare) < _SHORTEST_LATIN:
            continue
        # WiFi and Wi-Fi; case is left alone, since names of files and commands have their own.
        yield ("latin", bare), surface if _FULL_WIDTH.search(surface) else half, surface
