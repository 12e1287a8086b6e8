"""Where output goes: what a stream can show, and what must never reach it raw."""

from __future__ import annotations

import io
import os
import shutil
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal, TextIO

ColorChoice = Literal["auto", "always", "never"]

UNSAFE = frozenset(
    (
        *range(9),
        *range(11, 32),
        *range(0x7F, 0xA0),
        0x061C,
        0x200E,
        0x200F,
        *range(0x2028, 0x202F),
        *range(0x2066, 0x206A),
    )
)
"""Characters that would move the cursor, change colours or reorder a line: documents and file names are written by
others. All controls but tab and line break, line and paragraph separators, and marks of direction."""
INTERRUPTED = 130
"""128 + SIGINT: what a shell reports for a program that this signal ended."""
# One for one, so that positions in a text stay right.
_VISIBLE = {code: chr(0x2400 + code) if code < 32 else "\ufffd" for code in UNSAFE}


class ReaderGone(Exception):  # no error: nobody listens any more
    """Whoever read our output has closed it. Typer would take the BrokenPipeError for an exit with 1."""


def prepare_streams() -> None:
    """Make sure that printing never fails: what a stream's encoding lacks is shown as an escape."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


@contextmanager
def ended_by_interrupt() -> Iterator[None]:
    """Let Ctrl-C end the process there and then, as it ends `cat`: for work that leaves nothing half written.

    Python's own handler only makes a note, read before the next step of Python: a Ctrl-C that arrives just before a
    read from stdin is not heard until a line comes, and then maybe by a finalizer, which loses it.
    """
    ours = threading.current_thread() is threading.main_thread()
    if not ours or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield  # whoever calls us has plans of their own
        return
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def printable(text: str) -> str:
    """Return `text` with control characters made visible; line breaks and tabs stay. Same length."""
    return text.translate(_VISIBLE)


def say_error(message: str, hint: str, code: int) -> int:
    """Print an error the way all of them look, and return `code`."""
    print(f"error: {printable(' '.join(message.splitlines()))}", file=sys.stderr)
    if hint:
        print(f" hint: {printable(hint)}", file=sys.stderr)
    return code


def is_terminal(stream: TextIO) -> bool:
    """Whether a person reads the stream."""
    try:
        return stream.isatty()
    except ValueError:  # closed
        return False


def wants_color(choice: ColorChoice, stream: TextIO) -> bool:
    """Whether to colour: as told, else on a terminal, and never against NO_COLOR or TERM=dumb."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return is_terminal(stream) and os.environ.get("TERM") != "dumb"


def columns() -> int:
    """Columns to write in; lines longer than 120 are hard to read and never made."""
    return max(40, min(120, shutil.get_terminal_size().columns))


def can_show(text: str, stream: TextIO) -> bool:
    """Whether the stream's encoding has all of `text`."""
    try:
        text.encode(stream.encoding or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
