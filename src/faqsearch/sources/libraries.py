"""Libraries that only some formats need: said clearly when they are missing."""

from __future__ import annotations

from importlib.util import find_spec

from faqsearch.errors import MissingExtra

INSTALL = "pip install 'faqsearch[documents]'"


def require(module: str, files: str) -> None:
    """Make sure a library is there before its reader is imported.

    Args:
        module: Name it is imported by.
        files: What needs it, as people say it (`Excel files`).

    Raises:
        MissingExtra: it is not installed.
    """
    if find_spec(module) is None:
        raise MissingExtra(f"{files} need {module}, which is not installed", hint=INSTALL)
