"""Why a document is a hit, or is not."""

import pytest

from faqsearch.errors import DocumentNotFound, QueryError, SettingsError
from faqsearch.search import Searcher


def test_a_hit_is_explained_as_in_the_results(searcher):
    """For a hit, rank, score and legs are those of the search itself."""
    hit = searcher.search("解約 手続き", explain=True).hits[1]
    explained = searcher.explain("解約 手続き", hit.id)

    assert (hit.rank, hit.score) == (explained.rank, explained.score)
    assert dict(hit.explanation) == dict(explained.legs)
    assert explained.filtered == ()


def test_words_that_a_document_lacks_are_named(searcher):
    """What the question asks and the document does not hold, as it was asked."""
    assert searcher.explain("パスワードと領収書", "password").lacks == ("領収", "書")
    assert searcher.explain("パスワード", "password").lacks == ()


def test_a_filter_is_named(searcher):
    """A document that does not pass a filter is no candidate, and the filter is said."""
    explained = searcher.explain(
        "パスワードを忘れた", "password", where={"category": ["配送", "支払い"], "kind": "faq"}
    )

    assert explained.rank is None
    assert explained.filtered == ("category=配送 or 支払い",)
    assert explained.legs["document"].score > 0


def test_a_document_that_no_leg_found_has_no_rank(searcher):
    """Legs that bring candidates in say what the document would have got, and what it needed."""
    explained = searcher.explain("ｘｑｚ", "password")

    assert explained.rank is None
    assert explained.score == 0
    assert explained.legs["document"].score == 0
    assert set(explained.entry) == set(explained.legs)


def test_entry_is_the_least_score_that_was_enough(searcher):
    """No candidate that a lexical leg found scores below what it says was needed."""
    explained = searcher.explain("解約 送料 パスワード 返品", "cancel")

    assert 0 < explained.entry["document"] <= explained.legs["document"].score


def test_errors_are_those_of_a_search(searcher):
    """An unknown id, an empty question and an unknown filter are said."""
    with pytest.raises(DocumentNotFound):
        searcher.explain("解約", "nope")
    with pytest.raises(QueryError):
        searcher.explain(" ", "cancel")
    with pytest.raises(SettingsError):
        searcher.explain("解約", "cancel", where={"colour": "red"})


def test_a_word_that_stands_for_another_is_named(searcher, tmp_path):
    """A synonym that matched is told with the word it was matched for, in the explanation and in its JSON."""
    (tmp_path / "synonyms.txt").write_text("退会,脱退\n", encoding="utf-8")
    with_synonyms = Searcher(searcher.index, synonyms=[tmp_path / "synonyms.txt"])
    leg = with_synonyms.search("脱退", explain=True).hits[0].explanation["document"]

    assert ("退会", "脱退", "synonym") in leg.variants
    assert ["退会", "脱退", "synonym"] in leg.to_json()["variants"]
    assert ("退会", "脱退", "synonym") in with_synonyms.explain("脱退", "leave").legs["document"].variants
    assert searcher.search("退会したいです", explain=True).hits[0].explanation["document"].variants == ()
