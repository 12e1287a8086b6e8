"""Processes: programs of our own that do a job for this one.

They are started as programs, not forked and not by `multiprocessing`: a script that builds an index needs no
`if __name__ == "__main__"`, threads of the caller do no harm, and one whose parent is gone, however it went, reads the
end of its input and ends.
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
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from types import TracebackType
from typing import IO, Any, Self

from faqsearch.errors import WorkerError

_PATIENCE = 5.0
_ANSWERS_COLLECTED = 32


def available_cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def portable(job: Callable[[Any], Any]) -> bytes | None:
    """Return a job as it travels to other processes, or None where it cannot."""
    try:
        packed = pickle.dumps(job)
    except (AttributeError, TypeError, pickle.PicklingError):
        return None
    # A worker does not run the caller's script, so it knows no class of that.
    return None if b"__main__" in packed or not sys.executable else packed


class Worker:
    """One process that does a job for whatever it is sent.

    Args:
        job: What `portable` gives.
    """

    def __init__(self, job: bytes) -> None:
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        self._process = subprocess.Popen(
            [sys.executable, "-c", "from faqsearch.processes import serve; serve()"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            start_new_session=True,  # Ctrl-C is for the parent, which ends its workers
        )
        self._asks: IO[bytes] = self._process.stdin  # type: ignore[assignment]
        self._answers: IO[bytes] = self._process.stdout  # type: ignore[assignment]
        self._write(pickle.dumps(job))

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

    def send(self, asked: Any) -> None:
        """Have the job done for something that can be pickled.

        Raises:
            WorkerError: The process has ended.
        """
        self._write(pickle.dumps(asked, pickle.HIGHEST_PROTOCOL))

    def receive(self) -> Any:
        """Return what the job gave for the next of what was sent; raise what it raised.

        Raises:
            WorkerError: The process has ended.
        """
        try:
            answer, error = pickle.load(self._answers)  # noqa: S301 - our own process
        except (EOFError, OSError, pickle.UnpicklingError) as fault:
            raise self._ended() from fault
        if error is not None:
            raise error
        return answer

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
            f"a worker process {how}",
            hint="If memory ran out, use fewer: --processes 1.",
        )


def serve() -> None:
    """Do the job that comes in on standard input for what comes after it, until it ends; what a worker process runs."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not end up among the answers
    asked: queue.SimpleQueue[Any] = queue.SimpleQueue()
    # Read as it comes: a parent that waits until it can send would never take what is ready.
    threading.Thread(target=_read, args=(asked,), daemon=True).start()
    packed, job = asked.get(), None
    # What is remembered would be looked through again and again; in circles the analysis leaves nothing behind, and a
    # tokenizer of somebody else's little that is old.
    gc.disable()
    for done in count():
        if done % _ANSWERS_COLLECTED == 0:
            gc.collect(0)
        asks = asked.get()
        try:
            if job is None:
                job = pickle.loads(packed)  # noqa: S301 - from our own parent
            answer = pickle.dumps((job(asks), None), pickle.HIGHEST_PROTOCOL)
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
        return pickle.dumps((None, WorkerError(f"a worker process failed: {error!r}")))
    return answer
