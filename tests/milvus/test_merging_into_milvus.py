"""Partitions that were analysed apart become one index in Milvus."""

import pytest

from faqsearch import analyse_partition, build_index, merge_partitions, open_index, read_documents
from faqsearch.verify import verify
from lite import import_milvus


def test_partitions_are_merged_into_milvus(corpus, tmp_path, monkeypatch):
    """The index in Milvus answers as a folder built in one go, and every byte of it is as it was written."""
    import_milvus()
    pytest.importorskip("milvus_lite", reason="needs faqsearch[milvus]")
    monkeypatch.setenv("FAQSEARCH_CACHE", str(tmp_path / "cache"))
    documents = list(read_documents(corpus))
    for number in range(3):
        analyse_partition(documents[4 * number : 4 * number + 4], tmp_path / "parts" / f"{number}")
    address = f"milvus://{tmp_path}/index.db"
    merge_partitions(tmp_path / "parts", address)
    build_index(corpus, tmp_path / "folder")

    there, here = open_index(address), open_index(tmp_path / "folder")
    for question in ("解約", "送料はいくら", "E-203", "pasuwa-do", "水がない"):
        found, expected = there.search(question), here.search(question)
        assert [hit.id for hit in found.hits] == [hit.id for hit in expected.hits]
        for one, other in zip(found.hits, expected.hits, strict=True):
            assert one.score == pytest.approx(other.score, abs=1e-4)
    assert verify(address).ok
