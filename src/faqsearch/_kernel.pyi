# What `_kernel.c` takes: contiguous arrays of exactly these types. IndexError: a number leads out of its array.

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

_Int64: TypeAlias = npt.NDArray[np.int64]
_UInt64: TypeAlias = npt.NDArray[np.uint64]
_Float32: TypeAlias = npt.NDArray[np.float32]

# `Vocabulary.numbers`; `wanted` are the keys of `terms`.
def numbers(
    keys: _UInt64,
    offsets: _Int64,
    text: npt.NDArray[np.uint8],
    wanted: _UInt64,
    terms: Sequence[str],
    out: _Int64,
    /,
) -> None: ...

# `Postings.group_scores`; groups of one come first.
def scores(
    indptr: _Int64,
    units: npt.NDArray[np.int32],
    weights: _Float32,
    numbers: _Int64,
    factors: _Float32,
    sizes: _Int64,
    out: _Float32,
    /,
) -> None: ...

# `selection.best`; `out` has room for as many as are wanted; returns how many there are.
def best(scores: _Float32, out: _Int64, /) -> int: ...

# `features.read_words` and `Spelling.scores`. `parameters`: k1, b, mean length, ceiling, the part that says all, the
# least weight in a pair; k1, b and mean length of kanji. `scores`: passage, coverage, focus, pair, kanji.
def read(
    words: npt.NDArray[np.int32],
    unit_starts: _Int64,
    unit_kinds: npt.NDArray[np.uint8],
    document_units: _Int64,
    importance: _Float32,
    spelling_starts: _Int64,
    spelling: npt.NDArray[np.int16],
    kanji_starts: _Int64,
    kanji_terms: npt.NDArray[np.int32],
    kanji_lengths: npt.NDArray[np.int32],
    documents: _Int64,
    numbers: _Int64,
    groups: _Int64,
    weights: _Float32,
    worth: _Float32,
    phrase_places: _Int64,
    phrase_bounds: _Int64,
    phrase_parts: _Int64,
    kanji_asked: _Int64,
    kanji_worth: npt.NDArray[np.float64],
    parameters: npt.NDArray[np.float64],
    scores: _Float32,
    phrasings: npt.NDArray[np.int32],
    sentences: _Int64,
    /,
) -> None: ...

# The product of a question with some rows of vectors.
def dots(vectors: _Float32, rows: _Int64, question: _Float32, out: _Float32, /) -> None: ...

# `UnitVectors.nearest`; `bounds`: where each view begins, and the end of the last.
def nearest_units(
    vectors: npt.NDArray[np.int8],
    factors: _Float32,
    question: _Float32,
    bounds: _Int64,
    firsts: _Int64,
    counts: _Int64,
    out: _Float32,
    /,
) -> None: ...
