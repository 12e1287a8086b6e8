"""Snippets: the part of an answer worth showing, cut at sentence ends, with the matched words marked."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from faqsearch.passages import prose
from faqsearch.text import sentences
from faqsearch.tokens import Tokenizer

_CHARS = 140
# Sentences beyond this are not looked at: a section of a manual can be a whole chapter, a snippet takes a moment.
_LOOKED_AT = 4_000


@dataclass(frozen=True, slots=True)
class Snippet:
    """A part of a text."""

    text: str
    highlights: tuple[tuple[int, int], ...]
    """(start, end) of matched words in `text`, ascending, apart from each other."""


def snippet(text: str, terms: AbstractSet[str], tokenizer: Tokenizer, *, start: int = 0, chars: int = _CHARS) -> Snippet:
    """Return the sentences of `text` that hold most of `terms`.

    Args:
        text: An answer or a section's body.
        terms: Terms of the word leg the question asked for.
        tokenizer: The one the terms come from.
        start: Offset of the piece that matched best; sentences before it are passed over when it is far in.
        chars: Characters wanted, at most, unless one sentence alone is longer: that one is cut.
    """
    base = start if start + chars > _LOOKED_AT else 0
    window = text[base : base + _LOOKED_AT]
    spans = [(a, b) for first, last in prose(window) for a, b in _within(window, first, last)]
    if not spans:
        return Snippet("", ())
    marks = [
        (token.start, token.end, hit)
        for token in tokenizer.tokens(window)
        if (hit := frozenset(term for term in token.terms if term in terms))
    ]
    best, chosen = -1.0, (0, 1)
    for i in range(len(spans)):
        seen: set[str] = set()
        end = i
        while end < len(spans) and (end == i or spans[end][1] - spans[i][0] <= chars):
            seen.update(*(hit for a, _, hit in marks if spans[end][0] <= a < spans[end][1]))
            end += 1
        # Of windows that hold as many different terms, the earlier one: answers say the main thing first.
        if len(seen) > best:
            best, chosen = len(seen), (i, end)
    first, last = spans[chosen[0]][0], min(spans[chosen[1] - 1][1], spans[chosen[0]][0] + 2 * chars)
    shown = window[first:last]
    lead = len(shown) - len(shown.lstrip())
    first, shown = first + lead, shown.strip()
    highlights = tuple((a - first, min(b, last) - first) for a, b, _ in marks if first <= a and b <= first + len(shown))
    if first + len(shown) < spans[chosen[1] - 1][1]:
        shown += "…"
    return Snippet(shown, highlights)


def _within(text: str, first: int, last: int) -> list[tuple[int, int]]:
    return [(first + a, first + b) for a, b in sentences(text[first:last])]
