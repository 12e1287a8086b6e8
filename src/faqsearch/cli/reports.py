"""What builds, checks and looks into an index say: for people in lines, for programs in JSON values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from faqsearch.cli.render import Look, fact_lines
from faqsearch.cli.terminal import printable
from faqsearch.cli.wrapping import fill
from faqsearch.results import SCHEMA

if TYPE_CHECKING:
    from faqsearch.build import BuildReport
    from faqsearch.changes import Changes
    from faqsearch.dictionaries import Checked
    from faqsearch.errors import IndexFormatError
    from faqsearch.index.manifest import Manifest
    from faqsearch.index.store import StoredGeneration
    from faqsearch.sources import Problem
    from faqsearch.synonyms import Problem as Doubt
    from faqsearch.update import UpdateReport

# More would push the summary off the screen; --json has them all.
_PROBLEMS_SHOWN = 20
_SOURCES_SHOWN = 10
_CHANGES_SHOWN = 10
_WARNINGS_SHOWN = 5
_REASONS_SHOWN = 5


def problem_lines(problems: Sequence[Problem], errors: int) -> Iterator[str]:
    """Yield the first problems, worst kind first, then how many more there are."""
    ordered = sorted(problems, key=lambda problem: problem.severity != "error")
    for problem in ordered[:_PROBLEMS_SHOWN]:
        yield f"{problem.severity}: {printable(str(problem))}"
    warnings = sum(problem.severity == "warning" for problem in problems)
    if (more := errors + warnings - len(ordered[:_PROBLEMS_SHOWN])) > 0:
        yield f"… and {more:,} more; build with --json to list them"


def warning_lines(problems: Sequence[Doubt]) -> Iterator[str]:
    """Yield a warning for each of the first lines of a synonym file that cannot be used."""
    for problem in problems[:_WARNINGS_SHOWN]:
        yield f"warning: {printable(f'{problem.path}:{problem.line}: {problem.message}')}"
    if (more := len(problems) - _WARNINGS_SHOWN) > 0:
        yield f"… and {more:,} more; `faqsearch dict check FILE` lists them"


def check_lines(checked: Checked, files: Sequence[str], index: str | None) -> Iterator[str]:
    """Yield what to look at in synonym files, then how much that is."""
    for problem in checked.problems:
        yield printable(str(problem))
    levels = Counter(problem.level for problem in checked.problems)
    found = ", ".join(plural(levels[level], level) for level in ("error", "warning", "note") if levels[level])
    against = f"checked against {printable(index)}" if index else "checked without an index"
    read = f"{plural(len(files), 'file')}, {plural(checked.rules, 'rule')} {against}"
    yield f"{read}: {found or 'nothing to say'}"


def check_value(checked: Checked, files: Sequence[str], index: str | None) -> dict[str, Any]:
    """Return the JSON value of what to look at in synonym files."""
    return {
        "schema": SCHEMA,
        "index": index,
        "files": list(files),
        "rules": checked.rules,
        "clean": checked.clean,
        "problems": [asdict(problem) for problem in checked.problems],
    }


def build_lines(report: BuildReport, into: str) -> Iterator[str]:
    """Yield the summary of a build."""
    manifest = report.manifest
    counts = [
        plural(report.files, "file"),
        plural(manifest.documents, "document"),
        plural(manifest.passages, "passage"),
    ]
    yield f"{printable(into)}: {', '.join(counts)} in {report.seconds:.1f} s (generation {report.generation})"
    warnings = sum(problem.severity == "warning" for problem in report.problems)
    extras = [
        f"{plural(manifest.problems, 'problem')}: left out" if manifest.problems else "",
        plural(warnings, "warning") if warnings else "",
        _skipped(report.skipped) if report.skipped else "",
        f"{plural(manifest.copies, 'copy of another document', 'copies of other documents')}"
        if manifest.copies
        else "",
    ]
    if any(extras):
        yield ", ".join(filter(None, extras))


def _skipped(reasons: Mapping[str, int]) -> str:
    """Say how many files were skipped, and why."""
    shown = [f"{count:,} {printable(reason)}" for reason, count in list(reasons.items())[:_REASONS_SHOWN]]
    more = [] if len(shown) == len(reasons) else ["…"]
    return f"{plural(sum(reasons.values()), 'file')} skipped ({', '.join(shown + more)})"


def build_value(report: BuildReport, into: str) -> dict[str, Any]:
    """Return the JSON value of a build's summary."""
    return {
        "schema": SCHEMA,
        "index": into,
        "generation": report.generation,
        "files": report.files,
        "skipped": sum(report.skipped.values()),
        "skipped_by_reason": dict(report.skipped),
        "documents": report.manifest.documents,
        "passages": report.manifest.passages,
        "copies": report.manifest.copies,
        "errors": report.manifest.problems,
        "problems": [
            {
                "severity": problem.severity,
                "path": problem.error.path,
                "line": problem.error.line,
                "page": problem.error.page,
                "message": problem.error.message,
                "hint": problem.error.hint,
            }
            for problem in report.problems
        ],
        "seconds": round(report.seconds, 2),
    }


def info_lines(
    address: str,
    current: StoredGeneration,
    generations: Sequence[StoredGeneration],
    unusable: Mapping[str, IndexFormatError],
    look: Look,
) -> Iterator[str]:
    """Yield what an index holds."""
    manifest = current.manifest
    settings = manifest.settings
    weights = [f"{leg} {weight:g}" for leg, weight in settings.weights.items() if weight]
    yield look.bold(printable(address))
    yield from fact_lines(
        [
            ("documents", f"{manifest.documents:,}"),
            ("passages", f"{manifest.passages:,}"),
            ("size", _megabytes(_size(manifest))),
            ("model", f"{manifest.encoder.get('name')}, {manifest.encoder.get('dimension')} dimensions"),
            ("nearest", _nearest(manifest)),
            ("tokenizer", manifest.tokenizer),
            ("weights", "\n".join(fill([*weights, f"({settings.fusion})"], look.columns - 11))),
            ("BM25", "; ".join(f"{n} {leg}" for n, leg in _bm25_summary(manifest))),
            ("passage", f"{settings.passage_chars} characters at most"),
            ("copies", f"{manifest.copies:,}" + (" say much the same as another document" if manifest.copies else "")),
            ("problems", f"{manifest.problems:,}" + (" left out when it was built" if manifest.problems else "")),
        ],
        look,
    )
    yield ""
    yield look.bold("generations")
    for generation in generations:
        mark = "*" if generation.number == current.number else " "
        own = generation.manifest
        created = own.created[:16].replace("T", " ")
        yield f"{mark} {generation.name}  {printable(created)} UTC  {plural(own.documents, 'document')}  {printable(own.made_by)}"
    for name, why in unusable.items():
        yield f"  {name}  cannot be used: {printable(why.message)}"
    yield ""
    yield look.bold("sources")
    for path, record in list(manifest.sources.items())[:_SOURCES_SHOWN]:
        yield f"  {record.documents:>7,}  {printable(path)}"
    if len(manifest.sources) > _SOURCES_SHOWN:
        yield f"  … and {len(manifest.sources) - _SOURCES_SHOWN:,} more; --json lists them"


def info_value(
    address: str,
    current: StoredGeneration,
    generations: Sequence[StoredGeneration],
    unusable: Mapping[str, IndexFormatError],
) -> dict[str, Any]:
    """Return the JSON value of what an index holds."""
    manifest = current.manifest
    return {
        "schema": SCHEMA,
        "index": address,
        "generation": current.name,
        "format": manifest.format,
        "created": manifest.created,
        "made_by": manifest.made_by,
        "documents": manifest.documents,
        "passages": manifest.passages,
        "problems": manifest.problems,
        "copies": manifest.copies,
        "bytes": _size(manifest),
        "encoder": dict(manifest.encoder),
        "dense": dict(manifest.dense),
        "tokenizer": manifest.tokenizer,
        "settings": manifest.settings.to_json(),
        "generations": [
            {
                "name": generation.name,
                "current": generation.number == current.number,
                "created": generation.manifest.created,
                "made_by": generation.manifest.made_by,
                "documents": generation.manifest.documents,
            }
            for generation in generations
        ],
        "unusable": [{"name": name, "problem": error.message} for name, error in unusable.items()],
        "sources": [{"path": path, "documents": record.documents} for path, record in manifest.sources.items()],
    }


def plural(count: int, noun: str, many: str = "") -> str:
    """Return `1 file`, `3,472 documents`, `2 copies`."""
    return f"{count:,} {noun if count == 1 else many or noun + 's'}"


def _nearest(manifest: Manifest) -> str:
    """How near vectors are found: the FAISS index, how good it is and how much of it a search reads."""
    dense = manifest.dense
    lists = f", {dense['probed']} of its lists read" if "probed" in dense else ""
    listed = f", {dense['listed']:,} passages scored again" if "listed" in dense else ""
    return f"{dense['index']}, recall@10 {dense['recall_at_10']:.3f}{lists}{listed}"


def _bm25_summary(manifest: Manifest) -> Iterator[tuple[str, str]]:
    """Yield parameters and the legs that share them."""
    legs: dict[str, list[str]] = {}
    for leg, bm25 in manifest.settings.bm25.items():
        legs.setdefault(f"{bm25.variant} k1={bm25.k1:g} b={bm25.b:g}", []).append(leg)
    for parameters, names in legs.items():
        yield parameters, f"({', '.join(names)})"


def _size(manifest: Manifest) -> int:
    return sum(record.bytes for record in manifest.files.values())


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.1f} MB"


def change_lines(changes: Changes) -> Iterator[str]:
    """Yield the first ids of each kind of change, and how many more there are."""
    renamed = [f"{old} → {new}" for old, new in changes.renamed]
    kinds = (("+", changes.added), ("~", changes.changed), ("→", renamed), ("-", changes.removed))
    for mark, ids in kinds:
        for own in ids[:_CHANGES_SHOWN]:
            yield f"{mark} {printable(own)}"
        if len(ids) > _CHANGES_SHOWN:
            yield f"{mark} … and {len(ids) - _CHANGES_SHOWN:,} more"


def update_lines(report: UpdateReport, into: str) -> Iterator[str]:
    """Yield the summary of an update."""
    counted = ", ".join(f"{count:,} {kind}" for kind, count in _change_counts(report.changes).items() if count)
    if report.published:
        yield f"{printable(into)}: {counted} in {report.seconds:.1f} s (generation {report.generation})"
    elif report.changes:
        yield f"{printable(into)}: {counted}; nothing was written"
    else:
        kept = plural(report.changes.kept, "document")
        yield f"{printable(into)}: no document changes ({kept}, generation {report.generation})"
    if report.manifest.problems:
        yield f"{plural(report.manifest.problems, 'problem')}: left out"


def update_value(report: UpdateReport, into: str, *, dry_run: bool) -> dict[str, Any]:
    """Return the JSON value of an update's summary: that of a build, and what changed."""
    changes = report.changes
    return {
        **build_value(report, into),
        "published": report.published,
        "dry_run": dry_run,
        "added": list(changes.added),
        "changed": list(changes.changed),
        "renamed": [list(pair) for pair in changes.renamed],
        "removed": list(changes.removed),
        "kept": changes.kept,
    }


def _change_counts(changes: Changes) -> dict[str, int]:
    return {
        "added": len(changes.added),
        "changed": len(changes.changed),
        "renamed": len(changes.renamed),
        "removed": len(changes.removed),
        "kept": changes.kept,
    }
