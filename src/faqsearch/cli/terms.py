"""`faqsearch terms`: the index of a book, for a corpus."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from faqsearch.cli.address import index_address
from faqsearch.cli.options import ColorOption, DebugOption, IndexOption, JsonOption, SourceOption


def terms(
    *,
    index: IndexOption = None,
    source: SourceOption = None,
    k: Annotated[
        int | None,
        typer.Option("-k", min=1, metavar="N", help="Terms, at most; else by the number of documents."),
    ] = None,
    sections: Annotated[int, typer.Option("--sections", min=1, metavar="N", help="Documents of a term, at most.")] = 3,
    json: JsonOption = False,
    color: ColorOption = "auto",
    debug: DebugOption = False,
) -> int:
    """Print the index of key terms.

    Compound nouns, product names and codes by reading, each with the documents that treat it. Exits with 1 when there are none, or no document comes from the source.
    """
    from faqsearch.keyterms import key_terms, terms_value

    found = key_terms(index_address(index), k=k, sections=sections, source=source)
    if json:
        from faqsearch.cli.machine import dumps

        print(dumps(terms_value(found), indent=2))
    else:
        from faqsearch.cli.outlines import term_lines
        from faqsearch.cli.render import Look

        for line in term_lines(found, Look.of(sys.stdout, color)):
            print(line)
    return 0 if found else 1
