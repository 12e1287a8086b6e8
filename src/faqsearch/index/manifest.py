"""Manifest: what a generation of an index holds, and how to tell that it is whole."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

from faqsearch.errors import IndexFormatError, IndexVersionError, SettingsError
from faqsearch.index.arrays import DAMAGE_HINT, ArrayPlace, places_from_json, places_to_json
from faqsearch.settings import Settings

_WRITER = re.compile(r"faqsearch (\d[\w.+-]{0,30})")
FORMAT_VERSION = 2
"""Raised when files change their meaning. tests/data/index-v<N> keeps one small index of each version."""


@dataclass(frozen=True, slots=True)
class FileRecord:
    """Size and checksum of one file of a generation."""

    bytes: int
    sha256: str
    """Of the content, in hex: processors have instructions for it, and everybody a program that computes it."""


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """What a source file was when the index was built."""

    sha256: str
    documents: int
    key: str = ""
    """What `sources` says of a file that need not be read again while it stays the same; else empty."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """Everything there is to know about a generation without reading its arrays."""

    created: str
    """UTC, ISO 8601, seconds."""
    made_by: str
    """The command or function that made it (`build`, `update`), and the faqsearch version."""
    documents: int
    passages: int
    """Vectors in the dense leg: phrasings and pieces of answers."""
    tokenizer: str
    """The tokenizer's fingerprint; a Searcher refuses an index of another one."""
    encoder: Mapping[str, Any]
    """Name, kind, dimension and fingerprint of the encoder."""
    settings: Settings
    dense: Mapping[str, Any] = field(default_factory=lambda: {"index": "Flat", "recall_at_10": 1.0})
    """The FAISS index by its factory's name, and which share of the ten nearest passages it finds."""
    sources: Mapping[str, SourceRecord] = field(default_factory=dict)
    problems: int = 0
    """Rows and files that could not be read."""
    copies: int = 0
    """Documents that say much the same as an earlier one; they are searched like all others."""
    files: Mapping[str, FileRecord] = field(default_factory=dict)
    arrays: Mapping[str, Mapping[str, ArrayPlace]] = field(default_factory=dict)
    """Array file name to where each of its arrays lies."""
    format: int = FORMAT_VERSION

    def to_json(self) -> str:
        """Return the manifest as it is written, indented for people."""
        value: dict[str, Any] = {
            "format": self.format,
            "created": self.created,
            "made_by": self.made_by,
            "documents": self.documents,
            "passages": self.passages,
            "problems": self.problems,
            "copies": self.copies,
            "tokenizer": self.tokenizer,
            "encoder": dict(self.encoder),
            "dense": dict(self.dense),
            "settings": self.settings.to_json(),
            "sources": {path: asdict(record) for path, record in self.sources.items()},
            "files": {name: asdict(record) for name, record in self.files.items()},
            "arrays": {name: places_to_json(places) for name, places in self.arrays.items()},
        }
        return json.dumps(value, ensure_ascii=False, indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str, *, path: str) -> Self:
        """Return the manifest in `text`.

        Raises:
            IndexFormatError: The text is not a manifest, or one of another format version.
        """
        try:
            value = json.loads(text)
            version = value["format"]
            if version != FORMAT_VERSION:
                raise _foreign(value, f"{path} has index format {str(version)[:20]}", path)
            return cls(
                created=_text(value["created"]),
                made_by=_text(value["made_by"]),
                documents=int(value["documents"]),
                passages=int(value["passages"]),
                problems=int(value["problems"]),
                copies=int(value["copies"]),
                tokenizer=_text(value["tokenizer"]),
                encoder=dict(value["encoder"]),
                dense=dict(value["dense"]),
                settings=Settings.from_json(value["settings"]),
                sources={name: SourceRecord(**record) for name, record in value["sources"].items()},
                files={name: FileRecord(**record) for name, record in value["files"].items()},
                arrays={name: places_from_json(places) for name, places in value["arrays"].items()},
            )
        except SettingsError as error:
            raise _foreign(value, f"{path} was written with other {error.message[:200]}", path) from error
        except (AttributeError, KeyError, TypeError, ValueError, OverflowError, RecursionError) as error:
            raise IndexFormatError(f"{path} is not a readable manifest ({error!r})", hint=DAMAGE_HINT) from error


def _foreign(value: Any, message: str, path: str) -> IndexVersionError:
    """The error for an index of another faqsearch: it names the one that is needed, and the way without it."""
    from importlib.metadata import version

    own, written = version("faqsearch"), _WRITER.search(str(value.get("made_by")))
    needed = f"faqsearch {written.group(1)}" if written else "the faqsearch that wrote it"
    if written and written.group(1) == own:
        needed += f" from before format {FORMAT_VERSION}"
    return IndexVersionError(
        f"{message}; this is faqsearch {own}, which reads format {FORMAT_VERSION}",
        hint=f"Build it again from its corpus (faqsearch build CORPUS --into {_index_of(path)}), or install {needed}.",
    )


def _index_of(path: str) -> str:
    """The address of the index whose manifest that is; `Path` would take a slash out of an engine's."""
    return path.rsplit("/", 2)[0] if "://" in path else str(Path(path).parent.parent)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{str(value)[:40]!r} is no text")
    return value
