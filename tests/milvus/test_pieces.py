"""The pieces an index in Milvus is made of, each on its own: no server needed."""

import base64
import json
import subprocess
import sys
from dataclasses import replace
from hashlib import sha256

import numpy as np
import pytest

from faqsearch.build import build_index
from faqsearch.errors import EngineDenied, EngineError, IndexFormatError, MissingExtra
from faqsearch.index.address import milvus_address
from faqsearch.index.arrays import open_arrays
from faqsearch.index.folder import IndexFolder
from faqsearch.index.interface import WeightedTerm
from faqsearch.index.local import LocalIndex
from faqsearch.index.manifest import FileRecord
from faqsearch.index.milvus import cache as caching
from faqsearch.index.milvus.asking import weights_asked
from faqsearch.index.milvus.engine import Engine
from faqsearch.index.milvus.entries import stretches, turn
from faqsearch.index.milvus.layout import COLUMNS, shared_arrays
from faqsearch.index.milvus.parts import LONGEST, PART, Parts
from faqsearch.index.milvus.records import Records
from faqsearch.index.milvus.rows import GenerationRows

ADDRESS = milvus_address("milvus://search.example/faq")


@pytest.fixture(scope="module")
def generation(index_folder):
    return IndexFolder(index_folder).current()


def rows_of(generation, scratch):
    manifest = generation.manifest
    arrays = {name: open_arrays(generation.path / name, places) for name, places in manifest.arrays.items()}
    return GenerationRows(generation, arrays, scratch), arrays


def test_entries_are_turned_as_a_transposition_turns_them(monkeypatch):
    """Whatever the size of a stretch: rows to columns and back gives what there was."""
    import faqsearch.index.milvus.entries as module

    random = np.random.default_rng(5)
    table = (random.random((30, 20)) < 0.2) * random.integers(1, 9, (30, 20))
    indptr = np.concatenate(([0], np.cumsum((table > 0).sum(axis=1))))
    columns = np.nonzero(table)[1]
    values = table[table > 0]
    starts = np.concatenate(([0], np.cumsum((table > 0).sum(axis=0))))
    for size in (1, 7, 1000):
        monkeypatch.setattr(module, "_AT_ONCE", size)
        rows, turned = np.zeros(len(values), int), np.zeros(len(values), int)
        parts = ((columns[own], (own_rows, values[own])) for own, own_rows in stretches(indptr))
        turn(parts, starts, (rows, turned))
        np.testing.assert_array_equal(turned, table.T[table.T > 0])
        np.testing.assert_array_equal(rows, np.nonzero(table.T)[1])


def test_records_come_back_as_they_were(generation, tmp_path):
    """Of all documents together, and of some in any order."""
    rows, arrays = rows_of(generation, tmp_path)
    total = generation.manifest.documents
    records = [base64.b64decode(row["record"]) for row, _ in rows.documents(0, total)]
    layout = Records(generation.manifest)

    whole = layout.unpacked(records)
    for column in (column for column in COLUMNS if column.name in whole.columns):
        np.testing.assert_array_equal(whole.columns[column.name], arrays[column.file][column.name])
    assert layout.packed(whole) == records
    some = layout.unpacked([records[3], records[0]])
    spans = arrays["lexical.bin"]["words/unit_spans"]
    bounds = arrays["lexical.bin"]["words/document_units"]
    expected = np.concatenate([spans[bounds[n] : bounds[n + 1]] for n in (3, 0)])
    np.testing.assert_array_equal(some.columns["words/unit_spans"], expected)
    assert len(layout.unpacked([])) == 0


@pytest.mark.parametrize("harm", ["cut", "long", "negative", "nothing"])
def test_a_record_that_is_not_one_is_refused(generation, tmp_path, harm):
    """Its numbers are not believed."""
    rows, _ = rows_of(generation, tmp_path)
    record = base64.b64decode(next(rows.documents(0, 1))[0]["record"])
    counts = np.frombuffer(record[:16], "<i4").copy()
    counts[1] = {"long": 2**30, "negative": -5}.get(harm, counts[1])
    bad = {"cut": record[:-5], "nothing": b""}.get(harm, counts.tobytes() + record[16:])
    with pytest.raises(IndexFormatError):
        Records(generation.manifest).unpacked([bad])


def test_the_rows_hold_the_weights_a_folder_scores_with(generation, tmp_path):
    """Every posting's weight stands in the sparse vector of its unit; a unit without terms has a term nobody asks for."""
    rows, _ = rows_of(generation, tmp_path)
    index, total = LocalIndex(generation), generation.manifest.documents
    vectors = {"document": {row["number"]: row["document"] for row, _ in rows.documents(0, total)}}
    vectors["question"] = {row["number"]: row["terms"] for row in rows.units("question", 0, total)}
    for leg, own in vectors.items():
        postings = index.legs[leg]
        for term in range(len(index.vocabularies[leg])):
            for unit, weight in zip(*map(np.ndarray.tolist, postings.of(term)), strict=True):
                assert own[unit].pop(term) == pytest.approx(weight)
        assert all(set(left) <= {len(index.vocabularies[leg])} for left in own.values())


def test_what_is_shared_does_not_grow_with_the_documents(index_folder, corpus, tmp_path):
    """Twice the documents, the same vocabulary: shared arrays keep their size, but for wordings and facets."""
    rows = [json.loads(line) for line in (corpus / "faq.jsonl").read_text(encoding="utf-8").splitlines()]
    (tmp_path / "corpus").mkdir()
    for times in (1, 3):
        again = [{**row, "id": f"{row['id']}{i}"} for i in range(times) for row in rows]
        (tmp_path / "corpus" / "faq.json").write_text(json.dumps(again, ensure_ascii=False), encoding="utf-8")
        build_index(tmp_path / "corpus", tmp_path / f"{times}", processes=1)
    small, large = (IndexFolder(tmp_path / f"{times}").current().manifest for times in (1, 3))
    assert large.documents == 3 * small.documents
    for file, names in shared_arrays(small).items():
        if file != "suggest.bin":
            for name in names:
                grown = np.prod(large.arrays[file][name].shape) / max(np.prod(small.arrays[file][name].shape), 1)
                assert grown < 1.5, (file, name)


def test_a_question_is_a_bound_of_its_scores(generation):
    """Alternatives are added, a phrase counts as its rarest word, unknown words and weights below 0 as nothing."""
    index = LocalIndex(generation)
    vocabulary, df = index.vocabularies["document"], index.legs["document"].df
    common, rare = (vocabulary.term(int(place)) for place in (df.argmax(), df.argmin()))
    terms = [
        WeightedTerm(common, 0.5, group=0),
        WeightedTerm(rare, 0.25, group=0),
        WeightedTerm("", 2.0, phrase=(common, rare)),
        WeightedTerm("", 2.0, phrase=(common, "どこにもない")),
        WeightedTerm("どこにもない"),
    ]
    numbers = vocabulary.numbers([common, rare]).tolist()
    assert weights_asked(terms, vocabulary, df) == {numbers[0]: 0.5, numbers[1]: 2.25}


class Table:
    """An engine that is a dictionary."""

    def __init__(self):
        self.rows = {}

    def call(self, method, collection, rows=None, *, ids=(), **options):
        if method == "upsert":
            assert all(len(row["data"]) <= LONGEST for row in rows)
            self.rows |= {row["key"]: row for row in rows}
        return [self.rows[key] for key in ids if key in self.rows]


@pytest.mark.parametrize("size", [0, 1, PART - 1, PART, PART + 1, 70 * PART + 3])
def test_parts_of_any_length_come_back(size):
    """Whole parts, a part more, none at all; however the bytes come."""
    parts = Parts(Table(), "x")
    content = np.random.default_rng(size).bytes(size)
    assert parts.put("a", [content[:10], content[10:]]) == size
    assert b"".join(parts.read("a", size)) == content


def test_a_part_that_is_missing_or_damaged_is_named():
    """A reader never gets half of something."""
    table = Table()
    parts = Parts(table, "x")
    parts.put("a", [bytes(2 * PART)])
    table.rows["a#1"]["data"] = "これは何？"
    with pytest.raises(IndexFormatError, match="not what was written"):
        list(parts.read("a", 2 * PART))
    del table.rows["a#1"]
    with pytest.raises(IndexFormatError, match="x lacks a#1"):
        list(parts.read("a", 2 * PART))


def test_shared_files_are_fetched_once(tmp_path, monkeypatch):
    """By checksum; what is not the file is not kept, and a cut one is fetched again."""
    monkeypatch.setenv("FAQSEARCH_CACHE", str(tmp_path / "cache"))
    record = FileRecord(6, sha256(b"shared").hexdigest())
    path = caching.cached(record, "it", [b"sha", b"red"])
    assert path.read_bytes() == b"shared"
    assert caching.cached(record, "it", iter(())) == path

    path.write_bytes(b"sha")
    assert caching.cached(record, "it", [b"shared"]).read_bytes() == b"shared"
    with pytest.raises(IndexFormatError, match="it has checksum"):
        caching.cached(replace(record, bytes=7), "it", [b"shamed!"])
    assert [one.name for one in (tmp_path / "cache").iterdir()] == [path.name]


def test_a_folder_never_loads_the_engine(index_folder):
    """Opening and searching one imports nothing of Milvus, its library or its transport."""
    use = f"import sys, faqsearch; faqsearch.open_index({str(index_folder)!r}).search('送料')"
    script = f"{use}; print(*[n for n in sys.modules if n.split('.')[0] in ('pymilvus', 'grpc', 'milvus_lite') or 'milvus' in n])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, text=True)
    assert done.stdout.split() == []


def test_without_the_extra_the_command_that_installs_it_is_said(monkeypatch):
    """A folder never asks for it."""
    monkeypatch.setitem(sys.modules, "pymilvus", None)
    with pytest.raises(MissingExtra) as missing:
        Engine(ADDRESS).call("list_collections")
    assert missing.value.hint == "pip install 'faqsearch[milvus]'"


class Client:
    """A client whose calls end as they are told to, one after the other."""

    def __init__(self, *ends):
        self.ends = list(ends)
        self.calls = []

    def __getattr__(self, name):
        def called(*args, timeout, **options):
            self.calls.append(name)
            end = self.ends.pop(0)
            if isinstance(end, Exception):
                raise end
            return end

        return called


def engine_of(client, monkeypatch):
    monkeypatch.setattr("faqsearch.index.milvus.engine._FIRST_WAIT", 0.001)
    engine = Engine(ADDRESS)
    engine.__dict__["_client"] = client
    return engine


def test_failures_that_pass_are_tried_again(monkeypatch):
    """A lost connection, a busy server; with the call that repeats without doubling, where there is one."""
    milvus = pytest.importorskip("pymilvus", reason="needs faqsearch[milvus]")
    client = Client(ConnectionError("reset"), milvus.MilvusException(8, "rate limit"), "done")
    assert engine_of(client, monkeypatch).call("insert", "x", [], again="upsert") == "done"
    assert client.calls == ["insert", "upsert", "upsert"]


def test_a_collection_that_is_being_removed_is_tried_again(monkeypatch):
    """Two let go of the same lock: Milvus Lite cannot find a file of what it removes, which is no fault of anybody's."""
    milvus = pytest.importorskip("pymilvus", reason="needs faqsearch[milvus]")
    going = milvus.MilvusException(1, "[Errno 2] No such file or directory: 'manifest.json'")
    missing = milvus.MilvusException(1, "[Errno 2] No such file or directory: '/data/support.db'")
    client = Client(going, None, missing)
    engine = engine_of(client, monkeypatch)
    assert engine.call("drop_collection", "x") is None
    with pytest.raises(EngineError):
        engine.call("drop_collection", "x")
    assert client.calls == ["drop_collection"] * 3


def test_collections_that_are_not_loaded_are_loaded(monkeypatch):
    """After a restart, or when somebody made room."""
    milvus = pytest.importorskip("pymilvus", reason="needs faqsearch[milvus]")
    client = Client(milvus.MilvusException(101, "collection not loaded"), None, "found")
    assert engine_of(client, monkeypatch).call("search", "x") == "found"
    assert client.calls == ["search", "load_collection", "search"]


@pytest.mark.parametrize(
    ("code", "message", "kind", "exit_code"),
    [
        (65535, "auth check failure, please check username and password are correct", EngineDenied, 4),
        (16, "UNAUTHENTICATED: token is expired", EngineDenied, 4),
        (1100, "invalid parameter", EngineError, 5),
        (8, "rate limit exceeded", EngineError, 5),
        (2, "Fail connecting to server on search.example:19530", EngineError, 5),
    ],
)
def test_errors_say_what_to_do(monkeypatch, code, message, kind, exit_code):
    """Which are worth trying again, and which need another token; the token itself is in none."""
    milvus = pytest.importorskip("pymilvus", reason="needs faqsearch[milvus]")
    monkeypatch.setenv("FAQSEARCH_MILVUS_TOKEN", "root:hidden")
    engine = engine_of(Client(*[milvus.MilvusException(code, message)] * 50), monkeypatch)
    with pytest.raises(EngineError) as refused:
        engine.call("search", "x", patience=0.01)
    assert type(refused.value) is kind
    assert refused.value.exit_code == exit_code
    assert "search.example" in refused.value.message
    assert refused.value.hint
    assert "hidden" not in str(refused.value)


def test_an_error_of_our_own_is_not_taken_for_the_servers(monkeypatch):
    """A mistake in a call is a mistake, not a reason to come again."""
    pytest.importorskip("pymilvus", reason="needs faqsearch[milvus]")
    with pytest.raises(TypeError):
        engine_of(Client(TypeError("no")), monkeypatch).call("search", "x")
