"""Character n-grams of many texts at once, against the tokenizer's own."""

from hypothesis import given
from hypothesis import strategies as st

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


@given(TEXTS)
def test_bigram_keys_are_those_of_the_bigrams(texts):
    """Every text gives the bigrams a question with that text asks for, in order, whatever its characters."""
    keys, sizes = bigram_keys([normalize(text) for text in texts])

    assert (keys.tolist(), sizes.tolist()) == expected(TOKENIZER.bigrams, texts)


@given(TEXTS)
def test_reading_keys_are_those_of_the_reading_ngrams(texts):
    """Every text gives the kana n-grams a question with that text asks for, in order."""
    keys, sizes = reading_keys([TOKENIZER.reading(text) for text in texts])

    assert (keys.tolist(), sizes.tolist()) == expected(TOKENIZER.reading_ngrams, texts)
