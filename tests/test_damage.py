"""Damage to any file of an index is reported, or changes nothing; it never ends in another error or a wrong document."""

import os
import random
import shutil
from dataclasses import asdict
from pathlib import Path

import pytest

from faqsearch.build import build_index
from faqsearch.errors import FaqsearchError, IndexFormatError
from faqsearch.index import shortlist
from faqsearch.index.folder import IndexFolder
from faqsearch.index.manifest import FORMAT_VERSION
from faqsearch.search import open_index
from faqsearch.tokens import FugashiTokenizer
from faqsearch.verify import verify

KEPT = Path(__file__).parent / "data" / f"index-v{FORMAT_VERSION}" / "000001"
FILES = ["CURRENT", "shortlist.faiss", *sorted(path.name for path in KEPT.iterdir())]
"""Every file of an index; that these are all is asserted where the index is made."""
CASES = [40, pytest.param(260, marks=pytest.mark.slow)]
"""For each of eleven files: 440 cases always, 2,860 more when slow tests are asked for."""
QUESTIONS = ["定期便を解約したい", "E-203", "そうりょう", "ログインできない", "水"]


def flip(data, chance):
    """Turn one bit."""
    if data:
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)


def overwrite(data, chance):
    """Put anything in the place of a few bytes."""
    start = chance.randrange(len(data) or 1)
    data[start : start + 8] = chance.choice([bytes(8), b"\xff" * 8, chance.randbytes(8)])[: len(data) - start]


def truncate(data, chance):
    """Lose the end."""
    del data[chance.randrange(len(data) or 1) :]


def duplicate(data, chance):
    """Have one part twice."""
    start = chance.randrange(len(data) or 1)
    end = start + chance.randrange(1, 200)
    data[end:end] = data[start:end]


def swap(data, chance):
    """Exchange two parts of one length: the size stays."""
    size = chance.choice([1, 4, 8, 64])
    if len(data) > 2 * size:
        a, b = sorted(chance.sample(range(0, len(data) - size + 1, size), 2))
        data[a : a + size], data[b : b + size] = data[b : b + size], data[a : a + size]


def lose(data, chance):
    """Lose a part in the middle."""
    start = chance.randrange(len(data) or 1)
    del data[start : start + chance.randrange(1, 200)]


WAYS = [flip, flip, overwrite, overwrite, swap, truncate, duplicate, lose]


@pytest.fixture(scope="module")
def whole(corpus, tmp_path_factory):
    """An index, what it answers, its documents, and a tokenizer for all cases."""
    place = tmp_path_factory.mktemp("whole")
    with pytest.MonkeyPatch.context() as patch:
        # A shortlist of 25 vectors, whose dimensions are a prime number.
        patch.setattr(shortlist, "_FEW", 0)
        patch.setattr(shortlist, "_IN_A_ROW", (1,))
        build_index(corpus, place / "i")
    names = [path.name for path in (place / "i").rglob("*") if path.is_file() and not path.name.startswith("LOCK")]
    assert sorted(names) == sorted(FILES)
    tokenizer = FugashiTokenizer()
    searcher = open_index(place / "i", tokenizer=tokenizer)
    documents = {d.id: d for d in searcher.index.documents(range(searcher.manifest.documents))}
    return place / "i", asked(searcher), documents, tokenizer


def asked(searcher):
    """Everything an index can be asked, without times."""
    found = [searcher.search(question, k=5, explain=True) for question in QUESTIONS]
    found += searcher.search_many(QUESTIONS[:2], where={"category": "会員"})
    hits = [[asdict(hit) for hit in results.hits] for results in found]
    return hits, searcher.suggest("かいやく"), searcher.related("cancel"), searcher.document("return")


@pytest.fixture
def copy(whole, tmp_path):
    """A copy of the index to damage."""
    shutil.copytree(whole[0], tmp_path / "i")
    return tmp_path / "i"


def path_of(folder, name):
    """Where a file of the index is."""
    return folder / name if name == "CURRENT" else folder / "000001" / name


def put(path, data):
    """Write a file in the place of another; who has mapped the old one keeps it."""
    new = path.with_name("new")
    new.write_bytes(data)
    new.replace(path)


def judge(folder, answers, documents, tokenizer, what):
    """Open, ask and verify; nothing but a FaqsearchError may come, and no change may go unnoticed."""
    reported = False
    try:
        searcher = open_index(folder, tokenizer=tokenizer)
        found = asked(searcher)
        hits = [hit for hits in found[0] for hit in hits]
        assert all(hit["document"] == asdict(documents[hit["document"]["id"]]) for hit in hits), what
        assert found[3] == documents["return"], what
        same = found == answers
    except FaqsearchError:
        reported, same = True, False
    try:
        sound = verify(folder, sample=3, tokenizer=tokenizer).ok
    except FaqsearchError:
        sound = False
    assert same or not sound, f"{what}: results changed, and verify finds nothing"
    return reported, sound


@pytest.mark.parametrize("cases", CASES)
@pytest.mark.parametrize("name", FILES)
def test_damage_is_reported_or_harmless(whole, copy, name, cases):
    """Bits flipped, parts lost, doubled, exchanged or overwritten, in every file, hundreds of times."""
    _, answers, documents, tokenizer = whole
    chance = random.Random(f"{name} {os.environ.get('FAQSEARCH_DAMAGE_SEED', '0')}")
    counted = {"refused": 0, "found": 0, "harmless": 0}
    path = path_of(copy, name)
    before = path.read_bytes()
    for number in range(cases):
        data, way = bytearray(before), chance.choice(WAYS)
        way(data, chance)
        if data != before:
            put(path, data)
            what = f"{name}, case {number}, {way.__name__}"
            reported, sound = judge(copy, answers, documents, tokenizer, what)
            counted["refused" if reported else "harmless" if sound else "found"] += 1
            # CURRENT may end in other white space; every other byte has a checksum.
            assert not sound or name == "CURRENT", what
    assert counted["refused"] + counted["found"] > cases // 2


@pytest.mark.slow
@pytest.mark.parametrize("name", ["dense.faiss", "shortlist.faiss"])
def test_each_byte_of_the_numbers_faiss_believes(whole, copy, name):
    """FAISS computes addresses from what stands before and behind its vectors: no value of it ends the process."""
    _, answers, documents, tokenizer = whole
    path, chance = path_of(copy, name), random.Random(name)
    before = path.read_bytes()
    rows = len(before) - 45 if name == "dense.faiss" else 4 * 16 * int.from_bytes(before[4:8], "little")
    start = 45 if name == "dense.faiss" else 69
    places = [*range(start), *range(start + rows, min(len(before), start + rows + 36))]
    assert len(places) == (45 if name == "dense.faiss" else 69 + 36)
    for place in places:
        for value in {0, 1, 255, before[place] ^ 1 << chance.randrange(8), chance.randrange(256)} - {before[place]}:
            put(path, before[:place] + bytes([value]) + before[place + 1 :])
            _, sound = judge(copy, answers, documents, tokenizer, f"{name}, byte {place} is {value}")
            assert not sound


@pytest.mark.parametrize("name", FILES)
def test_a_missing_or_exchanged_file_is_refused(whole, copy, name):
    """A file that is gone, empty, or another file of the index."""
    folder, _, _, tokenizer = whole
    path = path_of(copy, name)
    for content in (b"", *((folder / "000001" / other).read_bytes() for other in FILES[1:] if other != name), None):
        path.unlink() if content is None else put(path, content)
        with pytest.raises(FaqsearchError):
            open_index(copy, tokenizer=tokenizer)


def test_rollback_leaves_the_damage_behind(corpus, tmp_path):
    """After a rollback from a damaged generation, the one before answers and is whole."""
    for _ in range(2):
        build_index(corpus, tmp_path / "i")
    (tmp_path / "i" / "000002" / "lexical.bin").write_bytes(b"")
    with pytest.raises(IndexFormatError):
        open_index(tmp_path / "i")
    with IndexFolder(tmp_path / "i").lock("rollback"):
        IndexFolder(tmp_path / "i").rollback()

    assert open_index(tmp_path / "i").search("解約").hits[0].id == "cancel"
