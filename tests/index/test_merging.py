"""Merging: what is kept of a generation, with what is added, is what builders make of all documents."""

import tempfile
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse  # noqa: F401  # the first example would take half a second for it
from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from hypothesis import strategies as st

from faqsearch.analyser import DocumentAnalyser
from faqsearch.documents import Document, Source
from faqsearch.index import counts as counting
from faqsearch.index import merging
from faqsearch.index.characters import KanjiCounts, kanji_lengths, spelling_arrays
from faqsearch.index.completions_merging import merged_completions
from faqsearch.index.counts import CountsBuilder, occurrences
from faqsearch.index.facets import FacetsBuilder
from faqsearch.index.merging import WORD_LEGS, LexicalMerge, merged_facets
from faqsearch.index.sequences import SequencesBuilder
from faqsearch.index.spill import Spill
from faqsearch.index.splicing import Moves
from faqsearch.index.word_legs import count_words
from faqsearch.index.wordings import CompletionsBuilder
from faqsearch.tokens import FugashiTokenizer

ANALYSER = DocumentAnalyser(FugashiTokenizer(), None)
LEGS = ("document", "question", "bigram", "reading")
DOCUMENTS = st.builds(
    Document,
    id=st.just("x"),
    kind=st.just("faq"),
    question=st.sampled_from(["送料は？", "定期便を解約したい", "領収書の発行", "送料を払う方法"]),
    answer=st.sampled_from(["全国一律550円です。", "マイページで手続きします。送料は着払いです。", "E-203と出ます。"]),
    source=st.sampled_from([Source(path="faq.csv", line=2), Source(path="店/faq.csv", line=2)]),
    phrasings=st.lists(st.sampled_from(["配送料", "解約するには"]), max_size=1).map(tuple),
    category=st.lists(st.sampled_from(["配送", "会員"]), max_size=2).map(tuple),
)


@st.composite
def generations(draw):
    """Documents of a generation, those of the next one, and where the latter come from."""
    old = draw(st.lists(DOCUMENTS, min_size=1, max_size=6))
    kept = sorted(draw(st.sets(st.integers(0, len(old) - 1), min_size=1)))
    next_ = [(number, old[number]) for number in kept]
    for place, document in draw(st.lists(st.tuples(st.integers(0, 7), DOCUMENTS), max_size=3)):
        next_.insert(place % (len(next_) + 1), (-1, document))
    return old, [document for _, document in next_], np.array([number for number, _ in next_], dtype=np.int64)


def built(documents, numbers, total):
    """What the builders make of documents with these numbers: words, legs, facets and completions."""
    facets = FacetsBuilder()
    with tempfile.TemporaryDirectory() as folder, Spill(Path(folder) / "spill") as spill:
        completions = CompletionsBuilder(spill)
        words, legs = SequencesBuilder(spill), {leg: CountsBuilder(spill) for leg in LEGS if leg not in WORD_LEGS}
        if documents:
            analysis = ANALYSER.analyse(documents)
            words.add(analysis.words, numbers.astype(np.int32))
            for leg, builder in legs.items():
                builder.add(analysis.counts[leg], numbers.astype(np.int32))
            completions.add(analysis.wordings, numbers.astype(np.int32))
        for number, document in zip(numbers.tolist(), documents, strict=True):
            facets.add(number, document)
        own = words.arrays(total)
        counted = {leg: occurrences(count_words(own, leg)) for leg in WORD_LEGS}
        counted |= {leg: builder.arrays() for leg, builder in legs.items()}
        return own, counted, facets.arrays(), completions.arrays()


def same(one, other):
    """Whether arrays have the same names, types and values."""
    assert sorted(one) == sorted(other)
    for name, array in other.items():
        assert one[name].dtype == array.dtype, name
        np.testing.assert_array_equal(one[name], array, err_msg=name)


@pytest.fixture
def so_many(monkeypatch):
    """Sets how many occurrences are looked at, and merged, at a time."""

    def set_(count):
        monkeypatch.setattr(merging, "_LOOKED_AT", count)
        monkeypatch.setattr(counting, "_MERGED_AT_ONCE", count)

    return set_


@effort(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(generations(), st.sampled_from([1, 7, 40, 8_000_000]))
def test_what_is_merged_is_what_is_built(so_many, given_, at_once):
    """Words, occurrences, vocabularies, kanji, facets and completions are those of all documents, built at once."""
    so_many(at_once)
    old, new, origins = given_
    added = np.flatnonzero(origins < 0)
    moves = Moves(origins, len(old))
    words, legs, facets, completions = built(old, np.arange(len(old)), len(old))
    more = built([new[number] for number in added], added, len(new))
    all_words, all_legs, all_facets, all_completions = built(new, np.arange(len(new)), len(new))
    lengths = kanji_lengths(words, len(old))
    words |= spelling_arrays(words, KanjiCounts.of(words), lengths)

    merged = LexicalMerge({**legs, "words": words}, more[0], more[1], moves)

    same(merged.words, all_words)
    for leg, wanted in all_legs.items():
        vocabulary = {} if leg in WORD_LEGS else merged.vocabularies[leg]
        same(vocabulary | occurrences(merged.counts(leg)), wanted)
    kanji, all_lengths = KanjiCounts.of(all_words), kanji_lengths(all_words, len(new))
    same(
        spelling_arrays(merged.words, merged.kanji, merged.kanji_lengths),
        spelling_arrays(all_words, kanji, all_lengths),
    )
    same(merged_facets(facets, more[2], moves), all_facets)
    same(merged_completions(completions, more[3], moves), all_completions)
