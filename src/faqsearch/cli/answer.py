"""Answer: what `faqsearch search` does, once somebody has read its options."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from faqsearch.cli.address import index_address
from faqsearch.errors import SettingsError

if TYPE_CHECKING:
    from faqsearch.cli.render import Look
    from faqsearch.cli.terminal import ColorChoice
    from faqsearch.explain import Explanation
    from faqsearch.results import Results
    from faqsearch.search import Searcher

# As text, more than five hits push the best one off the screen.
_HITS, _HITS_AS_TEXT = 10, 5


def answer(
    question: str,
    *,
    index: str | None = None,
    k: int | None = None,
    json: bool = False,
    jsonl: bool = False,
    tsv: bool = False,
    where: Sequence[str] = (),
    synonyms: Sequence[str] = (),
    explain: bool = False,
    explain_id: str | None = None,
    fields: str | None = None,
    max_chars: int | None = None,
    color: ColorChoice = "auto",
) -> int:
    """Print the answer to a question and return the exit code; `faqsearch search --help` explains the options."""
    if json + jsonl + tsv > 1:
        raise SettingsError("--json, --jsonl and --tsv exclude each other", hint="Leave out all but one.")
    from faqsearch.cli.machine import field_names, results_value, tsv_lines

    names = field_names(fields)
    filters = _filters(where)
    if explain_id is not None and (tsv or question == "-"):
        raise SettingsError("--explain-id explains one question, as text or JSON", hint="Ask it without --tsv and -.")
    if question == "-":
        if json or tsv:
            raise SettingsError("questions from stdin are answered in JSON lines", hint="Leave out --json and --tsv.")
        from faqsearch.cli.batch import answer_lines

        searcher = _open(index_address(index), synonyms, filters)
        return answer_lines(searcher, k or _HITS, filters, explain=explain, fields=names, cut=max_chars)
    as_text = not (json or jsonl or tsv)
    searcher = _open(index_address(index), synonyms, filters)
    shown = k or (_HITS_AS_TEXT if as_text else _HITS)
    if explain_id is not None:
        _print_explanation(searcher.explain(question, explain_id, where=filters), shown, json, jsonl, color)
        return 0
    results = searcher.search(question, k=shown, where=filters, explain=explain)
    if tsv:
        for line in tsv_lines(results, fields=names, max_chars=max_chars):
            print(line)
    elif as_text:
        from faqsearch.cli.render import Look

        _print_text(results, Look.of(sys.stdout, color), explain=explain)
    else:
        from faqsearch.cli.machine import dumps

        print(dumps(results_value(results, fields=names, max_chars=max_chars), indent=2 if json else None))
    return 0 if results.answered else 1


def _open(address: str, synonyms: Sequence[str], filters: dict[str, list[str]] | None) -> Searcher:
    from faqsearch.search import open_index

    searcher = open_index(address, synonyms=synonyms)
    if problems := searcher.synonyms.problems:
        from faqsearch.cli.reports import warning_lines

        for line in warning_lines(problems):
            print(line, file=sys.stderr)
    if filters:
        from faqsearch.cli.terminal import printable

        for field, value, others in searcher.index.facets.lacking(filters):
            print(printable(f"warning: no document has the {field} {value!r}"), file=sys.stderr)
            print(printable(f" hint: Values there are: {'; '.join(others)}."), file=sys.stderr)
    return searcher


def _filters(given: Sequence[str]) -> dict[str, list[str]] | None:
    filters: dict[str, list[str]] = {}
    for item in given:
        field, equals, value = item.partition("=")
        if not (equals and field.strip() and value.strip()):
            raise SettingsError(
                f"--where {item} is no filter", hint="Write FIELD=VALUE, for instance --where kind=faq."
            )
        filters.setdefault(field.strip(), []).append(value.strip())
    return filters or None


def _print_explanation(explanation: Explanation, shown: int, json: bool, jsonl: bool, color: ColorChoice) -> None:
    if json or jsonl:
        from faqsearch.cli.machine import dumps

        print(dumps(explanation.to_json(), indent=2 if json else None))
        return
    from faqsearch.cli.diagnosis import why_lines
    from faqsearch.cli.render import Look

    for line in why_lines(explanation, shown, Look.of(sys.stdout, color)):
        print(line)


def _print_text(results: Results, look: Look, *, explain: bool) -> None:
    from faqsearch.cli.render import explanation_lines, results_lines

    for line in results_lines(results, look):
        print(line)
    if explain:
        for line in explanation_lines(results, look):
            print(line)
