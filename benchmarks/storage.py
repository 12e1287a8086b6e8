"""What vectors of fewer bytes do to rankings: float32, float16 and int8 on the judged sets.

    nice python benchmarks/storage.py --data ../shared/data [--sets localgovfaq] [--questions 200] [--random]

The vectors of an index are replaced by what float16, or int8 with one factor a vector, leaves of them; everything else
stays. Shown are nDCG@10 of the dense leg alone and of all legs together, and how many of the dense leg's ten best are the
same. `--random` does the same with a transformer of random weights (ModernBERT of 2 layers and 256 dimensions): its
vectors all lie close together, which is the hardest case for few bits, and its nDCG means nothing by itself.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from faqsearch import Settings, build_index, open_index
from faqsearch.evaluation.metrics import Metric
from faqsearch.evaluation.runs import Runs, run
from faqsearch.index.dense import DENSE_FILE
from faqsearch.index.dense_files import stored_rows
from faqsearch.index.folder import IndexFolder
from quality import JudgedSet, _sets

METRIC, K = Metric.parse("ndcg@10"), 10
_RANDOM_LAYERS = 2
_TOKENIZER_TEXTS = 3_000


def _in_int8(vectors: np.ndarray) -> np.ndarray:
    factors = np.maximum(np.abs(vectors).max(axis=1, keepdims=True), 1e-12) / 127
    return np.round(vectors / factors) * factors


STORED: Mapping[str, Callable[[np.ndarray], np.ndarray]] = {
    "float32": lambda vectors: vectors,
    "float16": lambda vectors: vectors.astype(np.float16),
    "int8": _in_int8,
}


def main(arguments: Sequence[str] | None = None) -> int:
    options = _options(arguments)
    print("| set | vectors | stored as | bytes a vector | nDCG@10 dense | nDCG@10 all legs | same ten best of dense |")
    print("|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as made:
        models = {"built-in": "builtin"}
        if options.random:
            from encode_speed import passages, ruri_shaped

            texts = passages(options.data, _TOKENIZER_TEXTS)
            models["random"] = str(ruri_shaped(Path(made), texts, layers=_RANDOM_LAYERS))
        for judged in _sets(options.data / "benchmarks", options.corpus, options.sets, options.questions):
            for name, model in models.items():
                measure(judged, name, model)
    return 0


def measure(judged: JudgedSet, name: str, model: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        build_index(judged.corpus, folder, settings=Settings(model=model))
        generation = IndexFolder(folder).current()
        dimension = int(generation.manifest.encoder["dimension"])
        rows = stored_rows(generation.path, dimension)
        offset, vectors = rows.offset, np.array(rows).view(np.float32)
        found: dict[str, Runs] = {}
        for stored, as_stored in STORED.items():
            with (generation.path / DENSE_FILE).open("r+b") as file:
                file.seek(offset)
                file.write(np.ascontiguousarray(as_stored(vectors), dtype=np.float32).tobytes())
            found[stored] = run(open_index(folder), judged.judgments.queries)
            width = {"float32": 4 * dimension, "float16": 2 * dimension, "int8": dimension + 4}[stored]
            dense, fused = (score(judged, found[stored], leg) for leg in ("dense", "fused"))
            same = np.mean([
                len(set(own.rankings["dense"][:K]) & set(exact.rankings["dense"][:K])) / max(1, len(exact.rankings["dense"][:K]))
                for own, exact in zip(found[stored].ranked, found["float32"].ranked, strict=True)
            ])  # fmt: skip
            print(
                f"| {judged.name} | {name} | {stored} | {width:,} | {dense:.4f} | {fused:.4f} | {same:.2%} |",
                flush=True,
            )


def score(judged: JudgedSet, runs: Runs, leg: str) -> float:
    values = [
        METRIC.of(ranked.rankings.get(leg, ()), judged.judgments.of(query))
        for query, ranked in zip(judged.judgments.queries, runs.ranked, strict=True)
    ]
    return float(np.mean(values))


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the project's data folder")
    parser.add_argument("--corpus", type=Path, default=Path(__file__).resolve().parents[1] / "corpus")
    parser.add_argument("--sets", type=lambda text: text.split(","), help="only these, separated by commas")
    parser.add_argument("--questions", type=int, help="only so many of each set")
    parser.add_argument("--random", action="store_true", help="also a transformer of random weights")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    raise SystemExit(main())
