"""Term keys and their table."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

import faqsearch.vocabulary as module
from faqsearch.vocabulary import Vocabulary, term_key, vocabulary_arrays

TERMS = st.lists(st.text(st.characters(blacklist_characters="\0"), min_size=1, max_size=8), unique=True)


@given(TERMS)
def test_every_term_is_found_and_read_back(terms):
    """A term's number leads back to it; a term that was not added has none."""
    arrays, numbers = vocabulary_arrays(terms)
    vocabulary = Vocabulary(arrays)

    assert [vocabulary.term(int(n)) for n in numbers] == terms
    assert vocabulary.numbers(terms).tolist() == numbers.tolist()
    assert vocabulary.numbers(["この語はない"]).tolist() == [-1]


@given(st.text(max_size=3), st.text(max_size=3))
def test_short_terms_never_share_a_key(a, b):
    """Up to three characters are packed exactly."""
    if a.strip("\0") == a and b.strip("\0") == b and a != b:
        assert term_key(a) != term_key(b)


def test_order_of_terms_does_not_matter():
    """The same terms give the same table in whatever order they came."""
    one, _ = vocabulary_arrays(["解約", "パスワード", "e-203"])
    other, _ = vocabulary_arrays(["e-203", "解約", "パスワード"])

    assert all(np.array_equal(one[name], other[name]) for name in one)


def test_terms_that_share_a_key_are_told_apart_when_asked(monkeypatch):
    """A long term that is not in the table is not taken for one with the same key."""
    monkeypatch.setattr(module, "term_key", lambda term: (1 << 63) | 7)
    arrays, numbers = vocabulary_arrays(["パスワード"])

    assert Vocabulary(arrays).numbers(["パスワード", "ログイン"]).tolist() == [int(numbers[0]), -1]


def test_two_terms_that_share_a_key_become_one_entry(monkeypatch):
    """Both get the same number, whatever their order; the build goes on."""
    monkeypatch.setattr(module, "term_key", lambda term: (1 << 63) | 7)

    arrays, numbers = vocabulary_arrays(["ログイン", "パスワード"])

    assert numbers.tolist() == [0, 0]
    assert Vocabulary(arrays).term(0) == "パスワード"


def test_empty_table():
    """A table without terms finds nothing."""
    arrays, _ = vocabulary_arrays([])

    assert Vocabulary(arrays).numbers(["解約"]).tolist() == [-1]
