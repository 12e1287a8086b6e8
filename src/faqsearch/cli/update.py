"""`faqsearch update`: the index a fresh build would give, redoing only what changed."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from faqsearch.cli.options import DebugOption, HiddenOption, JsonOption, ProcessesOption


def update(
    corpus: Annotated[
        list[str], typer.Argument(help="The whole corpus: files and folders with FAQs and manuals.", metavar="CORPUS")
    ],
    *,
    into: Annotated[str, typer.Option("--into", metavar="INDEX", help="Folder of the index.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would change; write nothing.")] = False,
    allow_shrink: Annotated[
        bool, typer.Option("--allow-shrink", help="Go on also when more than 30 % of the documents are gone.")
    ] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Stop at the first row or file that cannot be read.")
    ] = False,
    hidden: HiddenOption = None,
    processes: ProcessesOption = None,
    json: JsonOption = False,
    debug: DebugOption = False,
) -> int:
    """Bring an index up to date.

    The result is that of `faqsearch build` with the settings of the index, but only documents whose content changed
    are analysed. Says what was added, changed, renamed and removed; when nothing changed, nothing is written.
    """
    from faqsearch.cli.progress import Progress
    from faqsearch.cli.reports import change_lines, problem_lines, update_lines, update_value
    from faqsearch.update import update_index

    with Progress(sys.stderr) as progress:
        report = update_index(
            corpus,
            into,
            strict=strict,
            processes=processes,
            hidden=hidden,
            dry_run=dry_run,
            allow_shrink=allow_shrink,
            progress=progress.step,
            say=progress.say,
        )
    for line in problem_lines(report.problems, report.manifest.problems):
        print(line, file=sys.stderr)
    if json:
        from faqsearch.cli.machine import dumps

        print(dumps(update_value(report, into, dry_run=dry_run), indent=2))
    else:
        print(*change_lines(report.changes), *update_lines(report, into), sep="\n")
    return 3 if report.manifest.problems else 0
