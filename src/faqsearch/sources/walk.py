"""Which files a corpus holds: sorted, inside its folders, and nothing but regular files."""

from __future__ import annotations

import os
import stat
import unicodedata
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from faqsearch.errors import SourceError
from faqsearch.sources.interface import Problem, printable

_SET_ASIDE = {
    "queries*.jsonl": "judgments",
    "qrels*": "judgments",
    "README*": "about the corpus",
    "synonyms.txt": "dictionary",
    "user_words.txt": "dictionary",
}
"""Files at the top of a corpus folder that are not documents. Naming one of them on the command line reads it."""

_LONGEST_FAULT = 200


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A regular file to read."""

    location: Path
    path: str
    """As people know it, safe to print."""
    name: str
    """From the corpus folder down, safe to print; the same on every machine."""
    suffix: str
    folder: Path
    """The corpus folder it was found in, links resolved."""

    def fault(self, fault: Exception) -> SourceError:
        """The error to report when a reader fails in a way that it does not know itself."""
        said = printable(f"{type(fault).__name__}: {fault}")[:_LONGEST_FAULT]
        hint = "report it to the developers, with the file if you may; the other files are read"
        return SourceError(f"the reader fails: {said}", path=self.path, hint=hint)


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that is not read, on purpose."""

    path: str
    reason: str


@dataclass(slots=True)
class Findings:
    """What lies in a corpus."""

    files: list[FoundFile] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def find_files(corpus: Sequence[str | Path], suffixes: AbstractSet[str]) -> Findings:
    """Find the files to read, in the order they are read.

    Args:
        corpus: Files and folders, in the order to read them.
        suffixes: Endings there is a reader for, in lower case with the dot.

    Raises:
        SourceError: a path does not exist, or is neither a file nor a folder.
    """
    findings = Findings()
    for named in corpus:
        root = Path(named)
        try:
            mode = root.stat().st_mode
        except (OSError, ValueError):
            raise SourceError(
                "no such file or folder", path=printable(str(named)), hint="check the path of the corpus"
            ) from None
        if stat.S_ISDIR(mode):
            _walk(root, suffixes, findings)
        elif stat.S_ISREG(mode):
            _add_named(root, suffixes, findings)
        else:
            raise SourceError("neither a file nor a folder", path=printable(str(named)))
    findings.files = _distinct(findings)
    return findings


def _add_named(file: Path, suffixes: AbstractSet[str], findings: Findings) -> None:
    path = printable(file.as_posix())
    if file.suffix.lower() not in suffixes:
        raise SourceError(
            f"no reader for '{printable(file.suffix or file.name)}' files",
            path=path,
            hint=f"convert it to one of {', '.join(sorted(suffixes))}",
        )
    folder = Path(os.path.realpath(file)).parent
    findings.files.append(FoundFile(file, path, _name(PurePosixPath(file.name)), file.suffix.lower(), folder))


def _walk(root: Path, suffixes: AbstractSet[str], findings: Findings) -> None:
    """Add what lies under `root`; an explicit stack, since folders may be nested as deep as an attacker likes."""
    inside = Path(os.path.realpath(root))
    found: list[tuple[str, FoundFile]] = []
    folders = [root]
    while folders:
        folder = folders.pop()
        try:
            with os.scandir(folder) as scan:
                entries = sorted(scan, key=lambda entry: entry.name)
        except OSError as error:
            findings.problems.append(_problem(folder, f"the folder cannot be opened: {error.strerror}"))
            continue
        for entry in entries:
            location = folder / entry.name
            if entry.is_dir(follow_symlinks=False) and not entry.name.startswith("."):
                if _is_index(location):
                    findings.skipped.append(Skipped(printable(location.as_posix()), "an index"))
                else:
                    folders.append(location)
            elif fault := _unfit(entry, location, inside, findings):
                findings.problems.append(_problem(location, fault))
            elif reason := _reason_to_skip(entry, at_top=folder == root, suffixes=suffixes):
                findings.skipped.append(Skipped(printable(location.as_posix()), reason))
            elif not entry.is_symlink():
                below = location.relative_to(root).as_posix()
                suffix = location.suffix.lower()
                file = FoundFile(location, printable(location.as_posix()), _name(PurePosixPath(below)), suffix, inside)
                found.append((below, file))
    found.sort(key=lambda pair: pair[0])
    findings.files += [file for _, file in found]


def _is_index(folder: Path) -> bool:
    """Whether faqsearch wrote this folder: an index inside a corpus must not be read as documents again."""
    return (folder / "CURRENT").is_file() and any(folder.glob("[0-9][0-9][0-9][0-9][0-9][0-9]/manifest.json"))


def _unfit(entry: os.DirEntry[str], location: Path, inside: Path, findings: Findings) -> str | None:
    """Why an entry must not be opened, if so."""
    if entry.name.startswith("."):
        return None
    if entry.is_symlink():
        target = Path(os.path.realpath(location))
        if not target.is_relative_to(inside):
            return "a link out of the corpus folder is not followed"
        if not target.exists():
            return "a link to nothing"
        findings.skipped.append(Skipped(printable(location.as_posix()), "link inside the corpus"))
        return None
    if not entry.is_file(follow_symlinks=False):
        return "neither a file nor a folder (a pipe, socket or device)"
    return None


def _reason_to_skip(entry: os.DirEntry[str], *, at_top: bool, suffixes: AbstractSet[str]) -> str | None:
    if entry.name.startswith("."):
        return "hidden"
    if entry.is_symlink():
        return None
    plain = PurePosixPath(entry.name)
    if at_top:
        for pattern, reason in _SET_ASIDE.items():
            if plain.match(pattern):
                return reason
    if plain.suffix.lower() not in suffixes:
        return f"no reader for '{printable(plain.suffix)}'" if plain.suffix else "no reader for names without a suffix"
    return None


def _distinct(findings: Findings) -> list[FoundFile]:
    """Each file once, with names that differ: those that clash between corpora become whole paths."""
    first: dict[str, FoundFile] = {}
    for file in findings.files:
        real = os.path.realpath(file.location)
        if real in first:
            findings.skipped.append(Skipped(file.path, "named twice"))
        else:
            first[real] = file
    times: dict[str, int] = {}
    for file in first.values():
        times[file.name] = times.get(file.name, 0) + 1
    return [
        file if times[file.name] == 1 else replace(file, name=_name(PurePosixPath(file.path)))
        for file in first.values()
    ]


def _problem(location: Path, message: str) -> Problem:
    return Problem(SourceError(message, path=printable(location.as_posix())))


def _name(below: PurePosixPath) -> str:
    """NFC: macOS stores `ガ` as two characters, and ids must not depend on the machine."""
    return unicodedata.normalize("NFC", printable(below.as_posix()))
