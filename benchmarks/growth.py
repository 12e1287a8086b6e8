"""A picture of how time, memory and disk grow with the number of documents."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

_PANELS = (
    ("build_s", "build, s"),
    ("query_ms", "one query, ms"),
    ("peak_mb", "peak memory, MB"),
    ("disk_mb", "on disk, MB"),
)


def plot(results: Mapping[str, Any], path: Path) -> None:
    """Draw one panel for each figure and one line for each engine into an SVG file; needs matplotlib."""
    import matplotlib as mpl

    mpl.use("Agg")
    # The same figures give the same bytes.
    mpl.rcParams["svg.hashsalt"] = "faqsearch"
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, len(_PANELS), figsize=(15, 4))
    sizes = sorted(results["sizes"].values(), key=lambda value: value["documents"])
    names = {row["engine"]: row["name"].strip("*") for value in sizes for row in value["engines"]}
    for axis, (field, title) in zip(axes, _PANELS, strict=True):
        for engine, name in names.items():
            points = [
                (value["documents"], row[field])
                for value in sizes
                for row in value["engines"]
                if row["engine"] == engine and row.get(field)
            ]
            if points:
                axis.plot(*zip(*points, strict=True), marker="o", label=name, linewidth=2 if engine == "whole" else 1)
        axis.set(title=title, xscale="log", yscale="log", xlabel="documents")
        axis.grid(alpha=0.3)
    axes[1].legend(fontsize="small")
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)
