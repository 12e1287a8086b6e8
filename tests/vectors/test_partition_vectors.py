"""Partitions with a real sentence-transformers model: vectors travel, the model does not."""

import numpy as np
import pytest

from faqsearch import Settings, analyse_partition, build_index, merge_partitions, open_index, read_documents
from faqsearch.index.local import LocalIndex
from faqsearch.vectors.transformer import TransformerEncoder

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning")


def test_vectors_of_partitions_are_those_of_a_build(corpus, model_folder, tmp_path, monkeypatch):
    """Vectors agree with one build's to the last digits that padding leaves; the merge never loads the model."""
    settings = Settings(model=str(model_folder), passage_chars=60)
    documents = list(read_documents(corpus))
    for number in range(3):
        analyse_partition(documents[number * 3 : number * 3 + 3], tmp_path / f"{number}", settings=settings)
    analyse_partition(documents[9:], tmp_path / "3", settings=settings)
    build_index(corpus, tmp_path / "built", settings=settings)
    with monkeypatch.context() as patched:
        patched.delattr(TransformerEncoder, "load")
        merge_partitions([tmp_path / n for n in "0123"], tmp_path / "merged")

    built, merged = (LocalIndex.open(tmp_path / name) for name in ("built", "merged"))
    assert merged.manifest.encoder == built.manifest.encoder
    assert merged.manifest.passages == built.manifest.passages
    for number in range(built.manifest.documents):
        assert np.allclose(merged.vectors(number), built.vectors(number), atol=1e-5)
    found = [[hit.id for hit in open_index(tmp_path / n).search("返品の送料").hits] for n in ("built", "merged")]
    assert found[0] == found[1]
