"""Headings of plain text, which only convention tells from other lines.

A line is a heading when it looks like one *and* the file uses that look for headings: numbered steps and bulleted
points stand in rows, headings stand above text.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from faqsearch.sources.blocks import Heading
from faqsearch.sources.cells import one_line
from faqsearch.sources.questions import answer_label, question_label

_RULE = re.compile(r"^\s*([=\-_*~#＝－＿＊～─━═―ー・･])\1{2,}\s*$")
_LONGEST = 60
_DIGITS = r"[0-9０-９]{1,3}"
_LOOKS = (
    ("部", re.compile(rf"^第\s*(?:{_DIGITS}|[一二三四五六七八九十百]+)\s*部(?=[\s\u3000:：]|$)")),
    ("編", re.compile(rf"^第\s*(?:{_DIGITS}|[一二三四五六七八九十百]+)\s*編(?=[\s\u3000:：]|$)")),
    ("章", re.compile(rf"^第\s*(?:{_DIGITS}|[一二三四五六七八九十百]+)\s*章")),
    ("節", re.compile(rf"^第\s*(?:{_DIGITS}|[一二三四五六七八九十百]+)\s*節")),
    ("条", re.compile(rf"^第\s*(?:{_DIGITS}|[一二三四五六七八九十百]+)\s*条(?:の{_DIGITS})?(?=[\s\u3000(（:：]|$)")),
    ("項", re.compile(rf"^第\s*(?:{_DIGITS}|[一二三四五六七八九十百]+)\s*項(?=[\s\u3000:：]|$)")),
    ("4", re.compile(rf"^{_DIGITS}(?:[.．\-－]{_DIGITS}){{3}}[.．]?(?=[\s\u3000]|[^\d.．\-－０-９])")),
    ("3", re.compile(rf"^{_DIGITS}(?:[.．\-－]{_DIGITS}){{2}}[.．]?(?=[\s\u3000]|[^\d.．\-－０-９])")),
    ("2", re.compile(rf"^{_DIGITS}[.．\-－]{_DIGITS}[.．]?(?=[\s\u3000]|[^\d.．\-－０-９%％])")),
    ("1", re.compile(rf"^{_DIGITS}[.．](?=\s*\D)|^{_DIGITS}[\s\u3000](?=\S)")),
    ("(1)", re.compile(rf"^[(（]{_DIGITS}[)）]")),
    ("【】", re.compile(r"^【[^【】]{1,50}】$")),
    ("≪≫", re.compile(r"^[≪《＜<][^≪≫《》＜＞<>]{1,50}[≫》＞>]$")),
    *((mark, re.compile(rf"^{mark}[\s\u3000]*(?=\S)")) for mark in "■□◆◇●○▼▽★☆◎▲▶#"),
)
_APPENDIX = re.compile(r"^[■□◆◇●○【\s]*(?:付録|附録|付則|附則|別表|索引|改訂履歴|変更履歴|奥付)")
_TITLE = re.compile(
    r"マニュアル|手順書|手引き?|ガイド|説明書|要領|規程|規定|規約|約款|FAQ|Q&A|よくある|案内|便覧|ハンドブック"
)
_ALWAYS = frozenset("部編章節条234")
"""Looks that nothing but a heading has."""


@dataclass(frozen=True, slots=True)
class _Candidate:
    number: int
    look: str
    text: str
    label: str | None
    above_text: bool
    """Whether text, not another line of the same look, comes next."""


def is_rule(line: str) -> bool:
    """A line drawn with characters: `====`, `────`."""
    return _RULE.match(line) is not None


def find_title(lines: list[str]) -> str:
    """The title of a text: in its first few lines when they stand by themselves, else empty."""
    top: list[str] = []
    for line in lines[:20]:
        if line.strip() and not is_rule(line):
            top.append(line.strip())
        elif top:
            break
    honest = len(top) <= 4 and all(_is_short(line) and not _look(line) for line in top)
    if not honest or len(top) == sum(bool(line.strip()) for line in lines):
        return ""
    return one_line(next(filter(_TITLE.search, top), top[0] if top else ""))


def find_headings(lines: list[str]) -> dict[int, Heading]:
    """The headings of a text by line number.

    Levels come from the order in which looks first appear below each other, as in reStructuredText.
    """
    candidates = _candidates(lines)
    looks: dict[str, list[_Candidate]] = {}
    for candidate in candidates:
        looks.setdefault(candidate.look, []).append(candidate)
    used = {
        look
        for look, found in looks.items()
        if look in _ALWAYS or look[0] in "=-" or 2 * sum(c.above_text for c in found) > len(found)
    }
    headings: dict[int, Heading] = {}
    open_looks: list[str] = []
    for candidate in candidates:
        if _APPENDIX.match(candidate.text):
            # What follows the last chapter does not belong to its last section.
            open_looks.clear()
        elif candidate.look not in used:
            continue
        if candidate.look in open_looks:
            del open_looks[open_looks.index(candidate.look) :]
        elif candidate.look in _ALWAYS:
            # 章 is above 節 and 1.1 above 1.1.1, whichever comes first.
            while open_looks and not _wider(open_looks[-1], candidate.look):
                open_looks.pop()
        open_looks.append(candidate.look)
        headings[candidate.number] = Heading(candidate.text, len(open_looks), candidate.number, label=candidate.label)
    return headings


_WIDTHS = {look: width for width, look in enumerate("部編章節条項1234")}


def _wider(look: str, other: str) -> bool:
    return look in _WIDTHS and other in _WIDTHS and _WIDTHS[look] < _WIDTHS[other]


def _candidates(lines: list[str]) -> list[_Candidate]:
    filled = [number for number, line in enumerate(lines, 1) if line.strip() and not is_rule(line)]
    looks = {number: _look(lines[number - 1].strip()) for number in filled}
    found = []
    for index, number in enumerate(filled):
        line = lines[number - 1].strip()
        following = filled[index + 1] if index + 1 < len(filled) else None
        underlined = (
            number < len(lines) and is_rule(lines[number]) and not is_rule(lines[number - 2] if number > 1 else "")
        )
        boxed = number < len(lines) and is_rule(lines[number]) and number > 1 and is_rule(lines[number - 2])
        if not _is_short(line):
            continue
        look, label = looks[number] or (None, None)
        next_look = looks[following] if following else None
        above_text = following is not None and (next_look is None or next_look[0] != look)
        if look is None or look in ("1", "(1)"):
            alone = (number == 1 or not lines[number - 2].strip() or is_rule(lines[number - 2])) and (
                number == len(lines) or not lines[number].strip() or is_rule(lines[number]) or look is not None
            )
            if underlined or boxed:
                look = look or f"{'=' if boxed else '-'}{lines[number].strip()[0]}"
                above_text = True
            elif look is None or not alone:
                continue
        found.append(_Candidate(number, look, one_line(_bare(line, look)), label, above_text))
    return found


def _is_short(line: str) -> bool:
    """Whether a line has the length and the end of a heading."""
    if len(line) > _LONGEST or line.endswith(("。", "、", "，", ",")):
        return False
    return not question_label(line) and not answer_label(line)


def _look(line: str) -> tuple[str, str | None] | None:
    """Which look a line has, and the number that would identify it."""
    for look, pattern in _LOOKS:
        if match := pattern.match(line):
            numbered = look in _WIDTHS or look == "(1)"
            label = unicodedata.normalize("NFKC", match.group()).strip(" .") if numbered else None
            return look, re.sub(r"\s+", "", label).replace("-", ".") if label else None
    return None


def _bare(line: str, look: str) -> str:
    """A heading without its ornament; numbers stay, they are how people name the section."""
    if look in ("【】", "≪≫"):
        return line[1:-1]
    return line[1:] if look in "■□◆◇●○▼▽★☆◎▲▶#" else line
