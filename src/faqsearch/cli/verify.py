"""`faqsearch verify`: is every byte of an index what was written?"""

from __future__ import annotations

from faqsearch.cli.address import index_address
from faqsearch.cli.options import DebugOption, IndexOption, JsonOption
from faqsearch.cli.terminal import printable


def verify(*, index: IndexOption = None, json: JsonOption = False, debug: DebugOption = False) -> int:
    """Check every byte of an index.

    Reads all files of all kept generations and compares them with their checksums, then opens the index as a search
    does. Exits with 4 when something is wrong.
    """
    from faqsearch.cli.reports import plural
    from faqsearch.index.folder import IndexFolder
    from faqsearch.search import open_index

    address = index_address(index)
    folder = IndexFolder(address)
    current = folder.current()
    kept = [generation for generation in folder.generations() if generation.number != current.number]
    problems = [problem for generation in (*kept, current) for problem in generation.check_sums()]
    if not problems:
        open_index(address)
    files = sum(len(generation.manifest.files) for generation in (*kept, current))
    if json:
        from faqsearch.cli.machine import dumps

        print(
            dumps({"schema": 1, "index": address, "ok": not problems, "files": files, "problems": problems}, indent=2)
        )
    elif problems:
        print(*map(printable, problems), sep="\n")
        print(f"{printable(address)} is damaged: {plural(len(problems), 'problem')} in {plural(files, 'file')}")
    else:
        generations = plural(len(kept) + 1, "generation")
        print(f"{printable(address)} is whole: {plural(files, 'file')} in {generations} checked")
    return 4 if problems else 0
