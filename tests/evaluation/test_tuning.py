from __future__ import annotations

import json

import numpy as np
import pytest

from faqsearch.build import build_index
from faqsearch.errors import JudgmentsError
from faqsearch.evaluation import evaluate, tune
from faqsearch.evaluation.ascent import Choice, Table, ascend
from faqsearch.evaluation.judgments import JudgedQuery
from faqsearch.evaluation.metrics import ndcg
from faqsearch.index.folder import IndexFolder
from faqsearch.retune import rewrite_settings
from faqsearch.settings import Settings

START = Choice(np.array([1.0, 1.0]), np.array([0, 0]))


def made_up(questions, *, seed=3, candidates=40):
    """A table whose first leg knows the answer and whose second leg is noise."""
    generator = np.random.default_rng(seed)
    gains = np.zeros((questions, candidates), dtype=np.float32)
    gains[np.arange(questions), generator.integers(0, candidates, questions)] = 3
    knowing = (gains / 3 * 0.5 + generator.random(gains.shape) * 0.6).astype(np.float32)
    noise = generator.random(gains.shape).astype(np.float32)
    return Table(("knowing", "noise"), (knowing[None], noise[None]), gains, np.full(questions, 3.0))


def test_a_leg_that_knows_gets_the_weight():
    table = made_up(200)
    chosen = ascend(table, START)
    assert chosen.weights[0] > 4 * chosen.weights[1]
    assert chosen.weights.sum() == pytest.approx(2)
    assert table.ndcg(chosen).mean() > table.ndcg(START).mean() + 0.1


def test_parameters_that_know_are_taken():
    """Of four versions of a leg, one knows the answer; a version of a leg that is off changes nothing."""
    table = made_up(200)
    knowing, noise = (share[0] for share in table.shares)
    versions = np.stack([noise, noise[:, ::-1], knowing, noise[::-1]])
    chosen = ascend(Table(("a", "b"), (versions, noise[None]), table.gains, table.ideal), START)
    assert chosen.versions.tolist() == [2, 0]
    off = Choice(np.array([0.0, 1.0]), np.array([0, 0]))
    hidden = Table(("a", "b"), (np.stack([np.zeros_like(noise), knowing]), knowing[None]), table.gains, table.ideal)
    assert ascend(hidden, off) is off


def test_weights_stay_when_nothing_is_surely_better():
    """Two legs of noise, and few questions: every gain is chance, so no step is taken."""
    generator = np.random.default_rng(4)
    table = made_up(30)
    shares = tuple(generator.random(share.shape).astype(np.float32) for share in table.shares)
    noise = Table(table.legs, shares, table.gains, table.ideal)
    changed = sum(ascend(noise.part(generator.random(30) < 0.8), START) is not START for _ in range(10))
    assert changed <= 5


def test_parameters_stay_when_they_change_little_and_by_chance():
    """As other parameters do: each version moves scores a little, for better or worse."""
    generator = np.random.default_rng(5)
    changed = 0
    for seed in range(10):
        table = made_up(40, seed=seed)
        more = [table.shares[0][0] + generator.normal(0, 0.02, table.gains.shape) for _ in range(29)]
        shares = (np.stack([table.shares[0][0], *more]).astype(np.float32), np.zeros_like(table.shares[1]))
        start = Choice(np.array([1.0, 0.0]), np.array([0, 0]))
        changed += bool(ascend(Table(table.legs, shares, table.gains, table.ideal), start).versions.any())
    assert changed <= 2


def test_the_table_s_ndcg_is_the_metric(searcher):
    """The fast, vectorised nDCG equals the plain function, padding and ties included."""
    table = made_up(50, candidates=15)
    choice = Choice(np.array([0.4, 0.6]), np.array([0, 0]))
    fused = table.fused(choice)
    for place, value in enumerate(table.ndcg(choice)):
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
    assert tuning.before == searcher.settings
    assert tuning.settings.weights.keys() == tuning.before.weights.keys()
    assert steps[-1] == ("tuning", 4, 4)
    assert (judged / "index" / "CURRENT").read_text() == before
    assert json.loads(json.dumps(tuning.to_json()))["ndcg@10"]["gain"]["mean"] == pytest.approx(
        tuning.gain.mean, abs=1e-4
    )


def often_said(name, other):
    """Both names once are the answer; one of them eight times is not: more of the same must count less, k1 is small."""
    return f"{name}。{other}。" + "それから説明です。" * 3, f"{name}。" * 8 + "説明です。"


def long_winded(name, other):
    """Two names in a long answer are right, one in a short one is not: length must not count, b is small."""
    return f"{name}。{other}。" + "".join(f"項目{number}の説明です。" for number in range(60)), f"{name}。"


@pytest.mark.parametrize(
    ("texts", "better"), [(often_said, lambda own: own.k1 < 1.5), (long_winded, lambda own: own.b < 0.75)]
)
def test_parameters_that_suit_the_corpus_are_found(texts, better, tmp_path):
    """What is promised for other questions is what `evaluate` measures in the index that is written."""
    rows, queries, grades = [], [], {}
    for first, second in zip("青赤白黒金銀", "川山海森谷空", strict=True):
        for bird, tree in zip("鷹鷲鶴鷺鴨", "松杉桜梅柳", strict=True):
            name, other = f"{first}{bird}", f"{second}{tree}"
            for kind, answer in zip("rwo", (*texts(name, other), f"{other}。"), strict=True):
                rows.append({"id": f"{name}-{kind}", "question": "お知らせ", "answer": answer})
            queries.append(JudgedQuery(name, f"{name}　{other}"))
            grades[name] = {f"{name}-r": 1}
    lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in rows]
    (tmp_path / "c.jsonl").write_text("".join(lines), encoding="utf-8")
    build_index(tmp_path / "c.jsonl", tmp_path / "i", settings=Settings(weights={"bigram": 1.0}))
    tuning = tune(queries, grades, index=tmp_path / "i")
    assert tuning.sure
    assert tuning.gain.mean > 0.2
    assert tuning.settings.weights == tuning.before.weights
    assert better(tuning.settings.bm25["bigram"])
    assert tuning.settings.bm25["document"] == tuning.before.bm25["document"]
    assert tuning.to_json()["bm25"]["after"]["bigram"]["b"] == tuning.settings.bm25["bigram"].b
    assert len(IndexFolder(tmp_path / "i").generations()) == 1
    rewrite_settings(IndexFolder(tmp_path / "i"), tuning.settings)
    written = evaluate(queries, grades, index=tmp_path / "i").value("ndcg@10")
    assert written == pytest.approx(tuning.tuned.mean, abs=0.05)
    assert tune(queries, grades, index=tmp_path / "i").default.mean == pytest.approx(written, abs=1e-6)


def test_a_fusion_of_ranks_is_tuned_by_ranks(judged, searcher, tmp_path):
    """With `rrf`, what a leg adds is made of its ranks, with other parameters as well."""
    build_index(judged / "corpus.jsonl", tmp_path / "i", settings=Settings(fusion="rrf"))
    queries, grades = many(searcher)
    tuning = tune(queries, grades, index=tmp_path / "i", folds=3)
    assert tuning.default.mean == pytest.approx(
        evaluate(queries, grades, index=tmp_path / "i").value("ndcg@10"), abs=1e-6
    )


def test_the_default_is_what_evaluate_measures(searcher):
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
