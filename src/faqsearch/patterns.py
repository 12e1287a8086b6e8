"""Patterns: regular expressions that are compiled when they are first used.

Python compiles a pattern of ours in 0.1 to 3 ms and keeps none of it for the next start; a search uses few of them.
"""

from __future__ import annotations

import re
from typing import Any


def pattern(source: str, flags: int = 0) -> re.Pattern[str]:
    """Return what `re.compile` would, with the work put off until a method of it is called."""
    later: Any = _Later(source, flags)
    return later  # type: ignore[no-any-return]


class _Later:
    """Stands for a pattern; its methods, once looked up, are those of the pattern itself."""

    def __init__(self, source: str, flags: int) -> None:
        self._given = source, flags

    def __getattr__(self, name: str) -> Any:
        value = getattr(re.compile(*self._given), name)
        self.__dict__[name] = value
        return value
