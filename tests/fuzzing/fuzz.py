"""Fuzz every reader and everything a question goes through.

    python tests/fuzzing/fuzz.py                         each target for 10 seconds
    python tests/fuzzing/fuzz.py csv pdf --seconds 300   these two, for longer
    python tests/fuzzing/fuzz.py csv --runs 5000 --seed 7 --engine seeded    the same runs every time
    python tests/fuzzing/fuzz.py csv --replay FILE       one input, with its traceback

`atheris` (guided by coverage; `pip install atheris`, where there is a wheel) is taken where it is installed, else
mutations drawn from a seed. Each target runs in a process of its own, whose memory is limited; an input that raises
what is not faqsearch's own error, that takes longer than 20 seconds or that ends the process is kept in `--into`.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import mmap
import os
import random
import resource
import signal
import sys
import time
import traceback
import zipfile
from importlib.util import find_spec
from pathlib import Path

SLOWEST = 20.0
MEMORY = 6 * 2**30
_LONGEST = 60_000
_SLOT = 1 << 20


def mutate(data: bytes, chance: random.Random, target, *, inner=None) -> bytes:
    """Change bytes as a file of the target's format is likely to be changed."""
    if target.packed and chance.random() < 0.9:
        try:
            return _repacked(data, lambda part: inner(part) if inner else _mutated(part, chance, target), chance)
        except (zipfile.BadZipFile, NotImplementedError, OSError, RuntimeError, ValueError, EOFError):
            pass
    return inner(data) if inner and chance.random() < 0.5 else _mutated(data, chance, target)


def _mutated(data: bytes, chance: random.Random, target) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 3, 5, 8))):
        at = chance.randrange(len(changed) + 1)
        end = min(len(changed), at + chance.choice((1, 2, 4, 20, 100)))
        kind = chance.randrange(8)
        if kind == 0 and changed:
            changed[at % len(changed)] ^= 1 << chance.randrange(8)
        elif kind == 1:
            changed[at:at] = chance.choice(target.signs)
        elif kind == 2:
            changed[at:at] = chance.choice(target.signs) * chance.choice((2, 10, 70, 300))
        elif kind == 3:
            del changed[at:end]
        elif kind == 4:
            changed[end:end] = changed[at:end] * chance.choice((1, 2, 30))
        elif kind == 5:
            changed[at:end] = chance.choice(target.signs)
        elif kind == 6:
            other = chance.choice(target.seeds)
            start = chance.randrange(len(other) + 1)
            changed[at:end] = other[start : start + chance.choice((5, 50, 500))]
        else:
            changed[at:end] = chance.randbytes(end - at)
    return bytes(changed[: max(_LONGEST, len(data))])


def _repacked(data: bytes, change, chance: random.Random) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w") as new:
        parts = old.infolist()
        # Where the text is, more often than the styles that came with the library.
        likely = [part for part in parts if part.filename.endswith(("sheet1.xml", "document.xml", "sharedStrings.xml"))]
        chosen = chance.choice(likely if likely and chance.random() < 0.7 else parts)
        for part in parts:
            content = old.read(part)
            new.writestr(zipfile.ZipInfo(part.filename), change(content) if part is chosen else content)
    return stream.getvalue()


class Notes:
    """What a fuzzing process leaves for the one that watches it: its count of runs and the input it is at."""

    def __init__(self) -> None:
        self._shared = mmap.mmap(-1, _SLOT)

    def begin(self, number: int, data: bytes) -> None:
        """Write down what is about to be run."""
        data = data[: _SLOT - 16]
        self._shared[:16] = number.to_bytes(8, "big") + len(data).to_bytes(8, "big")
        self._shared[16 : 16 + len(data)] = data

    @property
    def runs(self) -> int:
        """Runs begun."""
        return int.from_bytes(self._shared[:8], "big")

    @property
    def data(self) -> bytes:
        """The last input."""
        return self._shared[16 : 16 + int.from_bytes(self._shared[8:16], "big")]


class Findings:
    """Inputs that must not be, one for each place in the code."""

    def __init__(self, folder: Path, target: str) -> None:
        self._folder, self._target = folder, target

    def add(self, what: str, data: bytes, where: str) -> None:
        """Keep an input, unless one of its kind is there."""
        kind = hashlib.sha256(where.encode()).hexdigest()[:10]
        path = self._folder / f"{self._target}-{what}-{kind}"
        if not path.exists():
            self._folder.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            path.with_name(f"{path.name}.txt").write_text(where, encoding="utf-8", errors="backslashreplace")


class TooSlow(BaseException):
    """An input takes longer than any honest one; no `except Exception` on the way may keep it."""


def _alarm(_number, _frame):
    raise TooSlow


def judged(target, data: bytes, findings: Findings) -> None:
    """Run one input; anything but an end in time is a finding."""
    signal.setitimer(signal.ITIMER_REAL, SLOWEST)
    try:
        target.run(data)
    except (Exception, TooSlow) as error:
        signal.setitimer(signal.ITIMER_REAL, 0)
        if isinstance(error, TooSlow):
            place = ""
        else:
            place = "".join(f"{f.filename}:{f.lineno}\n" for f in traceback.extract_tb(error.__traceback__)[-4:])
        key = f"{type(error).__name__}\n{place}"
        findings.add(type(error).__name__, data, key)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def fuzz_seeded(target, notes: Notes, findings: Findings, given) -> None:
    """Mutations of the seeds, and of mutations, drawn from a seed."""
    chance = random.Random(f"{target.name} {given.seed}")
    ends = time.monotonic() + given.seconds
    pool = list(target.seeds)
    for number in range(given.runs or 2**62):
        if not given.runs and time.monotonic() > ends:
            return
        data = mutate(chance.choice(pool), chance, target)
        # A few changed inputs are changed further: some faults need two causes.
        if len(data) < 20_000 and chance.random() < 0.02:
            pool = [*target.seeds, *pool[len(target.seeds) :][-30:], data]
        notes.begin(number + 1, data)
        judged(target, data, findings)


def fuzz_guided(target, notes: Notes, findings: Findings, given) -> None:
    """Inputs that reach new code are changed further; libFuzzer chooses them."""
    import atheris

    folder = given.into / "corpora" / target.name
    folder.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(target.seeds):
        (folder / f"seed-{number}").write_bytes(seed)
    runs = 0

    def one(data: bytes) -> None:
        nonlocal runs
        runs += 1
        notes.begin(runs, data)
        judged(target, data, findings)

    def changed(data: bytes, longest: int, seed: int) -> bytes:
        chance = random.Random(seed)
        return mutate(data, chance, target, inner=lambda part: atheris.Mutate(part, max(longest, len(part))))[:longest]

    limit = f"-runs={given.runs}" if given.runs else f"-max_total_time={int(given.seconds)}"
    longest = max(_LONGEST, *(2 * len(seed) for seed in target.seeds))
    options = [limit, f"-seed={given.seed + 1}", f"-max_len={longest}", "-rss_limit_mb=0", "-verbosity=0"]
    atheris.Setup(["fuzz", *options, str(folder)], one, custom_mutator=changed)
    atheris.Fuzz()


def worker(name: str, notes: Notes, findings: Findings, given) -> None:
    """Fuzz one target in this process; it may not use more memory than `MEMORY`."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    signal.signal(signal.SIGALRM, _alarm)
    if given.engine == "atheris":
        import atheris

        with atheris.instrument_imports(include=["faqsearch"]):
            from targets import TARGETS

            import faqsearch.explain
            import faqsearch.legs
            import faqsearch.search
            import faqsearch.sources.corpus
            import faqsearch.sources.html_pages
            import faqsearch.sources.json_rows
            import faqsearch.sources.markdown
            import faqsearch.sources.pdf
            import faqsearch.sources.plain_text
            import faqsearch.sources.restructured
            import faqsearch.sources.spreadsheets
            import faqsearch.sources.word
            import faqsearch.sources.yaml_pages  # noqa: F401 -- instrumented when they are imported, so here
    else:
        from targets import TARGETS
    target = TARGETS[name]
    (fuzz_guided if given.engine == "atheris" else fuzz_seeded)(target, notes, findings, given)


def fuzz(name: str, given) -> dict[str, object]:
    """Fuzz one target in a process of its own, and again when an input ended it."""
    findings, began, runs = Findings(given.into, name), time.monotonic(), 0
    while True:
        notes = Notes()
        child = os.fork()
        if not child:
            code = 1
            try:
                worker(name, notes, findings, given)
                code = 0
            except SystemExit as stop:
                code = stop.code if isinstance(stop.code, int) else 1
            except BaseException:
                traceback.print_exc()
            finally:
                sys.stderr.flush()
                os._exit(code)
        ended = _watched(child, notes)
        runs += notes.runs
        if ended == 0 or not notes.runs:
            if ended:
                findings.add("start", b"", f"ended {ended} before the first run")
            break
        findings.add("killed" if ended < 0 else "ended", notes.data, f"ended {ended} {notes.data[:200]!r}")
        left = given.seconds - (time.monotonic() - began)
        if given.runs or left < 1:
            break
        given = argparse.Namespace(**{**vars(given), "seconds": left, "seed": given.seed + 1})
    found = len([path for path in given.into.glob(f"{name}-*") if path.suffix != ".txt"])
    return {"target": name, "runs": runs, "seconds": round(time.monotonic() - began), "findings": found}


def _watched(child: int, notes: Notes) -> int:
    """Wait for a process; one that stands still longer than an alarm could miss is killed."""
    before, since = -1, time.monotonic()
    while True:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        if notes.runs != before:
            before, since = notes.runs, time.monotonic()
        elif time.monotonic() - since > (6 if notes.runs else 60) * SLOWEST:  # it may have an index to build first
            os.kill(child, signal.SIGKILL)
        time.sleep(0.05)


def main() -> int:
    """Fuzz, and say how often and what was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("targets", nargs="*", help="all, if none is named")
    parser.add_argument("--seconds", type=float, default=10.0, help="for each target")
    parser.add_argument("--runs", type=int, default=0, help="for each target, instead of a time")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--engine", choices=("atheris", "seeded"), default="atheris" if find_spec("atheris") else "seeded"
    )
    parser.add_argument("--into", type=Path, default=Path("fuzzing-findings"), help="where findings are kept")
    parser.add_argument("--replay", type=Path, help="run this input once")
    given = parser.parse_args()
    sys.path.insert(0, str(Path(__file__).parent))
    if given.replay:
        from targets import TARGETS

        TARGETS[given.targets[0]].run(given.replay.read_bytes())
        return 0
    from seeds import NAMES

    wrong = 0
    for name in given.targets or NAMES:
        told = fuzz(name, given)
        wrong += int(told["findings"])
        print(json.dumps(told), flush=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
