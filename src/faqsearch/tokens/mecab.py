"""Mecab: text in, lexemes out; the only module that knows fugashi and the dictionary."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from faqsearch import kernel
from faqsearch.tokens.lexemes import Lexeme, read_lexeme

# White space and surface, tab, features. One string per text is read faster than one object per word.
_LINE = r"%M\t%H\n"
LONGEST = 2000
"""MeCab's lattice grows with its input; longer text goes in piece by piece."""
_MOST_REMEMBERED = 200_000
# Texts after which it is worth 5 ms to open what gives MeCab's nodes; each is cut 20 microseconds faster then.
_FEW = 64
_GOOD_END = re.compile(r"[\n。！？!?]")
_FAIR_END = re.compile(r"[\s、，,.]")


class Mecab:
    """One MeCab with unidic-lite, and a memory of every dictionary entry it has met."""

    def __init__(self) -> None:
        self._parse, self.version = _parser()
        self._memory = _Memory()
        self._nodes: Any = None
        self._few = _FEW

    def lexemes(self, text: str) -> list[Lexeme]:
        """Cut normalized text; the caller keeps it to the size of a piece."""
        if self._few > 0:
            self._few -= 1
            return self._read(text)
        return self.cut(text)

    def _read(self, text: str) -> list[Lexeme]:
        return list(map(self._memory.__getitem__, self.lines(text)))

    def cut(self, text: str) -> list[Lexeme]:
        """Return what `lexemes` does, faster from the second text on: MeCab's own nodes are read, not what it writes."""
        memory = self.memory()
        if memory is None:
            return self._read(text)
        assert kernel.compiled
        found: list[Lexeme] = kernel.compiled.lexemes(memory, one_line(text))
        return found

    def memory(self) -> Any | None:
        """Return what the kernel cuts texts with, of one line each; None where it cannot."""
        if self._nodes is None:
            self._nodes = _nodes() or False
        return self._nodes or None if kernel.compiled else None

    def lines(self, text: str) -> list[str]:
        """Return MeCab's line for each word: white space and surface, tab, features."""
        lines: list[str] = self._parse(one_line(text)).split("\n")
        while lines and lines[-1] in ("", "EOS"):
            lines.pop()
        return lines


@cache
def _parser() -> tuple[Callable[[str], str], str]:
    """MeCab with its dictionary, and the dictionary's version.

    One for the process: fugashi never gives the 250 MB of addresses back that a dictionary is mapped to, and a process
    that watches a corpus takes a new tokenizer for every update.
    """
    # Imported here: `faqsearch --help` and reading an index need no dictionary.
    import unidic_lite
    from fugashi import GenericTagger

    directory = unidic_lite.DICDIR
    arguments = f'-d "{directory}" -r "{directory}/mecabrc" -O "" -F "{_LINE}" -U "{_LINE}" -E ""'
    return GenericTagger(arguments).parse, str(unidic_lite.VERSION)


def one_line(text: str) -> str:
    """Return a text as MeCab is given it, as long as before."""
    return text.replace("\n", " ").replace("\t", " ")


def _nodes() -> Any | None:
    """What the kernel gives the lexemes of a text with, from MeCab's nodes; None where that cannot be done.

    MeCab takes two thirds of the time when it need not write the features of every word, to be read again.
    """
    mecab = _library()
    if kernel.compiled is None or mecab is None:
        return None
    return kernel.compiled.memory(*mecab, read_lexeme, _MOST_REMEMBERED)


@cache
def _library() -> tuple[int, int] | None:
    """Where MeCab's function for nodes lies, and a tagger for it: in the library that fugashi brings with it."""
    import ctypes  # not for a question

    import unidic_lite
    from fugashi import fugashi

    try:
        library = ctypes.CDLL(fugashi.__file__)
        version, new, parse = library.mecab_version, library.mecab_new, library.mecab_sparse_tonode2
    except (OSError, AttributeError):  # Windows shows no functions of libraries that a library was made with
        return None
    version.restype, new.restype = ctypes.c_char_p, ctypes.c_void_p
    if version() != b"0.996":  # the kernel knows its nodes
        return None
    directory = os.fsencode(unidic_lite.DICDIR)
    arguments = (ctypes.c_char_p * 5)(b"mecab", b"-d", directory, b"-r", directory + b"/mecabrc")
    tagger = new(len(arguments), arguments)
    return (ctypes.cast(parse, ctypes.c_void_p).value or 0, tagger) if tagger else None


class _Memory(dict[str, Lexeme]):
    """Lexemes by line, read when first met; a dict because its lookup needs no Python code."""

    def __missing__(self, line: str) -> Lexeme:
        if len(self) >= _MOST_REMEMBERED:
            self.clear()
        lexeme = self[line] = read_lexeme(line)
        return lexeme


def pieces(text: str) -> Iterator[tuple[int, str]]:
    """Cut long text, at the end of a sentence when there is one: start, piece."""
    start = 0
    while len(text) - start > LONGEST:
        end = _last(_GOOD_END, text, start) or _last(_FAIR_END, text, start) or start + LONGEST
        yield start, text[start:end]
        start = end
    yield start, text[start:]


def _last(pattern: re.Pattern[str], text: str, start: int) -> int:
    """Give the end of the last match in the second half of a piece, 0 when there is none."""
    ends = [match.end() for match in pattern.finditer(text, start + LONGEST // 2, start + LONGEST)]
    return ends[-1] if ends else 0
