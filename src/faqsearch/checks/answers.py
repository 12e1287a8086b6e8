"""Answers that are too long to read, not written yet, or the same for several questions."""

from __future__ import annotations

import re
from collections.abc import Iterator

from faqsearch.checks.findings import Finding, Place
from faqsearch.checks.material import Material, bare_text, same_text, shown
from faqsearch.documents import Document

# Some three screens of a phone; of the 3,472 vendor FAQs in the project's data 1 % are longer.
_LONGEST = 2_000
# Shorter answers (はい、できます。) are the same for many questions, and rightly so.
_SAME_FROM = 40
_ONLY = re.compile(
    r"(?:準備中|作成中|確認中|検討中|調査中|工事中|執筆中|未定|未記入|未回答|未作成|未確定|仮|テスト|ダミー|同上|別紙参照"
    r"|(?:回答|本文|内容)(?:なし|無し|未定|準備中)?|TBD|TODO|FIXME|N/?A|x{3,}|[-‐ー―—…・.?？×○〇●＊*]+)(?:です)?[。.]*",
    re.IGNORECASE,
)
_MARK = re.compile(
    r"[【\[(（<＜★](?:要確認|要修正|要追記|要検討|確認中|未確認|仮|TODO|TBD|FIXME)(?:[:：、 ][^】\])）>＞\n]{0,20})?[】\])）>＞★]"
    r"|\b(?:TODO|TBD|FIXME)\s*[:：]|lorem ipsum|ダミーテキスト|ここに(?:回答|本文|文章|テキスト)を(?:入力|記入|入れ)",
    re.IGNORECASE,
)


def answers(material: Material) -> Iterator[Finding]:
    """Yield a finding for every answer of an FAQ that is too long, unfinished, or another question's answer as well."""
    owners: dict[str, list[Document]] = {}
    for document in material.faqs:
        length = len(document.answer)
        if length > _LONGEST:
            message = f"{shown(document.question)}の回答は {length:,} 字あります（目安は {_LONGEST:,} 字まで）"
            hint = "要点を先に書き、手順ごとに項目を分けます"
            yield Finding("long-answer", "warning", Place.of(document), message, hint)
        yield from _unfinished(material, document)
        if length >= _SAME_FROM:
            owners.setdefault(bare_text(document.answer), []).append(document)
    for same in owners.values():
        questions = {same_text(document.question) for document in same}
        if len(questions) < 2:
            continue
        first, *others = same
        listed = "、".join(shown(document.question, 24) for document in others[:3])
        more = f"ほか{len(others) - 3}件" if len(others) > 3 else ""
        message = f"{shown(first.question, 30)}と、{listed}{more}の回答が同じです"
        hint = "同じことを聞いているなら、ひとつにまとめて別表現にします"
        yield Finding("same-answer", "notice", Place.of(first), message, hint, tuple(map(Place.of, others)))


def _unfinished(material: Material, document: Document) -> Iterator[Finding]:
    answer = document.answer.strip()
    mark = _MARK.search(document.answer)
    if _ONLY.fullmatch(answer):
        message = f"{shown(document.question)}の回答が「{answer[:20]}」だけです"
        yield Finding("unfinished", "error", Place.of(document), message, "回答を書くか、公開を見合わせます")
    elif mark:
        message = f"{shown(document.question)}の回答に「{mark.group()}」が残っています"
        place = material.place(document, mark.group())
        yield Finding("unfinished", "warning", place, message, "確かめて印を消します")


def missing_categories(material: Material) -> Iterator[Finding]:
    """Yield a finding for every FAQ without a category in a file whose others nearly all have one."""
    by_file: dict[str, list[Document]] = {}
    for document in material.faqs:
        by_file.setdefault(document.source.path, []).append(document)
    for documents in by_file.values():
        without = [document for document in documents if not document.category]
        # Where half have none, the file does not use categories as its author sees it.
        if not without or 2 * len(without) > len(documents):
            continue
        for document in without:
            message = f"{shown(document.question)}にカテゴリがありません（このファイルの {len(documents):,} 件中 {len(without):,} 件）"
            yield Finding("no-category", "warning", Place.of(document), message, "カテゴリの列を埋めます")
