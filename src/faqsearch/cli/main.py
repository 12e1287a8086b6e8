"""The command line's one door: which commands there are, and what an error looks like."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from faqsearch.cli.command import LazyGroup, ReaderGone
from faqsearch.cli.terminal import prepare_streams, printable
from faqsearch.errors import FaqsearchError

# 128 + SIGINT and 128 + SIGPIPE: what a shell reports for a program that these signals ended.
_INTERRUPTED = 130
_BROKEN_PIPE = 141
# EX_SOFTWARE of sysexits.h: the fault is faqsearch's own.
_FAULT = 70

app = typer.Typer(
    name="faqsearch",
    cls=LazyGroup,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(value: bool) -> None:
    if value:
        from faqsearch import __version__

        typer.echo(f"faqsearch {__version__}")
        raise typer.Exit


@app.callback()
def faqsearch(
    *,
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and exit.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    """Search Japanese FAQs and manuals.

    Data goes to stdout, messages to stderr. Exit codes: 0 answered or done, 1 nothing confident found, 2 wrong
    usage, 3 a source cannot be read, 4 the index is missing, damaged or does not fit, 5 busy or unreachable, worth
    retrying.
    """


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code; the only place that turns errors into messages."""
    prepare_streams()
    # Typer's own option would be read too late for an error in the options themselves.
    debug = "--debug" in arguments
    try:
        code = _run(list(arguments))
        sys.stdout.flush()
    except KeyboardInterrupt:
        return _INTERRUPTED
    except (BrokenPipeError, ReaderGone):
        # Whoever read our output has gone; the interpreter's last flush must not complain about it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _BROKEN_PIPE
    except FaqsearchError as error:
        if debug:
            raise
        return _say(str(error), error.hint, error.exit_code)
    except Exception as error:
        if debug:
            raise
        hint = "Run it again with --debug and report what it prints: this is a fault in faqsearch."
        return _say(f"{type(error).__name__}: {error}", hint, _FAULT)
    return code


def _run(arguments: list[str]) -> int:
    try:
        code = app(arguments, prog_name="faqsearch", standalone_mode=False)
    except typer.Abort:
        return _INTERRUPTED
    except SystemExit as stop:  # completion ends so
        return stop.code if isinstance(stop.code, int) else 0
    except Exception as error:
        if not _is_usage_error(error):
            raise
        return _wrong_usage(error)
    return code if isinstance(code, int) else 0


def _is_usage_error(error: Exception) -> bool:
    # Typer ships its own copy of click since 0.26 and used the real one before: the base is found, not imported.
    return isinstance(error, typer.BadParameter.__mro__[1])


def _wrong_usage(error: Any) -> int:
    message: str = error.format_message()
    context = getattr(error, "ctx", None)
    command: str = context.command_path if context is not None else "faqsearch"
    if not message or type(error).__name__ == "NoArgsIsHelpError":
        typer.echo(context.get_help() if context is not None else "", err=True)
        return 2
    lines = " ".join(message.split())
    return _say(lines[:1].lower() + lines[1:].removesuffix("."), f"See `{command} --help`.", 2)


def _say(message: str, hint: str, code: int) -> int:
    """Print an error the way all of them look, and return `code`."""
    print(f"error: {printable(' '.join(message.splitlines()))}", file=sys.stderr)
    if hint:
        print(f" hint: {printable(hint)}", file=sys.stderr)
    return code
