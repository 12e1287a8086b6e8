"""Latent semantic vectors, learned from the corpus itself at build time.

Terms that keep the same company get near vectors, also when they never stand together: 紛失 and 再発行 meet
through the documents both belong to. The directions are the first right singular vectors of the weighted
document–term matrix (Deerwester et al. 1990), found with the randomised subspace iteration of Halko, Martinsson
and Tropp (2011, algorithm 4.4), seeded, so that the same corpus gives the same vectors.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from scipy.sparse import csr_array

# Above this many documents a sample is decomposed: directions settle long before, time grows on.
SAMPLE = 20_000
_OVERSAMPLING = 16
_ITERATIONS = 3
_SEED = 20261121


def right_singular_vectors(matrix: csr_array, dimension: int) -> npt.NDArray[np.float32]:
    """Return the first right singular vectors of `matrix`.

    Args:
        matrix: Documents by terms, weighted.
        dimension: Vectors wanted; fewer come back when the matrix has fewer rows or columns.

    Returns:
        float32, shape (terms, at most dimension), columns orthonormal, largest singular value first; the sign of
        each column is fixed so that its largest entry is positive.
    """
    rows, columns = matrix.shape
    size = min(dimension + _OVERSAMPLING, rows, columns)
    if size == 0:
        return np.zeros((columns, 0), dtype=np.float32)
    basis = np.random.default_rng(_SEED).standard_normal((columns, size)).astype(np.float32)
    basis, _ = np.linalg.qr(basis)
    transposed = matrix.T.tocsr()
    for _ in range(_ITERATIONS):
        basis, _ = np.linalg.qr(transposed @ (matrix @ basis))
    _, _, turn = np.linalg.svd(matrix @ basis, full_matrices=False)
    vectors = (basis @ turn.T)[:, : min(dimension, size)]
    signs = np.sign(vectors[np.abs(vectors).argmax(axis=0), np.arange(vectors.shape[1])])
    return np.ascontiguousarray(vectors * np.where(signs == 0, 1, signs), dtype=np.float32)
