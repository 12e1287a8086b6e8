"""What a check of a corpus says to the people who write it, in Japanese: a table for each kind of finding."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from faqsearch.checks.findings import KINDS
from faqsearch.cli.render import Look
from faqsearch.cli.terminal import printable
from faqsearch.cli.wrapping import shorten, width, wrap

if TYPE_CHECKING:
    from faqsearch.checks import CheckReport, Finding

_LEVELS = {"error": "エラー", "warning": "注意", "notice": "参考"}
_LEVEL = 8
"""Columns of a severity and the space after it."""
_PLACES_SHOWN = 5


def report_lines(report: CheckReport, most: int | None, look: Look) -> Iterator[str]:
    """Yield the findings by kind, then how many there are.

    Args:
        report: What was found.
        most: Findings shown of each kind, or None for all.
        look: How to write.
    """
    for kind, found in report.by_kind():
        yield look.bold(f"{KINDS[kind]}（{kind}） {len(found):,} 件")
        for hint in dict.fromkeys(finding.hint for finding in found[:most] if kind != "spelling"):
            yield look.faint(f"  → {printable(hint)}")
        shown = found[:most]
        widest = max(width(printable(finding.place.where)) for finding in shown)
        for finding in shown:
            yield from _finding_lines(finding, widest if widest <= look.columns // 3 else 0, look)
        if len(found) > len(shown):
            yield look.faint(f"  ほか {len(found) - len(shown):,} 件（--most 0 か --json ですべて表示）")
        yield ""
    yield from _summary(report, look)


def _finding_lines(finding: Finding, left: int, look: Look) -> Iterator[str]:
    """Severity, place and message in columns; without columns for the place (`left` 0) it gets a line of its own."""
    level = _LEVELS[finding.severity]
    level = (look.bold(level) if finding.severity == "error" else level) + " " * (_LEVEL - width(level))
    place = printable(finding.place.where)
    message = printable(finding.message)
    if finding.kind == "spelling":
        message = f"{message}  {_others(finding)}".rstrip()
    indent = 2 + _LEVEL + (left + 2 if left else 0)
    lines = [message[first:last] for first, last in wrap(message, look.columns - indent)]
    start = f"  {level}{place}"
    if left:
        yield start + " " * (left - width(place) + 2) + lines.pop(0)
    else:
        yield start
    yield from (" " * indent + line for line in lines)


def _others(finding: Finding) -> str:
    """The other places of a spelling, by line where they are in the same file."""
    places = finding.related[: _PLACES_SHOWN - 1]
    if not places:
        return ""
    named = [
        f":{place.line}" if place.path == finding.place.path and place.line is not None else place.where
        for place in places
    ]
    more = "…" if len(finding.related) > len(places) else ""
    return printable(shorten("ほかに " + " ".join(named), 90)) + more


def _summary(report: CheckReport, look: Look) -> Iterator[str]:
    read = f"{report.files:,} ファイル、{report.documents:,} 項目（うち FAQ {report.faqs:,} 件）を {report.seconds:.1f} 秒で調べました"
    yield f"{read}。"
    if report.asked:
        yield f"聞き方 {report.asked:,} 通りで検索しました。"
    counts = report.counts()
    if not report.findings:
        yield look.good("直すところは見つかりませんでした。")
        return
    counted = "、".join(f"{_LEVELS[severity]} {count:,} 件" for severity, count in counts.items() if count)
    yield look.bold(f"{counted}。")
