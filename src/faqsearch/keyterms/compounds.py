"""Compounds: the runs of nouns in a text, which is what Japanese technical terms are made of."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from faqsearch.text import normalize
from faqsearch.tokens import Token

_LONGEST = 8
"""Nouns in a term, at most: longer runs are lists without commas."""
_NOUNS = frozenset({"名詞,普通名詞", "名詞,固有名詞", "名詞,数詞"})
_AFFIXES = frozenset({"接頭辞,*", "接尾辞,名詞的"})
_INNER = frozenset({"形状詞,一般", "形状詞,タリ"})
"""Parts that need a noun after them: 有効 of 有効期限."""
# 各設定, 本機能: they point at a thing and name none.
_NOT_FIRST = frozenset((
    *"各本当同約毎該両諸某次他別", "前記", "上記", "下記", "以下", "以上", "当該", "今回",
))  # fmt: skip
# 利用時, 設定後, 種類別: what is left of them is the term.
_NOT_LAST = frozenset((
    *"時等後前中内毎用的様側間上下達別順目外共氏", "以上", "以下", "未満", "以内", "以外", "以降", "以前", "自身", "自体", "全体",
    "同士", "ごと", "など", "まま", "ため", "とおり", "本人", "不要", "必須",
))  # fmt: skip
# Nouns that name nothing by themselves, whatever the manual is about.
_EMPTY = frozenset((
    "都合", "目安", "仕方", "当店", "弊社", "当社", "次回", "前回", "初回", "今回", "詳細", "概要", "一部", "両方", "自分", "本人",
    "皆様", "客様", "お客様", "途中", "最後", "最初", "前提", "注意", "補足", "参考", "関連", "背景", "目的", "特徴", "理由",
    "複数", "既存", "任意", "個別", "共通", "標準", "同様", "以外", "全て", "多く", "可能", "必要", "推奨", "対象", "種類",
))  # fmt: skip
_LATIN = re.compile(
    r"[A-Za-z][A-Za-z0-9]*(?:[-_.+#'&][A-Za-z0-9]+)*[+#]*|[A-Z0-9]+(?:-[A-Z0-9]+)+|\d+[A-Za-z][A-Za-z0-9]*"
)
CODE = re.compile(r"(?=.*\d)(?=.*[A-Za-z])[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*")
"""Letters and digits: E-203, HB-220."""
_NUMBER = re.compile(r"[\d,.]+|[一二三四五六七八九十百千万億兆〇零数]+")
_VERSION = re.compile(r"[Vv](?:er)?[-.]?\d+(?:\.\d+)*")
_KATAKANA = re.compile(r"[ァ-ヺー]+")


@dataclass(frozen=True, slots=True)
class Compound:
    """One run of nouns as it stands in a text."""

    surface: str
    """As written, normalised."""
    parts: tuple[str, ...]
    """Lookup form of each noun, so that サーバ and サーバー証明書 share one."""
    reading: str
    """In hiragana; Latin letters and digits in lower case."""


def compounds(text: str, tokens: Sequence[Token]) -> Iterator[Compound]:
    """Yield the longest runs of nouns of a text, in order.

    Nouns stand next to each other, or are parts of one name: スクリーン・リーダー, Visual Experience Composer.

    Args:
        text: What was cut.
        tokens: Its tokens.
    """
    run: list[Token] = []
    polite = ""
    for i, token in enumerate(tokens):
        if run and not _continues(text, tokens, i, run[-1]):
            yield from _compound(text, run, polite)
            run = []
        if _may_be_part(token) and not _in_path(text, token):
            if not run:
                polite = _politeness(tokens, i)
            run.append(token)
    yield from _compound(text, run, polite)


def _politeness(tokens: Sequence[Token], i: int) -> str:
    """The お of お届け先: part of how a noun is written, not of what it is. ご (ご返金) is only politeness."""
    before = tokens[i - 1] if i else None
    return "お" if before and before.end == tokens[i].start and before.surface == "お" else ""


def _may_be_part(token: Token) -> bool:
    if token.pos == "code":
        return bool(token.terms) and bool(_LATIN.fullmatch(token.surface) or _NUMBER.fullmatch(token.surface))
    return token.content and (token.pos in _NOUNS or token.pos in _AFFIXES or token.pos in _INNER)


def _in_path(text: str, token: Token) -> bool:
    """Whether a Latin word in small letters is a piece of a path or of code (config/routes.rb, a.b, :name)."""
    if not (token.surface.isascii() and token.surface.islower()):
        return False
    around = text[max(0, token.start - 1) : token.start] + text[token.end : token.end + 1]
    return any(mark in around for mark in "/\\:._#=`$@<>-")


def _continues(text: str, tokens: Sequence[Token], i: int, last: Token) -> bool:
    """Whether a token goes on with the run that ends at `last`, or is a mark inside of a name."""
    token = tokens[i]
    between = text[last.end : token.start]
    if not _may_be_part(token):
        after = tokens[i + 1] if i + 1 < len(tokens) else None
        return (
            token.surface == "・"
            and last.end == token.start
            and after is not None
            and token.end == after.start
            and bool(_KATAKANA.fullmatch(last.surface) and _KATAKANA.fullmatch(after.surface))
        )
    if between in ("", "・"):
        return True
    # Single Page Application, Windows 11; not `npm run build`.
    return (
        between == " "
        and _is_name(last.surface)
        and not CODE.fullmatch(last.surface)
        and (_is_name(token.surface) or token.surface.isdigit())
    )


def _is_name(surface: str) -> bool:
    return surface.isascii() and surface[:1].isupper()


def _compound(text: str, run: list[Token], polite: str) -> Iterator[Compound]:
    """Yield the term in a run of nouns, if there is one."""
    start, end = 0, len(run)
    while start < end and (run[start].surface in _NOT_FIRST or run[start].pos == "接尾辞,名詞的"):
        start += 1
    while end > start and (
        run[end - 1].surface in _NOT_LAST or run[end - 1].pos in _INNER or run[end - 1].pos == "接頭辞,*"
    ):
        end -= 1
    kept = run[start:end]
    if not kept or len(kept) > _LONGEST or _is_amount(kept):
        return
    surface = normalize(text[kept[0].start : kept[-1].end])
    if len(surface) < 2 or surface in _EMPTY or _VERSION.fullmatch(surface):
        return
    polite = polite if start == 0 else ""
    reading = polite + "".join(map(_read, kept))
    yield Compound(polite + surface, tuple(token.terms[0] for token in kept), reading)


def _is_amount(run: Sequence[Token]) -> bool:
    """Whether a run is a number with its unit (30日間, 第3章), and no term."""
    numbers = [bool(_NUMBER.fullmatch(token.surface)) for token in run]
    return all(numbers) or (numbers[0] and len(run) < 3) or any(numbers[-2:]) or run[0].surface == "第"


def _read(token: Token) -> str:
    return token.reading or normalize(token.surface).lower()
