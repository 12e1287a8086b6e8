"""normalize() and fold(): the only place where characters are changed; sentences() cuts without changing any.

`normalize` runs before MeCab and never moves a word boundary; `fold` runs on one term after MeCab, where rules
such as サーバー → サーバ can no longer cut a word in two.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache

from faqsearch import kernel
from faqsearch.patterns import pattern

RULES_VERSION = 1
"""Bump when any term could come out differently; it is part of the tokenizer's fingerprint."""

# Both patterns below begin with one set of characters, so that text without any of them is passed at the speed of C.

# --- Before NFKC: what NFKC would get wrong, and what no tokenizer should ever see ---------------------------

_NEWLINE = "\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029"
_INVISIBLE = (
    "\u00ad\u034f\u061c\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0000-\U000e0fff"
)
_CONTROL = "\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufff9-\ufffb"
# NFKC turns these into digits; glued to a neighbouring digit they would make another number (手順3① is not 手順31).
_DIGIT_FORM = "¹²³⁰⁴-⁹₀-₉¼-¾⅐-⅞①-⑳⑴-⑽⒈-⒛⓪⓵-⓾㉑-㉟㊱-㊿🄀-🄊"
_DIGIT = f"0-9０-９{_DIGIT_FORM}"
_KATAKANA = "ァ-ヺｦ-ﾟ"
_BEFORE = re.compile(
    f"[{_NEWLINE}{_INVISIBLE}{_CONTROL}\u309b\u309c㈲㈱(（﹙⁽₍－─━−{_DIGIT_FORM}](?:"
    f"(?<=\r)\n?|(?<=[{_NEWLINE}{_INVISIBLE}{_CONTROL}㈲㈱])"
    # NFKC makes a space of a free-standing sound mark.
    "|(?<=[うか-とはひふへほウカ-トハヒフヘホ]\u309b)|(?<=[はひふへほハヒフヘホ]\u309c)"
    "|(?<=[(（﹙⁽₍])株[)）﹚⁾₎]"
    # サ－バ－ typed with a minus or a ruled line instead of ー.
    f"|(?<=[{_KATAKANA}][－─━−])(?=[{_KATAKANA}])|(?<=[{_KATAKANA}]－)(?![A-Za-z0-9Ａ-Ｚａ-ｚ０-９－])"
    f"|(?<=[{_DIGIT}][{_DIGIT_FORM}])|(?<=[{_DIGIT_FORM}])(?=[{_DIGIT}]))"
)
_BEFORE_TO = dict.fromkeys("\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029", "\n") | dict.fromkeys("－─━−", "ー")
_BEFORE_TO |= dict.fromkeys("㈱(（﹙⁽₍", "株式会社") | {"㈲": "有限会社", "\u309b": "\u3099", "\u309c": "\u309a"}
_INVISIBLE_ONE = pattern(f"[{_INVISIBLE}]")
_DIGIT_FORM_ONE = pattern(f"[{_DIGIT_FORM}]")

# --- After NFKC: one character for one, so that positions stay ------------------------------------------------

# Old and variant forms of kanji, each followed by its present form. Names are written with them (髙島屋, 渡邊),
# and MeCab knows many words only in the present form.
_OLD_NEW = (
    "亞亜惡悪壓圧圍囲爲為醫医壹壱稻稲飮飲隱隠營営榮栄衞衛驛駅圓円緣縁艷艶鹽塩奧奥應応橫横歐欧毆殴穩穏假仮價価畫画會会繪絵壞壊懷懐擴拡殼殻覺覚學学嶽岳樂楽勸勧卷巻寬寛歡歓罐缶觀観關関陷陥顏顔歸帰氣気龜亀僞偽戲戯犧犠舊旧據拠擧挙"
    "峽峡挾挟狹狭鄕郷曉暁區区驅駆勳勲徑径惠恵揭掲攜携溪渓經経繼継莖茎螢蛍輕軽鷄鶏藝芸擊撃缺欠儉倹劍剣圈圏檢検權権獻献縣県險険顯顕驗験嚴厳效効廣広恆恒鑛鉱號号國国黑黒濟済碎砕齋斎劑剤櫻桜册冊雜雑參参慘惨棧桟蠶蚕贊賛殘残絲糸齒歯"
    "兒児辭辞濕湿實実舍舎寫写釋釈壽寿收収從従澁渋獸獣縱縦肅粛處処敍叙奬奨將将燒焼稱称證証乘乗剩剰壤壌孃嬢條条淨浄疊畳穰穣讓譲釀醸囑嘱觸触寢寝愼慎晉晋眞真盡尽圖図粹粋醉酔隨随髓髄數数樞枢瀨瀬晝昼聲声靜静齊斉攝摂竊窃專専戰戦淺浅"
    "潛潜纖繊踐践錢銭禪禅曾曽雙双壯壮搜捜插挿爭争總総聰聡莊荘裝装騷騒增増臟臓藏蔵屬属續続墮堕體体對対帶帯滯滞臺台瀧滝擇択澤沢單単擔担膽胆團団彈弾斷断癡痴遲遅廳庁敕勅鎭鎮遞逓鐵鉄轉転點点傳伝黨党盜盗燈灯當当鬭闘德徳獨独讀読屆届"
    "繩縄貳弐惱悩腦脳霸覇廢廃拜拝賣売麥麦發発髮髪拔抜蠻蛮祕秘濱浜甁瓶拂払佛仏竝並變変邊辺辨弁辯弁瓣弁舖舗步歩穗穂寶宝豐豊沒没飜翻槇槙萬万滿満默黙譯訳藥薬與与豫予餘余譽誉搖揺樣様謠謡遙遥來来賴頼亂乱覽覧龍竜兩両獵猟綠緑壘塁淚涙"
    "勵励禮礼隸隷靈霊齡齢戀恋爐炉勞労樓楼郞郎灣湾髙高﨑崎嵜崎邉辺濵浜桒桑栁柳𠮷吉嶋島嶌島冨富峯峰槗橋鉃鉄靑青淸清舩船杦杉堯尭巖巌穎頴彥彦聽聴藪薮埜野廼乃凬風徧遍囙因甞嘗畧略畄留闗関恊協甦蘇萠萌廚厨渕淵祿禄彌弥灌潅頰頬塡填"
    "剝剥𠮟叱嚙噛摑掴簞箪蠟蝋繫繋鷗鴎瀆涜屛屏瘦痩麵麺餠餅焰焔蔣蒋醬醤囊嚢曆暦歷歴內内吳呉黃黄戶戸產産稅税說説銳鋭脫脱悅悦閱閲錄録每毎敎教緖緒卽即旣既槪概鬪闘狀状查査强強涉渉鍊錬鎻鎖鑄鋳鐡鉄銕鉄籔薮萊莱瑤瑶亙亘凜凛圑団絕絶𣘺橋"
    "冝宜舘館龝秋穐秋斈学囯国圀国丗世邨村畵画兔兎"
)
_DASH = "‐‑‒–—―−─━⁃﹘ー"
_AFTER = re.compile(
    f"[{_OLD_NEW[::2]}{_DASH}’‘ʼ⁄〜~](?:(?<=[{_OLD_NEW[::2]}⁄])"
    # Any dash in a code or telephone number: E−203, 03ー1234ー5678.
    f"|(?<=[A-Za-z0-9][{_DASH}])(?=[A-Za-z0-9])"
    "|(?<=[A-Za-z][’‘ʼ])(?=[A-Za-z])"
    # すご〜い, サ〜バ; not ログイン〜ログアウト, which is a range.
    "|(?<=[ぁ-ん][〜~])(?=[ぁ-ん])|(?<=[ァ-ヺ][〜~])(?=[ァ-ヺ]{1,2}(?![ァ-ヺー])))"
)
_AFTER_TO = dict(zip(_OLD_NEW[::2], _OLD_NEW[1::2], strict=True)) | dict.fromkeys(_DASH, "-")
_AFTER_TO |= dict.fromkeys("’‘ʼ", "'") | dict.fromkeys("〜~", "ー") | {"⁄": "/"}


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
    if normalized == text or (len(normalized) == len(text) and _is_one_for_one(text)):
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
_COMBINED = pattern(f"[{_COMBINING}]")
_CLUSTER = pattern(f".[{_COMBINING}]*", re.DOTALL)


def _is_one_for_one(text: str) -> bool:
    """Whether each character becomes one character where it stands: true of most text, and quick to see."""
    return not (_BEFORE.search(text) or _COMBINED.search(text)) and all(map(_becomes_one, set(text)))


@cache
def _becomes_one(character: str) -> bool:
    return len(unicodedata.normalize("NFKC", character)) == 1


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
    character = match[0][0]
    if character in _BEFORE_TO:
        return _BEFORE_TO[character]
    if _DIGIT_FORM_ONE.match(character):
        return f" {character} "
    return "" if _INVISIBLE_ONE.match(character) else " "


def _after(match: re.Match[str]) -> str:
    return _AFTER_TO[match[0]]


# --- Terms ----------------------------------------------------------------------------------------------------

_KATAKANA_WORD = re.compile("[ァ-ヺー]+")
_KATAKANA_FOLD = pattern("ヴ[ァィェォ]|ー{2,}|[ァィゥェォッャュョヮヵヶヰヱヲヴヅヂ]")
_KATAKANA_TO = dict(zip("ァィゥェォャュョヮヵヶヰヱヲヴヅヂ", "アイウエオヤユヨワカケイエオブズジ", strict=True)) | {
    "ッ": "ッ",
    "ヴァ": "バ",
    "ヴィ": "ビ",
    "ヴェ": "ベ",
    "ヴォ": "ボ",
}
_SHORTEST_STEM = 3  # カバー keeps its ー (カバ is a hippopotamus), サーバー does not.


def fold(term: str) -> str:
    """Give the lookup form of one term: case, width, old kanji, and the ways one katakana word is spelt."""
    term = normalize(term)
    if (lower := term.casefold()) != term:
        term = normalize(lower)
    if _KATAKANA_WORD.fullmatch(term):
        term = _KATAKANA_FOLD.sub(lambda match: _KATAKANA_TO.get(match[0], "ー"), term)
        if len(term) > _SHORTEST_STEM and term[-1] == "ー":
            term = term[:-1]
    return term


# --- Kana -----------------------------------------------------------------------------------------------------

_TO_HIRAGANA = {code: code - 0x60 for code in range(ord("ァ"), ord("ヶ") + 1)} | {0x30FD: 0x309D, 0x30FE: 0x309E}


_TO_KATAKANA = {hiragana: katakana for katakana, hiragana in _TO_HIRAGANA.items()}


def to_katakana(text: str) -> str:
    """Write hiragana as katakana; everything else stays."""
    return text.translate(_TO_KATAKANA)


def to_hiragana(text: str) -> str:
    """Write katakana as hiragana; everything else stays."""
    return text.translate(_TO_HIRAGANA)


_ROWS = {
    "": "あいうえお", "k": "かきくけこ", "g": "がぎぐげご", "s": "さしすせそ", "z": "ざじずぜぞ", "t": "たちつてと",
    "d": "だぢづでど", "n": "なにぬねの", "h": "はひふへほ", "b": "ばびぶべぼ", "p": "ぱぴぷぺぽ", "m": "まみむめも",
    "r": "らりるれろ", "l": "らりるれろ",
}  # fmt: skip
_GLIDES = {"ky": "き", "gy": "ぎ", "sy": "し", "sh": "し", "zy": "じ", "jy": "じ", "j": "じ", "ty": "ち", "ch": "ち",
           "cy": "ち", "ny": "に", "hy": "ひ", "by": "び", "py": "ぴ", "my": "み", "ry": "り", "ly": "り"}  # fmt: skip
_SYLLABLES = (
    {consonant + vowel: kana for consonant, row in _ROWS.items() for vowel, kana in zip("aiueo", row, strict=True)}
    | {glide + v: kana + small for glide, kana in _GLIDES.items() for v, small in zip("aueo", "ゃゅぇょ", strict=True)}
    | {"shi": "し", "chi": "ち", "tsu": "つ", "ji": "じ", "fu": "ふ"}
    | {"fa": "ふぁ", "fi": "ふぃ", "fe": "ふぇ", "fo": "ふぉ"}
    | {"va": "ゔぁ", "vi": "ゔぃ", "vu": "ゔ", "ve": "ゔぇ", "vo": "ゔぉ", "thi": "てぃ", "dhi": "でぃ", "wi": "うぃ"}
    | {"ya": "や", "yu": "ゆ", "yo": "よ", "wa": "わ", "wo": "を", "we": "うぇ", "n'": "ん", "-": "ー"}
)
_ROMAJI = pattern(
    r"(?P<double>([bcdfghjklmpqrstvwxyz])(?=\2))|(?P<syllable>"
    + "|".join(sorted(map(re.escape, _SYLLABLES), key=len, reverse=True))
    + ")|(?P<n>nn?(?![aiueoy]))"
)


def romaji_to_kana(text: str) -> str:
    """Read Latin letters as romaji (`pasuwa` → `ぱすわ`); letters that are no syllable yet stay."""

    def kana(match: re.Match[str]) -> str:
        return {"double": "っ", "n": "ん"}.get(match.lastgroup or "") or _SYLLABLES[match[0]]

    return _ROMAJI.sub(kana, text.lower())


# --- Sentences ------------------------------------------------------------------------------------------------

_OPENING, _CLOSING = "「『（(【［[〔《〈“", "」』）)】］]〕》〉”"
# Looking for one of all these characters first takes a third of the time: most are none of them.
_STOP = pattern(
    f"(?=[\n{re.escape(_OPENING + _CLOSING)}。｡！？!?♪．.])(?:"
    f"(?P<newline>\n)|(?P<open>[{re.escape(_OPENING)}])|(?P<close>[{re.escape(_CLOSING)}])"
    r"|(?P<end>[。｡！？!?♪]+|(?<=[^\x00-\x7f])．(?![0-9０-９A-Za-z])|(?<=[a-z0-9)\]][a-z)\]])\.(?=\s+[^\sa-z0-9]|\s*$)))"
)


def sentences(text: str) -> list[tuple[int, int]]:
    """Find sentences: spans without surrounding white space, in order, covering all other characters.

    Quotes and brackets are kept whole and stay with their sentence. A bracket left open ends with its line, so
    one forgotten 」 cannot swallow the text.
    """
    if kernel.compiled is not None:
        found: list[tuple[int, int]] = kernel.compiled.sentences(text)
        return found
    return _sentences(text)


def _sentences(text: str) -> list[tuple[int, int]]:
    """Do without the kernel."""
    spans: list[tuple[int, int]] = []
    for line in re.finditer(r"[^\r\n\u2028\u2029]+", text):
        start, depth = line.start(), 0
        marks = list(_STOP.finditer(text, line.start(), line.end()))
        unclosed = _unclosed(marks)
        for i, mark in enumerate(marks):
            if i in unclosed:
                continue
            if mark.lastgroup == "open":
                depth += 1
            elif mark.lastgroup == "close":
                depth -= 1
            elif depth == 0:
                _append(spans, text, start, mark.end())
                start = mark.end()
        _append(spans, text, start, line.end())
    return spans


def _unclosed(marks: Sequence[re.Match[str]]) -> set[int]:
    """Give the marks that are brackets without a partner."""
    waiting: list[int] = []
    alone: set[int] = set()
    for i, mark in enumerate(marks):
        if mark.lastgroup == "open":
            waiting.append(i)
        elif mark.lastgroup == "close":
            if waiting and _OPENING.index(marks[waiting[-1]][0]) == _CLOSING.index(mark[0]):
                waiting.pop()
            else:
                alone.add(i)
    return alone.union(waiting)


def _append(spans: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    if start < end:
        spans.append((start, end))
