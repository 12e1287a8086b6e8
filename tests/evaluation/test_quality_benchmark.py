"""The benchmark runs on ten rows, so that it cannot rot."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("bm25s", reason="the baselines of the benchmark need bm25s")

ROOT = Path(__file__).parents[2]


def quality(judged, *arguments):
    command = [sys.executable, str(ROOT / "benchmarks" / "quality.py"), "--data", str(judged.parent), *arguments]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False, timeout=300)


def test_the_quality_benchmark_makes_its_tables(judged, tmp_path):
    """One small set gives a row for each system, in the JSON and between the markers of the README."""
    readme = tmp_path / "README.md"
    readme.write_text("before\n<!-- quality:begin -->\nold\n<!-- quality:end -->\nafter\n", encoding="utf-8")
    places = ("--corpus", str(tmp_path), "--results", str(tmp_path), "--readme", str(readme))
    done = quality(judged, "--sets", judged.name, *places)
    assert done.returncode == 0, done.stderr
    (path,) = tmp_path.glob("quality-*.json")
    (measured,) = json.loads(path.read_text(encoding="utf-8"))["sets"].values()
    assert (measured["documents"], measured["queries"]) == (12, 6)
    groups = {system["group"] for system in measured["systems"]}
    assert groups == {"baseline", "faqsearch", "leg", "without"}
    page = readme.read_text(encoding="utf-8")
    assert page.startswith("before\n")
    assert page.endswith("after\n")
    assert "old" not in page
    assert "| **faqsearch, built-in** |" in page
    assert done.stdout.strip() in page


def test_a_smoke_run_writes_nothing(judged, tmp_path):
    done = quality(judged, "--sets", judged.name, "--smoke", "--corpus", str(tmp_path), "--results", str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert "faqsearch, built-in" in done.stdout
    assert not list(tmp_path.iterdir())


def test_a_set_that_is_not_there_is_named(judged, tmp_path):
    done = quality(judged, "--sets", "nowhere", "--corpus", str(tmp_path))
    assert done.returncode == 1
    assert "no such set: nowhere" in done.stderr


def test_the_confidence_benchmark_counts_repeats_and_off_topic_questions(judged, tmp_path):
    """Every stored question brings its own entry first, surely; the off-topic ones are a hundred."""
    script = ROOT / "benchmarks" / "confidence.py"
    places = ("--data", str(tmp_path), "--corpus", str(judged / "corpus.jsonl"), "--extremes")
    done = subprocess.run(
        [sys.executable, str(script), *places],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert "| corpus | 12 | 100.00% | 100.00% | 100 |" in done.stdout
