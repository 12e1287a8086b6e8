"""Synonyms: files of words that mean the same, read when a question is asked; no index knows them."""

from faqsearch.synonyms.checking import check
from faqsearch.synonyms.expansion import Synonyms
from faqsearch.synonyms.files import Problem, Rule

__all__ = ["Problem", "Rule", "Synonyms", "check"]
