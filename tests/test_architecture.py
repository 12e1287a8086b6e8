"""The shape of the package: module sizes and names, what is public, what an import costs."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import faqsearch

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "faqsearch"
MODULES = sorted(PACKAGE.rglob("*.py"))
# Names under which anything could be put, and sooner or later is.
JUNK = {
    "utils", "util", "helpers", "helper", "common", "misc", "base", "core", "manager", "handler", "processor",
    "data", "info_", "obj", "tools", "shared", "lib",
}  # fmt: skip
LINES = 300
HARD_LIMIT = 350


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_modules_are_short(path):
    """A module that needs more than 300 lines has two reasons to change."""
    lines = len(path.read_text(encoding="utf-8").splitlines())

    assert lines <= HARD_LIMIT
    assert lines <= LINES


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_modules_are_named_for_what_they_hold(path):
    """No junk drawers, and every module says in one line what it is."""
    tree = ast.parse(path.read_text(encoding="utf-8"))

    assert path.stem not in JUNK
    assert path.parent.name not in JUNK
    assert ast.get_docstring(tree)


def test_public_names_are_sorted_and_exist():
    """`__all__` is sorted, free of doubles, and every name in it can be imported."""
    assert sorted(faqsearch.__all__, key=str) == faqsearch.__all__
    assert len(set(faqsearch.__all__)) == len(faqsearch.__all__)
    for name in faqsearch.__all__:
        assert getattr(faqsearch, name) is not None
        assert name in dir(faqsearch)


def test_no_public_name_is_a_module():
    """`faqsearch.build` stays the module: no exported name hides one."""
    modules = {path.stem if path.stem != "__init__" else path.parent.name for path in MODULES if path.parent == PACKAGE}
    modules |= {path.name for path in PACKAGE.iterdir() if path.is_dir()}

    assert set() == modules & set(faqsearch.__all__)


def test_unknown_names_are_attribute_errors():
    """A misspelt name fails as in any module."""
    with pytest.raises(AttributeError, match="'faqsearch' has no attribute 'serch'"):
        faqsearch.serch  # noqa: B018


def test_type_checkers_see_every_public_name():
    """The names imported for type checkers are those looked up at run time."""
    tree = ast.parse((PACKAGE / "__init__.py").read_text(encoding="utf-8"))
    block = next(node for node in tree.body if isinstance(node, ast.If))
    seen = {alias.name for node in block.body if isinstance(node, ast.ImportFrom) for alias in node.names}

    assert set(faqsearch.__all__) - {"__version__"} == seen


def test_every_error_is_public_and_has_a_family():
    """Whatever faqsearch raises on purpose can be caught by a public name."""
    from faqsearch import errors

    tree = ast.parse((PACKAGE / "errors.py").read_text(encoding="utf-8"))
    names = {node.name for node in tree.body if isinstance(node, ast.ClassDef)}

    assert names <= set(faqsearch.__all__)
    assert all(issubclass(getattr(errors, name), faqsearch.FaqsearchError) for name in names)


@pytest.mark.parametrize(
    ("use", "forbidden"),
    [
        ("faqsearch.__version__", {"numpy", "faiss", "fugashi", "rich", "typer", "yaml"}),
        ("faqsearch.Settings, faqsearch.FaqsearchError", {"numpy", "faiss", "fugashi", "rich", "typer", "yaml"}),
        ("faqsearch.open_index", {"torch", "scipy", "sklearn", "pandas", "transformers", "rich", "typer", "yaml"}),
        ("faqsearch.build_index", {"torch", "sklearn", "pandas", "transformers", "sentence_transformers", "rich"}),
        ("faqsearch.evaluate", {"torch", "sklearn", "pandas", "transformers", "sentence_transformers", "rich"}),
    ],
)
def test_a_name_imports_only_what_it_needs(use, forbidden):
    """Using one public name does not load what another one needs."""
    script = f"import sys, faqsearch; {use}; print(*{{name.split('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, text=True)

    assert set() == forbidden & set(done.stdout.split())


def test_nothing_below_the_command_line_prints():
    """Data, progress and messages are the command line's; a library does not write to stdout."""
    printing = [
        str(path.relative_to(PACKAGE))
        for path in MODULES
        if "cli" not in path.parts and re.search(r"^\s*print\(", path.read_text(encoding="utf-8"), re.MULTILINE)
    ]

    assert printing == []
