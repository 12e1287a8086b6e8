"""Features: what can be seen of a candidate only by reading its words next to the question's.

Postings bring a few hundred candidates together; each is then read sentence by sentence. All of it is arithmetic on
the sequences of the candidates, so it costs the same in an index of a thousand documents and of a million.

    passage   BM25 of the best sentence together with its question: an answer says the right thing in one place
    coverage  share of the question's information (idf) that the document holds somewhere
    focus     share of a phrasing's information that the question asks for: of two entries that hold all words
              asked, the one about nothing else is meant
    topic, context, …   cosine of the question and the nearest sentence, in each view of the built-in encoder
    pair      neighbouring words of the question that are neighbours in the document as well
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from faqsearch.index.interface import Scores, WeightedTerm
from faqsearch.index.sequences import Excerpt, Sequences
from faqsearch.passages import OTHER, PHRASING, SENTENCE
from faqsearch.vocabulary import Vocabulary

Floats = npt.NDArray[np.float32]

SHARES = frozenset({"coverage", "focus"})
"""Features that are shares of something: 1 means all, whatever the best candidate has."""

# A sentence is short and says a word once or twice: less saturation and less punishment of length than for
# documents (measured on the judged sets, benchmarks/README.md).
_K1, _B = 1.2, 0.5
# A phrasing with this part of what the whole document holds of the question says all that was asked for.
_SAID_ALL = 0.95
# Words that mean little in a question make no pair worth noticing.
_LEAST_PAIR_WEIGHT = 0.5


@dataclass(frozen=True, slots=True)
class AskedWords:
    """The words of a question that the index knows, in the order of their groups."""

    numbers: npt.NDArray[np.int64]
    """Term numbers, -1 for a phrase; shape (terms,)."""
    groups: npt.NDArray[np.int64]
    """Group of each term, 0-based and ascending; shape (terms,)."""
    weights: Floats
    """Weight of each term; shape (terms,)."""
    worth: Floats
    """Weight of each term times its idf; shape (terms,)."""
    phrases: Sequence[tuple[int, npt.NDArray[np.int64]]]
    """Place and term numbers of the phrases."""
    ceiling: float
    """What a document that holds every group at its best is worth, words the index does not know included."""

    @property
    def starts(self) -> npt.NDArray[np.int64]:
        """First term of each group."""
        return np.flatnonzero(np.diff(self.groups, prepend=-1))


def asked_words(terms: Sequence[WeightedTerm], vocabulary: Vocabulary, idf: Floats) -> AskedWords:
    """Return what a question asks for.

    Args:
        terms: The question's words.
        vocabulary: The words of the index.
        idf: idf of every one of them.
    """
    # A word that no document holds says at least as much as the rarest one.
    unknown_idf = float(idf.max(initial=0))
    numbers = vocabulary.numbers([term.term for term in terms]).tolist()
    groups: dict[int, int] = {}
    known: list[tuple[int, int, float, float, npt.NDArray[np.int64] | None]] = []
    best: dict[int, float] = {}
    asked_idf: dict[int, float] = {}
    for i, (term, number) in enumerate(zip(terms, numbers, strict=True)):
        # Terms without alternatives are groups of their own.
        group = groups.setdefault(term.group if term.group >= 0 else -1 - i, len(groups))
        if term.phrase:
            parts = vocabulary.numbers(term.phrase)
            if (parts >= 0).all():
                known.append((group, -1, term.weight, term.weight * float(idf[parts].max()), parts))
            continue
        own_idf = float(idf[number]) if number >= 0 else unknown_idf
        # The word asked comes first in its group. A rarer spelling of it says no more than the word itself.
        if number >= 0 or group not in asked_idf:
            own_idf = min(own_idf, asked_idf.setdefault(group, own_idf if number >= 0 else unknown_idf))
        value = term.weight * own_idf
        if number >= 0:
            known.append((group, number, term.weight, value, None))
        # A known alternative says more about a group's worth than the unknown word it stands in for.
        best[group] = max(best.get(group, 0.0), value if number >= 0 or group not in best else 0.0)
    known.sort(key=lambda found: found[0])
    return AskedWords(
        numbers=np.array([number for _, number, *_ in known], dtype=np.int64),
        groups=np.array([group for group, *_ in known], dtype=np.int64),
        weights=np.array([weight for _, _, weight, *_ in known], dtype=np.float32),
        worth=np.array([worth for *_, worth, _ in known], dtype=np.float32),
        phrases=[(place, parts) for place, (*_, parts) in enumerate(known) if parts is not None],
        ceiling=sum(best.values()),
    )


@dataclass(frozen=True, slots=True)
class Matches:
    """Where the asked words stand in an excerpt."""

    excerpt: Excerpt
    asked: AskedWords
    tf: Floats
    """Occurrences; shape (units, terms)."""
    places: npt.NDArray[np.int64]
    """Words of the excerpt that were asked for; ascending."""
    slots: npt.NDArray[np.int64]
    """Which asked term each of `places` is."""
    phrasing: npt.NDArray[np.int64]
    """The unit of each document's best phrasing; shape (documents,)."""
    phrasing_worth: Scores
    """What of the question that phrasing holds, as idf; shape (documents,)."""


def match(excerpt: Excerpt, asked: AskedWords, vocabulary_size: int) -> Matches:
    """Find the asked words in an excerpt."""
    slot_of = np.zeros(vocabulary_size, dtype=np.int16)
    single = np.flatnonzero(asked.numbers >= 0)
    slot_of[asked.numbers[single]] = single + 1
    found = slot_of[excerpt.words]
    places = np.flatnonzero(found)
    slots = found[places].astype(np.int64) - 1
    units, terms = len(excerpt.units), len(asked.numbers)
    cells = excerpt.word_units[places] * terms + slots
    tf = np.bincount(cells, minlength=units * terms).reshape(units, terms).astype(np.float32)
    for place, parts in asked.phrases:
        tf[:, place] = _occurrences(excerpt, parts)
    worth = np.where(
        excerpt.kinds == PHRASING, _best_of_groups((tf > 0).astype(np.float32) * asked.worth, asked).sum(axis=1), -1
    )
    return Matches(excerpt, asked, tf, places, slots, _first_best(worth, excerpt), _best_unit(worth, excerpt))


@dataclass(frozen=True, slots=True)
class Read:
    """What reading candidates next to a question gave."""

    scores: dict[str, Scores]
    """Feature to its scores; shape (documents,) each."""
    phrasings: npt.NDArray[np.int32]
    """The phrasing that holds most of the question, 0-based within its document; shape (documents,)."""
    sentences: npt.NDArray[np.int64]
    """The sentence that matched best, by its number in the whole index; -1 when the document has none, or when its
    phrasing says all that was asked for; shape (documents,)."""


def read_words(excerpt: Excerpt, asked: AskedWords, sequences: Sequences) -> Read:
    """Compare the words of an excerpt with those of a question."""
    documents = len(excerpt.unit_bounds) - 1
    if not len(asked.numbers):
        nothing = np.zeros(documents, dtype=np.float32)
        none = dict.fromkeys(("passage", "coverage", "focus", "pair"), nothing)
        return Read(none, np.zeros(documents, np.int32), np.full(documents, -1, np.int64))
    matches = match(excerpt, asked, len(sequences.vocabulary))
    passage, sentences = passage_scores(matches, sequences.mean_length)
    coverage = coverage_scores(matches)
    # When the phrasing says all that was asked for, no sentence answers it better than the beginning.
    told = matches.phrasing_worth < _SAID_ALL * coverage * np.float32(asked.ceiling)
    scores = {
        "passage": passage,
        "coverage": coverage,
        "focus": focus_scores(matches, sequences.importance),
        "pair": pair_scores(matches),
    }
    phrasings = (matches.phrasing - excerpt.unit_bounds[:-1]).astype(np.int32)
    return Read(scores, phrasings, np.where(told, sentences, -1))


def passage_scores(matches: Matches, mean_length: float) -> tuple[Scores, npt.NDArray[np.int64]]:
    """Score each document by its best sentence, its question's words included.

    Args:
        matches: Where the asked words stand.
        mean_length: Words in a sentence and its question, on average over the index.

    Returns:
        BM25, shape (documents,); and the number of each document's best sentence in the whole index, -1 for a
        document without sentences.
    """
    excerpt, asked = matches.excerpt, matches.asked
    question = matches.phrasing[excerpt.unit_documents]
    alone = excerpt.kinds == PHRASING
    tf = np.where(alone[:, None], matches.tf, matches.tf + matches.tf[question])
    lengths = np.where(alone, excerpt.lengths, excerpt.lengths + excerpt.lengths[question])
    norm = (_K1 * (1 - _B + _B * lengths / mean_length)).astype(np.float32)
    counted = asked.worth * (tf * np.float32(_K1 + 1) / (tf + norm[:, None])).astype(np.float32, copy=False)
    scores = _best_of_groups(counted, asked).sum(axis=1)
    told = excerpt.kinds == SENTENCE
    best = _first_best(np.where(told, scores, -1), excerpt)
    best = np.where(told[best], excerpt.units[best], -1)
    return _best_unit(np.where(excerpt.kinds == OTHER, 0, scores), excerpt), best


def coverage_scores(matches: Matches) -> Scores:
    """Return the share of the question's information each document holds, 0–1; shape (documents,)."""
    held = np.maximum.reduceat(matches.tf > 0, matches.excerpt.unit_bounds[:-1], axis=0)
    worth = _best_of_groups(held * matches.asked.worth, matches.asked).sum(axis=1)
    return np.asarray(worth / np.float32(max(matches.asked.ceiling, 1e-9)), dtype=np.float32)


def focus_scores(matches: Matches, importance: Floats) -> Scores:
    """Return the share of the best phrasing's information that was asked for, 0–1; shape (documents,).

    Args:
        matches: Where the asked words stand.
        importance: idf of every term of the index, less for words that mean little in a question.
    """
    excerpt = matches.excerpt
    values = importance[excerpt.words]
    total = np.bincount(excerpt.word_units, values, minlength=len(excerpt.units))
    asked = np.bincount(excerpt.word_units[matches.places], values[matches.places], minlength=len(excerpt.units))
    share = np.divide(asked, total, out=np.zeros_like(total), where=total > 0)
    return _best_unit(np.where(excerpt.kinds == PHRASING, share, 0).astype(np.float32), excerpt)


def pair_scores(matches: Matches) -> Scores:
    """Return what the neighbouring words of the question that are neighbours in a document are worth.

    Returns:
        Sum over distinct pairs of both words' worth; float32, shape (documents,).
    """
    excerpt, asked = matches.excerpt, matches.asked
    documents = len(excerpt.unit_bounds) - 1
    first, second = matches.places[:-1], matches.places[1:]
    a, b = matches.slots[:-1], matches.slots[1:]
    near = (second == first + 1) & (excerpt.word_units[first] == excerpt.word_units[second])
    near &= asked.groups[b] == asked.groups[a] + 1
    near &= np.minimum(asked.weights[a], asked.weights[b]) >= _LEAST_PAIR_WEIGHT
    owner = excerpt.unit_documents[excerpt.word_units[first[near]]]
    groups = int(asked.groups[-1]) + 1 if len(asked.groups) else 0
    cells, at = np.unique(owner * max(groups, 1) + asked.groups[a[near]], return_index=True)
    worth = (asked.worth[a[near]] + asked.worth[b[near]])[at]
    return np.bincount(cells // max(groups, 1), worth, minlength=documents).astype(np.float32)


def sentence_scores(excerpt: Excerpt, values: Floats, lengths: Floats) -> Scores:
    """Return the cosine of the question and each document's nearest sentence, its question included.

    Args:
        excerpt: The candidates' words.
        values: Dot product of the question's vector and each word's weighted term vector; shape (words,).
        lengths: Length of each unit's vector, a sentence's together with its document's question; shape (units,).

    Returns:
        float32, 0 or above; shape (documents,).
    """
    sums = np.bincount(excerpt.word_units, values, minlength=len(excerpt.units))
    question = excerpt.unit_bounds[:-1][excerpt.unit_documents]
    whole = np.where(excerpt.kinds == PHRASING, sums, sums + sums[question])
    scores = np.divide(whole, lengths, out=np.zeros_like(whole), where=lengths > 1e-6)
    return _best_unit(np.where(excerpt.kinds == OTHER, 0, np.maximum(scores, 0)).astype(np.float32), excerpt)


def _occurrences(excerpt: Excerpt, parts: npt.NDArray[np.int64]) -> Floats:
    """How often terms stand next to each other in each unit; float32, shape (units,)."""
    starts = np.flatnonzero(excerpt.words[: len(excerpt.words) - len(parts) + 1] == parts[0])
    for offset in range(1, len(parts)):
        starts = starts[excerpt.words[starts + offset] == parts[offset]]
        starts = starts[excerpt.word_units[starts] == excerpt.word_units[starts + offset]]
    return np.bincount(excerpt.word_units[starts], minlength=len(excerpt.units)).astype(np.float32)


def _best_of_groups(values: Floats, asked: AskedWords) -> Floats:
    """(rows, terms) → (rows, groups): the best alternative of each group."""
    starts = asked.starts
    if len(starts) == values.shape[1]:
        return values
    return np.maximum.reduceat(values, starts, axis=1)


def _best_unit(scores: Floats, excerpt: Excerpt) -> Scores:
    """(units,) → (documents,): every document has at least one unit."""
    return np.maximum.reduceat(scores, excerpt.unit_bounds[:-1]).astype(np.float32)


def _first_best(scores: Floats, excerpt: Excerpt) -> npt.NDArray[np.int64]:
    """(units,) → (documents,): the first unit with the document's best score."""
    best = np.maximum.reduceat(scores, excerpt.unit_bounds[:-1])
    candidates = np.flatnonzero(scores == best[excerpt.unit_documents])
    _, first = np.unique(excerpt.unit_documents[candidates], return_index=True)
    return candidates[first]
