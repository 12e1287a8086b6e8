"""Files that a page includes: only from the corpus folder, only regular files, only so many."""

from __future__ import annotations

import hashlib
import os
import posixpath
import stat
from pathlib import Path

from faqsearch.sources.interface import Severity, SourceFile


class NotNearbyError(Exception):
    """An included file that is not there, which is worth a warning, or must not be read, which is an error."""

    def __init__(self, message: str, severity: Severity = "warning") -> None:
        super().__init__(message)
        self.severity = severity


def read_nearby(file: SourceFile, target: str, *, beside: Path | None = None, most: int) -> tuple[bytes, Path]:
    """Read a file that a page includes.

    Args:
        file: The page.
        target: The file as the page names it; from the top of the corpus when it begins with `/`.
        beside: File the target is relative to, when it is not the page itself.
        most: Bytes it may have.

    Returns:
        The bytes, and where they lie.

    Raises:
        NotNearbyError: why it is not read.
    """
    if file.folder is None or file.location is None:
        raise NotNearbyError("there is no folder to include from")
    inside = Path(os.path.realpath(file.folder))
    start = Path(os.path.realpath(beside or file.location)).parent
    try:
        if target.startswith("/"):
            # From the top of the manual, which may lie some way down the corpus.
            above = [folder for folder in (start, *start.parents) if folder.is_relative_to(inside)]
            start = next((folder for folder in above if (folder / target.lstrip("/")).exists()), inside)
        # Links are resolved before anything is opened: what is read lies in the corpus, however it is named.
        location = Path(os.path.realpath(start / target.lstrip("/")))
        if not location.is_relative_to(inside):
            raise NotNearbyError("it lies outside the corpus folder", severity="error")
        handle = os.open(location, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0))
        with os.fdopen(handle, "rb") as stream:
            status = os.fstat(handle)
            if not stat.S_ISREG(status.st_mode):
                raise NotNearbyError("it is no regular file", severity="error")
            if status.st_size > most:
                raise NotNearbyError(f"it has {status.st_size:,} bytes; at most {most:,} are read", severity="error")
            data = stream.read(most)
            file.included[known_as(file, location)] = hashlib.sha256(data).hexdigest()
            return data, location
    except (OSError, ValueError) as fault:
        raise NotNearbyError(getattr(fault, "strerror", None) or "not a file name") from None


def known_as(file: SourceFile, location: Path) -> str:
    """Where an included file lies, in the words its page is known by."""
    page = Path(os.path.realpath(file.location or "."))
    way = Path(os.path.relpath(location, page.parent)).as_posix()
    return posixpath.normpath(posixpath.join(posixpath.dirname(file.path), way))
