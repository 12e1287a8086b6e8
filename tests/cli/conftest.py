"""A tiny corpus, its index, and a way to run commands as a shell would."""

import io
import shutil
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from faqsearch.cli.main import run

HERE = Path(__file__).parent


class Finished(NamedTuple):
    """What a command left behind."""

    code: int
    out: str
    err: str


@pytest.fixture(scope="session")
def workplace(tmp_path_factory):
    """A folder with `corpus/` and its index at `indexes/demo`, and a table to find fault with."""
    folder = tmp_path_factory.mktemp("workplace")
    shutil.copytree(HERE / "corpus", folder / "corpus")
    shutil.copy(HERE / "sloppy.csv", folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert run(["build", "corpus", "--into", "indexes/demo", "--json"]) == 0
    return folder


@pytest.fixture
def cli(workplace, tmp_path, monkeypatch, capsys):
    """Run a command in a copy of the workplace, 80 columns wide, without a terminal."""
    shutil.copytree(workplace, tmp_path / "workplace")
    monkeypatch.chdir(tmp_path / "workplace")
    monkeypatch.setenv("COLUMNS", "80")
    for name in ("FAQSEARCH_INDEX", "NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)

    def finish(*arguments, stdin=b""):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8"))
        capsys.readouterr()
        code = run(arguments)
        return Finished(code, *capsys.readouterr())

    return finish
