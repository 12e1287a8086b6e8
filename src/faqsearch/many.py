"""Many questions: answered in as many processes as there are cores, when it is clear that it takes long enough.

This process answers, too, and is all there is where a few questions are asked. Nothing depends on the others: what one
of them cannot answer, for whatever reason, is answered here.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from contextlib import ExitStack
from dataclasses import fields
from operator import attrgetter
from time import perf_counter
from typing import Any, cast

from faqsearch.answering import Answering, Wanted
from faqsearch.documents import Document, Source
from faqsearch.legs import checked
from faqsearch.processes import Worker, available_cores, portable
from faqsearch.results import Hit, Results
from faqsearch.snippets import Highlights
from faqsearch.tokens import Tokenizer

# Few, so that at the end nobody waits long for another; encoded together, as many as share what that costs.
_TOGETHER = 16
# Seconds until a process answers; for each that is started there must be twice as many to do, so that it saves something.
_STARTING = 0.4
# Lots sent to a process that it has not answered: while one is read here, it is at work on the next.
_AHEAD = 2

Lot = tuple[int, Sequence[str]]
"""The place of the first of some questions among all, and the questions."""


def answer_many(answering: Answering, queries: Sequence[str], wanted: Wanted, processes: int | None) -> list[Results]:
    """Return the results of each question, in order.

    Args:
        answering: Answers them.
        queries: The questions.
        wanted: What is wanted of each answer.
        processes: Processes to answer in, at most, this one included; None takes one for each core.

    Raises:
        QueryError: A question is empty.
        SettingsError: `where` names a field no document has.
    """
    for query in queries:
        checked(query)  # before hours of work, not after
    waiting = deque((start, queries[start : start + _TOGETHER]) for start in range(0, len(queries), _TOGETHER))
    answered: dict[int, list[Results]] = {}
    others = (available_cores() if processes is None else processes) - 1
    readers: list[threading.Thread] = []
    with ExitStack() as stack:
        # In this order: a process that gives up puts back what it was asked before its reader ends.
        while any(reader.is_alive() for reader in readers) or waiting:
            lot = _next(waiting)
            if lot is None:
                for reader in readers:
                    reader.join()
                continue
            started = perf_counter()
            answered[lot[0]] = answering.answer(lot[1], wanted)
            # By the lot just answered: the first questions to an index that was opened just now take much longer.
            worth = int((perf_counter() - started) * len(waiting) / (2 * _STARTING)) if len(answered) > 1 else 0
            if worth and others:
                readers = _started(stack, answering, wanted, min(others, worth), waiting, answered)
                others = 0
    return [results for start in sorted(answered) for results in answered[start]]


def _started(
    stack: ExitStack,
    answering: Answering,
    wanted: Wanted,
    others: int,
    waiting: deque[Lot],
    answered: dict[int, list[Results]],
) -> list[threading.Thread]:
    """Start processes, and a thread for each that gives it questions and takes its answers; none where none can be."""
    job = portable(_Answers(answering, wanted)) if others else None
    if job is None:
        return []
    readers = []
    for _ in range(others):
        worker = stack.enter_context(Worker(job))
        reader = threading.Thread(target=_follow, args=(worker, answering, waiting, answered), daemon=True)
        reader.start()
        readers.append(reader)
    return readers


def _follow(worker: Worker, answering: Answering, waiting: deque[Lot], answered: dict[int, list[Results]]) -> None:
    """Have a process answer what is waiting, until nothing is."""
    sent: deque[Lot] = deque()
    try:
        while True:
            while len(sent) < _AHEAD and (lot := _next(waiting)):
                sent.append(lot)
                worker.send(lot[1])
            if not sent:
                return
            packed = worker.receive()
            answered[sent[0][0]] = [_unpacked(one, answering.opened.tokenizer) for one in packed]
            sent.popleft()
    except Exception:  # noqa: BLE001 - what it could not do is done by whoever asked, who then sees why
        waiting.extend(sent)


def _next(waiting: deque[Lot]) -> Lot | None:
    try:
        return waiting.popleft()
    except IndexError:
        return None


class _Answers:
    """The job of a process."""

    def __init__(self, answering: Answering, wanted: Wanted) -> None:
        self._answering = answering
        self._wanted = wanted

    def __call__(self, lot: Sequence[str]) -> list[Any]:
        return [_packed(results) for results in self._answering.answer(lot, self._wanted)]


# Plain tuples are written in half the time of the objects, and marks are not looked for only to be sent.
_OF_SOURCE = attrgetter(*(field.name for field in fields(Source)))
_OF_DOCUMENT = attrgetter("id", "kind", "question", "answer", "phrasings", "category", "tags", "extra")
_OF_HIT = attrgetter("rank", "score", "confidence", "snippet", "matched", "explanation")
_OF_RESULTS = attrgetter("query", "answered", "took_ms", "suggestions", "did_you_mean")

PackedDocument = tuple[tuple[Any, ...], tuple[Any, ...]]
Packed = tuple[tuple[Any, ...], AbstractSet[str], list[tuple[tuple[Any, ...], PackedDocument, list[PackedDocument]]]]


def _packed(results: Results) -> Packed:
    marks = [cast("Highlights", hit.highlights) for hit in results.hits[:1]]
    terms = marks[0].terms if marks else frozenset()
    hits = [
        (_OF_HIT(hit), _packed_document(hit.document), list(map(_packed_document, hit.copies))) for hit in results.hits
    ]
    return _OF_RESULTS(results), terms, hits


def _unpacked(packed: Packed, tokenizer: Tokenizer) -> Results:
    (query, answered, took_ms, suggestions, did_you_mean), terms, found = packed
    hits = []
    for (rank, score, confidence, snippet, matched, explanation), document, copies in found:
        shown = snippet, Highlights(snippet, terms, tokenizer), matched
        others = tuple(map(_unpacked_document, copies))
        hits.append(Hit(rank, _unpacked_document(document), score, confidence, *shown, explanation, others))
    return Results(query, tuple(hits), answered, took_ms, suggestions, did_you_mean)


def _packed_document(document: Document) -> PackedDocument:
    return _OF_DOCUMENT(document), _OF_SOURCE(document.source)


def _unpacked_document(packed: PackedDocument) -> Document:
    (own_id, kind, question, answer, *rest), source = packed
    return Document(own_id, kind, question, answer, Source(*source), *rest)
