"""Options that several commands share."""

from __future__ import annotations

from typing import Annotated

import typer

from faqsearch.cli.terminal import ColorChoice

IndexOption = Annotated[
    str | None,
    typer.Option(
        "--index",
        metavar="INDEX",
        help="The index, a folder or milvus://HOST:PORT/NAME; else $FAQSEARCH_INDEX, else the only one in indexes/.",
    ),
]
SynonymsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--synonyms", metavar="FILE", help="A synonym file to use beside the one kept with the index. Repeat for more."
    ),
]
SourceOption = Annotated[
    str | None, typer.Option("--source", metavar="PATH", help="Only this file, or the files in this folder.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Write JSON.")]
ColorOption = Annotated[ColorChoice, typer.Option("--color", help="Colour: auto, always or never.", metavar="WHEN")]
# Read by `run`, before any option is parsed; declared so that it is known and documented.
DebugOption = Annotated[bool, typer.Option("--debug", help="On an error, show the traceback.")]
HiddenOption = Annotated[
    bool | None,
    typer.Option("--hidden/--no-hidden", help="Read hidden rows, columns and sheets of workbooks. Updates keep it."),
]
ProcessesOption = Annotated[
    int | None,
    typer.Option(
        "--processes", metavar="N", min=1, help="Processes to analyse documents in; default: one for each core."
    ),
]
