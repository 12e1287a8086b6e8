"""Features of candidates, against plain loops over their words."""

import tempfile
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from faqsearch.index.arrays import ArrayFileWriter
from faqsearch.index.asked import asked_words
from faqsearch.index.features import match, pair_scores, passage_scores, read_words
from faqsearch.index.interface import WeightedTerm
from faqsearch.index.sequences import Sequences, SequencesBuilder
from faqsearch.index.spill import Spill
from faqsearch.passages import OTHER, PHRASING, SENTENCE
from units import Unit, number_terms

WORDS = ["解約", "返品", "送料", "手続", "方法"]
UNITS = st.lists(st.lists(st.sampled_from(WORDS), max_size=4), min_size=1, max_size=3)
DOCUMENTS = st.lists(st.tuples(UNITS, UNITS), min_size=1, max_size=4)
QUESTIONS = st.lists(st.sampled_from([*WORDS, "未知"]), min_size=1, max_size=4, unique=True)


def sequences_of(documents):
    units = []
    for number, (asked, told) in enumerate(documents):
        units += [Unit(number, PHRASING, words) for words in asked]
        units += [Unit(number, SENTENCE, words, (0, 1)) for words in told]
        units.append(Unit(number, OTHER, []))
    with tempfile.TemporaryDirectory() as folder, Spill(Path(folder) / "spill") as spill:
        builder = SequencesBuilder(spill)
        builder.add(number_terms(units), np.arange(len(documents), dtype=np.int32))
        with ArrayFileWriter(Path(folder) / "a") as file:
            arrays = builder.write(file, len(documents))
    arrays["importance"] = np.ones(len(arrays["keys"]), dtype=np.float32)
    return Sequences(arrays)


def read_of(sequences, asked):
    """What is read where no document's question is near anything."""
    documents = len(sequences.document_units) - 1
    return read_words(sequences.excerpt(np.arange(documents)), asked, sequences, nothing_near(documents, asked))


def nothing_near(documents, asked):
    return np.zeros((documents, len(asked.wanted)), dtype=np.float32)


def idf_of(sequences):
    return np.arange(1, len(sequences.vocabulary) + 1, dtype=np.float32)


@given(documents=DOCUMENTS, question=QUESTIONS)
def test_coverage_and_focus_are_shares(documents, question):
    """Coverage is the idf of the words held over that of the words asked; focus the best phrasing's part asked for."""
    sequences = sequences_of(documents)
    idf = idf_of(sequences)
    terms = [WeightedTerm(word, 1.0, group) for group, word in enumerate(question)]
    asked = asked_words(terms, sequences.vocabulary, idf, float(idf.max(initial=0)))

    read = read_of(sequences, asked)

    worth = {w: float(idf[n]) for w, n in zip(question, sequences.vocabulary.numbers(question), strict=True) if n >= 0}
    unknown = float(idf.max(initial=0))
    total = sum(worth.get(word, unknown) for word in question)
    for i, (phrasings, sentences) in enumerate(documents):
        held = {word for unit in (*phrasings, *sentences) for word in unit}
        expected = sum(worth[word] for word in worth if word in held) / total if total else 0.0
        assert read.scores["coverage"][i] == pytest.approx(expected, abs=1e-5)
        shares = [sum(word in worth for word in unit) / len(unit) if unit else 0.0 for unit in phrasings]
        assert read.scores["focus"][i] == pytest.approx(max(shares), abs=1e-5)


@given(documents=DOCUMENTS, question=QUESTIONS, data=st.data())
def test_what_is_lacking_counts_as_far_as_it_is_near(documents, question, data):
    """Implied is coverage plus, of each word lacking, its part that is near; coverage alone where nothing is."""
    sequences = sequences_of(documents)
    idf = idf_of(sequences)
    terms = [WeightedTerm(word, 1.0, group) for group, word in enumerate(question)]
    # Another way to write the first word, a lighter one.
    other = next(word for word in WORDS if word not in question)
    asked = asked_words([*terms, WeightedTerm(other, 0.4, 0)], sequences.vocabulary, idf, float(idf.max(initial=0)))
    near = nothing_near(len(documents), asked)
    for place in np.ndindex(near.shape):
        near[place] = data.draw(st.sampled_from([0.0, 0.25, 1.0]))

    read = read_words(sequences.excerpt(np.arange(len(documents))), asked, sequences, near)

    known = {w: float(idf[n]) for w in WORDS if (n := int(sequences.vocabulary.numbers([w])[0])) >= 0}
    worth = [known.get(word, float(idf.max(initial=0))) for word in question]
    lighter = 0.4 * min(known.get(other, 0.0), worth[0])
    for i, (phrasings, sentences) in enumerate(documents):
        held = {word for unit in (*phrasings, *sentences) for word in unit}
        has = [value if word in held else 0.0 for word, value in zip(question, worth, strict=True)]
        has[0] = max(has[0], lighter if other in held else 0.0)
        expected = sum(h + (w - h) * n for h, w, n in zip(has, worth, near[i].tolist(), strict=True))
        assert read.scores["implied"][i] == pytest.approx(expected / sum(worth) if sum(worth) else 0.0, abs=1e-5)
    assert read_of(sequences, asked).scores["implied"] == pytest.approx(read.scores["coverage"], abs=1e-5)


@given(documents=DOCUMENTS, question=QUESTIONS)
def test_same_is_the_best_phrasings_harmonic_mean_cubed(documents, question):
    """A phrasing is worth the F1 of what it holds of the question and what of it was asked for, to the third power."""
    sequences = sequences_of(documents)
    idf = idf_of(sequences)
    terms = [WeightedTerm(word, 1.0, group) for group, word in enumerate(question)]

    read = read_of(sequences, asked_words(terms, sequences.vocabulary, idf, float(idf.max(initial=0))))

    worth = {w: float(idf[n]) for w, n in zip(question, sequences.vocabulary.numbers(question), strict=True) if n >= 0}
    total = sum(worth.get(word, float(idf.max(initial=0))) for word in question)
    for i, (phrasings, _) in enumerate(documents):
        expected = 0.0
        for unit in phrasings:
            held = sum(worth.get(word, 0) for word in set(unit)) / total if total else 0.0
            share = sum(word in worth for word in unit) / len(unit) if unit else 0.0
            expected = max(expected, (2 * held * share / (held + share)) ** 3 if held + share else 0.0)
        assert read.scores["same"][i] == pytest.approx(expected, abs=1e-5)


@given(documents=DOCUMENTS, question=QUESTIONS)
def test_pairs_are_neighbours_in_both(documents, question):
    """Two words that follow each other in the question count where they follow each other in one sentence."""
    sequences = sequences_of(documents)
    idf = idf_of(sequences)
    terms = [WeightedTerm(word, 1.0, group) for group, word in enumerate(question)]
    asked = asked_words(terms, sequences.vocabulary, idf, float(idf.max(initial=0)))
    if not len(asked.numbers):
        return

    scores = pair_scores(match(sequences.excerpt(np.arange(len(documents))), asked, len(sequences.vocabulary)))

    worth = {w: float(idf[n]) for w, n in zip(question, sequences.vocabulary.numbers(question), strict=True) if n >= 0}
    for i, (phrasings, sentences) in enumerate(documents):
        near = {pair for unit in (*phrasings, *sentences) for pair in pairwise(unit)}
        wanted = [pair for pair in pairwise(question) if pair in near]
        assert scores[i] == pytest.approx(sum(worth[a] + worth[b] for a, b in wanted), rel=1e-5)


@given(documents=DOCUMENTS, question=QUESTIONS)
def test_passage_is_bm25_of_the_best_sentence_with_its_question(documents, question):
    """The score is the largest over phrasings alone and sentences with the best phrasing."""
    sequences = sequences_of(documents)
    idf = idf_of(sequences)
    terms = [WeightedTerm(word, 1.0, group) for group, word in enumerate(question)]
    asked = asked_words(terms, sequences.vocabulary, idf, float(idf.max(initial=0)))
    if not len(asked.numbers):
        return
    matches = match(sequences.excerpt(np.arange(len(documents))), asked, len(sequences.vocabulary))

    scores, _ = passage_scores(matches, sequences.mean_length)

    worth = {w: float(idf[n]) for w, n in zip(question, sequences.vocabulary.numbers(question), strict=True) if n >= 0}

    def bm25(words):
        norm = 1.2 * (0.5 + 0.5 * len(words) / sequences.mean_length)
        return sum(v * words.count(w) * 2.2 / (words.count(w) + norm) for w, v in worth.items())

    for i, (phrasings, sentences) in enumerate(documents):
        best = max(phrasings, key=lambda unit: sum(v for w, v in worth.items() if w in unit))
        expected = max([bm25(unit) for unit in phrasings] + [bm25(unit + best) for unit in sentences])
        assert scores[i] == pytest.approx(expected, rel=1e-4, abs=1e-4)


def test_a_phrase_must_stand_together():
    """Terms of a phrase count only side by side, in one unit."""
    documents = [([["解約", "手続"]], [[]]), ([["手続", "解約"]], [[]]), ([["解約"]], [["手続"]])]
    sequences = sequences_of(documents)
    terms = [WeightedTerm("未知", 1.0, 0), WeightedTerm("解約 手続", 0.5, 0, ("解約", "手続"))]

    asked = asked_words(terms, sequences.vocabulary, idf_of(sequences), float(idf_of(sequences).max(initial=0)))
    read = read_of(sequences, asked)

    assert (read.scores["coverage"] > 0).tolist() == [True, False, False]
