"""UserWords: names MeCab would cut wrongly, found again by longest match."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence
from pathlib import Path

from faqsearch.errors import DictionaryError, SettingsError
from faqsearch.patterns import pattern
from faqsearch.text import normalize

_CLASSES = pattern(
    r"(?P<katakana>[ァ-ヺー]+)|(?P<hiragana>[ぁ-ゖ]+)|(?P<latin>[A-Za-z0-9]+)|(?P<kanji>[^\W_])", re.DOTALL
)
_LONGEST = 60
"""Longer names are cut well by MeCab; every character is a step into the pattern, which Python reads recursively."""
_LONG_ENOUGH = 4
"""From this length on a word in hiragana counts even where MeCab sees no boundary."""


def read_user_words(path: Path | str) -> list[str]:
    """Read a plain list of words, one on each line; `#` begins a comment.

    Raises:
        DictionaryError: The file cannot be read.
    """
    try:
        lines = Path(path).read_text(encoding="utf-8-sig").split("\n")
    except OSError as error:
        raise DictionaryError(f"{path}: {error.strerror or error}", hint="Name a word list that exists.") from error
    except UnicodeDecodeError as error:
        raise DictionaryError(f"{path}: not UTF-8 text", hint="Save the file as UTF-8.") from error
    words = [line.partition("#")[0].strip() for line in lines]
    for number, word in enumerate(words, 1):
        if len(word) > _LONGEST:
            message = f"{path}:{number}: a word of {len(word):,} characters; at most {_LONGEST} are taken"
            raise DictionaryError(message, hint="Write one word on each line.")
    return [word for word in words if word]


class UserWords:
    """A list of words, without their costs and parts of speech: no dictionary compiler is needed."""

    def __init__(self, words: Sequence[str]) -> None:
        """Take words as written; blank ones and repeats are ignored.

        Raises:
            SettingsError: A word is longer than any name.
        """
        normalized = [normalize(word).strip() for word in words]
        if too_long := next((word for word in normalized if len(word) > 2 * _LONGEST), None):
            raise SettingsError(f"a user word of {len(too_long):,} characters", hint=f"Use {_LONGEST} at most.")
        self.words: tuple[str, ...] = tuple(sorted({word.casefold() for word in normalized if word}))
        self._pattern = re.compile(_alternatives(self.words), re.IGNORECASE) if self.words else None

    def may_stand_in(self, text: str) -> bool:
        """Return whether one of them is written in a text, be it across the ends of other words."""
        return self._pattern is not None and self._pattern.search(text) is not None

    def find(self, text: str, boundaries: Container[int]) -> Iterator[tuple[int, int]]:
        """Find the words in normalized text: spans from left to right, the longest first, none overlapping.

        Both ends must be boundaries of MeCab's, or places where the kind of character changes: the name 京都 is not
        found in 東京都.
        """
        position = 0
        while self._pattern is not None and (match := self._pattern.search(text, position)):
            start, end = match.span()
            whole_hiragana = end - start >= _LONG_ENOUGH and _kind(text, start) == _kind(text, end - 1) == "hiragana"
            if whole_hiragana or all(i in boundaries or _kind(text, i - 1) != _kind(text, i) for i in (start, end)):
                yield start, end
                position = end
            else:
                position = start + 1


def _kind(text: str, i: int) -> str | None:
    match = _CLASSES.match(text, i) if 0 <= i < len(text) else None
    return match.lastgroup if match else None


def _alternatives(words: Sequence[str]) -> str:
    """Write a pattern that tries long words first and shares beginnings, so that thousands of words stay fast."""
    by_first: dict[str, list[str]] = {}
    for word in words:
        by_first.setdefault(word[0], []).append(word[1:])
    branches = []
    for first, rests in sorted(by_first.items()):
        longer = [rest for rest in rests if rest]
        branch = re.escape(first)
        if longer:
            branch += f"(?:{_alternatives(longer)})" + ("?" if len(longer) < len(rests) else "")
        branches.append(branch)
    return "|".join(branches)
