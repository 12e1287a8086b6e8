"""Reads the golden files of tests/golden: title, input and expected text, each ended by a line with one dot."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

GOLDEN = Path(__file__).parent / "golden"
_ESCAPE = re.compile(r"\\u\{([0-9a-f]+)\}")


class Case(NamedTuple):
    """One case; `\\u{200b}` in a file stands for a character that cannot be seen."""

    title: str
    given: str
    expected: str


def read_cases(name: str) -> list[Case]:
    """Read the cases of one golden file."""
    lines = (GOLDEN / name).read_text(encoding="utf-8").split("\n")
    cases: list[Case] = []
    fields: list[list[str]] = [[]]
    for line in lines:
        if line == ".":
            fields.append([])
        elif len(fields) < 4:
            fields[-1].append(line)
        if len(fields) == 4:
            title, given, expected = ("\n".join(field) for field in fields[:3])
            cases.append(Case(title.strip(), _unescape(given), _unescape(expected)))
            fields = [[]]
    return cases


def _unescape(text: str) -> str:
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
