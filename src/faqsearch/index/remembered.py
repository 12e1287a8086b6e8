"""Remembered: the vectors of passages that an index holds already, so that a build encodes what is new.

Encoding takes hours where all else takes seconds. Beside its vectors, a generation keeps what each was made from: a key of
the encoder's fingerprint and of the passage's text. A passage of the same key has the same vector, wherever it stands
now; another model, other weights, another prompt or another text make another key.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from hashlib import blake2b
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from faqsearch.errors import IndexFormatError
from faqsearch.index.arrays import open_arrays
from faqsearch.index.checksums import file_record
from faqsearch.index.contained import contained
from faqsearch.index.dense import DENSE_FILE
from faqsearch.index.dense_files import stored_rows
from faqsearch.index.folder import Generation
from faqsearch.index.local import TABLES_FILE
from faqsearch.index.store import StoredGeneration
from faqsearch.vectors.interface import Encoder, Vectors

Keys = npt.NDArray[np.uint8]
"""One key a row, shape (n, 16); all zero where it is not known what a vector was made from."""

KEYS = "passage_keys"
"""Name of the keys among the arrays of `documents.bin`; missing where the encoder has no fingerprint."""
_BYTES = 16


def passage_keys(encoder: Encoder, texts: Sequence[str]) -> Keys:
    """Return the keys of passages; unknown ones for an encoder without a fingerprint, whose vectors are never taken."""
    fingerprint: str | None = getattr(encoder, "passage_fingerprint", None)
    if fingerprint is None:
        return unknown_keys(len(texts))
    begun = blake2b(f"{fingerprint}\0".encode(), digest_size=_BYTES)
    keys = bytearray()
    for text in texts:
        own = begun.copy()
        own.update(text.encode("utf-8", "surrogatepass"))
        keys += own.digest()
    return np.frombuffer(bytes(keys), dtype=np.uint8).reshape(-1, _BYTES)


def unknown_keys(passages: int) -> Keys:
    """Return the keys of passages whose vectors were made from nobody knows what."""
    return np.zeros((passages, _BYTES), dtype=np.uint8)


@contextmanager
def remembering(encoder: Encoder, generations: Iterable[StoredGeneration]) -> Iterator[Encoder]:
    """Give an encoder that takes vectors from generations where these have them, for as long as the block runs.

    Args:
        encoder: Encodes everything else.
        generations: Where vectors may be; the damaged and those of another dimension are passed over.
    """
    with ExitStack() as opened:
        kept: list[Remembered] = []
        for generation in generations if passage_keys(encoder, [""]).any() else ():
            manifest = generation.manifest
            if KEYS in manifest.arrays.get(TABLES_FILE, {}) and manifest.encoder.get("dimension") == encoder.dimension:
                with suppress(IndexFormatError):  # an engine's generation comes whole, or not at all
                    kept += _remembered(opened.enter_context(generation.files()))
        yield RememberingEncoder(encoder, kept)


def _remembered(generation: Generation) -> Iterator[Remembered]:
    """What a generation has, when it is as it was written: what is copied gets a new checksum."""
    manifest, path = generation.manifest, generation.path
    try:
        if any(file_record(contained(path, name)) != manifest.files[name] for name in (TABLES_FILE, DENSE_FILE)):
            return
    except (OSError, KeyError, IndexFormatError):
        return
    keys = open_arrays(path / TABLES_FILE, {KEYS: manifest.arrays[TABLES_FILE][KEYS]})[KEYS]
    rows = stored_rows(path, int(manifest.encoder["dimension"]))
    if keys.shape == (len(rows), _BYTES) and len(rows):
        known = _comparable(keys)
        order = np.argsort(known, kind="stable")
        yield Remembered(known[order], order, rows)


class Remembered(NamedTuple):
    """The vectors of one generation."""

    keys: npt.NDArray[np.bytes_]
    """Of the passages, ascending."""
    places: npt.NDArray[np.int64]
    """Passage of each key."""
    rows: npt.NDArray[np.uint8]
    """The bytes of the passages' vectors."""


class RememberingEncoder:
    """An encoder that takes the vectors of passages from where they are remembered."""

    def __init__(self, encoder: Encoder, kept: Sequence[Remembered]) -> None:
        """Take an encoder, and what was encoded with it before."""
        self._encoder = encoder
        self._kept = kept

    @property
    def passage_fingerprint(self) -> str | None:
        """That of the encoder."""
        return getattr(self._encoder, "passage_fingerprint", None)

    @property
    def name(self) -> str:
        """That of the encoder."""
        return self._encoder.name

    @property
    def dimension(self) -> int:
        """That of the encoder."""
        return self._encoder.dimension

    def describe(self) -> dict[str, Any]:
        """Return what the encoder says of itself."""
        return self._encoder.describe()

    def encode_queries(self, texts: Sequence[str], /) -> Vectors:
        """Return what the encoder does."""
        return self._encoder.encode_queries(texts)

    def encode_passages(self, texts: Sequence[str], /) -> Vectors:
        """Return one vector a passage; those of the same text, here or before, are encoded once."""
        if self.passage_fingerprint is None:
            return self._encoder.encode_passages(texts)
        wanted = _comparable(passage_keys(self._encoder, texts))
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        missing = np.ones(len(texts), dtype=bool)
        for known, places, rows in self._kept:
            at = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
            found = np.flatnonzero(missing & (known[at] == wanted))
            vectors[found] = np.ascontiguousarray(rows[places[at[found]]]).view(np.float32)
            missing[found] = False
        left = np.flatnonzero(missing)
        _, first, same = np.unique(wanted[left], return_index=True, return_inverse=True)
        if len(first):
            vectors[left] = self._encoder.encode_passages([texts[place] for place in left[first].tolist()])[same]
        return vectors


def _comparable(keys: Keys) -> npt.NDArray[np.bytes_]:
    return np.ascontiguousarray(keys).view(f"S{_BYTES}").ravel()
