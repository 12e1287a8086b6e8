"""Tokens: text to terms. The only place that knows words, codes and readings."""

from faqsearch.tokens.interface import Origin, QueryTerm, Token, Tokenizer
from faqsearch.tokens.tokenizer import FugashiTokenizer

__all__ = ["FugashiTokenizer", "Origin", "QueryTerm", "Token", "Tokenizer"]
