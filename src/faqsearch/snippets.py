"""Snippets: the part of an answer worth showing, cut at sentence ends, with the matched words marked."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from faqsearch.passages import sentence_spans
from faqsearch.tokens import Tokenizer

_CHARS = 140
# How far behind the best sentence more sentences are looked for.
_AHEAD = 2 * _CHARS


@dataclass(frozen=True, slots=True)
class Snippet:
    """A part of a text."""

    text: str
    highlights: tuple[tuple[int, int], ...]
    """(start, end) of matched words in `text`, ascending, apart from each other."""


def snippet(text: str, sentence: tuple[int, int], terms: AbstractSet[str], tokenizer: Tokenizer) -> Snippet:
    """Return the best sentence of `text` and as many of the next as fit into 140 characters.

    Args:
        text: An answer or a section's body.
        sentence: Start and end of the sentence that matched best; (0, 0) takes the first.
        terms: Terms of the word leg the question asked for.
        tokenizer: The one the terms come from.
    """
    start, end = sentence if sentence[1] > sentence[0] else (0, 0)
    window = text[start : start + _AHEAD]
    spans = sentence_spans(window) or [(0, 0)]
    first = spans[0][0]
    last = max(spans[0][1], end - start)
    for following, stop in spans[1:]:
        # Only spaces may lie between: a snippet does not run into a listing.
        if stop - first > _CHARS or window[last:following].strip():
            break
        last = max(last, stop)
    shown = window[first:last].rstrip()
    cut = shown[:_CHARS].rstrip() + "…" if len(shown) > 2 * _CHARS - 1 else shown
    marked = [(token.start, token.end) for token in tokenizer.tokens(cut) if any(term in terms for term in token.terms)]
    return Snippet(cut, tuple(marked))
