"""`faqsearch verify`: is every byte of an index what was written, and was the right thing written?"""

from __future__ import annotations

from typing import Annotated

import typer

from faqsearch.cli.address import index_address
from faqsearch.cli.options import DebugOption, IndexOption, JsonOption
from faqsearch.cli.terminal import printable


def verify(
    *,
    index: IndexOption = None,
    sample: Annotated[int, typer.Option("--sample", help="Documents to compute again.", min=1, metavar="N")] = 20,
    json: JsonOption = False,
    debug: DebugOption = False,
) -> int:
    """Check every byte of an index.

    Reads all files of all kept generations and compares them with their checksums. Then analyses some documents
    again and compares scores with those of rank_bm25, and nearest vectors with all dot products. Exits with 4 when
    something is wrong.
    """
    from faqsearch.cli.reports import plural
    from faqsearch.verify import verify as verify_index

    address = index_address(index)
    found = verify_index(address, sample=sample)
    if json:
        from faqsearch.cli.machine import dumps

        value = {"schema": 1, "index": address, "ok": found.ok, "files": found.files, "problems": list(found.problems)}
        print(dumps({**value, "documents": found.documents, "scores": found.scores}, indent=2))
    elif not found.ok:
        print(*map(printable, found.problems), sep="\n")
        problems, files = plural(len(found.problems), "problem"), plural(found.files, "file")
        print(f"{printable(address)} is damaged: {problems} in {files}")
    else:
        files, generations = plural(found.files, "file"), plural(found.generations, "generation")
        print(f"{printable(address)} is whole: {files} in {generations} checked")
        print(f"{plural(found.documents, 'document')} and {plural(found.scores, 'score')} computed again")
    return 0 if found.ok else 4
