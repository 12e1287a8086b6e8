"""Character n-grams of many texts at once, as the keys of terms (`faqsearch.vocabulary`), without making strings.

The slow reference is `FugashiTokenizer.bigrams` and `.reading_ngrams`, which questions go through.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

import numpy as np
import numpy.typing as npt

from faqsearch import kernel
from faqsearch.tokens.readings import SIZE, fold_reading
from faqsearch.vocabulary import Keys

Points = npt.NDArray[np.uint32]
_BITS = np.uint64(21)
_PLANE = 0x10000


def bigram_keys(texts: Sequence[str]) -> tuple[Keys, npt.NDArray[np.int64]]:
    """Return the character bigrams of normalized texts, one text after the other.

    Returns:
        uint64 term keys, and int64 how many of them each text has, shape (len(texts),).
    """
    return _windows([text.lower() for text in texts], 2, _in_a_run)


def reading_keys(readings: Sequence[str]) -> tuple[Keys, npt.NDArray[np.int64]]:
    """Return the kana n-grams of readings in hiragana, as `bigram_keys` does."""
    return _windows([fold_reading(reading) for reading in readings], SIZE, _is_readable)


def _windows(
    texts: Sequence[str], size: int, inside: Callable[[Points], npt.NDArray[np.bool_]]
) -> tuple[Keys, npt.NDArray[np.int64]]:
    """All windows of `size` characters in every run of characters that are `inside`; a shorter run is one window."""
    points = np.frombuffer("\n".join([*texts, ""]).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    bounds = np.cumsum([len(text) + 1 for text in texts], dtype=np.int64)
    if kernel.compiled is None:
        return _slowly(points, bounds, size, inside(points))
    keys, counts = np.empty(len(points), dtype=np.uint64), np.empty(len(texts), dtype=np.int64)
    return keys[: kernel.compiled.windows(points, inside(points), bounds, keys, counts, size)], counts


def _slowly(
    points: Points, bounds: npt.NDArray[np.int64], size: int, inside: npt.NDArray[np.bool_]
) -> tuple[Keys, npt.NDArray[np.int64]]:
    """Do without the kernel; every text ends, with a line break, at one of the `bounds`."""
    edges = np.flatnonzero(np.diff(inside, prepend=False, append=False))
    starts, lengths = edges[::2], edges[1::2] - edges[::2]
    counts = np.maximum(lengths - size + 1, 1)
    ends = np.cumsum(counts)
    places = np.arange(ends[-1] if len(ends) else 0) + np.repeat(starts - (ends - counts), counts)
    widths = np.repeat(np.minimum(lengths, size), counts)
    keys = points[places].astype(np.uint64)
    for i in range(1, size):
        # Every text ends with a line break, so there is a character after the last of a run.
        longer = (keys << _BITS) | points[np.minimum(places + i, len(points) - 1)]
        keys = np.where(widths > i, longer, keys)
    owners = np.searchsorted(bounds, starts, side="right")
    return keys, np.bincount(owners, weights=counts, minlength=len(bounds)).astype(np.int64)


def _in_a_run(points: Points) -> npt.NDArray[np.bool_]:
    """Letters and digits of any script."""
    found = _letters()[np.minimum(points, _PLANE - 1)]
    for i in np.flatnonzero(points >= _PLANE).tolist():  # rare
        found[i] = chr(points[i]).isalnum()
    return found


def _is_readable(points: Points) -> npt.NDArray[np.bool_]:
    kana = (points >= ord("ぁ")) & (points <= ord("ゖ"))
    return kana | ((points >= ord("a")) & (points <= ord("z"))) | ((points >= ord("0")) & (points <= ord("9")))


@cache
def _letters() -> npt.NDArray[np.bool_]:
    return np.array([chr(point).isalnum() for point in range(_PLANE)])
