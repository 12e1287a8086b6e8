"""Character n-grams of many texts at once, against the tokenizer's own."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from faqsearch import kernel
from faqsearch.text import normalize
from faqsearch.tokens import FugashiTokenizer
from faqsearch.tokens.grams import bigram_keys, reading_keys
from faqsearch.vocabulary import term_key

TOKENIZER = FugashiTokenizer()
TEXTS = st.lists(
    st.text(st.characters() | st.sampled_from("かっーァ東京Eé2_-。 \n𠮷٣İß"), max_size=20)
    | st.sampled_from(["", "x", "東京都庁 E-203"]),
    max_size=5,
)


def expected(grams, texts):
    """The keys, and how many of them each text gives."""
    found = [[term_key(term) for term in grams(text)] for text in texts]
    return [key for keys in found for key in keys], [len(keys) for keys in found]


@pytest.fixture(params=["compiled", "not compiled"], autouse=True)
def fast_or_slow(request, monkeypatch):
    """Every fact holds with the kernel and without it."""
    if request.param == "not compiled":
        monkeypatch.setattr(kernel, "compiled", None)
    elif kernel.compiled is None:
        pytest.skip("faqsearch was installed without a C compiler")


same_fixture = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


@same_fixture
@given(TEXTS)
def test_bigram_keys_are_those_of_the_bigrams(texts):
    """Every text gives the bigrams a question with that text asks for, in order, whatever its characters."""
    keys, sizes = bigram_keys([normalize(text) for text in texts])

    assert (keys.tolist(), sizes.tolist()) == expected(TOKENIZER.bigrams, texts)


@same_fixture
@given(TEXTS)
def test_reading_keys_are_those_of_the_reading_ngrams(texts):
    """Every text gives the kana n-grams a question with that text asks for, in order."""
    keys, sizes = reading_keys([TOKENIZER.reading(text) for text in texts])

    assert (keys.tolist(), sizes.tolist()) == expected(TOKENIZER.reading_ngrams, texts)
