"""A LangChain retriever (extra `langchain`)."""

from __future__ import annotations

from faqsearch.adapters.hits import hit_metadata, hit_text
from faqsearch.errors import MissingExtra
from faqsearch.index.facets import Where
from faqsearch.search import Searcher

try:
    from langchain_core.callbacks import CallbackManagerForRetrieverRun
    from langchain_core.documents import Document
    from langchain_core.retrievers import BaseRetriever
except ModuleNotFoundError as error:
    raise MissingExtra(
        "the LangChain retriever needs langchain-core, which is not installed",
        hint="pip install 'faqsearch[langchain]'",
    ) from error


class FaqsearchRetriever(BaseRetriever):
    """Documents that answer a question, best first; `ainvoke` and `abatch` search in threads."""

    searcher: Searcher
    k: int = 5
    """Documents wanted, at most."""
    where: Where | None = None
    """Field to value (or values) that documents must have; see `Searcher.search`."""
    answered_only: bool = False
    """Return nothing when there is no confident answer, so that a chain says so instead of making one up."""

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,  # noqa: ARG002  # LangChain's signature
    ) -> list[Document]:
        results = self.searcher.search(query, k=self.k, where=self.where)
        hits = results.hits if results.answered or not self.answered_only else ()
        return [
            Document(id=hit.id, page_content=hit_text(hit), metadata=hit_metadata(hit, answered=results.answered))
            for hit in hits
        ]
