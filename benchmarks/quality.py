"""How good the rankings are, beside baselines in the same run. Makes the tables of benchmarks/README.md.

    python benchmarks/quality.py --data ../shared/data/benchmarks [--model NAME]... [--sets localgovfaq,jsquad]

A set is a folder with `corpus.jsonl` (or the project's `corpus/`), `queries.jsonl` and `qrels.tsv`. Numbers go to
`benchmarks/results/`, tables between the markers of benchmarks/README.md; `--smoke` asks ten questions of each set
and writes nothing.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from baselines import bigrams, bm25s_terms, transformer, whitespace  # noqa: E402
from baselines.interface import Ranker  # noqa: E402
from faqsearch import Document, Searcher, Settings, __version__, build_index, open_index  # noqa: E402
from faqsearch.evaluation.judgments import Judgments, read_judgments  # noqa: E402
from faqsearch.evaluation.metrics import Metric, estimates  # noqa: E402
from faqsearch.evaluation.runs import run  # noqa: E402
from faqsearch.tokens import FugashiTokenizer  # noqa: E402
from tables import markdown, write_between_markers  # noqa: E402

METRICS = tuple(Metric.parse(name) for name in ("ndcg@10", "recall@10", "sr@1"))
SEED = 7
K = 10
Rankings = Sequence[Sequence[str]]


@dataclass(frozen=True)
class JudgedSet:
    name: str
    corpus: Path
    judgments: Judgments
    """Of the answerable questions only."""


@dataclass(frozen=True)
class System:
    """One way of ranking, measured on one set."""

    name: str
    group: str
    """`baseline`, `faqsearch`, `leg` or `without`."""
    rankings: Rankings
    seconds: float
    """To index and to ask; for legs, as part of their index, nothing of their own."""


def main(arguments: Sequence[str] | None = None) -> int:
    options = _options(arguments)
    found = list(_sets(options.data, options.corpus, options.sets, 10 if options.smoke else None))
    if not found:
        print(f"no judged set in {options.data}", file=sys.stderr)
        return 1
    results: dict[str, Any] = {
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "version": __version__,
        "smoke": options.smoke,
        "sets": {judged.name: measure(judged, options.model) for judged in found},
    }
    print(markdown(results))
    if not options.smoke:
        path = options.results / f"quality-{results['made'][:10]}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        write_between_markers(options.readme, "quality", markdown(results))
    return 0


def measure(judged: JudgedSet, models: Sequence[str]) -> dict[str, Any]:
    """Return every system's numbers on one set."""
    with tempfile.TemporaryDirectory() as folder:
        started = perf_counter()
        say(f"{judged.name}: building")
        build_index(judged.corpus, folder)
        searcher = open_index(folder)
        documents = searcher.index.documents(range(searcher.manifest.documents))
        hard = hard_questions(judged.judgments, documents)
        systems = [*baselines(judged, documents, models)]
        systems += ours(judged, searcher, "built-in", started)
    for model in models:
        with tempfile.TemporaryDirectory() as folder:
            started = perf_counter()
            say(f"{judged.name}: building with {model}")
            build_index(judged.corpus, folder, settings=Settings(model=model))
            systems += ours(judged, open_index(folder), model, started)
    return {
        "documents": len(documents),
        "queries": len(judged.judgments.queries),
        "hard": int(hard.sum()),
        "systems": [numbers(system, judged.judgments, hard) for system in systems],
    }


def baselines(judged: JudgedSet, documents: Sequence[Document], models: Sequence[str]) -> Iterator[System]:
    rankers: dict[str, Ranker] = {module.NAME: module.rank for module in (whitespace, bigrams, bm25s_terms)}
    rankers |= {f"{model}, alone": transformer.ranker(model) for model in models}
    for name, rank in rankers.items():
        say(f"{judged.name}: {name}")
        started = perf_counter()
        rankings = rank(documents, [query.text for query in judged.judgments.queries], K)
        yield System(name, "baseline", rankings, perf_counter() - started)


def ours(judged: JudgedSet, searcher: Searcher, encoder: str, started: float) -> Iterator[System]:
    """Yield the fused ranking, each leg, and what is left without each leg."""
    say(f"{judged.name}: faqsearch, {encoder}")
    runs = run(searcher, judged.judgments.queries, ablate=True)
    seconds = perf_counter() - started
    for name in runs.systems:
        rankings = [ranked.rankings.get(name, ()) for ranked in runs.ranked]
        if name == "fused":
            yield System(f"faqsearch, {encoder}", "faqsearch", rankings, seconds)
        elif encoder == "built-in":
            yield System(name, "without" if name.startswith("without") else "leg", rankings, 0.0)


def hard_questions(judgments: Judgments, documents: Sequence[Document]) -> np.ndarray:
    """Return whether no right document shares a word that says something with the question; shape (queries,)."""
    tokenizer = FugashiTokenizer()
    fields = tokenizer.words_many(["\n".join(document.all_phrasings) for document in documents])
    words = {document.id: set(terms) for document, terms in zip(documents, fields, strict=True)}
    hard = []
    for query in judgments.queries:
        asked = {term.term for term in tokenizer.query_words(query.text) if term.weight >= 1}
        right = [document for document, grade in judgments.of(query).items() if grade > 0]
        hard.append(all(asked.isdisjoint(words.get(document, ())) for document in right))
    return np.array(hard, dtype=bool)


def numbers(system: System, judgments: Judgments, hard: np.ndarray) -> dict[str, Any]:
    """Return a system's means and intervals, over all questions and over the hard ones."""
    values = np.array(
        [
            [metric.of(ranking, judgments.of(query)) for metric in METRICS]
            for query, ranking in zip(judgments.queries, system.rankings, strict=True)
        ]
    )
    return {
        "name": system.name,
        "group": system.group,
        "seconds": round(system.seconds, 2),
        "all": _named(values),
        "hard": _named(values[hard]),
    }


def _named(values: np.ndarray) -> dict[str, Any]:
    return {str(m): e.to_json() for m, e in zip(METRICS, estimates(values, seed=SEED), strict=True)}


def _sets(data: Path, corpus: Path, names: Sequence[str] | None, limit: int | None) -> Iterator[JudgedSet]:
    folders = {path.parent.name: path.parent for path in sorted(data.glob("*/corpus.jsonl"))}
    corpora: Mapping[str, Path] = {name: folder / "corpus.jsonl" for name, folder in folders.items()}
    if (corpus / "queries.jsonl").exists():
        folders, corpora = {**folders, "corpus": corpus}, {**corpora, "corpus": corpus}
    if names and (unknown := set(names) - set(folders)):
        raise SystemExit(f"no such set: {', '.join(sorted(unknown))}; there are {', '.join(folders)}")
    for name, folder in folders.items():
        if names is None or name in names:
            judgments = read_judgments(folder / "queries.jsonl", folder / "qrels.tsv")
            answerable = tuple(query for query in judgments.queries if judgments.answerable(query))[:limit]
            yield JudgedSet(name, corpora[name], replace(judgments, queries=answerable))


def say(message: str) -> None:
    print(message, file=sys.stderr, flush=True)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=HERE.parents[1] / "shared/data/benchmarks")
    parser.add_argument("--corpus", type=Path, default=HERE.parent / "corpus", help="our own judged corpus")
    parser.add_argument("--sets", type=lambda text: text.split(","), help="only these, separated by commas")
    parser.add_argument("--model", action="append", default=[], help="a sentence-transformers model; repeatable")
    parser.add_argument("--smoke", action="store_true", help="ten questions of each set; write nothing")
    parser.add_argument("--results", type=Path, default=HERE / "results")
    parser.add_argument("--readme", type=Path, default=HERE / "README.md")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    raise SystemExit(main())
