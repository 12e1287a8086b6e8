"""`faqsearch toc`: the headings of a corpus as a tree."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from faqsearch.cli.address import index_address
from faqsearch.cli.options import ColorOption, DebugOption, IndexOption, JsonOption, SourceOption


def toc(
    *,
    index: IndexOption = None,
    source: SourceOption = None,
    depth: Annotated[
        int | None, typer.Option("--depth", min=1, metavar="N", help="Levels of headings, at most.")
    ] = None,
    json: JsonOption = False,
    color: ColorOption = "auto",
    debug: DebugOption = False,
) -> int:
    """Print the table of contents.

    Every heading with the id of its document. Rows of a table stand under their category. Exits with 1 when no document comes from the source.
    """
    from faqsearch.contents import contents_value, documents_of, tables_of
    from faqsearch.index import open_generation

    tables = tables_of(documents_of(open_generation(index_address(index)), source))
    if json:
        from faqsearch.cli.machine import dumps

        print(dumps(contents_value(tables, depth), indent=2))
    else:
        from faqsearch.cli.outlines import contents_lines
        from faqsearch.cli.render import Look

        for line in contents_lines(tables, depth, Look.of(sys.stdout, color)):
            print(line)
    return 0
