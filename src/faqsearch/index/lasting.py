"""Lasting: files and folders that are there after the power went out."""

from __future__ import annotations

import os
from pathlib import Path


def write_anew(path: Path, content: bytes) -> None:
    """Write a file and sync it; one that was there is removed first, as it may be a link to anywhere."""
    path.unlink(missing_ok=True)
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def fsync(path: Path) -> None:
    """Wait until the disk holds a file or a folder."""
    # Windows cannot open folders; there the rename itself is what lasts.
    if os.name == "nt" and path.is_dir():
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
