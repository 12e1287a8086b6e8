"""Calibration: how true a confidence is, a fit that is truer, and an index that uses it."""

import json
import shutil

import numpy as np
import pytest

from faqsearch.confidence import BUILTIN, SIGNALS, Model
from faqsearch.errors import JudgmentsError, SettingsError
from faqsearch.evaluation import calibrate, calibration
from faqsearch.evaluation.calibration import Labelled, auroc, calibration_error, fit, trust
from faqsearch.evaluation.judgments import JudgedQuery
from faqsearch.index.folder import IndexFolder
from faqsearch.retune import rewrite_settings
from faqsearch.search import open_index
from faqsearch.settings import Settings


def drawn(model, questions, *, seed=5):
    """First hits that are right as often as `model` says."""
    generator = np.random.default_rng(seed)
    x = generator.random((questions, len(SIGNALS)))
    right = generator.random(questions) < model.of(x)
    return Labelled(x, right, right, np.ones(questions))


def test_a_true_confidence_has_no_calibration_error_and_a_boast_has():
    """Right as often as said: nearly 0. Always sure, right half the time: a half."""
    p = np.random.default_rng(1).random(20_000)
    right = np.random.default_rng(2).random(20_000) < p
    ones = np.ones(20_000)

    assert calibration_error(p, right, ones) < 0.02
    assert calibration_error(ones, p < 0.5, ones) == pytest.approx(0.5, abs=0.01)


def test_weights_count_as_copies():
    """A question of weight 2 is two questions."""
    p, right = np.array([0.9, 0.2, 0.6]), np.array([True, False, False])
    twice = [0, 1, 1, 2]

    assert calibration_error(p, right, np.array([1.0, 2, 1])) == pytest.approx(
        calibration_error(p[twice], right[twice], np.ones(4))
    )


def test_auroc_is_the_share_of_pairs_in_order():
    """Counted pair by pair, ties half."""
    p, yes = np.array([0.9, 0.5, 0.5, 0.1]), np.array([True, True, False, False])

    assert auroc(p, yes, ~yes, np.ones(4)) == (1 + 1 + 0.5 + 1) / 4
    assert np.isnan(auroc(p, np.ones(4, dtype=bool), np.zeros(4, dtype=bool), np.ones(4)))


def test_a_fit_finds_what_made_the_labels():
    """With many questions and a light hand, the coefficients come back, whatever they are held near."""
    # As many right as wrong, so that counting both kinds half changes nothing.
    model = Model(-2.5, (0.0, 1.0, 0.0, 3.0, 1.0))
    table = drawn(model, 40_000)
    found = fit(table.balanced(), toward=BUILTIN, hold=1e-6)

    assert np.allclose(found.coefficients, model.coefficients, atol=0.15)
    assert min(found.coefficients) >= 0
    assert calibration_error(found.of(table.x), table.right, table.balanced().weight) < 0.02


def test_few_questions_leave_the_coefficients_where_they_were():
    """Held firmly, only the intercept moves."""
    table = drawn(Model(-2.0, (2.0, 2.0, 0.0, 0.0, 0.0)), 60)

    assert fit(table, toward=BUILTIN, hold=1e3).coefficients == pytest.approx(BUILTIN.coefficients, abs=0.01)


def test_kinds_count_half_each():
    """Nine questions with an answer and one without weigh the same."""
    table = Labelled(np.zeros((10, len(SIGNALS))), np.arange(10) > 0, np.arange(10) > 0, np.ones(10))

    assert table.balanced().weight[0] == pytest.approx(0.5)
    assert trust(table, np.ones(10)).refused == 0
    assert trust(table, np.zeros(10)).refused == 1


def questions(searcher, *, unanswerable=0):
    """The beginning of each answer, and questions about something else."""
    queries, grades = [], {}
    for document in searcher.index.documents(range(searcher.manifest.documents)):
        for name, text in (("q", document.question), ("a", document.answer[:12])):
            queries.append(JudgedQuery(f"{document.id}-{name}", text))
            grades[f"{document.id}-{name}"] = {document.id: 2}
    for i, text in enumerate(("明日の天気", "富士山の高さ", "犬の散歩", "カレーの作り方")[:unanswerable]):
        queries.append(JudgedQuery(f"no-{i}", text))
    return queries, grades


@pytest.fixture
def few(monkeypatch):
    """Allow a handful of questions."""
    monkeypatch.setattr(calibration, "_LEAST_QUESTIONS", 5)
    monkeypatch.setattr(calibration, "_LEAST_UNANSWERABLE", 3)


def test_without_unanswerable_questions_the_answers_are_taken_out(searcher, few):
    """Every answerable question is asked once more, as if the index did not hold its answer."""
    queries, grades = questions(searcher)
    found = calibrate(queries, grades, index=searcher, folds=3)

    assert (found.answerable, found.unanswerable, found.removed) == (len(queries), 0, len(queries))
    assert 0.5 < found.before.auroc <= 1


def test_written_unanswerable_questions_are_used_when_there_are_enough(searcher, few):
    """Then nothing is taken out; what was found is in the settings, and nowhere else."""
    queries, grades = questions(searcher, unanswerable=4)
    steps = []
    found = calibrate(queries, grades, index=searcher, folds=3, progress=lambda *step: steps.append(step))

    assert (found.unanswerable, found.removed) == (4, 0)
    assert set(found.settings.confidence) == {"intercept", *SIGNALS}
    assert not searcher.settings.confidence
    assert json.loads(json.dumps(found.to_json()))["before"]["refused"] == 1
    assert steps


def test_too_few_questions_are_refused(searcher):
    """A fit to a handful of questions would be worse than none."""
    queries, grades = questions(searcher)

    with pytest.raises(JudgmentsError, match="too few to fit a confidence to"):
        calibrate(queries, grades, index=searcher)


def test_a_written_confidence_is_used_and_can_be_rolled_back(judged, tmp_path):
    """The settings of the index decide; a fit for other signals is no fit for these."""
    address = shutil.copytree(judged / "index", tmp_path / "index")
    before = open_index(address).search("領収書がほしい").hits[0].confidence
    doubting = {"intercept": -9.0, **dict.fromkeys(SIGNALS, 0.0)}
    folder = IndexFolder(address)

    rewrite_settings(folder, Settings(confidence=doubting))
    assert open_index(address).search("領収書がほしい").hits[0].confidence < 0.01
    with folder.lock("rollback"):
        folder.rollback()
    assert open_index(address).search("領収書がほしい").hits[0].confidence == before
    rewrite_settings(folder, Settings(confidence={"intercept": -9.0, "unheard": 0.0}))
    assert open_index(address).search("領収書がほしい").hits[0].confidence == before


def test_a_signal_that_lowers_confidence_is_refused():
    """Settings say so before an index is written with them."""
    with pytest.raises(SettingsError, match="lowers the confidence"):
        Settings(confidence={"intercept": 0.0, "coverage": -1.0})
