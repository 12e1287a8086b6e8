"""Owner: who holds an index's lock and since when, for whoever finds it taken.

The lock itself is the operating system's (`flock`), which ends with the process that holds it. What stands here is only
said: no process number is looked up, so one that was given to another process, or that belongs to another host, does
no harm.
"""

from __future__ import annotations

import os
import platform
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from faqsearch.errors import IndexFormatError
from faqsearch.index.contained import read_contained

OWNER = "LOCK.owner"
_LONGEST = 300


def described(purpose: str) -> bytes:
    """Return what this process writes down when it takes the lock."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return f"process {os.getpid()} on {platform.node() or 'this host'} ({purpose}) since {now}\n".encode()


def holder(folder: Path) -> str:
    """Return what whoever holds the lock of `folder` wrote down, and how long ago."""
    try:
        said = read_contained(folder, OWNER)[:_LONGEST].decode("utf-8", "replace").strip()
    except (OSError, IndexFormatError):
        said = ""
    with suppress(ValueError, TypeError):
        held = datetime.now(UTC) - datetime.fromisoformat(said.rsplit(" ", 1)[-1])
        # Clocks of two hosts may differ by more than the lock is old.
        said += f" ({timedelta(seconds=max(0, int(held.total_seconds())))} ago)"
    return said or "another process"
