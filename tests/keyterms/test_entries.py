"""Entries: the index of a small manual, read as an editor would."""

import pytest

from faqsearch.build import build_index
from faqsearch.errors import DocumentNotFound
from faqsearch.keyterms import key_terms

MANUAL = """# 卓上加湿器 取扱説明書

## 水タンクの取り付け

水タンクを本体に取り付けます。水タンクのふたを閉めてから置きます。

## 抗菌フィルターの交換

抗菌フィルターは半年に一度交換します。交換したら、抗菌フィルターの日付を書きます。

### 制約

水タンクは、運ぶときには必ず空にしておいてください。

## E-203 水位の異常

水タンクの水位を調べます。

### 制約

電源は、調べているあいだずっと切っておいてください。

## 二段階加熱

水を二段階に温めます。二段階加熱のあいだ、ふたは開きません。

### 制約

設定は、加熱しているあいだは変えられません。

## 保証書

保証書は大切に保管してください。お問い合わせのときは保証書をご用意ください。

### 制約

設定の方法は変えられません。設定と方法と設定。設定。方法。
"""


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    """The index of one manual."""
    folder = tmp_path_factory.mktemp("terms")
    (folder / "corpus").mkdir()
    (folder / "corpus" / "m.md").write_text(MANUAL, encoding="utf-8")
    build_index(folder / "corpus", folder / "index")
    return folder / "index"


@pytest.fixture(scope="module")
def terms(index):
    """Its key terms by name."""
    return {term.term: term for term in key_terms(index)}


def test_terms_stand_in_the_order_of_an_index(terms):
    """Kana by reading, then Latin letters; the error code is there although one section has it."""
    names = list(terms)

    assert [n for n in names if n in ("抗菌フィルター", "二段階加熱", "保証書", "水タンク", "E-203")] == [
        "抗菌フィルター", "二段階加熱", "保証書", "水タンク", "E-203",
    ]  # fmt: skip
    assert terms["抗菌フィルター"].reading == "こうきんふぃるたー"
    assert (terms["抗菌フィルター"].group, terms["E-203"].group) == ("か", "英字")


def test_everyday_words_and_the_plan_of_the_manual_are_left_out(terms):
    """設定 and 方法 say nothing by themselves; 制約 is a heading of every chapter, so no section is about it."""
    assert not {"設定", "方法", "制約"} & terms.keys()


def test_a_term_leads_to_the_sections_that_treat_it(terms):
    """Not to those that only mention it: the heading first."""
    (treating,) = terms["水タンク"].sections

    assert treating.question == "水タンクの取り付け"
    assert terms["水タンク"].documents == 3
    assert [s.question for s in terms["E-203"].sections] == ["E-203 水位の異常"]


def test_as_many_as_wanted(index):
    """The best terms, still by reading; an unknown source is an error."""
    few = key_terms(index, k=3)

    assert len(few) == 3
    assert [t.term for t in key_terms(index) if t.term in {f.term for f in few}] == [t.term for t in few]
    with pytest.raises(DocumentNotFound):
        key_terms(index, source="other.md")


def test_the_same_index_gives_the_same_terms(index):
    """In the same order, with the same sections."""
    assert key_terms(index) == key_terms(index)
