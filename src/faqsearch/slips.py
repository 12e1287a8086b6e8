"""Slips: what a word that no document holds was probably meant to be.

A word typed wrong by one letter (インボイズ), or converted to the wrong kanji (大会 for 退会), is looked for among the
words the index holds: by trying every neighbour of a katakana or Latin word, and by the reading of a kanji word.
Only words that nothing holds are touched, so a slip never changes what a correct question finds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from faqsearch.index.lexicon import Lexicon
from faqsearch.patterns import pattern
from faqsearch.text import fold, normalize, to_hiragana
from faqsearch.tokens import QueryTerm, Tokenizer
from faqsearch.tokens.kana import kana_key

# With one letter changed, a word of three is any other word; with one added, it is few.
_SHORTEST = 3
_LONGEST = 16
# What a word meant counts, of what a word asked counts.
_MEANT = 0.7
# Words below this weight only help to ask.
_MEANINGFUL = 0.6
_KATAKANA = pattern("[ァ-ヶー]+")
_LATIN = pattern("[a-z]+")
_KANJI = pattern("[々\u3400-\u9fff]")
_KATAKANA_LETTERS = "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲンガギグゲゴザジズゼゾダヂヅデドバビブベボパピプペポヴーァィゥェォッャュョ"
_LATIN_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def also_meant(words: Sequence[QueryTerm], tokenizer: Tokenizer, lexicon: Lexicon) -> Iterator[tuple[QueryTerm, str]]:
    """Yield what the unknown words of a question were probably meant to be, in the groups of those words.

    Each comes with how it is written; the likeliest of a group comes first.

    Args:
        words: The question's words.
        tokenizer: The one the index was made with.
        lexicon: What the index knows.
    """
    known = lexicon.knows([word.term for word in words])
    reached = {word.group for word, is_known in zip(words, known, strict=True) if is_known}
    for word in words:
        if word.origin == "word" and word.group not in reached and word.weight >= _MEANINGFUL:
            if _KANJI.search(word.term):
                meant = [(term, term) for term in _same_sound(word, tokenizer, lexicon)]
            else:
                meant = _one_letter(normalize(word.surface), lexicon)
            for term, written in meant:
                yield word._replace(term=term, weight=word.weight * _MEANT, origin="variant"), written


def _same_sound(word: QueryTerm, tokenizer: Tokenizer, lexicon: Lexicon) -> list[str]:
    key = kana_key(to_hiragana(tokenizer.reading(word.surface)))
    return [term for term in lexicon.homophones(key) if term != word.term]


def _one_letter(written: str, lexicon: Lexicon) -> list[tuple[str, str]]:
    latin = _LATIN.fullmatch(written.lower())
    letters = _KATAKANA_LETTERS if _KATAKANA.fullmatch(written) else _LATIN_LETTERS if latin else ""
    if not letters or not _SHORTEST <= len(written) <= _LONGEST:
        return []
    tried = {fold(word): word for word in _neighbours(written, letters)}
    return [pair for pair, is_known in zip(tried.items(), lexicon.knows(list(tried)), strict=True) if is_known]


def _neighbours(term: str, letters: str) -> Iterator[str]:
    """Yield every word one letter away: one swapped with the next, left out, changed or added."""
    if len(term) == _SHORTEST:
        yield from (term[:i] + other + term[i:] for i in range(len(term) + 1) for other in letters)
        return
    for i in range(len(term)):
        head, letter, tail = term[:i], term[i], term[i + 1 :]
        if tail and tail[0] != letter:
            yield head + tail[0] + letter + tail[1:]
        yield head + tail
        for other in letters:
            if other != letter:
                yield head + other + tail
            yield head + other + letter + tail
    for other in letters:
        yield term + other
