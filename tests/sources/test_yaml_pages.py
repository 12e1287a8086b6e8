"""YAML: entries with their lines, scalars as written, bombs defused."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from reading import Read, as_text

from faqsearch.sources.interface import SourceFile
from faqsearch.sources.yaml_pages import read_yaml


def test_list_of_entries(read: Read):
    """Scalars stay as written: no dates, no booleans, no octal numbers."""
    text = "# FAQ\n- id: 0012\n  質問: no\n  回答: 2026-01-02\n  タグ: [on, 1.10]\n\n- id: b\n  質問: 次は？\n  回答: |\n    一行目\n    二行目\n"
    assert as_text(read("faq.yaml", text)) == (
        "faq 0012 line 2 []\n  ? no\n  # on, 1.10\n  2026-01-02\nfaq b line 7 []\n  ? 次は？\n  一行目\n  二行目\n"
    )


def test_yamlmime_faq_page(read: Read):
    """Pages of sections: the section is the category, answers are Markdown."""
    text = (
        "### YamlMime:FAQ\nmetadata:\n  title: 印刷\ntitle: 印刷のよくある質問\nsections:\n  - name: 用紙\n    questions:\n"
        "      - question: |\n          詰まったら？\n        answer: |\n          **電源**を切り、[手順](x.md)を見ます。\n"
    )
    (document,) = read("faq.yml", text).documents
    assert (
        document.category,
        document.question,
        document.answer,
        document.source.line,
    ) == (("用紙",), "詰まったら？", "電源を切り、手順を見ます。", 8)


def test_one_entry_per_file(read: Read):
    """A mapping that is an entry; of texts in several languages the Japanese one."""
    text = "id: p1\ntitle: {ja: 開かない, en: Does not open}\nproblem:\n  ja: |-\n    ふたが。\n    固い。\nsolution:\n  ja: 回す。\n"
    (document,) = read("p1.yaml", text).documents
    assert (document.question, document.answer, document.phrasings) == ("開かない", "回す。", ("ふたが。 固い。",))


def test_broken_entry_costs_itself(read: Read):
    """A colon in the wrong place breaks the file for YAML, not for the other entries."""
    outcome = read("faq.yaml", "- q: 一\n  a: あ\n- q: パスワード: 変更\n  a: い\n- q: 三\n  a: う\n")
    assert [document.question for document in outcome.documents] == ["一", "三"]
    assert [problem.error.line for problem in outcome.problems] == [3]


def test_merge_keys_and_anchors(read: Read):
    """Anchors and merge keys mean what they mean elsewhere."""
    outcome = read("faq.yaml", "- &base {q: 一, a: あ, 分類: 共通}\n- {<<: *base, q: 二}\n")
    assert [(d.question, d.category) for d in outcome.documents] == [("一", ("共通",)), ("二", ("共通",))]


def test_hostile_yaml(read: Read, tmp_path: Path):
    """Bombs, depth, recursion and tags give one error each and run nothing."""
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [{','.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(20)
    )
    assert "values, aliases written out" in read("a.yaml", bomb).messages[0]
    assert "nested more than 64 deep" in read("b.yaml", "[" * 200_000).messages[0]
    assert "no anchor" in read("c.yaml", "a: &a [*a]\n").messages[0]
    mark = tmp_path / "ran"
    outcome = read("d.yaml", f"- !!python/object/apply:os.system ['touch {mark}']\n- q: 一\n  a: あ\n")
    assert not mark.exists()
    assert len(outcome.documents) == 1


@settings(max_examples=200, deadline=None)
@given(st.text("-:{}[]&*!|>'\" \n#qaxé", max_size=60))
def test_any_text_is_read_or_reported(text: str):
    """Nothing that resembles YAML raises anything but a SourceError."""
    list(read_yaml(SourceFile("a.yaml", "a.yaml", f"- q: x\n  a: y\n{text}".encode())))
    list(read_yaml(SourceFile("a.yaml", "a.yaml", text.encode())))
