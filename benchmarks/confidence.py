"""How true the confidence of first hits is. Makes the tables of benchmarks/README.md; fits and changes nothing else.

    python benchmarks/confidence.py --data ../shared/data/benchmarks

Asks what `training/fit_confidence.py` asks, and reports the coefficients that faqsearch has on the half of the questions
they were not fitted to. Then, for each corpus: what the stored questions themselves get, and the questions of
`off_topic.txt`, which have nothing to do with our corpus. About five minutes on two cores.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "training")]

from confidence_tables import Table, report  # noqa: E402
from faqsearch import Searcher, build_index, open_index  # noqa: E402
from faqsearch.confidence import BUILTIN, OTHER, Model, threshold  # noqa: E402
from faqsearch.repeats import bare  # noqa: E402
from fit_confidence import collect, fit, table  # noqa: E402
from tables import write_between_markers  # noqa: E402

MOST_REPEATS = 1500


def main(arguments: Sequence[str] | None = None) -> int:
    options = _options(arguments)
    if options.extremes:
        print("\n".join(extremes(options.data, options.corpus)))
        return 0
    tables = {name: table(rows) for name, rows in collect(options.data, options.corpus).items()}
    text = page(tables, {"builtin": BUILTIN, "other": OTHER}, options.data, options.corpus)
    print(text)
    write_between_markers(options.readme, "confidence", text)
    return 0


def page(tables: Mapping[str, Table], models: Mapping[str, Model], data: Path, corpus: Path) -> str:
    """Return all tables, in Markdown."""
    parts = [report(name, own, models[name], fit) for name, own in tables.items()]
    return "\n\n".join([*parts, "\n".join(extremes(data, corpus))])


def extremes(data: Path, corpus: Path) -> Iterator[str]:
    """Yield a table of what must be sure, and of what must not be."""
    corpora = {path.parent.name: path for path in sorted(data.glob("*/corpus.jsonl"))} | {"corpus": corpus}
    off_topic = (HERE / "off_topic.txt").read_text(encoding="utf-8").split("\n")
    yield "### Repeats, and questions about something else"
    yield ""
    yield f"| | stored questions asked | own entry first | from 0.95 | off-topic questions | above 0.3 | above {threshold()} |"
    yield "|---|---|---|---|---|---|---|"
    for name, source in corpora.items():
        print(f"{name}: repeats", file=sys.stderr, flush=True)
        with tempfile.TemporaryDirectory() as folder:
            build_index(source, folder)
            searcher = open_index(folder)
            stored = list(_stored(searcher))
            step = max(1, len(stored) // MOST_REPEATS)
            first = [(searcher.search(text, k=1).hits[0], own) for text, own in stored[::step]]
            off = [searcher.search(text, k=1).hits for text in filter(None, off_topic)]
        values = [hits[0].confidence if hits else 0.0 for hits in off]
        cells = [
            f"{len(first):,}",
            f"{sum(hit.id == own for hit, own in first) / len(first):.2%}",
            f"{sum(hit.confidence >= 0.95 for hit, _ in first) / len(first):.2%}",
            len(values),
            sum(value > 0.3 for value in values),
            sum(value >= threshold() for value in values),
        ]
        yield f"| {name} | {' | '.join(map(str, cells))} |"


def _stored(searcher: Searcher) -> Iterator[tuple[str, str]]:
    """Yield (phrasing, document id) of every phrasing that only one document stores."""
    documents = searcher.index.documents(range(searcher.manifest.documents))
    owners: dict[str, set[str]] = {}
    for document in documents:
        for text in document.all_phrasings:
            owners.setdefault(bare(text), set()).add(document.id)
    for document in documents:
        yield from (
            (text, document.id) for text in document.all_phrasings if bare(text) and len(owners[bare(text)]) == 1
        )


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=HERE.parents[1] / "shared/data/benchmarks")
    parser.add_argument("--corpus", type=Path, default=HERE.parent / "corpus", help="our own judged corpus")
    parser.add_argument("--extremes", action="store_true", help="only the last table; write nothing")
    parser.add_argument("--readme", type=Path, default=HERE / "README.md")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    raise SystemExit(main())
