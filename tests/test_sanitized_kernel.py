"""The kernel touches no byte that is not its own: compiled with AddressSanitizer, and held to numpy once more."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TESTS = [
    "tests/index/test_kernel.py",
    "tests/index/test_kernel_candidates.py",
    "tests/index/test_leg_scores.py",
    "tests/index/test_counts.py",
    "tests/test_grams.py",
    "tests/test_mecab.py",
    "tests/test_numbered.py",
    "tests/test_stretches.py",
]


def library():
    """The sanitizer's own, which must be loaded before Python; None where the compiler has none."""
    compiler = shutil.which("gcc")
    if compiler is None or not sys.platform.startswith("linux"):
        return None
    asked = [compiler, "-print-file-name=libasan.so"]
    found = Path(subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip())
    return found if found.is_absolute() else None


@pytest.mark.slow
@pytest.mark.skipif(library() is None, reason="needs gcc with AddressSanitizer")
def test_nothing_outside_its_arrays_is_read_or_written(tmp_path):
    """Also what is read and then thrown away: owners were read beyond the last unit, which changed no result."""
    for name in ("src", "tests", "corpus"):
        shutil.copytree(
            ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("*.so", "__pycache__", "*.egg-info")
        )
    for name in ("setup.py", "pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, tmp_path / name)
    flags = "-fsanitize=address"
    own = {**os.environ, "PYTHONPATH": str(tmp_path / "src")}
    compiled = {**own, "CFLAGS": f"{flags} -fno-omit-frame-pointer -g -O1", "LDFLAGS": flags}
    subprocess.run([sys.executable, "setup.py", "-q", "build_ext", "--inplace"], cwd=tmp_path, env=compiled, check=True)

    # Python itself frees little at its end, so leaks are not looked for.
    watched = {**own, "LD_PRELOAD": str(library()), "ASAN_OPTIONS": "detect_leaks=0"}
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-s",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:xdist",
        "-m",
        "not slow",
        *TESTS,
    ]
    done = subprocess.run(command, cwd=tmp_path, env=watched, capture_output=True, text=True, check=False)

    said = (done.stdout + done.stderr)[-4_000:]
    assert done.returncode == 0, said
    assert "skipped" not in done.stdout.splitlines()[-1], said  # the kernel was there
