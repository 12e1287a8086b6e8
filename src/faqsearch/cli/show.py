"""`faqsearch show`: one document in full."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from faqsearch.cli.address import index_address
from faqsearch.cli.options import ColorOption, DebugOption, IndexOption, JsonOption
from faqsearch.errors import SettingsError

if TYPE_CHECKING:
    from faqsearch.documents import Document


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
    context: Annotated[
        int,
        typer.Option("--context", min=0, metavar="N", help="Also the N documents before and after it in its source."),
    ] = 0,
    json: JsonOption = False,
    color: ColorOption = "auto",
    debug: DebugOption = False,
) -> int:
    """Show one document in full.

    Exits with 1 when no document has that id.
    """
    if section and (json or context):
        other = "--json has every part" if json else "--context shows documents in full"
        raise SettingsError(other, hint="Leave out --section.")
    from faqsearch.index import open_generation

    opened = open_generation(index_address(index))
    document = opened.document(document_id)
    before: list[Document] = []
    after: list[Document] = []
    if context:
        from faqsearch.contents import around

        before, after = around(opened, document_id, context)
    if json:
        from faqsearch.cli.machine import document_value, dumps

        value = document_value(document)
        if context:
            value["before"], value["after"] = ([document_value(near) for near in side] for side in (before, after))
        print(dumps(value, indent=2))
    else:
        from faqsearch.cli.render import Look, document_lines

        look = Look.of(sys.stdout, color)
        for near in (*before, document, *after):
            if near is not (before or [document])[0]:
                print("", look.faint("-" * look.columns), "", sep="\n")
            print(*document_lines(near, look, section), sep="\n")
    return 0
