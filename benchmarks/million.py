"""How time, memory and disk of a build grow up to a million documents, and how long a question takes. Makes a table and million.svg.

    pip install psutil matplotlib
    python benchmarks/million.py --data ../shared/data --documents 10000 100000 1000000 --into /tmp/million [--write]

`faqsearch build` reads corpora of `corpora.py`, `faqsearch update` after one answer was edited. Memory is the most that all its processes together had to themselves
(sampled; Linux), without the files they map. Of a question, the processor time of the second time it is asked.
What --into holds from before is asked, not built and updated again.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter, sleep
from typing import Any

import psutil

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from corpora import material, write  # noqa: E402
from tables import write_between_markers  # noqa: E402

_ASK = """
import json, sys, time
import numpy as np
import faqsearch.search
from faqsearch import open_index
started = time.perf_counter()
searcher = open_index(sys.argv[1])
opened = time.perf_counter() - started
questions = open(sys.argv[2], encoding="utf-8").read().split("\\n")[:200]
times, own = [], []
for question in questions + questions:
    started, before = time.perf_counter(), time.process_time()
    searcher.search(question)
    times.append(time.perf_counter() - started)
    own.append(time.process_time() - before)
place = lambda values, part: sorted(values[len(questions):])[int(len(questions) * part)] * 1000
asked = np.concatenate([searcher.encode([searcher.understand(question)]) for question in questions[:50]])
exact, _ = searcher.index.dense.search(asked, 10, exact=True)
found = np.concatenate([searcher.index.dense.search(one[None], 10)[0] for one in asked])
recall = float((found >= exact[:, -1:] - 1e-6).mean())
told = {"open_s": opened, "query_ms": place(times, 0.5), "query_cpu_ms": place(own, 0.5)}
print(json.dumps(told | {"query_cpu_p95_ms": place(own, 0.95), "questions_recall_at_10": recall}))
"""


def build(corpus: Path, index: Path, processes: int) -> dict[str, Any]:
    """Build an index as a user does; return what it took."""
    took = run("build", corpus, index, processes)
    generation = index / (index / "CURRENT").read_text(encoding="utf-8").split()[0]
    return took | {
        "disk_bytes": sum(path.stat().st_size for path in generation.iterdir()),
        "dense": json.loads((generation / "manifest.json").read_text(encoding="utf-8"))["dense"],
    }


def update(corpus: Path, index: Path, processes: int) -> dict[str, Any]:
    """Edit the answer in the middle of a file and bring the index up to date; return what it took."""
    path = min(corpus.glob("*.jsonl"))
    rows = path.read_bytes().split(b"\n")
    edited = json.loads(rows[len(rows) // 2])
    edited["answer"] += "この回答は改訂されました。"
    rows[len(rows) // 2] = json.dumps(edited, ensure_ascii=False).encode()
    path.write_bytes(b"\n".join(rows))
    return run("update", corpus, index, processes)


def run(verb: str, corpus: Path, index: Path, processes: int) -> dict[str, Any]:
    """Build or update an index; return the time and the memory it took."""
    command = [sys.executable, "-m", "faqsearch", verb, str(corpus), "--into", str(index)]
    started, peak = perf_counter(), 0
    process = subprocess.Popen([*command, "--processes", str(processes)], stdout=subprocess.DEVNULL)
    watched = psutil.Process(process.pid)
    while (ended := os.wait4(process.pid, os.WNOHANG))[0] == 0:
        peak = max(peak, own_memory(watched))
        sleep(0.2)
    if ended[1]:
        raise SystemExit(f"the {verb} failed")
    return {
        "wall_s": perf_counter() - started,
        "cpu_s": ended[2].ru_utime + ended[2].ru_stime,
        "peak_bytes": peak,
    }


def own_memory(process: psutil.Process) -> int:
    """Bytes that a process and those it started have to themselves."""
    total = 0
    for own in (process, *process.children(recursive=True)):
        with contextlib.suppress(psutil.NoSuchProcess):
            memory = own.memory_info()
            total += memory.rss - memory.shared
    return total


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder with train/")
    parser.add_argument("--documents", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--into", type=Path, required=True, help="keep corpora and indexes here")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--write", action="store_true", help="put the table into benchmarks/README.md")
    options = parser.parse_args()
    rows = []
    for count in options.documents:
        index, built = options.into / f"index-{count}", options.into / f"{count}.json"
        if not built.exists():
            (corpus,) = write(material(options.data), [count], options.into)
            built.write_text(json.dumps(build(corpus, index, options.processes)), encoding="utf-8")
        updated = options.into / f"{count}-update.json"
        if not updated.exists():
            corpus = options.into / f"corpus-{count}"
            updated.write_text(json.dumps(update(corpus, index, options.processes)), encoding="utf-8")
        ask = [sys.executable, "-c", _ASK, str(index), str(options.into / "questions.txt")]
        asked = json.loads(subprocess.check_output(ask))
        took, more = (json.loads(path.read_text(encoding="utf-8")) for path in (built, updated))
        rows.append({"documents": count, **took, **asked, "update": more})
        print(json.dumps(rows[-1]), file=sys.stderr, flush=True)
    print(table(rows))
    if options.write:
        made = datetime.now(UTC).isoformat(timespec="seconds")
        result = {"made": made, "processes": options.processes, "rows": rows}
        path = HERE / "results" / f"million-{made[:10]}.json"
        path.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
        write_between_markers(HERE / "README.md", "million", table(rows))
        plot(rows, HERE / "million.svg")


def table(rows: list[dict[str, Any]]) -> str:
    """Return the rows as a table of Markdown."""
    lines = [
        (
            "| documents | build, CPU (by the clock) | peak memory | on disk | an answer edited, CPU (by the clock) | peak memory | opened in "
            "| one query (95 %) | nearest vectors | recall@10 | of questions |"
        ),
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        dense, edit = row["dense"], row["update"]
        cells = [
            f"{row['documents']:,}",
            f"{row['cpu_s']:,.0f} s ({row['wall_s']:,.0f} s)",
            f"{row['peak_bytes'] / 1e9:.2f} GB",
            f"{row['disk_bytes'] / 1e9:.2f} GB",
            f"{edit['cpu_s']:,.0f} s ({edit['wall_s']:,.0f} s)",
            f"{edit['peak_bytes'] / 1e9:.2f} GB",
            f"{row['open_s'] * 1000:,.0f} ms",
            f"{row['query_cpu_ms']:.1f} ({row['query_cpu_p95_ms']:.1f}) ms",
            f"{dense['index']}, {dense.get('probed', 'all')} lists read, {dense.get('listed', 'all')} listed",
            f"{dense['recall_at_10']:.3f}",
            f"{row['questions_recall_at_10']:.3f}",
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def plot(rows: list[dict[str, Any]], path: Path) -> None:
    """Draw how time, memory, disk and a query grow, into an SVG file; needs matplotlib."""
    import matplotlib as mpl

    mpl.use("Agg")
    mpl.rcParams["svg.hashsalt"] = "faqsearch"
    import matplotlib.pyplot as plt

    panels = [
        ("building, s", [("processor time", "cpu_s", 1.0), ("by the clock", "wall_s", 1.0)]),
        ("peak memory of all processes, MB", [("", "peak_bytes", 1e-6)]),
        ("on disk, MB", [("", "disk_bytes", 1e-6)]),
        ("one query, ms of processor time", [("", "query_cpu_ms", 1.0)]),
    ]
    figure, axes = plt.subplots(1, len(panels), figsize=(15, 4))
    for axis, (title, lines) in zip(axes, panels, strict=True):
        for label, field, scale in lines:
            axis.plot([row["documents"] for row in rows], [row[field] * scale for row in rows], marker="o", label=label)
        axis.set(title=title, xscale="log", yscale="log", xlabel="documents")
        axis.grid(alpha=0.3)
    axes[0].legend(fontsize="small")
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


if __name__ == "__main__":
    main()
