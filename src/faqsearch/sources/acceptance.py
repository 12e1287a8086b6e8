"""Acceptance: which documents can be indexed, wherever they come from. Every reader is held to the same promises."""

from __future__ import annotations

import re

from faqsearch.documents import Document
from faqsearch.errors import SourceError
from faqsearch.sources.bounds import MAX_ANSWER_CHARS, MAX_ID_CHARS, MAX_QUESTION_CHARS

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
_SURROGATE = re.compile("[\ud800-\udfff]")


class Acceptance:
    """Looks at one document after the other, each id once."""

    def __init__(self) -> None:
        self._places: dict[str, tuple[str, int | None, int | None]] = {}

    def fault(self, document: Document) -> SourceError | None:
        """Return why a document cannot be indexed; None when it can, and then its id is taken."""
        fault, source = _fault(document), document.source
        if fault is None and (earlier := self._places.get(document.id)) is not None:
            before, line, page = earlier
            where = SourceError("", path=before, line=line, page=page).where
            fault = f"the id '{document.id}' is already used at {where}"
        if fault is not None:
            return SourceError(fault, path=source.path, line=source.line, page=source.page)
        path = source.path if source.line or source.page or not source.anchor else f"{source.path}#{source.anchor}"
        self._places[document.id] = path, source.line, source.page
        return None


def _fault(document: Document) -> str | None:
    """Why a document cannot be indexed, if so."""
    source = document.source
    for name, text in (("id", document.id), ("question", document.question), ("answer", document.answer)):
        if not isinstance(text, str):  # a table's empty cell is None or not a number for many a program
            return f"the {name} is no text but {text!r:.40}"
    if not document.id:
        return "the id is empty"
    if not document.question:
        return "the question is empty"
    if len(document.question) > MAX_QUESTION_CHARS:
        return f"the question has {len(document.question):,} characters; at most {MAX_QUESTION_CHARS:,} are taken"
    if len(document.answer) > MAX_ANSWER_CHARS:
        return f"the answer has {len(document.answer):,} characters; at most {MAX_ANSWER_CHARS:,} are taken"
    if len(document.id) > MAX_ID_CHARS + len(document.source.path) or _CONTROL.search(document.id):
        return f"not usable as an id: {document.id[:60]!r}"
    texts = (
        *(document.id, document.question, document.answer, source.url or "", source.anchor or "", *source.heading),
        *(*document.phrasings, *document.category, *document.tags, *document.extra, *document.extra.values()),
    )
    if any(map(_SURROGATE.search, texts)):
        return "half of a surrogate pair, which is no character"
    return None
