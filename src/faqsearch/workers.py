"""Workers: documents analysed in as many processes as there are cores, in order, and work done beside other work.

What comes back does not depend on how many processes there are.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from faqsearch.index.document_file import document_from_json
from faqsearch.index.interface import here
from faqsearch.processes import Worker, portable
from faqsearch.vocabulary import Numbering

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from faqsearch.index.interface import Analyser, Analysis, Beside, Fresh

T = TypeVar("T")
K = TypeVar("K")
# Starting a process takes half a second of one core, in which it would have analysed half a million characters.
_WORTH_STARTING = 1_000_000
# Batches a worker is ahead of what has been taken: enough to be busy always, few enough to keep in memory.
_AHEAD = 3
# Terms that a worker and its parent number alike; some 100 bytes each.
_MOST_NAMED = 1 << 16


class Named(NamedTuple, Generic[K]):
    """Names on their way to another process, by the numbers both give them."""

    numbers: npt.NDArray[np.int32]
    new: list[K]
    """Those that were not sent before, in the order of their numbers."""
    known: int
    """Names that were; numbers from here on belong to the new ones."""

    def among(self, names: list[K]) -> list[K]:
        """Return the names, given all that were sent before, to which the new ones are added."""
        names[self.known :] = self.new
        return list(map(names.__getitem__, self.numbers.tolist()))


class Names(Numbering[K]):
    """Names that were sent to another process."""

    def sent(self, names: list[K]) -> Named[K]:
        """Return what is to be sent for names, which are distinct."""
        if len(self) > _MOST_NAMED:
            self.clear()
        known = len(self)
        numbers = self.of(names)
        return Named(numbers, [names[i] for i in (numbers >= known).nonzero()[0].tolist()], known)


class Analysing:
    """The job of a worker."""

    def __init__(self, analyser: Analyser) -> None:
        self._analyser = analyser
        self._terms: Names[str] = Names()
        self._pairs: Names[tuple[str, str]] = Names()

    def __reduce__(self) -> tuple[type[Analysing], tuple[Analyser]]:
        return Analysing, (self._analyser,)

    def __call__(self, lines: Sequence[bytes]) -> tuple[Analysis, Named[str], Named[tuple[str, str]], list[int]]:
        """Analyse documents that were written as JSON; their terms and readings are sent beside the analysis."""
        analysis = self._analyser.analyse([document_from_json(line) for line in lines])
        readings = analysis.readings
        bare = replace(analysis, words=replace(analysis.words, terms=[]), readings={})
        return bare, self._terms.sent(analysis.words.terms), self._pairs.sent(list(readings)), list(readings.values())


def analysed(
    analyser: Analyser, batches: Iterable[Fresh], processes: int
) -> Generator[tuple[npt.NDArray[np.int32], Analysis], None, None]:
    """Yield the analysis of each batch of documents that is not empty, in order, with the numbers that came with it.

    Args:
        analyser: Does it. When it cannot be sent to other processes, all is done in this one.
        batches: The documents.
        processes: Processes to analyse in; with 1, or for a small corpus, this one alone.

    Raises:
        WorkerError: A worker ended before it was done.
    """
    waiting = (batch for batch in batches if batch.documents)
    first: list[Fresh] = []
    if processes > 1 and (job := portable(Analysing(analyser))) is not None:
        characters = 0
        for batch in waiting:
            first.append(batch)
            characters += sum(len(document.answer) + len(document.question) for document in batch.documents)
            if characters >= _WORTH_STARTING:
                yield from _in_workers(job, chain(first, waiting), processes)
                return
    for batch in chain(first, waiting):
        yield batch.numbers, analyser.analyse(batch.documents)


@dataclass(frozen=True, slots=True)
class _Calling:
    """A job that is a function of several arguments."""

    function: Callable[..., Any]

    def __call__(self, arguments: Sequence[object]) -> Any:
        return self.function(*arguments)


def helper(processes: int, size: int) -> Beside:
    """Return what lets a function run beside other work, or `here` where no other process is worth starting.

    Args:
        processes: Processes there may be, this one included.
        size: Bytes of the documents that are worked on.
    """
    return _beside if processes > 1 and size >= _WORTH_STARTING else here


@contextmanager
def _beside(function: Callable[..., T], *arguments: object) -> Iterator[Callable[[], T]]:
    """Let a process of its own call a function; what is given waits for the result, and raises what it raised."""
    job = portable(_Calling(function))
    if job is None:
        yield partial(function, *arguments)
        return
    with Worker(job) as worker:
        worker.send(arguments)
        yield worker.receive


def _in_workers(
    job: bytes, batches: Iterable[Fresh], processes: int
) -> Generator[tuple[npt.NDArray[np.int32], Analysis], None, None]:
    with ExitStack() as stack:
        workers = [_Analysed(stack.enter_context(Worker(job))) for _ in range(processes)]
        sent: deque[tuple[npt.NDArray[np.int32], _Analysed]] = deque()
        # Each in its turn: the order of answers is that of questions, with nothing to sort or to wait for.
        for place, batch in enumerate(batches):
            worker = workers[place % processes]
            worker.worker.send(batch.lines)
            sent.append((batch.numbers, worker))
            if len(sent) == _AHEAD * processes:
                numbers, first = sent.popleft()
                yield numbers, first.receive()
        for numbers, worker in sent:
            yield numbers, worker.receive()


class _Analysed:
    """A worker that analyses, as its parent sees it."""

    def __init__(self, worker: Worker) -> None:
        self.worker = worker
        self._terms: list[str] = []
        self._pairs: list[tuple[str, str]] = []

    def receive(self) -> Analysis:
        """Return the analysis of what was sent first."""
        bare, terms, pairs, counts = self.worker.receive()
        words = replace(bare.words, terms=terms.among(self._terms))
        analysis: Analysis = replace(
            bare, words=words, readings=dict(zip(pairs.among(self._pairs), counts, strict=True))
        )
        return analysis
