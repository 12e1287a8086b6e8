"""The vectors of documents and units: the kernel gives numpy's to the last bit."""

from __future__ import annotations

import numpy as np
import pytest

from faqsearch import kernel
from faqsearch.passages import OTHER, PHRASING, SENTENCE
from faqsearch.vectors.builtin import WordVectors, pack_rows
from faqsearch.vectors.sums import encode

pytestmark = pytest.mark.skipif(kernel.compiled is None, reason="faqsearch was installed without a C compiler")

WORDS, VIEWS = 40, ((0, 3), (3, 20), (20, 37))


def word_vectors(draw):
    """Random vectors of words, one of them zero."""
    vectors = draw.normal(size=(WORDS, VIEWS[-1][1])).astype(np.float32)
    vectors[7] = 0
    packed = [pack_rows(vectors[:, start:end]) for start, end in VIEWS]
    arrays = {
        "views": np.array(VIEWS, dtype=np.int32),
        "unknown_weight": np.ones(1, dtype=np.float32),
        "word_vectors": np.concatenate([rows for rows, _ in packed], axis=1),
        "word_factors": np.stack([factors for _, factors in packed], axis=1),
        "kanji": np.empty(0, dtype=np.int32),
        "kanji_vectors": np.empty((0, VIEWS[-1][1]), dtype=np.int8),
        "kanji_factors": np.empty((0, len(VIEWS)), dtype=np.float32),
    }
    return WordVectors(arrays, ["one", "two", "three"])


def sequences(draw, documents):
    """Documents of random units; some have no words, some are missing."""
    kinds, owners, sizes = [], [], []
    for number in draw.choice(2 * documents, documents, replace=False).tolist():
        own = [PHRASING] * draw.integers(0, 3) + [SENTENCE] * draw.integers(0, 12) + [OTHER]
        kinds += own
        owners += [number] * len(own)
        sizes += draw.integers(0, 9, len(own)).tolist()
    order = np.argsort(owners, kind="stable")
    owners = np.array(owners, dtype=np.int32)[order]
    starts = np.concatenate(([0], np.cumsum(np.array(sizes)[order])))
    return {
        "sequence": draw.integers(0, WORDS, starts[-1]).astype(np.int32),
        "unit_starts": starts,
        "unit_kinds": np.array(kinds, dtype=np.uint8)[order],
        "unit_documents": owners,
        "document_units": np.searchsorted(owners, np.arange(2 * documents + 1)),
        "keys": np.arange(WORDS, dtype=np.uint64),
    }


@pytest.mark.parametrize("seed", range(20))
def test_the_kernel_sums_as_numpy_does(monkeypatch, seed):
    """An index built without a C compiler is the same to the last bit."""
    draw = np.random.default_rng(seed)
    vectors, words = word_vectors(draw), sequences(draw, 1 + 3 * seed)
    numbers = draw.permutation(WORDS)
    fast = list(encode(words, vectors, numbers).parts)
    monkeypatch.setattr(kernel, "compiled", None)
    slow = list(encode(words, vectors, numbers).parts)
    for own, other in zip(fast, slow, strict=True):
        for a, b in zip(own, other, strict=True):
            assert (a.dtype, a.shape) == (b.dtype, b.shape)
            assert np.array_equal(a, b)


@pytest.mark.parametrize(("name", "value"), [("sequence", WORDS), ("sequence", -1), ("unit_starts", 2**40)])
def test_a_word_of_no_vector_is_an_error(name, value):
    """Nothing is read outside of the arrays."""
    draw = np.random.default_rng(1)
    vectors, words = word_vectors(draw), sequences(draw, 9)
    words[name][3] = value
    with pytest.raises(IndexError):
        list(encode(words, vectors, np.arange(WORDS)).parts)
