"""What programs read: JSON, JSON lines and TSV. The shape of a result is `faqsearch.results`' business."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from faqsearch.cli.terminal import UNSAFE
from faqsearch.documents import Document
from faqsearch.errors import FaqsearchError, SettingsError
from faqsearch.results import SCHEMA, Results

# The fields of a hit, as `Hit.to_json` names them; what `--fields` may choose from.
FIELDS = (
    "rank", "id", "kind", "score", "confidence", "question", "answer", "snippet", "matched", "category", "tags",
    "source", "copies", "explanation",
)  # fmt: skip
_TSV_FIELDS = ("rank", "confidence", "id", "question", "snippet", "source")
_LONG_TEXTS = ("question", "answer", "snippet", "matched")
# Valid in JSON as they are, but a terminal would obey them. Those below 32 are escaped anyway.
_UNSAFE = {code: f"\\u{code:04x}" for code in UNSAFE if code >= 32}
_CELL = {code: f"\\u{code:04x}" for code in UNSAFE} | {ord("\\"): "\\\\", 9: "\\t", 10: "\\n", 13: "\\r"}


def dumps(value: Any, *, indent: int | None = None) -> str:
    """Return JSON in readable UTF-8, or in ASCII where stdout has another encoding."""
    utf8 = (sys.stdout.encoding or "utf-8").lower().replace("-", "") == "utf8"
    separators = (",", ":") if indent is None else None
    text = json.dumps(value, ensure_ascii=not utf8, indent=indent, separators=separators)
    return text.translate(_UNSAFE)


def field_names(given: str | None) -> tuple[str, ...] | None:
    """Return the names in `a,b,c`, or None when none are given.

    Raises:
        SettingsError: A name is not one of `FIELDS`.
    """
    if given is None:
        return None
    names = tuple(name.strip() for name in given.split(",") if name.strip())
    if unknown := [name for name in names if name not in FIELDS]:
        raise SettingsError(f"--fields: no field {', '.join(unknown)}", hint=f"Choose from {', '.join(FIELDS)}.")
    if not names:
        raise SettingsError("--fields is empty", hint=f"Choose from {', '.join(FIELDS)}.")
    return names


def results_value(
    results: Results, *, fields: Sequence[str] | None = None, max_chars: int | None = None
) -> dict[str, Any]:
    """Return the JSON value of `results`; texts over `max_chars` are cut, and the hit says `"cut": true`."""
    value = results.to_json()
    value["hits"] = [_chosen(hit, fields, max_chars) for hit in value["hits"]]
    return value


def _chosen(hit: dict[str, Any], fields: Sequence[str] | None, max_chars: int | None) -> dict[str, Any]:
    if fields is not None:
        hit = {name: hit[name] for name in fields if name in hit}
    if max_chars is not None:
        for name in _LONG_TEXTS:
            if len(hit.get(name, "")) > max_chars:
                hit[name] = hit[name][:max_chars].rstrip() + "…"
                hit["cut"] = True
    return hit


def tsv_lines(results: Results, *, fields: Sequence[str] | None = None, max_chars: int | None = None) -> Iterable[str]:
    r"""Yield a header and one line per hit; tabs, line breaks and backslashes in texts are `\t`, `\n`, `\\`."""
    names = fields or _TSV_FIELDS
    yield "\t".join(names)
    for hit in results_value(results, max_chars=max_chars)["hits"]:
        yield "\t".join(_cell(hit.get(name, "")) for name in names)


def _cell(value: Any) -> str:
    if isinstance(value, Mapping):
        if "path" not in value:
            return _cell(dumps(value))
        line = value["line"]
        return _cell(value["path"] if line is None else f"{value['path']}:{line}")
    if isinstance(value, list):
        return _cell(" > ".join(map(str, value)))
    return str(value).translate(_CELL)


def document_value(document: Document) -> dict[str, Any]:
    """Return the JSON value of one document in full."""
    return {"schema": SCHEMA, **document.to_json()}


def error_value(error: FaqsearchError, query: str) -> dict[str, Any]:
    """Return the JSON value of one question that could not be asked."""
    return {
        "schema": SCHEMA,
        "query": query,
        "error": {"code": type(error).__name__, "message": str(error), "hint": error.hint},
    }
