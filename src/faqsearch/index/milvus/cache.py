"""What is shared by all documents of an engine's generation, kept on this machine under its checksum.

A cached file never changes, so several processes map the same memory, and a program that starts again fetches nothing.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterable
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from faqsearch.errors import IndexFormatError
from faqsearch.index.arrays import DAMAGE_HINT
from faqsearch.index.manifest import FileRecord

CACHE_VARIABLE = "FAQSEARCH_CACHE"
# Seconds after which a file that nobody opened is removed: that of a generation long gone.
_KEPT = 30 * 86_400


def cache_folder() -> Path:
    """Return the folder of cached files: $FAQSEARCH_CACHE, else the user's cache; a passing one where none can be written."""
    if given := os.environ.get(CACHE_VARIABLE):
        folder = Path(given)
    elif sys.platform == "win32":
        folder = Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local")) / "faqsearch"
    else:
        folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "faqsearch"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if os.access(folder, os.W_OK):
            return folder
    except OSError:
        pass
    return _passing_folder()


@lru_cache(maxsize=1)
def _passing_folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="faqsearch-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def cached(record: FileRecord, name: str, blocks: Iterable[bytes]) -> Path:
    """Return the path of a file with these bytes, fetched when it is not here yet.

    Args:
        record: Size and checksum of the file.
        name: What it is, for messages.
        blocks: Its bytes; read only when they are needed.

    Raises:
        IndexFormatError: The bytes fetched are others.
    """
    path = cache_folder() / f"{record.sha256}.bin"
    with contextlib.suppress(OSError):
        if path.stat().st_size == record.bytes:
            os.utime(path)
            return path
    _forget_old(path.parent)
    digest = sha256()
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix="fetching-", delete=False) as file:
        try:
            for block in blocks:
                digest.update(block)
                file.write(block)
            file.close()
            if (found := digest.hexdigest()) == record.sha256:
                Path(file.name).replace(path)
                return path
        finally:
            Path(file.name).unlink(missing_ok=True)
    raise IndexFormatError(f"{name} has checksum {found} instead of {record.sha256}", hint=DAMAGE_HINT)


def _forget_old(folder: Path) -> None:
    oldest = time.time() - _KEPT
    for path in [*folder.glob("*.bin"), *folder.glob("fetching-*")]:
        with contextlib.suppress(OSError):
            if path.stat().st_mtime < oldest:
                path.unlink()
