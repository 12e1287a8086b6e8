"""How long a build takes beside tokenizing alone, how much memory and disk. Makes a table of benchmarks/README.md.

    python benchmarks/build_speed.py --data ../shared/data --documents 10000 100000 [--processes 2] [--write]

*Tokenizing alone* sends every question and answer once through MeCab and reads the words, in as many processes as the
build takes: once as users of MeCab do it (fugashi writes its lines, and each distinct line is read once for its lemma),
and once with our own tokenizer, which gives all that an index needs of a word. All are measured one after the other, in
processes of their own, with the processor time of all of them: on a busy machine only that can be compared. Memory is
the largest process's. `--write` puts the table into the README.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from corpora import material, write  # noqa: E402
from tables import write_between_markers  # noqa: E402

_TOKENIZE = """
import json, sys
from faqsearch.tokens import FugashiTokenizer
tokenizer, place, processes = FugashiTokenizer(), int(sys.argv[2]), int(sys.argv[3])
for number, line in enumerate(open(sys.argv[1], encoding="utf-8")):
    if number // 256 % processes == place:
        row = json.loads(line)
        tokenizer.cut(row["question"]).words()
        tokenizer.cut(row["answer"]).words()
"""
_FUGASHI = """
import json, sys
import unidic_lite
from fugashi import GenericTagger
directory, place, processes = unidic_lite.DICDIR, int(sys.argv[2]), int(sys.argv[3])
parse, lemmas = GenericTagger(f'-d "{directory}" -r "{directory}/mecabrc"').parse, {}
def words(text):
    found = []
    for line in parse(text).split("\\n"):
        lemma = lemmas.get(line)
        if lemma is None:
            written, _, features = line.partition("\\t")
            fields = features.split(",")
            lemma = lemmas[line] = fields[7] if len(fields) > 7 else written
        found.append(lemma)
    return found
for number, line in enumerate(open(sys.argv[1], encoding="utf-8")):
    if number // 256 % processes == place:
        row = json.loads(line)
        words(row["question"])
        words(row["answer"])
"""
_OPEN = """
import sys, time
import faqsearch.search
from faqsearch import open_index
started = time.perf_counter()
open_index(sys.argv[1])
print(time.perf_counter() - started)
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder with train/")
    parser.add_argument("--documents", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--write", action="store_true", help="put the table into benchmarks/README.md")
    options = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for corpus in write(material(options.data), options.documents, Path(folder)):
            row = measure(corpus, Path(folder) / "index", options.processes)
            rows.append(row)
            print(json.dumps(row), flush=True)
    text = table(rows, options.processes)
    print(text)
    if options.write:
        made = datetime.now(UTC).isoformat(timespec="seconds")
        result = {"made": made, "processes": options.processes, "rows": rows}
        (HERE / "results" / f"build-{made[:10]}.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
        write_between_markers(HERE / "README.md", "build", text)


def measure(corpus: Path, index: Path, processes: int) -> dict[str, Any]:
    faq = str(corpus / "faq.jsonl")
    alone = {
        name: run([[sys.executable, "-c", program, faq, str(place), str(processes)] for place in range(processes)])
        for name, program in (("fugashi", _FUGASHI), ("tokenizing", _TOKENIZE))
    }
    build = [sys.executable, "-m", "faqsearch", "build", faq, "--into", str(index), "--processes", str(processes)]
    building = run([build])
    size = sum(path.stat().st_size for path in (index / (index / "CURRENT").read_text().split()[0]).iterdir())
    opened = [float(subprocess.check_output([sys.executable, "-c", _OPEN, str(index)])) for _ in range(3)]
    return {
        "documents": int(corpus.name.rpartition("-")[2]),
        **alone,
        "building": building,
        "bytes": size,
        "corpus_bytes": Path(faq).stat().st_size,
        "open_s": sorted(opened)[1],
    }


def run(commands: list[list[str]]) -> dict[str, float]:
    """Run commands at the same time; their wall and processor time, and the memory of the largest process."""
    started = perf_counter()
    running = [subprocess.Popen(command, stdout=subprocess.DEVNULL) for command in commands]
    ended = [os.wait4(process.pid, 0) for process in running]
    wall = perf_counter() - started
    if any(status for _, status, _ in ended):
        raise SystemExit("a command failed")
    return {
        "wall_s": wall,
        "cpu_s": sum(usage.ru_utime + usage.ru_stime for _, _, usage in ended),
        "peak_bytes": max(usage.ru_maxrss for _, _, usage in ended) * 1024,
    }


def table(rows: list[dict[str, Any]], processes: int) -> str:
    lines = [
        f"{processes} processes; processor seconds of all of them, wall-clock seconds in brackets.",
        "",
        "| documents | fugashi alone | ours alone | build | of fugashi | of ours | peak memory | on disk | corpus | opened in |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        build, baselines = row["building"], [row["fugashi"], row["tokenizing"]]
        cells = [
            f"{row['documents']:,}",
            *(f"{took['cpu_s']:,.0f} ({took['wall_s']:,.0f})" for took in (*baselines, build)),
            *(
                f"{build['cpu_s'] / alone['cpu_s']:.2f} ({build['wall_s'] / alone['wall_s']:.2f})"
                for alone in baselines
            ),
            f"{build['peak_bytes'] / 1e9:.2f} GB",
            f"{row['bytes'] / 1e6:,.0f} MB",
            f"{row['corpus_bytes'] / 1e6:,.0f} MB",
            f"{row['open_s'] * 1000:,.0f} ms",
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
