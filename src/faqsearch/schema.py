"""Schema and guide: what programs read about faqsearch itself, shipped inside the package."""

from __future__ import annotations

from importlib.resources import files


def schema_text() -> str:
    """Return the JSON Schema (draft 2020-12) of everything the commands write for programs."""
    return files("faqsearch").joinpath("schema.json").read_text(encoding="utf-8")


def guide_text() -> str:
    """Return the guide for programs and agents, in Markdown."""
    return files("faqsearch").joinpath("guide.md").read_text(encoding="utf-8")
