"""Learning the built-in encoder from the words of a corpus.

Two views come from the corpus itself, by latent semantic analysis of its documents (`vectors/latent.py`) over words
and their kanji: `topic`, few directions, and `context`, many, with rare words weighing more. Kanji are terms of
their own at half a word's weight, and a word's vector is its own plus its kanji's, so that 再発行 and 発行 are near
also where they never share a document. The third view, `meaning`, is Japanese at large: the word vectors shipped with
the package (`vectors/words.py`), weighted for this corpus. All parameters were chosen on the judged sets (benchmarks/README.md).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from faqsearch.passages import OTHER, PHRASING, SENTENCE
from faqsearch.vectors.builtin import GENERAL_VIEW, WordVectors, describe, kanji_of, pack_rows
from faqsearch.vectors.interface import Vectors
from faqsearch.vectors.latent import SAMPLE, right_singular_vectors
from faqsearch.vectors.units import pack_units
from faqsearch.vectors.words import general_words
from faqsearch.vocabulary import Vocabulary

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Floats = npt.NDArray[np.float32]
Arrays = dict[str, npt.NDArray[Any]]

# A kanji says less than the word it stands in.
_KANJI_WEIGHT = 0.5
# Rows multiplied at a time: 100 MB of vectors.
_ROWS = 50_000


@dataclass(frozen=True, slots=True)
class LatentView:
    """How one latent view is made."""

    name: str
    dimension: int
    power: float
    """Words weigh idf to this power."""
    documents_per_direction: int
    """Small corpora get fewer directions: with as many as documents, nothing would be generalised."""


# Words weigh idf to this power on top of the length their vector has learned.
_GENERAL_POWER = 0.5
VIEWS = (LatentView("topic", 60, 1.0, 12), LatentView("context", 250, 1.5, 4))


@dataclass(frozen=True, slots=True)
class Learned:
    """Word vectors learned from a corpus, and the vectors of its passages."""

    arrays: Arrays
    """The arrays of `WordVectors`."""
    described: dict[str, Any]
    """What the manifest says of the encoder."""
    vectors: Vectors
    """Each document's phrasings, then the whole document."""
    passage_documents: npt.NDArray[np.int32]
    """Document of each vector, ascending."""
    units: Iterator[tuple[npt.NDArray[np.int8], Floats]]
    """Vectors and factors of `UnitVectors`, some rows at a time: in a large index they take more than memory."""


@dataclass(frozen=True, slots=True)
class _Counts:
    """A corpus as matrices of counts."""

    documents: csr_array
    """Documents by words."""
    units: csr_array
    """Units by words."""
    spelling: csr_array
    """Words by kanji."""
    kanji: npt.NDArray[np.int32]
    """Code points, sorted; one per column of `spelling`."""


def learn(words: Mapping[str, npt.NDArray[Any]], documents: int) -> Learned:
    """Learn word vectors from a corpus.

    Args:
        words: The arrays of its `Sequences`.
        documents: Documents in it.
    """
    counts = _count(words, documents)
    made = [*(_latent_view(counts, view) for view in VIEWS), _general_view(counts, words)]
    names = [*(view.name for view in VIEWS), GENERAL_VIEW]
    arrays = _pack([vectors for vectors, _ in made], [kanji for _, kanji in made])
    arrays["kanji"] = counts.kanji
    unknown = np.log((documents + 1) / 0.5) ** _GENERAL_POWER
    arrays["unknown_weight"] = np.array([unknown], dtype=np.float32)
    # Sums are made from the packed vectors: a text gives the same vector when it is indexed and when it is asked.
    packed = WordVectors(arrays, names)
    effective = packed.words(np.arange(counts.units.shape[1]))

    asked = np.flatnonzero(words["unit_kinds"] == PHRASING)
    owners = np.concatenate((words["unit_documents"][asked], np.arange(documents, dtype=np.int32)))
    order = np.argsort(owners, kind="stable")
    sums = np.concatenate((counts.units[asked] @ effective, counts.documents @ effective))
    units = _unit_vectors(counts.units, words, packed, effective)
    return Learned(arrays, describe(packed), packed.unit(sums)[order], owners[order].astype(np.int32), units)


def _count(words: Mapping[str, npt.NDArray[Any]], documents: int) -> _Counts:
    from scipy.sparse import coo_array, csr_array

    terms = len(words["keys"])
    lengths = np.diff(words["unit_starts"])
    one = np.ones(len(words["sequence"]), dtype=np.float32)
    rows = np.repeat(words["unit_documents"], lengths)
    vocabulary = Vocabulary(words)
    spelled = [(i, c) for i in range(terms) for c in kanji_of(vocabulary.term(i))]
    kanji, columns = np.unique(np.array([c for _, c in spelled], dtype=np.int32), return_inverse=True)
    places = (np.array([i for i, _ in spelled], dtype=np.int32), columns)
    return _Counts(
        documents=coo_array((one, (rows, words["sequence"])), shape=(documents, terms)).tocsr(),
        units=csr_array((one, words["sequence"], words["unit_starts"]), shape=(len(lengths), terms)),
        spelling=coo_array((np.ones(len(spelled), np.float32), places), shape=(terms, len(kanji))).tocsr(),
        kanji=kanji,
    )


def _latent_view(counts: _Counts, view: LatentView) -> tuple[Floats, Floats]:
    """Vectors of words (their kanji's added) and of kanji, each multiplied by its weight."""
    from scipy.sparse import diags_array, hstack

    documents = counts.documents.shape[0]
    # Evenly spread over the corpus, so that no file is left out.
    sample = np.unique(np.linspace(0, documents - 1, min(SAMPLE, documents)).astype(np.int64))
    spelled = counts.documents @ counts.spelling
    both = hstack([counts.documents, spelled], format="csr")
    df = np.bincount(both.indices, minlength=both.shape[1])
    weight = np.log((documents + 1) / (df + 0.5)).clip(min=0.0)
    weight[counts.documents.shape[1] :] *= _KANJI_WEIGHT
    weight = (weight**view.power).astype(np.float32)
    rows = both[sample]
    rows.data = 1 + np.log(rows.data)
    rows = rows @ diags_array(weight)
    lengths = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    rows = diags_array(np.divide(1, lengths, out=np.zeros_like(lengths), where=lengths > 0)) @ rows
    dimension = max(1, min(view.dimension, documents // view.documents_per_direction))
    vectors = right_singular_vectors(rows.tocsr(), dimension) * weight[:, None]
    own, kanji = vectors[: counts.documents.shape[1]], vectors[counts.documents.shape[1] :]
    return own + counts.spelling @ kanji, kanji


def _general_view(counts: _Counts, words: Mapping[str, npt.NDArray[Any]]) -> tuple[Floats, Floats]:
    """Vectors of words from the shipped ones; kanji have none of their own there."""
    documents, terms = counts.documents.shape
    df = np.bincount(counts.documents.indices, minlength=terms)
    weight = np.log((documents + 1) / (df + 0.5)).clip(min=0.0) ** _GENERAL_POWER
    vocabulary, general = Vocabulary(words), general_words()
    vectors = general.vectors([vocabulary.term(i) for i in range(terms)]) * weight[:, None].astype(np.float32)
    return vectors, np.zeros((len(counts.kanji), general.dimension), dtype=np.float32)


def _pack(words: Sequence[Floats], kanji: Sequence[Floats]) -> Arrays:
    ends = np.cumsum([vectors.shape[1] for vectors in words])
    bounds = np.stack((np.concatenate(([0], ends[:-1])), ends), axis=1)
    arrays: Arrays = {"views": bounds.astype(np.int32)}
    for name, views in (("word", words), ("kanji", kanji)):
        packed = [pack_rows(vectors) for vectors in views]
        arrays[f"{name}_vectors"] = np.concatenate([vectors for vectors, _ in packed], axis=1)
        arrays[f"{name}_factors"] = np.stack([factors for _, factors in packed], axis=1)
    return arrays


def _unit_vectors(
    units: csr_array, words: Mapping[str, npt.NDArray[Any]], packed: WordVectors, effective: Floats
) -> Iterator[tuple[npt.NDArray[np.int8], Floats]]:
    """Yield the packed vectors of phrasings and sentences; of a sentence together with its document's question."""
    first = words["document_units"][:-1][words["unit_documents"]]
    for start in range(0, units.shape[0], _ROWS):
        kinds = words["unit_kinds"][start : start + _ROWS]
        part = start + np.flatnonzero(kinds != OTHER)
        sums = units[part] @ effective
        sentence = words["unit_kinds"][part] == SENTENCE
        sums[sentence] += units[first[part[sentence]]] @ effective
        yield pack_units(sums, packed.views)
