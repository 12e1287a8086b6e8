"""What a look behind a search says to people: why a document is not there, what is near it, whether an index is well."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from faqsearch.cli.render import Look, fact_lines, variant_lines
from faqsearch.cli.reports import plural
from faqsearch.cli.terminal import printable
from faqsearch.cli.wrapping import as_many, fill, shorten, width

if TYPE_CHECKING:
    from faqsearch.doctor import Diagnosis
    from faqsearch.explain import Explanation
    from faqsearch.related import Related

_STALE_SHOWN = 10


def related_lines(found: Sequence[Related], look: Look) -> Iterator[str]:
    """Yield one line per document: its id and its question."""
    left = max((width(printable(one.document.id)) for one in found), default=0) + 2
    for one in found:
        name = printable(one.document.id)
        question = shorten(printable(one.document.question), max(20, look.columns - left))
        yield look.faint(name) + " " * (left - width(name)) + question


def why_lines(explanation: Explanation, shown: int, look: Look) -> Iterator[str]:
    """Yield why a document is, or is not, among the hits.

    Args:
        explanation: What the search thinks of it.
        shown: Hits that would be shown.
        look: How to write.
    """
    name = printable(explanation.document.id)
    yield look.bold(f"{name}  {_verdict(explanation, shown)}")
    for start in ("not", "lacks"):
        parts = explanation.filtered if start == "not" else explanation.lacks
        if parts:
            for line in fill(map(printable, parts), look.columns - 10):
                yield f"   {start:<6} {line}"
                start = ""  # noqa: PLW2901  # only the first line is labelled
    yield look.faint(f"   {'leg':<10}{'rank':>5}{'score':>9}{'share':>8}{'entry':>8}  terms")
    for leg, part in explanation.legs.items():
        rank = "-" if part.rank is None else str(part.rank)
        entry = f"{explanation.entry[leg]:.3f}" if leg in explanation.entry else ""
        row = f"   {leg:<10}{rank:>5}{part.score:>9.3f}{part.share:>8.3f}{entry:>8}  "
        terms = [f"{printable(term)} {added:.2f}" for term, added in part.terms]
        yield (row + as_many(terms, look.columns - len(row))).rstrip()
    yield from variant_lines(explanation.legs, look)


def _verdict(explanation: Explanation, shown: int) -> str:
    if explanation.rank is None:
        return "is filtered out" if explanation.filtered else "is not found: no leg has it among its best"
    place = f"is number {explanation.rank} of {explanation.candidates:,}"
    return f"{place}, among the hits" if explanation.rank <= shown else f"{place}; {plural(shown, 'hit')} shown"


_KERNEL = {
    "compiled": "compiled",
    "missing": "not compiled, so that searches and builds are slow: install faqsearch where a C compiler is",
    "outdated": "of another version and not used, so that searches and builds are slow: install faqsearch again",
}


def diagnosis_lines(diagnosis: Diagnosis, look: Look) -> Iterator[str]:
    """Yield how an index is."""
    yield look.bold(printable(diagnosis.address))
    yield from fact_lines(
        [
            ("generation", f"{diagnosis.generation}, {plural(round(diagnosis.age_days), 'day')} old"),
            ("documents", f"{diagnosis.documents:,}"),
            ("model", diagnosis.model),
            ("tokenizer", diagnosis.tokenizer),
            ("left out", f"{plural(diagnosis.problems, 'problem')} when it was built"),
            ("sources", _sources(diagnosis)),
            ("synonyms", plural(len(diagnosis.dictionaries), "mistake") if diagnosis.dictionaries else "no mistakes"),
            ("kernel", _KERNEL[diagnosis.kernel]),
        ],
        look,
    )
    for source in diagnosis.stale[:_STALE_SHOWN]:
        yield f"  {source.state}  {printable(source.path)}"
    if len(diagnosis.stale) > _STALE_SHOWN:
        yield f"  … and {len(diagnosis.stale) - _STALE_SHOWN:,} more; --json lists them"
    if diagnosis.dictionaries:
        yield ""
        yield from map(printable, diagnosis.dictionaries[:_STALE_SHOWN])
    if len(diagnosis.dictionaries) > _STALE_SHOWN:
        yield f"  … and {len(diagnosis.dictionaries) - _STALE_SHOWN:,} more; --json lists them"
    if diagnosis.legs:
        yield ""
        yield look.faint(f"{'leg':<10}{'weight':>7}{'asked':>7}{'first':>7}{'top 3':>7}  state")
    for leg in diagnosis.legs:
        line = f"{leg.leg:<10}{leg.weight:>7.2f}{leg.asked:>7}{leg.first:>7.0%}{leg.top3:>7.0%}  {leg.state}"
        yield look.bold(line) if leg.state in ("weak", "dead") else line
    yield ""
    yield from map(printable, diagnosis.damage)
    if diagnosis.well:
        yield look.good("The index is well.")
    elif diagnosis.damage:
        yield look.bold("The index is damaged: run `faqsearch rollback`, or build it again.")
    else:
        yield look.bold(f"Dead: {', '.join(diagnosis.dead)}. Build the index again.")


def _sources(diagnosis: Diagnosis) -> str:
    if not diagnosis.stale:
        return f"{plural(diagnosis.sources, 'file')}, all as they were"
    if all(source.state == "missing" for source in diagnosis.stale) and len(diagnosis.stale) == diagnosis.sources:
        return f"{plural(diagnosis.sources, 'file')}, none of them found from here"
    return f"{plural(diagnosis.sources, 'file')}, {len(diagnosis.stale):,} not as they were: update the index"
