"""Whatever interrupts a build, an update or a tune, the index answers, with the old or the new content."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("crashes.py")


def crashes(folder, *options):
    """Run the script where a fork is safe: in a process whose libraries have started no threads."""
    one = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    done = subprocess.run(
        [sys.executable, SCRIPT, folder, *options],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **one},
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_killed_or_out_of_space_at_some_steps(tmp_path):
    """Each kind of interruption a few times, publishing first: never a mixture, and the next update finishes."""
    counted = crashes(tmp_path / "place", "--kills", "12", "--faults", "6")

    assert counted["killed"] >= 12
    assert counted["refused"] >= 2
    assert counted["wrong"] == 0


@pytest.mark.slow
def test_killed_or_out_of_space_many_times(tmp_path):
    """Other steps and moments in every run; hundreds at once are for `tests/crashes.py` (CONTRIBUTING.md)."""
    counted = crashes(tmp_path / "place", "--kills", "80", "--faults", "40", "--seed", str(os.getpid()))

    assert counted["killed"] >= 80
    assert counted["wrong"] == 0
