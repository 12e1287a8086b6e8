"""Documents analysed in several processes: the same index, no process left, errors that say what happened."""

import json
import os
import pickle
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from faqsearch import Document, build_index
from faqsearch import workers as module
from faqsearch.analyser import DocumentAnalyser
from faqsearch.documents import Source
from faqsearch.errors import WorkerError
from faqsearch.index.document_file import document_to_json
from faqsearch.index.interface import Fresh
from faqsearch.tokens import FugashiTokenizer
from faqsearch.workers import analysed

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks for processes in /proc")


class Ends(FugashiTokenizer):
    """Ends its process at a certain word, as the system does when memory runs out."""

    def cut(self, text):
        if "爆発" in text and os.getpid() != int(os.environ["FAQSEARCH_TEST_PARENT"]):
            os.kill(os.getpid(), signal.SIGKILL)
        return super().cut(text)


class Refuses(FugashiTokenizer):
    """Raises what cannot travel as it is."""

    def cut(self, text):
        class Local(Exception):
            pass

        raise Local(text)


class Unportable(FugashiTokenizer):
    """Holds something no other process can have."""

    def __reduce__(self):
        raise TypeError("a lock")


@pytest.fixture(autouse=True)
def always_worth_it(monkeypatch):
    """Start processes for the smallest corpus."""
    monkeypatch.setattr(module, "_WORTH_STARTING", 1)
    monkeypatch.setenv("FAQSEARCH_TEST_PARENT", str(os.getpid()))
    monkeypatch.syspath_prepend(Path(__file__).parent)


def documents(count, answer="翌日に届きます。"):
    """Some entries, each with words of its own."""
    return [
        Document(f"e{i}", "faq", f"商品{i}番の送料は？", f"{answer}型番はE-{i}です。", Source("a.jsonl"))
        for i in range(count)
    ]


def batches(count, size=3, **options):
    """Entries, a few at a time, with an empty batch among them."""
    every = documents(count, **options)
    for start in range(0, count, size):
        numbers, own = np.arange(start, min(start + size, count), dtype=np.int32), every[start : start + size]
        yield Fresh(numbers, own, [document_to_json(document).encode() for document in own])
        yield Fresh(numbers[:0], [], [])


def spelled(words):
    """The words of sequences."""
    return [words.terms[i] for i in words.ids.tolist()]


def children(parent=None):
    """The workers of a process, this one by default, that are still there."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            same = path.joinpath("stat").read_text().rpartition(")")[2].split()[1] == str(parent or os.getpid())
            if same and b"faqsearch.processes" in path.joinpath("cmdline").read_bytes():
                found.append(path)
    return found


def test_analyses_come_in_order_from_any_number_of_processes():
    """Two processes give for each batch what one gives, in order; no process is left."""
    analyser = DocumentAnalyser(FugashiTokenizer(user_words=["送料"]), 200)
    alone = list(analysed(analyser, batches(20), 1))

    together = list(analysed(analyser, batches(20), 2))

    assert [numbers.tolist() for numbers, _ in together] == [numbers.tolist() for numbers, _ in alone]
    for (_, one), (_, other) in zip(alone, together, strict=True):
        assert spelled(one.words) == spelled(other.words)
        assert one.words.lengths.tolist() == other.words.lengths.tolist()
        assert one.counts["bigram"].keys.tolist() == other.counts["bigram"].keys.tolist()
        assert (one.readings, one.passages) == (other.readings, other.passages)
        assert one.wordings.text.tobytes() == other.wordings.text.tobytes()
        assert one.wordings.forms == other.wordings.forms
    assert children() == []


def test_an_index_is_the_same_from_any_number_of_processes(tmp_path):
    """Every byte of every file that holds data is the same from one, two and three processes."""
    rows = [{"id": d.id, "question": d.question, "answer": d.answer} for d in documents(700)]
    (tmp_path / "faq.jsonl").write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), "utf-8")
    for processes in (1, 2, 3):
        build_index(tmp_path / "faq.jsonl", tmp_path / str(processes), processes=processes)

    files = [{p.name: p.read_bytes() for p in (tmp_path / n / "000001").iterdir()} for n in "123"]
    for one in files:
        del one["manifest.json"]  # it says when it was made
    assert files[0] == files[1] == files[2]


def shout(word):
    """What another process can call."""
    if word == "爆発":
        os.kill(os.getpid(), signal.SIGKILL)
    if word == "空":
        raise ValueError(word)
    return f"{word}!", os.getpid()


def test_work_runs_beside_other_work():
    """The result is that of the call, made in another process; with one process, or for little, in this one."""
    with module.helper(2, 10)(shout, "送料") as result:
        said, process = result()
    assert (said, process != os.getpid(), children()) == ("送料!", True, [])
    for few in (module.helper(1, 10), module.helper(2, 0)):
        with few(shout, "送料") as result:
            assert result() == ("送料!", os.getpid())


def test_work_beside_that_fails_is_told():
    """An error is raised where the result is asked for; that of a killed process says so; no process is left."""
    with pytest.raises(ValueError, match="空"), module.helper(2, 10)(shout, "空") as result:
        result()
    with pytest.raises(WorkerError, match="signal 9"), module.helper(2, 10)(shout, "爆発") as result:
        result()
    assert children() == []


def test_work_beside_ends_with_what_it_stands_beside():
    """An error, or Ctrl-C, while it runs ends its process at once."""
    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt), module.helper(2, 10)(time.sleep, 600):
        raise KeyboardInterrupt

    assert time.monotonic() - started < 60
    assert children() == []


def test_a_killed_worker_is_reported():
    """A worker that the system ends gives an error that names the signal and the way out, and no process is left."""
    analyser = DocumentAnalyser(Ends(), None)
    with pytest.raises(WorkerError, match="signal 9") as caught:
        list(analysed(analyser, batches(20, answer="爆発します。"), 2))

    assert "--processes 1" in caught.value.hint
    assert children() == []


def test_an_error_in_a_worker_is_told():
    """What a worker cannot analyse is an error here, also when the error itself cannot travel."""
    with pytest.raises(WorkerError, match="Local"):
        list(analysed(DocumentAnalyser(Refuses(), None), batches(20), 2))
    assert children() == []


def test_what_cannot_travel_is_done_here():
    """A tokenizer that cannot be sent to other processes analyses in this one."""
    alone = list(analysed(DocumentAnalyser(FugashiTokenizer(), None), batches(5), 1))

    here = list(analysed(DocumentAnalyser(Unportable(), None), batches(5), 2))

    assert [spelled(one.words) for _, one in here] == [spelled(one.words) for _, one in alone]


def test_work_that_is_given_up_leaves_no_process():
    """Whoever stops in the middle, as Ctrl-C does, ends the workers."""
    analyses = analysed(DocumentAnalyser(FugashiTokenizer(), None), batches(100), 2)
    next(analyses)
    assert len(children()) == 2

    analyses.close()

    assert children() == []


def test_workers_end_with_a_parent_that_is_killed(tmp_path):
    """A build that is ended by force leaves no process behind."""
    script = tmp_path / "script.py"
    script.write_text(
        "import sys\n"
        "from test_workers import batches, module\n"
        "from faqsearch.analyser import DocumentAnalyser\n"
        "from faqsearch.tokens import FugashiTokenizer\n"
        "module._WORTH_STARTING = 1\n"
        "running = module.analysed(DocumentAnalyser(FugashiTokenizer(), None), batches(100), 2)\n"
        "next(running)\n"
        "print('running', flush=True)\n"
        "sys.stdin.read()\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    parent = subprocess.Popen(
        [sys.executable, script], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with parent:
        parent.stdout.readline()
        left = children(parent.pid)
        parent.kill()
    assert len(left) == 2
    for _ in range(100):
        if not any(path.exists() and path.joinpath("cmdline").read_bytes() for path in left):  # a zombie has no words
            return
        time.sleep(0.1)
    pytest.fail("the workers are still there")


def test_a_script_needs_no_main_guard(tmp_path):
    """A script that builds at its top level is not run again by its workers."""
    rows = [{"id": d.id, "question": d.question, "answer": d.answer} for d in documents(600)]
    (tmp_path / "faq.jsonl").write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), "utf-8")
    script = tmp_path / "script.py"
    script.write_text(
        "import faqsearch, faqsearch.workers\n"
        "print('once')\n"
        "faqsearch.workers._WORTH_STARTING = 1\n"
        "report = faqsearch.build_index('faq.jsonl', 'index', processes=2)\n"
        "print(report.manifest.documents)\n"
    )
    done = subprocess.run([sys.executable, script], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert (done.stdout, done.stderr) == ("once\n600\n", "")


@pytest.mark.parametrize("most", [0, 3, 1 << 16])
def test_names_travel_once(monkeypatch, most):
    """What was sent before is a number; the other side has the same names, also after both have forgotten them."""
    monkeypatch.setattr(module, "_MOST_NAMED", most)
    names, there, new = module.Names(), [], []
    for sent in (["札", "送料"], ["送料"], [], ["返品", "札", "領収書"], ["送料", "領収書"]):
        named = pickle.loads(pickle.dumps(names.sent(sent)))
        new.append(named.new)

        assert named.among(there) == sent
    assert most != 1 << 16 or new == [["札", "送料"], [], [], ["返品", "領収書"], []]
    assert most or len(there) <= 3
