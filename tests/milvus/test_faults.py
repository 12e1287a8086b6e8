"""Milvus fails at every step of a build, an update and a search: nothing is half visible, and the next try is whole."""

import json
import shutil
from contextlib import suppress
from functools import partial

import pytest
from injecting import Faults, client_of

from faqsearch import EngineError, FaqsearchError, IndexNotFound, build_index, open_index
from faqsearch.index.milvus import engine as engine_module
from faqsearch.index.milvus import lock as lock_module
from faqsearch.index.milvus.engine import Engine
from faqsearch.index.store import open_store
from faqsearch.update import update_index
from faqsearch.verify import verify
from lite import LiteServer, import_milvus

QUESTION = "送料はいくらですか"
CALL = Engine.call
OLD, NEW = "全国一律550円です。", "全国一律600円です。"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with LiteServer(tmp_path_factory.mktemp("server")) as running:
        import_milvus()
        yield running


def patience(monkeypatch, seconds):
    """Try each call for so many seconds."""
    monkeypatch.setattr(Engine, "call", lambda self, *a, **o: CALL(self, *a, **{**o, "patience": seconds}))


@pytest.fixture(autouse=True)
def impatient(monkeypatch, tmp_path):
    """One try for each call, locks that are doubted at once, and a cache of this test's own."""
    patience(monkeypatch, 0.0)
    # Long enough for a busy machine: what these tests are about fails at once.
    monkeypatch.setattr(engine_module, "_ONE_TRY", 30.0)
    monkeypatch.setattr(engine_module, "_FIRST_WAIT", 0.01)
    monkeypatch.setattr(lock_module, "DOUBTED", 0.0)
    monkeypatch.setattr(lock_module, "BEAT", 0.05)
    monkeypatch.setenv("FAQSEARCH_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def patient(monkeypatch):
    """Calls are tried again, for ten seconds."""
    patience(monkeypatch, 10.0)


@pytest.fixture
def faults(monkeypatch):
    made = Faults()
    monkeypatch.setattr(import_milvus(), "MilvusClient", client_of(made))
    return made


@pytest.fixture
def address(server):
    """An address where nothing was built; what is there afterwards is removed."""
    found = server.address("support")
    yield found
    drop(found)


@pytest.fixture
def corpora(tmp_path):
    """Two corpora that differ in one answer, and in how many documents there are."""
    for name, answer, count in (("old", OLD, 5), ("new", NEW, 8)):
        rows = [
            {"id": f"e{n}", "question": f"商品{n}番はいつ届きますか", "answer": f"{n}日後です。"} for n in range(count)
        ]
        rows.append({"id": "postage", "question": "送料はいくらですか。", "answer": answer})
        (tmp_path / name).mkdir()
        text = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
        (tmp_path / name / "faq.jsonl").write_text(text, encoding="utf-8")
    return tmp_path


def steps(count, request):
    """The steps to fail at: all of them in the slow run, some from all parts of the work else."""
    return range(count) if request.param else sorted({*range(0, count, 7), count - 2})


def answers(address):
    """The answer of the index at an address now, and how many documents it has."""
    index = open_index(address)
    return index.search(QUESTION).hits[0].answer, index.index.manifest.documents


def left_behind(address):
    """Collections of no generation that is whole, and of more generations than are kept."""
    store = open_store(address)
    whole = [generation.number for generation in store.generations()]
    names = [name for name in store.engine.call("list_collections") if name.startswith(store.names.alias)]
    assert len(whole) <= 2
    return [name for name in names if store.names.number(name) not in whole]


@pytest.fixture(params=[pytest.param(False, id="some"), pytest.param(True, id="all", marks=pytest.mark.slow)])
def every(request):
    return partial(steps, request=request)


def error_of(work):
    """The error some work ends with, or None."""
    try:
        work()
    except FaqsearchError as error:
        return error
    return None


def calls_of(faults, work):
    """How many calls some work makes."""
    faults.calls.clear()
    work()
    return len(faults.calls)


def test_a_server_that_goes_during_a_build_leaves_the_old_index(faults, address, corpora, every):
    """Whichever call is the last to arrive: exit code 5, the old answer or the whole new one, and the next build is whole."""
    build_index(corpora / "old", address, processes=1)
    count = calls_of(faults, lambda: build_index(corpora / "new", address, processes=1))
    for step in every(count):
        build_index(corpora / "old", address, processes=1)
        with faults.gone(step):
            error = error_of(lambda: build_index(corpora / "new", address, processes=1))
        # Only letting go of the lock may fail in silence: whoever comes next sees that nobody holds it.
        assert error or step >= count - 2
        assert error is None or (type(error), error.exit_code, bool(error.hint)) == (EngineError, 5, True), step
        assert answers(address) in {(OLD, 6), (NEW, 9)}, (step, faults.calls[step])
        if step < count * 0.7:
            assert answers(address) == (OLD, 6)

    build_index(corpora / "new", address, processes=1)
    assert answers(address) == (NEW, 9)
    assert left_behind(address) == []
    assert verify(address).ok


def test_a_first_build_that_fails_is_no_index(faults, address, corpora, every):
    """Where there was no index before, there is none after a build that broke off, at whichever call."""
    count = calls_of(faults, lambda: build_index(corpora / "new", address, processes=1))
    for step in every(count):
        drop(address)
        with faults.gone(step):
            error_of(lambda: build_index(corpora / "new", address, processes=1))
        with suppress(IndexNotFound):
            assert answers(address) == (NEW, 9), (step, faults.calls[step])
    build_index(corpora / "new", address, processes=1)
    assert answers(address) == (NEW, 9)
    assert left_behind(address) == []


def drop(address):
    """Remove the index at an address, with all it left."""
    store = open_store(address)
    for collection in store.engine.call("list_collections"):
        if collection.startswith(store.names.alias):
            for alias in store.engine.call("list_aliases", collection)["aliases"]:
                store.engine.call("drop_alias", alias)
            store.engine.call("drop_collection", collection)


@pytest.mark.usefixtures("patient")
def test_a_lost_answer_costs_a_second_try(faults, address, corpora, every):
    """The server did what was asked and its answer got lost, at every call: the build goes on, and nothing is there twice."""
    build_index(corpora / "old", address, processes=1)
    count = calls_of(faults, lambda: build_index(corpora / "new", address, processes=1))
    for step in every(count):
        with faults.lost(step):
            build_index(corpora / "new", address, processes=1)
        assert answers(address) == (NEW, 9), (step, faults.calls[step])
        assert left_behind(address) == [], (step, faults.calls[step])
    assert verify(address).ok


@pytest.mark.usefixtures("patient")
def test_a_server_that_is_away_for_a_moment_costs_a_second_try(faults, address, corpora, every):
    """Three calls in a row that do not arrive, anywhere in a build: tried again, and nothing else."""
    build_index(corpora / "old", address, processes=1)
    count = calls_of(faults, lambda: build_index(corpora / "new", address, processes=1))
    for step in every(count):
        with faults.gone(step, step + 3):
            build_index(corpora / "new", address, processes=1)
        assert answers(address) == (NEW, 9), (step, faults.calls[step])
        assert left_behind(address) == [], (step, faults.calls[step])


def test_a_server_that_goes_during_an_update_leaves_the_old_index(faults, address, corpora, every, tmp_path):
    """The same of an update, which also reads what is there."""
    shutil.copytree(corpora / "old", tmp_path / "c" / "corpus")
    build_index(tmp_path / "c" / "corpus", address, processes=1)
    shutil.copy(corpora / "new" / "faq.jsonl", tmp_path / "c" / "corpus")
    count = calls_of(faults, lambda: update_index(tmp_path / "c" / "corpus", address, processes=1))
    for step in every(count):
        shutil.copy(corpora / "old" / "faq.jsonl", tmp_path / "c" / "corpus")
        update_index(tmp_path / "c" / "corpus", address, processes=1, allow_shrink=True)
        shutil.copy(corpora / "new" / "faq.jsonl", tmp_path / "c" / "corpus")
        with faults.gone(step):
            error = error_of(lambda: update_index(tmp_path / "c" / "corpus", address, processes=1))
        assert error is None or error.exit_code == 5, (step, faults.calls[step], error)
        assert answers(address) in {(OLD, 6), (NEW, 9)}
    for name in ("old", "new"):
        shutil.copy(corpora / name / "faq.jsonl", tmp_path / "c" / "corpus")
        update_index(tmp_path / "c" / "corpus", address, processes=1, allow_shrink=True)
    assert answers(address) == (NEW, 9)
    assert left_behind(address) == []


def test_a_server_that_goes_during_a_search_is_said(faults, address, corpora):
    """At every call of opening and searching: EngineError, and the same searcher answers when the server is back."""
    build_index(corpora / "new", address, processes=1)
    index = open_index(address)
    expected = [(hit.id, hit.score) for hit in index.search(QUESTION).hits]
    opening = calls_of(faults, lambda: open_index(address))
    searching = calls_of(faults, lambda: open_index(address).search(QUESTION))
    for step in range(searching):
        with faults.gone(step), pytest.raises(EngineError) as caught:
            open_index(address).search(QUESTION)
        assert (caught.value.exit_code, bool(caught.value.hint)) == (5, True)
    for step in range(searching - opening):
        fresh = open_index(address)
        with faults.gone(step), pytest.raises(EngineError):
            fresh.search(QUESTION)
        assert [(hit.id, hit.score) for hit in fresh.search(QUESTION).hits] == expected
