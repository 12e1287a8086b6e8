"""Workers: documents analysed in as many processes as there are cores, in order.

What comes back does not depend on how many processes there are. They are started as programs of their own, not
forked and not by `multiprocessing`: a script that builds an index needs no `if __name__ == "__main__"`, threads of the
caller do no harm, and a worker whose parent is gone, however it went, reads the end of its input and ends.
"""

from __future__ import annotations

import gc
import os
import pickle
import queue
import subprocess
import sys
import threading
import traceback
from collections import deque
from collections.abc import Generator, Iterable, Sequence
from contextlib import ExitStack, suppress
from itertools import chain, count
from types import TracebackType
from typing import IO, TYPE_CHECKING, Any, Self, cast

from faqsearch.documents import Document
from faqsearch.errors import WorkerError
from faqsearch.index.document_file import document_from_json, document_to_json

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from faqsearch.index.interface import Analyser, Analysis

    Batch = tuple[npt.NDArray[np.int32], Sequence[Document]]

# Starting a process takes half a second of one core, in which it would have analysed half a million characters.
_WORTH_STARTING = 1_000_000
# Batches a worker is ahead of what has been taken: enough to be busy always, few enough to keep in memory.
_AHEAD = 3
_PATIENCE = 5.0
_BATCHES_COLLECTED = 8


def available_cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def analysed(
    analyser: Analyser, batches: Iterable[Batch], processes: int
) -> Generator[tuple[npt.NDArray[np.int32], Analysis], None, None]:
    """Yield the analysis of each batch of documents that is not empty, in order, with the numbers that came with it.

    Args:
        analyser: Does it. When it cannot be sent to other processes, all is done in this one.
        batches: Numbers and documents.
        processes: Processes to analyse in; with 1, or for a small corpus, this one alone.

    Raises:
        WorkerError: A worker ended before it was done.
    """
    waiting = (batch for batch in batches if batch[1])
    first: list[Batch] = []
    if processes > 1 and (portable := _portable(analyser)) is not None:
        characters = 0
        for batch in waiting:
            first.append(batch)
            characters += sum(len(document.answer) + len(document.question) for document in batch[1])
            if characters >= _WORTH_STARTING:
                yield from _in_workers(portable, chain(first, waiting), processes)
                return
    for numbers, documents in chain(first, waiting):
        yield numbers, analyser.analyse(documents)


def _portable(analyser: Analyser) -> bytes | None:
    """An analyser as it travels to other processes, or None where it cannot."""
    try:
        portable = pickle.dumps(analyser)
    except (AttributeError, TypeError, pickle.PicklingError):
        return None
    # A worker does not run the caller's script, so it knows no class of that.
    return None if b"__main__" in portable or not sys.executable else portable


def _in_workers(
    portable: bytes, batches: Iterable[Batch], processes: int
) -> Generator[tuple[npt.NDArray[np.int32], Analysis], None, None]:
    with ExitStack() as stack:
        workers = [stack.enter_context(_Worker(portable)) for _ in range(processes)]
        sent: deque[tuple[npt.NDArray[np.int32], _Worker]] = deque()
        # Each in its turn: the order of answers is that of questions, with nothing to sort or to wait for.
        for place, (numbers, documents) in enumerate(batches):
            worker = workers[place % processes]
            worker.send(documents)
            sent.append((numbers, worker))
            if len(sent) == _AHEAD * processes:
                yield _taken(*sent.popleft())
        while sent:
            yield _taken(*sent.popleft())


def _taken(numbers: npt.NDArray[np.int32], worker: _Worker) -> tuple[npt.NDArray[np.int32], Analysis]:
    return numbers, worker.receive()


class _Worker:
    """One process that analyses what it is sent."""

    def __init__(self, portable: bytes) -> None:
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        self._process = subprocess.Popen(
            [sys.executable, "-c", "from faqsearch.workers import serve; serve()"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            start_new_session=True,  # Ctrl-C is for the parent, which ends its workers
        )
        self._asks: IO[bytes] = self._process.stdin  # type: ignore[assignment]
        self._answers: IO[bytes] = self._process.stdout  # type: ignore[assignment]
        self._write(portable)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self._process.kill()
        for stream in (self._asks, self._answers):
            with suppress(OSError):
                stream.close()
        try:
            self._process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def send(self, documents: Sequence[Document]) -> None:
        """Ask for the analysis of some documents."""
        self._write(pickle.dumps([document_to_json(document) for document in documents], pickle.HIGHEST_PROTOCOL))

    def receive(self) -> Analysis:
        """Return the next analysis.

        Raises:
            WorkerError: The process has ended.
        """
        try:
            analysis, error = pickle.load(self._answers)  # noqa: S301 - our own process
        except (EOFError, OSError, pickle.UnpicklingError) as fault:
            raise self._ended() from fault
        if error is not None:
            raise error
        return cast("Analysis", analysis)

    def _write(self, message: bytes) -> None:
        try:
            self._asks.write(message)
            self._asks.flush()
        except OSError as fault:
            raise self._ended() from fault

    def _ended(self) -> WorkerError:
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_PATIENCE)
        code = self._process.returncode
        how = f"was ended by signal {-code}" if code is not None and code < 0 else f"ended with exit code {code}"
        return WorkerError(
            f"a process that analysed documents {how}",
            hint="If memory ran out, use fewer: --processes 1.",
        )


def serve() -> None:
    """Analyse what comes in on standard input until it ends; what a worker process runs."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not end up among the answers
    asked: queue.SimpleQueue[Any] = queue.SimpleQueue()
    # Read as it comes: a parent that waits until it can send would never take what is ready.
    threading.Thread(target=_read, args=(asked,), daemon=True).start()
    analyser = asked.get()
    # What is remembered would be looked through again and again; in circles the analysis leaves nothing behind, and a
    # tokenizer of somebody else's little that is old.
    gc.disable()
    for done in count():
        if done % _BATCHES_COLLECTED == 0:
            gc.collect(0)
        asks = asked.get()
        try:
            analysis = analyser.analyse([document_from_json(line) for line in asks])
            answer = pickle.dumps((analysis, None), pickle.HIGHEST_PROTOCOL)
        except Exception as error:  # noqa: BLE001 - all of them are the parent's to raise
            answer = _told(error)
        with suppress(BrokenPipeError):
            answers.write(answer)
            answers.flush()


def _read(asked: queue.SimpleQueue[Any]) -> None:
    try:
        while True:
            asked.put(pickle.load(sys.stdin.buffer))  # noqa: S301 - from our own parent
    except EOFError:
        os._exit(0)  # the parent has all it wanted, or is gone
    except Exception:  # noqa: BLE001 - whatever it is, nothing more can come in
        traceback.print_exc()
        os._exit(1)


def _told(error: Exception) -> bytes:
    """An error as it travels to the parent; one that cannot is told in words."""
    try:
        answer = pickle.dumps((None, error))
        pickle.loads(answer)  # noqa: S301 - an exception may be written and not be readable
    except Exception:  # noqa: BLE001
        return pickle.dumps((None, WorkerError(f"a process that analysed documents failed: {error!r}")))
    return answer
