"""Encoding: the built-in encoder of a generation and the vectors it gives, learned or taken from the one before."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from faqsearch.index.arrays import ArrayFileWriter, ArrayPlace, by_prefix, open_arrays
from faqsearch.index.dense_files import DenseWriter
from faqsearch.index.folder import Generation
from faqsearch.index.local import ENCODER_FILE, LEXICAL_FILE, UNITS_FILE
from faqsearch.index.merging import LexicalMerge
from faqsearch.index.shortlist import make_shortlist
from faqsearch.index.splicing import Moves, Splice
from faqsearch.passages import OTHER
from faqsearch.vectors.builtin import describe
from faqsearch.vectors.interface import Encoder, Vectors
from faqsearch.vectors.learning import fingerprint, learn, unseen_words, word_vectors
from faqsearch.vectors.sums import Part, encode
from faqsearch.vocabulary import Vocabulary

# Passages encoded between two reports of progress.
_ENCODED_AT_ONCE = 1024

Arrays = dict[str, npt.NDArray[Any]]


@dataclass(frozen=True, slots=True)
class WrittenVectors:
    """What is told of the vectors of a generation, which are written."""

    owners: npt.NDArray[np.int32]
    """Document of each passage, ascending."""
    encoder: Mapping[str, Any]
    """What the manifest says of the encoder."""
    dense: Mapping[str, Any]
    """What it says of the dense leg."""
    places: Mapping[str, dict[str, ArrayPlace]]
    """Array file to the places of its arrays."""


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """What a generation keeps of the built-in encoder."""

    arrays: Arrays
    """Those of `WordVectors`."""
    described: dict[str, Any]
    """What the manifest says of it."""
    owners: npt.NDArray[np.int32]
    """Document of each passage, ascending."""
    parts: Iterator[Part]
    """The vectors, in order."""
    passages: Splice | None = None
    """Where the vectors come from, when they are mostly those of the generation before."""

    def write(
        self,
        folder: Path,
        kinds: npt.NDArray[np.uint8],
        hashes: npt.NDArray[np.uint8],
        before: Generation | None = None,
    ) -> WrittenVectors:
        """Write encoder, vectors and shortlist.

        Args:
            folder: Of the generation.
            kinds: Of all units.
            hashes: Of the texts of all documents; shape (documents, 16).
            before: The generation before.
        """
        with ArrayFileWriter(folder / ENCODER_FILE) as encoder:
            for name, array in self.arrays.items():
                encoder.add(name, array)
        rows, dimension = int((kinds != OTHER).sum()), int(self.described["dimension"])
        with ArrayFileWriter(folder / UNITS_FILE) as units, DenseWriter(folder, dimension) as dense:
            vectors = units.reserve("vectors", np.int8, rows, dimension)
            factors = units.reserve("factors", np.float32, rows, len(self.described["views"]))
            for part in self.parts:
                vectors(part.units)
                factors(part.factors)
                dense.add(part.vectors)
        places = {ENCODER_FILE: encoder.places, UNITS_FILE: units.places}
        shortlist = make_shortlist(folder, dimension, hashes, self.owners, before, self.passages)
        return WrittenVectors(self.owners, self.described, shortlist, places)


@dataclass(frozen=True, slots=True)
class Before:
    """What the generation before kept."""

    arrays: Arrays
    described: Mapping[str, Any]
    owners: npt.NDArray[np.int32]
    vectors: npt.NDArray[np.uint8]
    """The bytes of the passages' vectors."""
    units: Arrays
    """Those of `UnitVectors`."""
    words: Arrays
    """Those of `Sequences`."""


def write_built_in(folder: Path, words: Mapping[str, ArrayPlace], hashes: npt.NDArray[np.uint8]) -> WrittenVectors:
    """Learn the encoder from the documents of a generation, and write it and the vectors; any process may do that.

    Args:
        folder: Of the generation.
        words: Where the arrays of its `Sequences` lie, which are written.
        hashes: Of the texts of its documents; shape (documents, 16).
    """
    arrays = by_prefix(open_arrays(folder / LEXICAL_FILE, words))["words"]
    return built_in(arrays, hashes).write(folder, arrays["unit_kinds"], hashes)


def built_in(words: Arrays, hashes: npt.NDArray[np.uint8]) -> BuiltIn:
    """Learn the encoder from a corpus, and encode that.

    Args:
        words: The arrays of its `Sequences`.
        hashes: Of the texts of its documents; shape (documents, 16).
    """
    arrays = learn(words, hashes)
    encoded = encode(words, word_vectors(arrays), np.arange(len(words["keys"])))
    return BuiltIn(arrays, _described(arrays, hashes), encoded.owners, encoded.parts)


def built_in_as_before(
    before: Before, added: Arrays, hashes: npt.NDArray[np.uint8], merged: LexicalMerge, moves: Moves
) -> BuiltIn | None:
    """Return what `built_in` would, encoding only the documents added; None when everything must be learned again.

    Args:
        before: Of the generation before.
        added: The sequences of the documents added.
        hashes: Of the texts of all documents; shape (documents, 16).
        merged: The words of all documents.
        moves: Where these come from.
    """
    if before.described.get("learned_from") != fingerprint(hashes):
        return None
    terms = merged.terms
    vocabulary = Vocabulary(added)
    unseen = unseen_words(before.arrays, [vocabulary.term(number) for number in terms.new.tolist()])
    arrays = before.arrays | {name: terms.splice(before.arrays[name], rows) for name, rows in unseen.items()}
    encoded = encode(added, word_vectors(arrays), terms.numbers)
    passages = moves.units(before.owners, encoded.owners)
    owners = passages(moves.documents.renumbered(before.owners), encoded.owners)
    parts = _spliced(before, added, encoded.parts, moves, passages)
    return BuiltIn(arrays, _described(arrays, hashes), owners, parts, passages)


def _spliced(before: Before, added: Arrays, parts: Iterator[Part], moves: Moves, passages: Splice) -> Iterator[Part]:
    """Yield the vectors of units, then those of passages: those of the generation before, and added ones between."""
    fresh = Part(*(np.concatenate(column) for column in zip(*parts, strict=True)))
    owners, own = (words["unit_documents"][words["unit_kinds"] != OTHER] for words in (before.words, added))
    rows = fresh.vectors.view(np.uint8)
    for new, first, last in moves.units(owners, own).stretches:
        units, factors = fresh[:2] if new else (before.units["vectors"], before.units["factors"])
        yield Part(units[first:last], factors[first:last], rows[:0])
    for new, first, last in passages.stretches:
        yield Part(fresh.units[:0], fresh.factors[:0], (rows if new else before.vectors)[first:last])


def encoded_texts(encoder: Encoder, texts: list[str], progress: Callable[[str, int, int | None], None]) -> Vectors:
    """Return the vectors of passages, in order; `progress` is told (step, done, total)."""
    vectors = np.empty((len(texts), encoder.dimension), dtype=np.float32)
    # Longest first: a batch of like lengths pads little, and memory runs out at once or never.
    order = sorted(range(len(texts)), key=lambda i: (-len(texts[i]), i))
    for start in range(0, len(texts), _ENCODED_AT_ONCE):
        part = order[start : start + _ENCODED_AT_ONCE]
        vectors[part] = encoder.encode_passages([texts[i] for i in part])
        progress("encoding", start + len(part), len(texts))
    return vectors


def _described(arrays: Arrays, hashes: npt.NDArray[np.uint8]) -> dict[str, Any]:
    return {**describe(word_vectors(arrays)), "learned_from": fingerprint(hashes)}
