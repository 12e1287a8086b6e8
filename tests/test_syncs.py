"""What a name leads to is on the disk before the name leads there, whoever writes: build, update, rollback, tune."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from faqsearch.build import build_index
from faqsearch.index.folder import IndexFolder
from faqsearch.retune import rewrite_settings
from faqsearch.update import update_index


def roll_back(index):
    """What `faqsearch rollback` does."""
    with index.lock("rollback"):
        index.rollback()


def tune(index):
    """What `faqsearch tune --write` does."""
    settings = index.current().manifest.settings
    bm25 = {**settings.bm25, "bigram": replace(settings.bm25["bigram"], k1=0.4)}
    rewrite_settings(index, replace(settings, weights={**settings.weights, "bigram": 5.0}, bm25=bm25))


COMMANDS = {
    "build": lambda corpus, index: build_index(corpus, index.path),
    "update": lambda corpus, index: update_index(corpus, index.path),
    "rollback": lambda corpus, index: roll_back(index),
    "tune": lambda corpus, index: tune(index),
}


@pytest.fixture
def place(tmp_path, corpus):
    """A corpus with synonyms, edited since the second of two generations was made of it."""
    shutil.copytree(corpus, tmp_path / "corpus")
    (tmp_path / "corpus" / "synonyms.txt").write_text("退会,アカウント削除\n", encoding="utf-8")
    for _ in range(2):
        build_index(tmp_path / "corpus", tmp_path / "i")
    faq = tmp_path / "corpus" / "faq.jsonl"
    faq.write_text(faq.read_text(encoding="utf-8").replace("550円", "600円"), encoding="utf-8")
    return tmp_path


def check(events, index, command):
    """Hold what was synced, in order, against what was renamed.

    Args:
        events: ("sync", path) and ("rename", from, to), in order.
        index: The folder.
        command: What was run.
    """
    at = {event[2]: i for i, event in enumerate(events) if event[0] == "rename"}
    published = at[str(index / "CURRENT")]
    synced = {path for kind, path, *_ in events[:published] if kind == "sync"}
    assert str(index / "CURRENT.new") in synced
    assert ("sync", str(index)) in events[published:]
    if command != "rollback":
        generation = IndexFolder(index).current().path
        moved = at[str(generation)]
        building = f"{generation}.building"
        assert {building, *(f"{building}/{path.name}" for path in generation.iterdir())} <= synced
        assert ("sync", str(index)) in events[moved:published]
    if command in ("build", "update"):
        copied = at[str(index / "synonyms.txt")]
        assert ("sync", str(index / "synonyms.txt.new")) in events[:copied]


@pytest.mark.parametrize("command", COMMANDS)
def test_nothing_is_named_before_it_is_on_the_disk(place, monkeypatch, command):
    """Every file of a generation, its folder and CURRENT are synced before the rename that publishes them."""
    events, real = [], os.fsync
    monkeypatch.setattr(os, "fsync", lambda fd: (events.append(("sync", os.readlink(f"/proc/self/fd/{fd}"))), real(fd)))  # noqa: PTH115
    for owner, name in ((os, "replace"), (os, "rename")):
        rename = getattr(owner, name)
        monkeypatch.setattr(
            owner, name, lambda a, b, own=rename: (events.append(("rename", str(a), str(b))), own(a, b))
        )
    COMMANDS[command](place / "corpus", IndexFolder(place / "i"))
    check(events, (place / "i").resolve(), command)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace")
@pytest.mark.parametrize("command", COMMANDS)
def test_the_system_is_asked_to_sync(place, command):
    """The same, as strace sees the system calls of the program."""
    program = f"""
import sys
from pathlib import Path
sys.path[:0] = [{str(Path(__file__).parent)!r}]
from test_syncs import COMMANDS, IndexFolder
COMMANDS[{command!r}](Path({str(place / "corpus")!r}), IndexFolder({str(place / "i")!r}))
"""
    log = place / "strace.txt"
    calls = "trace=fsync,fdatasync,rename,renameat,renameat2"
    subprocess.run(
        ["strace", "-f", "-y", "-e", calls, "-s", "4096", "-o", log, sys.executable, "-c", program], check=True
    )
    events, begun = [], {}
    for line in log.read_text(encoding="utf-8").splitlines():
        process, _, call = line.partition(" ")
        if found := re.search(r"f(?:data)?sync\(\d+<([^>]*)>", call):
            begun[process] = ("sync", found[1])
        elif found := re.search(r'rename\w*\((?:AT_FDCWD\S*, )?"(.*?)", (?:AT_FDCWD\S*, )?"(.*?)"', call):
            begun[process] = ("rename", found[1], found[2])
        # Of a call that another thread interrupts, the end stands in a line of its own.
        if call.endswith("= 0"):
            events.append(begun.pop(process))
    check(events, (place / "i").resolve(), command)
