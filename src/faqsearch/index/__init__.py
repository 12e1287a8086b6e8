"""Index: documents, terms and vectors on disk or in an engine; questions in, candidates out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from faqsearch.index.interface import Index

__all__ = ["open_generation"]


def open_generation(address: str | Path) -> Index:
    """Open the current generation of the index at `address`.

    Raises:
        IndexNotFound: There is no index.
        EngineError: The engine it lies in cannot be reached.
        IndexFormatError: It is damaged, or of another format version.
    """
    from faqsearch.index.address import milvus_address

    if engine := milvus_address(address):
        from faqsearch.index.milvus.store import MilvusStore

        return MilvusStore(engine).open()
    from faqsearch.index.local import LocalIndex

    return LocalIndex.open(address)
