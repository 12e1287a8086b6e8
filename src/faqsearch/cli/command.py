"""How typer is asked to start fast: a command's module is imported when it is called, and values stay plain."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any, get_args, get_origin

import typer
from typer.core import TyperCommand, TyperGroup

from faqsearch.cli.terminal import ReaderGone
from faqsearch.errors import SettingsError

COMMANDS: Mapping[str, str] = {
    "check": "Look for what to correct in a corpus: duplicates, dead links, spellings.",
    "build": "Build an index from files and folders.",
    "update": "Bring an index up to date.",
    "watch": "Update an index whenever files change.",
    "search": "Answer a question.",
    "suggest": "Complete what was typed.",
    "related": "List the documents nearest to one.",
    "show": "Show one document in full.",
    "toc": "Print the table of contents.",
    "terms": "Print the index of key terms.",
    "info": "Say what an index holds.",
    "verify": "Check every byte of an index.",
    "rollback": "Go back to the generation before.",
    "doctor": "Ask every leg stored questions, and look for damage and stale sources.",
    "dict": "Look for mistakes in synonym files.",
    "evaluate": "Measure an index on judged questions.",
    "tune": "Choose weights and BM25 parameters on judged questions, or fit the confidence to them.",
    "mcp": "Answer an agent over MCP.",
    "schema": "Print the JSON Schema of all JSON output.",
    "guide": "Print the guide for programs and agents.",
}
"""Command to the first line of its help. Its module and its function have its name."""


class _Plain:
    """Makes values of options without pydantic.

    Since 0.27 typer builds a pydantic adapter for each parameter: 160 ms at every start, more than a whole search.
    Strings, numbers, flags, choices and lists of strings need none. Where typer has no such hook, setting it does
    nothing, and the start is slower.
    """

    def __init__(self, annotation: Any) -> None:
        self._annotation = annotation

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        """Return the value as the annotation wants it, or raise what typer shows as wrong usage."""
        if value is None:
            return () if param.multiple or param.nargs == -1 else None
        if choices := get_args(self._annotation) if get_origin(self._annotation) is not list else ():
            if value not in choices:
                raise typer.BadParameter(f"{value!r} is not one of {', '.join(choices)}.", ctx=ctx, param=param)
            return value
        if self._annotation in (int, float):
            return self._number(value, param, ctx)
        return value

    def _number(self, value: Any, param: Any, ctx: Any) -> float:
        try:
            number: float = self._annotation(value)
        except ValueError as error:
            kind = "a whole number" if self._annotation is int else "a number"
            raise typer.BadParameter(f"{value!r} is not {kind}.", ctx=ctx, param=param) from error
        if param.min is not None and number < param.min:
            raise typer.BadParameter(f"{value} is too small; use {param.min} or more.", ctx=ctx, param=param)
        return number


def _plain_values(params: list[Any]) -> list[Any]:
    for param in params:
        if getattr(param, "_runtime_param", param) is None:
            param._runtime_param = _Plain(param.type_descriptor.annotation)  # noqa: SLF001  # typer's only hook
    return params


class PlainCommand(TyperCommand):
    """A command whose values are made without pydantic."""

    def get_params(self, ctx: Any) -> Any:
        """Return the parameters, prepared."""
        return _plain_values(super().get_params(ctx))

    def invoke(self, ctx: Any) -> Any:
        """Run the command and return its exit code."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:
            raise ReaderGone from error


class LazyGroup(TyperGroup):
    """A group that knows its commands' names and first lines, and imports a command to run it."""

    def get_params(self, ctx: Any) -> Any:
        """Return the parameters, prepared."""
        return _plain_values(super().get_params(ctx))

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002  # click's signature
        """Return the names in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
        """Return the command, imported now, or None when there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        if cmd_name not in self.commands:
            single = typer.Typer(rich_markup_mode=None, add_completion=False)
            function = getattr(import_module(f"faqsearch.cli.{cmd_name}"), cmd_name)
            single.command(cmd_name, cls=PlainCommand, context_settings=_HELP)(function)
            self.commands[cmd_name] = typer.main.get_command(single)
        return self.commands[cmd_name]

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the command to run; for an unknown name, say what was probably meant."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from difflib import get_close_matches

            near = get_close_matches(args[0], COMMANDS)
            meant = f" Did you mean {near[0]!r}?" if near else ""
            raise SettingsError(f"no command {args[0]!r}", hint=f"See `faqsearch --help`.{meant}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002
        """Write the list of commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


_HELP = {"help_option_names": ["-h", "--help"]}
