"""Snippets: the part of an answer worth showing, cut at sentence ends, with the matched words marked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property
from typing import Any, overload

from faqsearch.tokens import Tokenizer

_CHARS = 140


class Highlights(Sequence[tuple[int, int]]):
    """Places in a text, found when they are first looked at.

    Marking words means cutting the text into words again: ten snippets take longer than the rest of a search, and
    programs that read JSON never look. Compares like the tuple it stands for, and is pickled as one. Threads that
    look at once find the same.
    """

    def __init__(self, text: str, terms: AbstractSet[str], tokenizer: Tokenizer) -> None:
        """Take a text, the terms of the words to mark in it, and the tokenizer they come from."""
        self._text = text
        self.terms = terms
        self._tokenizer = tokenizer

    @cached_property
    def _places(self) -> tuple[tuple[int, int], ...]:
        tokens = self._tokenizer.tokens(self._text)
        return tuple((token.start, token.end) for token in tokens if not self.terms.isdisjoint(token.terms))

    def __len__(self) -> int:
        return len(self._places)

    @overload
    def __getitem__(self, index: int) -> tuple[int, int]: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[tuple[int, int], ...]: ...
    def __getitem__(self, index: int | slice) -> tuple[int, int] | tuple[tuple[int, int], ...]:
        return self._places[index]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Highlights | tuple) and self._places == tuple(other)

    def __hash__(self) -> int:
        return hash(self._places)

    def __repr__(self) -> str:
        return repr(self._places)

    def __reduce__(self) -> tuple[Any, ...]:
        return tuple, (self._places,)


@dataclass(frozen=True, slots=True)
class Snippet:
    """A part of a text."""

    text: str
    highlights: Sequence[tuple[int, int]]
    """(start, end) of matched words in `text`, ascending, apart from each other."""


def snippet(
    text: str,
    sentence: tuple[int, int],
    sentences: Iterable[tuple[int, int]],
    terms: AbstractSet[str],
    tokenizer: Tokenizer,
) -> Snippet:
    """Return the best sentence of `text` and as many of the next as fit into 140 characters.

    Args:
        text: An answer or a section's body.
        sentence: Start and end of the sentence that matched best; (0, 0) takes the first.
        sentences: Start and end of all of its sentences, in order.
        terms: Terms of the word leg the question asked for.
        tokenizer: The one the terms come from.
    """
    first, last = sentence
    for start, end in sentences:
        if last == 0:
            first, last = start, end
        elif start >= last:
            # Only spaces may lie between: a snippet does not run into a listing.
            if end - first > _CHARS or text[last:start].strip():
                break
            last = end
    shown = text[first:last].rstrip()
    cut = shown[:_CHARS].rstrip() + "…" if len(shown) > 2 * _CHARS - 1 else shown
    return Snippet(cut, Highlights(cut, terms, tokenizer))
