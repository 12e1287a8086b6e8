"""What stands near a document."""

import pytest

from faqsearch.errors import DocumentNotFound

ROWS = [
    ("a", "定期便を解約したい", "マイページの定期便の管理から解約できます。", ["定期便", "解約"]),
    ("copy", "定期便を解約したい。", "解約はお電話でも承ります。", ["定期便", "解約"]),
    ("again", "定期便の解約をしたい", "マイページの定期便の管理から解約できます。", ["定期便", "解約"]),
    ("near", "定期便の解約に手数料はかかりますか", "解約の手数料はいただきません。", ["定期便", "解約"]),
    ("far", "領収書を発行できますか", "注文履歴から領収書を印刷できます。", ["支払い"]),
    ("pause", "定期便を休みたい", "マイページの定期便の管理から一回休めます。", ["定期便", "変更"]),
]


@pytest.fixture(scope="module")
def shop(indexed):
    """A searcher over six entries, of which three say the same."""
    return indexed(("id", "question", "answer", "category"), ROWS)


def ids(found):
    return [one.document.id for one in found]


def test_neighbours_come_nearest_first_without_the_document_and_its_copies(shop):
    """The same question, or nearly the same words, is no neighbour; scores never rise."""
    found = shop.related("a")

    assert ids(found)[0] == "near"
    assert not {"a", "copy"} & set(ids(found))
    scores = [one.score for one in found]
    assert scores == sorted(scores, reverse=True)


def test_k_limits_and_an_unknown_id_is_an_error(shop):
    """No more than asked for; an id nobody has is said."""
    assert len(shop.related("a", k=1)) == 1
    with pytest.raises(DocumentNotFound):
        shop.related("nope")


def test_a_common_category_brings_nearer(shop):
    """Of the neighbours of a cancellation, one about the same plan comes before one about receipts."""
    found = ids(shop.related("near"))

    assert "pause" in found
    assert "far" not in found or found.index("pause") < found.index("far")


def test_the_json_says_where_each_stands(shop):
    """A related document comes with id, question, score and source."""
    value = shop.related("a")[0].to_json()

    assert list(value) == ["id", "kind", "score", "question", "category", "source"]
    assert value["source"]["line"] == 4


def test_two_neighbours_never_say_the_same(shop):
    """Copies of each other take one place, not two."""
    found = ids(shop.related("pause"))

    assert len({"a", "copy"} & set(found)) == 1
