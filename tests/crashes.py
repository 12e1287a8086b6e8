"""Builds, updates and other BM25 parameters that are interrupted: killed, out of space, or not allowed to write, at any step.

`python tests/crashes.py FOLDER --kills 500` does it for as long as one likes. Every case starts from an index of the
old corpus in a forked process, is interrupted there, and is looked at from another one: the index must open, hold the
old or the new content and parameters as a whole, and the next update must bring it to exactly what a build gives.
"""

from __future__ import annotations

import argparse
import errno
import json
import os
import random
import resource
import shutil
import signal
import sys
import time
import traceback
from pathlib import Path

OLD = [
    ("送料は？", "全国一律550円です。"),
    ("返品は？", "8日以内に承ります。"),
    ("解約したい", "マイページからできます。"),
]
NEW = [
    ("送料は？", "全国一律600円です。"),
    ("返品は？", "8日以内に承ります。"),
    ("領収書がほしい", "注文履歴から。"),
    ("退会は？", "いつでも。"),
]
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT


def write(folder: Path, rows: list[tuple[str, str]]) -> None:
    """Write a corpus."""
    folder.mkdir(parents=True)
    lines = [json.dumps({"id": q, "question": q, "answer": a}, ensure_ascii=False) for q, a in rows]
    (folder / "faq.jsonl").write_text("\n".join(lines), encoding="utf-8")


class Steps:
    """Counts what is done to a folder, and interrupts at one step: before a file is opened, synced, renamed …"""

    def __init__(self, folder: Path, at: int, action: str) -> None:
        self.count, self._folder, self._at, self._action = 0, str(folder), at, action
        self._fsync = os.fsync
        os.fsync = self._synced
        sys.addaudithook(self._seen)

    def _synced(self, descriptor: int) -> None:
        self._step(writes=True)
        self._fsync(descriptor)

    def _seen(self, event: str, arguments: tuple) -> None:
        if event in ("open", "os.rename", "os.mkdir", "os.remove", "os.rmdir"):
            path = str(arguments[0])
            if path.startswith(self._folder) and not (event == "open" and not (arguments[2] or 0) & _WRITES):
                self._step(writes=event not in ("os.remove", "os.rmdir"))

    def _step(self, *, writes: bool) -> None:
        self.count += 1
        if self._action == "kill" and self.count == self._at:
            os.kill(os.getpid(), signal.SIGKILL)
        if self._action in ("ENOSPC", "EROFS") and self.count >= self._at and writes:
            number = getattr(errno, self._action)
            raise OSError(number, os.strerror(number))


def forked(work) -> int:
    """Run `work` in a forked process; its exit code, negative for a signal."""
    child = os.fork()
    if not child:
        try:
            code = work() or 0
        except BaseException:
            traceback.print_exc()
            code = 99
        sys.stdout.flush()
        os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


class Place:
    """A folder with both corpora, the index of each, and a fresh copy of the old index for each case."""

    def __init__(self, folder: Path) -> None:
        from faqsearch.build import build_index
        from faqsearch.settings import BM25, Settings

        self.folder, self.index = folder, folder / "index"
        own = Settings()
        self.tuned = Settings(bm25={**own.bm25, "bigram": BM25("Plus", k1=0.4, b=0.1, delta=1.0)})
        self.files = {}
        for name, rows in (("old", OLD), ("new", NEW)):
            write(folder / name, rows)
            for kind, settings in (("own", own), ("tuned", self.tuned)):
                report = build_index(folder / name, folder / f"{name}-{kind}", settings=settings)
                self.files[name, kind] = report.manifest.files

    def fresh(self) -> None:
        """Put the old index back."""
        shutil.rmtree(self.index, ignore_errors=True)
        shutil.copytree(self.folder / "old-own", self.index)

    def run(self, command: str) -> None:
        """Build or update the index of the new corpus, or give that of the old one other parameters."""
        from faqsearch.build import build_index
        from faqsearch.index.folder import IndexFolder
        from faqsearch.retune import rewrite_settings
        from faqsearch.update import update_index

        if command == "build":
            build_index(self.folder / "new", self.index)
        elif command == "tune":
            rewrite_settings(IndexFolder(self.index), self.tuned)
        else:
            update_index(self.folder / "new", self.index, allow_shrink=True)

    def check(self) -> None:
        """Look at an index after an interruption, then finish what was interrupted."""
        from faqsearch.index.folder import IndexFolder
        from faqsearch.search import open_index

        searcher = open_index(self.index)
        generation = IndexFolder(self.index).current()
        assert generation.check_sums() == []
        kind = "tuned" if generation.manifest.settings == self.tuned else "own"
        is_new = generation.manifest.files == self.files["new", kind]
        assert is_new or generation.manifest.files == self.files["old", kind]
        answers = dict(NEW if is_new else OLD)
        for question, answer in answers.items():
            assert searcher.search(question, k=1).hits[0].answer == answer
        self.run("update")
        assert IndexFolder(self.index).current().manifest.files == self.files["new", kind]
        assert not list(self.index.glob("*.building"))


def interrupted(place: Place, command: str, at: int, action: str) -> int:
    """Run a command, interrupted at a step; how it ended: 0 done, -9 killed, 7 refused with a clear error."""

    def work() -> int:
        from faqsearch.errors import IndexWriteError

        Steps(place.index, at, action)
        try:
            place.run(command)
        except IndexWriteError:
            return 7
        return 0

    place.fresh()
    return forked(work)


def limited(place: Place, command: str, size: int) -> int:
    """Run a command that may write no file longer than `size` bytes, as on a full disk."""

    def work() -> int:
        from faqsearch.errors import IndexWriteError

        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
        try:
            place.run(command)
        except IndexWriteError:
            return 7
        return 0

    place.fresh()
    return forked(work)


def killed_after(place: Place, command: str, seconds: float) -> int:
    """Run a command and kill it after some time."""
    place.fresh()
    child = os.fork()
    if not child:
        place.run(command)
        os._exit(0)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def steps_of(place: Place, command: str) -> int:
    """Count the steps of a command."""

    def work() -> int:
        steps = Steps(place.index, 0, "count")
        place.run(command)
        return steps.count

    place.fresh()
    return forked(work)


def main() -> int:
    """Interrupt a number of builds, updates and tunes, spread over all steps and all moments."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--kills", type=int, default=200, help="kill -9 this often, half at steps, half at any moment")
    parser.add_argument("--faults", type=int, default=60, help="failing writes")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    chance = random.Random(given.seed)
    place = Place(given.folder)
    counted = {"killed": 0, "refused": 0, "done": 0, "wrong": 0}
    names = {-9: "killed", 7: "refused", 0: "done"}

    def judge(what: str, ended: int) -> None:
        counted[names.get(ended, "wrong")] += 1
        if ended not in names or forked(place.check):
            counted["wrong"] += ended in names
            print(f"wrong after {what}: ended {ended}", file=sys.stderr)

    for number, command in enumerate(("build", "update", "tune")):
        steps, share = steps_of(place, command), -(-given.kills // 6)
        started = time.perf_counter()
        judge(f"{command} not interrupted", interrupted(place, command, 0, "count"))
        usual = time.perf_counter() - started
        # Publishing is the end: its steps come first, then those before, again and again.
        for i in range(share):
            at = steps - i % steps
            judge(f"{command} killed at step {at} of {steps}", interrupted(place, command, at, "kill"))
        wanted = counted["killed"] + share
        while counted["killed"] < wanted and not counted["wrong"]:
            seconds = chance.uniform(0, usual)
            judge(f"{command} killed after {seconds:.3f} s", killed_after(place, command, seconds))
        for i in range(given.faults // 6):
            at = 1 + (i * 7 + number) % steps
            judge(f"{command} with ENOSPC at step {at} of {steps}", interrupted(place, command, at, "ENOSPC"))
            size = chance.choice((100, 1_000, 4_000, 20_000, 100_000))
            judge(f"{command} with files of {size} bytes at most", limited(place, command, size))
        judge(f"{command} in a read-only folder", interrupted(place, command, 1, "EROFS"))
    print(json.dumps(counted))
    return 1 if counted["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main())
