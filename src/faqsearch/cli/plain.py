"""Plain: `faqsearch search` with its usual options, read without typer, whose import takes as long as the search.

Whatever is not understood here, wrong usage above all, is left to typer: what it makes of the same arguments is the
same (tests/cli/test_plain.py), and only it explains.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, get_args

from faqsearch.cli.terminal import ColorChoice

_FLAGS = {"--json": "json", "--jsonl": "jsonl", "--tsv": "tsv", "--explain": "explain"}
_TEXTS = {"--index": "index", "--fields": "fields", "--explain-id": "explain_id", "--color": "color"}
_NUMBERS = {"-k": "k", "--max-chars": "max_chars"}
_LISTS = {"--where": "where", "--synonyms": "synonyms"}
_VALUES = _TEXTS | _NUMBERS | _LISTS


def understood(arguments: Sequence[str]) -> dict[str, Any] | None:
    """Return what `answer` is called with for the arguments of a search, or None where they are left to typer."""
    if not arguments or arguments[0] != "search":
        return None
    given: dict[str, Any] = {}
    rest = iter(arguments[1:])
    for argument in rest:
        if argument in _FLAGS:
            given[_FLAGS[argument]] = True
            continue
        if argument == "--debug":  # read by `run`
            continue
        if argument in _VALUES:
            name, value = _VALUES[argument], next(rest, "")
        else:
            name, value = "question", argument
        # No value, or something that may be an option.
        if not value or (value[0] == "-" and (name, value) != ("question", "-")):
            return None
        if argument in _LISTS:
            given.setdefault(name, []).append(value)
            continue
        if name in given:
            return None
        if argument in _NUMBERS:
            # Python reads more as a number than these, and typer says what is wrong with it.
            if not (value.isascii() and value.isdigit() and int(value) > 0):
                return None
            given[name] = int(value)
        else:
            given[name] = value
    return given if "question" in given and given.get("color", "auto") in get_args(ColorChoice) else None
