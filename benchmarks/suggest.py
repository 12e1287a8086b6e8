"""How long a key press takes: `suggest` by writing, kana and romaji, and `related`, in an index of any size.

    python benchmarks/suggest.py CORPUS... | --index INDEX

Builds an index of CORPUS (or takes one), types the beginnings of stored questions key by key, and prints a table in
Markdown: CPU milliseconds per call, median and 95th percentile, after one round to warm up.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Iterator, Sequence
from time import process_time

import numpy as np

from faqsearch import Searcher, build_index, open_index
from faqsearch.text import to_hiragana
from faqsearch.tokens.romaji import to_romaji

SEED = 3
QUESTIONS, KEYS = 60, 8


def main(arguments: Sequence[str] | None = None) -> int:
    options = _options(arguments)
    if options.index:
        measure(open_index(options.index))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        build_index(options.corpus, folder)
        measure(open_index(folder))
    return 0


def measure(searcher: Searcher) -> None:
    documents = searcher.manifest.documents
    chosen = np.random.default_rng(SEED).choice(documents, min(QUESTIONS, documents), replace=False)
    stored = searcher.index.documents(np.sort(chosen).tolist())
    texts = [document.question for document in stored]
    readings = [to_hiragana(searcher.tokenizer.reading(text)) for text in texts]
    print(f"{documents:,} documents\n")
    print("| | calls | median ms | 95 % ms |")
    print("|---|---|---|---|")
    row("suggest, as written", keys(texts), searcher.suggest)
    row("suggest, in kana", keys(readings), searcher.suggest)
    row("suggest, in romaji", keys([to_romaji(reading) for reading in readings]), searcher.suggest)
    row("related", iter([document.id for document in stored]), searcher.related)


def keys(texts: Sequence[str]) -> Iterator[str]:
    """Yield what has been typed after each key."""
    for text in texts:
        yield from (text[: i + 1] for i in range(min(KEYS, len(text))))


def row(name: str, asked: Iterator[str], call: Callable[[str], object]) -> None:
    times = []
    inputs = list(asked)
    for text in inputs[: len(inputs) // 4]:
        call(text)
    for text in inputs:
        started = process_time()
        call(text)
        times.append((process_time() - started) * 1000)
    print(f"| {name} | {len(times)} | {np.median(times):.2f} | {np.percentile(times, 95):.2f} |", flush=True)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", nargs="*", help="files and folders")
    parser.add_argument("--index", help="measure this index; build none")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    raise SystemExit(main())
