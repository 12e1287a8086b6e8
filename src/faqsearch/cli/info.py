"""`faqsearch info`: what an index holds."""

from __future__ import annotations

import sys

from faqsearch.cli.address import index_address
from faqsearch.cli.options import ColorOption, DebugOption, IndexOption, JsonOption


def info(
    *,
    index: IndexOption = None,
    json: JsonOption = False,
    color: ColorOption = "auto",
    debug: DebugOption = False,
) -> int:
    """Say what an index holds.

    Counts, model, tokenizer, settings, generations kept, and the files it was made from.
    """
    from faqsearch.cli.reports import info_lines, info_value
    from faqsearch.index.store import open_store

    address = index_address(index)
    folder = open_store(address)
    current, generations, unusable = folder.current(), folder.generations(), folder.unusable()
    if json:
        from faqsearch.cli.machine import dumps

        print(dumps(info_value(address, current, generations, unusable), indent=2))
    else:
        from faqsearch.cli.render import Look

        print(*info_lines(address, current, generations, unusable, Look.of(sys.stdout, color)), sep="\n")
    return 0
