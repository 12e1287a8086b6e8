"""Questions from stdin: one JSON object per line of input, in order, whatever a line holds."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence

from faqsearch.cli.machine import dumps, error_value, results_value
from faqsearch.cli.terminal import ended_by_interrupt
from faqsearch.errors import QueryError
from faqsearch.search import Searcher


def answer_lines(
    searcher: Searcher,
    k: int,
    where: Mapping[str, Sequence[str]] | None,
    *,
    explain: bool,
    fields: Sequence[str] | None,
    cut: int | None,
) -> int:
    """Answer every line of stdin at once, so that a program may ask and wait; return the exit code.

    Returns:
        0 when every question has a confident answer, 1 when one has none, 2 when a line could not be asked.
    """
    worst = 0
    with ended_by_interrupt():
        for number, line in enumerate(sys.stdin.buffer):
            value, code = _answer(searcher, line, k, where, explain=explain, fields=fields, cut=cut, first=number == 0)
            sys.stdout.write(value + "\n")
            sys.stdout.flush()
            worst = max(worst, code)
    return worst


def _answer(
    searcher: Searcher,
    line: bytes,
    k: int,
    where: Mapping[str, Sequence[str]] | None,
    *,
    explain: bool,
    fields: Sequence[str] | None,
    cut: int | None,
    first: bool,
) -> tuple[str, int]:
    try:
        # The byte order mark some editors put at the start of a file is no part of the question.
        query = line.decode("utf-8-sig" if first else "utf-8").rstrip("\r\n")
    except UnicodeDecodeError:
        error = QueryError("the question is not UTF-8", hint="Send questions in UTF-8.")
        return dumps(error_value(error, line.decode("utf-8", "replace").rstrip("\r\n"))), 2
    try:
        results = searcher.search(query, k=k, where=where, explain=explain)
    except QueryError as error:
        return dumps(error_value(error, query)), 2
    return dumps(results_value(results, fields=fields, max_chars=cut)), 0 if results.answered else 1
