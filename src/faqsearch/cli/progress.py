"""Progress of long work, on stderr, for a person who waits; silent everywhere else."""

from __future__ import annotations

from time import monotonic
from types import TracebackType
from typing import Any, Self, TextIO

from faqsearch.cli.terminal import is_terminal, printable


class Progress:
    """A line that says which step runs, how far it is and how fast; removed at the end."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._bar: Any = None
        self._tasks: dict[str, Any] = {}
        self._began = 0.0

    def __enter__(self) -> Self:
        if is_terminal(self._stream):
            from rich.console import Console
            from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
            from rich.progress import Progress as Bar

            columns = (
                SpinnerColumn(),
                TextColumn("{task.description}"),
                BarColumn(),
                TextColumn("{task.fields[how_far]}"),
            )
            times = (TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn())
            console = Console(file=self._stream, highlight=False, markup=False)
            self._bar = Bar(*columns, *times, console=console, transient=True)
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def step(self, name: str, done: int, total: int | None) -> None:
        """Show that step `name` has done so much; a total of None is not known yet."""
        if self._bar is None:
            return
        if name not in self._tasks:
            for earlier in self._tasks.values():
                self._bar.stop_task(earlier)
            self._tasks[name] = self._bar.add_task(name, total=total, how_far="")
            self._began = monotonic()
        self._bar.update(self._tasks[name], completed=done, total=total, how_far=self._how_far(done, total))

    def _how_far(self, done: int, total: int | None) -> str:
        """`1,024/15,000  512/s`; the total of a corpus that is still being read is an estimate."""
        if not done:
            return ""
        rate = done / max(monotonic() - self._began, 0.001)
        return f"{done:,}" + (f"/{total:,}" if total else "") + f"  {rate:,.0f}/s"

    def say(self, message: str) -> None:
        """Print a message above the line."""
        if self._bar is not None:
            self._bar.console.print(printable(message))
        else:
            print(printable(message), file=self._stream, flush=True)
