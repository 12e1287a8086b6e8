"""Entries: the key terms of an index, each with the few documents that treat it, like the last pages of a book."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from faqsearch.contents import documents_of
from faqsearch.documents import Document
from faqsearch.keyterms.collation import collation_key, group
from faqsearch.keyterms.compounds import CODE, Compound, compounds
from faqsearch.keyterms.termhood import Parts, flr
from faqsearch.passages import prose
from faqsearch.results import SCHEMA
from faqsearch.search import Searcher, open_index
from faqsearch.tokens import Tokenizer
from faqsearch.vectors.words import general_words

# The numbers below were chosen by reading the indexes of our sample corpus and of six manuals as an editor would
# (benchmarks/README.md); there is no judged set for them.

# What one occurrence in a heading counts: an author who puts a word there writes about it.
_HEADING = 5.0
# A heading that stands this often in a corpus belongs to its plan (制約, 前提条件), not to what it is about.
_FORM = 4
# Terms for n documents: this times the root of n, about what a printed manual of as many sections has.
_TERMS_PER_ROOT = 15
# A compound said in more than this share of the documents is everywhere; so is a single noun, sooner.
_EVERYWHERE, _SINGLE_EVERYWHERE = 0.33, 0.1
# ln(N / df) in Japanese at large: nouns around the first say nothing by themselves (設定 2.5, 方法 2.8), from the
# second they may when headings are about them (ポイント 4.4), from the last they always name something (解約 9.6).
_COMMON, _TOLD, _RARE = 3.0, 4.3, 6.5
# Headings are about a noun when it is much of one, or in three.
_MUCH, _OFTEN = 0.4, 3
# FLR counts how nouns combine. A code combines with nothing, however much people look for it.
_CODE_WORTH = 20.0
# A document that says a term nearly as often as the one that says it most treats it.
_NEARLY = 0.7
_HIRAGANA = re.compile("[ぁ-ゖー]+")


@dataclass(frozen=True, slots=True)
class KeyTerm:
    """One entry of an index."""

    term: str
    """As it is written most often."""
    reading: str
    """In hiragana; Latin letters in lower case."""
    score: float
    """How much of a term it is, higher is more; comparable within one index."""
    documents: int
    """How many documents mention it."""
    sections: tuple[Document, ...]
    """Those that treat it, best first."""

    @property
    def group(self) -> str:
        """The heading it stands under: あ, か, … わ, 英字, 数字・記号."""
        return group(self.reading)

    def to_json(self) -> dict[str, Any]:
        """Return it as plain JSON values."""
        return {
            "term": self.term,
            "reading": self.reading,
            "group": self.group,
            "score": round(self.score, 2),
            "documents": self.documents,
            "sections": [_section(section) for section in self.sections],
        }


def _section(document: Document) -> dict[str, Any]:
    source = document.source
    return {
        "id": document.id,
        "question": document.question,
        "heading": list(source.heading),
        "path": source.path,
        "line": source.line,
        "page": source.page,
        "anchor": source.anchor,
    }


def terms_value(terms: Sequence[KeyTerm]) -> dict[str, Any]:
    """Return the JSON value of an index's key terms."""
    return {"schema": SCHEMA, "terms": [term.to_json() for term in terms]}


def key_terms(
    index: Searcher | str | Path, *, k: int | None = None, sections: int = 3, source: str | None = None
) -> list[KeyTerm]:
    """Return the key terms of an index in the order of an index: by reading, あいうえお first, then Latin letters.

    Compound nouns, product names and codes, chosen by FLR (`faqsearch.keyterms.termhood`), by how far they are
    beyond everyday words, and by standing in headings. A term is listed with the documents that treat it: those with
    it in their heading first, then those that say it most.

    Args:
        index: A searcher, or the address of an index.
        k: Terms, at most; None takes 15 times the root of the number of documents.
        sections: Documents of a term, at most.
        source: Only from this file, or the files in this folder.

    Raises:
        DocumentNotFound: No document comes from `source`.
        IndexNotFound: There is no index at that address.
    """
    searcher = index if isinstance(index, Searcher) else open_index(index)
    found = _read(list(documents_of(searcher.index, source)), searcher.tokenizer)
    wanted = round(_TERMS_PER_ROOT * math.sqrt(len(found.documents))) if k is None else k
    chosen: dict[Parts, KeyTerm] = {}
    for parts, score in found.ranked():
        if treating := found.treating(parts, sections):
            written, reading = found.forms(parts)
            documents = tuple(found.documents[number] for number in treating)
            chosen[parts] = KeyTerm(written, reading, score, len(found.said[parts]), documents)
        # Some terms make others superfluous, so a few more than wanted are looked at.
        if len(chosen) >= 1.5 * wanted:
            break
    best = _without_superfluous(chosen)[:wanted]
    return sorted(best, key=lambda term: collation_key(term.reading, term.term))


@dataclass(slots=True)
class _Found:
    """The compounds of some documents."""

    documents: list[Document] = field(default_factory=list)
    lengths: list[int] = field(default_factory=list)
    """Nouns in each document."""
    alone: defaultdict[Parts, float] = field(default_factory=lambda: defaultdict(float))
    """How often each compound stands by itself; in a heading it counts more."""
    spelt: defaultdict[Parts, Counter[tuple[str, str]]] = field(default_factory=lambda: defaultdict(Counter))
    """How each compound is written and read."""
    said: defaultdict[Parts, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    """Compound to how often each document says it, by itself or inside of a longer one."""
    headed: defaultdict[Parts, dict[int, float]] = field(default_factory=lambda: defaultdict(dict))
    """Compound to the documents with it in their heading, and which share of the heading it is, 0–1."""

    def add(self, document: Document, heading: Iterable[Compound], body: Iterable[Compound], *, form: bool) -> None:
        """Count the compounds of a document.

        Args:
            document: Whose.
            heading: Those of its question or heading.
            body: Those of its answer.
            form: Whether its heading only says what kind of section it is.
        """
        number = len(self.documents)
        self.documents.append(document)
        letters = max(1, sum(map(str.isalnum, document.question)))
        length = 0
        for compound in heading:
            self._see(compound, number, 1.0 if form else _HEADING)
            length += len(compound.parts)
            share = sum(map(str.isalnum, compound.surface)) / letters / len(compound.parts)
            for inner in () if form else _inner(compound.parts):
                self.headed[inner][number] = max(self.headed[inner].get(number, 0.0), share * len(inner))
        for compound in body:
            self._see(compound, number, 1.0)
            length += len(compound.parts)
        self.lengths.append(length)

    def _see(self, compound: Compound, number: int, weight: float) -> None:
        self.alone[compound.parts] += weight
        self.spelt[compound.parts][compound.surface, compound.reading] += 1
        for inner in _inner(compound.parts):
            self.said[inner][number] += 1

    def forms(self, parts: Parts) -> tuple[str, str]:
        """Return how a term is written and read most often."""
        return max(self.spelt[parts].items(), key=lambda item: (item[1], item[0]))[0]

    def ranked(self) -> list[tuple[Parts, float]]:
        """Return the terms worth an entry with their scores, best first."""
        scores: dict[Parts, float] = {}
        for parts, score in flr(self.alone).items():
            written, _ = self.forms(parts)
            if self._is_candidate(parts, written):
                code = parts in self.headed and CODE.fullmatch(written)
                scores[parts] = score * self._rarity(parts) * (_CODE_WORTH if code else 1.0)
        return sorted(((p, s) for p, s in scores.items() if s > 0), key=lambda item: (-item[1], item[0]))

    def _is_candidate(self, parts: Parts, written: str) -> bool:
        headed, said = self.headed.get(parts, {}), len(self.said[parts])
        share = max(headed.values(), default=0.0)
        if CODE.fullmatch(written):
            return True
        if said < 2 and not headed:
            return False
        if written.isascii() and written.islower():
            return share >= _MUCH  # a word of a command or of code, unless a section is about it
        if len(parts) == 1 and not written.isascii():
            return self._is_telling(parts, written, said)
        if written[:1].isdigit() and not headed:
            return False
        return said <= max(3, _EVERYWHERE * len(self.documents)) or share > 0.99

    def _is_telling(self, parts: Parts, written: str, said: int) -> bool:
        """Whether one noun is a term by itself: most are too general (登録, 確認), unless headings are about them."""
        headed, level = self.headed.get(parts, {}), self._level(parts)
        share = max(headed.values(), default=0.0)
        if _HIRAGANA.fullmatch(written):
            return share > 0.99
        about = share >= _MUCH or len(headed) >= _OFTEN
        if about and level >= _TOLD:
            return said <= max(3, _EVERYWHERE * len(self.documents))
        return level >= _RARE and said <= max(3, _SINGLE_EVERYWHERE * len(self.documents))

    def _rarity(self, parts: Parts) -> float:
        """How far a term is beyond everyday words, 0–1."""
        return min(1.0, max(0.0, (self._level(parts) - _COMMON) / (_RARE - _COMMON))) ** 2

    def _level(self, parts: Parts) -> float:
        """ln(N / df) in Japanese at large: the mean of a term's rarest noun and of all its nouns."""
        idf = general_words().idf(parts)
        return float(idf.max() + idf.mean()) / 2

    def treating(self, parts: Parts, most: int) -> list[int]:
        """Return the documents that treat a term, best first: one of those with the same heading."""
        said, headed = self.said[parts], self.headed.get(parts, {})
        mean = sum(self.lengths) / len(self.lengths)
        # BM25's tf with its usual k1 and b: said often, for a text of that length.
        dense = {n: tf / (tf + 1.2 * (0.25 + 0.75 * self.lengths[n] / mean)) for n, tf in said.items()}
        top = max(dense.values())
        worth = {
            n: 2 * headed.get(n, 0.0) + dense[n] / top
            for n, tf in said.items()
            if n in headed or (tf > 1 and dense[n] > _NEARLY * top)
        }
        chosen: dict[str, int] = {}
        for number in sorted(worth, key=lambda n: (-worth[n], n)):
            chosen.setdefault(self.documents[number].question, number)
        return list(chosen.values())[:most]


def _without_superfluous(terms: Mapping[Parts, KeyTerm]) -> list[KeyTerm]:
    """Leave out one of two terms, one inside of the other, that lead to the same sections; best first."""
    dropped: set[Parts] = set()
    for parts, term in terms.items():
        own = {section.id for section in term.sections}
        for inner in _inner(parts) - {parts}:
            if inner in terms:
                other = {section.id for section in terms[inner].sections}
                if other < own or (other == own and len(inner) == 1):
                    dropped.add(inner)
                elif own <= other and len(inner) > 1:
                    dropped.add(parts)
    return [term for parts, term in terms.items() if parts not in dropped]


@lru_cache(maxsize=100_000)
def _inner(parts: Parts) -> frozenset[Parts]:
    """A compound and all compounds inside of it."""
    return frozenset(parts[i:j] for i in range(len(parts)) for j in range(i + 1, len(parts) + 1))


def _read(documents: Sequence[Document], tokenizer: Tokenizer) -> _Found:
    found = _Found()
    titles = Counter(document.question for document in documents)
    for document in documents:
        body = [document.answer[start:end] for start, end in prose(document.answer)]
        found.add(
            document,
            _compounds_of([document.question], tokenizer),
            _compounds_of(body, tokenizer),
            form=titles[document.question] >= _FORM,
        )
    return found


def _compounds_of(texts: Iterable[str], tokenizer: Tokenizer) -> Iterator[Compound]:
    for text in texts:
        yield from compounds(text, tokenizer.tokens(text))
