"""Key terms: the 索引 of a corpus, what its documents are about and where."""

from faqsearch.keyterms.entries import KeyTerm, key_terms, terms_value

__all__ = ["KeyTerm", "key_terms", "terms_value"]
