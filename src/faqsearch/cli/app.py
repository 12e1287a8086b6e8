"""App: the commands, as typer knows them."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from faqsearch.cli.command import LazyGroup
from faqsearch.cli.terminal import INTERRUPTED, say_error

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


def run_app(arguments: list[str]) -> int:
    """Run one command and return its exit code; wrong usage is explained here, other errors are raised."""
    try:
        code = app(arguments, prog_name="faqsearch", standalone_mode=False)
    except typer.Abort:
        return INTERRUPTED
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
    return say_error(lines[:1].lower() + lines[1:].removesuffix("."), f"See `{command} --help`.", 2)
