"""A LlamaIndex retriever (extra `llamaindex`)."""

from __future__ import annotations

import asyncio
from typing import Any

from faqsearch.adapters.hits import CITED, hit_metadata, hit_text
from faqsearch.errors import MissingExtra
from faqsearch.index.facets import Where
from faqsearch.results import Hit
from faqsearch.search import Searcher

try:
    from llama_index.core.retrievers import BaseRetriever
    from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode
except ModuleNotFoundError as error:
    raise MissingExtra(
        "the LlamaIndex retriever needs llama-index-core, which is not installed",
        hint="pip install 'faqsearch[llamaindex]'",
    ) from error


class FaqsearchRetriever(BaseRetriever):  # type: ignore[misc]  # mypy does not read LlamaIndex, see pyproject.toml
    """Nodes that answer a question, best first; a node's score is the confidence of its hit."""

    def __init__(
        self,
        searcher: Searcher,
        *,
        k: int = 5,
        where: Where | None = None,
        answered_only: bool = False,
        **options: Any,
    ) -> None:
        """Make a retriever.

        Args:
            searcher: What answers.
            k: Nodes wanted, at most.
            where: Field to value (or values) that documents must have; see `Searcher.search`.
            answered_only: Return nothing when there is no confident answer, so that a language model says so instead
                of making one up.
            options: Passed on to LlamaIndex's `BaseRetriever`.
        """
        super().__init__(**options)
        self._searcher, self._k, self._where, self._answered_only = searcher, k, where, answered_only

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        results = self._searcher.search(query_bundle.query_str, k=self._k, where=self._where)
        hits = results.hits if results.answered or not self._answered_only else ()
        return [_node(hit, answered=results.answered) for hit in hits]

    async def _aretrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return await asyncio.to_thread(self._retrieve, query_bundle)


def _node(hit: Hit, *, answered: bool) -> NodeWithScore:
    metadata = hit_metadata(hit, answered=answered)
    # LlamaIndex writes metadata above the text a language model reads.
    hidden = [name for name in metadata if name not in CITED]
    node = TextNode(id_=hit.id, text=hit_text(hit), metadata=metadata, excluded_llm_metadata_keys=hidden)
    return NodeWithScore(node=node, score=hit.confidence)
