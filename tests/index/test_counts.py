"""Counted terms are merged into the postings that counting everything at once gives."""

import tempfile
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse  # noqa: F401  # the first example would take half a second for it
from hypothesis import given
from hypothesis import strategies as st

from faqsearch import kernel
from faqsearch.index import counts as counting
from faqsearch.index.counts import CountsBuilder, count_keys, count_terms
from faqsearch.index.spill import Spill
from faqsearch.vocabulary import Vocabulary, term_keys

WORDS = ["解約", "返品", "送", "再発行手続", "ポイント"]
UNIT = st.lists(st.sampled_from(WORDS), max_size=6)
DOCUMENTS = st.lists(st.lists(UNIT, min_size=1, max_size=3), min_size=1, max_size=8)


def as_counters(counts):
    """The terms of each unit."""
    found = [Counter() for _ in counts.documents]
    terms = [term for term, size in zip(counts.terms, counts.sizes.tolist(), strict=True) for _ in range(size)]
    for term, unit, tf in zip(terms, counts.units.tolist(), counts.tfs.tolist(), strict=True):
        found[unit][term] = tf
    return found


@given(units=st.lists(UNIT, max_size=6))
def test_terms_are_counted(units):
    """Each unit's terms come with their occurrences."""
    counts = count_terms(units, np.arange(len(units), dtype=np.int32))

    assert as_counters(counts) == [Counter(unit) for unit in units]


@given(units=st.lists(st.lists(st.sampled_from(["送料", "料", "返品"]), max_size=6), max_size=6))
def test_keys_are_counted_like_terms(units):
    """Counting keys gives what counting the terms they stand for gives."""
    owners = np.arange(len(units), dtype=np.int32)
    keys = term_keys(term for unit in units for term in unit)
    sizes = np.array([len(unit) for unit in units], dtype=np.int64)

    by_key, by_term = count_keys(keys, sizes, owners), count_terms(units, owners)

    assert as_counters(by_key) == as_counters(by_term)
    assert by_key.keys.tolist() == by_term.keys.tolist()


@pytest.mark.skipif(kernel.compiled is None, reason="faqsearch was installed without a C compiler")
@given(units=st.lists(st.lists(st.sampled_from(["送料", "料", "返品", "\0"]), max_size=9), max_size=9))
def test_the_kernel_counts_as_numpy_does(monkeypatch_module, units):
    """Numbers, their types and their order are the same, with many of one term, too."""
    units.append(["料"] * 70_000 * (len(units) == 2))
    owners = np.arange(len(units), dtype=np.int32)
    keys = term_keys(term for unit in units for term in unit)
    sizes = np.array([len(unit) for unit in units], dtype=np.int64)
    counted = [count_keys(keys, sizes, owners), count_terms(units, owners)]
    with monkeypatch_module.context() as patch:
        patch.setattr(kernel, "compiled", None)
        expected = [count_keys(keys, sizes, owners), count_terms(units, owners)]
    for own, other in zip(counted, expected, strict=True):
        assert own.long_terms == other.long_terms
        for name in ("keys", "sizes", "units", "tfs"):
            a, b = getattr(own, name), getattr(other, name)
            assert (a.dtype, a.tolist()) == (b.dtype, b.tolist())


@pytest.mark.parametrize("held", [0, 1 << 20])
@pytest.mark.parametrize("at_once", [1, 1000])
@given(documents=DOCUMENTS, data=st.data())
def test_batches_are_merged(monkeypatch_module, held, at_once, documents, data):
    """Whatever the batches and their order, in memory or in a file, the postings are those of all documents in order."""
    monkeypatch_module.setattr(counting, "_MERGED_AT_ONCE", at_once)
    numbers = data.draw(st.permutations(range(len(documents))))
    cut = data.draw(st.integers(0, len(documents)))
    with tempfile.TemporaryDirectory() as folder, Spill(Path(folder) / "spill", held_bytes=held) as spill:
        builder = CountsBuilder(spill)
        for batch in filter(None, (sorted(numbers[:cut]), sorted(numbers[cut:]))):
            units = [unit for number in batch for unit in documents[number]]
            owners = np.repeat(np.arange(len(batch)), [len(documents[number]) for number in batch]).astype(np.int32)
            builder.add(count_terms(units, owners), np.array(batch, dtype=np.int32))
        vocabulary = Vocabulary(builder.vocabulary())
        merged = builder.merged(vocabulary.keys)
        parts = list(merged.parts)

    every = [(number, Counter(unit)) for number, own in enumerate(documents) for unit in own]
    assert merged.unit_documents.tolist() == [number for number, _ in every]
    assert merged.lengths.tolist() == [unit.total() for _, unit in every]
    units = np.concatenate([part.units for part in parts]) if parts else []
    tfs = np.concatenate([part.tfs for part in parts]) if parts else []
    for number in range(len(vocabulary)):
        term, own = vocabulary.term(number), slice(*merged.indptr[number : number + 2])
        holders = [(i, unit[term]) for i, (_, unit) in enumerate(every) if unit[term]]
        assert list(zip(units[own], tfs[own], strict=True)) == holders
        assert merged.df[number] == len({every[i][0] for i, _ in holders})


@pytest.mark.skipif(kernel.compiled is None, reason="faqsearch was installed without a C compiler")
@given(
    batches=st.lists(
        st.lists(st.lists(st.sampled_from(["送料", "料", "返品", "E"]), max_size=9), max_size=3), max_size=4
    )
)
def test_the_kernel_merges_as_scipy_does(monkeypatch_module, batches):
    """Batches that come in order give the same postings, of the same types, with the kernel and without it."""
    found = []
    for compiled in (kernel.compiled, None):
        with monkeypatch_module.context() as patch, Spill(Path("unused")) as spill:
            patch.setattr(kernel, "compiled", compiled)
            builder, documents = CountsBuilder(spill), 0
            for units in batches:
                owners = np.arange(len(units), dtype=np.int32)
                builder.add(count_terms(units, owners), owners + np.int32(documents))
                documents += len(units)
            found.append(builder.arrays())
    for name, array in found[0].items():
        assert (array.dtype, array.tolist()) == (found[1][name].dtype, found[1][name].tolist())


@pytest.mark.skipif(kernel.compiled is None, reason="faqsearch was installed without a C compiler")
@pytest.mark.parametrize(
    "wrong",
    [{0: [2]}, {0: [-1]}, {1: [3]}, {1: [-1]}, {1: [1, 1]}, {2: [0, 5]}, {2: [-1, 0]}, {5: [2]}, {5: [-1]}, {7: [0]}],
)
def test_batches_that_do_not_fit_are_refused(wrong):
    """Whatever the numbers of a batch say, nothing outside the arrays is touched."""
    lists = {0: [0], 1: [2], 2: [0, 1], 3: [1, 1], 4: [0, 1], 5: [0, 2], 6: [0, 0, 0], 7: [0, 0, 0]} | wrong
    types = (np.int32, np.int32, np.int32, np.uint16, np.int32, np.int64, np.int32, np.uint16)
    with pytest.raises(IndexError):
        kernel.compiled.merge(*(np.array(lists[i], dtype) for i, dtype in enumerate(types)))


@pytest.fixture(scope="module")
def monkeypatch_module():
    """A monkeypatch that hypothesis may use for all its examples."""
    with pytest.MonkeyPatch.context() as patch:
        yield patch
