"""Update: the files a fresh build would write, whatever was edited, and only what changed is analysed."""

import csv
import io
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from faqsearch.build import build_index
from faqsearch.doctor import examine
from faqsearch.errors import IndexFormatError, IndexMismatch, IndexNotFound, SourceError
from faqsearch.index import counts, documents_writing, merging
from faqsearch.index.folder import IndexFolder
from faqsearch.search import open_index
from faqsearch.settings import BM25, Settings
from faqsearch.sources import READERS, keys
from faqsearch.sources.rows import RowReader
from faqsearch.tokens import FugashiTokenizer
from faqsearch.update import update_index
from faqsearch.vectors import learning, sums
from faqsearch.vectors.interface import unit_rows

QUESTIONS = [
    "送料は？",
    "定期便を解約したい",
    "返品できますか",
    "E-203が出る",
    "領収書の発行",
    "Wi-Fiにつながらない",
    "退会方法",
]
ANSWERS = [
    "全国一律550円です。4,980円以上で無料です。",
    "マイページから手続きできます。7日前までにお願いします。",
    "未開封なら８日以内に承ります。",
    "電源を切り、水を入れます。\n```\nretry: 3\n```\nもう一度電源を入れます。",
    "注文履歴からPDFをダウンロードできます。",
]
ROWS = st.fixed_dictionaries(
    {"question": st.sampled_from(QUESTIONS), "answer": st.sampled_from(ANSWERS)},
    optional={
        "alternates": st.lists(st.sampled_from(QUESTIONS), max_size=2),
        "category": st.lists(st.sampled_from(["配送", "会員", "支払い"]), max_size=2),
        "tags": st.lists(st.sampled_from(["手続き", "急ぎ"]), max_size=1),
        "担当": st.sampled_from(["山田", "佐藤"]),
    },
)
NAMES = st.sampled_from(["a.csv", "b.jsonl", "奥/c.csv", "d.md"])
COLUMNS = ["id", "question", "answer", "alternates", "category", "tags", "担当"]
EDITS = st.one_of(
    st.tuples(st.just("add"), NAMES, st.integers(0, 5), ROWS),
    st.tuples(st.just("change"), NAMES, st.integers(0, 5), ROWS),
    st.tuples(st.just("category"), NAMES, st.integers(0, 5), st.just({"category": ["返品"]})),
    st.tuples(st.just("delete"), NAMES, st.integers(0, 5)),
    st.tuples(st.just("rename"), NAMES, NAMES),
    st.tuples(st.just("move"), NAMES, st.integers(0, 5), NAMES),
    st.tuples(st.just("reverse"), NAMES),
)


def edited(files, edit):
    """Apply one edit to {file name: rows}."""
    kind, name, *rest = edit
    rows = files.setdefault(name, [])
    place = rest[0] % max(len(rows), 1) if rest and isinstance(rest[0], int) else 0
    if kind == "add":
        rows.insert(place, rest[1])
    elif kind == "reverse":
        rows.reverse()
    elif kind == "rename":
        files[rest[0]] = files.pop(name)
    elif rows and kind in ("change", "category"):
        rows[place] = {**rows[place], **rest[1]}
    elif rows and kind in ("delete", "move"):
        row = rows.pop(place)
        if kind == "move":
            files.setdefault(rest[1], []).append(row)


def write(folder, files):
    """Write a corpus; half of the rows bring their own id, the others get one from the reader."""
    shutil.rmtree(folder, ignore_errors=True)
    for name, rows in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(AS[Path(name).suffix](rows), encoding="utf-8", newline="")


def as_csv(rows):
    """Rows as a table; a cell with several values has one on each line, a category its path."""
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(COLUMNS)
    for row in rows:
        joined = {"category": " > ".join(row.get("category", [])), "alternates": "\n".join(row.get("alternates", []))}
        joined["tags"] = "\n".join(row.get("tags", []))
        table.writerow([joined.get(column, row.get(column, "")) for column in COLUMNS])
    return text.getvalue()


AS = {
    ".csv": as_csv,
    ".jsonl": lambda rows: "\n".join(json.dumps(row, ensure_ascii=False) for row in rows),
    ".md": lambda rows: "".join(f"# {row['question']}\n\n{row['answer']}\n\n" for row in rows),
}


def numbered(files):
    """Give every second row an id that stays with it."""
    rows = [row for name in sorted(files) for row in files[name]]
    for i, row in enumerate(rows):
        if i % 2:
            row["id"] = f"row{i}"
    return files


def same(one, other):
    """Whether two indexes hold the same bytes; manifests differ in time and command alone."""
    one, other = (IndexFolder(folder).current().manifest for folder in (one, other))
    assert {n: r.sha256 for n, r in one.files.items()} == {n: r.sha256 for n, r in other.files.items()}
    assert one.arrays == other.arrays
    assert (one.encoder, one.settings, one.documents) == (other.encoder, other.settings, other.documents)


@pytest.mark.parametrize(("sample", "at_once"), [(3, 2), (5000, 1_000_000)])
@settings(max_examples=25, deadline=None)
@given(
    files=st.dictionaries(NAMES, st.lists(ROWS, min_size=1, max_size=5), min_size=1).map(numbered),
    edits=st.lists(st.lists(EDITS, min_size=1, max_size=4), min_size=1, max_size=2),
)
def test_an_update_writes_what_a_build_writes(tmp_path_factory, sample, at_once, files, edits):
    """After any edits, one update after the other, the files are those of a fresh build, byte for byte.

    Learned from three documents, most word vectors outlive an edit; learned from all, none does. However little is
    in memory at a time.
    """
    place = tmp_path_factory.mktemp("update")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(learning, "SAMPLE", sample)
        patch.setattr(documents_writing, "_COPIED_AT_ONCE", at_once)
        patch.setattr(merging, "_LOOKED_AT", at_once)
        patch.setattr(counts, "_MERGED_AT_ONCE", at_once)
        write(place / "corpus", files)
        build_index(place / "corpus", place / "updated")
        for some in edits:
            for edit in some:
                edited(files, edit)
            write(place / "corpus", files)
            if not any(files.values()):
                return
            update_index(place / "corpus", place / "updated", allow_shrink=True)
        build_index(place / "corpus", place / "built")
    same(place / "updated", place / "built")


@pytest.fixture
def sampled(tmp_path, monkeypatch):
    """A corpus, its index learned from three documents, and its rows: first those learned from."""
    monkeypatch.setattr(learning, "SAMPLE", 3)
    rows = [{"id": f"r{i}", "question": q, "answer": ANSWERS[i % 5]} for i, q in enumerate(QUESTIONS)]
    write(tmp_path / "corpus", {"a.csv": rows})
    build_index(tmp_path / "corpus", tmp_path / "i")
    chosen = learning.sampled(open_index(tmp_path / "i").index.tables["text_hashes"]).tolist()
    return tmp_path, rows, [*chosen, *(i for i in range(len(rows)) if i not in chosen)]


def test_an_edit_outside_the_sample_keeps_the_word_vectors(sampled, monkeypatch):
    """Only the edited document is encoded, and nothing is learned; the files are those of a build."""
    place, rows, order = sampled
    # Of new texts, some have so small a hash that they come into the sample.
    before = IndexFolder(place / "i").current().manifest.encoder["learned_from"]
    for price in range(550, 650):
        rows[order[-1]]["answer"] = f"送料は{price}円です。"
        write(place / "corpus", {"a.csv": rows})
        build_index(place / "corpus", place / "built")
        if IndexFolder(place / "built").current().manifest.encoder["learned_from"] == before:
            break
    encoded = []
    encode = sums.encode
    monkeypatch.setattr("faqsearch.index.encoding.learn", lambda *_: pytest.fail("learned again"))
    monkeypatch.setattr(
        "faqsearch.index.encoding.encode",
        lambda words, *rest: encoded.append(len(np.unique(words["unit_documents"]))) or encode(words, *rest),
    )
    update_index(place / "corpus", place / "i")

    assert encoded == [1]
    same(place / "i", place / "built")


def test_an_edit_inside_the_sample_learns_again(sampled, monkeypatch):
    """Other documents to learn from give other word vectors, those of a build."""
    place, rows, order = sampled
    learned = []
    learn = learning.learn
    monkeypatch.setattr("faqsearch.index.encoding.learn", lambda *given: learned.append(1) or learn(*given))
    rows[order[0]]["answer"] = "送料は600円です。"
    write(place / "corpus", {"a.csv": rows})
    update_index(place / "corpus", place / "i")

    assert learned
    build_index(place / "corpus", place / "built")
    same(place / "i", place / "built")


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl"])
def test_rows_that_say_what_they_said_are_not_read(tmp_path, monkeypatch, name):
    """Of a file with one edited row, that one is read; the others stand where they stand now, further down."""
    rows = [{"id": f"r{i}", "question": q, "answer": ANSWERS[i % 5]} for i, q in enumerate(QUESTIONS)]
    write(tmp_path / "corpus", {name: rows})
    build_index(tmp_path / "corpus", tmp_path / "i")
    read = []
    documents = RowReader.read
    monkeypatch.setattr(RowReader, "read", lambda self, row, **more: read.append(row) or documents(self, row, **more))
    write(tmp_path / "corpus", {name: [{"id": "new", "question": "営業時間は？", "answer": "九時からです。"}, *rows]})
    report = update_index(tmp_path / "corpus", tmp_path / "i")

    assert [row["id"] for row in read] == ["new"]
    assert (report.changes.added, report.changes.kept) == (("new",), len(rows))
    assert open_index(tmp_path / "i").document("r0").source.line == (3 if name == "a.csv" else 2)
    build_index(tmp_path / "corpus", tmp_path / "built")
    same(tmp_path / "i", tmp_path / "built")


def test_files_that_say_what_they_said_are_not_read(tmp_path, monkeypatch):
    """Of a folder with one edited file, that one is read, and one with a problem, which is told again."""
    rows = [{"question": q, "answer": ANSWERS[i % 5]} for i, q in enumerate(QUESTIONS)]
    files = {name: rows[2 * i : 2 * i + 2] for i, name in enumerate(["a.md", "b.md", "c.csv", "d.csv"])}
    files["d.csv"].append({"question": "答えのない質問", "answer": ""})
    write(tmp_path / "corpus", files)
    build_index(tmp_path / "corpus", tmp_path / "i")
    read = []
    for suffix, reader in READERS.items():
        monkeypatch.setitem(READERS, suffix, lambda file, own=reader: read.append(file.name) or own(file))
    files["b.md"][0]["answer"] = "改めました。"
    write(tmp_path / "corpus", files)
    report = update_index(tmp_path / "corpus", tmp_path / "i")

    assert read == ["b.md", "d.csv"]
    assert report.manifest.problems == 1
    assert (len(report.changes.changed), report.changes.kept) == (1, 6)
    build_index(tmp_path / "corpus", tmp_path / "built")
    same(tmp_path / "i", tmp_path / "built")


def test_a_file_of_another_name_or_reader_is_read(tmp_path, monkeypatch):
    """Ids and places come from names, and another version of a library may read another text: then every file is read."""
    write(tmp_path / "corpus", {"部/a.md": [{"question": q, "answer": ANSWERS[0]} for q in QUESTIONS]})
    build_index(tmp_path / "corpus", tmp_path / "i")
    inside = update_index(tmp_path / "corpus" / "部", tmp_path / "i")
    build_index(tmp_path / "corpus" / "部", tmp_path / "built")
    same(tmp_path / "i", tmp_path / "built")
    assert len(inside.changes.renamed) == len(QUESTIONS)

    read = []
    reader = READERS[".md"]
    monkeypatch.setitem(READERS, ".md", lambda file: read.append(file.name) or reader(file))
    monkeypatch.setattr(keys, "_readers", lambda: ("9.9",))
    update_index(tmp_path / "corpus" / "部", tmp_path / "i")
    assert read == ["a.md"]


def test_a_page_is_read_again_when_what_it_includes_changed(tmp_path):
    """The included file is no source of its own; the page that includes it did not change."""
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "a.rst").write_text("送料\n====\n\n.. include:: more.txt\n", encoding="utf-8")
    (tmp_path / "corpus" / "more.txt").write_text("全国一律550円です。\n", encoding="utf-8")
    build_index(tmp_path / "corpus" / "a.rst", tmp_path / "i")
    (tmp_path / "corpus" / "more.txt").write_text("全国一律600円です。\n", encoding="utf-8")
    report = update_index(tmp_path / "corpus" / "a.rst", tmp_path / "i")

    assert report.published
    assert "600円" in open_index(tmp_path / "i").search("送料").hits[0].answer


def test_an_id_that_comes_twice_is_seen_among_rows_that_are_not_read(tmp_path):
    """A new row with the id of a known one is refused as in a build, with the same problem."""
    rows = [{"id": f"r{i}", "question": q, "answer": ANSWERS[i % 5]} for i, q in enumerate(QUESTIONS)]
    write(tmp_path / "corpus", {"a.csv": rows})
    build_index(tmp_path / "corpus", tmp_path / "i")
    write(tmp_path / "corpus", {"a.csv": [{"id": "r3", "question": "営業時間は？", "answer": "九時からです。"}, *rows]})
    updated = update_index(tmp_path / "corpus", tmp_path / "i")
    built = build_index(tmp_path / "corpus", tmp_path / "built")

    assert updated.problems
    assert list(map(str, updated.problems)) == list(map(str, built.problems))
    same(tmp_path / "i", tmp_path / "built")


class Counting(FugashiTokenizer):
    """Counts the texts that are cut into words."""

    texts = 0

    def cut(self, text):
        """Cut, and count."""
        self.texts += 1
        return super().cut(text)


class Characters:
    """An encoder that counts characters and what it was asked to encode."""

    name, dimension = "characters", 16

    def __init__(self, seed=0):
        self.seed, self.encoded = seed, 0

    def describe(self):
        return {"kind": "test", "name": self.name, "dimension": self.dimension, "seed": self.seed}

    def encode_passages(self, texts):
        self.encoded += len(texts)
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for vector, text in zip(vectors, texts, strict=True):
            for character in text:
                vector[(ord(character) + self.seed) % self.dimension] += 1
        return unit_rows(vectors)

    encode_queries = encode_passages


@pytest.fixture
def place(tmp_path, corpus):
    """A copy of the small corpus to edit."""
    shutil.copytree(corpus, tmp_path / "corpus")
    return tmp_path


def replace(path, old, new):
    """Edit a file."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_only_what_changed_is_analysed(place):
    """One changed row: its texts alone go through MeCab; everything is reported."""
    tokenizer = Counting()
    build_index(place / "corpus", place / "i", tokenizer=tokenizer)
    tokenizer.texts = 0
    replace(place / "corpus" / "faq.jsonl", "全国一律550円です。", "全国一律600円です。")
    report = update_index(place / "corpus", place / "i", tokenizer=tokenizer)

    assert tokenizer.texts == 5  # two phrasings, two sentences, the tags
    assert report.changes.changed == ("postage",)
    assert (report.changes.added, report.changes.removed, report.changes.renamed) == ((), (), ())
    assert report.changes.kept == report.manifest.documents - 1
    assert report.published
    assert report.generation == "000002"
    assert "600円" in open_index(place / "i").search("送料").hits[0].answer
    build_index(place / "corpus", place / "built")
    same(place / "i", place / "built")


def test_only_what_changed_is_encoded(place):
    """With a model, passages of unchanged documents keep their vectors, wherever the documents stand now."""
    settings, encoder = Settings(model="characters"), Characters()
    build_index(place / "corpus", place / "i", settings=settings, encoder=encoder)
    encoder.encoded = 0
    replace(place / "corpus" / "faq.jsonl", "全国一律550円です。", "全国一律600円です。")
    lines = (place / "corpus" / "faq.jsonl").read_text(encoding="utf-8").splitlines()
    (place / "corpus" / "faq.jsonl").write_text("\n".join(reversed(lines)), encoding="utf-8")
    update_index(place / "corpus", place / "i", encoder=encoder)

    assert encoder.encoded == 3  # two phrasings, one piece of answer
    build_index(place / "corpus", place / "built", settings=settings, encoder=encoder)
    same(place / "i", place / "built")


def test_other_passages_are_encoded_again(place):
    """A new length of passages is a setting that can be changed; then all vectors are made anew."""
    encoder = Characters()
    build_index(place / "corpus", place / "i", settings=Settings(model="characters"), encoder=encoder)
    shorter = Settings(model="characters", passage_chars=50)
    report = update_index(place / "corpus", place / "i", settings=shorter, encoder=encoder)
    build_index(place / "corpus", place / "built", settings=shorter, encoder=encoder)

    assert report.published
    assert not report.changes
    same(place / "i", place / "built")


def test_an_unchanged_corpus_makes_no_generation(place):
    """Nothing changed: nothing is written, also when file times moved."""
    build_index(place / "corpus", place / "i")
    (place / "corpus" / "faq.jsonl").touch()
    report = update_index(place / "corpus", place / "i")

    assert not report.published
    assert not report.changes
    assert report.generation == "000001"
    assert sorted(p.name for p in (place / "i").iterdir()) == ["000001", "CURRENT", "LOCK"]


def test_a_file_that_changed_without_a_document_is_no_longer_stale(place):
    """An empty line at the end changes no document; the update remembers the file, and the doctor is content."""
    build_index(place / "corpus", place / "i")
    path = place / "corpus" / "faq.jsonl"
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    before = examine(place / "i").stale
    report = update_index(place / "corpus", place / "i")

    assert [Path(one.path).name for one in before] == ["faq.jsonl"]
    assert not report.changes
    assert examine(place / "i").stale == ()
    assert not update_index(place / "corpus", place / "i").published


def test_moved_rows_are_kept_and_their_places_updated(place):
    """Other rows, same documents: nothing is added or removed, and results name the new lines."""
    build_index(place / "corpus", place / "i")
    path = place / "corpus" / "faq.jsonl"
    path.write_text("\n".join(reversed(path.read_text(encoding="utf-8").splitlines())), encoding="utf-8")
    report = update_index(place / "corpus", place / "i")

    assert not report.changes
    assert report.published
    assert open_index(place / "i").document("receipt").source.line == 1


def test_a_renamed_file_is_no_loss(place):
    """Ids made from the file's name change with it; its documents are renamed, not removed and added."""
    build_index(place / "corpus", place / "i")
    (place / "corpus" / "manual" / "humidifier.md").rename(place / "corpus" / "manual" / "ks-10.md")
    report = update_index(place / "corpus", place / "i")

    assert report.changes.renamed
    assert (report.changes.added, report.changes.removed) == ((), ())
    assert all("humidifier" in old and "ks-10" in new for old, new in report.changes.renamed)


def test_settings_of_ranking_can_change(place):
    """New BM25 parameters and weights need no new analysis."""
    tokenizer = Counting()
    build_index(place / "corpus", place / "i", tokenizer=tokenizer)
    tokenizer.texts = 0
    other = Settings(bm25=dict.fromkeys(("document", "question", "bigram", "reading"), BM25("L", k1=1.1)))
    report = update_index(place / "corpus", place / "i", settings=other, tokenizer=tokenizer)
    build_index(place / "corpus", place / "built", settings=other)

    assert report.published
    assert tokenizer.texts == 0
    same(place / "i", place / "built")


def test_settings_of_the_index_are_kept(place):
    """Without settings, an update uses those the index was built with."""
    build_index(place / "corpus", place / "i", settings=Settings(fusion="rrf", keep_generations=5))
    replace(place / "corpus" / "faq.jsonl", "550円", "600円")

    assert update_index(place / "corpus", place / "i").manifest.settings.fusion == "rrf"


def test_a_dry_run_writes_nothing(place):
    """It says what would change; the folder stays as it is, and need not be writable."""
    build_index(place / "corpus", place / "i")
    before = {path: path.stat().st_mtime_ns for path in (place / "i").rglob("*")}
    replace(place / "corpus" / "faq.jsonl", '"id": "leave"', '"id": "quit"')
    report = update_index(place / "corpus", place / "i", dry_run=True)

    assert report.changes.renamed == (("leave", "quit"),)
    assert not report.published
    assert before == {path: path.stat().st_mtime_ns for path in (place / "i").rglob("*")}


def test_a_shrunken_corpus_needs_a_word(place):
    """More than 30 % gone is most likely a share that is not mounted: the index stays, and the hint says how."""
    build_index(place / "corpus", place / "i")
    documents = open_index(place / "i").manifest.documents
    (place / "corpus" / "faq.jsonl").unlink()
    with pytest.raises(SourceError, match=f"6 of {documents} documents are gone") as caught:
        update_index(place / "corpus", place / "i")

    assert "--allow-shrink" in caught.value.hint
    said = []
    update_index(place / "corpus", place / "i", dry_run=True, say=said.append)
    assert said == [f"without --allow-shrink, an update would stop here: {caught.value.message}"]
    assert IndexFolder(place / "i").current().name == "000001"
    assert len(update_index(place / "corpus", place / "i", allow_shrink=True).changes.removed) == 6


def test_an_emptied_corpus_is_refused_always(place):
    """No documents at all never replace an index."""
    build_index(place / "corpus", place / "i")
    shutil.rmtree(place / "corpus")
    (place / "corpus").mkdir()
    for dry_run in (False, True):
        with pytest.raises(SourceError, match="no documents found"):
            update_index(place / "corpus", place / "i", allow_shrink=True, dry_run=dry_run)


def test_nothing_to_update_is_said(place):
    """Where no index is, none is made, and no folder either."""
    with pytest.raises(IndexNotFound):
        update_index(place / "corpus", place / "none")
    assert not (place / "none").exists()


@pytest.mark.parametrize(
    "changed",
    [
        {"tokenizer": FugashiTokenizer(user_words=["定期便"])},
        {"settings": Settings(model="other")},
        {"settings": Settings(query_prompt="問: ")},
        {"encoder": Characters()},
    ],
    ids=["tokenizer", "model", "prompt", "encoder"],
)
def test_another_tokenizer_or_model_needs_a_build(place, changed):
    """Terms and vectors of two kinds are never mixed; the hint names build."""
    build_index(place / "corpus", place / "i")
    with pytest.raises(IndexMismatch) as caught:
        update_index(place / "corpus", place / "i", **changed)
    assert "faqsearch build" in caught.value.hint


@pytest.mark.parametrize("dry_run", [True, False])
def test_other_user_words_have_everything_analysed_again(place, dry_run):
    """A name added to user_words.txt changes how every document is cut: that is said, done, and gives what a build gives."""
    build_index(place / "corpus", place / "i")
    (place / "corpus" / "user_words.txt").write_text("定期便\n", encoding="utf-8")
    said = []
    report = update_index(place / "corpus", place / "i", say=said.append, dry_run=dry_run)

    assert said == ["user_words.txt changed since generation 000001: every document is analysed again"]
    assert report.published is not dry_run
    assert not report.changes
    assert report.changes.kept == report.manifest.documents
    if not dry_run:
        build_index(place / "corpus", place / "built")
        same(place / "i", place / "built")
        assert update_index(place / "corpus", place / "i", say=said.append).published is False
        assert len(said) == 1


def test_a_model_that_changed_under_its_name_is_refused(place):
    """The same name with other weights must not add vectors to the old ones."""
    build_index(place / "corpus", place / "i", settings=Settings(model="characters"), encoder=Characters())
    replace(place / "corpus" / "faq.jsonl", "550円", "600円")
    with pytest.raises(IndexMismatch):
        update_index(place / "corpus", place / "i", encoder=Characters(seed=1))


def test_damage_is_not_copied(place):
    """One changed byte in the old generation stops an update: copied, it would get a new checksum."""
    report = build_index(place / "corpus", place / "i")
    path = place / "i" / report.generation / "lexical.bin"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(IndexFormatError, match="checksum"):
        update_index(place / "corpus", place / "i")


def test_an_edited_row_without_an_id_has_changed(tmp_path):
    """Its id is made from what it says and is new; it is reported as changed, and nothing as removed."""
    (tmp_path / "corpus").mkdir()
    path = tmp_path / "corpus" / "faq.csv"
    path.write_text("質問,回答\n送料は？,550円です。\n返品は？,8日以内です。\n", encoding="utf-8")
    build_index(path, tmp_path / "i")
    path.write_text("質問,回答\n解約は？,できます。\n送料は？,600円です。\n返品は？,8日以内です。\n", encoding="utf-8")
    changes = update_index(path, tmp_path / "i").changes

    assert (len(changes.added), len(changes.changed), changes.removed, changes.kept) == (1, 1, (), 1)


def test_an_index_inside_the_corpus_is_not_read(place):
    """Building into the corpus folder does not make the index a source of itself."""
    for _ in range(2):
        report = build_index(place / "corpus", place / "corpus" / "i")
    assert update_index(place / "corpus", place / "corpus" / "i").published is False
    assert report.files == 2
