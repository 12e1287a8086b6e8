"""Experiment: how well a searcher does on a judged set, leg by leg, and where it fails."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import islice
from pathlib import Path

import numpy as np
import numpy.typing as npt

from faqsearch.errors import JudgmentsError
from faqsearch.evaluation.judgments import Grades, JudgedQuery, Judgments
from faqsearch.evaluation.metrics import Estimate, Metric, estimates, usual
from faqsearch.evaluation.report import Evaluation, Row, Shown, Verdicts, Worst
from faqsearch.evaluation.runs import Ranked, Runs, judged_index, run
from faqsearch.search import Searcher

SEED = 20_240_401
# Expected documents, and found ones, listed for a query that went wrong.
_SHOWN = 3

Values = npt.NDArray[np.float64]


def evaluate(
    queries: str | Path | Sequence[JudgedQuery],
    qrels: str | Path | Mapping[str, Grades],
    *,
    index: Searcher | str | Path,
    k: int = 10,
    by: str = "kind",
    worst: int = 20,
    ablate: bool = False,
    seed: int = SEED,
) -> Evaluation:
    """Ask every query of a judged set and say how good the rankings are.

    Args:
        queries: File of questions, or the questions.
        qrels: File of graded judgments, or query id to document id to grade.
        index: A searcher, or the address of an index.
        k: Places that count in nDCG, MRR and recall.
        by: Key of the queries file that splits the second table.
        worst: Failed queries to list, at most.
        ablate: Rank also without each leg, to see what it adds.
        seed: The same seed gives the same intervals.

    Raises:
        JudgmentsError: A file cannot be read, no query is answerable, or the judgments are about another corpus.
        IndexNotFound: There is no index at that address.
    """
    searcher, judgments, missing = judged_index(queries, qrels, index)
    if not any(judgments.answerable(query) for query in judgments.queries):
        raise JudgmentsError("no query has a relevant document", hint="Judge some documents with grade 1 or 2.")
    runs = run(searcher, judgments.queries, ablate=ablate)
    asked = _answerable(runs, judgments)
    metrics = usual(k)
    table = np.array(
        [[[m.of(r.rankings.get(s, ()), judgments.of(r.query)) for m in metrics] for s in runs.systems] for r in asked]
    )
    flat = iter(estimates(table.reshape(len(asked), -1), seed=seed))
    rows = tuple(Row(system, len(asked), {str(m): next(flat) for m in metrics}) for system in runs.systems)
    fused = table[:, 0, :]
    return Evaluation(
        queries=len(judgments.queries),
        unanswerable=len(judgments.queries) - len(asked),
        unasked=judgments.unasked,
        missing=missing,
        rows=rows,
        kinds=tuple(_kinds(asked, fused, metrics, by, seed)),
        verdicts=_verdicts(runs, judgments, seed),
        worst=tuple(islice(_worst(searcher, asked, fused[:, 0], judgments, set(missing)), max(worst, 0))),
        seconds=runs.seconds,
        judgments=judgments,
        runs=runs,
    )


def _answerable(runs: Runs, judgments: Judgments) -> list[Ranked]:
    return [ranked for ranked in runs.ranked if judgments.answerable(ranked.query)]


def _kinds(asked: Sequence[Ranked], fused: Values, metrics: Sequence[Metric], by: str, seed: int) -> Iterator[Row]:
    places: dict[str, list[int]] = {}
    for place, ranked in enumerate(asked):
        if kind := ranked.query.extra.get(by):
            places.setdefault(kind, []).append(place)
    for kind, own in sorted(places.items(), key=lambda item: (-len(item[1]), item[0])):
        values = zip(metrics, estimates(fused[own], seed=seed), strict=True)
        yield Row(kind, len(own), {str(metric): value for metric, value in values})


def _verdicts(runs: Runs, judgments: Judgments, seed: int) -> Verdicts:
    answered, right, refused = [], [], []
    for ranked in runs.ranked:
        if judgments.answerable(ranked.query):
            answered.append(ranked.answered)
        else:
            refused.append(not ranked.answered)
        if ranked.answered:
            right.append(judgments.of(ranked.query).get(ranked.fused[0], 0) > 0)
    return Verdicts(_share(answered, seed) or Estimate(0.0, 0.0, 0.0), _share(right, seed), _share(refused, seed))


def _share(verdicts: Sequence[bool], seed: int) -> Estimate | None:
    return estimates(np.array(verdicts, dtype=np.float64)[:, None], seed=seed)[0] if verdicts else None


def _worst(
    searcher: Searcher, asked: Sequence[Ranked], values: Values, judgments: Judgments, missing: AbstractSet[str]
) -> Iterator[Worst]:
    """Yield the queries whose value is below 1, worst first."""
    for place in np.argsort(values, kind="stable").tolist():
        if values[place] >= 1:
            return
        ranked = asked[place]
        grades = judgments.of(ranked.query)
        right = sorted((document for document, grade in grades.items() if grade > 0), key=lambda d: (-grades[d], d))
        ranks = {document: rank for rank, document in enumerate(ranked.fused, 1)}
        expected, found = (
            tuple(
                Shown(
                    id=document,
                    question="" if document in missing else searcher.document(document).question,
                    grade=grades.get(document, 0),
                    rank=ranks.get(document),
                )
                for document in documents[:_SHOWN]
            )
            for documents in (right, ranked.fused)
        )
        yield Worst(ranked.query.id, ranked.query.text, float(values[place]), expected, found)
