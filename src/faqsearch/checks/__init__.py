"""What a knowledge manager should look at in a corpus before anyone searches it: `check_corpus(corpus)`."""

from faqsearch.checks.checking import check_corpus
from faqsearch.checks.findings import KINDS, CheckReport, Finding, Place

__all__ = ["KINDS", "CheckReport", "Finding", "Place", "check_corpus"]
