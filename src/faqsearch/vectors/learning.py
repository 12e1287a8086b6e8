"""Learning the built-in encoder from the words of a corpus.

Two views come from the corpus itself, by latent semantic analysis of its documents (`vectors/latent.py`) over words
and their kanji: `topic`, few directions, and `context`, many, with rare words weighing more. Kanji are terms of
their own at half a word's weight, and a word's vector is its own plus its kanji's, so that 再発行 and 発行 are near
also where they never share a document. The third view, `meaning`, is Japanese at large: the word vectors shipped with
the package (`vectors/words.py`), weighted for this corpus. All parameters were chosen on the judged sets (benchmarks/README.md).

Learned from is a sample: the documents whose texts have the smallest hashes. Which ones these are depends on what they
say alone, not on where they stand or what else there is, so that most edits of a large corpus leave the sample, and
with it every vector, as it is. A word that stands outside the sample only is one the encoder does not know.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from faqsearch.vectors.builtin import GENERAL_VIEW, WordVectors, kanji_of, pack_rows
from faqsearch.vectors.latent import right_singular_vectors
from faqsearch.vectors.words import general_words
from faqsearch.vocabulary import Vocabulary, ranges

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Floats = npt.NDArray[np.float32]
Arrays = dict[str, npt.NDArray[Any]]

# A kanji says less than the word it stands in.
_KANJI_WEIGHT = 0.5
# Documents learned from: directions settle long before, time grows on. One edit of 100,000 documents changes this
# sample with a chance of 1 in 10, and then everything is learned again.
SAMPLE = 5_000
# Changed whenever the same sample gives other vectors.
_RECIPE = b"1"
# Words given vectors at a time: 100 MB of them.
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
class _Counts:
    """The sample as a matrix of counts."""

    documents: csr_array
    """Documents by words."""
    spelling: csr_array
    """Words by kanji."""
    terms: list[str]
    kanji: npt.NDArray[np.int32]
    """Code points, sorted; one per column of `spelling`."""


def fingerprint(hashes: npt.NDArray[np.uint8]) -> str:
    """Return what tells whether two corpora give the same vectors of words: what is learned from, and how.

    Args:
        hashes: Of the texts of all documents; shape (documents, 16).
    """
    digest = blake2b(_RECIPE, digest_size=8)
    digest.update(hashes[sampled(hashes)].tobytes())
    return digest.hexdigest()


def sampled(hashes: npt.NDArray[np.uint8]) -> npt.NDArray[np.int64]:
    """Return the numbers of the documents learned from, by the hashes of their texts; in the order of these.

    Args:
        hashes: One row for each document; shape (documents, 16).
    """
    halves = np.ascontiguousarray(hashes).view(">u8")
    return np.lexsort((halves[:, 1], halves[:, 0]))[:SAMPLE]


def learn(words: Mapping[str, npt.NDArray[Any]], hashes: npt.NDArray[np.uint8]) -> Arrays:
    """Learn the vectors of the words of a corpus.

    Args:
        words: The arrays of its `Sequences`.
        hashes: Of the texts of its documents; shape (documents, 16).

    Returns:
        The arrays of `WordVectors`.
    """
    chosen = sampled(hashes)
    numbers, counts = _count(words, chosen)
    made = [*(_latent_view(counts, view) for view in VIEWS), _general_view(counts)]
    arrays = _pack([vectors for vectors, _ in made], [kanji for _, kanji in made])
    arrays["kanji"] = counts.kanji
    arrays["unknown_weight"] = np.array([np.log((len(chosen) + 1) / 0.5) ** _GENERAL_POWER], dtype=np.float32)
    vocabulary = Vocabulary(words)
    others = np.delete(np.arange(len(vocabulary)), numbers)
    for name in ("word_vectors", "word_factors"):
        learned = arrays[name]
        arrays[name] = np.empty((len(vocabulary), learned.shape[1]), dtype=learned.dtype)
        arrays[name][numbers] = learned
    for start in range(0, len(others), _ROWS):
        part = others[start : start + _ROWS]
        for name, rows in unseen_words(arrays, [vocabulary.term(i) for i in part.tolist()]).items():
            arrays[name][part] = rows
    return arrays


def unseen_words(arrays: Arrays, terms: Sequence[str]) -> Arrays:
    """Return `word_vectors` and `word_factors` of words that stand in no document learned from.

    Args:
        arrays: What was learned: `views`, `kanji` with their vectors and factors, and `unknown_weight`.
        terms: The words.
    """
    kanji = word_vectors(arrays).kanji_rows()
    places = {code: place for place, code in enumerate(arrays["kanji"].tolist())}
    spelled = [[places[c] for c in kanji_of(term) if c in places] for term in terms]
    vectors = _spelling(spelled, len(places)) @ kanji
    start = arrays["views"][-1, 0]
    vectors[:, start:] = general_words().vectors(terms) * arrays["unknown_weight"]
    return _packed("word", [vectors[:, start:end] for start, end in arrays["views"].tolist()])


def word_vectors(arrays: Arrays) -> WordVectors:
    """Return the read side of what was learned."""
    return WordVectors(arrays, [*(view.name for view in VIEWS), GENERAL_VIEW])


def _documents(words: Mapping[str, npt.NDArray[Any]], documents: npt.NDArray[np.int64]) -> csr_array:
    """How often some documents hold each word; documents by words."""
    from scipy.sparse import coo_array

    first = words["document_units"][documents]
    counts = words["document_units"][documents + 1] - first
    units = ranges(first, counts)
    lengths = words["unit_starts"][units + 1] - words["unit_starts"][units]
    columns = words["sequence"][ranges(words["unit_starts"][units], lengths)]
    rows = np.repeat(np.repeat(np.arange(len(documents)), counts), lengths)
    shape = (len(documents), len(words["keys"]))
    return coo_array((np.ones(len(rows), dtype=np.float32), (rows, columns)), shape=shape).tocsr()


def _count(
    words: Mapping[str, npt.NDArray[Any]], chosen: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], _Counts]:
    """The numbers of the sample's words, ascending, and its counts."""
    from scipy.sparse import csr_array

    rows = _documents(words, chosen)
    numbers, columns = np.unique(rows.indices, return_inverse=True)
    vocabulary = Vocabulary(words)
    terms = [vocabulary.term(number) for number in numbers.tolist()]
    spelled = [kanji_of(term) for term in terms]
    kanji, places = np.unique(np.array([c for own in spelled for c in own], dtype=np.int32), return_inverse=True)
    own = iter(places.tolist())
    return numbers.astype(np.int64), _Counts(
        documents=csr_array((rows.data, columns, rows.indptr), shape=(len(chosen), len(numbers))),
        spelling=_spelling([[next(own) for _ in codes] for codes in spelled], len(kanji)),
        terms=terms,
        kanji=kanji,
    )


def _spelling(spelled: Sequence[Sequence[int]], kanji: int) -> csr_array:
    """Words by kanji: how often each is written with each, from the places of its kanji."""
    from scipy.sparse import coo_array

    rows = np.repeat(np.arange(len(spelled)), [len(own) for own in spelled])
    columns = np.array([place for own in spelled for place in own], dtype=np.int64)
    return coo_array((np.ones(len(rows), np.float32), (rows, columns)), shape=(len(spelled), kanji)).tocsr()


def _latent_view(counts: _Counts, view: LatentView) -> tuple[Floats, Floats]:
    """Vectors of words (their kanji's added) and of kanji, each multiplied by its weight."""
    from scipy.sparse import diags_array, hstack

    documents, words = counts.documents.shape
    rows = hstack([counts.documents, counts.documents @ counts.spelling], format="csr")
    df = np.bincount(rows.indices, minlength=rows.shape[1])
    weight = np.log((documents + 1) / (df + 0.5)).clip(min=0.0)
    weight[words:] *= _KANJI_WEIGHT
    weight = (weight**view.power).astype(np.float32)
    rows.data = 1 + np.log(rows.data)
    rows = rows @ diags_array(weight)
    lengths = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    rows = diags_array(np.divide(1, lengths, out=np.zeros_like(lengths), where=lengths > 0)) @ rows
    dimension = max(1, min(view.dimension, documents // view.documents_per_direction))
    vectors = right_singular_vectors(rows.tocsr(), dimension) * weight[:, None]
    own, kanji = vectors[:words], vectors[words:]
    return own + counts.spelling @ kanji, kanji


def _general_view(counts: _Counts) -> tuple[Floats, Floats]:
    """Vectors of words from the shipped ones; kanji have none of their own there."""
    documents, words = counts.documents.shape
    df = np.bincount(counts.documents.indices, minlength=words)
    weight = np.log((documents + 1) / (df + 0.5)).clip(min=0.0) ** _GENERAL_POWER
    general = general_words()
    vectors = general.vectors(counts.terms) * weight[:, None].astype(np.float32)
    return vectors, np.zeros((len(counts.kanji), general.dimension), dtype=np.float32)


def _pack(words: Sequence[Floats], kanji: Sequence[Floats]) -> Arrays:
    ends = np.cumsum([vectors.shape[1] for vectors in words])
    bounds = np.stack((np.concatenate(([0], ends[:-1])), ends), axis=1)
    return {"views": bounds.astype(np.int32), **_packed("word", words), **_packed("kanji", kanji)}


def _packed(name: str, views: Sequence[Floats]) -> Arrays:
    packed = [pack_rows(vectors) for vectors in views]
    return {
        f"{name}_vectors": np.concatenate([vectors for vectors, _ in packed], axis=1),
        f"{name}_factors": np.stack([factors for _, factors in packed], axis=1),
    }
