"""What a leg would score with other BM25 parameters is what it scores in an index built with them."""

import numpy as np
import pytest

from faqsearch.build import build_index
from faqsearch.index.interface import WeightedTerm
from faqsearch.legs import LEXICAL_LEGS, question
from faqsearch.search import open_index
from faqsearch.settings import BM25, Settings

CHOICES = {
    "Okapi": [BM25("Okapi", k1=0.4, b=0.0), BM25("Okapi", k1=3.0, b=1.0)],
    "L": [BM25("L", k1=0.4, b=0.3, delta=0.2), BM25("L", k1=3.0, b=1.0, delta=0.2)],
    "Plus": [BM25("Plus", k1=0.4, b=0.0, delta=1.0), BM25("Plus", k1=3.0, b=1.0, delta=1.0)],
}
QUESTIONS = ["定期便を解約したい", "E-203 水位の異常", "そうりょうはいくら", "電源が入らないときは", "ログインできない"]


@pytest.mark.parametrize("variant", CHOICES)
def test_scores_with_other_parameters_are_those_of_an_index_built_with_them(variant, corpus, tmp_path):
    """In every leg, for all candidates, whatever the index has been built with."""
    for number, own in enumerate(CHOICES[variant]):
        build_index(corpus, tmp_path / str(number), settings=Settings(bm25=dict.fromkeys(LEXICAL_LEGS, own)))
    one, other = (open_index(tmp_path / str(number)) for number in range(2))
    differs = 0
    for text in QUESTIONS:
        asked = question(one.understand(text), one.tokenizer, None, LEXICAL_LEGS)
        found = other.index.candidates(asked, depth=100)
        assert len(found)
        for leg, terms in asked.terms.items():
            scores = one.index.scores_with(CHOICES[variant], leg, terms, found.documents)
            np.testing.assert_allclose(scores[1], found.scores[leg], rtol=1e-5)
            differs += int((scores[0] != scores[1]).sum())
    assert differs > 20


def test_alternatives_phrases_and_weights_count_as_in_a_search(searcher):
    """A group is worth its best term, a phrase the least of its words, a weight multiplies."""
    terms = [
        WeightedTerm("解約", 1.0, 0),
        WeightedTerm("退会", 0.7, 0),
        WeightedTerm("知らない", 0.5, 0),
        WeightedTerm("", 2.0, phrase=("定期", "便")),
        WeightedTerm("送料", 0.3),
    ]
    asked = question(searcher.understand("送料"), searcher.tokenizer, None, ())
    object.__setattr__(asked, "terms", {"document": terms})
    found = searcher.index.candidates(asked, depth=100)
    own = searcher.settings.bm25["document"]
    (scores,) = searcher.index.scores_with([own], "document", terms, found.documents)
    assert len(found) >= 3
    np.testing.assert_allclose(scores, found.scores["document"], rtol=1e-5)


def test_documents_that_hold_nothing_asked_score_nothing(searcher):
    """Neither do unknown words add anything."""
    everything = np.arange(searcher.manifest.documents)
    own = searcher.settings.bm25["bigram"]
    scores = searcher.index.scores_with([own, own], "bigram", [WeightedTerm("知ら")], everything)
    assert scores.shape == (2, len(everything))
    assert not scores.any()
