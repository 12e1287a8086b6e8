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

from faqsearch.index.vocabulary import Vocabulary, vocabulary_arrays
from faqsearch.vectors.interface import Vectors, unit_rows
from faqsearch.vectors.latent import SAMPLE, right_singular_vectors

if TYPE_CHECKING:
    from scipy.sparse import csr_array

    from faqsearch.tokens import Tokenizer

DIMENSION = 256
# A term of a single document connects it with nothing.
_LEAST_DOCUMENTS = 2


class BuiltinEncoder:
    """Read side of the built-in encoder.

    Args:
        arrays: What `learn` returned: a vocabulary, `idf` (terms,) and `projection` (terms, dimension).
        tokenizer: The one the index was made with.
    """

    def __init__(self, arrays: dict[str, npt.NDArray[Any]], tokenizer: Tokenizer) -> None:
        self._vocabulary = Vocabulary(arrays)
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

    def _encode(self, rows: Sequence[Mapping[str, float]]) -> Vectors:
        vectors = np.zeros((len(rows), self.dimension), dtype=np.float32)
        for vector, row in zip(vectors, rows, strict=True):
            numbers = self._vocabulary.numbers(list(row))
            known = numbers >= 0
            factors = np.fromiter(row.values(), dtype=np.float32, count=len(row))[known] * self._idf[numbers[known]]
            vector += factors @ self._projection[numbers[known]].astype(np.float32)
        return unit_rows(vectors)


@dataclass(frozen=True, slots=True)
class Learned:
    """Term vectors learned from a corpus."""

    arrays: dict[str, npt.NDArray[Any]]
    """The arrays of a `BuiltinEncoder`."""
    projection: npt.NDArray[np.float32]
    """(columns of the matrix, dimension), idf multiplied in; rows of terms left out are zero."""

    def encode(self, counts: csr_array) -> Vectors:
        """Return one unit vector per row of term counts; columns as in the matrix learned from."""
        weighted = counts.astype(np.float32)
        weighted.data = 1 + np.log(weighted.data)
        return unit_rows(weighted @ self.projection)


def learn(columns: Mapping[str, int], matrix: csr_array, dimension: int = DIMENSION) -> Learned:
    """Learn term vectors from a corpus.

    Args:
        columns: Term to its column in `matrix`.
        matrix: Term counts, documents by terms.
        dimension: Length of the vectors wanted; a corpus of few documents gives fewer.
    """
    from scipy.sparse import diags_array

    documents = matrix.shape[0]
    df = np.bincount(matrix.indices, minlength=matrix.shape[1])
    kept = np.flatnonzero(df >= min(_LEAST_DOCUMENTS, documents))
    idf = np.log((1 + documents) / (1 + df[kept])) + 1
    sample = np.unique(np.linspace(0, documents - 1, min(SAMPLE, documents)).astype(np.int64))
    weighted = matrix[sample][:, kept].astype(np.float32)
    weighted.data = 1 + np.log(weighted.data)
    weighted = weighted @ diags_array(idf.astype(np.float32))
    lengths = np.sqrt(np.asarray(weighted.multiply(weighted).sum(axis=1)).ravel())
    weighted = diags_array(np.divide(1, lengths, out=np.zeros_like(lengths), where=lengths > 0)) @ weighted
    projection = right_singular_vectors(weighted.tocsr(), dimension)
    terms = list(columns)
    vocabulary, numbers = vocabulary_arrays([terms[i] for i in kept])
    stored_idf = np.zeros(len(vocabulary["keys"]), dtype=np.float32)
    stored = np.zeros((len(vocabulary["keys"]), projection.shape[1]), dtype=np.float16)
    stored_idf[numbers], stored[numbers] = idf, projection
    full = np.zeros((len(terms), projection.shape[1]), dtype=np.float32)
    # Made from what is stored, so that a text gives the same vector when the index is built and when it is asked.
    full[kept] = stored[numbers].astype(np.float32) * stored_idf[numbers][:, None]
    return Learned({**vocabulary, "idf": stored_idf, "projection": stored}, full)
