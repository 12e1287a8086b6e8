"""Known texts: texts as numbers, those that come again without cutting them again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import count

import numpy as np

from faqsearch.tokens.cut import Uncut
from faqsearch.tokens.interface import CutText
from faqsearch.tokens.numbered import Numbered, Numbers, Text, WordNumbers
from faqsearch.vocabulary import ranges

# Texts remembered while documents are analysed: manuals repeat warnings and steps on every page.
MOST_REMEMBERED = 20_000
_NONE = np.empty(0, dtype=np.int32)


class KnownTexts:
    """Numbers texts, and remembers the last of those that come as strings."""

    def __init__(self, cut: Callable[[Sequence[str]], Iterable[CutText | Uncut]], numbers: WordNumbers) -> None:
        """Begin with nothing remembered.

        Args:
            cut: Cuts texts, or prepares them.
            numbers: Numbers its words.
        """
        self._cut = cut
        self._numbers = numbers
        self._forget()

    def _forget(self) -> None:
        self._places: dict[str, int] = {}
        self._normalized: list[str] = []
        self._known = Numbered(_NONE, _NONE, _NONE, _NONE)

    def of(self, texts: Sequence[str | CutText | list[str]]) -> tuple[list[str], Numbered]:
        """Return texts normalized, and as numbers; terms that were taken from several texts have no text.

        Args:
            texts: Strings are remembered.
        """
        if len(self._normalized) + len(texts) > MOST_REMEMBERED:
            self._forget()
        known, first = self._places, len(self._normalized)
        # Strings that are new are cut together, and numbered before the others.
        strings = list(dict.fromkeys(text for text in texts if isinstance(text, str) and text not in known))
        others = [text for text in texts if not isinstance(text, str)]
        new: list[Text] = [*self._cut(strings), *others]
        self._known = Numbered(*map(_joined, self._known, self._numbers.of(new)))
        self._normalized += ["" if isinstance(text, list) else text.text for text in new]
        known.update(zip(strings, count(first)))
        rest = count(first + len(strings))
        places = [known[text] if isinstance(text, str) else next(rest) for text in texts]
        return [self._normalized[place] for place in places], _some(self._known, np.array(places, dtype=np.int64))


def _joined(known: Numbers, new: Numbers) -> Numbers:
    return np.concatenate((known, new))


def _some(texts: Numbered, places: np.ndarray[tuple[int], np.dtype[np.int64]]) -> Numbered:
    """Some of the texts, by their places."""
    lengths, pair_counts = texts.lengths[places], texts.pair_counts[places]
    return Numbered(
        texts.terms[ranges(_starts(texts.lengths)[places], lengths.astype(np.int64))],
        lengths,
        texts.pairs[ranges(_starts(texts.pair_counts)[places], pair_counts.astype(np.int64))],
        pair_counts,
    )


def _starts(sizes: Numbers) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.cumsum(sizes, dtype=np.int64) - sizes
