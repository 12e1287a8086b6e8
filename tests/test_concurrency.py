"""Readers in threads and processes, while updates are published: no error, and one generation in each answer."""

import json
import re
import subprocess
import sys
import threading
import time

import pytest

from faqsearch.build import build_index
from faqsearch.errors import IndexFormatError
from faqsearch.index.folder import IndexFolder
from faqsearch.search import open_index
from faqsearch.settings import Settings
from faqsearch.tokens import FugashiTokenizer
from faqsearch.update import update_index

TOPICS = ["送料", "返品", "解約", "領収書", "退会"]
# Opens the index again and again, as a command does, and prints every version it saw.
READER = """
import pathlib, re, sys, time
from faqsearch.search import open_index
from faqsearch.tokens import FugashiTokenizer
index, stop = sys.argv[1], pathlib.Path(sys.argv[2])
tokenizer, seen = FugashiTokenizer(), []
while not stop.exists() or not seen:
    searcher = open_index(index, tokenizer=tokenizer)
    for question in ("送料を知りたい", "返品したい", "領収書"):
        hits = searcher.search(question).hits
        versions = {v for hit in hits for v in re.findall(r"第(\\d+)版", hit.answer + hit.question)}
        assert hits and len(versions) == 1, versions
        seen.append(int(versions.pop()))
    time.sleep(0.02)
assert seen == sorted(seen)
print(seen[0], seen[-1], len(seen))
"""


def write(folder, version):
    """Write a corpus whose every text says which version it is."""
    folder.mkdir(exist_ok=True)
    rows = [
        {
            "id": topic,
            "question": f"{topic}について（第{version}版）",
            "answer": f"{topic}のご案内、第{version}版です。",
        }
        for topic in TOPICS
    ]
    (folder / "faq.json").write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")


def versions(results):
    """The versions that the hits of one answer say they are of."""
    return {int(v) for hit in results.hits for v in re.findall(r"第(\d+)版", hit.answer + hit.question)}


@pytest.fixture
def place(tmp_path):
    """A corpus of version 0 and its index, which keeps no old generation: what is replaced is gone at once."""
    write(tmp_path / "corpus", 0)
    build_index(tmp_path / "corpus", tmp_path / "i", settings=Settings(keep_generations=1))
    return tmp_path


@pytest.mark.parametrize(("updates", "processes"), [(8, 2), pytest.param(50, 8, marks=pytest.mark.slow)])
def test_readers_never_notice_updates(place, updates, processes):
    """Eight threads with one searcher that is refreshed, processes that open anew, many updates."""
    tokenizer = FugashiTokenizer()
    searcher = open_index(place / "i", tokenizer=tokenizer)
    stop, wrong, answered = threading.Event(), [], []

    def read(number):
        last = count = 0
        try:
            while not stop.is_set() or not count:
                if number % 2:
                    searcher.refresh()
                for results in (searcher.search(f"{TOPICS[count % 5]}を知りたい"), *searcher.search_many(TOPICS[:2])):
                    found = versions(results)
                    assert results.hits
                    assert len(found) == 1
                    assert min(found) >= last
                    last = min(found)
                count += 1
                time.sleep(0.02)  # readers that never rest leave the writer no time
        except BaseException as error:
            wrong.append(error)
        answered.append(count)

    threads = [threading.Thread(target=read, args=(number,)) for number in range(8)]
    command = [sys.executable, "-c", READER, str(place / "i"), str(place / "stop")]
    readers = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(processes)
    ]
    for thread in threads:
        thread.start()
    for version in range(1, updates + 1):
        write(place / "corpus", version)
        assert update_index(place / "corpus", place / "i", tokenizer=tokenizer).published
    stop.set()
    (place / "stop").touch()
    for thread in threads:
        thread.join()
    finished = [reader.communicate(timeout=60) for reader in readers]

    assert wrong == []
    assert min(answered) > 0
    assert [reader.returncode for reader in readers] == [0] * processes, finished
    searcher.refresh()
    assert versions(searcher.search("送料")) == {updates}
    assert [path.name for path in (place / "i").glob("[0-9]*")] == [f"{updates + 1:06d}"]


def test_refresh_says_whether_there_was_something_new(place):
    """True once for each new generation seen; also when the index went back."""
    searcher = open_index(place / "i")
    assert not searcher.refresh()
    write(place / "corpus", 1)
    update_index(place / "corpus", place / "i", settings=Settings(keep_generations=2))
    assert versions(searcher.search("送料")) == {0}
    assert searcher.refresh()
    assert versions(searcher.search("送料")) == {1}
    assert not searcher.refresh()

    write(place / "corpus", 2)
    update_index(place / "corpus", place / "i")
    assert searcher.refresh()
    with IndexFolder(place / "i").lock("rollback"):
        IndexFolder(place / "i").rollback()
    assert searcher.refresh()
    assert versions(searcher.search("送料")) == {1}


def test_a_damaged_new_generation_leaves_the_open_one(place):
    """What is open goes on answering; refresh says what is wrong."""
    searcher = open_index(place / "i")
    write(place / "corpus", 1)
    report = update_index(place / "corpus", place / "i")
    (place / "i" / report.generation / "lexical.bin").write_bytes(b"")
    with pytest.raises(IndexFormatError):
        searcher.refresh()

    assert versions(searcher.search("送料")) == {0}


def test_everything_can_be_asked_after_the_generation_is_gone(place):
    """What a reader needs only later is open from the start: vectors, wordings, documents."""
    searcher = open_index(place / "i")
    write(place / "corpus", 1)
    update_index(place / "corpus", place / "i")

    assert versions(searcher.search("送料")) == {0}
    assert searcher.suggest("そうりょう")
    assert searcher.related("送料")
    assert searcher.document("返品").answer == "返品のご案内、第0版です。"
