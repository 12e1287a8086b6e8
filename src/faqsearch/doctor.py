"""Doctor: is an index well? Every leg is asked stored questions, every byte and every source file is looked at."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import numpy as np

from faqsearch import kernel
from faqsearch.dictionaries import SYNONYMS_FILE, check_synonyms
from faqsearch.errors import FaqsearchError
from faqsearch.index.manifest import SourceRecord
from faqsearch.index.store import StoredGeneration, open_store
from faqsearch.legs import LEXICAL_LEGS
from faqsearch.results import SCHEMA
from faqsearch.search import Searcher, open_index

State = Literal["well", "weak", "dead", "silent", "off"]

# Stored questions asked, spread evenly over the corpus: half of them wrong would show in ten.
_ASKED = 50
# A document's own question must bring it among the first three, for this share of the questions asked.
_FIRST = 3
_WEAK = 0.5
# Legs that speak to every question; others may have nothing to say in a small corpus (no kanji, no pair of words).
_ALWAYS = frozenset({*LEXICAL_LEGS, "dense", "fused"})


@dataclass(frozen=True, slots=True)
class LegHealth:
    """How one leg did when it was asked the questions of the documents themselves."""

    leg: str
    """A leg's name, or `fused` for all of them together."""
    weight: float
    """Its weight in the fusion; 1 for `fused`."""
    asked: int
    """Questions it was asked."""
    first: float
    """Share of them, 0–1, whose own document came first."""
    top3: float
    """Share of them, 0–1, whose own document was among the first three."""
    state: State
    """`dead`: it found none of them; `weak`: fewer than half; `silent`: it found nothing at all, which is no fault of
    this leg; `off`: without a weight, so it does not matter."""


@dataclass(frozen=True, slots=True)
class SourceState:
    """A source file that is not what it was when the index was built."""

    path: str
    state: Literal["changed", "missing"]


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What a look at an index found."""

    address: str
    generation: str
    age_days: float
    """Since the generation was made."""
    documents: int
    model: str
    tokenizer: str
    """The fingerprint the index was made with."""
    damage: tuple[str, ...]
    """Files that are not what was written, or why the index cannot be opened."""
    legs: tuple[LegHealth, ...]
    """Empty when the index cannot be opened."""
    sources: int
    """Source files the index was made from."""
    stale: tuple[SourceState, ...]
    problems: int
    """Rows and files that were left out when it was built."""
    dictionaries: tuple[str, ...] = ()
    """Mistakes in the synonyms kept with the index, as `faqsearch dict check` words them."""
    kernel: Literal["compiled", "missing", "outdated"] = "compiled"
    """Whether the compiled part of faqsearch answers on this machine; without it the same takes several times as long."""

    @property
    def dead(self) -> tuple[str, ...]:
        """Legs that find nothing."""
        return tuple(leg.leg for leg in self.legs if leg.state == "dead")

    @property
    def well(self) -> bool:
        """Whether nothing is damaged and no leg is dead."""
        return not self.damage and not self.dead

    def to_json(self) -> dict[str, Any]:
        """Return the diagnosis as plain JSON values."""
        return {
            "schema": SCHEMA,
            "index": self.address,
            "well": self.well,
            "generation": self.generation,
            "age_days": round(self.age_days, 2),
            "documents": self.documents,
            "model": self.model,
            "tokenizer": self.tokenizer,
            "damage": list(self.damage),
            "legs": [{**asdict(leg), "first": round(leg.first, 3), "top3": round(leg.top3, 3)} for leg in self.legs],
            "sources": self.sources,
            "stale": [asdict(source) for source in self.stale],
            "problems": self.problems,
            "dictionaries": list(self.dictionaries),
            "kernel": self.kernel,
        }


def examine(address: str | Path) -> Diagnosis:
    """Look at the index in a folder; damage is reported, not raised.

    Raises:
        IndexNotFound: There is no index.
        IndexFormatError: Its manifest cannot be read.
    """
    generation = open_store(address).current()
    manifest = generation.manifest
    damage = list(generation.check_sums())
    legs: tuple[LegHealth, ...] = ()
    dictionaries: tuple[str, ...] = ()
    if not damage:
        try:
            searcher = open_index(address)
            legs = ask_legs(searcher)
            dictionaries = tuple(_dictionary_problems(address, searcher.index.folder))
        except FaqsearchError as error:
            damage.append(str(error))
    return Diagnosis(
        address=str(address),
        generation=generation.name,
        age_days=_age(generation),
        documents=manifest.documents,
        model=str(manifest.encoder.get("name")),
        tokenizer=manifest.tokenizer,
        damage=tuple(damage),
        legs=legs,
        sources=len(manifest.sources),
        stale=tuple(_stale(manifest.sources)),
        problems=manifest.problems,
        dictionaries=dictionaries,
        kernel=kernel.state,
    )


def ask_legs(searcher: Searcher) -> tuple[LegHealth, ...]:
    """Ask every leg, and all together, the questions of some documents."""
    total = searcher.manifest.documents
    numbers = np.unique(np.linspace(0, total - 1, min(_ASKED, total)).astype(np.int64))
    places: dict[str, list[int]] = {}
    spoke: set[str] = set()
    asked = 0
    for number, document in zip(numbers.tolist(), searcher.index.documents(numbers.tolist()), strict=True):
        if not document.question.strip():
            continue
        asked += 1
        for leg, place, found in _places(searcher, document.question, number):
            places.setdefault(leg, []).append(place)
            if found:
                spoke.add(leg)
    weights = {**searcher.settings.weights, "fused": 1.0}
    order = ["fused", *(leg for leg in places if leg != "fused")]
    return tuple(
        _health(leg, weights.get(leg, 0.0), places[leg], asked, leg in spoke) for leg in order if leg in places
    )


def _places(searcher: Searcher, question: str, number: int) -> Iterator[tuple[str, int, bool]]:
    """Yield (leg, 0-based place of the document, whether the leg found anything); no place is -1."""
    understood = searcher.understand(question)
    candidates = searcher.candidates(understood, searcher.encode([understood]), every_leg=True)
    own = np.flatnonzero(candidates.documents == number)
    for leg, scores in candidates.scores.items():
        score = float(scores[own[0]]) if len(own) else 0.0
        # NaN compares as nothing: a leg of NaNs is as dead as one of zeros.
        yield leg, int((scores > score).sum()) if score > 0 else -1, bool((scores > 0).any())
    hits = [searcher.index.number(hit.id) for hit in searcher.search(question, k=_FIRST).hits]
    yield "fused", hits.index(number) if number in hits else -1, bool(hits)


def _health(leg: str, weight: float, places: Sequence[int], asked: int, spoke: bool) -> LegHealth:
    first = sum(place == 0 for place in places) / asked
    top3 = sum(0 <= place < _FIRST for place in places) / asked
    state: State = "well"
    # The document leg brings candidates in, whatever its weight.
    if not weight and leg != "document":
        state = "off"
    elif not spoke and leg not in _ALWAYS:
        state = "silent"
    elif not top3:
        state = "dead"
    elif top3 < _WEAK:
        state = "weak"
    return LegHealth(leg, weight, asked, first, top3, state)


def _dictionary_problems(address: str | Path, folder: Path | None) -> Iterator[str]:
    """Yield the lines of the synonyms that cannot be used; `faqsearch dict check` also says what looks doubtful."""
    if folder and (folder / SYNONYMS_FILE).exists():
        checked = check_synonyms([folder / SYNONYMS_FILE], index=address)
        yield from (str(problem) for problem in checked.problems if problem.level == "error")


def _stale(sources: Mapping[str, SourceRecord]) -> Iterator[SourceState]:
    """Yield the files that are gone or hold something else now; paths count from where the index was built."""
    for path, record in sources.items():
        try:
            with Path(path).open("rb") as file:
                same = hashlib.file_digest(file, "sha256").hexdigest() == record.sha256
        except OSError:
            yield SourceState(path, "missing")
        else:
            if not same:
                yield SourceState(path, "changed")


def _age(generation: StoredGeneration) -> float:
    created = datetime.fromisoformat(generation.manifest.created)
    return (datetime.now(UTC) - created).total_seconds() / 86_400
