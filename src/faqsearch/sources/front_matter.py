"""The lines between `---` or `+++` at the top of a page: title, category, tags, address and whatever else."""

from __future__ import annotations

import re
import tomllib
from typing import Any

from faqsearch.sources.cells import one_line, split_category, split_tags
from faqsearch.sources.columns import recognise
from faqsearch.sources.interface import Problem, SourceFile
from faqsearch.sources.sections import Page
from faqsearch.sources.yaml_nodes import YamlError, load_yaml

_OPEN = re.compile(r"\A(---|\+\+\+)[ \t]*\n")
_CLOSE = {
    "---": re.compile(r"^(?:---|\.\.\.)[ \t]*$", re.MULTILINE),
    "+++": re.compile(r"^\+\+\+[ \t]*$", re.MULTILINE),
}
_LONGEST = 65_536
_LONGEST_EXTRA = 500
_ADOBE = re.compile(r"\[!\w+\s+([^\[\]]*)\]")


def read_front_matter(file: SourceFile, text: str) -> tuple[Page, int, list[Problem]]:
    """Read the front matter of a page.

    Returns:
        What it says; where the page itself begins, as a position in `text`; and what is wrong with it.
    """
    opening = _OPEN.match(text)
    closing = opening and _CLOSE[opening.group(1)].search(text, opening.end(), _LONGEST)
    if not opening or not closing:
        return Page(), 0, []
    source = text[opening.end() : closing.start()]
    try:
        values = (
            tomllib.loads(source) if opening.group(1) == "+++" else next(iter(load_yaml(source, first_line=2)), None)
        )
    except (YamlError, tomllib.TOMLDecodeError, RecursionError) as fault:
        line = fault.line if isinstance(fault, YamlError) else 1
        problem = file.problem(f"front matter: {fault}", line=line, severity="warning")
        return Page(), closing.end(), [problem]
    if values is not None and not isinstance(values, dict):
        # Not front matter after all: a rule, a line, another rule.
        return Page(), 0, []
    return _page(values or {}), closing.end(), []


def _page(values: dict[str, Any]) -> Page:
    columns = recognise(values)
    parts = columns.parts
    title = next((values[name] for name in ("title", "タイトル", "Title") if isinstance(values.get(name), str)), "")
    category = [step for name in parts.get("category", ()) for step in _listed(values[name], split_category)]
    tags = [tag for name in parts.get("tags", ()) for tag in _listed(values[name], split_tags)]
    url = next((values[name] for name in parts.get("url", ()) if isinstance(values[name], str)), "")
    used = {name for part in ("category", "tags", "url") for name in parts.get(part, ())}
    extra = {
        name: text
        for name, value in values.items()
        if name not in used and name.lower() not in ("title", "タイトル") and (text := _short(value))
    }
    return Page(
        title=one_line(_ADOBE.sub(r"\1", title)),
        category=tuple(category),
        tags=tuple(dict.fromkeys(tags)),
        url=one_line(url) or None,
        extra=extra,
    )


def _listed(value: Any, split: Any) -> list[str]:
    if isinstance(value, list):
        return [text for item in value if (text := _short(item))]
    return list(split(value)) if isinstance(value, str) else []


def _short(value: Any) -> str:
    """A single value as text; lists and objects are for the page's own tools."""
    text = "" if value is None or isinstance(value, (dict, list)) else one_line(str(value))
    return text if len(text) <= _LONGEST_EXTRA else ""
