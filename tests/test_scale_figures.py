"""What docs/scale.md calculates with is counted from the very files and rows of an index."""

import sys
from pathlib import Path

import pytest

from faqsearch.index.local import LocalIndex

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))

from bytes_per_document import measure, plan


def test_bytes_of_a_document_are_those_of_the_index(index_folder):
    """Averages times documents are the sizes of the files, of the texts, of the vectors and of the postings."""
    index = LocalIndex.open(index_folder)
    documents = index.manifest.documents
    found = measure(index_folder, sample=1000)

    whole = sum(record.bytes for record in index.manifest.files.values())
    assert found["bytes a document, in a folder"]["sum"] * documents == pytest.approx(whole)
    milvus, numbers = found["bytes a document, in Milvus"], found["number a document"]
    assert milvus["sum"] == pytest.approx(sum(size for name, size in milvus.items() if name != "sum"))
    texts = index.manifest.files["documents.jsonl"].bytes
    assert milvus["text"] * documents == pytest.approx(texts - documents)  # a line break ends each line
    assert numbers["passages"] * documents == pytest.approx(index.manifest.passages)
    assert milvus["dense"] * documents == pytest.approx(index.manifest.passages * found["of all"]["dimensions"] * 4)
    postings = sum(len(leg.tfs) for leg in index.legs.values())
    assert postings <= numbers["entries of sparse vectors"] * documents <= 1.2 * postings  # one for each empty unit


def test_a_plan_multiplies_them(index_folder):
    """Ten times the passages need ten times the memory, and a graph needs more of it than codes on disk."""
    found = measure(index_folder, sample=1000)
    small, large = ([float(line.split()[-1].replace(",", "")) for line in plan(found, n)] for n in (1e9, 1e10))

    assert large == pytest.approx([10 * value for value in small], rel=0.02)
    named = {line.split()[2]: value for line, value in zip(plan(found, 1e9), small, strict=True)}
    assert named["HNSW"] > named["FLAT"] > named["DISKANN"]
