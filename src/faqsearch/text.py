"""normalize() and fold(): the only place where characters are changed; sentences() cuts without changing any.

`normalize` runs before MeCab and never moves a word boundary; `fold` runs on one term after MeCab, where rules
such as サーバー → サーバ can no longer cut a word in two.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

RULES_VERSION = 1
"""Bump when any term could come out differently; it is part of the tokenizer's fingerprint."""

# --- Before NFKC: what NFKC would get wrong, and what no tokenizer should ever see ---------------------------

# NFKC turns these into digits; glued to a neighbouring digit they would make another number (手順3① is not 手順31).
_DIGIT_FORMS = "¹²³⁰⁴-⁹₀-₉¼-¾⅐-⅞①-⑳⑴-⑽⒈-⒛⓪⓵-⓾㉑-㉟㊱-㊿🄀-🄊"
_DIGITS = "0-9０-９"
_KATAKANA = "ァ-ヺｦ-ﾟ"
_BEFORE = re.compile(
    "(?P<newline>\r\n|[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029])"
    "|(?P<nothing>[\u00ad\u034f\u061c\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
    "\U000e0000-\U000e0fff])"
    "|(?P<space>[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufff9-\ufffb])"
    # NFKC makes a space of a free-standing sound mark.
    "|(?P<voiced>(?<=[うか-とはひふへほウカ-トハヒフヘホ])\u309b)"
    "|(?P<semivoiced>(?<=[はひふへほハヒフヘホ])\u309c)"
    "|(?P<limited>㈲)"
    "|(?P<stock>㈱|[(（﹙⁽₍]株[)）﹚⁾₎])"
    # サ－バ－ typed with a minus or a ruled line instead of ー.
    f"|(?P<long>(?<=[{_KATAKANA}])(?:[－─━−](?=[{_KATAKANA}])|－(?![A-Za-z0-9Ａ-Ｚａ-ｚ０-９－])))"
    f"|(?P<glued>(?<=[{_DIGITS}{_DIGIT_FORMS}])[{_DIGIT_FORMS}]|[{_DIGIT_FORMS}](?=[{_DIGITS}]))"
)
_REPLACEMENT = {
    "newline": "\n",
    "nothing": "",
    "space": " ",
    "voiced": "\u3099",
    "semivoiced": "\u309a",
    "limited": "有限会社",
    "stock": "株式会社",
    "long": "ー",
}

# --- After NFKC: one character for one, so that positions stay ------------------------------------------------

# Old and variant forms of kanji, each followed by its present form. Names are written with them (髙島屋, 渡邊),
# and MeCab knows many words only in the present form.
_OLD_NEW = (
    "亞亜惡悪壓圧圍囲爲為醫医壹壱稻稲飮飲隱隠營営榮栄衞衛驛駅圓円緣縁艷艶鹽塩奧奥應応橫横歐欧毆殴穩穏假仮價価畫画會会"
    "繪絵壞壊懷懐擴拡殼殻覺覚學学嶽岳樂楽勸勧卷巻寬寛歡歓罐缶觀観關関陷陥顏顔歸帰氣気龜亀僞偽戲戯犧犠舊旧據拠擧挙峽峡"
    "挾挟狹狭鄕郷曉暁區区驅駆勳勲徑径惠恵揭掲攜携溪渓經経繼継莖茎螢蛍輕軽鷄鶏藝芸擊撃缺欠儉倹劍剣圈圏檢検權権獻献縣県"
    "險険顯顕驗験嚴厳效効廣広恆恒鑛鉱號号國国黑黒濟済碎砕齋斎劑剤櫻桜册冊雜雑參参慘惨棧桟蠶蚕贊賛殘残絲糸齒歯兒児辭辞"
    "濕湿實実舍舎寫写釋釈壽寿收収從従澁渋獸獣縱縦肅粛處処敍叙奬奨將将燒焼稱称證証乘乗剩剰壤壌孃嬢條条淨浄疊畳穰穣讓譲"
    "釀醸囑嘱觸触寢寝愼慎晉晋眞真盡尽圖図粹粋醉酔隨随髓髄數数樞枢瀨瀬晝昼聲声靜静齊斉攝摂竊窃專専戰戦淺浅潛潜纖繊踐践"
    "錢銭禪禅曾曽雙双壯壮搜捜插挿爭争總総聰聡莊荘裝装騷騒增増臟臓藏蔵屬属續続墮堕體体對対帶帯滯滞臺台瀧滝擇択澤沢單単"
    "擔担膽胆團団彈弾斷断癡痴遲遅廳庁敕勅鎭鎮遞逓鐵鉄轉転點点傳伝黨党盜盗燈灯當当鬭闘德徳獨独讀読屆届繩縄貳弐惱悩腦脳"
    "霸覇廢廃拜拝賣売麥麦發発髮髪拔抜蠻蛮祕秘濱浜甁瓶拂払佛仏竝並變変邊辺辨弁辯弁瓣弁舖舗步歩穗穂寶宝豐豊沒没飜翻槇槙"
    "萬万滿満默黙譯訳藥薬與与豫予餘余譽誉搖揺樣様謠謡遙遥來来賴頼亂乱覽覧龍竜兩両獵猟綠緑壘塁淚涙勵励禮礼隸隷靈霊齡齢"
    "戀恋爐炉勞労樓楼郞郎祿録灣湾髙高﨑崎嵜崎邉辺濵浜桒桑栁柳𠮷吉嶋島嶌島冨富峯峰槗橋鉃鉄鉅巨咲咲靑青淸清淵渕舩船杦杉"
    "凛凜堯尭巖巌穎頴蓮蓮渚渚彥彦愼慎聽聴臈﨟藪薮埜野廼乃凬風徧遍囙因甞嘗畧略畄留厨廚闗関恊協甦蘇萠萌"
)
_PLAIN_DASHES = "‐‑‒–—―−─━⁃﹘"
_TABLE = {
    old: new
    for old, new in zip(_OLD_NEW[::2], _OLD_NEW[1::2], strict=True)
    if old != new
}
_AFTER = re.compile(
    f"[{''.join(_TABLE)}]"
    # Any dash in a code or telephone number: E−203, 03ー1234ー5678.
    f"|(?P<hyphen>(?<=[A-Za-z0-9])[{_PLAIN_DASHES}ー](?=[A-Za-z0-9]))"
    "|(?P<apostrophe>(?<=[A-Za-z])[’‘ʼ](?=[A-Za-z]))"
    "|(?P<slash>⁄)"
    # すご〜い, サ〜バ; not ログイン〜ログアウト, which is a range.
    "|(?P<wave>(?<=[ぁ-ん])[〜~](?=[ぁ-ん])|(?<=[ァ-ヺ])[〜~](?=[ァ-ヺ]{1,2}(?![ァ-ヺー])))"
)
_SAME_LENGTH = {"hyphen": "-", "apostrophe": "'", "slash": "/", "wave": "ー"}


def normalize(text: str) -> str:
    """Give the form in which text is tokenized: NFKC, present-day kanji, real hyphens, no invisible characters.

    Idempotent, and safe before MeCab: nothing is lower-cased, shortened or joined that MeCab needs to find words.
    """
    text = _BEFORE.sub(_before, text)
    if not unicodedata.is_normalized("NFKC", text):
        text = unicodedata.normalize("NFKC", text)
    return _AFTER.sub(_after, text)


def normalize_aligned(text: str) -> tuple[str, Sequence[int], Sequence[int]]:
    """Normalize and say where each character came from.

    Returns:
        The normalized text, and for each of its characters the start and the end of its origin in `text`.
    """
    normalized = normalize(text)
    if normalized == text:
        return normalized, range(len(text)), range(1, len(text) + 1)
    characters: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for start, end, piece in _pieces(text):
        characters.append(piece)
        starts.extend([start] * len(piece))
        ends.extend([end] * len(piece))
    if _AFTER.sub(_after, "".join(characters)) != normalized:
        return normalized, *_coarse_alignment(text, normalized)
    return normalized, starts, ends


_COMBINING = "\u0300-\u036f\u0483-\u0487\u3099\u309aﾞﾟ\u1160-\u11ff"
_CLUSTER = re.compile(f".[{_COMBINING}]*", re.DOTALL)


def _pieces(text: str) -> Iterator[tuple[int, int, str]]:
    """Cut text where normalization can be done piece by piece: start, end, normalized piece."""
    steps: list[tuple[int, int, str]] = []
    position = 0
    for match in _BEFORE.finditer(text):
        steps.extend((i, i + 1, text[i]) for i in range(position, match.start()))
        steps.append((match.start(), match.end(), _before(match)))
        position = match.end()
    steps.extend((i, i + 1, text[i]) for i in range(position, len(text)))
    origin = [step for step in steps for _ in step[2]]
    for cluster in _CLUSTER.finditer("".join(step[2] for step in steps)):
        yield origin[cluster.start()][0], origin[cluster.end() - 1][1], unicodedata.normalize("NFKC", cluster[0])


def _coarse_alignment(text: str, normalized: str) -> tuple[list[int], list[int]]:
    """Align by common beginning and end, with all of the middle as one block: for scripts we do not cut."""
    shorter = min(len(text), len(normalized))
    head = next((i for i in range(shorter) if text[i] != normalized[i]), shorter)
    tail = next((i for i in range(shorter - head) if text[-1 - i] != normalized[-1 - i]), shorter - head)
    middle = len(normalized) - head - tail
    starts = [*range(head), *[head] * middle, *range(len(text) - tail, len(text))]
    ends = [*range(1, head + 1), *[len(text) - tail] * middle, *range(len(text) - tail + 1, len(text) + 1)]
    return starts, ends


def _before(match: re.Match[str]) -> str:
    kind = match.lastgroup or ""
    if kind == "glued":
        follows = match.string[match.end() : match.end() + 1]
        before = match.string[match.start() - 1 : match.start()]
        del before, follows
        return f" {match[0]} "
    return _REPLACEMENT[kind]


def _after(match: re.Match[str]) -> str:
    return _TABLE[match[0]] if match.lastgroup is None else _SAME_LENGTH[match.lastgroup]
