"""The built-in encoder: the weighted mean of term vectors learned from the corpus. Needs numpy alone to answer.

It is saved inside the index it was learned for. A text's vector is the sum of its terms' vectors, each weighted
by (1 + ln tf) idf, scaled to length 1.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from faqsearch.index.sequences import PHRASING
from faqsearch.index.vocabulary import Vocabulary
from faqsearch.vectors.interface import Vectors, unit_rows
from faqsearch.vectors.latent import SAMPLE, right_singular_vectors

if TYPE_CHECKING:
    from scipy.sparse import csr_array

    from faqsearch.tokens import Tokenizer

DIMENSION = 256
# A term of a single document connects it with nothing.
_LEAST_DOCUMENTS = 2
# Rows multiplied at a time: 50 MB of vectors.
_ROWS = 50_000


class BuiltinEncoder:
    """Read side of the built-in encoder.

    Args:
        arrays: What `learn` returned: a vocabulary, the `rows` of its terms (-1: none), and per row `idf` and
            `projection` (rows, dimension).
        tokenizer: The one the index was made with.
    """

    def __init__(self, arrays: dict[str, npt.NDArray[Any]], tokenizer: Tokenizer) -> None:
        self._vocabulary = Vocabulary(arrays)
        self._rows: npt.NDArray[np.int32] = arrays["rows"]
        self._idf: npt.NDArray[np.float32] = arrays["idf"]
        self._projection: npt.NDArray[Any] = arrays["projection"]
        self._tokenizer = tokenizer

    @property
    def name(self) -> str:
        """Always `builtin`."""
        return "builtin"

    @property
    def dimension(self) -> int:
        """Length of a vector; smaller than usual for a corpus of few documents."""
        return int(self._projection.shape[1])

    def describe(self) -> dict[str, Any]:
        """Return kind, dimension and size of the vocabulary."""
        return self.describe_arrays({"projection": self._projection})

    @staticmethod
    def describe_arrays(arrays: dict[str, npt.NDArray[Any]]) -> dict[str, Any]:
        """Return `describe()` of the encoder these arrays make."""
        terms, dimension = arrays["projection"].shape
        return {"kind": "builtin", "name": "builtin", "dimension": int(dimension), "terms": int(terms)}

    def encode_queries(self, texts: Sequence[str], /) -> Vectors:
        """Return one unit vector per question; zero for one without a known term."""
        rows = []
        for text in texts:
            row: dict[str, float] = {}
            for term in self._tokenizer.query_words(text):
                row[term.term] = max(row.get(term.term, 0.0), term.weight)
            rows.append(row)
        return self._encode(rows)

    def encode_passages(self, texts: Sequence[str], /) -> Vectors:
        """Return one unit vector per passage; zero for one without a known term."""
        counts = (Counter(self._tokenizer.words(text)) for text in texts)
        return self._encode([{term: 1 + math.log(tf) for term, tf in row.items()} for row in counts])

    def _encode(self, asked: Sequence[Mapping[str, float]]) -> Vectors:
        vectors = np.zeros((len(asked), self.dimension), dtype=np.float32)
        for vector, row in zip(vectors, asked, strict=True):
            numbers = self._vocabulary.numbers(list(row))
            rows = np.where(numbers >= 0, self._rows[numbers], -1) if len(self._rows) else numbers
            known = rows >= 0
            factors = np.fromiter(row.values(), dtype=np.float32, count=len(row))[known] * self._idf[rows[known]]
            vector += factors @ self._projection[rows[known]].astype(np.float32)
        return unit_rows(vectors)


def word_values(
    arrays: Mapping[str, npt.NDArray[Any]], vector: npt.NDArray[np.float32], words: npt.NDArray[np.int32]
) -> npt.NDArray[np.float32]:
    """Return the dot product of `vector` and each word's weighted term vector; float32, shape (words,).

    Args:
        arrays: The arrays of a `BuiltinEncoder`.
        vector: A question; shape (dimension,).
        words: Term numbers; each distinct one is looked at once.
    """
    seen = np.zeros(len(arrays["rows"]), dtype=bool)
    seen[words] = True
    distinct = np.flatnonzero(seen)
    rows = arrays["rows"][distinct]
    known = rows >= 0
    values = np.zeros(len(seen), dtype=np.float32)
    chosen = rows[known]
    values[distinct[known]] = (arrays["projection"][chosen].astype(np.float32) @ vector) * arrays["idf"][chosen]
    return values[words]


@dataclass(frozen=True, slots=True)
class Learned:
    """Term vectors learned from a corpus, and the vectors of its passages."""

    arrays: dict[str, npt.NDArray[Any]]
    """The arrays of a `BuiltinEncoder`."""
    vectors: Vectors
    """Each document's phrasings, then the whole document."""
    passage_documents: npt.NDArray[np.int32]
    """Document of each vector, ascending."""


def learn(words: Mapping[str, npt.NDArray[Any]], documents: int, dimension: int = DIMENSION) -> Learned:
    """Learn term vectors from a corpus.

    Args:
        words: The arrays of its `Sequences`.
        documents: Documents in it.
        dimension: Length of the vectors wanted; a corpus of few documents gives fewer.
    """
    from scipy.sparse import coo_array, csr_array, diags_array

    lengths = np.diff(words["unit_starts"])
    owners = words["unit_documents"]
    one = np.ones(len(words["sequence"]), dtype=np.float32)
    units = csr_array((one, words["sequence"], words["unit_starts"]), shape=(len(lengths), len(words["keys"])))
    rows = np.repeat(owners, lengths)
    whole = coo_array((one, (rows, words["sequence"])), shape=(documents, len(words["keys"]))).tocsr()

    df = np.bincount(whole.indices, minlength=whole.shape[1])
    kept = np.flatnonzero(df >= min(_LEAST_DOCUMENTS, documents))
    idf = (np.log((1 + documents) / (1 + df[kept])) + 1).astype(np.float32)
    sample = np.unique(np.linspace(0, documents - 1, min(SAMPLE, documents)).astype(np.int64))
    weighted = _damped(whole[sample][:, kept]) @ diags_array(idf)
    lengths = np.sqrt(np.asarray(weighted.multiply(weighted).sum(axis=1)).ravel())
    weighted = diags_array(np.divide(1, lengths, out=np.zeros_like(lengths), where=lengths > 0)) @ weighted
    # Kept as float16, and used as kept: a text gives the same vector when it is indexed and when it is asked.
    projection = right_singular_vectors(weighted.tocsr(), dimension).astype(np.float16)
    arrays = {name: array for name, array in words.items() if name in ("keys", "term_offsets", "term_text")}
    rows_of = np.full(whole.shape[1], -1, dtype=np.int32)
    rows_of[kept] = np.arange(len(kept), dtype=np.int32)

    factors = projection.astype(np.float32) * idf[:, None]
    asked = np.flatnonzero(words["unit_kinds"] == PHRASING)
    passages = np.concatenate((owners[asked], np.arange(documents, dtype=np.int32)))
    order = np.argsort(passages, kind="stable")
    vectors = np.concatenate((
        unit_rows(_damped(_summed(units[asked])[:, kept]) @ factors),
        unit_rows(_damped(whole[:, kept]) @ factors),
    ))
    lengths = _reading_lengths(units[:, kept], words, factors)
    learned = {**arrays, "idf": idf, "rows": rows_of, "projection": projection, "reading_lengths": lengths}
    return Learned(learned, vectors[order], passages[order])


def _reading_lengths(
    units: csr_array, words: Mapping[str, npt.NDArray[Any]], factors: npt.NDArray[np.float32]
) -> npt.NDArray[np.float32]:
    """Length of each unit's summed term vectors, a sentence's together with its document's question."""
    first = words["document_units"][:-1][words["unit_documents"]]
    lengths = np.empty(units.shape[0], dtype=np.float32)
    for start in range(0, len(lengths), _ROWS):
        part = slice(start, start + _ROWS)
        summed = units[part] @ factors
        sentence = words["unit_kinds"][part] != PHRASING
        summed[sentence] += units[first[part][sentence]] @ factors
        lengths[part] = np.linalg.norm(summed, axis=1)
    return lengths


def _summed(counts: csr_array) -> csr_array:
    counts.sum_duplicates()
    return counts


def _damped(counts: csr_array) -> csr_array:
    damped = counts.astype(np.float32)
    damped.data = 1 + np.log(damped.data)
    return damped
