"""Contents: the tree of headings, and what stands around a document."""

import pytest

from faqsearch.contents import contents_value, documents_of, is_from, neighbours, table_of_contents, tables_of
from faqsearch.documents import Document, Source
from faqsearch.errors import DocumentNotFound


def section(own, *heading, kind="manual", path="m.md"):
    return Document(own, kind, heading[-1], "本文。", Source(path, heading=heading))


def drawn(tables):
    """Write a tree as lines: two spaces a level, the id in brackets."""
    return [
        f"{'  ' * depth}{entry.title}" + (f" [{entry.document}]" if entry.document else "")
        for table in tables
        for top in table.entries
        for depth, entry in top.walk()
    ]


def test_the_tree_is_that_of_the_file(searcher):
    """Headings stand under those above them; one without text of its own has no id."""
    (manual,) = table_of_contents(searcher, source="manual")

    assert manual.source.endswith("manual/humidifier.md")
    assert drawn([manual]) == [
        "卓上加湿器 KS-10 取扱説明書",
        "  準備 [manual/humidifier.md#準備]",
        "  エラー表示",
        "    E-203 水位の異常 [manual/humidifier.md#エラー表示/e-203-水位の異常]",
        "    電源が入らないときは？ [manual/humidifier.md#エラー表示/電源が入らないときは]",
    ]


def test_rows_of_a_table_stand_under_their_category():
    """Rows of one category need not stand together, and one without a category stands at the top."""
    rows = [
        Document(own, "faq", f"{own}は？", "はい。", Source("a.csv", line), category=category)
        for line, (own, category) in enumerate(
            [("1", ("配送",)), ("2", ()), ("3", ("配送", "送料")), ("4", ("配送",))], 2
        )
    ]

    assert drawn(tables_of(rows)) == ["配送", "  1は？ [1]", "  送料", "    3は？ [3]", "  4は？ [4]", "2は？ [2]"]


def test_every_document_has_exactly_one_entry(searcher):
    """Nothing is lost and nothing twice, whatever stands in a corpus."""
    ids = [e.document for t in table_of_contents(searcher) for top in t.entries for _, e in top.walk() if e.document]

    assert sorted(ids) == sorted(document.id for document in documents_of(searcher.index))


def test_two_sections_of_one_name_are_two_entries():
    """A heading that comes again is another section; what follows stands under the second."""
    documents = [section("1", "題", "設定"), section("2", "題", "設定"), section("3", "題", "設定", "詳細")]

    assert drawn(tables_of(documents)) == ["題", "  設定 [1]", "  設定 [2]", "    詳細 [3]"]


def test_questions_of_a_section_stand_below_its_heading():
    """`Q.` and `A.` in a section come before the section's own text; both find their place."""
    asked = Document("q", "faq", "高いですか", "いいえ。", Source("m.md", heading=("題", "料金")))
    labelled = Document("r", "faq", "安いですか", "はい。", Source("m.md", heading=("題", "Q1. 安いですか")))

    assert drawn(tables_of([asked, section("s", "題", "料金"), labelled])) == [
        "題", "  料金 [s]", "    高いですか [q]", "  Q1. 安いですか [r]",
    ]  # fmt: skip


def test_json_goes_as_deep_as_wanted():
    """Depth 1 is the top."""
    tables = tables_of([section("1", "題", "設定", "詳細")])

    (whole,), (top,) = (contents_value(tables, depth)["sources"] for depth in (None, 1))
    assert whole["entries"][0]["children"][0]["children"][0]["id"] == "1"
    assert top["entries"][0]["children"] == []


@pytest.mark.parametrize(
    ("source", "found"),
    [("a/b.md", True), ("b.md", True), ("/x/a", True), ("a", True), ("x/a/b.md", True), ("b", False), ("md", False)],
)
def test_a_source_is_named_by_a_part_of_its_path(source, found):
    """A file or a folder, with or without the folders above it; never half a name."""
    assert is_from("/x/a/b.md", source) is found


def test_an_unknown_source_is_an_error(searcher):
    """Nothing is printed as if it were an empty manual."""
    with pytest.raises(DocumentNotFound, match="humid"):
        table_of_contents(searcher, source="humid")


def test_neighbours_are_of_the_same_source(searcher):
    """In reading order, as many as asked for, none beyond the ends of the file."""
    first, middle, last = (d.id for d in documents_of(searcher.index, "manual"))

    before, after = neighbours(searcher, middle)
    assert ([d.id for d in before], [d.id for d in after]) == ([first], [last])
    before, after = neighbours(searcher, first, context=5)
    assert ([d.id for d in before], [d.id for d in after]) == ([], [middle, last])
    with pytest.raises(DocumentNotFound):
        neighbours(searcher, "nowhere")
