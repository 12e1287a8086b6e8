"""Japanese FAQ and manual search: hybrid BM25 and FAISS, from Python and the command line.

    import faqsearch

    faqsearch.build_index("corpus", "indexes/demo")
    results = faqsearch.open_index("indexes/demo").search("荷物が届かない")

Public is what `__all__` lists; everything else may change between releases. Names are looked up when they are first
used, so that `import faqsearch` costs nothing and a search never loads what only a build needs.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from faqsearch.build import BuildReport, build_index
    from faqsearch.checks import CheckReport, Finding, check_corpus
    from faqsearch.contents import Contents, Entry, neighbours, table_of_contents
    from faqsearch.documents import Document, Source
    from faqsearch.errors import (
        DictionaryError,
        DocumentNotFound,
        EngineDenied,
        EngineError,
        FaqsearchError,
        IndexBusy,
        IndexFormatError,
        IndexMismatch,
        IndexNotFound,
        IndexVersionError,
        IndexWriteError,
        JudgmentsError,
        MissingExtra,
        ModelError,
        QueryError,
        SettingsError,
        SourceError,
        WorkerError,
    )
    from faqsearch.evaluation import Evaluation, evaluate
    from faqsearch.explain import Explanation
    from faqsearch.keyterms import KeyTerm, key_terms
    from faqsearch.partitions import analyse_partition, merge_partitions
    from faqsearch.related import Related
    from faqsearch.results import Hit, Results
    from faqsearch.search import Searcher, open_index
    from faqsearch.settings import BM25, Settings
    from faqsearch.sources import read_documents
    from faqsearch.suggest import Suggestion
    from faqsearch.update import UpdateReport, update_index

    __version__: str

__all__ = [
    "BM25",
    "BuildReport",
    "CheckReport",
    "Contents",
    "DictionaryError",
    "Document",
    "DocumentNotFound",
    "EngineDenied",
    "EngineError",
    "Entry",
    "Evaluation",
    "Explanation",
    "FaqsearchError",
    "Finding",
    "Hit",
    "IndexBusy",
    "IndexFormatError",
    "IndexMismatch",
    "IndexNotFound",
    "IndexVersionError",
    "IndexWriteError",
    "JudgmentsError",
    "KeyTerm",
    "MissingExtra",
    "ModelError",
    "QueryError",
    "Related",
    "Results",
    "Searcher",
    "Settings",
    "SettingsError",
    "Source",
    "SourceError",
    "Suggestion",
    "UpdateReport",
    "WorkerError",
    "__version__",
    "analyse_partition",
    "build_index",
    "check_corpus",
    "evaluate",
    "key_terms",
    "merge_partitions",
    "neighbours",
    "open_index",
    "read_documents",
    "table_of_contents",
    "update_index",
]

_HOMES = {
    "BM25": "settings",
    "BuildReport": "build",
    "CheckReport": "checks",
    "Contents": "contents",
    "Document": "documents",
    "Entry": "contents",
    "Evaluation": "evaluation",
    "Explanation": "explain",
    "Finding": "checks",
    "Hit": "results",
    "KeyTerm": "keyterms",
    "Related": "related",
    "Results": "results",
    "Searcher": "search",
    "Settings": "settings",
    "Source": "documents",
    "Suggestion": "suggest",
    "UpdateReport": "update",
    "analyse_partition": "partitions",
    "build_index": "build",
    "check_corpus": "checks",
    "evaluate": "evaluation",
    "key_terms": "keyterms",
    "merge_partitions": "partitions",
    "neighbours": "contents",
    "open_index": "search",
    "read_documents": "sources",
    "table_of_contents": "contents",
    "update_index": "update",
}
"""Module of each public name; errors are all in `errors`."""


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        value: Any = version("faqsearch")
    elif name in __all__:
        value = getattr(import_module(f"faqsearch.{_HOMES.get(name, 'errors')}"), name)
    else:
        raise AttributeError(f"module 'faqsearch' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
