"""Features: what can be seen of a candidate only by reading its words next to the question's.

Postings bring a few hundred candidates together; each is then read sentence by sentence. All of it is arithmetic on
the sequences of the candidates, so it costs the same in an index of a thousand documents and of a million.

    passage   BM25 of the best sentence together with its question: an answer says the right thing in one place
    coverage  share of the question's information (idf) that the document holds somewhere
    implied   the same, where a word the document lacks counts as far as its question is about such things (`implied.py`)
    focus     share of a phrasing's information that the question asks for: of two entries that hold all words
              asked, the one about nothing else is meant
    same      how nearly a phrasing asks what was asked, no less and no more
    denial    whether the document's question denies something (できない) as the one asked does
    topic, context, …   cosine of the question and the nearest sentence, in each view of the built-in encoder
    pair      neighbouring words of the question that are neighbours in the document as well
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from faqsearch.index.asked import AskedWords
from faqsearch.index.interface import Scores
from faqsearch.index.sequences import Excerpt, Sequences
from faqsearch.passages import OTHER, PHRASING, SENTENCE
from faqsearch.vocabulary import ranges

Floats = npt.NDArray[np.float32]

SHARES = frozenset({"coverage", "implied", "focus", "same", "denial"})
"""Features that are shares of something: 1 means all, whatever the best candidate has."""

# A sentence is short and says a word once or twice: less saturation and less punishment of length than for
# documents (measured on the judged sets, benchmarks/README.md).
K1, B = 1.2, 0.5
# A phrasing with this part of what the whole document holds of the question says all that was asked for.
SAID_ALL = 0.95
# Words that mean little in a question make no pair worth noticing.
LEAST_PAIR_WEIGHT = 0.5


@dataclass(frozen=True, slots=True)
class Matches:
    """Where the asked words stand in an excerpt."""

    excerpt: Excerpt
    asked: AskedWords
    tf: Floats
    """Occurrences; shape (terms, units): a row is read at once, and there are few of them."""
    places: npt.NDArray[np.int64]
    """Words of the excerpt that were asked for; ascending."""
    place_units: npt.NDArray[np.int64]
    """Unit of each of `places`."""
    slots: npt.NDArray[np.int64]
    """Which asked term each of `places` is."""
    phrasings: npt.NDArray[np.int64]
    """The units that are phrasings."""
    held: Floats
    """What of the question each phrasing holds, as idf; -1 for other units; shape (units,)."""
    phrasing: npt.NDArray[np.int64]
    """The unit of each document's best phrasing; shape (documents,)."""
    phrasing_worth: Scores
    """What of the question that phrasing holds, as idf; shape (documents,)."""


def match(excerpt: Excerpt, asked: AskedWords, vocabulary_size: int) -> Matches:
    """Find the asked words in an excerpt."""
    single = np.flatnonzero(asked.numbers >= 0)
    wanted = np.zeros(vocabulary_size, dtype=bool)
    wanted[asked.numbers[single]] = True
    places = np.flatnonzero(wanted.take(excerpt.words))
    slot_of = np.zeros(vocabulary_size, dtype=np.int64)
    slot_of[asked.numbers[single]] = single
    slots = slot_of.take(excerpt.words.take(places))
    place_units = excerpt.word_units.take(places)
    units, terms = len(excerpt.units), len(asked.numbers)
    tf = np.bincount(slots * units + place_units, minlength=units * terms).reshape(terms, units).astype(np.float32)
    for place, parts in asked.phrases:
        tf[place] = _occurrences(excerpt, parts)
    phrasings = np.flatnonzero(excerpt.kinds == PHRASING)
    worth = np.full(units, -1, dtype=np.float32)
    worth[phrasings] = _best_of_groups((tf.take(phrasings, axis=1) > 0) * asked.worth[:, None], asked).sum(axis=0)
    phrasing_worth, phrasing = _best(worth, excerpt)
    return Matches(excerpt, asked, tf, places, place_units, slots, phrasings, worth, phrasing, phrasing_worth)


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


def read_words(excerpt: Excerpt, asked: AskedWords, sequences: Sequences, near: Floats) -> Read:
    """Compare the words of an excerpt with those of a question.

    Args:
        excerpt: Documents.
        asked: The question.
        sequences: What the excerpt was taken from.
        near: As `implied_scores` takes it.
    """
    documents = len(excerpt.unit_bounds) - 1
    if not len(asked.numbers):
        nothing = np.zeros(documents, dtype=np.float32)
        none = dict.fromkeys(("passage", "coverage", "focus", "same", "pair"), nothing)
        none["implied"] = implied_scores(np.zeros_like(near.T), asked, near)
        return Read(none, np.zeros(documents, np.int32), np.full(documents, -1, np.int64))
    matches = match(excerpt, asked, len(sequences.vocabulary))
    passage, sentences = passage_scores(matches, sequences.mean_length)
    coverage = coverage_scores(matches)
    # When the phrasing says all that was asked for, no sentence answers it better than the beginning.
    told = matches.phrasing_worth < SAID_ALL * coverage * np.float32(asked.ceiling)
    shares = phrasing_shares(matches, sequences.importance)
    scores = {
        "passage": passage,
        "coverage": coverage,
        "focus": _best(shares, excerpt)[0],
        "same": same_scores(matches, shares),
        "pair": pair_scores(matches),
        "implied": implied_scores(held_worth(matches), asked, near),
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
    question = matches.phrasing.take(excerpt.unit_documents)
    # A phrasing stands alone.
    own = (excerpt.kinds != PHRASING).astype(np.float32)
    tf = matches.tf + matches.tf.take(question, axis=1) * own
    lengths = excerpt.lengths + excerpt.lengths.take(question) * own
    norm = (K1 * (1 - B + B * lengths / mean_length)).astype(np.float32)
    counted = asked.worth[:, None] * (tf * np.float32(K1 + 1) / (tf + norm))
    scores = _best_of_groups(counted, asked).sum(axis=0)
    told, best = _best(np.where(excerpt.kinds == SENTENCE, scores, -1), excerpt)
    sentences = np.where(told >= 0, excerpt.units.take(best), -1)
    whole, _ = _best(np.where(excerpt.kinds == OTHER, 0, scores), excerpt)
    return whole, sentences


def coverage_scores(matches: Matches) -> Scores:
    """Return the share of the question's information each document holds, 0–1; shape (documents,)."""
    held = np.maximum.reduceat(matches.tf > 0, matches.excerpt.unit_bounds[:-1], axis=1)
    worth = _best_of_groups(held * matches.asked.worth[:, None], matches.asked).sum(axis=0)
    return np.asarray(worth / np.float32(max(matches.asked.ceiling, 1e-9)), dtype=np.float32)


def held_worth(matches: Matches) -> Floats:
    """Return what each document holds of each group, as idf; shape (groups, documents)."""
    asked, bounds = matches.asked, matches.excerpt.unit_bounds
    held = np.maximum.reduceat(matches.tf > 0, bounds[:-1], axis=1)
    worth = np.zeros((len(asked.wanted), len(bounds) - 1), dtype=np.float32)
    worth[asked.groups.take(asked.starts)] = np.maximum(_best_of_groups(held * asked.worth[:, None], asked), 0)
    return worth


def implied_scores(worth: Floats, asked: AskedWords, near: Floats) -> Scores:
    """Return the share of the question's information each document holds or implies, 0–1; shape (documents,).

    Args:
        worth: What each document holds of each group; shape (groups, documents).
        asked: The question.
        near: What of a word counts where a document does not hold it, 0–1; shape (documents, groups).
    """
    lacks = np.maximum(asked.wanted[:, None] - worth, 0)
    return np.asarray((worth + lacks * near.T).sum(axis=0) / np.float32(max(asked.ceiling, 1e-9)), dtype=np.float32)


def phrasing_shares(matches: Matches, importance: Floats) -> Floats:
    """Return the share of each phrasing's information that was asked for, 0–1; 0 for other units; shape (units,).

    Args:
        matches: Where the asked words stand.
        importance: idf of every term of the index, less for words that mean little in a question.
    """
    excerpt, phrasings, units = matches.excerpt, matches.phrasings, len(matches.excerpt.units)
    lengths = excerpt.lengths.take(phrasings)
    words = excerpt.words.take(ranges((excerpt.lengths.cumsum() - excerpt.lengths).take(phrasings), lengths))
    total = np.bincount(phrasings.repeat(lengths), importance.take(words), minlength=units)
    in_phrasings = matches.places[excerpt.kinds.take(matches.place_units) == PHRASING]
    owners, values = excerpt.word_units.take(in_phrasings), importance.take(excerpt.words.take(in_phrasings))
    return (np.bincount(owners, values, minlength=units) / np.where(total > 0, total, 1)).astype(np.float32)


def same_scores(matches: Matches, shares: Floats) -> Scores:
    """Return how nearly a phrasing of each document asks what was asked, 0–1; shape (documents,).

    The harmonic mean of the share of the question that it holds and its `phrasing_shares`, cubed: a phrasing that
    asks for half of it asks for something else.
    """
    held = np.maximum(matches.held, 0) / np.float32(max(matches.asked.ceiling, 1e-9))
    same = 2 * held * shares / np.maximum(held + shares, np.float32(1e-9))
    return _best(np.asarray(same * same * same, dtype=np.float32), matches.excerpt)[0]


def pair_scores(matches: Matches) -> Scores:
    """Return what the neighbouring words of the question that are neighbours in a document are worth.

    Returns:
        Sum over distinct pairs of both words' worth; float32, shape (documents,).
    """
    excerpt, asked = matches.excerpt, matches.asked
    documents = len(excerpt.unit_bounds) - 1
    first, second = matches.places[:-1], matches.places[1:]
    a, b = matches.slots[:-1], matches.slots[1:]
    near = np.flatnonzero(
        (second == first + 1)
        & (matches.place_units[:-1] == matches.place_units[1:])
        & (asked.groups.take(b) == asked.groups.take(a) + 1)
        & (np.minimum(asked.weights.take(a), asked.weights.take(b)) >= LEAST_PAIR_WEIGHT)
    )
    owner = excerpt.unit_documents.take(matches.place_units.take(near))
    a, b = a.take(near), b.take(near)
    groups = int(asked.groups[-1]) + 1 if len(asked.groups) else 1
    cells = owner * groups + asked.groups.take(a)
    order = cells.argsort(kind="stable")
    at = order[np.flatnonzero(np.diff(cells.take(order), prepend=-1))]
    worth = (asked.worth.take(a) + asked.worth.take(b)).take(at)
    return np.bincount(owner.take(at), worth, minlength=documents).astype(np.float32)


def _occurrences(excerpt: Excerpt, parts: npt.NDArray[np.int64]) -> Floats:
    """How often terms stand next to each other in each unit; float32, shape (units,)."""
    starts = np.flatnonzero(excerpt.words[: len(excerpt.words) - len(parts) + 1] == parts[0])
    for offset in range(1, len(parts)):
        starts = starts[excerpt.words[starts + offset] == parts[offset]]
        starts = starts[excerpt.word_units[starts] == excerpt.word_units[starts + offset]]
    return np.bincount(excerpt.word_units[starts], minlength=len(excerpt.units)).astype(np.float32)


def _best_of_groups(values: Floats, asked: AskedWords) -> Floats:
    """(terms, columns) → (groups, columns): the best alternative of each group."""
    starts = asked.starts
    return values if len(starts) == len(values) else np.maximum.reduceat(values, starts, axis=0)


def _best(scores: Floats, excerpt: Excerpt) -> tuple[Scores, npt.NDArray[np.int64]]:
    """(units,) → the best score of each document, and the first unit that has it; every document has a unit."""
    best = np.maximum.reduceat(scores, excerpt.unit_bounds[:-1])
    having = np.flatnonzero(scores == best.take(excerpt.unit_documents))
    owners = excerpt.unit_documents.take(having)
    return best, having[np.flatnonzero(np.diff(owners, prepend=-1))]
