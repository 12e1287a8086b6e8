"""Confidence: one number that means the same everywhere, and a verdict to hand over by."""

import json
from pathlib import Path

import numpy as np
import pytest

from faqsearch.build import build_index
from faqsearch.confidence import BUILTIN, OTHER, SIGNALS, VIEWS, confidences, probabilities, signals, threshold
from faqsearch.index.interface import Candidates
from faqsearch.ranking import fuse
from faqsearch.search import open_index

ROOT = Path(__file__).parents[1]
WEIGHTS = {"bigram": 0.7, "coverage": 1.0, "focus": 0.35, "dense": 0.4, "topic": 0.4}
OFF_TOPIC = [
    "明日の天気を教えてください",
    "今日は雨が降りますか",
    "カレーのおいしい作り方",
    "肉じゃがの味付けの黄金比",
    "富士山の高さは",
    "フランスの首都はどこ",
    "織田信長が生まれた年",
    "犬の散歩は一日何回",
    "しりとりしよう",
    "kgzzt qwv",
]


def found(**scores):
    """Candidates with these scores; shares keep 1 as their maximum."""
    scores = {leg: np.array(values, dtype=np.float32) for leg, values in scores.items()}
    n = len(next(iter(scores.values())))
    maxima = {leg: 1.0 if leg in {"coverage", "focus"} else float(values.max()) for leg, values in scores.items()}
    return Candidates(np.arange(n), scores, maxima, np.zeros(n, np.int32), np.zeros((n, 2), np.int32))


def asked(candidates, **options):
    """The confidence of every candidate, best first."""
    ranking = fuse(candidates, WEIGHTS)
    return confidences(candidates, ranking, ranking.order, **options)


GOOD = {
    "bigram": [9, 1, 1],
    "coverage": [1, 0.3, 0.2],
    "focus": [0.9, 0.1, 0],
    "dense": [0.9, 0.4, 0.3],
    "topic": [0.9, 0.3, 0.3],
}
BAD = {"bigram": [1, 1, 1], "coverage": [0.2, 0.2, 0.2], "focus": [0, 0, 0], "dense": [0.3, 0.3, 0.3], "topic": [0.3, 0.3, 0.3]}  # fmt: skip


def test_a_good_first_hit_is_confident_and_a_bad_one_is_not():
    """The best of bad documents is not an answer."""
    assert asked(found(**GOOD))[0] > 0.7
    assert asked(found(**BAD))[0] < 0.2


def test_confidence_never_rises_down_the_list():
    """Also where a lower hit has better signals."""
    values = asked(found(bigram=[9, 8, 7], coverage=[0.6, 1, 1], focus=[1, 1, 1], dense=[0.9, 0.9, 0.9]))

    assert values.dtype == np.float64
    assert (np.diff(values) <= 0).all()


@pytest.mark.parametrize("model", [BUILTIN, OTHER])
def test_no_signal_lowers_the_confidence_by_growing(model):
    """Signs are fixed by what the signals mean, whatever the data say."""
    assert len(model.coefficients) == len(SIGNALS)
    assert min(model.coefficients) >= 0


@pytest.mark.parametrize("model", [BUILTIN, OTHER])
def test_a_document_without_half_of_the_question_is_not_confident(model):
    """Neither letters nor vectors alone make an answer."""
    best = np.ones((3, len(SIGNALS)))
    best[:, SIGNALS.index("coverage")] = 0, 0.49, 1

    assert (probabilities(model, best) <= [0.25, 0.3, 1]).all()


def test_the_scale_of_a_models_cosine_does_not_matter():
    """Models put unrelated texts at 0.1 or at 0.8; only where a document stands among the others counts."""
    lexical = {leg: values for leg, values in GOOD.items() if leg not in VIEWS}
    narrow = {**lexical, "dense": 0.8 + 0.1 * np.array(lexical["dense"])}

    assert asked(found(**narrow))[0] == pytest.approx(asked(found(**lexical))[0], abs=1e-3)


@pytest.mark.parametrize(
    "missing", [{"coverage"}, {"focus"}, {"topic"}, {"dense", "topic"}, {"coverage", "focus", "topic"}]
)
def test_legs_may_be_absent(missing):
    """Legs are turned off by weights, and features are missing where the index knows no word."""
    values = asked(found(**{leg: scores for leg, scores in GOOD.items() if leg not in missing}))

    assert ((values >= 0) & (values <= 1)).all()
    assert "coverage" not in missing or values[0] <= 0.25


def test_nothing_found_is_no_confidence():
    """No candidates, no numbers, no warning."""
    candidates = Candidates(np.empty(0, np.int64), {}, {}, np.empty(0, np.int32), np.empty((0, 2), np.int32))

    assert asked(candidates).shape == (0,)


def test_hits_shown_do_not_change_the_confidence():
    """The first hit's confidence is the same whether one hit is asked for or ten."""
    candidates = found(**GOOD)
    ranking = fuse(candidates, WEIGHTS)

    assert signals(candidates, ranking, ranking.order)[0] == pytest.approx(
        signals(candidates, ranking, ranking.order[:1])[0]
    )


def test_a_repeated_question_is_sure():
    """Typed as it is stored: at least 0.95, whatever the signals say; the other hits keep what they have."""
    candidates = found(**BAD)

    assert asked(candidates, repeated=True)[0] >= 0.95
    assert asked(candidates, repeated=True)[1] < 0.2
    assert asked(candidates)[0] < 0.2


def test_small_corpora_answer_what_they_hold(searcher):
    """A handful of entries: a good match is answered, a question about something else is not."""
    for question in ("定期便を解約したい", "パスワードを忘れた", "送料はいくら", "領収書を発行してほしい"):
        assert searcher.search(question).answered, question
    for question in OFF_TOPIC:
        results = searcher.search(question)
        assert not results.answered, question
        assert not results.hits or results.hits[0].confidence <= 0.3, question


@pytest.mark.parametrize("size", [1, 2, 3])
def test_one_document_is_enough_to_say_no(size, tmp_path):
    """With one document every leg's best is that document; that alone must not look like agreement."""
    entries = ["定期便を解約したいです。", "商品を返品できますか。", "領収書を発行してもらえますか。"][:size]
    rows = [
        json.dumps({"id": str(i), "question": q, "answer": "マイページで手続きできます。"})
        for i, q in enumerate(entries)
    ]
    (tmp_path / "faq.jsonl").write_text("\n".join(rows), encoding="utf-8")
    build_index(tmp_path / "faq.jsonl", tmp_path / "index")
    small = open_index(tmp_path / "index")

    assert small.search("定期便を解約したい").answered
    for question in OFF_TOPIC:
        assert not small.search(question).answered, question


def test_the_threshold_lies_above_what_off_topic_questions_may_reach():
    """0.3 is the most for a document that holds less than half of a question."""
    assert 0.3 < threshold() < 0.95


def test_every_stored_question_is_answered_when_repeated(searcher):
    """The contract: a perfect repeat of a question or another phrasing has at least 0.95."""
    for document in searcher.index.documents(range(6)):
        for phrasing in document.all_phrasings:
            first = searcher.search(phrasing).hits[0]
            assert (first.id, first.confidence >= 0.95) == (document.id, True), phrasing


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    """A searcher over the sample corpus."""
    folder = tmp_path_factory.mktemp("sample")
    build_index(ROOT / "corpus", folder)
    return open_index(folder)


def test_off_topic_questions_stay_below_0_3(sample):
    """A hundred questions that have nothing to do with the corpus; one holds but one word, 名前, and that fits."""
    questions = (ROOT / "benchmarks/off_topic.txt").read_text(encoding="utf-8").split("\n")
    first = {question: sample.search(question, k=1).hits for question in filter(None, questions)}

    assert len(first) == 100
    assert {q for q, hits in first.items() if hits and hits[0].confidence > 0.3} <= {"あなたの名前は何ですか"}


def test_a_greeting_is_not_cut_into_words_of_the_corpus(sample):
    """こんにちは holds the sounds of 日 and of 来る, and asks for neither."""
    assert [word.term for word in sample.understand("こんにちは").words] == ["今日は"]


@pytest.mark.parametrize("code", ["E-203", "e-203", "Ｅ-203", "E-203とは"])
def test_the_letter_of_a_code_is_no_kana(sample, code):
    """E- is not えー, so that a code is asked for as a whole and its entry is sure."""
    assert sample.understand(code).words[0].term == "e203"
    assert sample.search(code).hits[0].question.startswith("E-203")
    assert sample.search(code).answered
