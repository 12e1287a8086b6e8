"""Vectors of passages are encoded once: builds and updates take them from the generations before."""

import json
from hashlib import blake2b

import numpy as np
import pytest

from faqsearch.build import build_index
from faqsearch.index.folder import IndexFolder
from faqsearch.index.local import LocalIndex
from faqsearch.index.remembered import KEYS, passage_keys
from faqsearch.settings import Settings
from faqsearch.update import update_index


class Counting:
    """An encoder whose vectors are a function of prompt and text, and that notes what it encodes."""

    name, dimension = "counting", 8

    def __init__(self, fingerprint="weights 1, prompt 1"):
        self.passage_fingerprint = fingerprint
        self.encoded = []

    def describe(self):
        return {"kind": "test", "name": self.name, "dimension": self.dimension}

    def encode_passages(self, texts):
        self.encoded += texts
        return self.encode_queries([f"{self.passage_fingerprint}{text}" for text in texts])

    def encode_queries(self, texts):
        seeds = [int.from_bytes(blake2b(text.encode(), digest_size=8).digest()) for text in texts]
        rows = [np.random.default_rng(seed).normal(size=self.dimension) for seed in seeds]
        return np.array([row / np.linalg.norm(row) for row in rows], dtype=np.float32).reshape(-1, self.dimension)


ROWS = [
    {"id": "a", "question": "送料はいくらですか。", "answer": "全国一律550円です。"},
    {"id": "b", "question": "解約したいです。", "alternates": ["やめたい"], "answer": "マイページから解約できます。"},
    {"id": "c", "question": "領収書をください。", "answer": "注文履歴から発行できます。"},
]
PASSAGES = 7  # four wordings and three answers


def build(corpus, into, encoder):
    build_index(corpus, into, settings=Settings(model="counting"), encoder=encoder, processes=1)


def update(corpus, into, encoder):
    update_index(corpus, into, encoder=encoder, processes=1)


def write(folder, rows):
    folder.mkdir(exist_ok=True)
    (folder / "faq.jsonl").write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
    return folder


@pytest.fixture
def built(tmp_path):
    """A corpus and its index, both to be changed."""
    corpus, first = write(tmp_path / "corpus", ROWS), Counting()
    build(corpus, tmp_path / "i", encoder=first)
    assert len(first.encoded) == PASSAGES
    return corpus, tmp_path / "i"


def stored(index):
    """Every vector of an index by the wording or answer it belongs to, as bytes."""
    opened = LocalIndex.open(index)
    return [opened.vectors(number).tobytes() for number in range(opened.manifest.documents)]


CHANGED = [ROWS[2], {**ROWS[0], "answer": "全国一律600円です。"}, ROWS[1]]


@pytest.mark.parametrize("command", [build, update])
def test_one_changed_answer_is_one_encoding(built, command, tmp_path):
    """After one answer changed and all entries moved, one passage is encoded; the index is that of a fresh build."""
    corpus, index = built
    write(corpus, CHANGED)
    again, fresh = Counting(), Counting()
    command(corpus, index, encoder=again)
    build(corpus, tmp_path / "fresh", encoder=fresh)

    assert again.encoded == ["送料はいくらですか。\n全国一律600円です。"]
    assert len(fresh.encoded) == PASSAGES
    assert stored(index) == stored(tmp_path / "fresh")
    tables = [LocalIndex.open(path).tables[KEYS].tolist() for path in (index, tmp_path / "fresh")]
    assert tables[0] == tables[1]


def test_nothing_changed_is_nothing_encoded(built):
    """A build of the same corpus encodes nothing, the next one neither."""
    corpus, index = built
    for _ in range(2):
        again = Counting()
        build(corpus, index, encoder=again)
        assert again.encoded == []


def test_what_is_removed_and_comes_back(built):
    """The generation before the last one is remembered, too."""
    corpus, index = built
    write(corpus, ROWS[:1])
    build(corpus, index, encoder=Counting())
    write(corpus, ROWS)
    again = Counting()
    build(corpus, index, encoder=again)

    assert again.encoded == []


@pytest.mark.parametrize("fingerprint", ["weights 2, prompt 1", "weights 1, prompt 2", None])
def test_other_weights_or_another_prompt_are_another_encoder(built, fingerprint):
    """Vectors of another fingerprint are never taken, nor those of an encoder that has none."""
    corpus, index = built
    other = Counting(fingerprint)
    build(corpus, index, encoder=other)

    assert len(other.encoded) == PASSAGES


def test_equal_passages_are_encoded_once(tmp_path):
    """Two entries that say the same have one vector."""
    corpus = write(tmp_path / "corpus", [*ROWS, {**ROWS[0], "id": "d"}])
    encoder = Counting()
    build(corpus, tmp_path / "i", encoder=encoder)

    assert len(encoder.encoded) == PASSAGES
    first, *_, last = stored(tmp_path / "i")
    assert first == last


@pytest.mark.parametrize("damage", ["dense.faiss", "documents.bin"])
@pytest.mark.parametrize("gone", [True, False])
def test_damaged_generations_are_passed_over(built, damage, gone):
    """What does not have its checksum is encoded again, and the build goes on."""
    corpus, index = built
    path = IndexFolder(index).current().path / damage
    if gone:
        path.unlink()
    else:
        content = bytearray(path.read_bytes())
        content[-1] ^= 1
        path.write_bytes(content)
    again = Counting()
    build(corpus, index, encoder=again)

    assert len(again.encoded) == PASSAGES


def test_keys():
    """Keys differ with text and fingerprint, also where one ends and the other begins; equal ones are equal."""
    keys = passage_keys(Counting("a"), ["b", "b", "c", ""])

    assert keys.shape == (4, 16)
    assert keys[0].tolist() == keys[1].tolist()
    assert len({bytes(key) for key in keys} | {bytes(passage_keys(Counting("ab"), [""])[0])}) == 4
    assert not passage_keys(Counting(None), ["b"]).any()


def test_an_index_without_keys_is_updated(built, tmp_path):
    """What an encoder without a fingerprint made stays known to updates by document, and is marked as unknown."""
    corpus, _ = built
    build(corpus, tmp_path / "old", encoder=Counting(None))
    write(corpus, CHANGED)
    again = Counting()
    update(corpus, tmp_path / "old", encoder=again)

    assert len(again.encoded) == 2  # both passages of the changed entry
    zero = [not any(key) for key in LocalIndex.open(tmp_path / "old").tables[KEYS].tolist()]
    assert zero == [True, True, False, False, True, True, True]
