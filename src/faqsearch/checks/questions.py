"""Questions that are asked twice: word for word with other answers, or as another entry's phrasing."""

from __future__ import annotations

from collections.abc import Iterator

from faqsearch.checks.findings import Finding, Place, Severity
from faqsearch.checks.material import Material, bare_text, same_text, shown
from faqsearch.documents import Document

_ONE_ENTRY = "ひとつの項目にまとめるか、質問文で違いがわかるようにします"


def same_questions(material: Material) -> Iterator[Finding]:
    """Yield a finding for every entry whose question an earlier entry has, with the same answer or with another."""
    first: dict[str, Document] = {}
    for document in material.faqs:
        key = same_text(document.question)
        earlier = first.setdefault(key, document)
        if earlier is document or not key:
            continue
        here, where = Place.of(document), (Place.of(earlier),)
        if bare_text(earlier.answer) == bare_text(document.answer):
            message = f"{shown(document.question)}は {where[0].seen_from(here)} と質問も回答も同じです"
            yield Finding("repeated-entry", "warning", here, message, "どちらかを消します", where)
            continue
        # Under other headings both may be right; only whoever asks cannot tell which is meant.
        severity: Severity = "error" if context(earlier) == context(document) else "warning"
        message = f"{shown(document.question)}は {where[0].seen_from(here)} と同じ質問で、回答が違います"
        yield Finding("same-question", severity, here, message, _ONE_ENTRY, where)


def shared_phrasings(material: Material) -> Iterator[Finding]:
    """Yield a finding for every other phrasing that is also a question or phrasing of another entry."""
    owners: dict[str, list[tuple[Document, bool]]] = {}
    for document in material.faqs:
        keys = {same_text(document.question): True}
        for phrasing in document.phrasings:
            keys.setdefault(same_text(phrasing), False)
        for key, is_question in keys.items():
            owners.setdefault(key, []).append((document, is_question))
    for document in material.faqs:
        for phrasing in document.phrasings:
            others = [(one, asked) for one, asked in owners.get(same_text(phrasing), ()) if one is not document]
            # Of two that share a phrasing the later is told, of a question and a phrasing the phrasing.
            told = [one for one, asked in others if asked or _before(material, one, document)]
            if not told:
                continue
            here, where = material.place(document, phrasing), tuple(map(Place.of, told))
            message = (
                f"{shown(phrasing)}は {where[0].seen_from(here)} の{shown(told[0].question, 30)}の聞き方でもあります"
            )
            hint = "どちらか一方だけの聞き方にします"
            yield Finding("shared-phrasing", "warning", here, message, hint, where)


def _before(material: Material, one: Document, other: Document) -> bool:
    order = material.order
    return order[one.id] < order[other.id]


def context(document: Document) -> tuple[str, ...]:
    """Return what stands around an entry and may tell it from another: its category, the headings above it."""
    return (*document.category, *document.source.heading[:-1])
