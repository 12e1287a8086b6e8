"""What a document costs in a folder and in Milvus, measured; and what 10 million passages then need, calculated.

    python benchmarks/bytes_per_document.py INDEX
    python benchmarks/bytes_per_document.py --corpus CORPUS --dimension 768 [--passages 1e7 1e9]

Nothing is sent anywhere: the rows are made exactly as `faqsearch build --into milvus://…` makes them, and counted in the
sizes of Milvus's data types (8 bytes an entry of a sparse vector and an int64, 4 a dimension, strings as UTF-8). What a
server adds (primary keys, inverted indexes of facets, statistics, log) is not in these figures. With `--dimension`, the
corpus is indexed first, with noise in place of a model's vectors, whose size alone matters here.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

import faqsearch
from faqsearch.index.folder import IndexFolder
from faqsearch.index.local import LocalIndex
from faqsearch.index.milvus.layout import shared_arrays
from faqsearch.index.milvus.rows import GenerationRows
from faqsearch.vectors.interface import Vectors, unit_rows

# Bytes a passage takes in memory beside the factor times its dimensions, by https://milvus.io/docs/index-explained.md:
# HNSW keeps 32 links of 4 bytes, DISKANN an eighth of the vectors, RaBitQ a bit for each dimension and a byte to refine.
_INDEXES = {"FLAT": (4, 0), "HNSW": (4, 128), "IVF_SQ8": (1, 2), "IVF_RABITQ+SQ8": (9 / 8, 2), "DISKANN": (0.5, 0)}


class Noise:
    """An encoder whose vectors mean nothing."""

    name = passage_fingerprint = "noise"

    def __init__(self, dimension: int) -> None:
        self.dimension = dimension
        self._random = np.random.default_rng(1)

    def describe(self) -> dict[str, Any]:
        return {"kind": "noise", "name": self.name, "dimension": self.dimension}

    def encode_passages(self, texts: Sequence[str], /) -> Vectors:
        return unit_rows(self._random.standard_normal((len(texts), self.dimension)))

    encode_queries = encode_passages


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("index", type=Path, nargs="?", help="the folder of an index")
    parser.add_argument("--corpus", type=Path, help="files to index first, in place of INDEX")
    parser.add_argument("--dimension", type=int, default=0, help="of the vectors of a model; 0 is the built-in encoder")
    parser.add_argument("--sample", type=int, default=2_000, help="documents whose rows are counted")
    parser.add_argument("--passages", type=float, nargs="*", default=[1e7, 1e9], help="what to calculate for")
    options = parser.parse_args()
    if (options.index is None) == (options.corpus is None):
        parser.error("name an index, or a corpus")
    with tempfile.TemporaryDirectory() as folder:
        index = options.index or Path(folder) / "index"
        if options.corpus:
            encoder = Noise(options.dimension) if options.dimension else None
            settings = faqsearch.Settings(model="noise" if options.dimension else "builtin")
            faqsearch.build_index(options.corpus, index, settings=settings, encoder=encoder)
        found = measure(index, options.sample)
    for part, values in found.items():
        print(part)
        for name, value in values.items():
            print(f"  {name:32} {value:12,.1f}")
    for passages in options.passages:
        print("\n".join(plan(found, passages)))


def measure(index: Path, sample: int) -> dict[str, dict[str, float]]:
    """Numbers for each document, on average; in `of all`, of the index."""
    local = LocalIndex(IndexFolder(index).current())
    manifest = local.manifest
    arrays = {name: local.arrays(name) for name in manifest.arrays}
    count = manifest.documents
    chosen = np.unique(np.linspace(0, count - 1, min(sample, count)).astype(np.int64)).tolist()
    sums: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as scratch:
        rows = GenerationRows(local.generation, arrays, Path(scratch))
        for number in chosen:
            for name, size in counted(rows, number):
                sums[name] += size
    texts = local.documents(chosen)
    # base64 makes four characters of three bytes.
    shared = sum(arrays[file][name].nbytes for file, names in shared_arrays(manifest).items() for name in names) / 3 * 4
    folder = {name: record.bytes / count for name, record in manifest.files.items()}
    milvus = {name: size / len(chosen) for name, size in sums.items() if "#" not in name}
    return {
        "of all": {
            "documents": count,
            "passages": manifest.passages,
            "dimensions": int(manifest.encoder["dimension"]),
            "bytes shared by all": shared,
        },
        "characters a document": {
            "questions": sum(len(text) for document in texts for text in document.all_phrasings) / len(texts),
            "answer": sum(len(document.answer) for document in texts) / len(texts),
        },
        "bytes a document, in a folder": {**folder, "sum": sum(folder.values())},
        "bytes a document, in Milvus": {**milvus, "sum": sum(milvus.values())},
        "number a document": {name[1:]: size / len(chosen) for name, size in sums.items() if "#" in name},
    }


def counted(rows: GenerationRows, number: int) -> Iterator[tuple[str, int]]:
    """What the rows of one document hold; numbers, where a name begins with #."""
    for row, long in rows.documents(number, number + 1):
        yield "text", len(row["line"].encode("utf-8"))
        yield "record", len(row["record"].encode("utf-8"))
        yield "facets and numbers", 16 + 8 * len(row["facets"])
        yield "text and record too long for a row", sum(-(-len(data) // 3) * 4 for data in long.values())
        for leg in rows.whole:
            yield f"sparse, {leg}", 8 * len(row[leg])
            yield "#entries of sparse vectors", len(row[leg])
    for leg in rows.split:
        for unit in rows.units(leg, number, number + 1):
            yield f"sparse, {leg}", 8 * len(unit["terms"])
            yield "#entries of sparse vectors", len(unit["terms"])
            yield "facets and numbers", 16 + 8 * len(unit["facets"])
    for passage in rows.passages(number, number + 1):
        yield "dense", passage["vector"].nbytes
        yield "#passages", 1
        yield "facets and numbers", 16 + 8 * len(passage["facets"])


def plan(found: dict[str, dict[str, float]], passages: float) -> Iterator[str]:
    """Gigabytes for so many passages."""
    each, milvus = found["number a document"]["passages"], found["bytes a document, in Milvus"]
    documents = passages / each
    disk = sum(size for name, size in milvus.items() if name != "sum") * documents
    sparse = sum(size for name, size in milvus.items() if name.startswith("sparse")) * documents
    numbers = milvus["facets and numbers"] * documents
    text = disk - sparse - numbers - milvus["dense"] * documents
    dimensions = found["of all"]["dimensions"]
    yield f"{passages:,.0f} passages are {documents:,.0f} documents; GB (10^9 bytes) in all of Milvus: {disk / 1e9:,.0f}"
    yield f"  text and records, mapped from disk {text / 1e9:10,.0f}"
    yield f"  sparse legs in memory              {sparse / 1e9:10,.0f}"
    yield f"  facets and numbers in memory       {numbers / 1e9:10,.0f}"
    for name, (factor, more) in _INDEXES.items():
        dense = passages * (factor * dimensions + more)
        memory = dense + sparse + numbers
        yield f"  dense as {name:15} {dense / 1e9:10,.0f}   all in memory {memory / 1e9:10,.0f}"


if __name__ == "__main__":
    main()
