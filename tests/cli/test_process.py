"""What only a real process shows: what it imports, how it ends, what a terminal gets."""

import os
import pty
import subprocess
import sys

import pytest

HEAVY = ("torch", "transformers", "sentence_transformers", "sklearn", "scipy", "pandas")


def faqsearch(*arguments, cwd, **options):
    environment = {**os.environ, "PYTHONUTF8": "1", **options.pop("env", {})}
    command = [sys.executable, "-m", "faqsearch", *arguments]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, check=False, **options)


def imported(*arguments, cwd, env=None):
    """Return the top-level modules a command imports."""
    script = (
        "import sys, runpy\n"
        f"sys.argv = ['faqsearch', *{arguments!r}]\n"
        "try: runpy.run_module('faqsearch', run_name='__main__')\n"
        "except SystemExit as stop: print('code', stop.code, file=sys.stderr)\n"
        "print('modules', *sorted({name.split('.')[0] for name in sys.modules}), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=cwd, env={**os.environ, **(env or {})}, capture_output=True, check=True
    )
    lines = done.stderr.decode().splitlines()
    return lines[-2], set(lines[-1].split()[1:])


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["search", "--help"], ["mcp", "--help"]])
def test_help_imports_nothing_heavy(arguments, workplace):
    """Help needs typer and nothing else: no numpy, faiss, rich or pydantic."""
    code, modules = imported(*arguments, cwd=workplace)

    assert code == "code 0"
    assert set() == modules & {*HEAVY, "numpy", "faiss", "rich", "pydantic", "yaml", "fugashi"}


def test_completion_imports_nothing_heavy(workplace):
    """Pressing Tab is as cheap as help."""
    asked = {"_FAQSEARCH_COMPLETE": "complete_bash", "COMP_WORDS": "faqsearch se", "COMP_CWORD": "1"}
    _, modules = imported(cwd=workplace, env=asked)

    assert set() == modules & {*HEAVY, "numpy", "faiss", "rich", "pydantic", "yaml", "fugashi"}


def test_completion_knows_commands_and_options(workplace):
    """`faqsearch se<Tab>` is search; `faqsearch search --ma<Tab>` is --max-chars."""
    for words, expected in (("faqsearch se", "search"), ("faqsearch search --ma", "--max-chars")):
        asked = {"_FAQSEARCH_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}
        assert expected == faqsearch(cwd=workplace, env=asked).stdout.decode().strip()


@pytest.mark.parametrize("option", [(), ("--json",), ("--tsv",), ("--explain",)])
def test_search_imports_no_machine_learning(option, workplace):
    """A search with the built-in encoder needs no torch, no scipy, and no typer, rich or pydantic either."""
    _, modules = imported("search", "送料はいくらですか", *option, cwd=workplace)

    assert set() == modules & {
        *HEAVY,
        "typer",
        "click",
        "rich",
        "pydantic",
        "yaml",
        "markdown_it",
        "charset_normalizer",
    }


def test_a_search_loads_what_it_needs_and_no_more(workplace):
    """Nothing of building, updating, related documents or masked arrays; completions only for weak answers.

    Of other people's packages only numpy, faiss and fugashi, with its dictionary and what faiss imports; of Python's
    own none of those for threads, processes, networks and databases.
    """
    script = (
        "import sys, sysconfig\n"
        "from faqsearch.cli.main import run\n"
        "assert run(['search', '送料はいくらですか', '--json', '--index', 'indexes/demo']) == 0\n"
        "site = sysconfig.get_path('purelib')\n"
        "found = {name: getattr(module, '__file__', None) or '' for name, module in sys.modules.items()}\n"
        "print(*found, file=sys.stderr)\n"
        "print(*{name.split('.')[0] for name, path in found.items() if path.startswith(site)}, file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=workplace, capture_output=True, check=True)

    loaded, others = (set(line.split()) for line in done.stderr.decode().splitlines())
    unwanted = ("build", "update", "verify", "analyser", "related", "suggest", "sources", "evaluation", "index.writer",
                "index.known", "index.completions", "index.counts", "index.milvus", "index.remembered",
                "vectors.transformer", "vectors.learning", "cli.app", "cli.command")  # fmt: skip
    assert set() == loaded & {"numpy.ma", *(f"faqsearch.{name}" for name in unwanted)}
    assert set() == loaded & {
        "concurrent.futures",
        "multiprocessing",
        "asyncio",
        "http",
        "email",
        "sqlite3",
        "argparse",
    }
    assert {name for name in others if not name.startswith("__editable__")} <= {
        "faqsearch",
        "numpy",
        "faiss",
        "fugashi",
        "unidic_lite",
        "packaging",
        "_distutils_hack",
    }


@pytest.mark.parametrize("command", [["toc"], ["toc", "--json"], ["show", "pass", "--context", "1"], ["terms"]])
def test_reading_an_index_through_imports_no_machine_learning(command, workplace):
    """Contents, neighbours and key terms come from the index alone; contents and neighbours need no dictionary."""
    code, modules = imported(*command, cwd=workplace)

    assert code == "code 0"
    assert set() == modules & {*HEAVY, "faiss", "rich", "pydantic", "yaml", "markdown_it", "charset_normalizer"}
    assert "fugashi" not in modules or command == ["terms"]


def test_importing_the_package_imports_nothing(tmp_path):
    """`import faqsearch` costs nothing until a name is used."""
    script = "import sys; before = set(sys.modules); import faqsearch; print(*set(sys.modules) - before)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, cwd=tmp_path)

    assert {"faqsearch", "typing", "__future__", "importlib"} >= {
        name.split(".")[0] for name in done.stdout.decode().split() if not name.startswith("_") and name != "warnings"
    } - set(sys.stdlib_module_names)


def test_a_reader_that_leaves_early_sees_no_complaint(workplace):
    """`faqsearch search - | head -1` ends quietly."""
    questions = "送料はいくらですか\n" * 2000
    script = f"{sys.executable} -m faqsearch search - | head -n 1"
    done = subprocess.run(
        ["bash", "-c", f"{script}; echo ${{PIPESTATUS[0]}}"],
        input=questions.encode(), cwd=workplace, capture_output=True, check=False,
    )  # fmt: skip

    assert done.stderr == b""
    assert done.stdout.decode().splitlines()[-1] == "141"


def test_interrupting_ends_quietly(workplace):
    """Ctrl-C between questions prints nothing and ends the process by the signal itself, which a shell calls 130.

    Python's own handler would sometimes hear of it only after the next line of stdin.
    """
    import signal

    process = subprocess.Popen(
        [sys.executable, "-m", "faqsearch", "search", "-"], cwd=workplace,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        # A shell lets its background jobs ignore Ctrl-C, and they hand that down; CI may be such a job.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - no threads here
    )  # fmt: skip
    process.stdin.write("送料\n".encode())
    process.stdin.flush()
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    code = process.wait(timeout=30)  # while stdin is open: nothing else ends it

    assert (code, process.communicate()[1]) == (-signal.SIGINT, b"")


def test_a_stream_that_lacks_characters_gets_escapes(workplace):
    """With cp932 or ASCII output nothing fails; JSON stays JSON."""
    import json

    for encoding in ("cp932", "ascii"):
        environment = {"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
        text = faqsearch("search", "送料はいくらですか", cwd=workplace, env=environment)
        value = json.loads(faqsearch("search", "送料", "--json", cwd=workplace, env=environment).stdout)

        assert (text.returncode, text.stderr) == (0, b"")
        assert value["hits"][0]["id"] == "ship"


def on_a_terminal(*arguments, cwd, env=None):
    """Return what a person at a terminal sees."""
    leader, follower = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "80", **(env or {})}
    process = subprocess.Popen(
        [sys.executable, "-m", "faqsearch", *arguments], cwd=cwd, env=environment, stdout=follower, stderr=follower
    )
    os.close(follower)
    seen = b""
    while True:
        try:
            part = os.read(leader, 65536)
        except OSError:
            break
        if not part:
            break
        seen += part
    process.wait(timeout=60)
    os.close(leader)
    return seen.decode()


def test_a_terminal_gets_colors_and_links_unless_told_otherwise(workplace):
    """Colours and clickable places on a terminal; none with NO_COLOR, --color never or TERM=dumb."""
    seen = on_a_terminal("search", "送料はいくらですか", cwd=workplace)

    assert "\x1b[1m" in seen
    assert "\x1b]8;;file://" in seen
    assert "\x1b" not in on_a_terminal("search", "送料", cwd=workplace, env={"NO_COLOR": "1"})
    assert "\x1b" not in on_a_terminal("search", "送料", "--color", "never", cwd=workplace)
    assert "\x1b" not in on_a_terminal("search", "送料", cwd=workplace, env={"TERM": "dumb"})


def test_progress_is_shown_on_a_terminal_only(workplace, tmp_path):
    """A build shows its steps to a person and is silent in a pipe."""
    seen = on_a_terminal("build", "corpus", "--into", str(tmp_path / "a"), cwd=workplace)
    piped = faqsearch("build", "corpus", "--into", str(tmp_path / "b"), cwd=workplace)

    assert "analysing" in seen
    assert piped.stderr == b""


def test_faults_are_one_line_and_a_traceback_only_with_debug(workplace, tmp_path):
    """An error of ours never shows Python's stack unless asked."""
    quiet = faqsearch("search", "x", "--index", str(tmp_path), cwd=workplace)
    loud = faqsearch("search", "x", "--index", str(tmp_path), "--debug", cwd=workplace)

    assert quiet.returncode == 4
    assert b"Traceback" not in quiet.stderr
    assert b"Traceback" in loud.stderr
