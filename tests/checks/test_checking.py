"""The check of a corpus: every kind of finding, one place it stands, and what is not one."""

import json

import jsonschema
import pytest

import faqsearch
from faqsearch.checks import KINDS, check_corpus
from faqsearch.errors import SettingsError, SourceError
from faqsearch.schema import schema_text

_GARBLED = "お客様サポート".encode().decode("cp932", "ignore")


def table(*rows, header="ID,カテゴリ,質問,回答,別表現"):
    """Return a CSV; cells stand between quotes."""
    lines = [",".join(f'"{cell}"' for cell in row) for row in rows]
    return "\n".join((header, *lines)) + "\n"


def test_a_sound_corpus_has_no_findings(found):
    """Neighbouring questions, short answers and the word 縁繧 are fine."""
    rows = [
        ("a", "配送", "送料はいくらですか。", "五百円です。", "送料無料の条件"),
        ("b", "配送", "送料は返ってきますか。", "はい。", "返金されるか"),
        ("c", "解約", "定期便を解約できますか。", "できます。", ""),
        ("d", "解約", "定期便を解約できません。", "窓口へお電話ください。", ""),
        ("e", "解約", "定期便はいつ届きますか。", "毎月一日です。", ""),
        ("f", "引越し", "東京から大阪へ引っ越します。", "住所を変更してください。", ""),
        ("g", "引越し", "大阪から東京へ引っ越します。", "窓口へお越しください。", ""),
    ]
    assert found({"faq.csv": table(*rows)}, ignore=[]) == []


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (
            [("a", "配", "送料は？", "五百円。", ""), ("b", "配", "送料は", "千円。", "")],
            [("same-question", "error", "faq.csv:3")],
        ),
        (
            [("a", "配", "送料は？", "五百円。", ""), ("b", "返", "送料は？", "千円。", "")],
            [("same-question", "warning", "faq.csv:3")],
        ),
        (
            [("a", "配", "送料は？", "五百円。", ""), ("b", "配", "送料は？", "五百円。", "")],
            [("repeated-entry", "warning", "faq.csv:3")],
        ),
        (
            [
                ("a", "配", "領収書を発行してもらえますか。", "はい。", ""),
                ("b", "配", "領収書の発行はできますか", "履歴から。", ""),
            ],
            [("near-question", "warning", "faq.csv:3")],
        ),
        (
            [("a", "配", "送料は？", "五百円。", "送料無料"), ("b", "配", "割引は？", "なし。", "送料　無料")],
            [("shared-phrasing", "warning", "faq.csv:3")],
        ),
        (
            [("a", "配", "送料は？", "五百円。", "割引は"), ("b", "配", "割引は？", "なし。", "")],
            [("shared-phrasing", "warning", "faq.csv:2")],
        ),
        ([("a", "配", "送料は？", "", "")], [("empty-answer", "error", "faq.csv:2")]),
        ([("a", "配", "送料は？", "準備中です。", "")], [("unfinished", "error", "faq.csv:2")]),
        ([("a", "配", "送料は？", "五百円。\n【要確認】", "")], [("unfinished", "warning", "faq.csv:3")]),
        ([("a", "配", "送料は？", "長い。" * 700, "")], [("long-answer", "warning", "faq.csv:2")]),
        ([("a", "配", "送料は？", f"五百円。\n{_GARBLED}", "")], [("mojibake", "error", "faq.csv:2")]),
        (
            [("a", "配", "送料は？", "五百円。", ""), ("b", "", "割引は？", "なし。", "")],
            [("no-category", "warning", "faq.csv:3")],
        ),
        (
            [("a", "配", "送料は？", "一律です。" * 10, ""), ("b", "配", "割引は？", "一律です。" * 10, "")],
            [("same-answer", "notice", "faq.csv:2")],
        ),
        (
            [("a", "配", "送料は？", "五百円。", ""), ("a", "配", "割引は？", "なし。", "")],
            [("unreadable", "error", "faq.csv:3")],
        ),
    ],
)
def test_kinds_of_findings(found, rows, expected):
    """One corpus for each kind, with the severity and the line it is reported at."""
    assert [one for one in found({"faq.csv": table(*rows)}) if one[0] != "spelling"] == expected


def test_a_question_that_brings_another_entry_first(found):
    """It is asked of an index of the corpus itself; the winner is named. A twin with the same answer is no finding."""
    rows = [
        ("a", "会", "パスワードとは何ですか。", "合い言葉です。", ""),
        ("b", "会", "パスワードとは何？", "ログインに使う合い言葉のことです。", ""),
        ("c", "会", "退会したい", "会員情報から手続きできます。", ""),
    ]
    report = found({"faq.csv": table(*rows)}, whole=True, only=["not-found"])
    assert report.asked == 3
    for finding in report.findings:
        assert finding.related[0].id in ("a", "b")
    same = [
        (one, "会", f"パスワードとは何{end}", "合い言葉です。", "") for one, end in (("a", "ですか。"), ("b", "？"))
    ]
    assert found({"faq.csv": table(*same)}, only=["not-found"]) == []


def test_a_question_nobody_could_find(found, monkeypatch):
    """The first hit is another entry: the finding says at which rank the own one is."""
    from faqsearch.search import Searcher

    real = Searcher.search_many

    def reversed_hits(self, queries, **options):
        return [
            type(results)(results.query, results.hits[::-1], results.answered, results.took_ms)
            for results in real(self, queries, **{**options, "k": 3})
        ]

    monkeypatch.setattr(Searcher, "search_many", reversed_hits)
    rows = [("a", "配", "送料はいくらですか。", "五百円。", ""), ("b", "配", "送料の割引はありますか。", "ある。", "")]
    report = found({"faq.csv": table(*rows)}, whole=True, only=["not-found"])
    assert [(one.place.line, one.related[0].id) for one in report.findings] == [(2, "b"), (3, "a")]
    assert "この項目は1番目です" in report.findings[0].message


def test_only_and_ignore(found):
    """Kinds are chosen by name; a name that is none is an error that lists them."""
    files = {"faq.csv": table(("a", "配", "送料は？", "", ""), ("b", "配", "割引は？", "準備中", ""))}
    assert [kind for kind, *_ in found(files, only=["unfinished"])] == ["unfinished"]
    assert [kind for kind, *_ in found(files, ignore=["unfinished", "not-found"])] == ["empty-answer"]
    with pytest.raises(SettingsError, match="no kind of finding typo") as caught:
        found(files, only=["typo"])
    assert "near-question" in caught.value.hint
    with pytest.raises(SettingsError):
        found(files, only=["spelling"], ignore=["spelling"])


def test_the_report_validates_and_counts(found):
    """JSON follows the schema; counts are those of the findings, worst first."""
    report = found(
        {"faq.csv": table(("a", "配", "送料は？", "", ""), ("b", "配", "割引は？", "準備中", ""))}, whole=True
    )
    value = json.loads(json.dumps(report.to_json()))
    definitions = json.loads(schema_text())["$defs"]
    jsonschema.Draft202012Validator({"$ref": "#/$defs/check", "$defs": definitions}).validate(value)
    assert set(value) == set(definitions["check"]["properties"])
    assert set(value["findings"][0]) == set(definitions["finding"]["properties"])
    assert definitions["finding"]["properties"]["kind"]["enum"] == list(KINDS)
    assert value["counts"] == {"error": 2, "warning": 0, "notice": 0}
    assert value["kinds"] == {"empty-answer": 1, "unfinished": 1}
    assert (report.fails("error"), report.fails("notice")) == (True, True)


def test_it_is_public():
    """`faqsearch.check_corpus` is the same function."""
    assert faqsearch.check_corpus is check_corpus


def test_a_missing_corpus_is_an_error(tmp_path):
    """As for a build."""
    with pytest.raises(SourceError):
        check_corpus(tmp_path / "none")


def test_findings_are_in_a_fixed_order(found):
    """Twice the same corpus, twice the same findings."""
    files = {"faq.csv": table(*[(str(n), "", f"質問{n % 3}は？", f"答え{n}。", "共通") for n in range(9)])}
    assert found(files) == found(files)
