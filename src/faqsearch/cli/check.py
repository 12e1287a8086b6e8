"""`faqsearch check`: what a knowledge manager should look at in a corpus."""

from __future__ import annotations

import sys
from typing import Annotated, Literal

import typer

from faqsearch.cli.options import ColorOption, DebugOption, HiddenOption, JsonOption


def check(
    corpus: Annotated[list[str], typer.Argument(help="Files and folders with FAQs and manuals.", metavar="CORPUS")],
    *,
    only: Annotated[
        list[str] | None, typer.Option("--only", metavar="KIND", help="Look for this kind alone. Repeat for more.")
    ] = None,
    ignore: Annotated[
        list[str] | None, typer.Option("--ignore", metavar="KIND", help="Leave this kind out. Repeat for more.")
    ] = None,
    fail_on: Annotated[
        Literal["error", "warning", "notice"],
        typer.Option("--fail-on", metavar="LEVEL", help="Exit with 1 from this level up: error, warning or notice."),
    ] = "warning",
    most: Annotated[
        int, typer.Option("--most", metavar="N", min=0, help="Findings shown of each kind; 0 shows all.")
    ] = 10,
    hidden: HiddenOption = None,
    json: JsonOption = False,
    color: ColorOption = "auto",
    debug: DebugOption = False,
) -> int:
    """Look for what to correct in a corpus: duplicates, dead links, spellings.

    Kinds, worst first: unreadable, mojibake, empty-answer, same-question, dead-link, unfinished, near-question,
    shared-phrasing, not-found, repeated-entry, no-category, long-answer, same-answer, spelling. For not-found every
    stored question is asked of a temporary index, which takes most of the time. Exits with 1 when there is a finding
    of the level of --fail-on, or worse.
    """
    from faqsearch.checks import check_corpus
    from faqsearch.cli.progress import Progress

    with Progress(sys.stderr) as progress:
        report = check_corpus(corpus, only=only or (), ignore=ignore or (), hidden=bool(hidden), progress=progress.step)
    if json:
        from faqsearch.cli.machine import dumps

        print(dumps(report.to_json(), indent=2))
    else:
        from faqsearch.cli.checked import report_lines
        from faqsearch.cli.render import Look

        print(*report_lines(report, most or None, Look.of(sys.stdout, color)), sep="\n")
    return 1 if report.fails(fail_on) else 0
