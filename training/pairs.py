"""Training pairs as arrays of term numbers: read, cut with faqsearch's own tokenizer, de-duplicated, kept in a folder."""

from __future__ import annotations

import json
import time
import unicodedata
import zlib
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import zstandard

from faqsearch.tokens import FugashiTokenizer

PAIRS, PARAPHRASES, QUESTIONS = 0, 1, 2
"""Kinds of a pair: heading or FAQ question and its text; two wordings of a heading; question and its paragraph."""

FILES = {
    PAIRS: "pairs.jsonl.zst",
    PARAPHRASES: "paraphrase_headings.jsonl.zst",
    QUESTIONS: "jaquad_train_qp.jsonl.zst",
}
LICENCES = frozenset({"CC-BY-4.0", "CC-BY-3.0", "CC-BY-SA-4.0", "CC-BY-SA-3.0", "MIT", "Apache-2.0"})
"""Rows under any other licence are left out."""

_LONGEST = 700


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs of texts; text 2i and text 2i + 1 are pair i."""

    terms: list[str]
    flat: npt.NDArray[np.int32]
    offsets: npt.NDArray[np.int64]
    kind: npt.NDArray[np.int8]
    source: npt.NDArray[np.int16]
    """Index into `sources`."""
    faq: npt.NDArray[np.bool_]
    held_out: npt.NDArray[np.bool_]
    """One page in eight: for choosing settings; the shipped vectors are trained on all."""
    sources: list[str]

    def __len__(self) -> int:
        return len(self.kind)

    def text(self, number: int) -> npt.NDArray[np.int32]:
        """Return the term numbers of a text."""
        return self.flat[self.offsets[number] : self.offsets[number + 1]]


def load_pairs(data: Path, cache: Path) -> Pairs:
    """Return the pairs in `data/train`, cut once and kept in the folder `cache`."""
    if not (cache / "pairs.json").exists():
        cache.mkdir(parents=True, exist_ok=True)
        _cut(data, cache)
    with np.load(cache / "pairs.npz") as arrays:
        names = json.loads((cache / "pairs.json").read_text(encoding="utf-8"))
        return Pairs(terms=names["terms"], sources=names["sources"], **{name: arrays[name] for name in arrays.files})


def _cut(data: Path, cache: Path) -> None:
    tokenizer = FugashiTokenizer()
    asked = judged_queries(data / "benchmarks")
    numbers: dict[str, int] = {}
    sources: dict[str, int] = {}
    lines: dict[str, array[int]] = {}
    seen: set[tuple[str, str]] = set()
    flat, offsets, rows = array("i"), [0], []
    begun, left_out = time.monotonic(), 0

    def append(text: str) -> None:
        for line in text[:_LONGEST].split("\n"):
            cut = lines.get(line)
            if cut is None:
                cut = lines[line] = array(
                    "i", (numbers.setdefault(term, len(numbers)) for term in tokenizer.words(line))
                )
            flat.extend(cut)
        offsets.append(len(flat))

    for kind, row, one, other in _read(data / "train"):
        key = (one, other[:200])
        if row["licence"] not in LICENCES or key in seen or plain(one) in asked or plain(other) in asked:
            left_out += 1
            continue
        seen.add(key)
        append(one)
        append(other)
        page = str(row.get("path") or row.get("title"))
        held_out = zlib.crc32(page.encode()) % 8 == 0
        rows.append((kind, sources.setdefault(row["source"], len(sources)), row.get("type") == "faq", held_out))
        if len(rows) % 20_000 == 0:
            print(f"{len(rows)} pairs, {len(flat)} terms, {time.monotonic() - begun:.0f} s", flush=True)
    print(f"{len(rows)} pairs kept, {left_out} left out, {len(numbers)} distinct terms", flush=True)
    np.savez(
        cache / "pairs.npz",
        flat=np.frombuffer(flat, dtype=np.int32),
        offsets=np.array(offsets, dtype=np.int64),
        kind=np.array([row[0] for row in rows], dtype=np.int8),
        source=np.array([row[1] for row in rows], dtype=np.int16),
        faq=np.array([row[2] for row in rows], dtype=bool),
        held_out=np.array([row[3] for row in rows], dtype=bool),
    )
    names = json.dumps({"terms": list(numbers), "sources": list(sources)}, ensure_ascii=False)
    (cache / "pairs.json").write_text(names, encoding="utf-8")


def _read(train: Path) -> Iterator[tuple[int, dict[str, Any], str, str]]:
    for kind, name in FILES.items():
        for row in read_rows(train / name):
            if kind == PARAPHRASES:
                yield kind, row, row["a"], row["b"]
            elif kind == QUESTIONS:
                yield kind, row, row["anchor"], f"{row['title']}\n{row['positive']}"
            else:
                yield kind, row, row["anchor"], row["positive"]


def read_rows(path: Path) -> Iterable[dict[str, Any]]:
    with path.open("rb") as file:
        text = zstandard.ZstdDecompressor().stream_reader(file).read().decode("utf-8")
    return (json.loads(line) for line in text.split("\n") if line)


def judged_queries(benchmarks: Path) -> set[str]:
    """Return the judged queries: a row with the same words must not be learned from."""
    paths = sorted(benchmarks.glob("*/queries.jsonl"))
    return {plain(json.loads(line)["query"]) for path in paths for line in path.read_text("utf-8").split("\n") if line}


def plain(text: str) -> str:
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).lower()))
