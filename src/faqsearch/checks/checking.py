"""One look at a corpus: read once, every kind of finding asked for, in one order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from time import perf_counter

from faqsearch.checks.answers import answers, missing_categories
from faqsearch.checks.findings import KINDS, SEVERITIES, CheckReport, Finding, chosen_kinds
from faqsearch.checks.links import dead_links
from faqsearch.checks.material import Material
from faqsearch.checks.neighbours import near_questions
from faqsearch.checks.questions import same_questions, shared_phrasings
from faqsearch.checks.reading_faults import reading_faults
from faqsearch.checks.spellings import inconsistent_spellings
from faqsearch.dictionaries import user_words_of
from faqsearch.tokens import FugashiTokenizer

_ORDER = {kind: number for number, kind in enumerate(KINDS)}


def check_corpus(
    corpus: str | Path | Sequence[str | Path],
    *,
    only: Sequence[str] = (),
    ignore: Sequence[str] = (),
    hidden: bool = False,
    progress: Callable[[str, int, int | None], None] = lambda step, done, total: None,
) -> CheckReport:
    """Look at a corpus the way a knowledge manager would before it is published.

    Nothing is written, but for `not-found`, which searches an index in a temporary folder and takes most of the time.

    Args:
        corpus: Files and folders.
        only: Kinds of findings to look for; empty means all of `KINDS`.
        ignore: Kinds to leave out.
        hidden: Read rows, columns and sheets of workbooks that are hidden, too.
        progress: Told (step, done, total or None) as work goes on.

    Raises:
        SourceError: A path does not exist.
        SettingsError: A name is no kind of finding.
    """
    started = perf_counter()
    kinds = chosen_kinds(only, ignore)
    progress("reading", 0, None)
    material = Material(corpus, hidden=hidden)
    found = [finding for finding in _cheap(material, kinds) if finding.kind in kinds]
    asked = 0
    if "not-found" in kinds and material.faqs:
        # Only this one builds and searches.
        from faqsearch.checks.findable import not_found

        missed, asked = not_found(material, hidden=hidden, progress=progress)
        found += missed
    found.sort(key=_place_in_report)
    return CheckReport(
        findings=tuple(found),
        files=len(material.report.files),
        documents=len(material.documents),
        faqs=len(material.faqs),
        asked=asked,
        seconds=perf_counter() - started,
        problems=material.report.problems,
    )


def _cheap(material: Material, kinds: frozenset[str]) -> Iterator[Finding]:
    yield from reading_faults(material)
    yield from same_questions(material)
    yield from shared_phrasings(material)
    yield from answers(material)
    yield from missing_categories(material)
    if "near-question" in kinds:
        yield from near_questions(material, FugashiTokenizer(user_words=user_words_of(material.corpus)))
    if "dead-link" in kinds:
        yield from dead_links(material)
    if "spelling" in kinds:
        yield from inconsistent_spellings(material)


def _place_in_report(finding: Finding) -> tuple[int, int, str, int, int]:
    place = finding.place
    return (
        _ORDER[finding.kind],
        SEVERITIES.index(finding.severity),
        place.path,
        place.line or 0,
        place.page or 0,
    )
