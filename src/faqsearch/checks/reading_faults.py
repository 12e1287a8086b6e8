"""What the readers could not take, in the words of a knowledge manager."""

from __future__ import annotations

import re
from collections.abc import Iterator

from faqsearch.checks.findings import Finding, Place
from faqsearch.checks.material import Material
from faqsearch.sources import Problem

_RULES: tuple[tuple[str, str, str, str], ...] = (
    (r"no answer (?:to|for) '(.*)'", "empty-answer", "「{0}」に回答がありません", "回答を書くか、項目を消します"),
    (r"no question (?:to|for) '(.*)'", "unreadable", "質問がない行です（回答は「{0}」）", "質問を書きます"),
    (
        r"mojibake, the line is left out: '(.*)'",
        "mojibake",
        "文字化けした行です: {0}",
        "元の文を書き直します。索引には入りません",
    ),
    (r"mojibake: '(.*)'", "mojibake", "失われた文字があります: {0}", "元の文字を書き直します"),
    (
        r"bytes that are not (.*); the line is left out",
        "mojibake",
        "{0} として読めない行です",
        "ファイルを UTF-8 で保存し直します",
    ),
    (
        r"the id '(.*)' is already used at (.*)",
        "unreadable",
        "ID「{0}」は {1} でも使われています",
        "別のIDにします。あとの項目は索引に入りません",
    ),
    (r"question and answer repeat (.*)", "repeated-entry", "{0} と質問も回答も同じです", "ひとつにまとめます"),
    (r"the same entry as (.*); kept once", "repeated-entry", "{0} とまったく同じ項目です", "どちらかを消します"),
    (
        r"(\d+) cells where the header has (\d+); the row is left out",
        "unreadable",
        "見出し {1} 列に対してセルが {0} 個あります",
        "区切り文字を含むセルを二重引用符で囲みます",
    ),
    (
        r"no question among (.*)",
        "unreadable",
        "質問の列が見つかりません（列は {0}）",
        "列の名前を「質問」「回答」にします",
    ),
    (
        r"no columns for question and answer.*",
        "unreadable",
        "質問と回答の列が見つかりません",
        "1行目の列名を「質問」「回答」にします",
    ),
    (r"encrypted with a password", "unreadable", "パスワードで保護されています", "パスワードを外した写しを置きます"),
    (
        r"no text on this page, only a picture of it",
        "unreadable",
        "文字のないページです（画像のみ）",
        "文字認識（OCR）をかけます",
    ),
    (r"a quote is opened and never closed", "unreadable", "引用符が閉じていません", "引用符を閉じます"),
    (r"(.*) hidden (?:row|sheet)s? left out", "", "", ""),
    (r"hidden columns left out: .*", "", "", ""),
    (r"above the header, not read: .*", "", "", ""),
    (r"the file is empty", "unreadable", "空のファイルです", "消すか、中身を書きます"),
)
"""Message of a reader to kind, Japanese words and way out; no kind: nothing a manager must do."""
_PATTERNS = tuple((re.compile(rule[0], re.DOTALL), rule[1], rule[2], rule[3]) for rule in _RULES)


def reading_faults(material: Material) -> Iterator[Finding]:
    """Yield a finding for every place the readers left out or doubted, and for FAQs whose answer is empty."""
    for problem in material.report.problems:
        if (finding := _finding(problem)) is not None:
            yield finding
    for document in material.faqs:
        if not document.answer.strip():
            message = f"「{document.question}」に回答がありません"
            yield Finding("empty-answer", "error", Place.of(document), message, "回答を書くか、項目を消します")


def _finding(problem: Problem) -> Finding | None:
    error = problem.error
    path, _, anchor = error.path.partition("#")
    place = Place(path, error.line, error.page, anchor or None)
    for pattern, kind, words, hint in _PATTERNS:
        if match := pattern.fullmatch(error.message):
            said = words.format(*match.groups())
            return Finding(kind, problem.severity, place, said, hint) if kind else None
    # A warning of a reader left nothing out; `build` shows it to whoever wants to know.
    if problem.severity == "warning":
        return None
    return Finding("unreadable", "error", place, f"読み取れません: {error.message}", error.hint or "ファイルを直します")
