"""Many questions, answered in several processes: what one process gives, whatever becomes of the others."""

import os
import pickle
import shutil
import signal
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import pytest

from faqsearch import build_index, many, open_index
from faqsearch.documents import Document, Source
from faqsearch.errors import QueryError, SettingsError
from faqsearch.index import open_generation
from faqsearch.many import _packed, _unpacked
from faqsearch.opened import Opened
from faqsearch.results import Hit, LegExplanation, Results
from faqsearch.snippets import Highlights
from faqsearch.tokens import FugashiTokenizer

TOKENIZER = FugashiTokenizer()
pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks for processes in /proc")
QUESTIONS = [
    f"{word}{ending}"
    for word in ("送料", "解約", "パスワード", "E-203", "ぱすわーど", "zzzz")
    for ending in ("", "は？")
]
# Several lots for each process; white space changes no answer.
QUESTIONS = [question + " " * spaces for spaces in range(10) for question in QUESTIONS]


class Slow(FugashiTokenizer):
    """Takes its time in the process that asks, so that others answer, too; remembers what it is asked there."""

    asked: ClassVar[set[str]] = set()

    def query_words(self, text, *, kana=None):
        if os.getpid() == int(os.environ["FAQSEARCH_TEST_PARENT"]):
            self.asked.add(text)
            time.sleep(0.02)
        else:
            self.elsewhere()
        return super().query_words(text, kana=kana)

    def elsewhere(self):
        """What is done in another process."""


class Ends(Slow):
    """Ends every other process at its first question."""

    def elsewhere(self):
        os.kill(os.getpid(), signal.SIGKILL)


class Unportable(Slow):
    """Holds something no other process can have."""

    def __reduce__(self):
        raise TypeError("a lock")


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    """Start processes for few questions."""
    monkeypatch.setattr(many, "_STARTING", 1e-6)
    monkeypatch.setenv("FAQSEARCH_TEST_PARENT", str(os.getpid()))
    monkeypatch.syspath_prepend(Path(__file__).parent)
    Slow.asked.clear()


def children():
    """The processes this one has started for questions that are still there."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            own = path.joinpath("stat").read_text().rpartition(")")[2].split()[1] == str(os.getpid())
            if own and b"faqsearch.processes" in path.joinpath("cmdline").read_bytes():
                found.append(path)
    return found


def told(results):
    """All that is said of answers, but for the time they took."""
    return [
        (r.query, r.answered, r.suggestions, r.did_you_mean, r.hits, [tuple(hit.highlights) for hit in r.hits])
        for r in results
    ]


@pytest.mark.parametrize("explain", [False, True])
def test_processes_answer_what_one_answers(index_folder, explain):
    """Every hit, snippet, mark and explanation is the same, in order; others did part of it, and are gone."""
    alone = open_index(index_folder).search_many(QUESTIONS, k=3, explain=explain, processes=1)

    together = open_index(index_folder, tokenizer=Slow()).search_many(QUESTIONS, k=3, explain=explain, processes=3)

    assert told(together) == told(alone)
    assert any(results.answered for results in alone)
    assert not Slow.asked >= set(QUESTIONS)
    assert children() == []


def test_a_process_that_ends_loses_no_question(index_folder):
    """What a process was asked when the system ended it is answered here."""
    alone = open_index(index_folder).search_many(QUESTIONS, processes=1)

    assert told(open_index(index_folder, tokenizer=Ends()).search_many(QUESTIONS, processes=2)) == told(alone)
    assert children() == []


def test_what_cannot_travel_is_asked_here(index_folder):
    """With a tokenizer that cannot be sent to other processes, all is answered by this one."""
    searcher = open_index(index_folder, tokenizer=Unportable())

    assert len(searcher.search_many(QUESTIONS, processes=2)) == len(QUESTIONS)
    assert Slow.asked >= set(QUESTIONS)


def test_an_encoder_of_its_own_stays_in_its_process(index_folder):
    """A model is not loaded again by every process: what is open with one cannot be sent."""
    opened = Opened.of(open_generation(index_folder), None, None)
    assert pickle.loads(pickle.dumps(opened)).index.manifest == opened.index.manifest

    with pytest.raises(TypeError, match="stays in its process"):
        pickle.dumps(replace(opened, encoder=object()))


def test_a_generation_that_is_gone_answers_from_here(corpus, tmp_path):
    """A generation that was removed while it is open cannot be opened by others; they are not missed."""
    build_index(corpus, tmp_path / "i")
    searcher = open_index(tmp_path / "i", tokenizer=Slow())
    before = searcher.search_many(QUESTIONS, processes=1)
    shutil.rmtree(tmp_path / "i")

    assert told(searcher.search_many(QUESTIONS, processes=2)) == told(before)


def test_mistakes_are_told_as_by_search(index_folder):
    """An empty question among many, or a field that no document has, is the error it is when asked alone."""
    searcher = open_index(index_folder, tokenizer=Slow())
    with pytest.raises(QueryError):
        searcher.search_many([*QUESTIONS, " "], processes=2)
    assert not Slow.asked, "it was found only after others had been answered"
    with pytest.raises(SettingsError):
        searcher.search_many(QUESTIONS, where={"nothing": "x"}, processes=2)
    assert children() == []


def test_few_questions_start_no_process(index_folder, monkeypatch):
    """What takes less than a process needs to start is done here."""
    monkeypatch.undo()
    monkeypatch.setattr(many, "Worker", lambda job: pytest.fail("a process was started"))

    assert len(open_index(index_folder).search_many(QUESTIONS[:32])) == 32


def test_nothing_is_lost_between_processes():
    """Every field of an answer arrives as it was sent, also those that are mostly empty."""
    source = Source("配送.md", 3, 2, ("配送", "送料"), "https://example.com/", "#a")
    document = Document("a", "manual", "送料", "550円です。", source, ("運賃",), ("配送",), ("費用",), {"担当": "配送"})
    explanation = {"document": LegExplanation(1, 2.5, 0.5, (("送料", 2.5),), (("運賃", "送料", "synonym"),))}
    marks = Highlights("550円です。", frozenset(["550"]), TOKENIZER)
    hit = Hit(1, document, 0.9, 0.8, "550円です。", marks, "送料", explanation, (document,))
    results = Results("送料", (hit,), True, 1.5, ("送料は？",), "運賃")

    arrived = _unpacked(pickle.loads(pickle.dumps(_packed(results))), TOKENIZER)

    assert arrived == results
    assert list(arrived.hits[0].highlights) == [(0, 3)]
