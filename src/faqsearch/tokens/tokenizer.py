"""FugashiTokenizer: Japanese text to terms."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from operator import add

from faqsearch.text import RULES_VERSION, fold, normalize, normalize_aligned
from faqsearch.tokens.codes import Code, find_codes, find_pairs
from faqsearch.tokens.cut import Cut, Uncut
from faqsearch.tokens.interface import QueryTerm, Spelling, Token
from faqsearch.tokens.kana import KanaLexicon, is_kana_question
from faqsearch.tokens.lexemes import Lexeme
from faqsearch.tokens.loanwords import LOANWORDS
from faqsearch.tokens.mecab import LONGEST, Mecab, one_line, pieces
from faqsearch.tokens.questions import Question, Span
from faqsearch.tokens.readings import fold_reading, ngrams
from faqsearch.tokens.stretches import Across, Stretches, across
from faqsearch.tokens.userwords import UserWords

TOKENS_VERSION = 1
"""Bump when the same dictionary could give other terms; part of the fingerprint."""

_MARKED = re.compile("[A-Za-z0-9]|[ァ-ヺー]・[ァ-ヺ]")
_DOTTED = re.compile("(?<![ァ-ヺー・])([ァ-ヺー]+)・([ァ-ヺー]+)(?![ァ-ヺー・])")
_RUN = re.compile(r"[^\W_]+")
_READABLE = re.compile("[ぁ-ゖーa-z0-9]+")
_KANA_OR_STRETCH = re.compile("(?P<kana>[ぁ-ゖァ-ヺー]+)|[A-Za-z0-9][!-~ ]*")


class FugashiTokenizer:
    """MeCab's lemmas, with codes and user words kept whole.

    Safe to share between threads: MeCab runs under Python's global lock.
    """

    def __init__(self, *, user_words: Sequence[str] = ()) -> None:
        """Load the dictionary.

        Args:
            user_words: Words MeCab would cut wrongly, above all product names; their parts stay terms too.
        """
        self._mecab = Mecab()
        self._user_words = UserWords(user_words)
        self._loans: dict[str, tuple[str, ...]] = {}
        self._stretches = Stretches(self._code_span, _marked_names)

    def __reduce__(self) -> tuple[Callable[[], FugashiTokenizer], tuple[()]]:
        # A worker process opens the dictionary anew.
        return partial(type(self), user_words=self._user_words.words), ()

    @property
    def fingerprint(self) -> str:
        """Dictionary version, versions of the rules, and a digest of the user words."""
        rules = f"{self._mecab.version}/text-{RULES_VERSION}/tokens-{TOKENS_VERSION}"
        if not self._user_words.words:
            return rules
        digest = hashlib.sha256("\n".join(self._user_words.words).encode()).hexdigest()
        return f"{rules}/words-{digest[:12]}"

    def cut(self, text: str) -> Cut:
        """Cut a text into words, once for all that an index keeps of it."""
        return self._cut(text, self._mecab.cut)

    def _cut(self, text: str, cut: Callable[[str], list[Lexeme]]) -> Cut:
        normalized = normalize(text)
        found = []
        for _, piece in pieces(normalized):
            lexemes = cut(piece)
            found.append((piece, lexemes, self._spans(piece, lexemes)))
        return Cut(normalized, found)

    def uncut(self, texts: Sequence[str]) -> list[Cut] | list[Uncut]:
        """Prepare texts to be cut while their words are numbered; where the kernel cannot do that, cut them."""
        memory = self._mecab.memory()
        if memory is None or type(self).cut is not FugashiTokenizer.cut:
            return list(map(self.cut, texts))
        found = []
        normalized = list(map(normalize, texts))
        for text, codes in zip(normalized, self._stretches.of(normalized), strict=True):
            plain = codes is not None and len(text) <= LONGEST and not self._user_words.may_stand_in(text)
            found.append(Uncut(text, [(one_line(text), codes or ())] if plain else self._looked_at(text), memory))
        return found

    def _looked_at(self, text: str) -> list[tuple[str, list[Across]]]:
        """Each piece of a normalized text, and what is written across its words."""
        found = []
        for _, piece in pieces(text):
            # Only user words need to know where MeCab's words begin and end.
            lexemes = self._mecab.cut(piece) if self._user_words.may_stand_in(piece) else ()
            found.append((one_line(piece), list(map(across, self._spans(piece, lexemes)))))
        return found

    def words(self, text: str) -> list[str]:
        """Give the terms of the word leg, in text order."""
        return self._cut(text, self._mecab.lexemes).words()

    def words_many(self, texts: Sequence[str]) -> list[list[str]]:
        """Give `words` of each text, cutting equal texts once."""
        known: dict[str, list[str]] = {}
        for text in texts:
            if text not in known:
                known[text] = self.cut(text).words()
        return [known[text] for text in texts]

    def bigrams(self, text: str) -> list[str]:
        """Give pairs of neighbouring characters; a run of one character gives that character."""
        terms: list[str] = []
        for run in _RUN.findall(normalize(text).lower()):
            terms += map(add, run, run[1:]) if len(run) > 1 else run
        return terms

    def reading(self, text: str) -> str:
        """Give how a text is read, in hiragana; what cannot be read stays as written."""
        normalized = normalize(text)
        return Cut(normalized, [(piece, self._mecab.lexemes(piece), ()) for _, piece in pieces(normalized)]).reading()

    def spellings(self, text: str) -> list[Spelling]:
        """Give each word as it is written and as it is read; joined, they are the whole normalized text."""
        return self._cut(text, self._mecab.lexemes).spellings()

    def reading_ngrams(self, text: str) -> list[str]:
        """Give the terms of the reading leg."""
        terms: list[str] = []
        for run in _READABLE.findall(self.reading(text)):
            terms += ngrams(fold_reading(run))
        return terms

    def kana_words(self, text: str) -> list[tuple[str, str]]:
        """Give reading and term of each word, the term empty for particles: what a KanaLexicon counts."""
        return self.cut(text).kana_words()

    def tokens(self, text: str) -> list[Token]:
        """Cut a text into pieces with their positions in it, codes whole; white space is left out."""
        normalized, starts, ends = normalize_aligned(text)
        found: list[Token] = []
        for offset, piece in pieces(normalized):
            lexemes = self._mecab.lexemes(piece)
            for start, end, item in _in_order(lexemes, self._spans(piece, lexemes)):
                if isinstance(item, Span) and not item.replaces:
                    continue
                first, last = starts[offset + start], ends[offset + end - 1]
                lexeme = item if isinstance(item, Lexeme) else None
                found.append(
                    Token(
                        surface=text[first:last],
                        start=first,
                        end=last,
                        terms=item.terms,
                        content=lexeme.content if lexeme else True,
                        reading=lexeme.reading if lexeme else None,
                        pos=lexeme.pos if lexeme else "code",
                    )
                )
        return found

    def query_words(self, text: str, *, kana: KanaLexicon | None = None) -> list[QueryTerm]:
        """Give the terms of a question for the word leg, weighted; what an index may hold instead is in its group.

        Args:
            text: The question.
            kana: The words of the corpus by reading; with it, a question typed in kana is cut into those.
        """
        found = Question()
        if kana is not None and is_kana_question(text):
            for match in _KANA_OR_STRETCH.finditer(normalize(text)):
                if match["kana"]:
                    for reading, terms in kana.meanings(match["kana"]):
                        found.add_reading(reading, terms)
                    continue
                for span in self._spans(match[0], (), asked=True):
                    found.add_span(span, match[0][span.start : span.end])
            return found.terms
        for _, piece in pieces(normalize(text)):
            lexemes = self._mecab.lexemes(piece)
            for start, end, item in _in_order(lexemes, self._spans(piece, lexemes, asked=True)):
                if isinstance(item, Span):
                    found.add_span(item, piece[start:end])
                elif item.terms:
                    found.add_word(item, piece[start:end], start)
        return found.terms

    def _code_span(self, piece: str, code: Code) -> Span:
        if code.whole in LOANWORDS:
            return Span(code.start, code.end, "", self._loan(code.whole), "loan")
        if code.whole == "e" and piece.startswith("メール", code.end):  # Eメール is メール
            return Span(code.start, code.end, "", (), "loan")
        return Span(code.start, code.end, code.whole, code.parts, "code")

    def _loan(self, word: str) -> tuple[str, ...]:
        """Give the terms of a loan word as if it were written in katakana."""
        terms = self._loans.get(word)
        if terms is None:
            lexemes = self._mecab.lexemes(normalize(LOANWORDS[word]))
            terms = self._loans[word] = tuple(term for lexeme in lexemes for term in lexeme.terms)
        return terms

    def _spans(self, piece: str, lexemes: Iterable[Lexeme], *, asked: bool = False) -> list[Span]:
        """Find what is written across MeCab's tokens, from left to right; more in a question."""
        spans: list[Span] = []
        if _MARKED.search(piece):
            codes = list(find_codes(piece))
            spans += [self._code_span(piece, code) for code in codes]
            spans += [
                Span(start, end, whole, (), "pair") for start, end, whole in find_pairs(piece, codes, of_words=asked)
            ]
            spans += _names(piece)
        if self._user_words.words:
            boundaries = set(_boundaries(lexemes))
            for start, end in self._user_words.find(piece, boundaries):
                spans.append(Span(start, end, fold(piece[start:end]).replace(" ", ""), (), "name"))
        spans.sort(key=lambda span: (span.start, span.replaces))
        return spans


def _names(piece: str) -> list[Span]:
    """Find names in parts (ポイント・カード)."""
    return [Span(*match.span(), fold(match[1] + match[2]), (), "name") for match in _DOTTED.finditer(piece)]


def _marked_names(piece: str) -> list[Span]:
    return _names(piece) if _MARKED.search(piece) else []


def _boundaries(lexemes: Iterable[Lexeme]) -> Iterator[int]:
    position = 0
    for lexeme in lexemes:
        yield position + lexeme.indent
        position += lexeme.width
        yield position


def _in_order(lexemes: Iterable[Lexeme], spans: Sequence[Span]) -> Iterator[tuple[int, int, Lexeme | Span]]:
    """Give lexemes and spans by their start, without the lexemes inside a span that replaces them."""
    end = covered = following = 0
    for lexeme in lexemes:
        start, end = end + lexeme.indent, end + lexeme.width
        while following < len(spans) and spans[following].start <= start:
            span = spans[following]
            following += 1
            covered = span.end if span.replaces else covered
            yield span.start, span.end, span
        if end > covered:
            yield start, end, lexeme
    for span in spans[following:]:
        yield span.start, span.end, span
