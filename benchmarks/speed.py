"""How fast an index is built and asked, beside other engines with the same terms. Makes the speed tables of README.md.

    python benchmarks/speed.py --data ../shared/data [--sizes 15000 100000] [--work DIR]

Every engine runs in a process of its own, one after the other; `--work` keeps corpora, indexes and what building them
took for the next run: a rented machine is slow for minutes after a build, and the second run asks it rested. Times are
CPU times, so that a busy machine measures the same: of all threads and processes together for building; for asking the
fastest of five for each question, one question after the other, then the median over questions. Only throughput is
measured by the clock on the wall. The same results or it is no speed-up: the scores of each engine's ten best are
compared with rank-bm25's formula in the run.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from baselines.engine import Terms  # noqa: E402
from growth import plot  # noqa: E402
from speed_tables import markdown  # noqa: E402
from tables import write_between_markers  # noqa: E402

ENGINES = ("rank_bm25", "bm25s", "bm25s_numba", "tantivy", "flat", "faqsearch")
K, QUESTIONS, TIMES = 10, 100, 5
# Asked with one call: enough to make up for processes that have to be started.
MANY = 2_000
# rank-bm25 needs 0.4 s and more for a question of a large corpus.
_SLOW_QUESTIONS = 10
_TOLERANCE = 1e-4


def main(arguments: Sequence[str] | None = None) -> int:
    options = _options(arguments)
    if options.child:
        value = _CHILDREN[options.child](options)
        value["peak_mb"] = round(_peak() / 1e6)
        options.out.write_text(json.dumps(value), encoding="utf-8")
        return 0
    results: dict[str, Any] = {
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "cores": os.cpu_count(),
        "sizes": {},
    }
    with tempfile.TemporaryDirectory() as temporary:
        work = options.work or Path(temporary)
        for size in options.sizes:
            results["sizes"][str(size)] = measure(size, work, options.data)
            if not options.smoke:  # after each size: the next may take an hour
                publish(results, options.results, options.readme)
    print(markdown(results))
    return 0


def publish(results: dict[str, Any], folder: Path, readme: Path) -> None:
    """Write the figures, their tables and their picture."""
    path = folder / f"speed-{results['made'][:10]}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    write_between_markers(readme, "speed", markdown(results))
    plot(results, HERE / "growth.svg")


def measure(size: int, work: Path, data: Path) -> dict[str, Any]:
    """Return every engine's figures at one size."""
    corpus, index, terms = work / f"corpus-{size}", work / f"index-{size}", work / f"terms-{size}.npz"
    kept = work / f"built-{size}.json"
    if not corpus.exists():
        import corpora

        corpora.write(corpora.material(data), [size], work)
    if not kept.exists():
        kept.write_text(json.dumps(_child("build", corpus, index, work)), encoding="utf-8")
    built = json.loads(kept.read_text(encoding="utf-8"))
    _child("terms", index, terms, work)
    rows: list[dict[str, Any]] = []
    scores: dict[str, Any] = {}
    for name in ENGINES:
        say(f"{size:,} documents: {name}")
        row = _child(name, terms, index, work)
        if row.get("missing"):
            say(f"  not installed: {row['missing']}")
            continue
        scores[name] = row.pop("scores")
        rows.append(row)
    expected = scores.get("rank_bm25") or scores["flat"]
    for row in rows:
        row["same"] = _same(scores[row["engine"]], expected)
    # Last: for minutes after a build on all cores, a rented machine may do everything at two thirds of its speed.
    ours = _child("ask", index, terms, work)
    return {"documents": size, "engines": [ours.pop("whole") | built, *rows], "many": ours}


def _same(scores: Sequence[Sequence[float]], expected: Sequence[Sequence[float]]) -> float:
    """The share of questions whose ten best have the expected scores."""
    pairs = list(zip(scores, expected, strict=False))
    return float(np.mean([len(a) == len(b) and np.allclose(a, b, rtol=_TOLERANCE) for a, b in pairs]))


def _child(what: str, source: Path, into: Path, work: Path) -> dict[str, Any]:
    """Do one thing in a process of its own and return what it measured."""
    out = work / "child.json"
    command = [sys.executable, __file__, "--child", what, "--source", str(source), "--into", str(into)]
    # One thread for arithmetic: what is compared is work, not how many cores are idle.
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    subprocess.run([*command, "--out", str(out)], check=True, env=environment)
    value: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    return value


def _build(options: argparse.Namespace) -> dict[str, Any]:
    from faqsearch import build_index

    started, used = perf_counter(), _cpu()
    build_index(options.source, options.into)
    return {"build_s": _cpu() - used, "build_wall_s": perf_counter() - started}


def _terms(options: argparse.Namespace) -> dict[str, Any]:
    """Write the terms of an index and of the questions for the other engines."""
    from faqsearch import open_index

    searcher = open_index(options.source)
    questions = _questions(options.source)
    sequences = searcher.index.sequences
    starts = sequences.unit_starts[sequences.document_units]
    asked = [sequences.vocabulary.numbers(searcher.tokenizer.words(question)) for question in questions]
    known = [numbers[numbers >= 0].tolist() for numbers in asked]
    np.savez(options.into, numbers=sequences.words, starts=starts)
    options.into.with_suffix(".json").write_text(json.dumps(known), encoding="utf-8")
    return {}


def _ask(options: argparse.Namespace) -> dict[str, Any]:
    """Time everything a user gets."""
    from faqsearch import open_index
    from faqsearch.processes import available_cores

    started = perf_counter()
    searcher = open_index(options.source)
    opened = perf_counter() - started
    questions = _questions(options.source)
    median, _ = _timed(lambda question: searcher.search(question, k=K), questions)
    # In turn, so that both meet the same neighbours on the machine.
    every = _questions(options.source, None)
    many = [every[i % len(every)] for i in range(MANY)]
    times = [
        (_wall(lambda: [searcher.search(q, k=K) for q in many]), _wall(lambda: searcher.search_many(many, k=K)))
        for _ in range(TIMES)
    ]
    one_by_one, together = (statistics.median(column) for column in zip(*times, strict=True))
    whole = {"engine": "whole", "name": "**faqsearch, everything**", "query_ms": median, "open_s": opened}
    whole["disk_mb"] = round(_size(options.source) / 1e6)
    rates = {"alone_per_s": MANY / one_by_one, "together_per_s": MANY / together}
    return {"whole": whole, "cores": available_cores(), **rates}


def _engine(options: argparse.Namespace) -> dict[str, Any]:
    """Time one engine on terms given."""
    name = options.child
    if name == "faqsearch":
        return _faqsearch_words(options)
    try:
        module = import_module(f"baselines.engine_{name}")
    except ImportError as error:
        return {"missing": str(error)}
    stored = np.load(options.source)
    terms, asked = Terms(stored["numbers"], stored["starts"]), _asked(options.source)
    if len(terms) > getattr(module, "MOST", len(terms)):
        return {"missing": f"{name} is not for {len(terms):,} documents"}
    used = _cpu()
    engine = module.make(terms)
    built = _cpu() - used
    with tempfile.TemporaryDirectory() as folder:
        engine.save(Path(folder))
        disk = _size(Path(folder))
    slow = _clock(lambda: engine.search(asked[0], K)) > 0.02 and _clock(lambda: engine.search(asked[0], K)) > 0.02
    median, found = _timed(lambda words: engine.search(words, K), asked[:_SLOW_QUESTIONS] if slow else asked)
    scores = [scores.tolist() for _, scores in found]
    row = {"engine": name, "name": module.NAME, "build_s": built, "query_ms": median, "scores": scores}
    return row | {"disk_mb": round(disk / 1e6)}


def _faqsearch_words(options: argparse.Namespace) -> dict[str, Any]:
    """Time faqsearch's word leg alone: postings, sums, the ten best."""
    from faqsearch.index.leg_scores import LegTerms, leg_scores
    from faqsearch.index.local import LocalIndex

    postings = LocalIndex.open(options.into).legs["document"]
    absent = postings.absent

    def search(words: list[int]) -> tuple[Any, Any]:
        places, scores = leg_scores(postings, LegTerms.of([[(number, 1.0)] for number in words]), []).best(K)
        order = np.argsort(-scores, kind="stable")
        return places[order], scores[order].astype(np.float64) + float(absent[words].sum())

    median, found = _timed(search, _asked(options.source))
    scores = [scores.tolist() for _, scores in found]
    return {"engine": "faqsearch", "name": "**faqsearch, words alone**", "query_ms": median, "scores": scores}


_CHILDREN = {"build": _build, "terms": _terms, "ask": _ask} | dict.fromkeys(ENGINES, _engine)


def _timed(search: Any, questions: Sequence[Any]) -> tuple[float, list[Any]]:
    """Return the median over questions of the fastest of `TIMES`, in milliseconds; and what was found."""
    found = [search(question) for question in questions]  # warm
    # Never the same question twice in a row: nobody asks like that, and what it needs would lie ready.
    times = [[_clock(lambda q=question: search(q)) for question in questions] for _ in range(TIMES)]
    return statistics.median(min(own) for own in zip(*times, strict=True)) * 1000, found


def _clock(do: Any) -> float:
    """CPU seconds."""
    started = process_time()
    do()
    return process_time() - started


def _wall(do: Any) -> float:
    """Seconds."""
    started = perf_counter()
    do()
    return perf_counter() - started


def _cpu() -> float:
    """CPU seconds of this process and its children so far."""
    return sum(os.times()[:4])


def _asked(path: Path) -> list[list[int]]:
    return [words for words in json.loads(path.with_suffix(".json").read_text(encoding="utf-8")) if words]


def _questions(index: Path, most: int | None = QUESTIONS) -> list[str]:
    return (index.parent / "questions.txt").read_text(encoding="utf-8").splitlines()[:most]


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _peak() -> int:
    """Bytes: this process's most, and that of its largest child for as many as there are cores."""
    own, children = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return 1024 * (own + children * (os.cpu_count() or 1))


def say(message: str) -> None:
    print(message, file=sys.stderr, flush=True)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=HERE.parents[1] / "shared/data", help="the folder with train/")
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 15_000, 30_000, 100_000])
    parser.add_argument("--work", type=Path, help="keep corpora and indexes here")
    parser.add_argument("--smoke", action="store_true", help="write nothing")
    parser.add_argument("--results", type=Path, default=HERE / "results")
    parser.add_argument("--readme", type=Path, default=HERE / "README.md")
    for name in ("--source", "--into", "--out"):
        parser.add_argument(name, type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--child", help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    raise SystemExit(main())
