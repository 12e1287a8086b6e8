"""Publishing in Milvus: whole or not at all, one builder at a time, and a way back."""

import json
import shutil
import threading
import time
from dataclasses import replace
from types import SimpleNamespace

import pytest

from faqsearch.build import build_index
from faqsearch.errors import EngineError, IndexBusy, IndexFormatError, IndexMismatch, IndexNotFound, IndexVersionError
from faqsearch.index.milvus import lock as locking
from faqsearch.index.milvus import store as module
from faqsearch.index.milvus.engine import Engine
from faqsearch.index.milvus.head import digest
from faqsearch.index.milvus.layout import Names
from faqsearch.index.milvus.lock import EngineLock
from faqsearch.index.store import open_store
from faqsearch.retune import rewrite_settings
from faqsearch.search import open_index
from faqsearch.verify import verify

SETTLED = locking.SETTLED
_COUNT = iter(range(1_000_000))


@pytest.fixture
def where(server):
    """An address that no other test uses."""
    return server.address(f"publishing_{next(_COUNT)}")


def build(folder, where, rows):
    """Build an index of (id, question, answer) rows."""
    folder.mkdir(exist_ok=True)
    value = [{"id": row, "question": question, "answer": answer} for row, question, answer in rows]
    (folder / "faq.json").write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
    return build_index(folder, where, processes=1)


ONE = [
    ("one", "保証書をなくしました。", "購入履歴が代わりになります。"),
    ("all", "送料はいくらですか。", "五百円です。"),
]
TWO = [("two", "保証書はどこですか。", "箱の中の封筒です。"), ("all", "送料はいくらですか。", "六百円です。")]


def first(where):
    """The id of the first hit now."""
    return open_index(where).search("保証書").hits[0].id


def collections(where):
    """The collections of an index, by what stands behind its name."""
    store = open_store(where)
    return sorted(name for name in store.engine.call("list_collections") if name.startswith(store.names.alias + "_"))


def test_a_generation_can_be_taken_back(where, tmp_path):
    """Builds keep two generations, rollback goes back one, and the next build goes on from there, as in a folder."""
    for rows in (ONE, TWO, ONE, TWO):
        build(tmp_path / "corpus", where, rows)
    store = open_store(where)
    assert [generation.name for generation in store.generations()] == ["000003", "000004"]
    assert first(where) == "two"

    with store.lock("rollback"):
        assert store.rollback().name == "000003"
    assert first(where) == "one"
    with store.lock("rollback"), pytest.raises(IndexNotFound, match="no generation older"):
        store.rollback()

    assert build(tmp_path / "corpus", where, TWO).generation == "000005"
    assert [generation.name for generation in store.generations()] == ["000004", "000005"]


@pytest.mark.parametrize("step", ["rows", "check", "head", "alias"])
def test_a_build_that_fails_leaves_nothing_to_be_seen(where, tmp_path, monkeypatch, step):
    """At whatever step it fails: the generation before answers, alone, and no collection of the failed one is left."""
    build(tmp_path / "corpus", where, ONE)
    before = collections(where)
    with monkeypatch.context() as patch:
        if step == "check":
            patch.setattr(module, "check_rows", lambda *_: iter(["fewer rows than were written"]))
        else:
            failing = {"rows": ("insert", "_dense"), "head": ("upsert", "_parts"), "alias": ("alter_alias", "")}[step]
            patch.setattr(Engine, "call", _failing(*failing))
        with pytest.raises(EngineError):
            build(tmp_path / "corpus", where, TWO)

    assert collections(where) == before
    assert first(where) == "one"
    assert build(tmp_path / "corpus", where, TWO).generation == "000002"
    assert first(where) == "two"


def _failing(method, ending):
    """A `call` that fails once, at a method on a collection whose name ends so."""
    call, failed = Engine.call, []

    def failing(self, name, *args, **options):
        if name == method and not failed and str(args[0]).endswith(ending):
            failed.append(name)
            raise EngineError("the server is full", code=8)
        return call(self, name, *args, **options)

    return failing


def test_the_next_build_removes_what_a_killed_one_left(where, tmp_path):
    """Collections without a head are nobody's generation; readers never saw them, and the next build drops them."""
    build(tmp_path / "corpus", where, ONE)
    store = open_store(where)
    number = max(generation.number for generation in store.generations()) + 1
    with store.current().files() as files:
        module.write_generation(store.engine, store.names, number, files)  # and then the power goes out
    assert [generation.name for generation in store.generations()] == ["000001"]
    assert first(where) == "one"

    build(tmp_path / "corpus", where, TWO)
    assert len(store.generations()) == 2
    assert len([name for name in collections(where) if name.endswith("_parts")]) == 2
    assert first(where) == "two"


def test_two_builders_do_not_mix(where, tmp_path):
    """The second is told who is writing, and that it is worth coming again."""
    store = open_store(where)
    with store.lock("build"):
        with pytest.raises(IndexBusy, match=r"is being written by process \d+ on .* \(build\)") as refused:
            build(tmp_path / "corpus", where, ONE)
        assert refused.value.exit_code == 5
    build(tmp_path / "corpus", where, ONE)
    assert first(where) == "one"


def test_a_lock_that_goes_as_soon_as_it_is_made_is_made_again(where, monkeypatch):
    """Of two that remove the same dead lock, the second may remove what the first has made since: it is not held then."""
    store, waited = open_store(where), []

    def sleep(seconds):
        if not waited:
            (own,) = (name for name in store.engine.call("list_collections") if name.startswith(store.names.alias))
            store.engine.call("drop_collection", own)
        waited.append(seconds)

    monkeypatch.setattr(locking, "time", SimpleNamespace(sleep=sleep, time=time.time))
    with store.lock("build"):
        assert len(waited) == 2
        with pytest.raises(IndexBusy), open_store(where).lock("update"):
            pass


def test_of_many_builders_at_once_one_holds_the_lock(where, monkeypatch):
    """However they come: exactly one holds it at any time."""
    monkeypatch.setattr(locking, "BEAT", 1.0)
    monkeypatch.setattr(locking, "SETTLED", SETTLED)
    holding, most, busy, wrong = [], [], [], []

    def come():
        try:
            with open_store(where).lock("build"):
                holding.append(1)
                most.append(len(holding))
                threading.Event().wait(0.5)
                holding.pop()
        except IndexBusy:
            busy.append(1)
        except Exception as error:
            wrong.append(error)

    threads = [threading.Thread(target=come) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert wrong == []
    assert max(most) == 1
    assert len(most) + len(busy) == 6


def test_a_dead_builders_lock_is_taken_over(where, monkeypatch):
    """A lock without a beat is nobody's; one that beats is somebody's, however old its clock looks."""
    monkeypatch.setattr(locking, "BEAT", 0.3)
    monkeypatch.setattr(locking, "DOUBTED", 0.0)
    store = open_store(where)
    dead = EngineLock(store.engine, store.names.lock, "build")
    dead._make()
    with store.lock("update"):
        with pytest.raises(IndexBusy, match="took the lock of this one over"):
            dead.check()
        with pytest.raises(IndexBusy, match="is being written by process"), open_store(where).lock("build"):
            pass


def test_a_builder_whose_lock_was_taken_over_publishes_nothing(where, tmp_path, monkeypatch):
    """It was cut off for long, somebody else builds now: what it wrote goes, what answers stays."""
    build(tmp_path / "corpus", where, ONE)
    before = collections(where)
    with monkeypatch.context() as patch:
        check = EngineLock.check

        def taken_over(self):
            self._parts.write([self._parts.row("lock", 0, b'{"token": "of somebody else"}')])
            check(self)

        patch.setattr(EngineLock, "check", taken_over)
        with pytest.raises(IndexBusy):
            build(tmp_path / "corpus", where, TWO)
    assert [name for name in collections(where) if not name.endswith("_lock")] == before
    assert first(where) == "one"


def test_an_insert_whose_answer_was_lost_comes_once(where, tmp_path, monkeypatch):
    """The rows arrived, the answer did not: they are sent again as replacements, and counted once."""
    lost = []

    class Lossy:
        def __init__(self, client):
            self._client = client

        def __getattr__(self, name):
            method = getattr(self._client, name)

            def called(*args, **options):
                answer = method(*args, **options)
                if name == "insert" and args[0] not in lost:
                    lost.append(args[0])
                    raise ConnectionError("reset by peer")
                return answer

            return called

    store = open_store(where)
    client = store.engine._client
    monkeypatch.setattr(module, "Engine", lambda address: _with_client(Engine(address), Lossy(client)))
    build(tmp_path / "corpus", where, ONE)
    monkeypatch.undo()
    assert len(lost) == 2
    assert verify(where).ok
    assert first(where) == "one"


def _with_client(engine, client):
    engine.__dict__["_client"] = client
    return engine


def test_long_documents_are_kept_in_parts(where, tmp_path):
    """An answer of 200 kB is longer than any string of Milvus; it comes back as it was."""
    answer = "".join(f"{i}番目の手順では、部品を外して水で洗います。" for i in range(3000))
    build(tmp_path / "corpus", where, [*ONE, ("long", "全部の手順を教えてください。", answer)])
    searcher = open_index(where)
    assert searcher.document("long").answer == answer
    assert searcher.search("全部の手順").hits[0].id == "long"
    assert verify(where, sample=3).ok


def test_other_weights_are_a_generation(where, tmp_path):
    """`tune --write` publishes there, too."""
    build(tmp_path / "corpus", where, ONE)
    store = open_store(where)
    settings = store.current().manifest.settings
    changed = type(settings)(**{**settings.to_json(), "bm25": settings.bm25, "keep_generations": 3})
    assert rewrite_settings(store, changed).name == "000002"
    assert open_index(where).settings.keep_generations == 3
    assert first(where) == "one"


def test_damage_is_found(where, tmp_path):
    """A record that is another one, a row that is gone and a head of another layout are all said to be that."""
    build(tmp_path / "corpus", where, ONE)
    store = open_store(where)
    engine, collection = store.engine, store.names.generation(1)
    (row,) = engine.call("get", collection, ids=[0], output_fields=["*"])
    (other,) = engine.call("get", collection, ids=[1], output_fields=["record"])
    engine.call("upsert", collection, [{**row, "record": other["record"]}])
    assert not verify(where).ok
    engine.call("upsert", collection, [{**row, "line": row["line"].replace("保証", "補償")}])
    assert any("documents.jsonl" in problem for problem in verify(where).problems)
    engine.call("delete", collection, ids=[1])
    assert any("holds 1 rows instead of 2" in problem for problem in verify(where).problems)

    parts = store.parts(1)
    (head,) = parts.read("head", 1)
    parts.write([parts.row("head", 0, head.replace(b'"layout": 1', b'"layout": 9'))])
    with pytest.raises(IndexVersionError, match="laid out in Milvus as number 9"):
        open_index(where)


def test_a_damaged_file_on_this_machine_is_named(where, tmp_path, monkeypatch):
    """An error that it causes is said to be that; removed, it is fetched again."""
    monkeypatch.setenv("FAQSEARCH_CACHE", str(tmp_path / "cache"))
    build(tmp_path / "corpus", where, ONE)
    index = open_index(where).index
    assert index.damage() is None
    kept = next((tmp_path / "cache").glob("*.bin"))
    kept.write_bytes(bytes(kept.stat().st_size))
    assert str(kept) in index.damage()
    kept.unlink()
    assert index.damage() is None


def test_another_format_is_named_with_the_way_out(where, tmp_path):
    """A manifest of a later faqsearch: exit code 4, and the command that builds it anew at this address."""
    build(tmp_path / "corpus", where, ONE)
    store = open_store(where)
    generation = store.current()
    later = replace(generation.manifest, format=generation.manifest.format + 1)
    checksum = digest(later.to_json().encode())
    replace(generation.head, manifest=later, checksum=checksum).write(generation.parts)
    with pytest.raises(IndexVersionError) as refused:
        open_index(where)
    assert refused.value.exit_code == 4
    assert f"--into {where})" in refused.value.hint
    build(tmp_path / "corpus", where, TWO)
    assert first(where) == "two"


def test_another_tokenizer_is_refused(where, tmp_path):
    """An index answers through the tokenizer it was made with, or not at all."""
    build(tmp_path / "corpus", where, ONE)
    generation = open_store(where).current()
    other = replace(generation.manifest, tokenizer="another/1")
    replace(generation.head, manifest=other, checksum=digest(other.to_json().encode())).write(generation.parts)
    with pytest.raises(IndexMismatch, match="built with tokenizer another/1"):
        open_index(where)


def test_a_name_that_something_else_has_is_left_alone(where, tmp_path):
    """A collection of that name that faqsearch did not write is neither read nor replaced."""
    store = open_store(where)
    module.beside.make_parts(store.engine, store.names.alias, "somebody's")
    with pytest.raises(IndexFormatError, match="faqsearch did not write"):
        build(tmp_path / "corpus", where, ONE)
    assert store.engine.call("has_collection", store.names.alias)
    assert collections(where) == []


def test_names_of_other_indexes_are_not_taken_for_ones_own():
    """`shop` and `shop_2` share a beginning, and no collection."""
    names = Names("shop")
    assert names.number("shop_000003") == 3
    assert names.number("shop_000003_dense") == 3
    assert names.number("shop_2_000003") is None
    assert names.number("shop_000003x") is None
    assert names.number("xshop_000003") is None


def test_the_corpus_copy_is_not_needed_to_search(where, tmp_path):
    """What answers lies in Milvus alone: corpus and cache may be gone."""
    build(tmp_path / "corpus", where, ONE)
    shutil.rmtree(tmp_path / "corpus")
    assert first(where) == "one"
