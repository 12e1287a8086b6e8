"""Generations of an index folder."""

import os
import platform
import re
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from faqsearch.errors import IndexBusy, IndexFormatError, IndexNotFound, IndexWriteError
from faqsearch.index import folder as module
from faqsearch.index.folder import IndexFolder
from faqsearch.index.manifest import FORMAT_VERSION, Manifest
from faqsearch.settings import Settings

MANIFEST = Manifest(
    created="2026-01-01T00:00:00+00:00",
    made_by="test",
    documents=1,
    passages=1,
    tokenizer="t",
    encoder={"kind": "builtin", "dimension": 1},
    settings=Settings(),
)


def publish(folder, content):
    with folder.lock("test"), folder.new_generation() as building:
        (building / "documents.jsonl").write_text(content)
        (building / "deep").mkdir()
        (building / "deep" / "x").write_text("x")
        return folder.publish(building, MANIFEST, {})


def content(generation):
    return (generation.path / "documents.jsonl").read_text()


def test_publishing_moves_current_and_keeps_the_old_one(tmp_path):
    """The new generation answers; the one before can still be read."""
    folder = IndexFolder(tmp_path / "i")
    first = publish(folder, "one")
    second = publish(folder, "two")

    assert content(folder.current()) == "two"
    assert content(first) == "one"
    assert [g.number for g in folder.generations()] == [first.number, second.number]
    assert set(folder.current().manifest.files) == {"documents.jsonl", "deep/x"}


def test_rollback_goes_back_one(tmp_path):
    """After a rollback the generation before answers; there is nothing before the first."""
    folder = IndexFolder(tmp_path / "i")
    publish(folder, "one")
    publish(folder, "two")

    with folder.lock("rollback"):
        assert content(folder.rollback()) == "one"
        assert content(folder.current()) == "one"
        with pytest.raises(IndexNotFound, match="no generation older"):
            folder.rollback()


def test_nobody_rolls_back_to_a_manifest_that_was_changed(tmp_path):
    """One digit of an older manifest: it is known not to be the one that was published, and is listed as that."""
    folder = IndexFolder(tmp_path / "i")
    old = publish(folder, "one")
    publish(folder, "two")
    path = old.path / "manifest.json"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"passages": 1', '"passages": 2'), encoding="utf-8")
    assert path.read_text(encoding="utf-8") != text

    assert [generation.name for generation in folder.generations()] == ["000002"]
    assert "is not the one that was published" in folder.unusable()["000001"].message
    with pytest.raises(IndexFormatError, match="not the one that was published"):
        folder.rollback()
    path.write_text(text, encoding="utf-8")
    assert folder.rollback().name == "000001"
    assert (folder.path / "CURRENT").read_text(encoding="utf-8").split()[::2] == ["000001", "000002"]


def test_rollback_leaves_a_damaged_generation(tmp_path):
    """A current generation whose manifest is gone can be rolled back from."""
    folder = IndexFolder(tmp_path / "i")
    publish(folder, "one")
    second = publish(folder, "two")
    (second.path / "manifest.json").write_text("{")

    with pytest.raises(IndexFormatError):
        folder.current()
    assert content(folder.rollback()) == "one"


def test_prune_keeps_the_newest_and_drops_what_was_rolled_back_from(tmp_path):
    """Retention counts back from the current generation."""
    folder = IndexFolder(tmp_path / "i")
    for text in ("one", "two", "three"):
        publish(folder, text)
    folder.prune(2)
    assert [content(g) for g in folder.generations()] == ["two", "three"]

    folder.rollback()
    folder.prune(2)
    assert [content(g) for g in folder.generations()] == ["two"]


def test_a_failed_build_leaves_nothing(tmp_path):
    """An error while building removes what was written; the old generation answers."""
    folder = IndexFolder(tmp_path / "i")
    publish(folder, "one")

    with pytest.raises(RuntimeError), folder.lock("test"), folder.new_generation() as building:
        (building / "documents.jsonl").write_text("half")
        raise RuntimeError

    assert content(folder.current()) == "one"
    assert not list(folder.path.glob("*.building"))


def test_leftovers_of_a_killed_build_are_removed_by_the_next(tmp_path):
    """A folder that a crash left behind goes with the next build."""
    folder = IndexFolder(tmp_path / "i")
    publish(folder, "one")
    (folder.path / "000002.building").mkdir()
    (folder.path / "000002.building" / "x").write_text("half")

    second = publish(folder, "two")

    assert second.name == "000002"
    assert not list(folder.path.glob("*.building"))


HOLDS = (
    "import platform, sys\n"
    "from faqsearch.index.folder import IndexFolder\n"
    "platform.node = lambda: 'far-away'\n"
    "with IndexFolder(sys.argv[1]).lock('update'):\n"
    "    print('held', flush=True)\n"
    "    sys.stdin.read()"
)


@pytest.fixture
def held(tmp_path):
    """A folder, and another process, as of another host, that holds its lock."""
    folder = IndexFolder(tmp_path / "i")
    command = [sys.executable, "-c", HOLDS, folder.path]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "held\n"
        yield folder, process
        process.kill()


def refusal(folder):
    """What somebody is told who finds the lock taken."""
    with pytest.raises(IndexBusy) as caught, folder.lock("build"):
        pass
    return caught.value.message


def test_a_second_build_is_told_who_is_building_where_and_since_when(held):
    """Two builds never mix; the message names process, host, what it does, when that began and how long ago."""
    folder, process = held
    since = (folder.path / "LOCK.owner").read_text().split()[-1]
    said = rf"{folder.path} is being written by process {process.pid} on far-away \(update\) since {re.escape(since)}"
    assert re.fullmatch(said + r" \(0:00:\d\d ago\)", refusal(folder))

    old = datetime.now(UTC) - timedelta(days=1, hours=2)
    (folder.path / "LOCK.owner").write_text(f"process 7 on x (build) since {old.isoformat()}\n")
    assert "process 7 on x (build) since" in refusal(folder)
    assert re.search(r"\(1 day, 2:00:\d\d ago\)$", refusal(folder))

    # Two hosts' clocks differ; a file that says nothing is no reason to fail.
    (folder.path / "LOCK.owner").write_text(f"process 7 since {(old + timedelta(days=9)).isoformat()}\n")
    assert refusal(folder).endswith("(0:00:00 ago)")
    for content in (b"", b"\xff\n", b"process 7 since yesterday", b"x since 2026-01-01T00:00:00"):
        (folder.path / "LOCK.owner").write_bytes(content)
        assert refusal(folder).startswith(f"{folder.path} is being written by ")
    (folder.path / "LOCK.owner").unlink()
    assert refusal(folder).endswith("is being written by another process")


def test_a_dead_owners_lock_is_free_at_once(held):
    """A build that was killed leaves its name behind, and no lock."""
    folder, process = held
    process.kill()
    process.wait()

    assert f"process {process.pid} " in (folder.path / "LOCK.owner").read_text()
    with folder.lock("build"):
        assert f"process {os.getpid()} " in (folder.path / "LOCK.owner").read_text()
    assert not (folder.path / "LOCK.owner").exists()


@pytest.mark.parametrize("host", [platform.node(), "far-away"])
def test_a_dead_owners_lock_is_free_also_when_its_number_lives(tmp_path, host):
    """A process number given to another process, here or on another host, holds nothing: the lock is the system's."""
    folder = IndexFolder(tmp_path / "i")
    publish(folder, "one")
    (folder.path / "LOCK.owner").write_text(f"process {os.getppid()} on {host} (build) since 2026-01-01T00:00:00+00:00")

    assert content(publish(folder, "two")) == "two"
    assert not (folder.path / "LOCK.owner").exists()


@pytest.mark.parametrize("step", ["fsync", "write_anew", "os.replace", "Path.rename"])
def test_a_full_disk_at_any_step_leaves_the_old_generation(tmp_path, monkeypatch, step):
    """ENOSPC while publishing is reported as such, and the old generation answers."""
    folder = IndexFolder(tmp_path / "i")
    publish(folder, "one")

    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    target = {"os.replace": (os, "replace"), "Path.rename": (module.Path, "rename")}.get(step, (module, step))
    with monkeypatch.context() as patch:
        patch.setattr(*target, full)
        with pytest.raises(IndexWriteError, match="No space left"):
            publish(folder, "two")

    assert content(folder.current()) == "one"
    assert [generation.name for generation in folder.generations()] == ["000001"]
    assert content(publish(folder, "three")) == "three"


def test_every_file_and_folder_is_synced_before_current_moves(tmp_path, monkeypatch):
    """What CURRENT names is on disk when it names it."""
    synced, order = [], []
    real_sync, real_replace = os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda fd: (synced.append(os.readlink(f"/proc/self/fd/{fd}")), real_sync(fd)))  # noqa: PTH115
    monkeypatch.setattr(os, "replace", lambda *a: (order.append(len(synced)), real_replace(*a)))

    generation = publish(IndexFolder(tmp_path / "i"), "one")

    names = [name.replace(".building", "") for name in synced[: order[-1]]]
    for path in [*generation.path.rglob("*"), generation.path, generation.path.parent]:
        assert str(path.resolve()) in names


@pytest.mark.parametrize("text", ["", "000001", "../../etc x", "000009 0", "000001 0000", "\xff"])
def test_a_damaged_current_is_refused(tmp_path, text):
    """CURRENT must name a generation that is there, with its manifest's checksum."""
    folder = IndexFolder(tmp_path / "i")
    publish(folder, "one")
    (folder.path / "CURRENT").write_bytes(text.encode("latin-1"))

    with pytest.raises(IndexFormatError):
        folder.current()


def test_an_unknown_format_says_what_is_needed(tmp_path):
    """An index of the future names its version and the way out."""
    folder = IndexFolder(tmp_path / "i")
    generation = publish(folder, "one")
    path = generation.path / "manifest.json"
    text = path.read_text().replace(f'"format": {FORMAT_VERSION}', '"format": 99')
    path.write_text(text)
    with pytest.raises(IndexFormatError, match=rf"format 99; this is .* reads format {FORMAT_VERSION}$") as caught:
        folder.current()
    assert caught.value.hint.endswith("or install the faqsearch that wrote it.")
    assert f"faqsearch build CORPUS --into {folder.path})" in caught.value.hint

    path.write_text(text.replace('"made_by": "test"', '"made_by": "build, faqsearch 9.8.7"'))
    with pytest.raises(IndexFormatError) as caught:
        folder.current()
    assert caught.value.hint.endswith("or install faqsearch 9.8.7.")


def test_settings_of_another_faqsearch_say_what_is_needed(tmp_path):
    """A setting that this version does not know is no wrong usage: the index was written by another."""
    folder = IndexFolder(tmp_path / "i")
    path = publish(folder, "one").path / "manifest.json"
    path.write_text(path.read_text().replace('"model": "builtin"', '"model": "builtin", "colour": 1'))

    with pytest.raises(IndexFormatError, match="unknown settings: colour; this is faqsearch"):
        folder.current()


def test_sizes_are_checked_on_opening_and_sums_by_verify(tmp_path):
    """A file that shrank is refused at once; one changed byte is found by the checksums."""
    generation = publish(IndexFolder(tmp_path / "i"), "one")
    assert generation.check_sums() == []

    (generation.path / "documents.jsonl").write_text("onE")
    generation.check_files()
    assert "documents.jsonl has checksum" in generation.check_sums()[0]

    (generation.path / "documents.jsonl").write_text("on")
    with pytest.raises(IndexFormatError, match="2 bytes instead of 3"):
        generation.check_files()

    (generation.path / "documents.jsonl").unlink()
    with pytest.raises(IndexFormatError, match="missing"):
        generation.check_files()
    assert "cannot be read" in generation.check_sums()[0]


def test_no_index_says_how_to_build_one(tmp_path):
    """The hint is the command to run."""
    with pytest.raises(IndexNotFound) as caught:
        IndexFolder(tmp_path / "none").current()
    assert "faqsearch build" in caught.value.hint


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    """A file where the folder should be gives a clear error."""
    (tmp_path / "i").write_text("a file")
    with pytest.raises(IndexWriteError, match="cannot be written"), IndexFolder(tmp_path / "i").lock("build"):
        pass


def test_manifest_round_trip():
    """Everything in a manifest comes back."""
    manifest = replace(MANIFEST, problems=3)

    assert Manifest.from_json(manifest.to_json(), path="x") == manifest
