"""tantivy, given our terms: Lucene's BM25 (k1 1.2, lengths rounded to a byte), so its scores are its own."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import tantivy

from baselines.engine import Found, Terms

NAME = "tantivy, our terms"


class Tantivy:
    def __init__(self, terms: Terms) -> None:
        schema = tantivy.SchemaBuilder()
        schema.add_text_field("terms", tokenizer_name="whitespace", index_option="freq")
        schema.add_unsigned_field("number", stored=True)
        self._schema = schema.build()
        self._folder = tempfile.TemporaryDirectory()
        self._index = tantivy.Index(self._schema, path=self._folder.name)
        writer = self._index.writer(heap_size=256_000_000, num_threads=2)
        for number, document in enumerate(terms.documents()):
            writer.add_document(tantivy.Document(terms=" ".join(document), number=number))
        writer.commit()
        writer.wait_merging_threads()
        self._index.reload()
        self._searcher = self._index.searcher()

    def search(self, terms: Sequence[int], k: int) -> Found:
        parts = [
            (tantivy.Occur.Should, tantivy.Query.term_query(self._schema, "terms", str(n), index_option="freq"))
            for n in terms
        ]
        hits = self._searcher.search(tantivy.Query.boolean_query(parts), k).hits
        numbers = [self._searcher.doc(address)["number"][0] for _, address in hits]
        return np.array(numbers, dtype=np.int64), np.array([score for score, _ in hits], dtype=np.float64)

    def save(self, folder: Path) -> None:
        import shutil

        shutil.copytree(self._folder.name, folder, dirs_exist_ok=True)


make = Tantivy
