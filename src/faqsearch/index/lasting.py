"""Lasting: files and folders that are on the disk once this returns, also when the power fails."""

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


def replace_file(path: Path, content: bytes) -> None:
    """Put a file in the place of another in one step: readers, and the disk after a crash, have the old or the new one."""
    new = path.with_name(f"{path.name}.new")
    write_anew(new, content)
    new.replace(path)
    fsync(path.parent)


def fsync(path: Path) -> None:
    """Sync a file or a folder."""
    # Windows cannot open folders; there the rename itself is what lasts.
    if os.name == "nt" and path.is_dir():
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
