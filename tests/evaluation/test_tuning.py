from __future__ import annotations

import json

import numpy as np
import pytest

from faqsearch.errors import JudgmentsError
from faqsearch.evaluation import tune
from faqsearch.evaluation.judgments import JudgedQuery
from faqsearch.evaluation.metrics import ndcg
from faqsearch.evaluation.tuning import Table, ascend


def made_up(questions, *, seed=3, candidates=40):
    """A table whose first leg knows the answer and whose second leg is noise."""
    generator = np.random.default_rng(seed)
    gains = np.zeros((questions, candidates), dtype=np.float32)
    gains[np.arange(questions), generator.integers(0, candidates, questions)] = 3
    knowing = (gains / 3 * 0.5 + generator.random(gains.shape) * 0.6).astype(np.float32)
    noise = generator.random(gains.shape).astype(np.float32)
    return Table(("knowing", "noise"), np.stack((knowing, noise)), gains, np.full(questions, 3.0))


def test_a_leg_that_knows_gets_the_weight():
    table = made_up(200)
    start = np.array([1.0, 1.0])
    chosen = ascend(table, start)
    assert chosen[0] > 4 * chosen[1]
    assert chosen.sum() == pytest.approx(2)
    assert table.ndcg(chosen).mean() > table.ndcg(start).mean() + 0.1


def test_weights_stay_when_nothing_is_surely_better():
    """Two legs of noise, and few questions: every gain is chance, so no step is taken."""
    generator = np.random.default_rng(4)
    table = made_up(30)
    noise = Table(table.legs, generator.random(table.shares.shape).astype(np.float32), table.gains, table.ideal)
    start = np.array([1.0, 1.0])
    changed = sum(bool((ascend(noise.part(generator.random(30) < 0.8), start) != start).any()) for _ in range(10))
    assert changed <= 5


def test_the_table_s_ndcg_is_the_metric(searcher):
    """The fast, vectorised nDCG equals the plain function, padding and ties included."""
    table = made_up(50, candidates=15)
    weights = np.array([0.4, 0.6])
    fused = table.fused(weights)
    for place, value in enumerate(table.ndcg(weights)):
        ranking = [str(i) for i in np.argsort(-fused[place], kind="stable")]
        grades = {str(i): 2 for i in np.flatnonzero(table.gains[place])}
        assert value == pytest.approx(ndcg(ranking, grades, 10))


def test_tuning_reports_default_and_held_out_and_changes_nothing(searcher, judged):
    before = (judged / "index" / "CURRENT").read_text()
    queries, grades = many(searcher)
    steps = []
    tuning = tune(queries, grades, index=searcher, folds=3, progress=lambda *step: steps.append(step))
    assert tuning.queries == len(queries)
    assert tuning.gain.mean == pytest.approx(tuning.tuned.mean - tuning.default.mean)
    assert set(tuning.after) == set(tuning.before)
    assert dict(tuning.settings.weights) == dict(tuning.after)
    assert steps[-1] == ("tuning", 4, 4)
    assert (judged / "index" / "CURRENT").read_text() == before
    assert json.loads(json.dumps(tuning.to_json()))["ndcg@10"]["gain"]["mean"] == pytest.approx(
        tuning.gain.mean, abs=1e-4
    )


def test_the_default_is_what_evaluate_measures(searcher):
    from faqsearch.evaluation import evaluate

    queries, grades = many(searcher)
    evaluation = evaluate(queries, grades, index=searcher)
    assert tune(queries, grades, index=searcher).default.mean == pytest.approx(evaluation.value("ndcg@10"), abs=1e-6)


def test_too_few_questions_are_refused(searcher, judged):
    with pytest.raises(JudgmentsError, match="6 answerable questions in 5 folds are too few"):
        tune(judged / "queries.jsonl", judged / "qrels.tsv", index=searcher)


def many(searcher):
    """Two questions for each document: its own, and the beginning of its answer."""
    queries, grades = [], {}
    for number in range(searcher.manifest.documents):
        (document,) = searcher.index.documents([number])
        for name, text in (("q", document.question), ("a", document.answer[:12])):
            queries.append(JudgedQuery(f"{document.id}-{name}", text))
            grades[f"{document.id}-{name}"] = {document.id: 2}
    return queries, grades
