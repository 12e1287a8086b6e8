"""Inconsistent spellings: which words are one, which spelling is usual, and what must not be reported."""

import pytest


def spelt(found, *answers):
    """Check one section of a manual for each answer; return what is said of spellings."""
    page = "".join(f"# 節{number}\n\n{answer}\n\n" for number, answer in enumerate(answers))
    report = found({"page.md": page}, whole=True, only=["spelling"])
    return [(one.message.partition("」")[0][1:], one.hint.partition("」")[0][1:]) for one in report.findings]


@pytest.mark.parametrize(
    ("rare", "usual"),
    [
        ("サーバ", "サーバー"),
        ("ユーザ", "ユーザー"),
        ("インタフェース", "インターフェース"),
        ("問合せ", "問い合わせ"),
        ("引越し", "引っ越し"),
        ("申込み", "申し込み"),
        ("取扱い", "取り扱い"),
        ("ＷｉＦｉ", "WiFi"),
        ("WiFi", "Wi-Fi"),
        ("ﾊﾟｽﾜｰﾄﾞ", "パスワード"),
    ],
)
def test_one_word_in_two_spellings(found, rare, usual):
    """The rarer spelling is the finding, the commoner the way out."""
    assert spelt(found, f"{usual}の変更です。", f"{usual}の確認です。", f"{rare}の確認です。") == [(rare, usual)]


def test_polite_verbs_in_kanji_and_kana(found):
    """下さい and ください are a matter of style, settled once."""
    assert spelt(found, "お待ちください。", "ご覧ください。", "お待ち下さい。") == [("下さ…", "くださ…")]


@pytest.mark.parametrize(
    "answers",
    [
        ("申込書を送ります。", "申し込みを受け付けます。"),  # compounds drop their kana by rule
        ("受付は一階です。", "電話で受け付けます。"),  # a noun and a verb
        ("色を選ぶ。", "色を選べる。"),  # two verbs, one lemma
        ("ビルの中です。", "ビールの中です。"),
        ("カバの絵です。", "カバーの絵です。"),
        ("ワークの確認です。", "ワークスの確認です。"),
        ("会う時です。", "合う色です。"),
        ("https://example.com/サーバ を開く。", "サーバーを開く。"),
        ("```\nサーバ\n```", "サーバーを開く。"),
    ],
)
def test_different_words_are_no_finding(found, answers):
    """What differs by rule, by meaning, or stands in code and addresses is left alone."""
    assert spelt(found, *answers) == []


def test_every_place_is_named_with_its_line(found):
    """The line is that of the word, not that of the section's heading; other phrasings may spell as they like."""
    page = "# 設定\n\nサーバーを選びます。\nサーバーの名前です。\n\n# 確認\n\n一行目です。\n\nサーバの名前です。\n"
    (finding,) = found({"page.md": page}, whole=True, only=["spelling"]).findings
    assert (finding.place.line, finding.severity) == (10, "notice")
    csv = "質問,回答,別表現\nサーバーの設定は？,サーバーを選びます。,サーバの設定\n"
    assert found({"faq.csv": csv, "page.md": "# 空\n\nなし。\n"}, only=["spelling"]) == []
