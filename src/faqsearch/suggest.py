"""Suggest: stored questions and headings that complete what has been typed, found by writing, kana and romaji."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from faqsearch.documents import Document
from faqsearch.index.completions import BEGIN, END, Completions, Wording
from faqsearch.index.misspellings import Misspellings
from faqsearch.patterns import pattern
from faqsearch.results import SCHEMA
from faqsearch.text import normalize, romaji_to_kana, to_hiragana
from faqsearch.tokens import Tokenizer
from faqsearch.tokens.romaji import sound, to_romaji, typed_romaji

if TYPE_CHECKING:
    from faqsearch.index.interface import Index
    from faqsearch.tokens.interface import Spelling

Kind = Literal["question", "phrasing", "heading"]
Ints = npt.NDArray[np.int64]

# Nobody types more than this to complete it, and a "question" longer than this is a text.
_LONGEST = 200
_KANJI = pattern("[々〆\u3400-\u9fff\U00020000-\U0003ffff]")
_LATIN = pattern("[a-z]")
_HYPHEN = pattern(f"([a-z0-9]{END}?)[-_](?={BEGIN}?[a-z0-9])")
# Kana that are one sound with the kana before them, of whatever word.
_AFTER_OTHERS = "ゃゅょぁぃぅぇぉ"
# What ends a word that is typed and begins none.
_PUNCTUATION = "-_.,、。・!?！？「」()"
_BEFORE_WORDS = "おご御をがはにでのともへ"
# A shorter word is most likely a piece of one that MeCab could not read; it sounds like too many others.
_FEWEST_KANJI, _FEWEST_LETTERS = 2, 3
# Wordings looked at for each suggestion wanted, at first: several may belong to one document.
_PER_SUGGESTION = 16


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A stored wording that completes what was typed."""

    text: str
    """As it stands in the source."""
    id: str
    """The document it belongs to."""
    kind: Kind
    """`question`: the question of an entry; `phrasing`: another way to ask it; `heading`: of a manual section."""

    def to_json(self) -> dict[str, Any]:
        """Return the suggestion as plain JSON values."""
        return {"text": self.text, "id": self.id, "kind": self.kind}


def suggestions_value(text: str, suggestions: Sequence[Suggestion]) -> dict[str, Any]:
    """Return the JSON value of what `suggest` found for `text`."""
    return {"schema": SCHEMA, "text": text, "suggestions": [suggestion.to_json() for suggestion in suggestions]}


def wordings(documents: Sequence[Document], spellings: Callable[[str], Sequence[Spelling]]) -> list[Wording]:
    """Return the wordings of `documents` that can be suggested.

    Args:
        documents: The documents.
        spellings: Cuts a text, as a tokenizer's method of that name does.
    """
    return [
        Wording(number, place, *_spelt(text, spellings))
        for number, document in enumerate(documents)
        for place, text in enumerate(document.all_phrasings)
        if text.strip()
    ]


def _spelt(text: str, spellings: Callable[[str], Sequence[Spelling]]) -> tuple[str, str]:
    """The lookup forms of a text as written and as read, words marked; without spaces, which no two people set alike."""
    words = [_marked(word) for word in spellings(" ".join(text[:_LONGEST].split()))]
    alone = [romaji for _, _, romaji in words]
    read = to_romaji("".join([read for _, read, _ in words])) if None in alone else "".join(alone)  # type: ignore[arg-type]
    return _whole_codes("".join([written for written, _, _ in words])), read


# A build of many questions meets most of their words again and again.
@lru_cache(maxsize=1 << 15)
def _marked(word: Spelling) -> tuple[str, str, str | None]:
    """The lookup forms of a word as written and as read, between marks; the latter in romaji, None when neighbours count."""
    said = word.read.strip().casefold()
    romaji = to_romaji(said)
    # What has no sound (ー, っ) is no word to begin with.
    begin, end = (BEGIN, END) if word.content and romaji else ("", "")
    alone = None if said and (said[0] in _AFTER_OTHERS or said[-1] == "っ") else f"{begin}{romaji}{end}"
    return f"{begin}{to_hiragana(word.written.strip().casefold())}{end}", f"{begin}{said}{end}", alone


def _whole_codes(text: str) -> str:
    """Take the hyphens out of codes: E-203 and E203, Wi-Fi and WiFi are typed for each other."""
    return _HYPHEN.sub(r"\1", text)


def suggest(index: Index, tokenizer: Tokenizer, text: str, *, k: int) -> list[Suggestion]:
    """Return up to `k` stored wordings that complete `text`, best first.

    Every word typed (they are separated by spaces) must begin a word of the wording. Best are wordings that begin
    with the first word, then questions and headings before other phrasings, then short ones, then corpus order. A
    document comes once, unless there is nothing else to suggest.

    Args:
        index: Where the wordings are.
        tokenizer: The one the index was made with.
        text: What has been typed: kanji, kana, romaji, the last word half-typed. Nothing completes an empty one.
        k: Suggestions wanted, at most.
    """
    completions = index.completions
    if completions is None:
        return []
    typed = [word.strip(_PUNCTUATION) for word in normalize(text[:_LONGEST]).casefold().split()]
    ranks = _matching(completions, list(dict.fromkeys(filter(None, typed))), tokenizer)
    chosen: list[int] = []
    again: list[int] = []
    documents: set[int] = set()
    texts: set[bytes] = set()
    for number in _best_first(ranks, len(completions), k * _PER_SUGGESTION):
        if len(chosen) == k:
            break
        # The same words twice cannot be told apart by who reads them.
        if (looks := completions.written(number)) in texts:
            continue
        texts.add(looks)
        document = int(completions.documents[number])
        (again if document in documents else chosen).append(number)
        documents.add(document)
    chosen += again[: k - len(chosen)]
    found = index.documents([int(completions.documents[number]) for number in chosen])
    return [
        _suggestion(document, int(completions.phrasings[number]))
        for number, document in zip(chosen, found, strict=True)
    ]


def _suggestion(document: Document, place: int) -> Suggestion:
    kind: Kind = "phrasing" if place else "heading" if document.kind == "manual" else "question"
    return Suggestion(document.all_phrasings[place], document.id, kind)


def _matching(completions: Completions, words: Sequence[str], tokenizer: Tokenizer) -> Ints:
    """The ranks of the wordings in which every word is begun; the first word decides what comes at the beginning."""
    if not words:
        return np.empty(0, dtype=np.int64)
    ranks, *others = (_begun(completions, word, tokenizer) for word in words)
    for other in others:
        held = np.zeros(len(completions), dtype=bool)
        held[other % len(completions)] = True
        ranks = ranks[held[ranks % len(completions)]]
    return ranks


def _begun(completions: Completions, word: str, tokenizer: Tokenizer) -> Ints:
    """The ranks of the wordings with a word that begins so, with or without the お or the particle before it."""
    ranks = _spelt_so(completions, word, tokenizer)
    if not len(ranks) and len(word) > 1 and word[0] in _BEFORE_WORDS:
        ranks = _spelt_so(completions, word[1:], tokenizer)
    return ranks


def _spelt_so(completions: Completions, word: str, tokenizer: Tokenizer) -> Ints:
    """The ranks of the wordings with a word that begins so, by writing or by reading."""
    # A form is empty when nothing of it can be said yet (ー, っ).
    forms = [form for form in dict.fromkeys((_whole_codes(to_hiragana(word)), typed_romaji(word))) if form]
    ranks = np.concatenate([np.empty(0, dtype=np.int64), *map(completions.ranks, forms)])
    if not len(ranks) and _KANJI.search(word):
        # Half converted (解約ほ), or with other kanji than the source's: as MeCab reads it.
        ranks = completions.ranks(typed_romaji(tokenizer.reading(word)))
    return ranks


def _best_first(ranks: Ints, wordings: int, first: int) -> Iterator[int]:
    """Yield wording numbers by rank, each once; only as many are sorted as are asked for."""
    seen: set[int] = set()
    while len(ranks):
        if len(ranks) > first:
            border = np.partition(ranks, first - 1)[first - 1]
            now, ranks = ranks[ranks <= border], ranks[ranks > border]
        else:
            now, ranks = ranks, ranks[:0]
        for number in (np.sort(now) % wordings).tolist():
            if number not in seen:
                seen.add(number)
                yield number


def did_you_mean(index: Index, tokenizer: Tokenizer, text: str) -> str | None:
    """Return a question with its misspelt words replaced by stored ones, or None when none is near enough.

    Only words that no document holds are touched. A word written with kanji is replaced by one of the same sound, any
    other one by a word of the same sound or one letter away.

    Args:
        index: Where the wordings are.
        tokenizer: The one the index was made with.
        text: The question.
    """
    asked = tokenizer.query_words(text)
    known = index.lexicon.knows([term.term for term in asked])
    held = {term.group for term, knows in zip(asked, known, strict=True) if knows}
    unknown = dict.fromkeys(term.surface for term in asked if term.group not in held)
    completions = index.completions
    if not unknown or completions is None:
        return None
    typed = meant = normalize(text)
    for surface in unknown:
        near = _nearest(completions.misspellings, tokenizer, surface)
        if near and (word := _as_written(completions, index, tokenizer, *near)):
            meant = meant.replace(surface, word, 1)
    return None if meant == typed else meant


def _nearest(misspellings: Misspellings, tokenizer: Tokenizer, word: str) -> tuple[str, int] | None:
    """The form of the stored word that was probably meant, and a wording that has it."""
    folded = word.casefold()
    if len(word) < (_FEWEST_KANJI if _KANJI.search(word) else _FEWEST_LETTERS):
        return None
    forms = [sound(folded, typed_romaji(tokenizer.reading(folded)))]
    if folded.isascii() and not _LATIN.search(read := romaji_to_kana(folded)):
        forms.append(sound(read, to_romaji(read)))
    for form in forms:
        if near := misspellings.nearest(form, exact=bool(_KANJI.search(word))):
            return near
    return None


def _as_written(completions: Completions, index: Index, tokenizer: Tokenizer, form: str, number: int) -> str | None:
    """A word as its source writes it."""
    document = index.documents([int(completions.documents[number])])[0]
    text = document.all_phrasings[int(completions.phrasings[number])]
    for word in tokenizer.spellings(text):
        written = word.written.strip()
        if sound(written.casefold(), to_romaji(word.read.strip().casefold())) == form:
            return written
    return None
