"""The speed table: one row for each engine and size, with ratios to rank-bm25 and bm25s of the same run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def markdown(results: Mapping[str, Any]) -> str:
    """Return the tables of all sizes."""
    return "\n\n".join("\n".join(_size(value)) for value in results["sizes"].values())


def _size(value: Mapping[str, Any]) -> Iterator[str]:
    rows, many = value["engines"], value["many"]
    slow = _query(rows, "rank_bm25")
    fast = _query(rows, "bm25s")
    yield f"### {value['documents']:,} documents"
    yield ""
    yield "| | build, CPU | one query | rank-bm25 is slower | of bm25s | same ten scores | on disk | peak memory |"
    yield "|---|---|---|---|---|---|---|---|"
    for row in rows:
        cells = [
            _shown(row.get("build_s"), "{:.1f} s"),
            f"{row['query_ms']:.2f} ms",
            _shown(slow and slow / row["query_ms"], "{:,.0f} ×"),
            _shown(fast and row["query_ms"] / fast, "{:.2f}"),
            _shown(row.get("same"), "{:.0%}") if row["engine"] != "tantivy" else "another formula",
            _shown(row.get("disk_mb"), "{:,} MB"),
            _shown(row.get("peak_mb"), "{:,} MB"),
        ]
        yield f"| {row['name']} | {' | '.join(cells)} |"
    yield ""
    ratio = many["together_per_s"] / many["alone_per_s"]
    yield (
        f"One after the other {many['alone_per_s']:,.0f} questions a second, with one `search_many` "
        f"{many['together_per_s']:,.0f}: {ratio:.2f} × on {many['cores']} cores. Opening the index took {rows[0]['open_s'] * 1000:.0f} ms."
    )


def _query(rows: list[Mapping[str, Any]], engine: str) -> float | None:
    return next((row["query_ms"] for row in rows if row["engine"] == engine), None)


def _shown(value: float | None, form: str) -> str:
    return "" if value is None else form.format(value)
