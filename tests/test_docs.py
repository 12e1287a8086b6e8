"""The documents say what is true: their examples run, every command is in them, their links lead somewhere.

`FAQSEARCH_UPDATE_GOLDEN=1 pytest tests/test_docs.py` writes what the console examples print now into the READMEs.
"""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from faqsearch.cli.command import COMMANDS

ROOT = Path(__file__).parents[1]
PAGES = sorted(path for path in [*ROOT.glob("*.md"), *ROOT.glob("*/README.md"), *ROOT.glob("docs/*.md")])
READMES = [ROOT / "README.md", ROOT / "README.ja.md"]
UPDATE = bool(os.environ.get("FAQSEARCH_UPDATE_GOLDEN"))
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")


@pytest.fixture(scope="session")
def clone(tmp_path_factory):
    """A folder like a fresh clone with the demo's index in it."""
    folder = tmp_path_factory.mktemp("clone")
    (folder / "corpus").symlink_to(ROOT / "corpus", target_is_directory=True)
    shell(folder, "faqsearch build corpus --into indexes/demo")
    return folder


def shell(folder, command):
    """Run one line as a reader would; stdout and stderr together, as a terminal shows them."""
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "COLUMNS": "80"}
    environment.pop("FAQSEARCH_INDEX", None)
    return subprocess.run(
        ["bash", "-c", command], cwd=folder, env=environment, text=True, check=False,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip


def commands(block):
    """Yield (command, printed) of a console block."""
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, _, printed = part.partition("\n")
        yield command, printed


def masked(text):
    """Numbers change with every calibration, times with every run."""
    return re.sub(r"[▮▯]+ |[\d.,]*\d", "#", text)


@pytest.mark.parametrize("page", READMES, ids=lambda path: path.name)
def test_console_examples_print_what_the_page_shows(page, clone):
    """Every `$` line of a console block is run; what it prints is what stands below it, numbers aside."""
    text = page.read_text(encoding="utf-8")
    shown = {}
    for kind, block in _BLOCK.findall(text):
        if kind == "console":
            for command, printed in commands(block):
                done = shell(clone, command)
                assert done.returncode in (0, 1), done.stdout
                shown[f"$ {command}\n{printed}"] = f"$ {command}\n{done.stdout}"
    if UPDATE:
        for before, after in shown.items():
            text = text.replace(before, after)
        page.write_text(text, encoding="utf-8")
        return
    assert shown
    assert [masked(after) for after in shown.values()] == [masked(before) for before in shown]


@pytest.mark.parametrize("page", READMES, ids=lambda path: path.name)
def test_python_examples_run(page, clone):
    """The Python blocks of a page run one after the other, as one program."""
    blocks = [block for kind, block in _BLOCK.findall(page.read_text(encoding="utf-8")) if kind == "python"]
    if not blocks:
        pytest.skip("no Python on this page")
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", "\n".join(blocks)], cwd=clone, capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout


@pytest.mark.parametrize("page", READMES, ids=lambda path: path.name)
@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_documented(command, page):
    """A command nobody can read about does not exist; one that does not exist is not written about."""
    text = page.read_text(encoding="utf-8")

    assert f"faqsearch {command}" in text


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_only_commands_that_exist_are_documented(page):
    """Every `faqsearch WORD` in code is a command."""
    text = page.read_text(encoding="utf-8")
    named = set(re.findall(r"(?:`|^\$ |\| )faqsearch ([a-z]+)", text, flags=re.MULTILINE))

    assert named <= set(COMMANDS)


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_to_files_that_exist(page):
    """Relative links, and headings within a page, are there."""
    text = page.read_text(encoding="utf-8")
    for link in _LINK.findall(_BLOCK.sub("", text)):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = page.parent / path if path else page
        assert target.exists(), f"{page.name}: {link}"
        if anchor and target.suffix == ".md":
            assert anchor in anchors(target.read_text(encoding="utf-8")), f"{page.name}: {link}"


def anchors(text):
    """Return the anchors GitHub gives the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", _BLOCK.sub("", text), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_the_exit_codes_in_the_readme_are_those_of_the_code():
    """Every exit code an error has is a row of the table."""
    from faqsearch import errors

    codes = {
        kind.exit_code
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, errors.FaqsearchError)
    }
    rows = set(re.findall(r"^\| (\d+)\b", (ROOT / "README.md").read_text(encoding="utf-8"), flags=re.MULTILINE))

    assert {str(code) for code in {0, 70, 130, *codes}} <= rows


def test_the_architecture_page_names_every_part_and_the_layers_of_the_contract():
    """No module or folder at the top is missing from the table, and the list of layers is import-linter's."""
    page = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    package = ROOT / "src" / "faqsearch"
    parts = {path.name for path in package.glob("[a-z]*.py")}
    parts |= {f"{path.parent.name}/" for path in package.glob("*/__init__.py")}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    layers = project["tool"]["importlinter"]["contracts"][0]["layers"]

    assert parts == set(re.findall(r"^\| \[([^\]]+)\]", page, flags=re.MULTILINE))
    assert "```\n" + "\n".join(layers) + "\n```" in page
