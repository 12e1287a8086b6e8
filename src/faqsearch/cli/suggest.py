"""`faqsearch suggest`: stored questions that complete what was typed."""

from __future__ import annotations

from typing import Annotated

import typer

from faqsearch.cli.address import index_address
from faqsearch.cli.options import DebugOption, IndexOption, JsonOption
from faqsearch.cli.terminal import printable


def suggest(
    text: Annotated[
        str, typer.Argument(metavar="TEXT", help="What has been typed: kanji, kana or romaji; words apart by spaces.")
    ],
    *,
    index: IndexOption = None,
    k: Annotated[int, typer.Option("-k", min=1, metavar="N", help="Suggestions, at most.")] = 8,
    json: JsonOption = False,
    debug: DebugOption = False,
) -> int:
    """Complete what was typed.

    Stored questions, other phrasings and headings, one per line. Exits with 1 when there is none.
    """
    from faqsearch.index import open_generation
    from faqsearch.suggest import suggest as complete
    from faqsearch.suggest import suggestions_value
    from faqsearch.tokens import FugashiTokenizer

    found = complete(open_generation(index_address(index)), FugashiTokenizer(), text, k=k)
    if json:
        from faqsearch.cli.machine import dumps

        print(dumps(suggestions_value(text, found), indent=2))
    else:
        for suggestion in found:
            print(" ".join(printable(suggestion.text).split()))
    return 0 if found else 1
