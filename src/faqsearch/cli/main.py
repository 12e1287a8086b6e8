"""The command line's one door: how a command is run, and what an error looks like."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from faqsearch.cli.plain import understood
from faqsearch.cli.terminal import INTERRUPTED, ReaderGone, prepare_streams, say_error
from faqsearch.errors import FaqsearchError

# 128 + SIGPIPE: what a shell reports for a program that this signal ended.
_BROKEN_PIPE = 141
# EX_SOFTWARE of sysexits.h: the fault is faqsearch's own.
_FAULT = 70


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code; the only place that turns errors into messages."""
    prepare_streams()
    # Typer's own option would be read too late for an error in the options themselves.
    debug = "--debug" in arguments
    try:
        code = _run(list(arguments))
        sys.stdout.flush()
    except KeyboardInterrupt:
        return INTERRUPTED
    except (BrokenPipeError, ReaderGone):
        # Whoever read our output has gone; the interpreter's last flush must not complain about it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _BROKEN_PIPE
    except FaqsearchError as error:
        if debug:
            raise
        return say_error(str(error), error.hint, error.exit_code)
    except Exception as error:
        if debug:
            raise
        hint = "Run it again with --debug and report what it prints: this is a fault in faqsearch."
        return say_error(f"{type(error).__name__}: {error}", hint, _FAULT)
    return code


def _run(arguments: list[str]) -> int:
    if (search := understood(arguments)) is not None:
        from faqsearch.cli.answer import answer

        return answer(**search)
    from faqsearch.cli.app import run_app

    return run_app(arguments)
