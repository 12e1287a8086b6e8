"""A short run of the fuzzers; `python tests/fuzzing/fuzz.py` runs them for as long as one likes."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parent / "fuzzing" / "fuzz.py"
NAMES = ("csv", "tsv", "json", "jsonl", "yaml", "md", "txt", "html", "rst", "xlsx", "docx", "pdf", "query", "synonyms", "userwords", "analysis", "judgments", "index")  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_few_hundred_mutations_find_nothing(name, tmp_path):
    """Seeded changes of small files of each kind, and of questions: documents and problems, never another error."""
    command = [sys.executable, "-W", "ignore", SCRIPT, name, "--engine", "seeded", "--runs", "200", "--into", tmp_path]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    found = sorted(tmp_path.glob("*.txt"))

    assert found == [], "\n".join(path.read_text(encoding="utf-8") for path in found)
    assert json.loads(done.stdout)["runs"] == 200, done.stderr
