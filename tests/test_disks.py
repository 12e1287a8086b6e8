"""A disk that is really full and one that is really read-only: the index that was there answers."""

import shutil
import subprocess

import pytest

from faqsearch.build import build_index
from faqsearch.errors import IndexWriteError
from faqsearch.index.folder import IndexFolder
from faqsearch.search import open_index
from faqsearch.update import update_index
from faqsearch.verify import verify

KB = 1024


def mounted(*arguments):
    """Mount something, or skip with what `mount` says: most users may not."""
    if shutil.which("mount") is None:
        pytest.skip("there is no mount here")
    done = subprocess.run(["mount", *map(str, arguments)], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"mounting needs root: {done.stderr.strip()}")


@pytest.fixture
def disk(tmp_path):
    """A folder to mount something at."""
    place = tmp_path / "disk"
    place.mkdir()
    yield place
    # Lazily: an index that is still open has its files mapped. It fails when nothing is mounted any more.
    while (
        shutil.which("umount")
        and not subprocess.run(["umount", "-l", place], capture_output=True, check=False).returncode
    ):
        pass


@pytest.fixture
def changed(corpus, tmp_path):
    """The corpus with one more document."""
    folder = shutil.copytree(corpus, tmp_path / "changed")
    with (folder / "faq.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"id": "gift", "question": "のし紙は付けられますか。", "answer": "無料でお付けします。"}\n')
    return folder


def refusal(change, *arguments):
    """Why the index cannot be written, or nothing when it was."""
    try:
        change(*arguments)
    except IndexWriteError as error:
        return error.message
    return ""


def answers_the_old(index):
    """The index is whole, knows its documents, and not the one that was to be added."""
    assert open_index(index).search("解約したい").hits[0].id == "cancel"
    assert "gift" not in {hit.id for hit in open_index(index).search("のし紙").hits}
    assert verify(index).problems == ()


@pytest.mark.slow
@pytest.mark.parametrize("change", [build_index, update_index])
def test_a_disk_that_fills_up_at_any_point_leaves_the_old_index(corpus, changed, disk, change):
    """A tmpfs with 0, 8, 16 … KB left: refused with its reason and nothing left behind, until there is room for all."""
    mounted("-t", "tmpfs", "-o", "size=16m", "tmpfs", disk)
    build_index(corpus, disk / "i")
    used = shutil.disk_usage(disk).used
    refused = 0
    for left in range(0, 2 * used, 8 * KB):
        subprocess.run(["mount", "-o", f"remount,size={used + left}", disk], check=True)
        reason = refusal(change, changed, disk / "i")
        if not reason:
            break
        assert "No space left on device" in reason or "FAISS cannot write" in reason
        assert {path.name for path in (disk / "i").iterdir()} <= {"000001", "CURRENT", "LOCK", "CURRENT.new"}
        answers_the_old(disk / "i")
        refused += 1

    assert refused >= 5
    assert open_index(disk / "i").search("のし紙").hits[0].id == "gift"
    assert verify(disk / "i").problems == ()


@pytest.mark.slow
def test_a_read_only_disk_is_searched_and_not_written(corpus, changed, disk):
    """Everything that reads works; a build, an update and a rollback say that nothing can be written."""
    build_index(corpus, disk / "i")
    before = {path: path.read_bytes() for path in disk.rglob("*") if path.is_file()}
    mounted("--bind", disk, disk)
    mounted("-o", "remount,ro,bind", disk)

    for change in (build_index, update_index):
        with pytest.raises(IndexWriteError, match="Read-only file system"):
            change(changed, disk / "i")
    with pytest.raises(IndexWriteError, match="Read-only file system"), IndexFolder(disk / "i").lock("rollback"):
        pass
    assert update_index(changed, disk / "i", dry_run=True).changes.added == ("gift",)
    answers_the_old(disk / "i")
    assert {path: path.read_bytes() for path in disk.rglob("*") if path.is_file()} == before
