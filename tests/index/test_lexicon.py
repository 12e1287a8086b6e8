"""How words are read, looked up in sorted arrays, against a dictionary of all of them."""

import math
from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from faqsearch.index.lexicon import Lexicon, lexicon_arrays
from faqsearch.tokens.kana import KanaLexicon, kana_key
from faqsearch.vocabulary import Vocabulary, vocabulary_arrays

# Few letters, so that readings begin and contain each other; two of them are one sound.
READINGS = st.text("かいずづー", min_size=1, max_size=6)
COUNTED = st.dictionaries(st.tuples(READINGS, st.sampled_from(["", "解", "貝", "数"])), st.integers(1, 50), max_size=12)


class Unpacked:
    """The slow reference: all readings in one dictionary."""

    def __init__(self, *parts):
        self.words = {}
        for part in parts:
            for (reading, term), count in part.items():
                terms = self.words.setdefault(kana_key(reading), Counter())
                terms[term] += count
        self.total = sum(sum(terms.values()) for terms in self.words.values())

    def counts(self, readings):
        return [sum(self.words.get(reading, {}).values()) for reading in readings]

    def terms(self, reading):
        return self.words.get(reading, {})


def lexicon(counted, derived):
    vocabulary, _ = vocabulary_arrays(["解", "貝"])
    return Lexicon(Vocabulary(vocabulary), lexicon_arrays(counted, derived))


@given(COUNTED, COUNTED, st.text("かいずづーんa", max_size=24))
def test_kana_are_read_as_with_all_words_in_a_dictionary(counted, derived, kana):
    """Cuts, meanings and their order are those of a dictionary of all readings."""
    stored, slow = lexicon(counted, derived), KanaLexicon(Unpacked(counted, derived))
    assert stored.kana.segment(kana_key(kana)) == slow.segment(kana_key(kana))
    assert list(stored.kana.meanings(kana)) == list(slow.meanings(kana))


@given(COUNTED, COUNTED)
def test_entries_are_what_was_stored(counted, derived):
    """An update gets back every reading, its count and whether it was counted."""
    entries = list(lexicon(counted, derived).readings.entries())
    assert {pair: count for pair, count, own in entries if not own} == counted
    assert {pair: count for pair, count, own in entries if own} == derived


def test_the_likeliest_cut_is_found():
    """No other way to cut a text costs less."""
    counted = {("か", "可"): 9, ("い", "胃"): 3, ("かい", "貝"): 2, ("いか", "烏賊"): 8, ("かいか", "開花"): 1}
    total = sum(counted.values())

    def cost(pieces):
        return sum(math.log(total / counts[piece]) if piece in counts else 11.0 for piece in pieces)

    def cuts(text):
        return [[text[:i], *rest] for i in range(1, len(text) + 1) for rest in (cuts(text[i:]) if text[i:] else [[]])]

    counts = {reading: count for (reading, _), count in counted.items()}
    for text in ("かいか", "かいかい", "いかかいか"):
        found = lexicon(counted, {}).kana.segment(text)
        assert cost(found) == min(cost(cut) for cut in cuts(text) if all(len(p) == 1 or p in counts for p in cut))


def test_homophones_come_commonest_first():
    """A reading is found whole, also where its parts are words."""
    found = lexicon({("かい", "回"): 2, ("かい", "貝"): 7, ("か", "可"): 1, ("い", "胃"): 1}, {("かい", "会"): 2})
    assert found.homophones("かい") == ["貝", "会", "回"]
    assert found.homophones("かいい") == []


def test_nothing_is_unpacked_to_look_up_a_reading():
    """What a question in kana asks for is a few slices of the text, however long that is."""

    class Watched(np.ndarray):
        """An array that tells how much of it was taken."""

        taken = 0

        def __getitem__(self, key):
            found = super().__getitem__(key)
            Watched.taken += found.size
            return found

    counted = {(a + b + c, f"語{a}{b}{c}"): 1 for a in "あいうえおかきく" for b in "さしすせそたち" for c in "なにぬ"}
    arrays = lexicon_arrays(counted, {})
    arrays["reading_text"] = arrays["reading_text"].view(Watched)
    vocabulary, _ = vocabulary_arrays([])
    found = Lexicon(Vocabulary(vocabulary), arrays)
    assert [terms for _, terms in found.kana.meanings("あさなくちぬ")] == [[("語あさな", 1.0)], [("語くちぬ", 1.0)]]
    assert 0 < Watched.taken < 100 < arrays["reading_text"].size
