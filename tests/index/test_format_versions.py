"""An index of every format version is kept: the present one answers, an older one says what reads it."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from faqsearch.index.folder import IndexFolder
from faqsearch.index.manifest import FORMAT_VERSION
from faqsearch.search import open_index
from faqsearch.verify import verify

DATA = Path(__file__).parent.parent / "data"
PRESENT = DATA / f"index-v{FORMAT_VERSION}"
OLD = [f"index-v{number}" for number in range(1, FORMAT_VERSION)]
# What the index in PRESENT was written to answer.
ANSWERS = {
    "定期便を解約したい": "cancel",
    "E-203": "manual/humidifier.md#エラー表示/e-203-水位の異常",
    "ログインできない": "password",
    "送料": "postage",
}


def faqsearch(*arguments):
    """Run a command; what it ended with and said."""
    done = subprocess.run([sys.executable, "-m", "faqsearch", *map(str, arguments)], capture_output=True, check=False)
    return done.returncode, (done.stdout + done.stderr).decode()


def kept(generation):
    """What a reader needs to know of a generation's files: their names, and the arrays in each."""
    arrays = {name: {key: place.dtype for key, place in a.items()} for name, a in generation.manifest.arrays.items()}
    return sorted(generation.manifest.files), arrays


def test_there_is_an_index_of_every_version():
    """None is missing, and none is of another version than its name says."""
    names = sorted(path.name for path in DATA.glob("index-v*"))

    assert names == [*OLD, PRESENT.name]
    for name in names:
        text = next((DATA / name).glob("*/manifest.json")).read_text(encoding="utf-8")
        assert f'"format": {name.removeprefix("index-v")},' in text


def test_the_present_version_answers_what_it_was_written_to_answer():
    """Its files are what was written, recomputed scores agree, and each question brings its document."""
    searcher = open_index(PRESENT)

    assert {question: searcher.search(question).hits[0].id for question in ANSWERS} == ANSWERS
    assert searcher.document("postage").question == "送料はいくらですか。"
    assert verify(PRESENT).problems == ()


def test_what_is_written_now_is_what_is_kept(index_folder):
    """A file or an array that is new, gone or of another type is another format.

    Before the format is released: python tests/data/make_index.py. After that: raise FORMAT_VERSION, too.
    """
    assert kept(IndexFolder(index_folder).current()) == kept(IndexFolder(PRESENT).current())


@pytest.mark.parametrize("name", OLD)
@pytest.mark.parametrize("command", ["search", "info", "verify", "show", "update", "watch", "update --dry-run"])
def test_an_older_version_says_what_reads_it(name, command, corpus, tmp_path):
    """Exit code 4: its format, the one that is read here, which faqsearch wrote it, and the command that makes it anew."""
    shutil.copytree(DATA / name, tmp_path / "i")
    before = {path: path.read_bytes() for path in (tmp_path / "i").rglob("*") if path.is_file()}
    command, *options = command.split()
    asked = {"search": ["送料"], "show": ["postage"], "update": [corpus], "watch": [corpus]}.get(command, [])
    where = ["--into" if command in ("update", "watch") else "--index", tmp_path / "i"]

    code, said = faqsearch(command, *asked, *where, *options)

    assert code == 4
    assert "Traceback" not in said
    assert re.search(
        rf"has index format {name.removeprefix('index-v')}; .* reads format {FORMAT_VERSION}$", said, re.MULTILINE
    )
    assert f"faqsearch build CORPUS --into {tmp_path / 'i'}" in said
    assert "or install faqsearch 0.1.0" in said
    assert {path: path.read_bytes() for path in (tmp_path / "i").rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("name", OLD)
def test_a_build_into_an_older_version_works_and_leaves_it_for_the_faqsearch_that_reads_it(name, corpus, tmp_path):
    """The new generation answers; a rollback to the old one is refused, and the new one goes on answering."""
    shutil.copytree(DATA / name, tmp_path / "i")

    assert faqsearch("build", corpus, "--into", tmp_path / "i")[0] == 0
    code, said = faqsearch("rollback", "--index", tmp_path / "i")

    assert code == 4
    assert f"000001/manifest.json has index format {name.removeprefix('index-v')}; " in said
    assert open_index(tmp_path / "i").search("送料").hits[0].id == "postage"
    assert (tmp_path / "i" / "000001" / "manifest.json").read_bytes() == next(
        (DATA / name).glob("*/manifest.json")
    ).read_bytes()
    assert faqsearch("verify", "--index", tmp_path / "i")[0] == 0
    assert faqsearch("update", corpus, "--into", tmp_path / "i")[0] == 0
