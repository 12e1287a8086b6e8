"""A real server that is killed, restarted, silent or full; tokens, strangers and other versions: what one is told."""

import json
import resource
import socket
import subprocess
import sys
import threading
import time
from contextlib import closing

import pytest
from injecting import Faults, client_of

from faqsearch import (
    EngineDenied,
    EngineError,
    FaqsearchError,
    IndexBusy,
    IndexFormatError,
    IndexMismatch,
    ModelError,
    Settings,
    build_index,
    open_index,
)
from faqsearch.index.address import TOKEN_VARIABLE
from faqsearch.index.milvus import lock as lock_module
from faqsearch.index.milvus.engine import Engine
from faqsearch.index.milvus.head import MANIFEST
from faqsearch.index.milvus.lock import EngineLock
from faqsearch.index.store import open_store
from faqsearch.verify import verify
from lite import LiteServer, free_port, import_milvus

CALL = Engine.call


@pytest.fixture(autouse=True)
def own(monkeypatch, tmp_path):
    """A cache of this test's own, and locks that are doubted at once."""
    import_milvus()
    monkeypatch.setenv("FAQSEARCH_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(lock_module, "DOUBTED", 0.0)
    monkeypatch.setattr(lock_module, "BEAT", 0.1)


def patience(monkeypatch, seconds):
    """Try each call for so many seconds."""
    monkeypatch.setattr(Engine, "call", lambda self, *a, **o: CALL(self, *a, **{**o, "patience": seconds}))


@pytest.fixture
def corpus_of(tmp_path):
    """Makes corpora of so many documents."""

    def make(count):
        rows = [
            {"id": f"e{n}", "question": f"商品{n}番はいつ届きますか", "answer": f"{n}日後です。"} for n in range(count)
        ]
        path = tmp_path / f"corpus{count}.jsonl"
        path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
        return path

    return make


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with LiteServer(tmp_path_factory.mktemp("server")) as running:
        yield running


def faqsearch(*arguments):
    """Run a command; return its exit code, what it said, and how long it took."""
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "faqsearch", *map(str, arguments)], capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout, done.stderr, time.monotonic() - started


@pytest.mark.slow
def test_no_server_is_exit_code_5(corpus_of):
    """Nothing listens: exit code 5, one line that names the address and one hint, for a search and a build, within seconds."""
    address = f"milvus://127.0.0.1:{free_port()}/support"
    for arguments in (("search", "送料", "--index", address), ("build", corpus_of(3), "--into", address)):
        code, out, said, seconds = faqsearch(*arguments)
        assert (code, out) == (5, "")
        assert [line.split(":")[0] for line in said.splitlines()] == ["error", " hint"]
        assert address in said
        assert seconds < 100  # a build waits two minutes for a server that it had reached before


def test_a_server_that_never_answers_costs_bounded_time(monkeypatch):
    """A port that takes connections and says nothing: an error after the time a call is worth, not after minutes."""
    patience(monkeypatch, 1.0)
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        started = time.monotonic()
        with pytest.raises(EngineError, match="cannot be reached") as caught:
            open_index(f"milvus://127.0.0.1:{silent.getsockname()[1]}/support")
    assert caught.value.exit_code == 5
    assert time.monotonic() - started < 15


@pytest.mark.slow
def test_a_searcher_outlives_a_restart(tmp_path, corpus_of):
    """The server is killed and started again: meanwhile an error, afterwards the same searcher gives the same hits."""
    with LiteServer(tmp_path / "data") as own_server:
        address = own_server.address("support")
        build_index(corpus_of(8), address, processes=1)
        index = open_index(address)
        before = [(hit.id, hit.score) for hit in index.search("商品3番").hits]
        own_server.kill()
        with pytest.MonkeyPatch.context() as patch, pytest.raises(EngineError):
            patience(patch, 0.5)
            index.search("商品5番")
        own_server.start()

        assert [(hit.id, hit.score) for hit in index.search("商品3番").hits] == before
        assert open_index(address).search("商品7番").hits[0].id == "e7"


@pytest.mark.slow
@pytest.mark.parametrize("comes_back", [True, False])
def test_a_server_killed_in_the_middle_of_a_build(tmp_path, corpus_of, monkeypatch, comes_back):
    """kill -9 while rows are sent: a build goes on when the server comes back, ends with exit code 5 when it does not.

    Either way no row is there twice, what answered before still answers, and the next build is whole.
    """
    patience(monkeypatch, 30.0 if comes_back else 1.0)
    with LiteServer(tmp_path / "data") as own_server:
        address = own_server.address("support")
        build_index(corpus_of(5), address, processes=1)
        made = Faults()
        monkeypatch.setattr(import_milvus(), "MilvusClient", client_of(made))

        def strike(number):
            if [method for method, _ in made.calls[number:]] == ["insert"] and not struck:
                struck.append(number)
                own_server.kill()
                if comes_back:
                    threading.Thread(target=own_server.start).start()

        struck = []
        made._after = strike
        if comes_back:
            build_index(corpus_of(700), address, processes=1)
        else:
            with pytest.raises(EngineError) as caught:
                build_index(corpus_of(700), address, processes=1)
            assert caught.value.exit_code == 5
            own_server.start()
            patience(monkeypatch, 30.0)
            assert open_index(address).index.manifest.documents == 5
        assert struck
        build_index(corpus_of(700), address, processes=1)
        assert open_index(address).index.manifest.documents == 700
        assert verify(address).ok


@pytest.mark.slow
def test_a_full_disk_is_said(tmp_path, corpus_of, monkeypatch):
    """A server that cannot write any more: exit code 5, and what answered before still answers."""
    patience(monkeypatch, 2.0)
    with LiteServer(tmp_path / "data") as own_server:
        address = own_server.address("support")
        build_index(corpus_of(5), address, processes=1)
        # No file may grow beyond what is there now: what a full disk looks like from inside.
        limit = (20_000, resource.RLIM_INFINITY)
        resource.prlimit(own_server._process.pid, resource.RLIMIT_FSIZE, limit)
        with pytest.raises(EngineError) as caught:
            build_index(corpus_of(300), address, processes=1)
        assert caught.value.exit_code == 5
        assert caught.value.hint
        own_server.stop()
        own_server.start()

        assert open_index(address).index.manifest.documents == 5
        build_index(corpus_of(300), address, processes=1)
        assert verify(address).ok


@pytest.mark.parametrize("kind", ["status", "message"])
def test_a_wrong_token_is_not_tried_again(server, monkeypatch, corpus_of, kind):
    """A token that Milvus does not take: no second try, exit code 4, where the token is taken from, and never the token."""
    import grpc
    from pymilvus import MilvusException

    class Refused(grpc.RpcError):
        def code(self):
            return grpc.StatusCode.UNAUTHENTICATED

        def details(self):
            return "auth check failure, please check username and password are correct"

    faults = Faults()
    monkeypatch.setattr(import_milvus(), "MilvusClient", client_of(faults))
    monkeypatch.setenv(TOKEN_VARIABLE, "root:geheim")
    error = Refused() if kind == "status" else MilvusException(1800, Refused().details())
    address = server.address("locked")
    for work in (lambda: open_index(address), lambda: build_index(corpus_of(3), address)):
        with faults.gone(0, error=error), pytest.raises(EngineDenied) as caught:
            work()
        assert len(faults.calls) <= 2
        assert caught.value.exit_code == 4
        assert TOKEN_VARIABLE in caught.value.hint
        assert "geheim" not in str(caught.value) + caught.value.hint


@pytest.mark.parametrize("code", [9, 11, 65535])
def test_quotas_are_worth_retrying(server, monkeypatch, corpus_of, code):
    """Milvus takes no more rows: exit code 5, whichever code it gives, and the old index answers."""
    from pymilvus import MilvusException

    patience(monkeypatch, 0.0)
    address = server.address("quota")
    build_index(corpus_of(5), address, processes=1)
    faults = Faults()
    monkeypatch.setattr(import_milvus(), "MilvusClient", client_of(faults))
    build_index(corpus_of(5), address, processes=1)
    step = [method for method, _ in faults.calls].index("insert")
    error = MilvusException(code, "quota exceeded[reason=disk quota exhausted, please allocate more resources]")
    with faults.gone(step, step + 1, error=error), pytest.raises(EngineError, match="quota exceeded") as caught:
        build_index(corpus_of(6), address, processes=1)

    assert caught.value.exit_code == 5
    assert open_index(address).index.manifest.documents == 5


def test_strangers_are_left_alone(server, corpus_of):
    """A collection or an alias of somebody else's under the name: refused before anything is uploaded, nothing is touched."""
    client = import_milvus().MilvusClient(server.address("x").replace("milvus", "http").rpartition("/")[0])
    client.create_collection("theirs", dimension=4)
    client.create_alias("theirs", "named")
    try:
        for name in ("theirs", "named"):
            before = sorted(client.list_collections())
            with pytest.raises(FaqsearchError) as caught:
                build_index(corpus_of(3), server.address(name), processes=1)
            assert name in str(caught.value)
            assert caught.value.exit_code == 4
            assert sorted(client.list_collections()) == before
        with pytest.raises(IndexFormatError, match="did not write"):
            open_index(server.address("named"))
    finally:
        client.drop_alias("named")
        client.drop_collection("theirs")
        client.close()


def rewritten(address, change):
    """Write the head and the manifest of the generation that answers anew, after a change to both as JSON."""
    from faqsearch.index.milvus.head import HEAD, digest

    parts = open_store(address).current().parts
    (head,) = parts.read(HEAD, 1)
    head = json.loads(head)
    manifest = json.loads(b"".join(parts.read(MANIFEST, head["manifest"]["bytes"])))
    change(head, manifest)
    content = json.dumps(manifest, ensure_ascii=False).encode("utf-8")
    head["manifest"] = {"bytes": len(content), "sha256": digest(content)}
    parts.put(MANIFEST, [content])
    parts.write([parts.row(HEAD, 0, json.dumps(head).encode("utf-8"))])


def their_model(head, manifest):
    """Say that the index was made with a model that is not on this machine."""
    manifest["encoder"].update(kind="transformer", name="/nowhere/model", dimension=3)
    manifest["settings"].update(model="/nowhere/model")


@pytest.mark.parametrize(
    ("change", "kind", "said"),
    [
        (lambda head, manifest: head.update(layout=99), IndexFormatError, "laid out in Milvus as number 99"),
        (lambda head, manifest: manifest.update(format=99), IndexFormatError, "index format 99"),
        (lambda head, manifest: manifest.update(tokenizer="mecab-ipadic 1"), IndexMismatch, "mecab-ipadic 1"),
        (their_model, ModelError, "/nowhere/model"),
    ],
)
def test_indexes_of_others_are_refused(server, corpus_of, change, kind, said):
    """Another layout, format, tokenizer or encoder: exit code 4, which it is, and a build in its place works."""
    address = server.address("other")
    build_index(corpus_of(3), address, processes=1)
    rewritten(address, change)

    with pytest.raises(kind, match=said) as caught:
        open_index(address)
    assert caught.value.exit_code == 4
    assert caught.value.hint
    build_index(corpus_of(4), address, processes=1)
    assert open_index(address).index.manifest.documents == 4


def test_another_model_is_refused(server, corpus_of):
    """An index built with the built-in encoder is not searched with a model."""

    class Model:
        name, dimension = "some-model", 8

        def describe(self):
            return {"kind": "test", "name": self.name, "dimension": self.dimension}

    address = server.address("encoder")
    build_index(corpus_of(3), address, settings=Settings(), processes=1)
    with pytest.raises(IndexMismatch, match="some-model"):
        open_index(address, encoder=Model())


def test_two_builders_do_not_mix(server, corpus_of, monkeypatch):
    """While one holds the lock, the next is told to wait; one that was cut off does not publish over its successor."""
    address = server.address("twice")
    build_index(corpus_of(3), address, processes=1)
    store = open_store(address)
    monkeypatch.setattr(lock_module, "DOUBTED", 60.0)
    with store.lock("a test"), pytest.raises(IndexBusy) as caught:
        build_index(corpus_of(4), address, processes=1)
    assert caught.value.exit_code == 5
    monkeypatch.setattr(lock_module, "DOUBTED", 0.0)
    # A builder without beats, as one that sleeps: somebody else takes its lock over and publishes.
    monkeypatch.setattr(EngineLock, "_beat", lambda self: None)
    slow = open_store(address)
    with pytest.raises(IndexBusy, match="took the lock"), slow.lock("a sleeper"):
        build_index(corpus_of(5), address, processes=1)
        slow._point_at(1)
    assert open_index(address).index.manifest.documents == 5


def test_the_cache_is_checked(server, corpus_of, tmp_path):
    """What this machine keeps of an index is not believed: a changed file is fetched again."""
    address = server.address("cached")
    build_index(corpus_of(6), address, processes=1)
    before = [(hit.id, hit.score) for hit in open_index(address).search("商品3番").hits]
    kept = [path for path in (tmp_path / "cache").rglob("*") if path.is_file() and path.stat().st_size]
    assert kept
    for path in kept:
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 0xFF
        path.write_bytes(content)

    assert [(hit.id, hit.score) for hit in open_index(address).search("商品3番").hits] == before
