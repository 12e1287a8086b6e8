"""How time, memory and disk grow up to a million documents. Makes a table and million.svg.

    python benchmarks/million.py --data ../shared/data --documents 10000 100000 1000000 --into /tmp/million [--write]

Tokenizing a million documents takes most of an hour on two cores and is the same for each of them, so it is done for a
pool of entries only. Each document is a question of the pool with sentences drawn from it, and its analysis is put
together from theirs: what follows (postings, sequences, vectors, completions, files) is done as in a build, with as many
documents, words and vectors. Only the vocabulary stays that of the pool. Times are processor seconds of the
writing process, without what draws the documents; memory is the most that this process had to itself (RssAnon, sampled).
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter, process_time, sleep
from types import SimpleNamespace
from typing import Any

import numpy as np

from faqsearch.analyser import DocumentAnalyser
from faqsearch.build import describe
from faqsearch.documents import Document, Source
from faqsearch.index.counts import count_keys
from faqsearch.index.folder import IndexFolder
from faqsearch.index.interface import Analysis
from faqsearch.index.sequences import TermSequences
from faqsearch.index.wordings import pack_wordings
from faqsearch.index.writer import GenerationWriter
from faqsearch.passages import OTHER, PHRASING, SENTENCE
from faqsearch.settings import Settings
from faqsearch.suggest import wordings
from faqsearch.tokens import FugashiTokenizer
from faqsearch.tokens.grams import bigram_keys, reading_keys
from faqsearch.vocabulary import Numbering, ranges

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from corpora import SEED, entries, material  # noqa: E402
from tables import write_between_markers  # noqa: E402

BATCH = 512
_ASK = """
import json, sys, time
import numpy as np
import faqsearch.search
from faqsearch import open_index
started = time.perf_counter()
searcher = open_index(sys.argv[1])
opened = time.perf_counter() - started
questions = open(sys.argv[2], encoding="utf-8").read().split("\\n")[:200]
times, own = [], []
for question in questions + questions:
    started, before = time.perf_counter(), time.process_time()
    searcher.search(question)
    times.append(time.perf_counter() - started)
    own.append(time.process_time() - before)
place = lambda values, part: sorted(values[len(questions):])[int(len(questions) * part)] * 1000
asked = np.concatenate([searcher.encode([searcher.understand(question)]) for question in questions[:50]])
exact, _ = searcher.index.dense.search(asked, 10, exact=True)
found = np.concatenate([searcher.index.dense.search(one[None], 10)[0] for one in asked])
recall = float((found >= exact[:, -1:] - 1e-6).mean())
told = {"open_s": opened, "query_ms": place(times, 0.5), "query_cpu_ms": place(own, 0.5)}
print(json.dumps(told | {"query_cpu_p95_ms": place(own, 0.95), "questions_recall_at_10": recall}))
"""


class Pool:
    """Questions and sentences, analysed once."""

    def __init__(self, rows: list[dict[str, str]]) -> None:
        started = process_time()
        tokenizer = FugashiTokenizer()
        documents = [Document(row["id"], "faq", row["question"], row["answer"], Source("faq.jsonl")) for row in rows]
        self.analyser = DocumentAnalyser(tokenizer, None)
        analyses = [self.analyser.analyse(documents[i : i + BATCH]) for i in range(0, len(documents), BATCH)]
        self.seconds = (process_time() - started) / len(rows)
        """Of analysing a document."""
        self.readings = [analysis.readings for analysis in analyses]
        numbers: Numbering[str] = Numbering()
        words, texts, kinds = [], [], []
        for place, analysis in enumerate(analyses):
            own, found = numbers.of(analysis.words.terms), analysis.words
            ends = np.cumsum(found.lengths)
            for kind, document, (a, b), end, size in zip(
                found.kinds.tolist(), found.documents.tolist(), found.spans.tolist(), ends, found.lengths, strict=True
            ):
                if kind != OTHER:
                    source = documents[place * BATCH + document]
                    words.append(own[found.ids[end - size : end]])
                    texts.append(source.question if kind == PHRASING else source.answer[a:b])
                    kinds.append(kind)
        self.terms = list(numbers)
        order = sorted(range(len(kinds)), key=kinds.__getitem__)
        self.texts = [*(texts[i] for i in order), ""]
        self.questions = kinds.count(PHRASING)
        chosen = [*(words[i] for i in order), np.empty(0, np.int32)]
        self.lengths = np.array([len(own) for own in chosen], dtype=np.int64)
        self.starts = np.cumsum(self.lengths) - self.lengths
        self.words = np.concatenate(chosen)
        self.bigrams, self.bigram_sizes = bigram_keys(self.texts)
        asked = [Document("", "faq", text, "", Source("")) for text in self.texts[: self.questions]]
        self.wordings = wordings(asked, tokenizer.spellings)
        self.grams, self.gram_sizes = reading_keys([tokenizer.reading(document.question) for document in asked])


def batches(pool: Pool, count: int) -> Iterator[tuple[list[Document], Analysis]]:
    """Yield documents and their analysis."""
    draw = np.random.default_rng(SEED)
    bigrams = np.cumsum(pool.bigram_sizes) - pool.bigram_sizes
    grams = np.cumsum(pool.gram_sizes) - pool.gram_sizes
    for start in range(0, count, BATCH):
        size = min(BATCH, count - start)
        every = np.arange(size, dtype=np.int32)
        asked = draw.integers(pool.questions, size=size)
        told = [draw.integers(pool.questions, len(pool.texts) - 1, size=n) for n in draw.integers(4, 11, size=size)]
        units = np.concatenate([np.concatenate(([q], own, [-1])) for q, own in zip(asked, told, strict=True)])
        units[units == -1] = len(pool.texts) - 1
        counts = np.array([len(own) + 2 for own in told])
        documents, spans = [], []
        for number, (question, own) in enumerate(zip(asked.tolist(), told, strict=True), start):
            sentences = [pool.texts[i] for i in own.tolist()]
            ends = np.cumsum([len(text) for text in sentences]).tolist()
            spans += [(0, 0), *zip([0, *ends], ends, strict=False), (0, 0)]
            source = Source("faq.jsonl", number + 1)
            # Documents that ask the same would be compared with each other, to see whether they are copies.
            asks = f"{pool.texts[question]} {number}"
            documents.append(Document(f"e{number:07}", "faq", asks, "".join(sentences), source))
        terms, ids = np.unique(pool.words[ranges(pool.starts[units], pool.lengths[units])], return_inverse=True)
        kinds = np.full(len(units), SENTENCE, dtype=np.uint8)
        ends = np.cumsum(counts)
        kinds[ends - counts], kinds[ends - 1] = PHRASING, OTHER
        owners = np.repeat(every, counts)
        words = TermSequences(
            terms=[pool.terms[i] for i in terms.tolist()],
            ids=ids.astype(np.int32),
            lengths=pool.lengths[units].astype(np.int32),
            kinds=kinds,
            documents=owners,
            spans=np.array(spans, dtype=np.int32),
        )
        sizes = np.bincount(owners, pool.bigram_sizes[units], minlength=size).astype(np.int64)
        keys = pool.bigrams[ranges(bigrams[units], pool.bigram_sizes[units])]
        readings = pool.grams[ranges(grams[asked], pool.gram_sizes[asked])]
        yield (
            documents,
            Analysis(
                words=words,
                counts={
                    "bigram": count_keys(keys, sizes, every),
                    "reading": count_keys(readings, pool.gram_sizes[asked], every),
                },
                readings=pool.readings[start // BATCH % len(pool.readings)],
                wordings=pack_wordings(
                    [type(w)(n, 0, w.written, w.read) for n, w in enumerate(pool.wordings[q] for q in asked.tolist())]
                ),
                passages=[],
            ),
        )


class Watch(threading.Thread):
    """The most memory that this process had to itself."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.peak, self.ended = 0, False

    def run(self) -> None:
        while not self.ended:
            text = Path("/proc/self/status").read_text()
            self.peak = max(self.peak, int(text.partition("RssAnon:")[2].split()[0]) * 1024)
            sleep(0.05)


def build(pool: Pool, count: int, into: Path) -> dict[str, Any]:
    """Write an index of so many documents."""
    shutil.rmtree(into, ignore_errors=True)
    watch, folder, drawing = Watch(), IndexFolder(into), 0.0
    watch.start()
    wall, started = perf_counter(), process_time()
    settings, tokenizer = Settings(), FugashiTokenizer()
    with folder.lock("build"), folder.new_generation() as building:
        with GenerationWriter(building, settings, pool.analyser) as writer:
            drawn = batches(pool, count)
            while True:
                before = process_time()
                batch = next(drawn, None)
                drawing += process_time() - before
                if batch is None:
                    break
                numbers, _ = writer.add(batch[0])
                writer.take(numbers, batch[1])
                if writer.documents % (100 * BATCH) == 0:
                    print(
                        f"{writer.documents:,} documents, {perf_counter() - wall:,.0f} s", file=sys.stderr, flush=True
                    )
            taken = process_time() - started - drawing
            written = writer.finish(
                None,
                lambda step, done, total: print(
                    step, f"{perf_counter() - wall:,.0f} s", watch.peak >> 20, file=sys.stderr, flush=True
                ),
            )
        report: Any = SimpleNamespace(errors=0, files=[], included={})
        generation = folder.publish(building, describe("build", report, settings, tokenizer, written), written.places)
    seconds = process_time() - started - drawing
    watch.ended = True
    return {
        "documents": count,
        "taking_s": taken,
        "writing_s": seconds,
        "wall_s": perf_counter() - wall,
        "analysing_s": pool.seconds * count,
        "peak_bytes": watch.peak,
        "disk_bytes": sum(path.stat().st_size for path in generation.path.iterdir()),
        "dense": dict(written.dense),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder with train/")
    parser.add_argument("--documents", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--pool", type=int, default=20_000, help="entries that are tokenized")
    parser.add_argument("--into", type=Path, required=True, help="what is built there before is asked, not built again")
    parser.add_argument("--build", type=int, default=0, help="only build an index of so many documents")
    parser.add_argument("--write", action="store_true", help="put the table into benchmarks/README.md")
    options = parser.parse_args()
    options.into.mkdir(parents=True, exist_ok=True)
    found = material(options.data)
    questions = options.into / "questions.txt"
    questions.write_text("\n".join(found.questions), encoding="utf-8")
    if options.build:
        pool = Pool(list(entries(found, options.pool)))
        print(json.dumps(build(pool, options.build, options.into / str(options.build))))
        return
    rows = []
    for count in options.documents:
        built = options.into / f"{count}.json"
        if not built.exists():
            # One process for each size: memory that one gave back is none of the next one's.
            command = [sys.executable, __file__, "--data", str(options.data), "--pool", str(options.pool)]
            row = subprocess.check_output([*command, "--build", str(count), "--into", str(options.into)])
            built.write_bytes(row)
        ask = [sys.executable, "-c", _ASK, str(options.into / str(count)), str(questions)]
        rows.append(json.loads(built.read_text(encoding="utf-8")) | json.loads(subprocess.check_output(ask)))
        print(json.dumps(rows[-1]), file=sys.stderr, flush=True)
    if options.write:
        made = datetime.now(UTC).isoformat(timespec="seconds")
        result = {"made": made, "pool": options.pool, "rows": rows}
        (HERE / "results" / f"million-{made[:10]}.json").write_text(
            json.dumps(result, indent=1) + "\n", encoding="utf-8"
        )
        write_between_markers(HERE / "README.md", "million", table(rows))
        plot(rows, HERE / "million.svg")


def table(rows: list[dict[str, Any]]) -> str:
    """Return the rows as a table of Markdown."""
    lines = [
        "| documents | analysing, s | writing, s | peak memory of the writer | on disk | opened in | one query (95 %) | nearest vectors | recall@10 | of questions |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        dense = row["dense"]
        cells = [
            f"{row['documents']:,}",
            f"{row['analysing_s']:,.0f}",
            f"{row['writing_s']:,.0f}",
            f"{row['peak_bytes'] / 1e9:.2f} GB",
            f"{row['disk_bytes'] / 1e9:.2f} GB",
            f"{row['open_s'] * 1000:,.0f} ms",
            f"{row['query_cpu_ms']:.1f} ({row['query_cpu_p95_ms']:.1f}) ms",
            f"{dense['index']}, {dense.get('probed', 'all')} lists read, {dense.get('listed', 'all')} listed",
            f"{dense['recall_at_10']:.3f}",
            f"{row['questions_recall_at_10']:.3f}",
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def plot(rows: list[dict[str, Any]], path: Path) -> None:
    """Draw how time, memory, disk and a query grow, into an SVG file; needs matplotlib."""
    import matplotlib as mpl

    mpl.use("Agg")
    mpl.rcParams["svg.hashsalt"] = "faqsearch"
    import matplotlib.pyplot as plt

    panels = [
        ("processor time, s", [("analysing", "analysing_s", 1.0), ("writing", "writing_s", 1.0)]),
        ("peak memory of the writer, MB", [("", "peak_bytes", 1e-6)]),
        ("on disk, MB", [("", "disk_bytes", 1e-6)]),
        ("one query, ms of processor time", [("", "query_cpu_ms", 1.0)]),
    ]
    figure, axes = plt.subplots(1, len(panels), figsize=(15, 4))
    for axis, (title, lines) in zip(axes, panels, strict=True):
        for label, field, scale in lines:
            axis.plot([row["documents"] for row in rows], [row[field] * scale for row in rows], marker="o", label=label)
        axis.set(title=title, xscale="log", yscale="log", xlabel="documents")
        axis.grid(alpha=0.3)
    axes[0].legend(fontsize="small")
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


if __name__ == "__main__":
    main()
