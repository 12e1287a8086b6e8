"""`faqsearch tune`: weights and BM25 parameters that suit an index's own questions better."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from faqsearch.cli.address import index_address
from faqsearch.cli.options import ColorOption, DebugOption, IndexOption, JsonOption


def tune(
    queries: Annotated[
        str, typer.Argument(metavar="QUERIES", help="Questions: JSON Lines, CSV or TSV with an id and a text.")
    ],
    qrels: Annotated[
        str, typer.Argument(metavar="QRELS", help="Judgments: lines of query id, document id and grade, with tabs.")
    ],
    *,
    index: IndexOption = None,
    folds: Annotated[
        int, typer.Option("--folds", min=2, metavar="N", help="Parts of the questions; each is held out once.")
    ] = 5,
    confidence: Annotated[
        bool,
        typer.Option(
            "--confidence", help="Fit the confidence, not weights and parameters; fit it again after new ones."
        ),
    ] = False,
    write: Annotated[
        bool,
        typer.Option("--write", help="Use what was found from now on; `faqsearch rollback` brings back what was."),
    ] = False,
    json: JsonOption = False,
    color: ColorOption = "auto",
    debug: DebugOption = False,
) -> int:
    """Choose weights and BM25 parameters on judged questions, or fit the confidence to them.

    Weighs the legs, and chooses k1 and b of each lexical leg that has a weight. Says what that gains on questions
    it was not chosen on, and whether that is more than chance. Writes nothing without --write; `faqsearch update`
    keeps what was written, `faqsearch build` takes the defaults.
    """
    from faqsearch.cli.progress import Progress
    from faqsearch.evaluation import calibrate
    from faqsearch.evaluation import tune as choose

    address = index_address(index)
    find = calibrate if confidence else choose
    with Progress(sys.stderr) as progress:
        found = find(queries, qrels, index=address, folds=folds, progress=progress.step)
    written = None
    if write:
        from faqsearch.index.store import open_store
        from faqsearch.retune import rewrite_settings

        generation = rewrite_settings(open_store(address), found.settings)
        written = generation.name if generation else None
    if json:
        from faqsearch.cli.machine import dumps

        print(dumps({**found.to_json(), "index": address, "written": written}, indent=2))
    else:
        from faqsearch.cli.render import Look
        from faqsearch.cli.tables import calibration_lines, tuning_lines
        from faqsearch.evaluation import Calibration

        look = Look.of(sys.stdout, color)
        if isinstance(found, Calibration):
            print(*calibration_lines(found, address, written, look), sep="\n")
        else:
            print(*tuning_lines(found, address, written, look), sep="\n")
    return 0
