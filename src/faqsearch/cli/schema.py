"""`faqsearch schema`: the JSON Schema of what commands write for programs."""

from __future__ import annotations

from faqsearch.cli.options import DebugOption


def schema(*, debug: DebugOption = False) -> int:
    """Print the JSON Schema of all JSON output.

    Draft 2020-12; `$defs` has one entry for each kind of output.
    """
    from faqsearch.schema import schema_text

    print(schema_text(), end="")
    return 0
