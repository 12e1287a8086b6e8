"""From the files of a corpus to documents: `read_documents(corpus)`, or `Corpus(corpus)` for an account as well."""

from faqsearch.sources.corpus import Corpus, read_documents
from faqsearch.sources.formats import READERS
from faqsearch.sources.interface import (
    Item,
    KeyedDocument,
    KnownFile,
    KnownRow,
    Problem,
    ReadBefore,
    Reader,
    SourceFile,
)
from faqsearch.sources.report import FileReport, ReadReport
from faqsearch.sources.walk import Skipped

__all__ = [
    "READERS",
    "Corpus",
    "FileReport",
    "Item",
    "KeyedDocument",
    "KnownFile",
    "KnownRow",
    "Problem",
    "ReadBefore",
    "ReadReport",
    "Reader",
    "Skipped",
    "SourceFile",
    "read_documents",
]
