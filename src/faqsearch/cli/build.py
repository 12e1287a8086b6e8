"""`faqsearch build`: files and folders to a new generation of an index."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from faqsearch.cli.options import DebugOption, HiddenOption, JsonOption, ProcessesOption


def build(
    corpus: Annotated[list[str], typer.Argument(help="Files and folders with FAQs and manuals.", metavar="CORPUS")],
    *,
    into: Annotated[
        str,
        typer.Option(
            "--into", metavar="INDEX", help="Folder of the index, made when missing; or milvus://HOST:PORT/NAME."
        ),
    ],
    model: Annotated[
        str,
        typer.Option(
            "--model",
            metavar="NAME",
            help="builtin, or name or path of a sentence-transformers model.",
        ),
    ] = "builtin",
    query_prompt: Annotated[
        str | None,
        typer.Option("--query-prompt", metavar="TEXT", help="Put before questions, instead of the model's own prompt."),
    ] = None,
    document_prompt: Annotated[
        str | None, typer.Option("--document-prompt", metavar="TEXT", help="Put before texts of documents, likewise.")
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Stop at the first row or file that cannot be read.")
    ] = False,
    hidden: HiddenOption = None,
    processes: ProcessesOption = None,
    json: JsonOption = False,
    debug: DebugOption = False,
) -> int:
    """Build an index from files and folders.

    Reads CSV, TSV, JSON, JSONL, YAML, Markdown and plain text in UTF-8, CP932, EUC-JP or UTF-16; with
    faqsearch[documents] also HTML, Excel, Word, PDF and reStructuredText. INDEX goes on answering from the generation
    before until the new one is whole; `faqsearch rollback` brings it back. What cannot be read is listed with path
    and line, all the rest is indexed, and the exit code is 3.
    """
    from faqsearch.build import build_index
    from faqsearch.cli.progress import Progress
    from faqsearch.cli.reports import build_lines, build_value, problem_lines
    from faqsearch.settings import Settings

    settings = Settings(model=model, query_prompt=query_prompt, document_prompt=document_prompt, hidden=bool(hidden))
    with Progress(sys.stderr) as progress:
        report = build_index(
            corpus,
            into,
            settings=settings,
            strict=strict,
            processes=processes,
            progress=progress.step,
            say=progress.say,
        )
    for line in problem_lines(report.problems, report.manifest.problems):
        print(line, file=sys.stderr)
    if json:
        from faqsearch.cli.machine import dumps

        print(dumps(build_value(report, into), indent=2))
    else:
        print(*build_lines(report, into), sep="\n")
    return 3 if report.manifest.problems else 0
