"""Watch: files change, the index follows."""

import sys
import threading

import pytest

from faqsearch.build import build_index
from faqsearch.errors import IndexNotFound, MissingExtra, SourceError
from faqsearch.search import open_index
from faqsearch.watch import watch_corpus

pytest.importorskip("watchfiles")


class Told(list):
    """What was told, and a way to wait for it."""

    def __init__(self):
        self.more = threading.Condition()

    def __call__(self, what):
        with self.more:
            self.append(what)
            self.more.notify_all()

    def wait_for(self, count):
        with self.more:
            assert self.more.wait_for(lambda: len(self) >= count, timeout=30), list(self)


@pytest.fixture
def place(tmp_path):
    """A corpus of one file, and its index inside of the corpus folder, as some will put it."""
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "faq.csv").write_text("質問,回答\n送料は？,550円です。\n", encoding="utf-8")
    build_index(tmp_path / "corpus", tmp_path / "corpus" / "i")
    return tmp_path / "corpus"


@pytest.mark.parametrize("named", ["faq.csv", "."], ids=["a file", "a folder"])
def test_changes_are_followed(place, named):
    """An update at once, one for every change (also by rename), errors told; the index itself starts nothing."""
    told, stop = Told(), threading.Event()
    options = {"told": told, "stop": stop}
    watching = threading.Thread(target=watch_corpus, args=(place / named, place / "i"), kwargs=options)
    watching.start()
    try:
        told.wait_for(1)
        assert not told[0].published
        (place / "new").write_text("質問,回答\n送料は？,600円です。\n返品は？,8日以内です。\n", encoding="utf-8")
        (place / "new").replace(place / "faq.csv")
        told.wait_for(2)
        assert told[1].changes.added
        assert open_index(place / "i").search("送料").hits[0].answer == "600円です。"
        (place / "faq.csv").write_text("", encoding="utf-8")
        told.wait_for(3)
        assert isinstance(told[2], SourceError)
        assert open_index(place / "i").search("送料").hits[0].answer == "600円です。"
    finally:
        stop.set()
        watching.join()
    assert len(told) == 3


def test_a_change_of_an_included_file_is_followed(tmp_path):
    """A page named by itself is updated when a file beside it that it includes changes."""
    pytest.importorskip("docutils")
    page, common = tmp_path / "page.rst", tmp_path / "common.inc"
    common.write_text("電源を抜きます。\n", encoding="utf-8")
    page.write_text("お手入れ\n========\n\n.. include:: common.inc\n", encoding="utf-8")
    build_index(page, tmp_path / "i")
    told, stop = Told(), threading.Event()
    watching = threading.Thread(target=watch_corpus, args=(page, tmp_path / "i"), kwargs={"told": told, "stop": stop})
    watching.start()
    try:
        told.wait_for(1)
        common.write_text("乾いた布で拭きます。\n", encoding="utf-8")
        told.wait_for(2)
        assert told[1].changes.changed
        assert "乾いた布" in open_index(tmp_path / "i").search("お手入れ").hits[0].answer
    finally:
        stop.set()
        watching.join()


def test_without_an_index_nothing_is_watched(place):
    """The first thing said is that there is none."""
    with pytest.raises(IndexNotFound):
        watch_corpus(place, place / "none", told=print)


def test_without_the_library_the_extra_is_named(place, monkeypatch):
    """The hint is what to install."""
    monkeypatch.setitem(sys.modules, "watchfiles", None)
    with pytest.raises(MissingExtra) as caught:
        watch_corpus(place, place / "i", told=print)
    assert "faqsearch[watch]" in caught.value.hint
