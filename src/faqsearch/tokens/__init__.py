"""Tokens: text to terms. The only place that knows words, codes and readings."""

from faqsearch.tokens.interface import Origin, QueryTerm, Token, Tokenizer
from faqsearch.tokens.kana import KanaLexicon, is_kana_question
from faqsearch.tokens.tokenizer import FugashiTokenizer

__all__ = ["FugashiTokenizer", "KanaLexicon", "Origin", "QueryTerm", "Token", "Tokenizer", "is_kana_question"]
