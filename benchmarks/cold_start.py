"""How fast a command starts: a search in a new process beside `import sentence_transformers`, and where its time goes.

    python benchmarks/cold_start.py --data ../shared/data [--index INDEX] [--documents 15000] [--runs 9]

Runs are interleaved; files and compiled modules are in the caches, as for everybody who starts a second time: those of
faqsearch are compiled first, as pip does when it installs; where $PYTHONDONTWRITEBYTECODE is set, a clone would be compiled at every
start. Given are medians of wall-clock and of CPU time, and the ratio to the import in the same run. The second table sums up
`python -X importtime` of a search.
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from compileall import compile_dir
from pathlib import Path
from statistics import median
from time import perf_counter

import corpora
import faqsearch
from faqsearch import build_index

ANSWERED = "欧州通貨同盟が設立されたのは、何年のことですか?"
UNANSWERED = "青森まで歩くと何時間かかりますか"
IMPORT = "import sentence_transformers"
_COMPLETION = {"_FAQSEARCH_COMPLETE": "complete_bash", "COMP_WORDS": "faqsearch search --ma", "COMP_CWORD": "2"}
_LINE = re.compile(r"import time:\s+(\d+) \|\s+\d+ \|\s+(\S+)")
_PARTS = ("faqsearch", "numpy", "faiss", "fugashi", "unidic_lite", "typer")


def main(arguments: Sequence[str] | None = None) -> int:
    options = _options(arguments)
    compile_dir(Path(faqsearch.__file__).parent, quiet=1)
    with tempfile.TemporaryDirectory() as folder:
        index = options.index or made(options.data, options.documents, Path(folder))
        measure(index, options.runs)
    return 0


def made(data: Path, documents: int, folder: Path) -> Path:
    corpora.write(corpora.material(data), [documents], folder)
    build_index(folder / f"corpus-{documents}", folder / "index")
    return folder / "index"


def measure(index: Path, runs: int) -> None:
    python, search = [sys.executable, "-c"], [sys.executable, "-m", "faqsearch", "search"]
    commands: Mapping[str, list[str]] = {
        "`python -c pass`": [*python, "pass"],
        "`python -c 'import numpy'`": [*python, "import numpy"],
        f"`python -c '{IMPORT}'`": [*python, IMPORT],
        "`faqsearch search`, answered": [*search, ANSWERED, "--index", str(index)],
        "`faqsearch search`, not answered": [*search, UNANSWERED, "--index", str(index)],
        "`faqsearch --help`": [sys.executable, "-m", "faqsearch", "--help"],
        "completion": [sys.executable, "-m", "faqsearch"],
    }
    wall: dict[str, list[float]] = defaultdict(list)
    cpu: dict[str, list[float]] = defaultdict(list)
    for _ in range(runs):
        for name, command in commands.items():
            environment = {**os.environ, **(_COMPLETION if name == "completion" else {})}
            before, started = resource.getrusage(resource.RUSAGE_CHILDREN), perf_counter()
            done = subprocess.run(command, env=environment, capture_output=True, check=False)
            wall[name].append(perf_counter() - started)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            cpu[name].append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
            assert done.returncode == (1 if "not answered" in name else 0), done.stderr.decode()
    whole = next(name for name in commands if IMPORT in name)
    print(f"medians of {runs} interleaved runs\n")
    print("| | ms | of the import | CPU ms | of the import |")
    print("|---|---|---|---|---|")
    for name in commands:
        times, used = median(wall[name]), median(cpu[name])
        shares = [f"1/{median(of[whole]) / median(of[name]):.0f}" for of in (wall, cpu)]
        print(f"| {name} | {times * 1000:,.0f} | {shares[0]} | {used * 1000:,.0f} | {shares[1]} |")
    print("\n| imported by a search | ms |\n|---|---|")
    for part, spent in imported([*search[1:], ANSWERED, "--index", str(index)], runs).items():
        print(f"| {part} | {spent:.0f} |")


def imported(arguments: Sequence[str], runs: int) -> dict[str, float]:
    """Return the least milliseconds that importing each part took, measuring them included."""
    least: dict[str, dict[str, int]] = defaultdict(dict)
    for _ in range(runs):
        command = [sys.executable, "-X", "importtime", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        for spent, module in _LINE.findall(done.stderr):
            part = next((part for part in _PARTS if module.split(".")[0] == part), "others, most of them Python's own")
            least[part][module] = min(int(spent), least[part].get(module, 1 << 40))
    return {part: sum(modules.values()) / 1000 for part, modules in least.items()}


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="the project's data folder, to make an index")
    parser.add_argument("--index", type=Path, help="an index of `corpora.py`'s entries; else one is made")
    parser.add_argument("--documents", type=int, default=15_000)
    parser.add_argument("--runs", type=int, default=9)
    options = parser.parse_args(arguments)
    if not (options.data or options.index):
        parser.error("--data or --index is needed")
    return options


if __name__ == "__main__":
    raise SystemExit(main())
