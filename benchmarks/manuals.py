"""How faqsearch reads and finds in real manuals. Makes the tables between the `manuals` markers of benchmarks/README.md.

    python benchmarks/manuals.py --data ../shared/data/manuals [--only NAME] [--misses]

Each folder under `--data` is built into an index of its own and asked the questions of benchmarks/manuals/NAME.jsonl:
`query` in our own words, `document` the id of the section that answers it, looked up by eye. A hit is right when it is
that section, when it names it as a copy, or when the section is too short to be a document and was joined to the hit.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from faqsearch import BuildReport, DocumentNotFound, Results, Searcher, build_index, key_terms, open_index
from tables import write_between_markers

HERE = Path(__file__).parent
_DEPTH = 10


@dataclass(frozen=True, slots=True)
class Asked:
    """One question and what it found."""

    query: str
    expected: str
    rank: int | None
    """1-based; None when the right section is not among the first ten."""
    answered: bool
    found: str
    """Id of the first hit."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One manual."""

    name: str
    report: BuildReport
    warnings: int
    terms: int
    asked: tuple[Asked, ...]

    def rate(self, depth: int) -> float:
        """Share of questions whose section is among the first `depth`."""
        return sum(one.rank is not None and one.rank <= depth for one in self.asked) / len(self.asked)


def main(arguments: Sequence[str] | None = None) -> int:
    options = _options(arguments)
    measured = []
    for folder in sorted(path for path in options.data.iterdir() if path.is_dir()):
        judged = HERE / "manuals" / f"{folder.name}.jsonl"
        if not judged.exists() or (options.only and folder.name not in options.only):
            continue
        with tempfile.TemporaryDirectory() as place:
            measured.append(measure(folder, judged, Path(place) / "index"))
        print(*rows(measured[-1:]), sep="\n", file=sys.stderr)
        if options.misses:
            for one in measured[-1].asked:
                if one.rank != 1:
                    print(f"  {one.rank}  {one.query}\n     wanted {one.expected}\n     found  {one.found}")
    text = "\n".join([*_HEAD, *rows(measured), _total(measured)])
    print(text)
    if not options.only:
        write_between_markers(HERE / "README.md", "manuals", text)
    return 0


def measure(folder: Path, judged: Path, into: Path) -> Measured:
    """Build one manual and ask its questions."""
    report = build_index(folder, into)
    searcher = open_index(into)
    lines = [json.loads(line) for line in judged.read_text(encoding="utf-8").splitlines()]
    asked = tuple(ask(searcher, line["query"], line["document"]) for line in lines)
    warnings = sum(problem.severity == "warning" for problem in report.problems)
    return Measured(folder.name, report, warnings, len(key_terms(searcher)), asked)


def ask(searcher: Searcher, query: str, expected: str) -> Asked:
    """Ask one question."""
    results = searcher.search(query, k=_DEPTH)
    return Asked(query, expected, rank_of(results, present(searcher, expected)), results.answered, results.hits[0].id)


def present(searcher: Searcher, expected: str) -> str:
    """Return the id of a section, or of the nearest section above it that is a document.

    Raises:
        DocumentNotFound: There is neither: the judged file is about another version of the manual.
    """
    own = expected
    while True:
        try:
            return searcher.document(own).id
        except DocumentNotFound:
            own, slash, _ = own.rpartition("/")
            if not slash or "#" not in own:
                raise


def rank_of(results: Results, expected: str) -> int | None:
    """Return the place of a section among the hits, itself or as a copy."""
    return next((hit.rank for hit in results.hits if expected in {hit.id, *(copy.id for copy in hit.copies)}), None)


_HEAD = (
    "| manual | files | documents | passages | copies | left out | warnings | seconds | key terms | SR@1 | SR@3 | recall@10 |",
    "|---|---|---|---|---|---|---|---|---|---|---|---|",
)


def rows(measured: Sequence[Measured]) -> Iterator[str]:
    """Yield a table row for each manual."""
    for one in measured:
        manifest, report = one.report.manifest, one.report
        counts = (report.files, manifest.documents, manifest.passages, manifest.copies, manifest.problems, one.warnings)
        cells = [one.name, *(f"{count:,}" for count in counts), f"{report.seconds:.1f}", f"{one.terms:,}"]
        yield f"| {' | '.join([*cells, *(f'{one.rate(depth):.1f}' for depth in (1, 3, 10))])} |"


def _total(measured: Sequence[Measured]) -> str:
    questions = sum(len(one.asked) for one in measured)
    rates = [sum(one.rate(d) * len(one.asked) for one in measured) / questions for d in (1, 3, 10)]
    return f"| **all {questions} questions** | | | | | | | | | {' | '.join(f'**{rate:.2f}**' for rate in rates)} |"


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="a folder with one folder for each manual")
    parser.add_argument("--only", nargs="*", help="only these manuals; the README stays as it is")
    parser.add_argument("--misses", action="store_true", help="list the questions whose section is not first")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
