"""Questions in, results out."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from faqsearch import kernel
from faqsearch.build import build_index
from faqsearch.errors import DocumentNotFound, IndexFormatError, IndexMismatch, IndexNotFound, QueryError, SettingsError
from faqsearch.index import shortlist
from faqsearch.index.dense import DenseIndex
from faqsearch.search import Searcher, open_index
from faqsearch.tokens import FugashiTokenizer


def ids(results):
    return [hit.id for hit in results.hits]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("定期便の解約", "cancel"),
        ("サブスクやめたい", "cancel"),
        ("退会", "leave"),
        ("送料は？", "postage"),
        ("パスワードわすれた", "password"),
        ("領収証 宛名", "receipt"),
        ("返品したい", "return"),
        ("E203", "manual/humidifier.md#"),
        ("Ｅ－２０３", "manual/humidifier.md#"),
        ("電源が入らない", "manual/humidifier.md#"),
    ],
)
def test_the_right_entry_comes_first(searcher, question, expected):
    """Questions in other words, widths and spellings find their entry."""
    assert ids(searcher.search(question))[0].startswith(expected)


def test_a_hit_says_where_it_stands(searcher):
    """Source path and line, category and matched phrasing belong to the hit."""
    hit = searcher.search("サブスクの解約方法").hits[0]

    assert hit.source.path.endswith("corpus/faq.jsonl")
    assert hit.source.line == 1
    assert hit.document.category == ("定期便", "解約")
    assert hit.matched == "サブスクの解約方法"
    assert hit.rank == 1
    assert 0 <= hit.score <= 1
    assert 0 <= hit.confidence <= 1


def test_each_document_comes_once_and_best_first(searcher):
    """Phrasings collapse to their document, and scores never rise down the list."""
    results = searcher.search("解約 退会 返品 送料 パスワード 領収書", k=20)

    assert len(ids(results)) == len(set(ids(results)))
    scores = [hit.score for hit in results.hits]
    assert scores == sorted(scores, reverse=True)


def test_the_snippet_is_the_sentence_that_matched(searcher):
    """The snippet begins with the sentence asked about, and marks its words."""
    hit = next(hit for hit in searcher.search("返品の送料は誰の負担").hits if hit.id == "return")

    assert hit.snippet.startswith("送料はお客様")
    assert "送料" in [hit.snippet[a:b] for a, b in hit.highlights]


def test_code_is_shown_but_does_not_flood(searcher):
    """A listing stays in the answer, is found by its names, and is no part of a snippet."""
    hit = searcher.search("電源が入らない").hits[0]

    assert "status: 0x1F" in hit.answer
    assert "status" not in hit.snippet
    assert searcher.search("0x1F retry").hits[0].id == hit.id


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ({"category": "会員"}, {"leave", "password"}),
        ({"category": "会員 > ログイン"}, {"password"}),
        ({"category": ["支払い", "返品・交換"]}, {"receipt", "return"}),
        ({"tag": "手続き"}, {"cancel"}),
        ({"kind": "faq", "category": "配送"}, {"postage"}),
        ({"source": "faq.jsonl"}, {"cancel", "leave", "return", "postage", "password", "receipt"}),
        ({"category": "ない分類"}, set()),
    ],
)
def test_where_limits_what_can_be_found(searcher, where, expected):
    """Only documents with the wanted category, tag, kind or source are found."""
    found = searcher.search("解約 退会 返品 送料 パスワード 領収書 できますか", k=20, where=where)

    assert set(ids(found)) == expected


def test_an_unknown_filter_is_an_error(searcher):
    """A field no document has is a mistake, not an empty result."""
    with pytest.raises(SettingsError, match="categorie") as caught:
        searcher.search("解約", where={"categorie": "会員"})
    assert "category" in caught.value.hint


@pytest.mark.parametrize("question", ["", "  ", "\n\u3000"])
def test_an_empty_question_is_an_error(searcher, question):
    """There is nothing to search for."""
    with pytest.raises(QueryError):
        searcher.search(question)


@pytest.mark.parametrize("question", ["、。", "\x00", "\ud800", "は", "😀", "𠮷", "a" * 100_000, "解約" * 50_000])
def test_odd_questions_do_no_harm(searcher, question):
    """Punctuation, broken characters and very long texts give results or none, never a crash."""
    results = searcher.search(question)

    assert json.loads(json.dumps(results.to_json()))["schema"] == 1


def test_nothing_found_is_an_empty_result(searcher):
    """A question in words no document has gives no hits, and is not answered."""
    results = searcher.search("zzzzqqqq")

    assert results.hits == ()
    assert not results.answered
    assert results.to_json()["hits"] == []


def test_search_many_gives_what_search_gives(searcher):
    """Questions asked together get the same answers as one by one."""
    questions = ["送料", "解約したい", "E-203", "ぱすわーど"]

    together = searcher.search_many(questions, k=3)

    for question, results in zip(questions, together, strict=True):
        alone = searcher.search(question, k=3)
        assert [(h.id, h.score, h.snippet) for h in results.hits] == [(h.id, h.score, h.snippet) for h in alone.hits]
    assert searcher.search_many([]) == []


@pytest.mark.skipif(kernel.compiled is None, reason="faqsearch was installed without a C compiler")
@pytest.mark.parametrize("where", [None, {"category": "会員"}])
def test_many_questions_share_a_look_at_the_codes(corpus, tmp_path, monkeypatch, where):
    """In an index with a shortlist, questions asked together get the same answers; passages are listed for all at once."""
    monkeypatch.setattr(shortlist, "_FEW", 0)
    monkeypatch.setattr(shortlist, "_IN_A_ROW", (1,))
    build_index(corpus, tmp_path / "i")
    searcher = open_index(tmp_path / "i")
    questions = ["送料", "解約したい", "E-203", "ぱすわーど", "zzzz"]
    alone = [searcher.search(question, where=where, explain=True) for question in questions]
    asked, real = [], DenseIndex._shortlist
    monkeypatch.setattr(DenseIndex, "_shortlist", lambda self, *args: asked.append(len(args[0])) or real(self, *args))

    together = searcher.search_many(questions, where=where, explain=True)

    assert [(r.hits, r.answered, r.did_you_mean) for r in together] == [
        (r.hits, r.answered, r.did_you_mean) for r in alone
    ]
    assert asked[:1] == ([len(questions)] if where is None else [])


def test_explain_adds_up(searcher):
    """The shares of the legs sum to the score, and matched terms to the leg's own score."""
    for hit in searcher.search("定期便の解約方法", explain=True).hits:
        assert sum(leg.share for leg in hit.explanation.values()) == pytest.approx(hit.score, abs=1e-5)
        for leg in hit.explanation.values():
            if leg.terms:
                assert sum(added for _, added in leg.terms) == pytest.approx(leg.score, rel=1e-4)


def test_threads_share_a_searcher(searcher):
    """Eight threads get what one gets."""
    questions = ["送料", "解約したい", "E-203", "領収書", "パスワード", "退会", "返品"] * 8
    alone = [ids(searcher.search(question)) for question in questions]

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda question: ids(searcher.search(question)), questions)) == alone


def test_document_by_id(searcher):
    """`document` gives one document in full."""
    assert searcher.document("postage").question == "送料はいくらですか。"
    with pytest.raises(DocumentNotFound):
        searcher.document("postage2")


def test_another_tokenizer_is_refused(index_folder):
    """An index answers only through the tokenizer it was made with."""
    with pytest.raises(IndexMismatch, match="tokenizer"):
        open_index(index_folder, tokenizer=FugashiTokenizer(user_words=["ひなた便"]))


def test_no_index(tmp_path):
    """The error says how to build one."""
    with pytest.raises(IndexNotFound):
        open_index(tmp_path)


def test_opened_generation_is_kept(corpus, tmp_path):
    """A searcher goes on answering from its generation while new ones are built and old ones removed."""
    from faqsearch.build import build_index

    build_index(corpus, tmp_path / "i")
    searcher: Searcher = open_index(tmp_path / "i")
    before = ids(searcher.search("解約"))
    for _ in range(3):
        build_index(corpus / "manual", tmp_path / "i")

    assert ids(searcher.search("解約")) == before
    assert "cancel" not in ids(open_index(tmp_path / "i").search("解約"))


@pytest.mark.parametrize(
    "name", ["documents.jsonl", "lexical.bin", "documents.bin", "facets.bin", "encoder.bin", "units.bin"]
)
def test_a_file_cut_short_is_refused(corpus, tmp_path, name):
    """A truncated file is found on opening; no wrong document ever comes back."""
    from faqsearch.build import build_index

    build_index(corpus, tmp_path / "i")
    path = tmp_path / "i" / "000001" / name
    path.write_bytes(path.read_bytes()[:-8])

    with pytest.raises(IndexFormatError, match=name):
        open_index(tmp_path / "i")
