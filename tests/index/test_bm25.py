"""BM25 weights are rank-bm25's."""

import tempfile
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse  # noqa: F401  # the first example would take half a second for it
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st
from rank_bm25 import BM25L, BM25Okapi, BM25Plus

from faqsearch.index.arrays import ArrayFileWriter, open_arrays
from faqsearch.index.counts import CountsBuilder, count_terms
from faqsearch.index.postings import Postings, write_postings
from faqsearch.index.spill import Spill
from faqsearch.settings import BM25
from faqsearch.vocabulary import Vocabulary

WORDS = ["解約", "返品", "送料", "ポイント", "e-203", "再発行", "領収書"]
CORPORA = st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=12), min_size=1, max_size=12)
QUESTIONS = st.lists(st.sampled_from([*WORDS, "知らない"]), max_size=6)
REFERENCES = {
    "Okapi": lambda corpus: BM25Okapi(corpus, k1=1.2, b=0.6, epsilon=0.25),
    "L": lambda corpus: BM25L(corpus, k1=1.2, b=0.6, delta=0.5),
    "Plus": lambda corpus: BM25Plus(corpus, k1=1.2, b=0.6, delta=1),
}


class Leg(Postings):
    """Postings with their vocabulary."""

    def __init__(self, arrays, documents):
        super().__init__(arrays, documents)
        self.vocabulary = Vocabulary(arrays)


def compiled(units, settings, owners=None):
    owners = np.arange(len(units), dtype=np.int32) if owners is None else np.array(owners, dtype=np.int32)
    documents = int(owners[-1]) + 1 if len(owners) else 0
    # Two calls, as a build makes them batch by batch; documents are counted from each batch's first.
    half = int(np.searchsorted(owners, documents // 2))
    with tempfile.TemporaryDirectory() as folder, Spill(Path(folder) / "spill", held_bytes=50) as spill:
        builder = CountsBuilder(spill)
        for part in (slice(0, half), slice(half, None)):
            if len(owners[part]):
                numbers = np.arange(owners[part][0], owners[part][-1] + 1, dtype=np.int32)
                builder.add(count_terms(units[part], owners[part] - owners[part][0]), numbers)
        vocabulary = builder.vocabulary()
        with ArrayFileWriter(Path(folder) / "a") as file:
            write_postings(file, "leg", builder.merged(vocabulary["keys"]), settings, documents)
        arrays = open_arrays(Path(folder) / "a", file.places)
        return Leg(vocabulary | {name.removeprefix("leg/"): array for name, array in arrays.items()}, documents)


def rank_bm25_scores(postings, question):
    """The whole score rank-bm25 gives: weights, and what every unit gets for each term."""
    numbers = [int(n) for n in postings.vocabulary.numbers(question) if n >= 0]
    return postings.scores([(n, 1.0) for n in numbers]) + sum(float(postings.absent[n]) for n in numbers)


@pytest.mark.parametrize("variant", ["Okapi", "L", "Plus"])
@effort(deadline=None)
@given(corpus=CORPORA, question=QUESTIONS)
def test_scores_equal_rank_bm25(variant, corpus, question):
    """Every variant gives rank-bm25's scores, for one document as for twelve, with words most documents hold."""
    postings = compiled(corpus, BM25(variant, k1=1.2, b=0.6, delta=1.0 if variant == "Plus" else 0.5))

    scores = rank_bm25_scores(postings, question)

    expected = REFERENCES[variant](corpus).get_scores(question)
    assert scores == pytest.approx(expected, rel=1e-5, abs=1e-5)


def test_negative_idf_becomes_epsilon_times_the_mean():
    """A word in most documents gets Okapi's floor, which the vocabulary's mean idf sets."""
    corpus = [["送料", "返品"], ["送料", "解約"], ["送料"], ["送料", "ポイント"]]
    postings = compiled(corpus, BM25("Okapi"))

    idf = {postings.vocabulary.term(i): float(postings.idf[i]) for i in range(len(postings.vocabulary))}

    assert idf["送料"] == pytest.approx(BM25Okapi(corpus).idf["送料"], rel=1e-6)
    assert idf["解約"] == pytest.approx(BM25Okapi(corpus).idf["解約"], rel=1e-6)


def test_default_variant_finds_something_in_a_corpus_of_two():
    """rank-bm25's Okapi scores 0 for a word in one document of two; the default does not."""
    from faqsearch.settings import Settings

    postings = compiled([["返品"], ["送料"]], Settings().bm25["document"])

    assert postings.scores([(int(postings.vocabulary.numbers(["返品"])[0]), 1.0)])[0] > 0


def test_phrasings_of_one_document_count_once_in_idf():
    """Ten phrasings with a word make it no more common than one."""
    once = compiled([["解約"], ["返品"], ["送料"]], BM25("Plus"), owners=[0, 1, 2])
    often = compiled([["解約"]] * 10 + [["返品"], ["送料"]], BM25("Plus"), owners=[0] * 10 + [1, 2])

    def idf(postings):
        return float(postings.idf[postings.vocabulary.numbers(["解約"])[0]])

    assert idf(often) == idf(once)


@effort(deadline=None)
@given(corpus=CORPORA)
def test_weights_do_not_depend_on_slices(corpus):
    """Weighing a few postings at a time gives what weighing all at once gives."""
    import faqsearch.index.bm25 as module

    whole = compiled(corpus, BM25("L"))
    before = module._SLICE
    try:
        module._SLICE = 3
        sliced = compiled(corpus, BM25("L"))
    finally:
        module._SLICE = before

    for number in range(len(whole.vocabulary)):
        assert whole.of(number)[1].tolist() == sliced.of(number)[1].tolist()


def test_a_unit_scores_the_best_alternative_of_a_group():
    """Where two alternatives stand in one unit, only the better one counts."""
    postings = compiled([["解約", "退会"], ["退会"], ["返品"]], BM25("Plus"))
    a, b = (int(n) for n in postings.vocabulary.numbers(["解約", "退会"]))

    scores = postings.group_scores([[(a, 1.0), (b, 0.5)]])

    first = postings.scores([(a, 1.0)])
    second = postings.scores([(b, 0.5)])
    assert scores.tolist() == np.maximum(first, second).tolist()
