"""`faqsearch search`: a question in, hits out; or questions from stdin, one result per line."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from faqsearch.cli.address import index_address
from faqsearch.cli.options import ColorOption, DebugOption, IndexOption, SynonymsOption
from faqsearch.errors import SettingsError

if TYPE_CHECKING:
    from faqsearch.cli.render import Look
    from faqsearch.cli.terminal import ColorChoice
    from faqsearch.explain import Explanation
    from faqsearch.results import Results
    from faqsearch.search import Searcher

# As text, more than five hits push the best one off the screen.
_HITS, _HITS_AS_TEXT = 10, 5


def search(
    question: Annotated[
        str, typer.Argument(metavar="QUESTION", help="The question, or - to read one per line from stdin.")
    ],
    *,
    index: IndexOption = None,
    k: Annotated[
        int | None, typer.Option("-k", min=1, metavar="N", help="Hits, at most.  [default: 10, as text 5]")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Write one JSON document.")] = False,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="Write one line of JSON per question.")] = False,
    tsv: Annotated[bool, typer.Option("--tsv", help="Write tab-separated lines under a header.")] = False,
    where: Annotated[
        list[str] | None,
        typer.Option(
            "--where",
            metavar="FIELD=VALUE",
            help="Only documents with this category, tag, source, kind or other column. Repeat a field for either "
            "value, name another for both.",
        ),
    ] = None,
    synonyms: SynonymsOption = None,
    explain: Annotated[bool, typer.Option("--explain", help="Say what each way of searching found.")] = False,
    explain_id: Annotated[
        str | None, typer.Option("--explain-id", metavar="ID", help="Only say why this document is a hit, or is not.")
    ] = None,
    fields: Annotated[
        str | None, typer.Option("--fields", metavar="A,B", help="With --json, --jsonl, --tsv: these fields only.")
    ] = None,
    max_chars: Annotated[
        int | None,
        typer.Option("--max-chars", min=1, metavar="N", help="Cut texts in JSON and TSV after N characters."),
    ] = None,
    color: ColorOption = "auto",
    debug: DebugOption = False,
) -> int:
    """Answer a question.

    Exits with 0 when there is a confident answer and with 1 when there is none.
    """
    if json + jsonl + tsv > 1:
        raise SettingsError("--json, --jsonl and --tsv exclude each other", hint="Leave out all but one.")
    from faqsearch.cli.machine import field_names, results_value, tsv_lines

    names = field_names(fields)
    filters = _filters(where or [])
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


def _open(address: str, synonyms: list[str] | None, filters: dict[str, list[str]] | None) -> Searcher:
    from faqsearch.search import open_index

    searcher = open_index(address, synonyms=synonyms or ())
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


def _filters(given: list[str]) -> dict[str, list[str]] | None:
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
