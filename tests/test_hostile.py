"""Hostile input: each file is read or refused with its place, in bounded time and memory, and costs no other file."""

import json
import os
import re
import shutil
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from faqsearch.build import build_index
from faqsearch.errors import FaqsearchError
from faqsearch.search import open_index
from faqsearch.sources import Corpus
from hostile import CASES, GOOD, built

QUICK = {"csv-columns", "csv-nul", "json-depth", "json-surrogate", "yaml-aliases", "xlsx-entities", "rst-outside"}
# What may be in output: everything a terminal only shows. Line ends and tabs are ours.
UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
EVIL = "赤\x1b[31m\x07\x9b2J\x1b]0;乗っ取り\x07\u202e"


@pytest.mark.parametrize(
    "name", [name if name in QUICK else pytest.param(name, marks=pytest.mark.slow) for name in CASES]
)
def test_hostile_files_are_bounded_and_cost_nothing_else(name, tmp_path):
    """One such file beside a good one: what is wrong is said with its place, and the good one is found."""
    case = CASES[name]
    outcome = built(case, tmp_path)

    assert outcome.answered, outcome.said[:2000]
    assert re.search(case.said.replace("$", r"\Z"), outcome.said), outcome.said[:2000]
    assert outcome.code == (3 if "error: @" in outcome.said else 0)
    assert case.documents in (None, outcome.documents)
    assert outcome.seconds < case.seconds
    assert outcome.megabytes < case.megabytes
    assert "Traceback" not in outcome.said
    assert "root:" not in outcome.said
    assert not UNSAFE.search(outcome.said)
    assert not Path("/tmp/faqsearch-was-here").exists()


def test_memory_of_the_tests_is_not_counted_as_memory_of_the_command(tmp_path):
    """A test run may hold more than a build is allowed to."""
    held = b"1" * (700 * 2**20)  # written, so that it is there

    outcome = built(CASES["csv-nul"], tmp_path)

    assert len(held) / 2**20 > CASES["csv-nul"].megabytes
    assert 20 < outcome.megabytes < CASES["csv-nul"].megabytes


def faqsearch(*arguments, given=""):
    """Run a command; exit code, stdout and stderr. What is no UTF-8 in its output fails here."""
    done = subprocess.run(
        [sys.executable, "-m", "faqsearch", *map(str, arguments)],
        input=given.encode("utf-8", "surrogateescape"), capture_output=True, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout.decode(), done.stderr.decode()


@pytest.fixture
def good(tmp_path):
    """A corpus of one good file."""
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "good.csv").write_text(GOOD, encoding="utf-8")
    return tmp_path / "corpus"


def test_what_is_no_file_is_reported_and_never_opened(good, tmp_path):
    """Pipes, sockets, devices and links out of the corpus: an error each, at once, and the good file is read."""
    (tmp_path / "secret.csv").write_text("質問,回答\n金庫は？,4711\n", encoding="utf-8")
    os.mkfifo(good / "pipe.csv")
    (good / "out.csv").symlink_to(tmp_path / "secret.csv")
    (good / "up").symlink_to(tmp_path)
    (good / "passwd.txt").symlink_to("/etc/passwd")
    (good / "endless.csv").symlink_to("/dev/zero")
    (good / "loop.csv").symlink_to(good / "loop.csv")
    expected = {"pipe.csv", "out.csv", "up", "passwd.txt", "endless.csv", "loop.csv"}
    server = socket.socket(socket.AF_UNIX)
    here = Path.cwd()
    os.chdir(good)  # the path of a socket may not be long
    try:
        server.bind("socket.csv")
        expected.add("socket.csv")
    finally:
        os.chdir(here)
    try:
        os.mknod(good / "device.csv", stat.S_IFCHR | 0o600, os.makedev(1, 5))
        expected.add("device.csv")
    except PermissionError:
        pass  # only root makes devices
    started = time.monotonic()
    code, out, err = faqsearch("build", good, "--into", tmp_path / "i")
    server.close()

    assert time.monotonic() - started < 60
    assert code == 3
    assert {name for name in expected if f"error: {good / name}: " in err} == expected
    assert "1 document" in out + err
    assert "4711" not in "".join(path.read_text("utf-8", "replace") for path in (tmp_path / "i").rglob("*.jsonl"))


def test_terminal_escapes_never_come_out_raw(tmp_path):
    """Names, questions, answers, ids, categories and what was asked: whatever they hold, no command prints it raw."""
    corpus, index = tmp_path / "corpus", tmp_path / "i"
    corpus.mkdir()
    for name in (f"a\n{EVIL}.csv", f"broken\r{EVIL}.json", f"unknown{EVIL}.zzz", os.fsdecode(b"bytes\xff\x1b[1m.md")):
        (corpus / name).write_text(
            f'id,質問,回答,カテゴリ,別表現,{EVIL}\n"e1","{EVIL}は？","{EVIL}です。",{EVIL},x{EVIL},{EVIL}\n',
            encoding="utf-8",
        )
    (corpus / "evil\x1b.yaml").write_text(f"- question: '{EVIL}'\n- {EVIL}\n- [\n", encoding="utf-8")
    (corpus / "rows.json").write_text(
        json.dumps([{"id": EVIL, "question": "a", "answer": "b"}, {EVIL: 1, "x\ny": 2}]), encoding="utf-8"
    )
    (corpus / "synonyms.txt").write_text(f"赤,{EVIL}\n{EVIL}\n赤 => 青 => {EVIL}\n", encoding="utf-8")
    runs = [
        faqsearch("build", corpus, "--into", index),
        faqsearch("build", corpus, "--into", tmp_path / "j", "--json"),
        faqsearch("update", corpus, "--into", index),
        faqsearch("build", corpus / f"no{EVIL}\n", "--into", index),
        faqsearch("dict", "check", corpus / "synonyms.txt", "--index", index),
    ]  # fmt: skip
    asked = (
        ["search", f"赤は？{EVIL}"], ["search", "赤は", "--json"], ["search", "赤は", "--jsonl"], ["search", "赤は", "--tsv"],
        ["search", "赤は", "--explain"], ["search", "赤は", "--where", f"category={EVIL}"], ["search", "赤", "--where", f"{EVIL}=1"],
        ["show", "e1"], ["show", "e1", "--json"], ["show", EVIL], ["suggest", "赤"], ["related", "e1"], ["info"],
        ["info", "--json"], ["verify"], ["doctor"],
    )  # fmt: skip
    runs += [faqsearch(*arguments, "--index", index) for arguments in asked]
    runs.append(faqsearch("search", "-", "--index", index, given=f"赤は{EVIL}\n{EVIL}\n\udcff\n"))

    for code, out, err in runs:
        assert code in (0, 1, 2, 3), err
        assert not UNSAFE.search(out), out
        assert not UNSAFE.search(err), err
        assert "Traceback" not in err
    assert sum(code == 0 for code, _, _ in runs) > 7


def test_an_index_of_a_stranger_does_not_speak_to_the_terminal(index_folder, tmp_path):
    """What a manifest says of itself is shown, not obeyed."""
    shutil.copytree(index_folder, tmp_path / "i")
    path = tmp_path / "i" / "000001" / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest |= {"created": EVIL, "made_by": EVIL, "sources": {EVIL: {"sha256": "", "documents": 1}}}
    manifest["encoder"]["name"] = EVIL
    path.write_text(json.dumps(manifest), encoding="utf-8")
    from faqsearch.index.checksums import file_record

    (tmp_path / "i" / "CURRENT").write_text(f"000001 {file_record(path).sha256}\n", encoding="utf-8")
    for arguments in (["info"], ["info", "--json"], ["search", "送料"], ["verify"]):
        _, out, err = faqsearch(*arguments, "--index", tmp_path / "i")
        assert not UNSAFE.search(out + err), out + err
    manifest["tokenizer"] = EVIL
    path.write_text(json.dumps(manifest), encoding="utf-8")
    (tmp_path / "i" / "CURRENT").write_text(f"000001 {file_record(path).sha256}\n", encoding="utf-8")
    code, out, err = faqsearch("search", "送料", "--index", tmp_path / "i")
    assert code == 4
    assert not UNSAFE.search(out + err), out + err


@pytest.mark.parametrize(
    "text",
    ["あ" * 10**6, "a" * 10**6, "送料 " * 333_333, "カ゛" * 500_000, "\ud83d" * 10**6, "1-" * 500_000, "(" * 10**6, "souryou" * 150_000],
    ids=["kana", "latin", "words", "marks", "surrogates", "codes", "brackets", "romaji"],
)  # fmt: skip
def test_a_question_of_a_million_characters(searcher, text):
    """Asked, completed, explained or filtered by: an answer or a clear error, in seconds of CPU time."""
    started, said = time.process_time(), []
    for ask in (
        lambda: searcher.search(text, explain=True).to_json(),
        lambda: searcher.search_many([text, "送料"]),
        lambda: searcher.suggest(text),
        lambda: searcher.explain(text, "postage"),
        lambda: searcher.search("送料", where={"category": text}),
        lambda: searcher.search("送料", where={text: "x"}),
        lambda: searcher.document(text),
    ):
        try:
            ask()
        except FaqsearchError as error:
            said.append(str(error))
    assert all(len(message) < 2_000 for message in said)
    assert time.process_time() - started < 20


def test_questions_from_stdin_are_bounded_and_each_has_its_answer(index_folder):
    """A line of a million characters, bytes that are no UTF-8 and NULs among good questions: one line of JSON each."""
    given = "\n".join(["送料は？", "あ" * 10**6, "\udcff\udc80", "送\0料", "送料は？", ""])
    code, out, err = faqsearch("search", "-", "--index", index_folder, given=given)
    lines = [json.loads(line) for line in out.splitlines()]

    assert code in (0, 1, 2), err
    assert len(lines) == 5
    assert lines[0]["hits"][0]["id"] == lines[4]["hits"][0]["id"] == "postage"


def test_a_reader_that_fails_costs_its_file_only(good, monkeypatch):
    """Should a reader raise what it never should, that is one problem with a way to report it."""
    from faqsearch.sources import corpus as module

    def broken(file):
        yield from ()
        raise ZeroDivisionError("at \x1b[31m")

    (good / "a.md").write_text("# a\n\nb\n", encoding="utf-8")
    monkeypatch.setattr(module, "READERS", {**module.READERS, ".md": broken})
    reader = Corpus(good)

    assert [document.id for document in reader.documents()] == ["good-one"]
    (problem,) = reader.report.problems
    assert str(problem).endswith(r"a.md: the reader fails: ZeroDivisionError: at \x1b[31m")
    assert "report it" in problem.error.hint


def test_user_words_no_name_could_be(good, tmp_path):
    """A word of thousands of characters is refused with its line, and a list of a hundred thousand is read."""
    (good / "user_words.txt").write_text("小山田商店\n" + "あ" * 3000 + "\n", encoding="utf-8")
    code, _, err = faqsearch("build", good, "--into", tmp_path / "i")
    assert code == 3
    assert f"{good / 'user_words.txt'}:2: a word of 3,000 characters" in err

    (good / "user_words.txt").write_text("".join(f"商品{n}号\n" for n in range(20_000)), encoding="utf-8")
    build_index(good, tmp_path / "i")
    assert open_index(tmp_path / "i").search("送料").hits[0].id == "good-one"
