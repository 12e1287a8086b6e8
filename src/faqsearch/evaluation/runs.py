"""Runs: what a searcher ranks for each question of a judged set, by every leg alone and fused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import numpy as np
import numpy.typing as npt

from faqsearch.confidence import confidences, threshold
from faqsearch.errors import DocumentNotFound, JudgmentsError
from faqsearch.evaluation.judgments import Grades, JudgedQuery, Judgments, read_judgments
from faqsearch.index.interface import Candidates, Scores
from faqsearch.legs import Asked
from faqsearch.ranking import fuse
from faqsearch.repeats import lead
from faqsearch.search import Searcher, open_index

FUSED = "fused"
DEPTH = 100
"""Places of a ranking that are kept."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """What one question got."""

    query: JudgedQuery
    rankings: Mapping[str, tuple[str, ...]]
    """`fused`, each leg by name, and `without` a leg when asked for: ids of at most `DEPTH` documents, best first."""
    scores: tuple[float, ...]
    """Fused score of each document of the fused ranking."""
    confidence: float
    """Of the first hit; 0 when nothing was found."""
    answered: bool

    @property
    def fused(self) -> tuple[str, ...]:
        """The ranking a user sees."""
        return self.rankings[FUSED]


@dataclass(frozen=True, slots=True)
class Runs:
    """What all questions got."""

    ranked: tuple[Ranked, ...]
    systems: tuple[str, ...]
    """Names of the rankings: `fused`, then the legs, then what is left without each."""
    seconds: float
    """From the first question to the last."""

    def trec(self, tag: str = "faqsearch") -> Iterator[str]:
        """Yield the fused rankings as lines of a TREC run file."""
        for ranked in self.ranked:
            for rank, (document, score) in enumerate(zip(ranked.fused, ranked.scores, strict=True), 1):
                yield f"{ranked.query.id}\tQ0\t{document}\t{rank}\t{score:.6f}\t{tag}\n"


def run(searcher: Searcher, queries: Sequence[JudgedQuery], *, ablate: bool = False) -> Runs:
    """Ask every question, once.

    Args:
        searcher: Whom to ask.
        queries: The questions.
        ablate: Rank also without each leg.
    """
    started = perf_counter()
    names = Names(searcher)
    settings = searcher.settings
    systems = {FUSED: None}
    ranked = []
    for query, (_, candidates) in zip(queries, gather(searcher, [query.text for query in queries]), strict=True):
        fused = fuse(candidates, settings.weights, settings.fusion)
        ranking, sure = lead(searcher.index, query.text, candidates, fused)
        first = ranking.order[:DEPTH]
        certain = confidences(candidates, fused, first[:1], repeated=sure, fitted=settings.confidence)
        confidence = float(certain[0]) if len(certain) else 0.0
        rankings = {FUSED: names(candidates.documents[first])}
        for leg, scores in candidates.scores.items():
            rankings[leg] = names(candidates.documents[leg_order(scores)])
        weighted = [leg for leg in candidates.scores if ablate and settings.weights.get(leg, 0) > 0]
        for leg in weighted if len(weighted) > 1 else ():
            rest = {name: weight for name, weight in settings.weights.items() if name != leg}
            order = leg_order(fuse(candidates, rest, settings.fusion).scores)
            rankings[f"without {leg}"] = names(candidates.documents[order])
        systems.update(dict.fromkeys(rankings))
        answered = bool(len(first)) and confidence >= threshold()
        ranked.append(Ranked(query, rankings, tuple(ranking.scores[first].tolist()), confidence, answered))
    return Runs(tuple(ranked), tuple(systems), perf_counter() - started)


def gather(searcher: Searcher, texts: Sequence[str], *, every_leg: bool = False) -> Iterator[tuple[Asked, Candidates]]:
    """Yield each question as it was understood, and its candidates; questions are encoded a batch at a time.

    Args:
        searcher: Whom to ask.
        texts: The questions.
        every_leg: Ask also the legs that have no weight.
    """
    for start in range(0, len(texts), 256):
        batch = [searcher.understand(text) for text in texts[start : start + 256]]
        vectors = searcher.encode(batch)
        for i, asked in enumerate(batch):
            vector = None if vectors is None else vectors[i : i + 1]
            yield asked, searcher.candidates(asked, vector, every_leg=every_leg)


def leg_order(scores: Scores) -> npt.NDArray[np.int64]:
    """Return the places of the candidates a leg found, best first, at most `DEPTH`; ties go to the smaller place."""
    order = np.argsort(-scores, kind="stable")[:DEPTH]
    return order[scores[order] > 0]


class Names:
    """Document ids by number; each document is read once."""

    def __init__(self, searcher: Searcher) -> None:
        self._index = searcher.index
        self._known: dict[int, str] = {}

    def __call__(self, numbers: npt.NDArray[np.int64]) -> tuple[str, ...]:
        """Return the ids of the documents with these numbers."""
        wanted = numbers.tolist()
        missing = [number for number in wanted if number not in self._known]
        for number, document in zip(missing, self._index.documents(missing), strict=True):
            self._known[number] = document.id
        return tuple(self._known[number] for number in wanted)


def judged_index(
    queries: str | Path | Sequence[JudgedQuery],
    qrels: str | Path | Mapping[str, Grades],
    index: Searcher | str | Path,
) -> tuple[Searcher, Judgments, tuple[str, ...]]:
    """Return a searcher, the judgments, and the relevant documents that the index does not hold, sorted.

    Args:
        queries: File of questions, or the questions.
        qrels: File of graded judgments, or query id to document id to grade.
        index: A searcher, or the address of an index.

    Raises:
        JudgmentsError: A file cannot be read, or the index holds no judged document: they are about another corpus.
        IndexNotFound: There is no index at that address.
    """
    judgments = read_judgments(queries, qrels)
    searcher = index if isinstance(index, Searcher) else open_index(index)
    judged = judgments.documents()
    missing = tuple(sorted(document for document in judged if not _holds(searcher, document)))
    if judged and len(missing) == len(judged):
        named = "the index" if isinstance(index, Searcher) else index
        raise JudgmentsError(
            f"none of the {len(judged)} judged documents is in {named} (for instance {missing[0]!r})",
            hint="Evaluate on an index of the corpus that was judged; `faqsearch show ID` finds one document.",
        )
    return searcher, judgments, missing


def _holds(searcher: Searcher, document: str) -> bool:
    try:
        searcher.document(document)
    except DocumentNotFound:
        return False
    return True


def write_trec(runs: Runs, path: str | Path, tag: str = "faqsearch") -> None:
    """Write the fused rankings as a TREC run file.

    Raises:
        JudgmentsError: The file cannot be written.
    """
    try:
        Path(path).write_text("".join(runs.trec(tag)), encoding="utf-8")
    except OSError as error:
        raise JudgmentsError(f"{path}: {error.strerror}", hint="Name a file in a folder that exists.") from error
