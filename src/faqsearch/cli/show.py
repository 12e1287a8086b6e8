"""`faqsearch show`: one document in full."""

from __future__ import annotations

import sys
from typing import Annotated, Literal

import typer

from faqsearch.cli.address import index_address
from faqsearch.cli.options import ColorOption, DebugOption, IndexOption, JsonOption
from faqsearch.errors import SettingsError


def show(
    document_id: Annotated[
        str, typer.Argument(help="The document's id, as `faqsearch search` gives it.", metavar="ID")
    ],
    *,
    index: IndexOption = None,
    section: Annotated[
        Literal["question", "answer"] | None,
        typer.Option("--section", metavar="PART", help="Only this part, as plain text: question or answer."),
    ] = None,
    json: JsonOption = False,
    color: ColorOption = "auto",
    debug: DebugOption = False,
) -> int:
    """Show one document in full.

    Exits with 1 when no document has that id.
    """
    if json and section:
        raise SettingsError("--json has every part", hint="Leave out --section.")
    from faqsearch.index import open_generation

    document = open_generation(index_address(index)).document(document_id)
    if json:
        from faqsearch.cli.machine import document_value, dumps

        print(dumps(document_value(document), indent=2))
    else:
        from faqsearch.cli.render import Look, document_lines

        print(*document_lines(document, Look.of(sys.stdout, color), section), sep="\n")
    return 0
