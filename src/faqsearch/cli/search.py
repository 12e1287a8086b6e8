"""`faqsearch search`: a question in, hits out; or questions from stdin, one result per line."""

from __future__ import annotations

from typing import Annotated

import typer

from faqsearch.cli.answer import answer
from faqsearch.cli.options import ColorOption, DebugOption, IndexOption, SynonymsOption


def search(
    question: Annotated[
        str, typer.Argument(metavar="QUESTION", help="The question, or - to read one per line from stdin.")
    ],
    *,
    index: IndexOption = None,
    k: Annotated[
        int | None, typer.Option("-k", min=1, metavar="N", help="Hits, at most.  [default: 10, as text 5]")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Write one JSON document.")] = False,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="Write one line of JSON per question.")] = False,
    tsv: Annotated[bool, typer.Option("--tsv", help="Write tab-separated lines under a header.")] = False,
    where: Annotated[
        list[str] | None,
        typer.Option(
            "--where",
            metavar="FIELD=VALUE",
            help="Only documents with this category, tag, source, kind or other column. Repeat a field for either "
            "value, name another for both.",
        ),
    ] = None,
    synonyms: SynonymsOption = None,
    explain: Annotated[bool, typer.Option("--explain", help="Say what each way of searching found.")] = False,
    explain_id: Annotated[
        str | None, typer.Option("--explain-id", metavar="ID", help="Only say why this document is a hit, or is not.")
    ] = None,
    fields: Annotated[
        str | None, typer.Option("--fields", metavar="A,B", help="With --json, --jsonl, --tsv: these fields only.")
    ] = None,
    max_chars: Annotated[
        int | None,
        typer.Option("--max-chars", min=1, metavar="N", help="Cut texts in JSON and TSV after N characters."),
    ] = None,
    color: ColorOption = "auto",
    debug: DebugOption = False,
) -> int:
    """Answer a question.

    Exits with 0 when there is a confident answer and with 1 when there is none.
    """
    return answer(
        question,
        index=index,
        k=k,
        json=json,
        jsonl=jsonl,
        tsv=tsv,
        where=where or (),
        synonyms=synonyms or (),
        explain=explain,
        explain_id=explain_id,
        fields=fields,
        max_chars=max_chars,
        color=color,
    )
