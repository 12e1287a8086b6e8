"""Latent vectors and the built-in encoder."""

import numpy as np
import pytest
from scipy.sparse import csr_array, random_array

from faqsearch.vectors.interface import unit_rows
from faqsearch.vectors.latent import right_singular_vectors


@pytest.mark.parametrize("shape", [(60, 40), (30, 90)])
def test_directions_are_the_singular_vectors(shape):
    """The space found is the one an exact decomposition finds."""
    matrix = csr_array(random_array(shape, density=0.3, rng=np.random.default_rng(0)), dtype=np.float32)

    vectors = right_singular_vectors(matrix, 10)

    _, values, exact = np.linalg.svd(matrix.toarray())
    assert vectors.T @ vectors == pytest.approx(np.eye(10), abs=1e-4)
    found = np.linalg.norm(matrix @ vectors, axis=0)
    assert found[:5] == pytest.approx(values[:5], rel=1e-3)
    assert np.abs(np.sum(vectors[:, :3] * exact[:3].T, axis=0)) == pytest.approx(1, abs=1e-2)


def test_the_same_matrix_gives_the_same_vectors():
    """Seeded, signs fixed."""
    matrix = csr_array(random_array((50, 30), density=0.3, rng=np.random.default_rng(1)), dtype=np.float32)

    assert np.array_equal(right_singular_vectors(matrix, 8), right_singular_vectors(matrix, 8))


@pytest.mark.parametrize("shape", [(0, 5), (3, 0), (1, 1), (2, 7)])
def test_small_matrices_give_fewer_directions(shape):
    """No more directions than rows or columns, and no NaN."""
    vectors = right_singular_vectors(csr_array(np.ones(shape, dtype=np.float32)), 256)

    assert vectors.shape[0] == shape[1]
    assert vectors.shape[1] <= min(shape)
    assert np.isfinite(vectors).all()


def test_zero_rows_stay_zero():
    """A text without known words is near nothing."""
    assert unit_rows(np.array([[0.0, 0.0], [3.0, 4.0]])) == pytest.approx(np.array([[0.0, 0.0], [0.6, 0.8]]))


def test_words_that_keep_the_same_company_are_near(tmp_path):
    """Two words that never stand together but share their contexts come near each other; others do not."""
    import json

    from faqsearch.build import build_index
    from faqsearch.search import open_index

    rows = []
    for i in range(12):
        rows.append(
            {"id": f"a{i}", "question": f"カードを紛失した場合 {i}", "answer": "窓口で再発行の申請が必要です。"}
        )
        rows.append(
            {"id": f"b{i}", "question": f"カードを喪失した場合 {i}", "answer": "窓口で再発行の申請が必要です。"}
        )
        rows.append({"id": f"c{i}", "question": f"天気が雨の場合 {i}", "answer": "屋内の会場で開催します。"})
    (tmp_path / "faq.json").write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
    build_index(tmp_path / "faq.json", tmp_path / "i")
    encoder = open_index(tmp_path / "i").encoder

    lost, missing, rain = encoder.encode_passages(["紛失", "喪失", "雨"])

    assert lost @ missing > lost @ rain + 0.2
    assert encoder.encode_queries(["紛失"])[0] == pytest.approx(lost, abs=1e-6)
    assert not encoder.encode_queries(["ヌルポガッ"]).any()
