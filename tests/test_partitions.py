"""Partitions: whoever analyses them, wherever and in whatever order, the merged index is that of one build."""

import json
import pickle
import shutil
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import faqsearch
from faqsearch import Document, Settings, Source, analyse_partition, build_index, merge_partitions, open_index
from faqsearch import workers as workers_module
from faqsearch.errors import (
    IndexBusy,
    IndexFormatError,
    IndexMismatch,
    IndexNotFound,
    ModelError,
    SourceError,
)
from faqsearch.index.folder import IndexFolder
from faqsearch.sources import Corpus, ReadBefore
from faqsearch.tokens import FugashiTokenizer
from faqsearch.update import update_index
from faqsearch.vectors.interface import unit_rows

TOPICS = ["送料", "返品", "解約", "領収書", "ログイン", "E-203", "Wi-Fi", "定期便", "ポイント", "退会"]


def entry(number, **changes):
    """An entry with words of its own."""
    topic = TOPICS[number % len(TOPICS)]
    document = Document(
        id=f"e{number}",
        kind="faq",
        question=f"{topic}について{number}番の質問です。",
        answer=f"{topic}の手続きは画面{number}から行えます。{TOPICS[number // 3 % 10]}とは別に、翌営業日までにご案内します。",
        source=Source("faq.jsonl", line=number + 1),
        phrasings=(f"{topic}を知りたい",) if number % 3 == 0 else (),
        category=(topic,),
        tags=("急ぎ",) if number % 4 == 0 else (),
        extra={"担当": "山田" if number % 2 else "佐藤"},
    )
    return replace(document, **changes)


def entries(*numbers):
    """Entries, in this order."""
    return [entry(number) for number in numbers]


def files(index):
    """The content of every file of the current generation but the manifest, which says when it was made."""
    folder = IndexFolder(index).current().path
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "manifest.json"}


def merged(folder, parts, **options):
    """The files of partitions of documents, merged in their order, and what was reported."""
    for number, documents in enumerate(parts):
        analyse_partition(documents, folder / "parts" / f"{number:03d}", **options)
    report = merge_partitions(folder / "parts", folder / "merged")
    return files(folder / "merged"), report


class Characters:
    """An encoder that counts characters."""

    passage_fingerprint = "characters"

    name, dimension = "characters", 16

    def __init__(self, seed=0):
        self.seed = seed

    def describe(self):
        return {"kind": "test", "name": self.name, "dimension": self.dimension, "seed": self.seed}

    def encode_passages(self, texts):
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for vector, text in zip(vectors, texts, strict=True):
            for character in text:
                vector[(ord(character) + self.seed) % self.dimension] += 1
        return unit_rows(vectors)

    encode_queries = encode_passages


@pytest.fixture
def corpus_of_files(tmp_path):
    """Three files: rows again in a second file, ids used for something else, rows without ids, and a manual."""
    rows = {
        "a.jsonl": [entry(n) for n in range(12)],
        "b.jsonl": [*(entry(n) for n in (3, 4)), entry(5, answer="別の回答です。"), *(entry(n) for n in range(12, 20))],
        "c.jsonl": [entry(19), *(entry(n) for n in range(20, 24)), entry(0, question="別の質問は？")],
    }
    folder = tmp_path / "corpus"
    folder.mkdir()
    for name, documents in rows.items():
        lines = []
        for number, d in enumerate(documents):
            row = {"id": d.id, "question": d.question, "answer": d.answer, "alternates": d.phrasings, "担当": "佐藤"}
            lines.append(json.dumps(row if number % 5 != 1 else {**row, "id": None}, ensure_ascii=False))
        (folder / name).write_text("\n".join(lines), encoding="utf-8")
    (folder / "m.md").write_text("# 加湿器\n\n## 準備\n\n水を入れます。\n\n```\nretry: 3\n```\n", encoding="utf-8")
    return folder


def test_partitions_of_files_give_the_files_of_one_build(corpus_of_files, tmp_path, monkeypatch):
    """Partitions of each file, analysed in another order, one in two processes, one of nothing: every byte is the same.

    Rows that stand in two files, and ids used twice, are left out and reported as by the build.
    """
    monkeypatch.setattr(workers_module, "_WORTH_STARTING", 1)
    built = build_index(corpus_of_files, tmp_path / "built")
    names = ["a.jsonl", "b.jsonl", None, "c.jsonl", "m.md"]
    for number in (3, 0, 4, 2, 1):
        # A file named by itself gives the ids and keys it has in its folder.
        items = [
            item
            for item in (Corpus(corpus_of_files, known=ReadBefore()).items() if names[number] else ())
            if getattr(item, "document", item).source.path.endswith(names[number] or "")
        ]
        analyse_partition(items, tmp_path / "parts" / f"{number}", processes=2 if number == 0 else 1)
    report = merge_partitions(tmp_path / "parts", tmp_path / "merged")

    assert files(tmp_path / "merged") == files(tmp_path / "built")
    assert report.manifest.documents == built.manifest.documents
    assert report.manifest.encoder == built.manifest.encoder


def test_ids_that_clash_across_partitions_are_left_out_as_in_a_build(corpus_of_files, tmp_path):
    """Each task reads its own file: what clashes with another partition's is found when they are merged."""
    paths = [corpus_of_files / name for name in ("a.jsonl", "b.jsonl", "c.jsonl")]
    built = build_index(paths, tmp_path / "built")
    for path in paths:
        analyse_partition(Corpus(path, known=ReadBefore()).items(), tmp_path / "parts" / path.stem)
    report = merge_partitions(tmp_path / "parts", tmp_path / "merged")

    assert built.problems
    assert list(map(str, report.problems)) == list(map(str, built.problems))
    assert report.manifest.problems == built.manifest.problems
    assert files(tmp_path / "merged") == files(tmp_path / "built")


@settings(max_examples=6)
@given(
    st.lists(st.lists(st.integers(0, 12), max_size=6), min_size=1, max_size=5).filter(any),
    st.lists(st.lists(st.integers(0, 12), max_size=6), min_size=1, max_size=5),
)
def test_any_cut_gives_the_same_files(tmp_path_factory, first, then):
    """However documents, some of them several times, are cut into partitions: the order of all of them decides alone."""
    folder = tmp_path_factory.mktemp("cuts")
    parts = [entries(*numbers) for numbers in first + then]
    one, _ = merged(folder / "one", [[document for part in parts for document in part]])
    many, report = merged(folder / "many", parts)

    assert many == one
    assert report.manifest.documents == len({d.id for part in parts for d in part})


def test_a_partition_that_came_twice_does_no_harm(tmp_path):
    """A queue that delivers a task twice, under two names: the same index, and a line for each document left out."""
    once, _ = merged(tmp_path / "once", [entries(*range(8)), entries(*range(8, 14))])
    twice, report = merged(tmp_path / "twice", [entries(*range(8)), entries(*range(8, 14)), entries(*range(8))])

    assert twice == once
    assert report.manifest.problems == len(report.problems) == 8
    assert "the id 'e0' is already used at faq.jsonl:1" in str(report.problems[0])


def test_another_order_of_partitions_changes_no_score(tmp_path):
    """The same partitions in another order: files of a build in that order; every question gets the same hits and scores."""
    parts = [entries(*range(start, start + 8)) for start in (0, 8, 16)]
    for number, documents in enumerate(parts):
        analyse_partition(documents, tmp_path / f"{number}")
    merge_partitions([tmp_path / n for n in "012"], tmp_path / "forwards")
    merge_partitions([tmp_path / n for n in "201"], tmp_path / "turned")
    one, _ = merged(tmp_path / "one", [[*parts[2], *parts[0], *parts[1]]])

    assert files(tmp_path / "turned") == one
    forwards, turned = open_index(tmp_path / "forwards"), open_index(tmp_path / "turned")
    for topic in TOPICS:
        found = [
            sorted((hit.id, round(hit.score, 5), round(hit.confidence, 5)) for hit in index.search(topic, k=50).hits)
            for index in (forwards, turned)
        ]
        assert found[0] == found[1]
        assert found[0]


def test_the_same_documents_give_the_same_partition(tmp_path):
    """Nothing in a partition depends on time or chance, and nothing but the documents is read of a generator."""
    analyse_partition(entries(*range(9)), tmp_path / "a")
    analyse_partition(iter(entries(*range(9))), tmp_path / "b")

    assert files(tmp_path / "a") == files(tmp_path / "b")


def test_documents_are_taken_as_they_are_analysed(tmp_path):
    """A partition never holds all its documents: what was taken is at most two batches ahead of what was analysed."""
    taken = 0

    def stream():
        nonlocal taken
        for number in range(1500):
            taken += 1
            yield Document(f"{number}", "faq", f"質問{number}", "回答", Source("s"))

    ahead = []
    analyse_partition(
        stream(), tmp_path / "p", progress=lambda step, done, _: ahead.append(taken - done) if done else None
    )

    assert len(ahead) == 3
    assert max(ahead) <= 2 * 512


def test_vectors_of_a_model_are_made_in_the_partitions(tmp_path):
    """With an encoder, the merge encodes and loads nothing; vectors are those of one build, byte for byte."""
    own = Settings(model="characters")
    for number, documents in enumerate([entries(*range(9)), [], entries(3, *range(9, 14))]):
        analyse_partition(documents, tmp_path / "parts" / f"{number}", settings=own, encoder=Characters())
    merge_partitions(tmp_path / "parts", tmp_path / "merged")
    rows = [{"id": d.id, "question": d.question, "answer": d.answer} for d in entries(*range(14))]
    (tmp_path / "faq.jsonl").write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    whole = merged_alone = tmp_path / "alone"
    analyse_partition(entries(*range(14)), whole, settings=own, encoder=Characters())

    assert files(tmp_path / "merged") == files(merged_alone)
    found = [
        [hit.id for hit in open_index(tmp_path / name, encoder=Characters()).search("返品の手続き").hits]
        for name in ("merged", "alone")
    ]
    assert found[0] == found[1]


def test_a_partition_is_not_searched(tmp_path):
    """A partition has no vectors yet: searching one says what to do, instead of answering badly."""
    analyse_partition(entries(*range(3)), tmp_path / "p")

    with pytest.raises(IndexMismatch, match="partition") as caught:
        open_index(tmp_path / "p")
    assert "merge_partitions" in caught.value.hint


def test_what_cannot_be_indexed_is_reported(tmp_path):
    """Documents without id, question or text, and with an id used before, are left out, named, and counted to the end."""
    documents = [
        entry(0),
        entry(1, id=""),
        entry(2, question=""),
        entry(3, answer=None),
        entry(4, answer=float("nan")),
        entry(0, answer="二つ目"),
        entry(5),
    ]
    report = analyse_partition(documents, tmp_path / "parts" / "0")
    whole = merge_partitions(tmp_path / "parts", tmp_path / "i")

    said = [str(problem) for problem in report.problems]
    assert [line.partition(": ")[2] for line in said] == [
        "the id is empty",
        "the question is empty",
        "the answer is no text but None",
        "the answer is no text but nan",
        "the id 'e0' is already used at faq.jsonl:1",
    ]
    assert whole.manifest.problems == 5
    assert whole.manifest.documents == 2
    with pytest.raises(SourceError, match="the id is empty"):
        analyse_partition(documents, tmp_path / "strict", strict=True)
    assert not (tmp_path / "strict" / "CURRENT").exists()


def test_a_task_that_fails_leaves_nothing(tmp_path):
    """A source that breaks off in the middle: no partition, and the merge says which is missing; the next try is whole."""

    def broken():
        yield from entries(*range(300))
        raise ConnectionError("the table is gone")

    analyse_partition(entries(900), tmp_path / "parts" / "0")
    with pytest.raises(ConnectionError):
        analyse_partition(broken(), tmp_path / "parts" / "1")
    with pytest.raises(IndexNotFound, match=r"parts.1"):
        merge_partitions(tmp_path / "parts", tmp_path / "i")
    assert not (tmp_path / "i").exists()
    analyse_partition(entries(*range(300)), tmp_path / "parts" / "1")

    assert merge_partitions(tmp_path / "parts", tmp_path / "i").manifest.documents == 301


def test_two_tasks_do_not_write_one_partition(tmp_path):
    """A task started twice at the same time: the second is told to wait."""
    with IndexFolder(tmp_path / "p").lock("analysis"), pytest.raises(IndexBusy):
        analyse_partition(entries(0), tmp_path / "p")


def test_partitions_of_nothing_make_no_index(tmp_path):
    """Where all partitions are empty, or there are none, the old index stays."""
    analyse_partition([], tmp_path / "parts" / "0")
    analyse_partition([], tmp_path / "parts" / "1")

    with pytest.raises(SourceError, match="no documents in any partition"):
        merge_partitions(tmp_path / "parts", tmp_path / "i")
    with pytest.raises(IndexNotFound, match="no partitions"):
        merge_partitions(tmp_path / "elsewhere", tmp_path / "i")
    with pytest.raises(IndexNotFound, match="no partitions"):
        merge_partitions([], tmp_path / "i")
    assert not (tmp_path / "i").exists()


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        ({"settings": Settings(user_words=("定期便",))}, {}, "tokenizer"),
        ({"encoder": Characters(1)}, {"encoder": Characters(2)}, "encoder"),
        ({"encoder": Characters(1)}, {}, "encoder"),
        ({"settings": Settings(model="a")}, {"settings": Settings(model="b")}, "model"),
        ({"settings": Settings(passage_chars=100)}, {"settings": Settings(passage_chars=200)}, "passages"),
        ({"settings": Settings(document_prompt="文: ")}, {"settings": Settings()}, "prompts"),
    ],
)
def test_partitions_that_do_not_fit_are_refused(tmp_path, one, other, said):
    """Partitions of two tokenizers, encoders, models, passages or prompts never become one index."""
    encoder = {"encoder": Characters()} if said in ("model", "passages", "prompts") else {}
    for name, options in (("0", one), ("1", other)):
        analyse_partition(entries(0, 1), tmp_path / "parts" / name, **encoder, **options)

    with pytest.raises(IndexMismatch, match=said):
        merge_partitions(tmp_path / "parts", tmp_path / "i")
    assert not (tmp_path / "i").exists()


def test_a_damaged_partition_is_named(tmp_path):
    """One flipped bit in any file of a partition is found before anything of it is used."""
    for number in (0, 1):
        analyse_partition(entries(number, number + 2), tmp_path / "parts" / f"{number}")
    part = IndexFolder(tmp_path / "parts" / "1").current().path
    for path in sorted(part.iterdir()):
        whole = path.read_bytes()
        path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
        with pytest.raises(IndexFormatError, match=r"parts.1"):
            merge_partitions(tmp_path / "parts", tmp_path / "i")
        path.write_bytes(whole)

    assert merge_partitions(tmp_path / "parts", tmp_path / "i").manifest.documents == 4


@pytest.mark.parametrize("array", ["bigram/units", "bigram/indptr", "words/sequence", "words/unit_starts"])
@pytest.mark.parametrize("value", [-1, 2**31 - 1])
def test_a_partition_written_by_somebody_else_is_refused(tmp_path, array, value):
    """Numbers that lead out of the arrays, under right checksums: an error that names the partition, never a crash."""
    analyse_partition(entries(0), tmp_path / "parts" / "0")
    analyse_partition(entries(1), tmp_path / "parts" / "1")
    folder = IndexFolder(tmp_path / "parts" / "1")
    generation = folder.current()
    place = generation.manifest.arrays["lexical.bin"][array]
    building = tmp_path / "parts" / "1" / "000002.building"
    shutil.copytree(generation.path, building)
    (building / "manifest.json").unlink()
    content = bytearray((building / "lexical.bin").read_bytes())
    width = int(place.dtype[1])
    last = place.offset + (place.shape[0] - 1) * width
    content[last : last + width] = np.array([value]).astype("<" + place.dtype).tobytes()
    (building / "lexical.bin").write_bytes(content)
    folder.publish(building, generation.manifest, generation.manifest.arrays)

    with pytest.raises(IndexFormatError, match=r"parts.1|damaged"):
        merge_partitions(tmp_path / "parts", tmp_path / "i")
    assert not (tmp_path / "i" / "CURRENT").exists()


def test_nothing_is_unpickled(tmp_path, monkeypatch):
    """A partition from a stranger can run no code: reading one never comes near pickle."""
    analyse_partition(entries(*range(5)), tmp_path / "parts" / "0")

    def refuse(*_, **__):
        raise AssertionError("unpickled")

    for name in ("load", "loads", "Unpickler"):
        monkeypatch.setattr(pickle, name, refuse)
    assert merge_partitions(tmp_path / "parts", tmp_path / "i").manifest.documents == 5


def test_other_weights_are_given_when_partitions_are_merged(tmp_path):
    """Weights and BM25 parameters are the merged index's: they change nothing in the partitions."""
    analyse_partition(entries(*range(6)), tmp_path / "p")
    own = Settings(weights={"document": 1.0})
    report = merge_partitions([tmp_path / "p"], tmp_path / "i", settings=own)

    assert report.manifest.settings == own
    assert open_index(tmp_path / "i").search("返品").hits


def test_a_merged_index_is_updated_like_a_built_one(corpus, tmp_path):
    """An update of a merged index analyses nothing that the partitions had."""

    class Counting(FugashiTokenizer):
        texts = 0

        def cut(self, text):
            self.texts += 1
            return super().cut(text)

    documents = list(faqsearch.read_documents(corpus))
    for number in range(3):
        analyse_partition(documents[number::3], tmp_path / "parts" / f"{number}")
    merge_partitions(tmp_path / "parts", tmp_path / "i")
    tokenizer = Counting()
    report = update_index(corpus, tmp_path / "i", tokenizer=tokenizer)

    assert not report.changes
    assert tokenizer.texts == 0
    build_index(corpus, tmp_path / "built")
    assert files(tmp_path / "i") == files(tmp_path / "built")


def test_an_encoder_elsewhere_encodes_nothing():
    """What stands for an encoder in a merge refuses texts, rather than giving vectors of nothing."""
    from faqsearch.vectors.elsewhere import EncodedElsewhere

    encoder = EncodedElsewhere(Characters().describe())
    assert encoder.encode_passages([]).shape == (0, 16)
    with pytest.raises(ModelError, match="characters is not loaded here"):
        encoder.encode_queries(["質問"])
