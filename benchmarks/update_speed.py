"""What it takes to update an index after one answer was edited, beside building it. Makes a table of benchmarks/README.md.

    python benchmarks/update_speed.py --data ../shared/data --documents 20000 100000 [--edits 6] [--processes 2] [--write]

The corpus is a CSV file of `corpora.py`; each edit changes the answer of another row, chosen by chance with a fixed seed.
Word vectors are learned from a sample of the documents: an edit inside it has everything encoded again, and stands in a
line of its own; the last edit is one of these. Processor time is that of all processes. `--verify` compares the last update with a build, byte for byte.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from build_speed import run  # noqa: E402
from corpora import SEED, entries, material  # noqa: E402
from faqsearch.index.local import LocalIndex  # noqa: E402
from faqsearch.vectors.learning import sampled  # noqa: E402
from tables import write_between_markers  # noqa: E402


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder with train/")
    parser.add_argument("--documents", type=int, nargs="+", default=[20_000])
    parser.add_argument("--edits", type=int, default=6)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--verify", action="store_true", help="compare the last update with a build")
    parser.add_argument("--write", action="store_true", help="put the table into benchmarks/README.md")
    options = parser.parse_args()
    found, results = material(options.data), []
    for documents in options.documents:
        rows = list(entries(found, documents))
        with tempfile.TemporaryDirectory() as folder:
            results.append(measure(rows, Path(folder), options.edits, options.processes, verify=options.verify))
        print(json.dumps(results[-1]), flush=True)
    text = table(results, options.processes)
    print(text)
    if options.write:
        made = datetime.now(UTC).isoformat(timespec="seconds")
        result = {"made": made, "processes": options.processes, "rows": results}
        path = HERE / "results" / f"update-{made[:10]}.json"
        path.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
        write_between_markers(HERE / "README.md", "update", text)


def measure(rows: list[dict[str, str]], folder: Path, edits: int, processes: int, *, verify: bool) -> dict[str, Any]:
    corpus, index = folder / "faq.csv", folder / "index"
    write(rows, corpus)

    def faqsearch(command: str, into: Path) -> dict[str, Any]:
        called = [sys.executable, "-m", "faqsearch", command, str(corpus), "--into", str(into)]
        return run([[*called, "--processes", str(processes)]]) | {"sample": manifest(into)["encoder"]["learned_from"]}

    built = faqsearch("build", index)
    sample, updates = built["sample"], []
    places = random.Random(SEED).sample(range(len(rows)), edits)
    for place in [*places, next(row for row in inside(index) if row not in places)]:
        rows[place]["answer"] += f"この回答は{place}番目の見直しで改めました。"
        write(rows, corpus)
        updated = faqsearch("update", index)
        updates.append({**updated, "learned_again": updated["sample"] != sample})
        sample = updated["sample"]
    if verify:
        faqsearch("build", folder / "again")
        if manifest(folder / "again")["files"] != manifest(index)["files"]:
            raise SystemExit("an update wrote other files than a build")
    return {"documents": len(rows), "build": built, "updates": updates, "verified": verify}


def inside(index: Path) -> list[int]:
    """Rows that word vectors are learned from."""
    return sampled(LocalIndex.open(index).tables["text_hashes"]).tolist()


def write(rows: list[dict[str, str]], path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, ["id", "question", "answer"])
        table.writeheader()
        table.writerows(rows)


def manifest(index: Path) -> dict[str, Any]:
    generation = (index / "CURRENT").read_text(encoding="utf-8").split()[0]
    return json.loads((index / generation / "manifest.json").read_text(encoding="utf-8"))


def table(results: list[dict[str, Any]], processes: int) -> str:
    lines = [
        f"{processes} processes; processor seconds of all of them, wall-clock seconds in brackets; medians.",
        "",
        "| documents | build | update after an edit | of edits | update | ratio | peak memory |",
        "|---|---|---|---|---|---|---|",
    ]
    for result in results:
        build, updates = result["build"], result["updates"]
        for named, again in (("outside the sample", False), ("inside the sample", True)):
            own = [update for update in updates if update["learned_again"] == again]
            if not own:
                continue
            cpu, wall = (median(update[name] for update in own) for name in ("cpu_s", "wall_s"))
            cells = [
                f"{result['documents']:,}",
                f"{build['cpu_s']:,.0f} ({build['wall_s']:,.0f})",
                named,
                f"{len(own)} of {len(updates)}",
                f"{cpu:,.1f} ({wall:,.1f})",
                f"{build['cpu_s'] / cpu:,.0f} ({build['wall_s'] / wall:,.0f})",
                f"{max(update['peak_bytes'] for update in own) / 1e9:.2f} GB",
            ]
            lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
