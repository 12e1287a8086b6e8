"""Exact terminal output. `FAQSEARCH_UPDATE_GOLDEN=1 pytest tests/cli/test_golden.py` writes what is printed now."""

import os
import re
import shlex
from pathlib import Path

import pytest

GOLDEN = Path(__file__).parents[1] / "golden" / "cli"
UPDATE = bool(os.environ.get("FAQSEARCH_UPDATE_GOLDEN"))


def masked(text):
    """Replace what differs from run to run and from calibration to calibration."""
    text = re.sub(r"[▮▯]{5} +\d+%", "▮▮▮▯▯ NN%", text)
    text = re.sub(r"\d+\.\d (s\b|秒)", r"N.N \1", text)
    text = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC", "YYYY-MM-DD hh:mm UTC", text)
    return re.sub(r"\d+\.\d MB", "N.N MB", text)


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
