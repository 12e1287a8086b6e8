"""What an index reads of its candidates, against plain loops over the words it stores."""

import math

import numpy as np
import pytest

from faqsearch.index.asked import asked_words
from faqsearch.index.local import LocalIndex
from faqsearch.legs import question
from faqsearch.passages import OTHER, PHRASING, sentence_spans
from faqsearch.search import open_index
from faqsearch.vectors.builtin import kanji_of

QUESTIONS = ["定期便の解約方法", "電源が入らない", "領収書の再発行", "送料無料", "返品 送料 負担"]


@pytest.fixture(scope="module")
def index(index_folder):
    return LocalIndex.open(index_folder)


@pytest.fixture(scope="module", params=QUESTIONS)
def asked(request, index_folder):
    """A question, its vector, and what the index found for it."""
    searcher = open_index(index_folder)
    understood = searcher.understand(request.param)
    vector = searcher.encode([understood])
    return question(understood, searcher.tokenizer, vector, ()), searcher.candidates(understood, vector)


def units_of(index, number):
    """The words of a document's units, by number, and their kinds."""
    sequences = index.sequences
    for unit in range(sequences.document_units[number], sequences.document_units[number + 1]):
        yield sequences.words[sequences.unit_starts[unit] : sequences.unit_starts[unit + 1]], sequences.unit_kinds[unit]


def test_views_are_cosines_of_the_nearest_sentence_with_its_question(index, asked):
    """int8 sums give each view's cosine within 0.006 of what the words' own vectors give."""
    vectors, _ = index.word_vectors
    wanted, candidates = asked
    for place, number in enumerate(candidates.documents.tolist()):
        units = [(vectors.words(words).sum(axis=0), kind) for words, kind in units_of(index, number)]
        texts = [s if kind == PHRASING else s + units[0][0] for s, kind in units if kind != OTHER]
        for view in vectors.views:
            part = slice(view.start, view.end)
            asks = wanted.vector[0, part] * math.sqrt(len(vectors.views))
            lengths = [float(np.linalg.norm(text[part])) for text in texts]
            best = max(float(t[part] @ asks) / n if n else 0.0 for t, n in zip(texts, lengths, strict=True))
            assert candidates.scores[view.name][place] == pytest.approx(max(best, 0), abs=6e-3)


def test_words_that_are_lacking_count_as_far_as_the_question_is_near(index, asked):
    """A missing word counts by 1.5 times its topic's cosine with the entry's question, halved if it is in one entry."""
    vectors, _ = index.word_vectors
    wanted, candidates = asked
    vocabulary, idf = index.sequences.vocabulary, index.legs["document"].idf
    topic = next(slice(view.start, view.end) for view in vectors.views if view.name == "topic")
    words = asked_words(wanted.terms["document"], vocabulary, idf, float(idf.max()))
    groups = {}
    for term in wanted.terms["document"]:
        groups.setdefault(term.group, []).append((int(vocabulary.numbers([term.term])[0]), term.weight))
    lacking = 0
    for place, number in enumerate(candidates.documents.tolist()):
        units = [own for own, kind in units_of(index, number) if kind != OTHER]
        held = {word for unit in units for word in unit.tolist()}
        asks = vectors.words(units[0]).sum(axis=0)[topic]
        expected = 0.0
        for (term, lead), full, group in zip(words.leads, words.wanted.tolist(), groups.values(), strict=True):
            values = [weight * min(float(idf[n]), float(idf[group[0][0]])) for n, weight in group if n in held]
            own = vectors.words(np.array([lead]))[0] if lead >= 0 else vectors.unknown(term)
            lengths = float(np.linalg.norm(own[topic]) * np.linalg.norm(asks))
            cosine = max(float(own[topic] @ asks) / lengths, 0) if lengths else 0.0
            df = len(index.legs["document"].of(lead)[0]) if lead >= 0 else 0
            near = min(1.5 * cosine * (df / (df + 1) if df else 1), 1)
            has = max(values, default=0.0)
            lacking += has < full and near > 0.1
            expected += has + (full - has) * near
        assert candidates.scores["implied"][place] == pytest.approx(expected / words.ceiling, abs=6e-3)
    assert lacking


def test_kanji_are_counted_in_all_words_of_a_document(index, asked):
    """BM25 over the kanji of a document's words, as plain counting gives it."""
    wanted, candidates = asked
    vocabulary = index.sequences.vocabulary
    texts = [
        [c for words, _ in units_of(index, number) for w in words.tolist() for c in kanji_of(vocabulary.term(w))]
        for number in range(index.manifest.documents)
    ]
    mean = sum(map(len, texts)) / len(texts)
    for place, number in enumerate(candidates.documents.tolist()):
        text, expected = texts[number], 0.0
        for kanji in wanted.kanji:
            tf, df = text.count(kanji), sum(kanji in other for other in texts)
            norm = 1.2 * (0.25 + 0.75 * len(text) / mean)
            expected += math.log((len(texts) + 1) / (df + 0.5)) * tf * 2.2 / (tf + norm) if df else 0.0
        assert candidates.scores["kanji"][place] == pytest.approx(expected, rel=1e-4, abs=1e-5)


def test_sentences_are_those_of_the_answer(index):
    """The spans kept for a document are those its answer is cut at."""
    for number, document in enumerate(index.documents(range(index.manifest.documents))):
        assert index.sentences(number) == sentence_spans(document.answer)
