"""One index from partitions that were analysed in other processes, compared with one build of the same corpus.

    python benchmarks/partitioned_build.py CORPUS --into /tmp/out [--partitions 8] [--workers 2] [--seed 1]

The pool of processes stands for a cluster: what `task` gets is what Ray, Spark or a job queue would give to a machine (a
folder's name and the documents of one partition, as JSON), and what it leaves behind is that folder, which may lie on a
shared disk or be copied. It is as untidy as a cluster: tasks run in a random order, some are given out twice, each
partition begins with the last document of the one before, and one has no documents. Then every file of the merged index
is compared with that of `build_index`. Ends with 1 when one differs.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import random
import resource
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from time import perf_counter

import faqsearch
from faqsearch.index.local import TABLES_FILE, LocalIndex


def rows(corpus: Path) -> Iterator[str]:
    """The documents of a corpus as lines of JSON: what would lie in a table, or travel in a queue."""
    for document in faqsearch.read_documents(corpus):
        yield json.dumps(document.to_json(), ensure_ascii=False)


def document(line: str) -> faqsearch.Document:
    """A document from what travelled; a table with other columns has other names here."""
    row = json.loads(line)
    source = {**row["source"], "heading": tuple(row["source"]["heading"])}
    lists = {name: tuple(row[name]) for name in ("phrasings", "category", "tags")}
    return faqsearch.Document(**{**row, **lists, "source": faqsearch.Source(**source)})


def task(work: tuple[Path, Sequence[str]]) -> None:
    """What one machine does; done already when it was done before."""
    into, lines = work
    if not (into / "CURRENT").exists():
        faqsearch.analyse_partition(map(document, lines), into)


def cut(lines: Sequence[str], partitions: int, into: Path) -> list[tuple[Path, Sequence[str]]]:
    """The work of each task. Names of the same length: partitions are merged in the order of their names."""
    size = -(-len(lines) // partitions)
    starts = range(0, partitions * size, size)
    work = [(into / f"{n:05d}", lines[max(start - 1, 0) : start + size]) for n, start in enumerate(starts)]
    return [*work, (into / f"{partitions:05d}", [])]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--into", type=Path, required=True, help="an empty folder")
    parser.add_argument("--partitions", type=int, default=8)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    parts, chance = options.into / "parts", random.Random(options.seed)
    work = cut(list(rows(options.corpus)), options.partitions, parts)
    chance.shuffle(work)

    started = perf_counter()
    with multiprocessing.get_context("spawn").Pool(options.workers) as pool:
        list(pool.imap_unordered(task, work))
        list(pool.imap_unordered(task, chance.sample(work, 2)))
    analysed = perf_counter()
    report = faqsearch.merge_partitions(parts, options.into / "merged")
    merged = perf_counter()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{report.manifest.documents:,} documents in {len(work)} partitions: analysed in {analysed - started:.1f} s by "
        f"{options.workers} processes, merged in {merged - analysed:.1f} s; {len(report.problems)} left out, which were "
        f"there before; {peak:,.0f} MB at most in the merging process"
    )
    started = perf_counter()
    faqsearch.build_index(options.corpus, options.into / "single", processes=options.workers)
    print(f"one build: {perf_counter() - started:.1f} s with {options.workers} processes")
    return compare(options.into / "single", options.into / "merged")


def compare(single: Path, merged: Path) -> int:
    """Say of each file whether it is the same; the manifest says when and by what it was made."""
    one, other = (LocalIndex.open(index) for index in (single, merged))
    different = 0
    for name, record in one.manifest.files.items():
        same = other.manifest.files.get(name) == record
        if name == TABLES_FILE:
            same = tables(one) == tables(other)
        different += not same
        print(f"{name:18} {record.bytes:12,} bytes  {'the same' if same else 'DIFFERENT'}")
    return min(different, 1)


def tables(index: LocalIndex) -> dict[str, bytes]:
    """All columns but the keys of rows, by which an update sees that a row of a file need not be read again."""
    return {name: column.tobytes() for name, column in index.arrays(TABLES_FILE).items() if name != "row_keys"}


if __name__ == "__main__":
    sys.exit(main())
