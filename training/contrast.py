"""Contrastive training of static word vectors: the sum of a text's word vectors should point where its partner's points.

A word's vector is its own row plus the mean of its kanji's rows, so rare words learn from the words they share kanji
with. Some words that both texts of a pair share are hidden from one of them: the rest has to be found by meaning.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F  # noqa: N812
from scipy.sparse import csr_matrix, diags
from sklearn.utils.extmath import randomized_svd

from pairs import PARAPHRASES, QUESTIONS, Pairs

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

_TEXT = 112
"""Words read of one text, from a random place."""
_HEADING = 12
"""Words read of a heading path, from its end."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to train."""

    dimension: int = 128
    epochs: float = 1.0
    batch: int = 768
    neighbours: int = 192
    """Pairs of one source that stand together in a batch: harder negatives than random ones."""
    rate: float = 2e-3
    hidden: float = 0.4
    """Share of the words common to both texts that one of them loses."""
    spans: float = 0.5
    """Extra examples per pair: a span of the text as the question for the rest of it."""
    kanji: bool = True
    questions: float = 2.0
    """Times each question of an encyclopaedia paragraph is used in an epoch; these are the general-language part."""
    faqs: float = 2.0
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Trained:
    """Vectors of the vocabulary, and of kanji for words outside it."""

    words: Floats
    kanji: Floats
    characters: list[str]


def document_vectors(pairs: Pairs, weights: Floats, size: int, dimension: int, rng: np.random.Generator) -> Floats:
    """Return a start: term vectors by singular value decomposition of (a sample of) the texts."""
    chosen = np.flatnonzero((pairs.kind != PARAPHRASES) & (rng.random(len(pairs)) < np.minimum(weights, 1) * 0.9))
    flat, rows = _gather(pairs, 2 * chosen + 1)
    counts = csr_matrix((np.ones(len(flat), np.float32), (rows, flat)), shape=(len(chosen), size))
    counts.sum_duplicates()
    idf = np.log((len(chosen) + 1) / (np.bincount(counts.indices, minlength=size) + 1)).astype(np.float32)
    counts.data = (1 + np.log(counts.data)) * idf[counts.indices]
    lengths = np.sqrt(np.asarray(counts.multiply(counts).sum(axis=1)).ravel())
    scaled = diags((1 / np.maximum(lengths, 1e-6)).astype(np.float32)) @ counts
    _, strengths, right = randomized_svd(scaled, dimension + 32, n_iter=3, random_state=0)
    return np.ascontiguousarray((right.T * np.sqrt(strengths))[:, :dimension], dtype=np.float32)


def train(pairs: Pairs, terms: list[str], df: Ints, weights: Floats, recipe: Recipe, threads: int = 1) -> Trained:
    """Train word vectors on pairs whose texts hold only numbers of `terms`.

    Args:
        pairs: What to learn from.
        terms: The vocabulary.
        df: Texts each term is in.
        weights: How often each pair is used in an epoch, on average; below 1 a new sample each epoch.
        recipe: How to train.
        threads: For torch.
    """
    torch.set_num_threads(threads)
    torch.manual_seed(recipe.seed)
    rng = np.random.default_rng(recipe.seed)
    begun = time.monotonic()
    start = document_vectors(pairs, weights, len(terms), recipe.dimension, rng)
    print(f"first vectors: {time.monotonic() - begun:.0f} s", flush=True)
    start -= start.mean(axis=0)
    start /= np.maximum(np.linalg.norm(start, axis=1, keepdims=True), 1e-6)
    share = df / df.sum()
    start *= (1e-3 / (1e-3 + share))[:, None].astype(np.float32)
    characters, composition = _composition(terms)
    if recipe.kanji:
        used = np.maximum(np.asarray(composition.sum(axis=0)).ravel(), 1e-6)
        of_kanji = (0.5 * (diags(1 / used) @ composition.T @ start)).astype(np.float32)
        start -= composition @ of_kanji
    else:
        of_kanji = np.zeros((len(characters), recipe.dimension), np.float32)
    own, kanji = torch.nn.Parameter(torch.from_numpy(start)), torch.nn.Parameter(torch.from_numpy(of_kanji))
    sharpness = torch.nn.Parameter(torch.tensor(np.log(16.0), dtype=torch.float32))
    optimizer = torch.optim.Adam([{"params": [own, kanji]}, {"params": [sharpness], "lr": 1e-2}], lr=recipe.rate)

    per_epoch = int(
        sum(len(batch) for batch in _chosen(pairs, weights, recipe, np.random.default_rng(0))) / recipe.batch
    )
    steps, step, seen = int(per_epoch * recipe.epochs), 0, []
    print(f"{steps} steps of {recipe.batch}", flush=True)
    while step < steps:
        for batch in _batches(pairs, weights, recipe, rng):
            asked, found = batch
            words, places = np.unique(np.concatenate((asked.terms, found.terms)), return_inverse=True)
            table = own[torch.from_numpy(words)]
            if recipe.kanji:
                part = composition[words]
                table = table + F.embedding_bag(
                    torch.from_numpy(part.indices.astype(np.int64)),
                    kanji,
                    torch.from_numpy(part.indptr[:-1].astype(np.int64)),
                    mode="sum",
                    per_sample_weights=torch.from_numpy(part.data),
                )
            one = _sum(table, places[: len(asked.terms)], asked)
            other = _sum(table, places[len(asked.terms) :], found)
            logits = sharpness.exp() * (one @ other.T)
            right = torch.arange(len(logits))
            loss = (F.cross_entropy(logits, right) + F.cross_entropy(logits.T, right)) / 2
            optimizer.param_groups[0]["lr"] = recipe.rate * min(1.0, (step + 1) / 50) * max(0.05, 1 - step / steps)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            step += 1
            seen.append((loss.item(), (logits.argmax(1) == right).float().mean().item()))
            if step % 100 == 0:
                mean_loss, hits = np.mean(seen[-100:], axis=0)
                took = time.monotonic() - begun
                print(f"{step}/{steps} loss {mean_loss:.3f} found {hits:.3f} in {took:.0f} s", flush=True)
            if step == steps:
                break
    with torch.no_grad():
        trained_kanji = kanji.numpy().copy()
        words_out = own.numpy() + (composition @ trained_kanji if recipe.kanji else 0)
    return Trained(np.asarray(words_out, dtype=np.float32), trained_kanji, characters)


@dataclass(frozen=True, slots=True)
class _Bags:
    """Bags of words: terms and weights of all texts, one after the other."""

    terms: Ints
    weights: Floats
    starts: Ints


def _chosen(pairs: Pairs, weights: Floats, recipe: Recipe, rng: np.random.Generator) -> Iterator[Ints]:
    """Give the examples of an epoch, in groups of one source: pair number, or ~number for a span of its text."""
    times = np.floor(weights + rng.random(len(pairs))).astype(np.int64)
    examples = np.repeat(np.arange(len(pairs)), times)
    spanned = np.flatnonzero((pairs.kind != PARAPHRASES) & (rng.random(len(pairs)) < recipe.spans * weights))
    examples = np.concatenate((examples, ~spanned))
    rng.shuffle(examples)
    number = np.where(examples < 0, ~examples, examples)
    group = pairs.source[number].astype(np.int64) * 4 + pairs.kind[number]
    examples = examples[np.argsort(group, kind="stable")]
    bounds = np.flatnonzero(np.diff(np.sort(group))) + 1
    for part in np.split(examples, bounds):
        for begin in range(0, len(part), recipe.neighbours):
            yield part[begin : begin + recipe.neighbours]


def _batches(pairs: Pairs, weights: Floats, recipe: Recipe, rng: np.random.Generator) -> Iterator[tuple[_Bags, _Bags]]:
    groups = list(_chosen(pairs, weights, recipe, rng))
    examples = np.concatenate([groups[i] for i in rng.permutation(len(groups))])
    for begin in range(0, len(examples) - recipe.batch + 1, recipe.batch):
        yield _bags(pairs, examples[begin : begin + recipe.batch], recipe, rng)


def _bags(pairs: Pairs, examples: Ints, recipe: Recipe, rng: np.random.Generator) -> tuple[_Bags, _Bags]:
    spanned = examples < 0
    number = np.where(spanned, ~examples, examples)
    kind = pairs.kind[number]
    swapped = (kind == PARAPHRASES) & (rng.random(len(number)) < 0.5)
    first, second = 2 * number + swapped, 2 * number + 1 - swapped
    # The text: a window of it.
    begin, end = pairs.offsets[second], pairs.offsets[second + 1]
    spare = np.maximum(end - begin - _TEXT, 0)
    begin = begin + (rng.random(len(begin)) * (spare + 1) * (rng.random(len(begin)) < 0.5)).astype(np.int64)
    end = np.minimum(end, begin + _TEXT)
    # The question: a heading from its end, or a span of the window.
    asked_begin, asked_end = pairs.offsets[first].copy(), pairs.offsets[first + 1].copy()
    long = (kind != QUESTIONS) & ~pairs.faq[number]
    shortest = np.maximum(asked_end - rng.integers(5, _HEADING + 1, len(number)), asked_begin)
    asked_begin = np.where(long, shortest, asked_begin)
    span = rng.integers(4, 13, len(number))
    place = begin + (rng.random(len(number)) * np.maximum(end - begin - span, 1)).astype(np.int64)
    asked_begin = np.where(spanned, place, asked_begin)
    asked_end = np.where(spanned, np.minimum(place + span, end), asked_end)

    size = np.int64(len(pairs.terms))
    positions, rows = _positions(begin, end)
    outside = ~spanned[rows] | (positions < asked_begin[rows]) | (positions >= asked_end[rows])
    found, counts = np.unique(rows[outside] * size + pairs.flat[positions[outside]], return_counts=True)
    positions, rows = _positions(asked_begin, asked_end)
    asked = np.unique(rows * size + pairs.flat[positions])
    common = np.isin(asked, found, assume_unique=True)
    lot = rng.random(len(asked))
    kept = ~np.isin(found, asked[common & (lot >= recipe.hidden / 2) & (lot < recipe.hidden)], assume_unique=True)
    found, counts = found[kept], counts[kept]
    asked = asked[~(common & (lot < recipe.hidden / 2))]
    # Pairs with nothing left on one side go.
    good = np.intersect1d(asked // size, found // size)
    return (
        _bag(asked, np.ones(len(asked), np.float32), size, good),
        _bag(found, (1 + np.log(counts)).astype(np.float32), size, good),
    )


def _bag(keys: Ints, weights: Floats, size: np.int64, good: Ints) -> _Bags:
    rows = keys // size
    kept = np.isin(rows, good)
    return _Bags(keys[kept] % size, weights[kept], np.searchsorted(rows[kept], good))


def _sum(table: torch.Tensor, places: Ints, bags: _Bags) -> torch.Tensor:
    summed = F.embedding_bag(
        torch.from_numpy(places),
        table,
        torch.from_numpy(bags.starts),
        mode="sum",
        per_sample_weights=torch.from_numpy(bags.weights),
    )
    return F.normalize(summed, dim=1)


def _positions(begin: Ints, end: Ints) -> tuple[Ints, Ints]:
    lengths = end - begin
    rows = np.repeat(np.arange(len(begin)), lengths)
    return np.arange(lengths.sum()) + np.repeat(begin - np.concatenate(([0], np.cumsum(lengths)[:-1])), lengths), rows


def _gather(pairs: Pairs, texts: Ints) -> tuple[npt.NDArray[np.int32], Ints]:
    positions, rows = _positions(pairs.offsets[texts], pairs.offsets[texts + 1])
    return pairs.flat[positions], rows


def _composition(terms: list[str]) -> tuple[list[str], csr_matrix]:
    numbers: dict[str, int] = {}
    kanji = [[numbers.setdefault(c, len(numbers)) for c in term if "\u4e00" <= c <= "\u9fff"] for term in terms]
    lengths = np.array([len(each) for each in kanji])
    values = np.repeat(1 / np.maximum(lengths, 1), lengths).astype(np.float32)
    columns = np.array([number for each in kanji for number in each], dtype=np.int64)
    rows = np.repeat(np.arange(len(terms)), lengths)
    return list(numbers), csr_matrix((values, (rows, columns)), shape=(len(terms), len(numbers)))
