"""Findings: what was seen, how bad it is, where it stands and what to do about it.

Their words are Japanese, since a Japanese knowledge manager reads them; programs go by `kind`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

from faqsearch.documents import Document
from faqsearch.errors import SettingsError
from faqsearch.results import SCHEMA
from faqsearch.sources import Problem

Severity = Literal["error", "warning", "notice"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
"""Worst first."""

KINDS: Mapping[str, str] = {
    "unreadable": "読めない行・ファイル",
    "mojibake": "文字化け",
    "empty-answer": "回答がない質問",
    "same-question": "同じ質問に別の回答",
    "dead-link": "リンク切れ",
    "unfinished": "書きかけの回答",
    "near-question": "よく似た質問",
    "shared-phrasing": "ほかの項目と重なる聞き方",
    "not-found": "探しても1番目に出ない聞き方",
    "repeated-entry": "同じ項目の重複",
    "no-category": "カテゴリがない項目",
    "long-answer": "長すぎる回答",
    "same-answer": "回答が同じ質問",
    "spelling": "表記ゆれ",
}
"""Kind of finding to its Japanese name, in the order of a report."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands."""

    path: str
    line: int | None = None
    page: int | None = None
    anchor: str | None = None
    id: str | None = None
    """Of the document that stands there, when one does."""

    @classmethod
    def of(cls, document: Document, *, line: int | None = None) -> Place:
        """Return the place of a document, or of a line in it."""
        source = document.source
        return cls(source.path, line or source.line, source.page, source.anchor, document.id)

    @property
    def where(self) -> str:
        """`path:line`, or the nearest a format without lines has."""
        if self.line is not None:
            return f"{self.path}:{self.line}"
        if self.page is not None:
            return f"{self.path} {self.page}ページ"
        return f"{self.path}#{self.anchor.lstrip('#')}" if self.anchor else self.path

    def seen_from(self, other: Place) -> str:
        """Return where this is for someone who looks at another place, which may be in the same file."""
        if self.path != other.path or not (self.line or self.page or self.anchor):
            return self.where
        if self.line is not None:
            return f"{self.line}行目"
        return f"{self.page}ページ" if self.page is not None else str(self.anchor)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look at."""

    kind: str
    severity: Severity
    place: Place
    message: str
    hint: str
    """The way out."""
    related: tuple[Place, ...] = ()
    """The other places it is about: the twin of a question, every place of a spelling."""

    def to_json(self) -> dict[str, Any]:
        """Return the finding as plain JSON values."""
        return {
            "kind": self.kind,
            "severity": self.severity,
            **asdict(self.place),
            "message": self.message,
            "hint": self.hint,
            "related": [asdict(place) for place in self.related],
        }


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What a look at a corpus found."""

    findings: tuple[Finding, ...]
    """By kind in the order of `KINDS`, then by place."""
    files: int
    documents: int
    faqs: int
    """Documents that are FAQ entries."""
    asked: int
    """Stored questions that were searched for; 0 when none were."""
    seconds: float
    problems: tuple[Problem, ...] = ()
    """What the readers said."""

    def counts(self) -> dict[Severity, int]:
        """Return the number of findings of each severity, worst first."""
        counted = Counter(finding.severity for finding in self.findings)
        return {severity: counted[severity] for severity in SEVERITIES}

    def fails(self, at: Severity) -> bool:
        """Whether there is a finding as bad as `at`, or worse."""
        return any(SEVERITIES.index(finding.severity) <= SEVERITIES.index(at) for finding in self.findings)

    def by_kind(self) -> Iterator[tuple[str, list[Finding]]]:
        """Yield each kind that was found with its findings."""
        for kind in KINDS:
            if found := [finding for finding in self.findings if finding.kind == kind]:
                yield kind, found

    def to_json(self) -> dict[str, Any]:
        """Return the report as plain JSON values."""
        return {
            "schema": SCHEMA,
            "files": self.files,
            "documents": self.documents,
            "faqs": self.faqs,
            "asked": self.asked,
            "counts": self.counts(),
            "kinds": {kind: len(found) for kind, found in self.by_kind()},
            "findings": [finding.to_json() for finding in self.findings],
            "seconds": round(self.seconds, 2),
        }


def chosen_kinds(only: Sequence[str], ignore: Sequence[str]) -> frozenset[str]:
    """Return the kinds to look for.

    Raises:
        SettingsError: A name is no kind, or nothing is left.
    """
    if unknown := [kind for kind in (*only, *ignore) if kind not in KINDS]:
        raise SettingsError(f"no kind of finding {', '.join(unknown)}", hint=f"Choose from {', '.join(KINDS)}.")
    chosen = frozenset(only or KINDS) - frozenset(ignore)
    if not chosen:
        raise SettingsError("every kind of finding is left out", hint="Leave out fewer with --ignore.")
    return chosen
