"""`faqsearch related`: what else a reader of a document may want to see."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from faqsearch.cli.address import index_address
from faqsearch.cli.options import ColorOption, DebugOption, IndexOption, JsonOption


def related(
    document_id: Annotated[
        str, typer.Argument(help="The document's id, as `faqsearch search` gives it.", metavar="ID")
    ],
    *,
    index: IndexOption = None,
    k: Annotated[int, typer.Option("-k", min=1, metavar="N", help="Documents, at most.")] = 5,
    json: JsonOption = False,
    color: ColorOption = "auto",
    debug: DebugOption = False,
) -> int:
    """List the documents nearest to one.

    Without itself and its near-duplicates. Exits with 1 when no document has that id, or none is near.
    """
    from faqsearch.related import related_value
    from faqsearch.search import open_index

    found = open_index(index_address(index)).related(document_id, k=k)
    if json:
        from faqsearch.cli.machine import dumps

        print(dumps(related_value(document_id, found), indent=2))
    else:
        from faqsearch.cli.diagnosis import related_lines
        from faqsearch.cli.render import Look

        for line in related_lines(found, Look.of(sys.stdout, color)):
            print(line)
    return 0 if found else 1
