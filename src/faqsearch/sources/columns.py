"""Column names people give to the parts of an FAQ entry, in Japanese and English."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

Part = Literal["id", "question", "answer", "more", "phrasings", "situation", "category", "tags", "url", "kind"]

_NAMES: Mapping[Part, str] = {
    # In order of preference: of two columns that could be the question, the earlier name is taken.
    "id": "id 番号 no 管理番号 整理番号 faqid 質問id 質問番号 faqno 記事id docid 文書id code コード",
    "question": "question 質問 q 質問文 質問内容 質問事項 問い 問 設問 お問い合わせ お問い合わせ内容 問合せ内容 問い合わせ"
    " ご質問 よくある質問 よくあるご質問 faq title タイトル 件名 標題 表題 題名 見出し 項目 項目名 heading headline subject name",
    "answer": "answer 回答 a 回答文 回答内容 ご回答 答え 答 アンサー solution 解決策 解決方法 対処 対処法 対処方法 対応方法"
    " body 本文 text テキスト content contents 内容 記事 記事本文 説明 description 詳細 answermd answermarkdown markdown",
    "more": "explanation 解説 補足説明",
    "phrasings": "alternate alternates alternatequestion alternatequestions alternative alternatives phrasing phrasings"
    " alias aliases variant variants variation variations questionvariants similarquestion similarquestions utterances"
    " 別表現 別の表現 別の聞き方 別の言い方 類義質問 類似質問 同義質問 関連質問文 言い換え 言換え 言いかえ いいかえ 質問例"
    " 想定質問 別質問 質問バリエーション",
    "situation": "problem 症状 現象 事象",
    "category": "category カテゴリ カテゴリー 分類 区分 categories categorypath ジャンル 大カテゴリ 大カテゴリー 大分類"
    " 中カテゴリ 中カテゴリー 中分類 小カテゴリ 小カテゴリー 小分類 subcategory サブカテゴリ サブカテゴリー",
    "tags": "tags tag タグ キーワード keyword keywords 検索キーワード 検索ワード ハッシュタグ",
    "url": "url リンク link 参照url 参考url リンク先 ページurl uri href permalink",
    "kind": "kind 種別 種類 文書種別",
}
_SURE_QUESTIONS = frozenset(_NAMES["question"].partition(" title ")[0].split())
"""Names that say the row is an FAQ; a `title` may also head a section of a manual."""
_SURE_ANSWERS = frozenset(_NAMES["answer"].partition(" body ")[0].split())

_PLACE: Mapping[str, tuple[Part, int]] = {
    name: (part, rank) for part, names in _NAMES.items() for rank, name in enumerate(names.split())
}
_ORNAMENT = re.compile(r"[\s_\-.・:*※#/]+|\([^()]*\)|\[[^\[\]]*\]")
_NUMBER = re.compile(r"\d+$")
_SEVERAL: frozenset[Part] = frozenset({"phrasings", "situation", "category", "tags", "more"})


@dataclass(frozen=True, slots=True)
class Columns:
    """Which column of a table, or key of an object, holds which part."""

    parts: Mapping[Part, tuple[str, ...]]
    """Column names as written, best first; a part nobody named is absent."""
    extra: tuple[str, ...] = ()
    """Columns without a known name."""
    is_faq: bool = field(default=False)
    """Whether the names say that rows are questions and answers, not titles and texts."""

    @property
    def complete(self) -> bool:
        """Whether both question and answer have a column."""
        return "question" in self.parts and "answer" in self.parts


def recognise(names: Iterable[str]) -> Columns:
    """Tell which column is which, whatever the case, width and spacing of the names."""
    ranked: dict[Part, list[tuple[int, str]]] = {}
    extra: list[str] = []
    for name in names:
        place = _PLACE.get(_key(name)) or _numbered(name)
        if place is None:
            extra.append(name)
        else:
            ranked.setdefault(place[0], []).append((place[1], name))
    parts: dict[Part, tuple[str, ...]] = {}
    for part, columns in ranked.items():
        if part in _SEVERAL:
            # Several are one list; 大分類, 中分類, 小分類 stand widest first whatever their order in the table.
            by_name = columns if part != "category" else sorted(columns, key=lambda pair: pair[0])
            parts[part] = tuple(name for _, name in by_name)
        else:
            columns.sort(key=lambda pair: pair[0])
            parts[part] = (columns[0][1],)
            extra += [name for _, name in columns[1:]]
    # The plain answer has been taken; its marked-up twin is the same text once more.
    extra = [name for name in extra if _key(name) not in ("answermd", "answermarkdown")]
    sure = any(_key(name) in _SURE_QUESTIONS for name in parts.get("question", ()))
    sure = sure or any(_key(name) in _SURE_ANSWERS for name in parts.get("answer", ()))
    return Columns(parts, tuple(extra), sure)


def _key(name: str) -> str:
    return _ORNAMENT.sub("", unicodedata.normalize("NFKC", name[:200])).casefold()


def _numbered(name: str) -> tuple[Part, int] | None:
    """`別表現2`, `カテゴリ1`: one of several columns for the same part."""
    place = _PLACE.get(_NUMBER.sub("", _key(name)))
    return place if place is not None and place[0] in _SEVERAL else None
