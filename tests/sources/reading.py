"""How the tests of readers read: a text in, documents and problems out."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from faqsearch.documents import Document
from faqsearch.sources.interface import Problem

GOLDEN = Path(__file__).parent.parent / "data" / "sources"


class Outcome(NamedTuple):
    documents: list[Document]
    problems: list[Problem]

    @property
    def messages(self) -> list[str]:
        """`line severity: message` of every problem."""
        return [f"{problem.error.line} {problem.severity}: {problem.error.message}" for problem in self.problems]


Read = Callable[[str, "str | bytes"], Outcome]


def golden_cases(name: str) -> list[object]:
    """Cases of a golden file: title, input and expected text, each closed by a line with a single dot."""
    cases = []
    text = (GOLDEN / name).read_text(encoding="utf-8")
    for title, given, expected in re.findall(r"^(.+)\n\.\n(.*?)^\.\n(.*?)^\.\n", text, re.MULTILINE | re.DOTALL):
        cases.append(pytest.param(given, expected, id=title))
    assert cases
    return cases


def as_text(outcome: Outcome) -> str:
    """Documents and problems the way golden files write them."""
    lines = []
    for document in outcome.documents:
        heading = " > ".join(document.source.heading)
        lines.append(f"{document.kind} {document.id} line {document.source.line} [{heading}]")
        lines.append(f"  ? {document.question}")
        lines += [f"  ~ {phrasing}" for phrasing in document.phrasings]
        if document.category:
            lines.append(f"  in {' > '.join(document.category)}")
        if document.tags:
            lines.append(f"  # {', '.join(document.tags)}")
        lines += [f"  = {name}: {value}" for name, value in document.extra.items()]
        lines += [f"  {line}".rstrip() for line in document.answer.split("\n") if document.answer]
    lines += [f"! {message}" for message in outcome.messages]
    return "".join(f"{line}\n" for line in lines)
