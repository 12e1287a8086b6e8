"""The legs of words hold what counting the words of each document, and of each phrasing, gives."""

import tempfile
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from faqsearch import kernel
from faqsearch.index import counts as counting
from faqsearch.index import word_legs
from faqsearch.index.counts import occurrences
from faqsearch.index.sequences import SequencesBuilder
from faqsearch.index.spill import Spill
from faqsearch.index.word_legs import count_words
from faqsearch.passages import OTHER, PHRASING, SENTENCE
from faqsearch.vocabulary import Vocabulary
from units import Unit, number_terms

COMPILED = kernel.compiled
TEXT = st.lists(st.sampled_from(["解約", "返品", "送", "再発行手続"]), max_size=6)
# Phrasings and sentences of each document; the number of documents between it and the one before that are not added.
DOCUMENTS = st.lists(st.tuples(st.lists(TEXT, min_size=1, max_size=3), st.lists(TEXT), st.integers(0, 2)), max_size=8)


def sequences(documents, numbers):
    """The arrays of the words of documents with these numbers."""
    units = []
    for place, (asked, told, _) in enumerate(documents):
        units += [Unit(place, PHRASING, words) for words in asked] + [Unit(place, SENTENCE, words) for words in told]
        units.append(Unit(place, OTHER, ["他"]))
    with tempfile.TemporaryDirectory() as folder, Spill(Path(folder) / "spill") as spill:
        builder = SequencesBuilder(spill)
        if units:
            builder.add(number_terms(units), np.array(numbers, dtype=np.int32))
        return builder.arrays(max(numbers, default=-1) + 3)


@pytest.fixture(scope="module", params=[True, False], ids=["kernel", "numpy"])
def patch(request):
    """What patches modules, for both ways to count."""
    with pytest.MonkeyPatch.context() as patch:
        if not request.param:
            patch.setattr(kernel, "compiled", None)
        elif kernel.compiled is None:
            pytest.skip("faqsearch was installed without a C compiler")
        yield patch


@pytest.mark.parametrize(("at_once", "together"), [(1, 1), (3, 2), (1000, 1000)])
@given(documents=DOCUMENTS)
def test_legs_are_counted_from_the_words(patch, at_once, together, documents):
    """However many postings fit into memory: units, occurrences, lengths, and in how many documents a term stands."""
    patch.setattr(counting, "_MERGED_AT_ONCE", at_once)
    patch.setattr(word_legs, "_DOCUMENTS", together)
    numbers = np.cumsum([1 + gap for *_, gap in documents]).tolist()
    words = sequences(documents, numbers)
    vocabulary = Vocabulary(words)
    whole = [
        (number, Counter(word for text in (*asked, *told, ["他"]) for word in text))
        for number, (asked, told, _) in zip(numbers, documents, strict=True)
    ]
    phrasings = [
        (number, Counter(text)) for number, (asked, *_) in zip(numbers, documents, strict=True) for text in asked
    ]

    for leg, units in (("document", whole), ("question", phrasings)):
        found = occurrences(count_words(words, leg))

        assert found["unit_documents"].tolist() == [number for number, _ in units]
        assert found["lengths"].tolist() == [own.total() for _, own in units]
        for number in range(len(vocabulary)):
            term, own = vocabulary.term(number), slice(*found["indptr"][number : number + 2])
            holders = [(i, unit[term]) for i, (_, unit) in enumerate(units) if unit[term]]
            assert list(zip(found["units"][own], found["tfs"][own], strict=True)) == holders
            assert found["df"][number] == len({units[i][0] for i, _ in holders})


@pytest.mark.usefixtures("patch")
def test_more_than_can_be_counted_is_cut():
    """A word that a document holds 70,000 times stands there 65,535 times."""
    words = sequences([([["送"]], [["送"] * 70_000], 0)], [0])

    found = occurrences(count_words(words, "document"))

    assert found["tfs"].tolist() == [1, 65_535]


@pytest.mark.skipif(COMPILED is None, reason="faqsearch was installed without a C compiler")
@pytest.mark.parametrize(
    ("terms", "sizes", "places", "following"),
    [
        ([0, 7], [2], [0], [0, 1]),
        ([0, -1], [2], [0], [0, 1]),
        ([0, 1], [3], [0], [0, 1]),
        ([0, 1], [-1], [0], [0, 1]),
        ([0, 1], [2], [0, 1], [0, 1]),
        ([0, 1], [2], [0], [0, 2]),
        ([0, 1], [2], [0], [-1, 1]),
    ],
)
def test_numbers_that_lead_out_of_their_arrays_are_refused(terms, sizes, places, following):
    """Whatever the numbers say, nothing outside the arrays is read or written."""
    texts = np.array(terms, np.int32), np.array(sizes, np.int64), np.array(places, np.int32)
    units, tfs = np.zeros(2, np.int32), np.zeros(2, np.uint16)
    with pytest.raises(IndexError):
        COMPILED.held(*texts, np.zeros(2, np.int32))
        COMPILED.postings(*texts, np.array([0]), np.array(following, np.int64), units, tfs)
