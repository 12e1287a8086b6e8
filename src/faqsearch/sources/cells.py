"""Lists written into one cell: other phrasings, category paths, tags."""

from __future__ import annotations

import re
import unicodedata
from itertools import islice, product

from faqsearch.sources.bounds import MAX_EXPANSIONS

# `、` and `,` belong to sentences, so they never separate questions; `・` stands inside katakana words.
_BETWEEN_PHRASINGS = re.compile(r"[\n|｜;；]")
_BETWEEN_STEPS = re.compile(r"[>＞›»→\n]|\s[/／]\s")
_BETWEEN_TAGS = re.compile(r"[,，、|｜;；\n]")
_BULLET = re.compile(r"^\s*(?:[-*•‣][\s\u3000]+|[・●○◦])\s*")
_CHOICE = re.compile(r"[(（]([^()（）\n]*[|｜][^()（）\n]*)[)）]")
_UNWANTED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\u200b\u2060\ufeff\ufffe\uffff]")
_LONGEST_PATTERN = 500


def tidy(text: str) -> str:
    """Text as people see it: one kind of line break, no invisible characters, no space at the ends of lines."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _UNWANTED.sub("", text)
    if "\n" in text:
        text = "\n".join(line.rstrip() for line in text.split("\n"))
    return text.strip("\n \t\u3000")


def one_line(text: str) -> str:
    """`tidy`, with every run of white space as one blank; for questions, headings and names."""
    return " ".join(tidy(text).split())


def split_phrasings(cell: str) -> tuple[list[str], bool]:
    """Other ways to ask, with compact patterns such as `パスワード(変更|再設定)` written out.

    Returns:
        The phrasings, and whether a pattern stood for more than `MAX_EXPANSIONS` of them.
    """
    phrasings: list[str] = []
    cut = False
    for piece in _outside_brackets(cell):
        phrasing = one_line(_BULLET.sub("", piece))
        if not phrasing:
            continue
        expanded, more = _expand(phrasing)
        phrasings += expanded
        cut = cut or more
    return phrasings, cut


def split_category(cell: str) -> list[str]:
    """`配送 > 送料` as its steps, widest first."""
    return [step for piece in _BETWEEN_STEPS.split(cell) if (step := one_line(piece))]


def split_tags(cell: str) -> list[str]:
    """`返品、交換` as its tags."""
    return [tag for piece in _BETWEEN_TAGS.split(cell) if (tag := one_line(piece).removeprefix("#"))]


def flat_width(text: str) -> str:
    """NFKC and lower case, for comparing words of a form, never for showing."""
    return unicodedata.normalize("NFKC", text).casefold().strip()


def _outside_brackets(cell: str) -> list[str]:
    """Split between phrasings, but not at the `|` inside a choice."""
    if not _CHOICE.search(cell):
        return _BETWEEN_PHRASINGS.split(cell)
    pieces, start, depth = [], 0, 0
    for position, character in enumerate(cell):
        if character in "(（":
            depth += 1
        elif character in ")）":
            depth = max(depth - 1, 0)
        elif character in "\n;；" or (character in "|｜" and depth == 0):
            pieces.append(cell[start:position])
            start, depth = position + 1, 0
    return [*pieces, cell[start:]]


def _expand(phrasing: str) -> tuple[list[str], bool]:
    """Write out every choice; the innermost brackets first."""
    if len(phrasing) > _LONGEST_PATTERN or not _CHOICE.search(phrasing):
        return [phrasing], False
    pieces = _CHOICE.split(phrasing)
    # split() with one group alternates: text, choice, text, choice, …, text.
    options = [re.split(r"[|｜]", piece) if index % 2 else [piece] for index, piece in enumerate(pieces)]
    found = ["".join(choice) for choice in islice(product(*options), MAX_EXPANSIONS + 1)]
    cut = len(found) > MAX_EXPANSIONS
    written: list[str] = []
    for candidate in found[:MAX_EXPANSIONS]:
        # Brackets around brackets: each round takes off the innermost, so the rounds are bounded by the length.
        inner, more = _expand(candidate) if _CHOICE.search(candidate) else ([candidate], False)
        written += inner
        cut = cut or more
        if len(written) >= MAX_EXPANSIONS:
            cut = cut or len(written) > MAX_EXPANSIONS
            break
    return [one_line(text) for text in written[:MAX_EXPANSIONS] if text.strip()], cut
