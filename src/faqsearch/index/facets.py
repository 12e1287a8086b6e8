"""Facets: which documents have which category, tag, kind, source or other column, for `where` filters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from faqsearch.documents import Document
from faqsearch.errors import SettingsError
from faqsearch.text import normalize
from faqsearch.vocabulary import Vocabulary, vocabulary_arrays

Arrays = dict[str, npt.NDArray[Any]]

_VALUES_NAMED = 5
# A long text in an extra column (a note, a description) is no facet anybody filters by.
_LONGEST_VALUE = 120

Where = Mapping[str, str | Sequence[str]]
"""Field to the value wanted, or to several of which one is enough; all fields must hold."""


def facet_term(field: str, value: str) -> str:
    """Return the term a facet is kept under; case, width and outer spaces do not count."""
    return f"{_folded(field)}\x1f{_folded(value)}"


# Thousands of documents share a few categories, tags and paths.
@lru_cache(maxsize=4096)
def _folded(text: str) -> str:
    return normalize(text).strip().casefold()


def document_facets(document: Document) -> Iterator[str]:
    """Yield the facet terms of a document.

    A category path gives each of its names and each of its beginnings (`配送`, `送料`, `配送 > 送料`); a source
    gives its path, every folder above it and every shorter tail (`corpus/faq.csv`, `corpus`, `faq.csv`).
    """
    yield from _shared_facets(document.kind, document.category, document.source.path)
    for tag in document.tags:
        yield facet_term("tag", tag)
    for name, value in document.extra.items():
        if len(value) <= _LONGEST_VALUE:
            yield facet_term(name, value)


# Documents of one file and category stand together.
@lru_cache(maxsize=256)
def _shared_facets(kind: str, category: Sequence[str], path: str) -> tuple[str, ...]:
    found = {facet_term("kind", kind): None}
    for depth, name in enumerate(category, 1):
        found[facet_term("category", name)] = None
        found[facet_term("category", " > ".join(category[:depth]))] = None
    parts = path.split("/")
    for i in range(1, len(parts) + 1):
        found[facet_term("source", "/".join(parts[:i]))] = None
        found[facet_term("source", "/".join(parts[-i:]))] = None
    return tuple(found)


class FacetsBuilder:
    """Collect facets in document order."""

    def __init__(self) -> None:
        self._documents: dict[str, list[int]] = {}
        self._alike: dict[tuple[str, ...], list[int]] = {}
        """Documents whose facets are all shared, which most are, under these."""

    def add(self, number: int, document: Document) -> None:
        """Add the facets of document `number`; numbers ascend over all calls."""
        if not document.tags and not document.extra:
            shared = _shared_facets(document.kind, document.category, document.source.path)
            self._alike.setdefault(shared, []).append(number)
            return
        for term in set(document_facets(document)):
            self._documents.setdefault(term, []).append(number)

    def arrays(self) -> Arrays:
        """Return the arrays of a `Facets`; once, after the last document."""
        for terms, documents in self._alike.items():
            for term in terms:
                self._documents.setdefault(term, []).extend(documents)
        vocabulary, numbers = vocabulary_arrays(list(self._documents))
        lists: list[list[int]] = [[] for _ in vocabulary["keys"]]
        for documents, number in zip(self._documents.values(), numbers, strict=True):
            lists[number].extend(documents)
        indptr = np.zeros(len(lists) + 1, dtype=np.int64)
        np.cumsum([len(documents) for documents in lists], out=indptr[1:])
        flat = np.fromiter((d for documents in lists for d in sorted(documents)), dtype=np.int32, count=indptr[-1])
        return {**vocabulary, "indptr": indptr, "documents": flat}


class Facets:
    """The read side."""

    def __init__(self, arrays: Arrays, documents: int) -> None:
        self._vocabulary = Vocabulary(arrays)
        self._indptr: npt.NDArray[np.int64] = arrays["indptr"]
        self._numbers: npt.NDArray[np.int32] = arrays["documents"]
        self._documents = documents

    def allowed(self, where: Where | None) -> npt.NDArray[np.bool_] | None:
        """Return which documents pass; bool, shape (documents,), or None when there is no filter.

        Raises:
            SettingsError: No document has a field of that name.
        """
        if not where:
            return None
        allowed = np.ones(self._documents, dtype=bool)
        for numbers in self.wanted(where):
            one = np.zeros(self._documents, dtype=bool)
            for number in numbers:
                one[self._numbers[self._indptr[number] : self._indptr[number + 1]]] = True
            allowed &= one
        return allowed

    def wanted(self, where: Where) -> Iterator[list[int]]:
        """Yield for each field of a filter the numbers of the facets of which a document must have one.

        Raises:
            SettingsError: No document has a field of that name.
        """
        for field, values in where.items():
            terms = [facet_term(field, value) for value in ([values] if isinstance(values, str) else values)]
            numbers = [number for number in self._vocabulary.numbers(terms).tolist() if number >= 0]
            if not numbers and not self._has_field(field):
                names = ", ".join(sorted(self.fields()))
                raise SettingsError(f"no document has a field {field[:80]!r}", hint=f"Filter by one of: {names}.")
            yield numbers

    def fields(self) -> set[str]:
        """Return the names of all fields that can be filtered by."""
        return {self._vocabulary.term(i).partition("\x1f")[0] for i in range(len(self._vocabulary))}

    def values(self, field: str) -> dict[str, int]:
        """Return every value of `field` with the number of documents that have it."""
        wanted = facet_term(field, "")
        return {
            term[len(wanted) :]: int(self._indptr[i + 1] - self._indptr[i])
            for i in range(len(self._vocabulary))
            if (term := self._vocabulary.term(i)).startswith(wanted)
        }

    def lacking(self, where: Where) -> Iterator[tuple[str, str, list[str]]]:
        """Yield (field, value, values it has) for each wanted value that no document has; the nearest, then commonest."""
        from difflib import get_close_matches

        for field, values in where.items():
            counts = self.values(field)
            commonest = sorted(counts, key=lambda value: (-counts[value], value))
            for value in [values] if isinstance(values, str) else values:
                if counts and (wanted := _folded(value)) not in counts:
                    near = get_close_matches(wanted, commonest, n=_VALUES_NAMED, cutoff=0.5)
                    yield field, value, list(dict.fromkeys([*near, *commonest]))[:_VALUES_NAMED]

    def _has_field(self, field: str) -> bool:
        return facet_term(field, "").rstrip("\x1f") in self.fields()
