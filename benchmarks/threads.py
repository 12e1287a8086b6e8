"""How many questions a second one process answers with several threads, and several processes with one each.

    python benchmarks/threads.py --index indexes/demo --queries corpus/queries.jsonl

Rounds of the ways alternate, so that what else the machine does hits all of them alike; medians are printed, and the
ratio to one thread is the median of the ratios within a round.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from time import perf_counter

from faqsearch.search import Searcher, open_index

_ROUNDS = 5
_opened: list[Searcher] = []


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--index", required=True)
    parser.add_argument("--queries", required=True, type=Path, help="JSON lines with `query`")
    arguments = parser.parse_args()
    lines = arguments.queries.read_text(encoding="utf-8").splitlines()
    queries = [json.loads(line)["query"] for line in lines if line.strip()]

    pools: dict[str, Executor] = {f"{n} thread{'s' * (n > 1)}": ThreadPoolExecutor(n) for n in (1, 2, 4)}
    pools |= {
        f"{n} process{'es' * (n > 1)}": ProcessPoolExecutor(
            n, mp_context=get_context("spawn"), initializer=open_here, initargs=(arguments.index,)
        )
        for n in (1, 2)
    }
    open_here(arguments.index)
    for pool in pools.values():
        throughput(pool.map, queries)
    rates: dict[str, list[float]] = {way: [] for way in pools}
    for _ in range(_ROUNDS):
        for way, pool in pools.items():
            rates[way].append(throughput(pool.map, queries))
    print("| | questions a second | beside 1 thread |\n|---|---|---|")
    for way, found in rates.items():
        ratio = median(one / base for one, base in zip(found, rates["1 thread"], strict=True))
        print(f"| {way} | {median(found):.0f} | {ratio:.2f} |")
    for pool in pools.values():
        pool.shutdown()


def open_here(index: str) -> None:
    _opened[:] = [open_index(index)]


def answer(queries: Sequence[str]) -> int:
    return sum(len(_opened[0].search(query).hits) for query in queries)


def throughput(run: Callable, queries: Sequence[str]) -> float:
    """Questions a second. They come in tens, so that handing them to a process costs next to nothing."""
    tens = [queries[i : i + 10] for i in range(0, len(queries), 10)]
    started = perf_counter()
    list(run(answer, tens))
    return len(queries) / (perf_counter() - started)


if __name__ == "__main__":
    main()
