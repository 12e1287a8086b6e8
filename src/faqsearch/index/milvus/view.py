"""View: some documents of an engine as a small index in memory, which scores them with the code of a local index.

It has the whole vocabulary and the statistics of the whole index, so that every score is the one that document has
among all others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from faqsearch.index.bm25 import posting_weights
from faqsearch.index.facets import Facets
from faqsearch.index.folder import Generation
from faqsearch.index.local import FACETS_FILE, LEXICAL_FILE, TABLES_FILE, UNITS_FILE, LocalIndex
from faqsearch.index.milvus.layout import LENGTHS, VECTORS
from faqsearch.index.nearest import Nearest, first_documents
from faqsearch.settings import BM25

if TYPE_CHECKING:
    from faqsearch.index.manifest import Manifest
    from faqsearch.index.milvus.records import Excerpts
    from faqsearch.vectors.interface import Vectors

Arrays = dict[str, npt.NDArray[Any]]


class View(LocalIndex):
    """The documents of some records, numbered from 0. It answers `candidates` and `term_scores`."""

    def __init__(
        self,
        manifest: Manifest,
        shared: Mapping[str, Arrays],
        means: Mapping[str, float],
        excerpts: Excerpts,
        asked: Mapping[str, npt.NDArray[np.int64]],
    ) -> None:
        """Make a view.

        Args:
            manifest: Of the whole generation.
            shared: Its arrays that do not follow documents.
            means: Mean length of each leg's units.
            excerpts: The records of the documents.
            asked: Leg to the numbers of the terms that will be asked of it.
        """
        manifest = replace(manifest, documents=len(excerpts))
        self.generation = Generation(0, Path("an engine's answer"), manifest, "")
        columns = excerpts.columns
        units = excerpts.starts("units")
        lexical: Arrays = {
            **shared[LEXICAL_FILE],
            "words/sequence": columns["words/sequence"],
            "words/unit_kinds": columns["words/unit_kinds"],
            "words/unit_spans": columns["words/unit_spans"],
            "words/kanji_lengths": columns["words/kanji_lengths"],
            "words/unit_starts": np.concatenate(([0], np.cumsum(columns[LENGTHS], dtype=np.int64))),
            "words/unit_documents": excerpts.owners("units"),
            "words/document_units": units,
        }
        for leg, mean in means.items():
            wanted = asked.get(leg, np.empty(0, dtype=np.int64))
            lexical |= _postings(leg, manifest.settings.bm25[leg], mean, shared[LEXICAL_FILE], excerpts, wanted)
        self.facets = Facets({**shared[FACETS_FILE], "documents": np.empty(0, dtype=np.int32)}, len(excerpts))
        owners = excerpts.owners("passages")
        tables: Arrays = {
            "passage_documents": owners,
            "passage_starts": excerpts.starts("passages"),
            "originals": columns["originals"],
        }
        own = {"vectors": columns["vectors"], "factors": columns["factors"]} if "vectors" in columns else {}
        arrays: dict[str, Arrays] = {**shared, LEXICAL_FILE: lexical, TABLES_FILE: tables, UNITS_FILE: own}
        self._take(arrays, _Passages(columns[VECTORS], owners))


class _Passages:
    """The passages of a few documents: every vector is looked at."""

    def __init__(self, vectors: Vectors, owners: npt.NDArray[np.int32]) -> None:
        self._vectors = vectors
        self._owners = owners

    @property
    def passage_documents(self) -> npt.NDArray[np.int32]:
        return self._owners

    def search(
        self,
        vectors: Vectors,
        k: int,
        allowed: npt.NDArray[np.bool_] | None = None,
        *,
        exact: bool = False,  # noqa: ARG002 - it always is
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]:
        scores = np.asarray(vectors @ self._vectors.T, dtype=np.float32)
        if allowed is not None:
            scores[:, ~allowed[self._owners]] = -np.inf
        order = np.argsort(-scores, axis=1, kind="stable")[:, :k]
        best = np.take_along_axis(scores, order, axis=1)
        return best, np.where(best > -np.inf, order, -1)

    def shortlists(self, vectors: Vectors, depth: int) -> npt.NDArray[np.int64] | None:  # noqa: ARG002
        return None  # few vectors, all of which are looked at

    def nearest(
        self,
        vector: Vectors,
        depth: int,
        least: float,
        allowed: npt.NDArray[np.bool_] | None = None,
        listed: npt.NDArray[np.int64] | None = None,  # noqa: ARG002 - there are no shortlists
    ) -> Nearest:
        return first_documents(*self.search(vector, 4 * depth, allowed), self._owners, least)

    def stored(self) -> npt.NDArray[np.float32]:
        return self._vectors

    def vectors(self, passages: npt.NDArray[np.int64]) -> Vectors:
        return self._vectors[passages]

    def products(self, passages: npt.NDArray[np.int64], vector: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        return np.asarray(self._vectors[passages] @ vector)


def _postings(
    leg: str, settings: BM25, mean: float, shared: Arrays, excerpts: Excerpts, asked: npt.NDArray[np.int64]
) -> Arrays:
    """The arrays of a leg's `Postings`, with the postings of the asked terms alone."""
    idf = shared[f"{leg}/idf"]
    columns, lengths = excerpts.columns, excerpts.columns[f"{leg}/lengths"]
    wanted = np.zeros(len(idf), dtype=bool)
    wanted[asked] = True
    found = np.flatnonzero(wanted[columns[f"{leg}/terms"]])
    units = np.repeat(np.arange(len(lengths), dtype=np.int32), columns[f"{leg}/sizes"])[found]
    terms, tfs = columns[f"{leg}/terms"][found], columns[f"{leg}/tfs"][found]
    order = np.argsort(terms, kind="stable")
    indptr = np.concatenate(([0], np.cumsum(np.bincount(terms, minlength=len(idf)), dtype=np.int64)))
    arrays: Arrays = {"indptr": indptr, "units": units[order], "tfs": tfs[order], "lengths": lengths}
    weights = posting_weights(
        settings,
        idf=idf.astype(np.float64),
        indptr=indptr,
        units=arrays["units"],
        tfs=arrays["tfs"],
        lengths=lengths,
        mean=mean,
    )
    arrays |= {"weights": weights, "unit_documents": excerpts.owners(f"{leg} units")}
    return {f"{leg}/{name}": array for name, array in arrays.items()}
