"""The dense leg: exact scores, and a shortlist that finds what reading everything finds."""

import numpy as np
import pytest

from faqsearch import kernel
from faqsearch.errors import IndexFormatError
from faqsearch.index import dense, fast_scan, shortlist
from faqsearch.index.dense import DENSE_FILE, SHORTLIST_FILE, DenseIndex
from faqsearch.index.dense_files import write_dense
from faqsearch.index.shortlist import extend_shortlist, write_shortlist
from faqsearch.index.splicing import Splice
from faqsearch.vectors.interface import unit_rows

RNG = np.random.default_rng(5)
# Forty topics with two hundred passages each, as near to each other as real ones.
TOPICS = RNG.standard_normal((40, 48))
VECTORS = unit_rows(np.repeat(TOPICS, 200, axis=0) + 0.6 * RNG.standard_normal((8000, 48)))
QUESTIONS = unit_rows(TOPICS + 0.6 * RNG.standard_normal(TOPICS.shape))
OWNERS = np.arange(8000, dtype=np.int32) // 2


def write(folder, parts, dimension, trained=None):
    """Write vectors and their shortlist, trained on every second one."""
    write_dense(folder, parts, dimension)
    return write_shortlist(folder, dimension, np.arange(0, sum(map(len, parts)), 2) if trained is None else trained)


# Eight thousand vectors are few, or enough for lists.
FEW, MANY = 100_000, 7_000


@pytest.fixture(scope="module", params=[FEW, MANY], ids=["in one row", "in lists"])
def written(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("dense")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shortlist, "_MANY", request.param)
        described = write(folder, np.array_split(VECTORS, 7), 48)
    return folder, described


def opened(written):
    """The index with what the manifest says of it."""
    folder, described = written
    return DenseIndex(folder, OWNERS, 48, listed=described["listed"], probed=described.get("probed", 1))


def test_many_vectors_get_a_shortlist_and_say_how_good_it_is(written):
    """The kind is FAISS's own name for it; recall@10 is measured on the index's own vectors."""
    folder, described = written

    in_lists = "probed" in described
    assert described["index"] == ("IVF64,PQ16x4fs,RFlat" if in_lists else "PQ24x4fs,RFlat")
    assert not in_lists or 1 <= described["probed"] < 64
    assert 0.98 <= described["recall_at_10"] <= 1
    assert (folder / SHORTLIST_FILE).exists()


def test_what_is_said_of_the_recall_is_so(written):
    """Nine of ten of the nearest others, and more, come from a search that reads as much as the manifest says."""
    _, described = written
    asked = VECTORS[::100]
    expected = asked @ VECTORS.T
    expected[expected > 1 - 1e-4] = -1
    nearest = np.argsort(-expected, axis=1)[:, :10]

    _, found = opened(written).search(asked, described["listed"])

    recall = np.mean([np.isin(a, b).mean() for a, b in zip(nearest, found, strict=True)])
    assert recall == pytest.approx(described["recall_at_10"], abs=0.03)


def test_the_files_are_what_faiss_writes(written, tmp_path):
    """Vectors written some at a time make the bytes that FAISS makes of all at once, in any number of reads."""
    import faiss

    flat = faiss.IndexFlatIP(48)
    flat.add(VECTORS)
    faiss.write_index(flat, str(tmp_path / "flat"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shortlist, "_ROWS", 999)
        patch.setattr(shortlist, "_MANY", MANY if "probed" in written[1] else FEW)
        described = write(tmp_path, [VECTORS], 48)

    assert (written[0] / DENSE_FILE).read_bytes() == (tmp_path / "flat").read_bytes()
    assert (written[0] / SHORTLIST_FILE).read_bytes() == (tmp_path / SHORTLIST_FILE).read_bytes()
    assert described == written[1]


def test_few_vectors_are_all_read(tmp_path):
    """A small index needs no shortlist and has none."""
    assert write(tmp_path, [VECTORS[:1000]], 48) == {"index": "Flat", "recall_at_10": 1.0}
    assert not (tmp_path / SHORTLIST_FILE).exists()


def test_a_shortlist_that_misses_too_much_is_not_kept(tmp_path, monkeypatch):
    """Where even the longest shortlist has a recall below 0.98, all vectors are read."""
    monkeypatch.setattr(shortlist, "_recall", lambda hits: 0.97)

    assert write(tmp_path, [VECTORS], 48)["index"] == "Flat"
    assert not (tmp_path / SHORTLIST_FILE).exists()


def test_the_way_that_reads_least_is_taken(tmp_path, monkeypatch):
    """Of those that find enough; lists left out and vectors not listed count by their bytes."""
    monkeypatch.setattr(shortlist, "_MANY", MANY)
    ways = [(32, 400, 0.99), (16, 800, 0.99), (16, 400, 0.985), (8, 3200, 0.99)]
    monkeypatch.setattr(shortlist, "_good_ways", lambda *_: (shortlist._Way(*way) for way in ways))

    described = write(tmp_path, [VECTORS], 48)

    assert (described["probed"], described["listed"]) == (16, 400)


def test_a_shortlist_is_as_long_as_it_must_be(tmp_path):
    """Vectors without any structure are hard to tell apart by codes: more passages are listed, and searches see them."""
    vectors = unit_rows(np.random.default_rng(5).standard_normal((8000, 48)).astype(np.float32))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shortlist, "_IN_A_ROW", (4,))
        described = write(tmp_path, [vectors], 48)
    index = DenseIndex(tmp_path, OWNERS, 48, listed=described["listed"])
    found, exact = (index.search(vectors[:50], 10, exact=way)[1] for way in (False, True))

    assert described["listed"] > 400
    assert np.mean([np.isin(a, b).mean() for a, b in zip(exact, found, strict=True)]) >= 0.97


def test_what_the_shortlist_brings_is_scored_exactly(written):
    """Scores are dot products with the vectors themselves, best first; nearly all of the sixty best are there."""
    index = opened(written)

    scores, passages = index.search(QUESTIONS, 240)

    expected = QUESTIONS @ VECTORS.T
    # Few lists may hold fewer passages than a search asks for.
    there = passages >= 0
    assert there[:, :60].all()
    found = np.take_along_axis(expected, passages, axis=1)
    assert np.allclose(scores[there], found[there], atol=1e-6)
    assert (np.diff(np.where(there, scores, -1), axis=1) <= 0).all()
    best = np.argsort(-expected, axis=1, kind="stable")[:, :60]
    assert np.mean([np.isin(a, b).mean() for a, b in zip(best, passages, strict=True)]) > 0.98


@pytest.mark.parametrize("least", [-1.0, 0.5])
def test_the_nearest_documents_are_those_of_the_best_passages(written, monkeypatch, least):
    """Each once, by its best passage, with and without the kernel; none below what is asked for."""
    index = opened(written)

    for question in QUESTIONS:
        scores, passages = index.search(question[None], 40)
        expected = {}
        for passage, score in zip(passages[0].tolist(), scores[0].tolist(), strict=True):
            if passage >= 0 and score > least:
                expected.setdefault(int(OWNERS[passage]), score)
        fast = index.nearest(question[None], 10, least)
        with monkeypatch.context() as patch:
            patch.setattr(kernel, "compiled", None)
            slow = index.nearest(question[None], 10, least)
        for found in (fast, slow):
            assert found.documents.tolist() == list(expected)
            np.testing.assert_allclose(found.scores, list(expected.values()), atol=1e-6)


def test_only_allowed_documents_are_nearest(written):
    """A filter holds for the nearest documents, too."""
    index = DenseIndex(written[0], OWNERS, VECTORS.shape[1])
    allowed = np.zeros(4000, dtype=bool)
    allowed[::7] = True

    assert allowed[index.nearest(QUESTIONS[:1], 10, -1.0, allowed).documents].all()


@pytest.mark.skipif(kernel.compiled is None, reason="faqsearch was installed without a C compiler")
def test_damaged_owners_are_no_documents(written):
    """A passage of no document is an error, and reads nothing outside."""
    damaged = OWNERS.copy()
    damaged[:-1] = 2**31 - 1

    with pytest.raises(IndexFormatError):
        DenseIndex(written[0], damaged, VECTORS.shape[1]).nearest(QUESTIONS[:1], 10, -1.0)


def test_questions_together_get_what_each_gets_alone(written):
    """A batch changes nothing."""
    index = opened(written)

    _, together = index.search(QUESTIONS, 50)

    for question, passages in zip(QUESTIONS, together, strict=True):
        assert np.array_equal(index.search(question[None], 50)[1][0], passages)


@pytest.mark.skipif(kernel.compiled is None, reason="faqsearch was installed without a C compiler")
def test_what_is_listed_for_many_is_what_each_would_list(written, monkeypatch):
    """One call of FAISS lists for all questions, in the thread it is called from; what is nearest is not looked for again."""
    import faiss

    index, threads = opened(written), faiss.omp_get_max_threads()
    alone = [index.nearest(question[None], 10, -1.0) for question in QUESTIONS]

    listed = index.shortlists(QUESTIONS, 10)
    assert faiss.omp_get_max_threads() == threads
    monkeypatch.setattr(index, "_shortlist", None)
    together = [index.nearest(q[None], 10, -1.0, None, own) for q, own in zip(QUESTIONS, listed, strict=True)]

    for one, other in zip(alone, together, strict=True):
        assert np.array_equal(one.documents, other.documents)
        assert np.array_equal(one.scores, other.scores)


def test_nothing_is_listed_where_all_vectors_are_read(written, tmp_path, monkeypatch):
    """Without codes there is nothing to list from, and without the kernel nobody looks at a list."""
    write_dense(tmp_path, [VECTORS], 48)

    assert DenseIndex(tmp_path, OWNERS, 48).shortlists(QUESTIONS, 10) is None
    monkeypatch.setattr(kernel, "compiled", None)
    assert opened(written).shortlists(QUESTIONS, 10) is None


def test_a_filter_and_exactness_read_all_vectors(written):
    """Only allowed documents are found, and the best of them; `exact` finds the best of all."""
    index = opened(written)
    allowed = np.zeros(4000, dtype=bool)
    allowed[::7] = True
    expected = QUESTIONS @ VECTORS.T

    _, passages = index.search(QUESTIONS, 5, allowed)
    assert allowed[OWNERS[passages]].all()
    assert np.array_equal(passages[:, 0], np.where(allowed[OWNERS], expected, -1).argmax(axis=1))
    _, passages = index.search(QUESTIONS, 20, exact=True)
    assert np.array_equal(passages, np.argsort(-expected, axis=1, kind="stable")[:, :20])


def test_of_many_that_pass_a_filter_the_shortlist_finds_nearly_all(written, monkeypatch):
    """Where more than a few pass, the shortlist is longer, and only what passes is found."""
    monkeypatch.setattr(dense, "_FEW_PASS", 100)
    index = opened(written)
    allowed = np.zeros(4000, dtype=bool)
    allowed[::3] = True
    expected = np.where(allowed[OWNERS], QUESTIONS @ VECTORS.T, -1)

    scores, passages = index.search(QUESTIONS, 10, allowed)

    assert allowed[OWNERS[passages]].all()
    assert np.allclose(scores, np.take_along_axis(expected, passages, axis=1), atol=1e-6)
    best = np.argsort(-expected, axis=1, kind="stable")[:, :10]
    assert np.mean([np.isin(a, b).mean() for a, b in zip(best, passages, strict=True)]) > 0.97


def test_fewer_that_pass_than_wanted_leave_places_empty(written):
    """Unused places hold passage -1."""
    allowed = np.zeros(4000, dtype=bool)
    allowed[7] = True

    _, passages = opened(written).search(QUESTIONS[:2], 5, allowed)

    assert [sorted(row) for row in passages.tolist()] == [[-1, -1, -1, 14, 15]] * 2


@pytest.mark.parametrize("many", [FEW, MANY])
@pytest.mark.parametrize("kept", [4, 100, 3000, 30_000])
def test_a_damaged_shortlist_is_refused(tmp_path, monkeypatch, kept, many):
    """A file cut short, or of another size than its vectors need, is damage, not a crash."""
    monkeypatch.setattr(shortlist, "_MANY", many)
    write(tmp_path, [VECTORS], 48)
    path = tmp_path / SHORTLIST_FILE
    path.write_bytes(path.read_bytes()[:kept])

    with pytest.raises(IndexFormatError):
        DenseIndex(tmp_path, OWNERS, VECTORS.shape[1]).search(QUESTIONS, 5)


def test_a_shortlist_of_other_vectors_is_refused(written):
    """Counts and dimensions must be those of the index."""
    with pytest.raises(IndexFormatError, match="vectors of"):
        DenseIndex(written[0], OWNERS[:-2], VECTORS.shape[1]).search(QUESTIONS, 5)


@pytest.mark.parametrize("many", [FEW, 6_000])
@pytest.mark.parametrize("added", [0, 1, 33])
def test_a_shortlist_is_extended_to_what_would_be_written(tmp_path, monkeypatch, added, many):
    """Passages that go and come leave the bytes of a shortlist of all that are left, trained on the same ones."""
    monkeypatch.setattr(shortlist, "_MANY", many)
    own = np.arange(100, 6100, 2)
    passages = Splice(7000, np.array([3, 6500, 6999]), np.sort(np.array([0, 6200] * added, dtype=np.int64)[:added]))
    vectors = passages(VECTORS[:7000], VECTORS[7000 : 7000 + added])
    for folder in ("before", "after", "anew"):
        (tmp_path / folder).mkdir()
    write(tmp_path / "before", [VECTORS[:7000]], 48, own)
    write_dense(tmp_path / "after", [vectors], 48)

    extended = extend_shortlist(tmp_path / "after", tmp_path / "before", 48, passages)

    assert extended == write(tmp_path / "anew", [vectors], 48, passages.old[own])
    assert (tmp_path / "after" / SHORTLIST_FILE).read_bytes() == (tmp_path / "anew" / SHORTLIST_FILE).read_bytes()


def test_another_number_of_lists_is_written_anew(tmp_path, monkeypatch):
    """What has grown beyond the lists it had, or shrunk, is not extended."""
    monkeypatch.setattr(shortlist, "_MANY", 6_999)
    for folder in ("before", "after"):
        (tmp_path / folder).mkdir()
    write(tmp_path / "before", [VECTORS[:7000]], 48)
    write_dense(tmp_path / "after", [VECTORS[:6999]], 48)

    assert (
        extend_shortlist(tmp_path / "after", tmp_path / "before", 48, Splice(7000, np.array([5]), np.array([]))) is None
    )


def test_another_number_of_codes_is_written_anew(tmp_path, monkeypatch):
    """What a faqsearch with coarser codes has left is not extended."""
    for folder in ("before", "after"):
        (tmp_path / folder).mkdir()
    with monkeypatch.context() as patch:
        patch.setattr(shortlist, "_IN_A_ROW", (3,))
        assert write(tmp_path / "before", [VECTORS[:7000]], 48)["index"].startswith("PQ16")
    write_dense(tmp_path / "after", [VECTORS[:6999]], 48)
    passages = Splice(7000, np.array([6999]), np.array([], dtype=np.int64))

    assert extend_shortlist(tmp_path / "after", tmp_path / "before", 48, passages) is None


def test_a_vector_is_in_the_same_list_whatever_stands_beside_it(written):
    """Lists and codes made one at a time are those made of thousands: an update gives what a build gives."""
    import faiss

    index = faiss.read_index(str(written[0] / SHORTLIST_FILE))
    lists, codes = fast_scan.encoded(index, VECTORS)

    for number in range(0, len(VECTORS), 371):
        own_list, own_code = fast_scan.encoded(index, VECTORS[number : number + 1])
        assert own_list[0] == lists[number]
        assert own_code[0].tolist() == codes[number].tolist()
    assert np.array_equal(fast_scan.content(index)[0], lists)
    assert np.array_equal(fast_scan.content(index)[1], codes)


def test_lists_with_fewer_codes_than_passages_are_refused(tmp_path, monkeypatch):
    """FAISS would read on behind the end of a list's codes."""
    import faiss

    monkeypatch.setattr(shortlist, "_MANY", MANY)
    described = write(tmp_path, [VECTORS], 48)
    path = tmp_path / SHORTLIST_FILE
    index = faiss.read_index(str(path))
    inverted = faiss.downcast_InvertedLists(index.invlists)
    held = inverted.list_size(63)
    content, codes = path.read_bytes(), -(-held // 32) * inverted.block_size
    assert int.from_bytes(content[-codes - 8 : -codes], "little") == codes
    # One block less in the last list; the file stays as long as it was.
    path.write_bytes(content[: -codes - 8] + (codes - inverted.block_size).to_bytes(8, "little") + content[-codes:])

    with pytest.raises(IndexFormatError):
        DenseIndex(tmp_path, OWNERS, 48, probed=described["probed"]).search(QUESTIONS, 5)


@pytest.mark.parametrize(("dimension", "own"), [(48, 3), (48, 4), (6, 2)])
def test_codes_are_the_same_with_and_without_the_kernel(monkeypatch, dimension, own):
    """Of equally near centres the first is taken; an odd number of parts leaves half a byte; FAISS gives the same."""
    import faiss

    vectors = VECTORS[:700, :dimension].copy()
    quantizer = faiss.ProductQuantizer(dimension, dimension // own, 4)
    quantizer.train(vectors)
    centres = faiss.vector_to_array(quantizer.centroids).reshape(dimension // own, 16, own)
    centres[:, 9] = centres[:, 4]
    faiss.copy_array_to_vector(centres.ravel(), quantizer.centroids)
    vectors[::7, :own] = centres[0, 9]
    codes = fast_scan._codes(quantizer, vectors)
    monkeypatch.setattr(kernel, "compiled", None)

    assert fast_scan._codes(quantizer, vectors).tolist() == codes.tolist()
    assert quantizer.compute_codes(vectors).tolist() == codes.tolist()
    assert set((codes[::7, 0] & 15).tolist()) == {4}


def test_the_way_that_is_kept_is_the_best_of_all(tmp_path, monkeypatch):
    """Ways that cannot be the best are not tried, and the one taken is the one that all of them leave."""
    tried = []

    def every(index, lists, rows):
        asked = shortlist._vectors(rows[np.linspace(0, len(rows) - 1, shortlist._SAMPLE).astype(np.int64)])
        wanted = shortlist._nearest(asked, rows)
        for probed in sorted({max(64 * part >> step, 1) for step in range(2, 8) for part in (3, 4)}):
            index.nprobe = probed
            for length in (length for length in shortlist._LENGTHS if length <= len(rows) // shortlist._SHORT):
                if probed * len(rows) >= 2 * length * 64:
                    _, found = index.search(asked, length)
                    hits = [min(np.isin(row, own).sum(), 10) for row, own in zip(found, wanted, strict=True)]
                    way = shortlist._Way(probed, length, float(np.mean(hits)) / 10)
                    tried.append(way)
                    if way.recall >= 0.98:
                        yield way

    monkeypatch.setattr(shortlist, "_MANY", MANY)
    (tmp_path / "few").mkdir()
    (tmp_path / "all").mkdir()
    few = write(tmp_path / "few", [VECTORS], 48)
    monkeypatch.setattr(shortlist, "_good_ways", every)
    best = write(tmp_path / "all", [VECTORS], 48)

    assert len(tried) > 10
    assert (few["probed"], few["listed"]) == (best["probed"], best["listed"])
    assert few["recall_at_10"] == pytest.approx(best["recall_at_10"], abs=0.002)
