"""`faqsearch dict`: what to look at in dictionaries before they are used."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from faqsearch.cli.address import index_address
from faqsearch.cli.options import DebugOption, IndexOption, JsonOption
from faqsearch.errors import IndexNotFound


def dict(  # noqa: A001  # the command's name
    action: Annotated[Literal["check"], typer.Argument(metavar="check", help="What to do: check.")],
    files: Annotated[list[str], typer.Argument(metavar="FILE", help="Synonym files.")],
    *,
    index: IndexOption = None,
    json: JsonOption = False,
    debug: DebugOption = False,
) -> int:
    """Look for mistakes in synonym files.

    Lines that cannot be read, words twice in a group or in several, chains of =>, likely slips; with an index also
    words that no document has. Exits with 1 when there is an error or a warning; a note may be meant as it is.
    """
    from faqsearch.dictionaries import check_synonyms

    try:
        address = index_address(index)
    except IndexNotFound:
        address = None  # what only an index can tell is left out
    checked = check_synonyms(files, index=address)
    if json:
        from faqsearch.cli.machine import dumps
        from faqsearch.cli.reports import check_value

        print(dumps(check_value(checked, files, address), indent=2))
    else:
        from faqsearch.cli.reports import check_lines

        print(*check_lines(checked, files, address), sep="\n")
    return 0 if checked.clean else 1
