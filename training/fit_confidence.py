"""Fit the confidence of `faqsearch.confidence` on judged questions with and without an answer; say how good it is.

    PYTHONPATH=src python training/fit_confidence.py --data ../shared/data/benchmarks [--write]

Prints the constants and a table in Markdown; `--write` puts them into `src/faqsearch/confidence.py` and, between the
markers, `benchmarks/README.md`. Seeded; about four minutes on two cores. `benchmarks/confidence.py` measures what is
there without fitting.

What is asked of each judged set's index: its own questions; those of the other sets (`foreign`); its own once more,
with every judged document taken out of the candidates (`removed`, localgovfaq); and those judged to have no answer
(`written`, our corpus/). Indexes of 1 to 40 documents drawn from the sets are asked questions about documents they
hold and about others, so that the model also holds for a first try with a handful of entries.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "benchmarks"), str(ROOT / "training")]

from confidence_tables import FOREIGN, OWN, REMOVED, WRITTEN, Floats, Mask, Table  # noqa: E402
from faqsearch.build import build_index  # noqa: E402
from faqsearch.confidence import SIGNALS, VIEWS, Model, signals  # noqa: E402
from faqsearch.evaluation import calibration  # noqa: E402
from faqsearch.evaluation.calibration import Labelled, candidates_without  # noqa: E402
from faqsearch.evaluation.judgments import JudgedQuery, Judgments, read_judgments  # noqa: E402
from faqsearch.evaluation.runs import Names, gather  # noqa: E402
from faqsearch.ranking import fuse  # noqa: E402
from faqsearch.search import Searcher, open_index  # noqa: E402
from faqsearch.settings import BUILTIN_WEIGHTS, MODEL_WEIGHTS  # noqa: E402
from tables import write_between_markers  # noqa: E402

SEED = 11
SHARES = {FOREIGN: 0.5, REMOVED: 0.5, WRITTEN: 0.5}
"""Part of each kind in a set's questions without an answer; scaled so that they weigh as much as its `own`."""
TAKEN_OUT = ("localgovfaq",)
MOST_OWN, MOST_FOREIGN = 1200, 250
SMALL_SIZES = (1, 2, 3, 5, 8, 12, 20, 40)
SMALL_PER_SET, SMALL_WEIGHT = 64, 0.3
RIDGE = 1e-4


@dataclass(frozen=True)
class Asked:
    """The first hit of one question, for one kind of encoder."""

    index: str
    """The set the index is made of; `small NAME` for a few of its documents."""
    kind: str
    query: str
    signals: Floats
    grade: int


def main() -> None:
    options = _options()
    tables = {name: table(rows) for name, rows in collect(options.data, options.corpus).items()}
    fitted = {name: fit(own, own.train) for name, own in tables.items()}
    constants = "\n".join(f"{name.upper()} = {_literal(model)}" for name, model in fitted.items())
    from confidence import page  # which imports this module

    text = page(tables, fitted, options.data, options.corpus)
    print(constants, text, sep="\n\n")
    if options.write:
        path = ROOT / "src/faqsearch/confidence.py"
        path.write_text(
            re.sub(
                r"(?<=^# <fit:).*?(?=^# </fit>)",
                f" training/fit_confidence.py>\n{constants}\n",
                path.read_text(encoding="utf-8"),
                flags=re.MULTILINE | re.DOTALL,
            ),
            encoding="utf-8",
        )
        write_between_markers(ROOT / "benchmarks/README.md", "confidence", text)


# --- Asking ---------------------------------------------------------------------------------------------------


def collect(data: Path, corpus: Path) -> dict[str, list[Asked]]:
    """Ask everything; return the first hits for the built-in encoder and for another (`other`)."""
    folders = {path.parent.name: path.parent for path in sorted(data.glob("*/corpus.jsonl"))} | {"corpus": corpus}
    judged = {name: read_judgments(path / "queries.jsonl", path / "qrels.tsv") for name, path in folders.items()}
    rng = np.random.default_rng(SEED)
    rows: dict[str, list[Asked]] = {"builtin": [], "other": []}
    for name, folder in folders.items():
        say(name)
        source = folder / "corpus.jsonl" if (folder / "corpus.jsonl").exists() else folder
        with tempfile.TemporaryDirectory() as place:
            build_index(source, place)
            for kind, queries, judgments in _questions(name, judged, rng):
                ask(rows, name, kind, open_index(place), queries, judgments)
        if source != folder:
            say(f"small {name}")
            _ask_small(rows, name, source, judged, rng)
    return rows


def _questions(
    name: str, judged: dict[str, Judgments], rng: np.random.Generator
) -> Iterator[tuple[str, list[JudgedQuery], Judgments | None]]:
    for other, judgments in judged.items():
        answerable = [query for query in judgments.queries if judgments.answerable(query)]
        if other != name:
            yield FOREIGN, sample(answerable, MOST_FOREIGN, rng), None
            continue
        yield OWN, sample(answerable, MOST_OWN, rng), judgments
        yield WRITTEN, [query for query in judgments.queries if not judgments.answerable(query)], None
        if name in TAKEN_OUT:
            yield REMOVED, answerable, judgments


def _ask_small(
    rows: dict[str, list[Asked]], name: str, source: Path, judged: dict[str, Judgments], rng: np.random.Generator
) -> None:
    lines = {json.loads(line)["id"]: line for line in source.read_text(encoding="utf-8").split("\n") if line.strip()}
    judgments, ids = judged[name], sorted(lines)
    queries = [query for query in judgments.queries if judgments.answerable(query)]
    foreign = [query for other, own in judged.items() if other != name for query in own.queries]
    for turn in range(SMALL_PER_SET):
        size = SMALL_SIZES[turn % len(SMALL_SIZES)]
        about = sample(queries, min(size, 6), rng)
        best = [max(sorted(judgments.of(query)), key=judgments.of(query).__getitem__) for query in about]
        kept = list(dict.fromkeys([*best, *sample(ids, size, rng)]))[:size]
        with tempfile.TemporaryDirectory() as place:
            (Path(place) / "corpus.jsonl").write_text("\n".join(lines[i] for i in kept if i in lines), encoding="utf-8")
            build_index(Path(place) / "corpus.jsonl", Path(place) / "index")
            searcher = open_index(Path(place) / "index")
            held = set(kept)
            own = [q for q in about if any(grade > 0 and i in held for i, grade in judgments.of(q).items())]
            strange = [q for q in sample(queries, 6, rng) if held.isdisjoint(judgments.of(q))]
            ask(rows, f"small {name}", OWN, searcher, own, judgments)
            ask(rows, f"small {name}", FOREIGN, searcher, [*strange, *sample(foreign, 4, rng)], None)


def ask(
    rows: dict[str, list[Asked]],
    index: str,
    kind: str,
    searcher: Searcher,
    queries: Sequence[JudgedQuery],
    judgments: Judgments | None,
) -> None:
    """Add the first hit of each question, as the built-in encoder and as another would have it.

    The other is the built-in one's `dense` leg alone, under a model's weights; its cosine's size is not used.
    """
    names = Names(searcher)
    for query, (_, every) in zip(queries, gather(searcher, [query.text for query in queries]), strict=True):
        own = judgments.of(query) if judgments else {}
        grades = np.array([own.get(document, 0) for document in names(every.documents)], dtype=np.int64)
        kept = grades == 0 if kind == REMOVED else np.ones(len(grades), dtype=np.bool_)
        found, grades = candidates_without(every, kept), grades[kept]
        lone = replace(found, scores={leg: s for leg, s in found.scores.items() if leg not in VIEWS})
        for encoder, candidates, weights in (("builtin", found, BUILTIN_WEIGHTS), ("other", lone, MODEL_WEIGHTS)):
            ranking = fuse(candidates, weights)
            first = ranking.order[:1]
            x = signals(candidates, ranking, first)[0] if len(first) else np.zeros(len(SIGNALS))
            rows[encoder].append(Asked(index, kind, query.text, x, int(grades[first[0]]) if len(first) else 0))


def sample(values: Sequence[Any], most: int, rng: np.random.Generator) -> list[Any]:
    return [values[i] for i in sorted(rng.choice(len(values), min(most, len(values)), replace=False))]


# --- Fitting --------------------------------------------------------------------------------------------------


def table(rows: Sequence[Asked]) -> Table:
    """Return rows as arrays; each set weighs the same, half of it on questions without an answer."""
    index, kind = np.array([row.index for row in rows]), np.array([row.kind for row in rows])
    weight = np.zeros(len(rows))
    for name in sorted(set(index)):
        own = {k: (index == name) & (kind == k) for k in (OWN, *SHARES)}
        without = sum(share for k, share in SHARES.items() if own[k].any())
        for k, mask in own.items():
            if mask.any():
                scale = SMALL_WEIGHT if name.startswith("small") else 1.0
                weight[mask] = scale * (1.0 if k == OWN else SHARES[k] / without) / mask.sum()
    train = np.array([zlib.crc32(row.query.encode()) % 2 == 0 for row in rows])
    grade = np.array([row.grade for row in rows])
    return Table(index, kind, np.stack([row.signals for row in rows]), grade, weight / weight.mean(), train)


def fit(own: Table, rows: Mask, least: int = 1) -> Model:
    """Return the logistic regression of `grade >= least` on some rows, no coefficient below 0."""
    every = Labelled(own.x, own.grade >= least, own.kind == OWN, own.weight)
    return calibration.fit(every.part(rows), hold=RIDGE)


def say(message: str) -> None:
    print(message, file=sys.stderr, flush=True)


def _literal(model: Model) -> str:
    return f"Model({model.intercept}, ({', '.join(map(str, model.coefficients))}))"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared/data/benchmarks")
    parser.add_argument("--corpus", type=Path, default=ROOT / "corpus", help="our own judged corpus")
    parser.add_argument("--write", action="store_true", help="change confidence.py and benchmarks/README.md")
    return parser.parse_args()


if __name__ == "__main__":
    main()
