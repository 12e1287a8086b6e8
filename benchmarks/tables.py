"""Results as Markdown tables, and the place in a README where they go."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

# From the paper's own table: all 749 queries of localgovFAQ, question and answer indexed together, k = 10.
PUBLISHED = (
    ("Elasticsearch BM25, kuromoji", 0.494, 0.600),
    ("multilingual-e5-small (118 M parameters)", 0.522, 0.642),
    ("multilingual-e5-large", 0.571, 0.682),
    ("ruri-v3-310m", 0.597, 0.706),
    ("text-embedding-3-large", 0.649, 0.762),
    ("sarashina-embedding-v2-1b", 0.696, 0.823),
    ("gemini-embedding-2", 0.725, 0.821),
)
_TITLES = {"baseline": "Baselines", "faqsearch": "faqsearch", "leg": "One leg alone", "without": "Without one leg"}


def markdown(results: Mapping[str, Any]) -> str:
    """Return the tables of all sets."""
    return "\n\n".join("\n".join(_set(name, value)) for name, value in results["sets"].items())


def _set(name: str, value: Mapping[str, Any]) -> Iterator[str]:
    yield f"### {name}"
    yield ""
    yield f"{value['documents']:,} documents, {value['queries']:,} questions, {value['hard']:,} of them hard."
    yield ""
    yield "| | nDCG@10 | recall@10 | SR@1 | hard: nDCG@10 |"
    yield "|---|---|---|---|---|"
    for group, title in _TITLES.items():
        rows = [row for row in value["systems"] if row["group"] == group]
        if rows and group != "faqsearch":
            yield f"| *{title}* | | | | |"
        for row in rows:
            cells = [
                _cell(row["all"][metric], bold=group == "faqsearch") for metric in ("ndcg@10", "recall@10", "sr@1")
            ]
            hard = _cell(row["hard"]["ndcg@10"], bold=group == "faqsearch") if value["hard"] else ""
            shown = f"**{row['name']}**" if group == "faqsearch" else row["name"]
            yield f"| {shown} | {' | '.join(cells)} | {hard} |"
    if name == "localgovfaq":
        yield "| *Published, on all 749 questions* | | | | |"
        for system, ndcg, recall in PUBLISHED:
            yield f"| {system} | {ndcg:.3f} | {recall:.3f} | | |"


def _cell(value: Mapping[str, float], *, bold: bool) -> str:
    mean = f"{value['mean']:.3f}"
    return f"{f'**{mean}**' if bold else mean} [{value['low']:.3f}, {value['high']:.3f}]"


def write_between_markers(path: Path, name: str, text: str) -> None:
    """Replace what stands between `<!-- name:begin -->` and `<!-- name:end -->`."""
    begin, end = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
    page = path.read_text(encoding="utf-8")
    before, found, rest = page.partition(begin)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise SystemExit(f"{path} has no {begin} … {end}")
    path.write_text(f"{before}{begin}\n\n{text}\n\n{end}{after}", encoding="utf-8")
