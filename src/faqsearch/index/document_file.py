"""The documents of an index, one JSON line each, found by number or by id without reading the others."""

from __future__ import annotations

import json
import mmap
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
import numpy.typing as npt

from faqsearch.documents import Document, Source
from faqsearch.errors import DocumentNotFound, IndexFormatError
from faqsearch.index.arrays import DAMAGE_HINT
from faqsearch.vocabulary import term_key

_RECENT = 64
_decoder = json.JSONDecoder()
# `json.dumps` makes an encoder for every call.
_to_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_OTHER_FIELDS = tuple(field.name for field in fields(Source) if field.name not in ("path", "line"))
_LISTS = ("phrasings", "category", "tags")


# The texts of a document are written into its line and into what it is known by; an encoder is set up for all but texts.
@lru_cache(maxsize=16)
def _text(text: str) -> str:
    return _to_json(text)


def _list(texts: Sequence[str]) -> str:
    return f"[{','.join(map(_text, texts))}]" if texts else "[]"


def document_to_json(document: Document) -> str:
    """Return the document as one compact JSON line, without a line break; empty fields left out."""
    source, line = document.source, document.source.line
    place = [f'"path":{_text(source.path)}'] if source.path else []
    if line:
        place.append(f'"line":{line}')
    place += [f'"{name}":{_to_json(part)}' for name in _OTHER_FIELDS if (part := getattr(source, name))]
    lists = [f',"{name}":{_list(part)}' for name in _LISTS if (part := getattr(document, name))]
    if document.extra:
        lists.append(f',"extra":{_to_json(dict(document.extra))}')
    return (
        f'{{"id":{_text(document.id)},"kind":{_text(document.kind)},"question":{_text(document.question)},'
        f'"answer":{_text(document.answer)},"source":{{{",".join(place)}}}{"".join(lists)}}}'
    )


def document_from_json(line: str | bytes) -> Document:
    """Return the document written by `document_to_json`.

    Raises:
        ValueError, KeyError, TypeError: The line is not one.
    """
    if isinstance(line, bytes):
        line = line.decode("utf-8", "surrogatepass")  # as json does after it has guessed the encoding
    value, end = _decoder.raw_decode(line)  # `json.loads` looks for byte order marks and white space, too
    if end != len(line):
        raise ValueError("more than one value")
    source, get = value["source"], value.get
    if "heading" in source:
        source["heading"] = tuple(source["heading"])
    return Document(
        value["id"],
        value["kind"],
        value["question"],
        value["answer"],
        Source(**source),
        tuple(get("phrasings", ())),
        tuple(get("category", ())),
        tuple(get("tags", ())),
        get("extra", {}),
    )


@dataclass(frozen=True, slots=True)
class DocumentHashes:
    """What an update compares documents by; 16 bytes each."""

    texts: bytes
    """Of everything that terms and vectors are made from: documents with equal texts are analysed once."""
    content: bytes
    """Of everything but the place in the source: a document that only moved within its file keeps it."""
    question: str
    """What tells a row without an id of its own, whose answer changed, from a new one."""


def document_hashes(document: Document) -> DocumentHashes:
    """Return the hashes of a document."""
    # JSON lists, without an encoder for each.
    lists = map(_list, (document.phrasings, document.tags, document.source.heading))
    texts = _hash(*map(_text, (document.kind, document.question, document.answer)), *lists)
    extra, url = _to_json(list(document.extra.items())) if document.extra else "[]", document.source.url
    rest = (_text(document.id), _list(document.category), extra, "null" if url is None else _text(url))
    return DocumentHashes(texts, _hash(_text(texts.hex()), *rest), document.question)


def _hash(*values: str) -> bytes:
    return blake2b(f"[{','.join(values)}]".encode("utf-8", "surrogatepass"), digest_size=16).digest()


def line_sum(line: bytes) -> int:
    """Return the checksum of a document's line, compared whenever it is read: no answer is ever a damaged one."""
    return crc32(line)  # against damage, as in archives; a fifth of the time of a hash


@contextmanager
def written_documents(path: Path, offsets: npt.NDArray[np.int64]) -> Iterator[Callable[[int], Document]]:
    """Give what reads a document by its number from a file that was just written, before its tables are."""
    with path.open("rb") as file:

        def read(number: int) -> Document:
            file.seek(int(offsets[number]))
            return document_from_json(file.readline()[:-1])

        yield read


class DocumentFile:
    """Documents by number (their place in the corpus) and by id."""

    def __init__(self, path: Path, arrays: dict[str, npt.NDArray[Any]]) -> None:
        self._path = path
        # A search looks at its best documents twice: for repeats of the question, and to show them.
        self._recent: dict[int, Document] = {}
        # One number of a memoryview is read in a third of the time of one of an array.
        self._offsets = memoryview(arrays["document_offsets"].data)
        self._sums = memoryview(arrays["line_sums"].data)
        self._id_keys: npt.NDArray[np.uint64] = arrays["id_keys"]
        self._id_numbers: npt.NDArray[np.int32] = arrays["id_numbers"]
        try:
            with path.open("rb") as file:
                size = file.seek(0, 2)
                self._data: bytes | mmap.mmap = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if size else b""
        except OSError as error:
            raise IndexFormatError(f"{path} cannot be opened ({error.strerror})", hint=DAMAGE_HINT) from error
        if len(self._offsets) != len(self._sums) + 1 or self._offsets[-1] != size:
            raise IndexFormatError(f"{path} and its table of lines disagree", hint=DAMAGE_HINT)

    def __len__(self) -> int:
        return len(self._offsets) - 1

    def line(self, number: int) -> bytes:
        """Return the JSON line of a document, without its line break.

        Raises:
            IndexFormatError: It is not what was written.
        """
        line = self._data[self._offsets[number] : self._offsets[number + 1] - 1]
        if line_sum(line) != self._sums[number]:
            raise IndexFormatError(f"{self._path}: document {number} is damaged", hint=DAMAGE_HINT)
        return line

    def lines(self, first: int, last: int) -> bytes:
        """Return the lines of documents `first:last` with their line breaks, unchecked."""
        return self._data[self._offsets[first] : self._offsets[last]]

    def __getitem__(self, number: int) -> Document:
        document = self._recent.get(number)
        if document is None:
            document = self._read(number)
            if len(self._recent) >= _RECENT:
                self._recent.clear()
            self._recent[number] = document
        return document

    def _read(self, number: int) -> Document:
        try:
            return document_from_json(self.line(number))
        except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
            raise IndexFormatError(f"{self._path}: document {number} is damaged", hint=DAMAGE_HINT) from error

    def number(self, document_id: str) -> int:
        """Return the number of the document with that id.

        Raises:
            DocumentNotFound: There is none.
        """
        key = np.uint64(term_key(document_id))
        place = int(np.searchsorted(self._id_keys, key))
        while place < len(self._id_keys) and self._id_keys[place] == key:
            number = int(self._id_numbers[place])
            if 0 <= number < len(self) and self[number].id == document_id:
                return number
            place += 1
        raise DocumentNotFound(
            f"no document has the id {document_id[:300]!r}", hint="Take an id from the results of a search."
        )
