"""Exact terminal output. `FAQSEARCH_UPDATE_GOLDEN=1 pytest tests/cli/test_golden.py` writes what is printed now."""

import os
import shlex
from pathlib import Path

import pytest
from conftest import masked

GOLDEN = Path(__file__).parents[1] / "golden" / "cli"
UPDATE = bool(os.environ.get("FAQSEARCH_UPDATE_GOLDEN"))


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.txt")), ids=lambda path: path.stem)
def test_output_is_exactly_what_the_golden_file_holds(path, cli):
    """A golden file holds `$ faqsearch …` lines, each followed by stdout, stderr (after `!`) and the exit code."""
    commands = [line[2:] for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("$ ")]
    blocks = []
    for command in commands:
        finished = cli(*shlex.split(command)[1:])
        errors = "".join(f"! {line}\n" for line in finished.err.splitlines())
        blocks.append(f"$ {command}\n{masked(finished.out)}{errors}[{finished.code}]\n")
    printed = "\n".join(blocks)
    if UPDATE:
        path.write_text(printed, encoding="utf-8")

    assert path.read_text(encoding="utf-8") == printed
