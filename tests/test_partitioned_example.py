"""The example of a partitioned build runs, and finds what it says."""

import subprocess
import sys
from pathlib import Path

EXAMPLE = Path(__file__).parents[1] / "benchmarks" / "partitioned_build.py"


def test_a_partitioned_build_gives_the_files_of_one_build(corpus, tmp_path):
    """Tasks in other processes, in a random order, some twice, with overlaps: every file is that of `build_index`."""
    done = subprocess.run(
        [sys.executable, EXAMPLE, corpus, "--into", tmp_path / "out", "--partitions", "3", "--workers", "2"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert "in 4 partitions" in done.stdout
    assert "2 left out" in done.stdout
    assert done.stdout.count("the same") == 8
    assert "DIFFERENT" not in done.stdout
