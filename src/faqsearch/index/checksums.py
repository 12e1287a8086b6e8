"""Checksums: size and SHA-256 of files, several files at a time, and whether they are those a manifest holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import file_digest
from pathlib import Path
from typing import TYPE_CHECKING

from faqsearch.errors import IndexFormatError
from faqsearch.index.contained import contained
from faqsearch.index.lasting import fsync
from faqsearch.index.manifest import FileRecord

if TYPE_CHECKING:
    from concurrent.futures import Future, ThreadPoolExecutor

# Each reads 1.3 GB a second with the processor's own instructions; more wait for the disk.
_THREADS = 4


def file_record(path: Path) -> FileRecord:
    """Return size and checksum of a file."""
    with path.open("rb") as file:
        digest = file_digest(file, "sha256")
        return FileRecord(file.tell(), digest.hexdigest())


def synced_records(paths: Sequence[Path]) -> list[FileRecord]:
    """Bring files to the disk; return size and checksum of each.

    Raises:
        OSError: The disk refuses.
    """
    with _threads(_THREADS) as pool:
        return list(pool.map(_synced_record, paths))


def differences(folder: Path, files: Mapping[str, FileRecord]) -> list[str]:
    """Return a line for every file whose content is not what was written.

    Args:
        folder: Where the files are.
        files: What they should be, by name.
    """
    with _threads(_THREADS) as pool:
        found = pool.map(lambda name: _difference(folder, name, files[name]), files)
        return [line for line in found if line]


class Check:
    """The comparison of a generation's files with their checksums, while something else is done."""

    def __init__(self, folder: Path, files: Mapping[str, FileRecord]) -> None:
        """Begin; the arguments are those of `differences`."""
        pool = _threads(1)
        self._found: Future[list[str]] = pool.submit(differences, folder, files)
        pool.shutdown(wait=False)

    def first(self) -> str | None:
        """Wait until it is done; return the first difference, or None."""
        return next(iter(self._found.result()), None)


def _threads(most: int) -> ThreadPoolExecutor:
    from concurrent.futures import ThreadPoolExecutor  # a search checks no sums

    return ThreadPoolExecutor(most)


def _synced_record(path: Path) -> FileRecord:
    fsync(path)
    return file_record(path)


def _difference(folder: Path, name: str, record: FileRecord) -> str | None:
    path = folder / name
    try:
        found = file_record(contained(folder, name))
    except OSError as error:
        return f"{path} cannot be read ({error.strerror})"
    except IndexFormatError as error:
        return error.message
    return None if found == record else f"{path} has checksum {found.sha256} instead of {record.sha256}"
