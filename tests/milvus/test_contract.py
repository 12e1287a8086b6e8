"""One contract, three places: a folder, Milvus Lite in a file, and a Milvus Lite server over TCP answer alike.

Everything is compared with a folder built apart: the same documents in the same order, scores within 1e-4.
"""

import json
import shutil
from dataclasses import fields
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from faqsearch.analyser import DocumentAnalyser
from faqsearch.build import build_index
from faqsearch.doctor import examine
from faqsearch.errors import DocumentNotFound, SettingsError
from faqsearch.index.interface import Question, WeightedTerm
from faqsearch.index.store import open_store
from faqsearch.legs import LEXICAL_LEGS, question
from faqsearch.search import open_index
from faqsearch.settings import BM25, Settings
from faqsearch.update import update_index
from faqsearch.vectors.interface import unit_rows
from faqsearch.verify import verify
from lite import import_milvus

ROOT = Path(__file__).parents[2]
CLOSE = 1e-4
ASKED = 25
PLACES = ["folder", "embedded", "server"]


@pytest.fixture(scope="module")
def texts(tmp_path_factory):
    """A part of the sample corpus: 54 documents of a manual and an FAQ, user words and synonyms."""
    folder = tmp_path_factory.mktemp("texts") / "corpus"
    folder.mkdir()
    for name in ("faq_app.yaml", "manual/operator.txt", "user_words.txt", "synonyms.txt"):
        shutil.copy(ROOT / "corpus" / name, folder)
    return folder


@pytest.fixture(scope="module")
def questions():
    """Judged questions of the sample corpus, and some that are typed oddly."""
    with (ROOT / "corpus" / "queries.jsonl").open(encoding="utf-8") as file:
        rows = [json.loads(line) for line in islice(file, 0, None, 17)]
    return [*[row["query"] for row in rows][:ASKED], "tuuti konai", "パスワドを忘れた", "zzz", "！"]


def place(kind, tmp_path_factory, request):
    if kind == "folder":
        return str(tmp_path_factory.mktemp("indexes") / "there")
    if kind == "embedded":
        import_milvus()
        pytest.importorskip("milvus_lite", reason="needs faqsearch[milvus]")
        return f"milvus://{tmp_path_factory.mktemp('lite')}/index.db"
    return request.getfixturevalue("server").address("support")


@pytest.fixture(scope="module", params=PLACES)
def address(request, texts, tmp_path_factory):
    """The address of an index of `texts`, in each place."""
    found = place(request.param, tmp_path_factory, request)
    build_index(texts, found, processes=1)
    return found


@pytest.fixture(scope="module")
def reference(texts, tmp_path_factory):
    """The address of a folder that holds the same."""
    folder = tmp_path_factory.mktemp("indexes") / "reference"
    build_index(texts, folder, processes=1)
    return str(folder)


@pytest.fixture(scope="module")
def there(address):
    return open_index(address)


@pytest.fixture(scope="module")
def here(reference):
    return open_index(reference)


def same_hits(a, b):
    """Assert that two results say the same."""
    assert [hit.id for hit in a.hits] == [hit.id for hit in b.hits]
    for one, other in zip(a.hits, b.hits, strict=True):
        assert one.document == other.document
        assert (one.snippet, one.highlights, one.matched) == (other.snippet, other.highlights, other.matched)
        assert one.score == pytest.approx(other.score, abs=CLOSE)
        assert one.confidence == pytest.approx(other.confidence, abs=CLOSE)
        assert [copy.id for copy in one.copies] == [copy.id for copy in other.copies]
    assert (a.answered, a.suggestions, a.did_you_mean) == (b.answered, b.suggestions, b.did_you_mean)


def same_candidates(a, b):
    """Assert that two sets of candidates are the same."""
    assert a.documents.tolist() == b.documents.tolist()
    assert a.scores.keys() == b.scores.keys()
    for leg in a.scores:
        np.testing.assert_allclose(a.scores[leg], b.scores[leg], atol=CLOSE, err_msg=leg)
        assert a.maxima[leg] == pytest.approx(b.maxima[leg], abs=CLOSE)
    assert a.phrasings.tolist() == b.phrasings.tolist()
    assert a.sentences.tolist() == b.sentences.tolist()


def test_searches_give_the_same_hits(there, here, questions):
    """Documents, order, scores, confidence, snippets, suggestions: all as in a folder."""
    for asked in questions:
        same_hits(there.search(asked), here.search(asked))


def test_every_leg_has_the_same_candidates_at_any_depth(there, here, questions):
    """Also where only a few of many documents may come: the cut falls at the same place, ties included."""
    for asked in questions[::3]:
        understood = here.understand(asked)
        vector = here.encode([understood])
        whole = question(understood, here.tokenizer, vector, LEXICAL_LEGS)
        for depth in (1, 4, 15):
            same_candidates(there.index.candidates(whole, depth=depth), here.index.candidates(whole, depth=depth))


def test_alternatives_and_phrases_count_once(there, here):
    """A document scores the best of some alternatives, though Milvus adds them all: it is looked for further down."""
    words = ["通知", "お知らせ", "メール", "設定", "コーヒー", "水"]
    group = [WeightedTerm(word, 1.0, group=0) for word in words]
    phrase = WeightedTerm("", 3.0, phrase=("コーヒー", "メーカー"))
    for terms in (group, [*group[:3], phrase], [phrase]):
        for leg in ("document", "question"):
            whole = Question(terms={leg: terms, "document": terms}, vector=None)
            for depth in (1, 2, 5):
                same_candidates(there.index.candidates(whole, depth=depth), here.index.candidates(whole, depth=depth))


def test_filters_let_the_same_documents_pass(there, here, questions):
    """One value, several of one field, several fields, a value nobody has, and a field nobody has."""
    category = next(iter(here.index.facets.values("category")))
    filters = [
        {"kind": "faq"},
        {"kind": ["faq", "manual"], "category": category},
        {"source": "operator.txt"},
        {"category": "そんなものはない"},
    ]
    for where in filters:
        for asked in questions[::8]:
            same_hits(there.search(asked, where=where), here.search(asked, where=where))
    with pytest.raises(SettingsError, match="no document has a field"):
        there.search("通知", where={"色": "赤"})
    assert there.index.facets.values("kind") == here.index.facets.values("kind")


def test_explanations_are_the_same(there, here, questions):
    """What each leg thought of a hit, and of a document that is none."""
    asked = questions[0]
    for one, other in zip(there.search(asked, explain=True).hits, here.search(asked, explain=True).hits, strict=True):
        assert one.explanation.keys() == other.explanation.keys()
    unlikely = here.search("zzz 設定").hits or here.search("設定").hits
    one, other = (s.explain(asked, unlikely[-1].id) for s in (there, here))
    for field in fields(one):
        a, b = getattr(one, field.name), getattr(other, field.name)
        if isinstance(a, float):
            assert a == pytest.approx(b, abs=CLOSE)
        elif isinstance(a, str | bool | int | None):
            assert a == b


def test_suggestions_and_relations_are_the_same(there, here):
    """What completes a beginning, and what stands near a document."""
    for typed in ("パス", "つうち", "tuu", "設定 変"):
        assert there.suggest(typed) == here.suggest(typed)
    for hit in here.search("通知が届かない").hits[:3]:
        mine, theirs = there.related(hit.id), here.related(hit.id)
        assert [one.document.id for one in mine] == [one.document.id for one in theirs]
        assert [one.score for one in mine] == pytest.approx([one.score for one in theirs], abs=CLOSE)


def test_documents_are_found_by_number_and_id(there, here):
    """In the order asked; an id nobody has is said to be that."""
    numbers = [7, 0, 53, 7]
    assert there.index.documents(numbers) == here.index.documents(numbers)
    known = here.index.documents([42])[0]
    assert there.document(known.id) == known
    assert there.index.number(known.id) == 42
    assert there.index.sentences(42) == here.index.sentences(42)
    np.testing.assert_array_equal(there.index.vectors(42), here.index.vectors(42))
    with pytest.raises(DocumentNotFound):
        there.document("なし")


def test_the_same_is_said_to_be_inside(address, reference):
    """The manifest of an index in Milvus is that of the folder: counts, settings, sources, even the files' checksums."""
    one, other = (open_store(a).current() for a in (address, reference))
    assert one.manifest.files == other.manifest.files
    assert one.manifest.sources == other.manifest.sources
    assert (one.manifest.documents, one.manifest.passages) == (other.manifest.documents, other.manifest.passages)
    assert one.manifest.settings == other.manifest.settings


def test_verify_computes_it_again(address):
    """Every byte is fetched and compared, and scores are computed by other means."""
    found = verify(address, sample=5)
    assert found.problems == ()
    assert found.documents == 5
    assert found.scores > 0


@pytest.mark.parametrize("address", ["embedded"], indirect=True)
def test_the_doctor_finds_it_well(address, reference):
    """Every leg finds what it should."""
    one, other = examine(address), examine(reference)
    assert one.well
    assert [leg.state for leg in one.legs] == [leg.state for leg in other.legs]


def test_synonyms_are_kept_with_it(there, here, texts):
    """The corpus's synonyms answer from everywhere."""
    rules = [[(rule.line, rule.asked, rule.given) for rule in s.synonyms.current().rules] for s in (there, here)]
    assert rules[0] == rules[1]
    assert rules[0]


def write_more(folder, rows):
    lines = ["id,質問,回答", *(",".join(row) for row in rows)]
    (folder / "more.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.mark.parametrize("kind", PLACES)
def test_an_update_gives_what_a_build_would(kind, corpus, tmp_path, tmp_path_factory, request, monkeypatch):
    """Documents added, changed and removed: nothing of the statistics before is left, and only what changed is analysed."""
    edited = tmp_path / "corpus"
    shutil.copytree(corpus, edited)
    lost = ("m1", "保証書をなくしました。", "購入履歴の画面が保証書の代わりになります。")
    write_more(edited, [lost, ("m2", "色違いはありますか。", "黒と白と赤があります。赤は春に出ます。")])
    where = place(kind, tmp_path_factory, request)
    if kind == "server":
        where += "_edited"
    build_index(edited, where, processes=1)
    changed = ("m2", "色違いはありますか。", "黒と白だけです。")
    write_more(edited, [changed, ("m3", "重さはどれくらいですか。", "およそ二キロです。")])
    before = open_index(where)

    analysed = []
    analyse = DocumentAnalyser.analyse
    with monkeypatch.context() as patch:
        patch.setattr(
            DocumentAnalyser, "analyse", lambda self, found: (analysed.extend(found), analyse(self, found))[1]
        )
        report = update_index(edited, where, processes=1)
    assert [document.id for document in analysed] == ["m2", "m3"]
    assert (len(report.changes.added), len(report.changes.changed), len(report.changes.removed)) == (1, 1, 1)
    assert report.published
    assert not update_index(edited, where, processes=1).published

    fresh = tmp_path / "fresh"
    build_index(edited, fresh, processes=1)
    assert open_store(where).current().manifest.files == open_store(fresh).current().manifest.files
    now, expected = open_index(where), open_index(fresh)
    for asked in ("色違いはありますか", "重さ", "保証書", "解約したい", "お湯が出ない"):
        same_hits(now.search(asked), expected.search(asked))
    # A reader keeps the generation it opened, until it is told to move.
    assert before.search("保証書をなくした").hits[0].id == "m1"
    assert before.refresh()
    same_hits(before.search("重さ"), expected.search("重さ"))
    assert not before.refresh()


class Characters:
    """An encoder that counts characters; deterministic, and not the built-in one."""

    name = "characters"
    dimension = 64
    passage_fingerprint = "of characters"

    def describe(self):
        return {"kind": "test", "name": self.name, "dimension": self.dimension}

    def encode_queries(self, texts, /):
        return self.encode_passages(texts)

    def encode_passages(self, texts, /):
        counts = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in zip(counts, texts, strict=True):
            for character in text:
                row[ord(character) % self.dimension] += 1
        return unit_rows(counts)


@pytest.mark.parametrize("variant", ["Okapi", "L"])
def test_other_formulas_and_encoders_agree(variant, corpus, tmp_path, server):
    """Okapi with its low weights, L, and an encoder that reads texts: the same candidates as in a folder."""
    settings = Settings(model="characters", bm25=dict.fromkeys(LEXICAL_LEGS, BM25(variant)))
    where = server.address(f"formulas_{variant}")
    here, there = (
        (
            build_index(corpus, address, settings=settings, encoder=Characters(), processes=1),
            open_index(address, encoder=Characters()),
        )[1]
        for address in (str(tmp_path / "i"), where)
    )
    assert verify(where, sample=3, encoder=Characters()).problems == ()
    for asked in ("定期便を解約したい", "E-203", "送料", "電源が入らない"):
        same_hits(there.search(asked), here.search(asked))
        understood = here.understand(asked)
        whole = question(understood, here.tokenizer, here.encode([understood]), LEXICAL_LEGS)
        found = here.index.candidates(whole, depth=4)
        same_candidates(there.index.candidates(whole, depth=4), found)
        for leg, terms in whole.terms.items():
            own, other = (
                one.index.scores_with([BM25(variant, k1=0.4, b=0.2)], leg, terms, found.documents)
                for one in (here, there)
            )
            np.testing.assert_allclose(own, other, atol=CLOSE)
