"""`faqsearch evaluate`: how good the answers to judged questions are."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from faqsearch.cli.address import index_address
from faqsearch.cli.options import ColorOption, DebugOption, IndexOption, JsonOption


def evaluate(
    queries: Annotated[
        str, typer.Argument(metavar="QUERIES", help="Questions: JSON Lines, CSV or TSV with an id and a text.")
    ],
    qrels: Annotated[
        str, typer.Argument(metavar="QRELS", help="Judgments: lines of query id, document id and grade, with tabs.")
    ],
    *,
    index: IndexOption = None,
    k: Annotated[int, typer.Option("-k", min=1, metavar="N", help="Places that count.")] = 10,
    by: Annotated[
        str, typer.Option("--by", metavar="KEY", help="Split the second table by this key of QUERIES.")
    ] = "kind",
    worst: Annotated[int, typer.Option("--worst", min=0, metavar="N", help="List the N worst questions.")] = 5,
    fail_under: Annotated[
        list[str] | None,
        typer.Option(
            "--fail-under", metavar="METRIC=VALUE", help="Exit with 1 when the fused ranking is below. Repeat."
        ),
    ] = None,
    run: Annotated[
        str | None, typer.Option("--run", metavar="FILE", help="Write the fused rankings as a TREC run.")
    ] = None,
    json: JsonOption = False,
    color: ColorOption = "auto",
    debug: DebugOption = False,
) -> int:
    """Measure an index on judged questions.

    Prints nDCG, MRR, success rate and recall of the fused ranking and of each leg alone, then of each kind of
    question, then how well "answered" fits the judgments.
    """
    from faqsearch.evaluation import Bound, failures, write_trec
    from faqsearch.evaluation import evaluate as measure

    bounds = [Bound.parse(text) for text in fail_under or []]
    evaluation = measure(queries, qrels, index=index_address(index), k=k, by=by, worst=worst)
    if run is not None:
        write_trec(evaluation.runs, run)
    if json:
        from faqsearch.cli.machine import dumps

        print(dumps(evaluation.to_json(), indent=2))
    else:
        from faqsearch.cli.render import Look
        from faqsearch.cli.tables import evaluation_lines

        print(*evaluation_lines(evaluation, Look.of(sys.stdout, color)), sep="\n")
    missed = failures(evaluation, bounds)
    for line in missed:
        print(f"missed: {line}", file=sys.stderr)
    return 1 if missed else 0
