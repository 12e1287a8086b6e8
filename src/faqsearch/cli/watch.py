"""`faqsearch watch`: update an index whenever files change."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from faqsearch.cli.options import DebugOption, HiddenOption, JsonOption

if TYPE_CHECKING:
    from faqsearch.errors import FaqsearchError
    from faqsearch.update import UpdateReport


def watch(
    corpus: Annotated[
        list[str], typer.Argument(help="The whole corpus: files and folders with FAQs and manuals.", metavar="CORPUS")
    ],
    *,
    into: Annotated[str, typer.Option("--into", metavar="INDEX", help="Folder of the index.")],
    allow_shrink: Annotated[
        bool, typer.Option("--allow-shrink", help="Go on also when more than 30 % of the documents are gone.")
    ] = False,
    hidden: HiddenOption = None,
    json: JsonOption = False,
    debug: DebugOption = False,
) -> int:
    """Update an index whenever files change.

    Updates once at the start and goes on until Ctrl-C. Changes are collected until the files have been quiet for half a second; an update
    that fails is reported, and the index goes on answering from what it was. With --json, one line per update.
    """
    from faqsearch.cli.machine import dumps
    from faqsearch.cli.progress import Progress
    from faqsearch.cli.reports import change_lines, problem_lines, update_lines, update_value
    from faqsearch.errors import FaqsearchError
    from faqsearch.watch import watch_corpus

    def told(what: UpdateReport | FaqsearchError) -> None:
        if isinstance(what, FaqsearchError):
            progress.say(f"error: {what}" + (f"\n hint: {what.hint}" if what.hint else ""))
            return
        for line in problem_lines(what.problems, what.manifest.problems):
            print(line, file=sys.stderr)
        if json:
            print(dumps(update_value(what, into, dry_run=False)), flush=True)
        else:
            print(*change_lines(what.changes), *update_lines(what, into), sep="\n", flush=True)

    with Progress(sys.stderr) as progress:
        watch_corpus(
            corpus,
            into,
            told=told,
            hidden=hidden,
            allow_shrink=allow_shrink,
            progress=progress.step,
            say=progress.say,
        )
    return 0
