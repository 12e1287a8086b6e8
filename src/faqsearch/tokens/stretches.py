"""Stretches: the codes of many texts at once, as an index stores them.

Most texts have nothing else across MeCab's words, and most codes come again. The slow reference is what
`FugashiTokenizer.cut` finds; texts in which more may stand are left to it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import accumulate

from faqsearch.tokens.codes import STRETCH, Code, find_codes
from faqsearch.tokens.questions import Span

Across = tuple[int, int, tuple[str, ...]]
"""Where something is written across MeCab's words begins, up to where it takes their place (0: it stands beside them), and
its terms."""
_MOST_REMEMBERED = 20_000


def across(span: Span) -> Across:
    """Return what an index keeps of a span."""
    return span.start, span.end if span.replaces else 0, span.terms


class Stretches:
    """Finds codes, and remembers what a stretch of letters and digits gave."""

    def __init__(self, span: Callable[[str, Code], Span], names: Callable[[str], Sequence[Span]]) -> None:
        """Begin with nothing remembered.

        Args:
            span: Says what a code in a text stands for.
            names: Finds names in parts (ポイント・カード).
        """
        self._span = span
        self._names = names
        self._known: dict[str, tuple[Across, ...]] = {}

    def of(self, texts: Sequence[str]) -> list[list[Across] | None]:
        """Return the codes of each normalized text, in order; None for a text that must be looked at more closely."""
        found: list[list[Across] | None] = [None if "\n" in text else [] for text in texts]
        whole = "\n".join(["" if own is None else text for own, text in zip(found, texts, strict=True)])
        ends = accumulate([1 if own is None else len(text) + 1 for own, text in zip(found, texts, strict=True)])
        known, base, end, place, before = self._known, 0, 0, -1, -1
        for match in STRETCH.finditer(whole):
            start, stop = match.span()
            while start >= end:
                base, end, place = end, next(ends), place + 1
            own = found[place]
            # A word and its number (`Windows 11`), and Eメール.
            if own is None or (start - before == 1 and whole[before] == " ") or whole.startswith("メール", stop):
                found[place] = None
                continue
            # Only a number looks at the sign before it.
            written = whole[start - (start > base and whole[start - 1] in ",.") : stop]
            read = known.get(written)
            if read is None:
                read = self._read(written)
            offset = stop - len(written) - base
            own += [(offset + a, offset + b, terms) for a, b, terms in read]
            before = stop
        for text, codes in zip(texts, found, strict=True):
            if codes is not None and "・" in text:
                codes.extend(map(across, self._names(text)))
                codes.sort()
        return found

    def _read(self, written: str) -> tuple[Across, ...]:
        if len(self._known) >= _MOST_REMEMBERED:
            self._known.clear()
        codes = self._known[written] = tuple(across(self._span(written, code)) for code in find_codes(written))
        return codes
