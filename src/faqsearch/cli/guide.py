"""`faqsearch guide`: how a program or an agent uses faqsearch well."""

from __future__ import annotations

from faqsearch.cli.options import DebugOption


def guide(*, debug: DebugOption = False) -> int:
    """Print the guide for programs and agents.

    Markdown: how to ask, how to read confidence, how to narrow down, how to cite.
    """
    from faqsearch.schema import guide_text

    print(guide_text(), end="")
    return 0
