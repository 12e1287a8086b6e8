"""Contained: a file of an index, and never one that a name or a link leads to elsewhere.

An index may come from a stranger. Its manifest names files, and each of them may be a link or a pipe; none may show
or change what is not in its folder, or keep a reader waiting.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path, PurePosixPath

from faqsearch.errors import IndexFormatError

_HINT = "Do not use this index; build your own from the corpus."
# Of CURRENT and of a manifest, which has some hundred bytes for each source file: far beyond a million of them.
_MOST_BYTES = 256 * 2**20


def contained(folder: Path, name: str) -> Path:
    """Return the path of a file in `folder`; one that does not exist is for the caller to miss.

    Raises:
        IndexFormatError: The name or a link leads out of the folder, or to something that is no regular file.
    """
    path = folder / name
    plain = PurePosixPath(name)
    if plain.is_absolute() or ".." in plain.parts or not plain.parts or "\\" in name or "\0" in name:
        raise IndexFormatError(f"{folder} names {name[:80]!r}, which is no file in it", hint=_HINT)
    if not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder)):
        raise IndexFormatError(f"{path} leads out of the index", hint=_HINT)
    try:
        regular = stat.S_ISREG(path.stat().st_mode)
    except OSError:
        return path
    if not regular:
        raise IndexFormatError(f"{path} is not a regular file", hint=_HINT)
    return path


def read_contained(folder: Path, name: str) -> bytes:
    """Return what a small file in `folder` holds.

    Raises:
        IndexFormatError: It is not in the folder, or not small.
        OSError: It cannot be read.
    """
    with contained(folder, name).open("rb") as file:
        content = file.read(_MOST_BYTES + 1)
    if len(content) > _MOST_BYTES:
        raise IndexFormatError(f"{folder / name} has more than {_MOST_BYTES:,} bytes", hint=_HINT)
    return content
