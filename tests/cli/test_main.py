"""The one door: unknown commands, faults, and help that cannot drift from the code."""

from importlib import import_module

import pytest

from faqsearch.cli.command import COMMANDS
from faqsearch.cli.terminal import printable
from faqsearch.sources import READERS


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_begins_its_help_with_the_line_in_the_list(command):
    """The summary in the list of commands is the first line of the command's own help."""
    function = getattr(import_module(f"faqsearch.cli.{command}"), command)

    assert COMMANDS[command] == function.__doc__.splitlines()[0]


def test_build_help_names_every_format(cli):
    """Formats in the help are the formats there are readers for."""
    text = " ".join(cli("build", "--help").out.split())
    names = {
        "csv": "CSV", "tsv": "TSV", "json": "JSON", "jsonl": "JSONL", "ndjson": "JSONL", "yaml": "YAML", "yml": "YAML",
        "md": "Markdown", "markdown": "Markdown", "txt": "plain text", "text": "plain text", "html": "HTML", "htm": "HTML",
        "xhtml": "HTML", "xlsx": "Excel", "xlsm": "Excel", "docx": "Word", "pdf": "PDF", "rst": "reStructuredText",
        "rest": "reStructuredText",
    }  # fmt: skip

    assert {names[suffix.removeprefix(".")] in text for suffix in READERS} == {True}


def test_a_fault_in_faqsearch_is_told_from_a_fault_in_its_use(cli, monkeypatch):
    """An unexpected exception gives one line, a hint to report it, and exit code 70."""

    def fail(*_):
        raise ZeroDivisionError("by nothing")

    monkeypatch.setattr("faqsearch.cli.address.index_address", fail)
    monkeypatch.setattr("faqsearch.cli.info.index_address", fail)
    code, out, err = cli("info")

    assert (code, out) == (70, "")
    assert [
        err.splitlines()[0],
        err.splitlines()[1][:32],
    ] == ["error: ZeroDivisionError: by nothing", " hint: Run it again with --debug"]
    with pytest.raises(ZeroDivisionError):
        cli("info", "--debug")


def test_printable_keeps_length_and_line_breaks():
    """Control characters become one visible character each, so that positions stay right."""
    text = "".join(map(chr, range(0x100)))
    shown = printable(text)

    assert len(text) == len(shown)
    assert "".join(c for c in shown if ord(c) < 32) == "\t\n"
    assert not any(0x7F <= ord(c) < 0xA0 for c in shown)
