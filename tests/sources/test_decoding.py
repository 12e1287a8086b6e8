"""Encodings are told apart on whole files, short ones too, and never by replacing characters."""

from __future__ import annotations

import random

import pytest
from reading import Read

from faqsearch.errors import SourceError
from faqsearch.sources.decoding import decode

ENCODINGS = ("utf-8", "utf-8-sig", "cp932", "euc_jp", "iso2022_jp", "utf-16", "utf-16-le", "utf-16-be")

_SUBJECTS = [
    "送料",
    "返品",
    "定期便",
    "領収書",
    "ポイント",
    "パスワード",
    "会員証",
    "請求書",
    "配達日",
    "洗濯機",
    "保証期間",
    "住所変更",
    "クーポン",
    "退会",
    "在庫",
    "消費税",
]
_ENDINGS = (
    "はいくらですか。",
    "の変更方法を教えてください",
    "について",
    "が届きません！",
    "を忘れた場合は？",
    "の手続き（法人のお客様）",
    "ができないとき",
    "：よくある質問",
)
_ANSWERS = (
    "マイページの「お客様情報」から手続きしてください。",
    "全国一律５５０円（税込）です。",
    "E-203 が表示されたら電源を切り、10分待ちます。",
    "お問い合わせ窓口までご連絡ください。平日９時～１７時",
    "ございません。",
)
_HALF_WIDTH = ["ﾊﾟｽﾜｰﾄﾞ", "ｶｽﾀﾏｰｾﾝﾀｰ", "ﾛｸﾞｲﾝ", "ｷｬﾝｾﾙ", "ﾎﾟｲﾝﾄ", "ﾃﾞｰﾀ", "ｱｶｳﾝﾄ", "ﾒｰﾙｱﾄﾞﾚｽ", "ｸﾚｼﾞｯﾄｶｰﾄﾞ"]


def _texts(count: int) -> list[str]:
    """Files as people have them: a word, a line, two lines of CSV, a page, with and without half-width katakana."""
    chance = random.Random(7)
    texts = []
    for number in range(count):
        question = chance.choice(_SUBJECTS) + chance.choice(_ENDINGS)
        answer = chance.choice(_ANSWERS)
        rows = "".join(
            f"{n},{chance.choice(_SUBJECTS)}{chance.choice(_ENDINGS)},{chance.choice(_ANSWERS)}\n" for n in range(30)
        )
        texts.append(
            (
                f"{chance.choice(_SUBJECTS)}{chance.choice(_ENDINGS)[:4]}\n",
                f"{question}\n",
                f"質問,回答\n{question},{answer}\n",
                f"ID,Question,Answer\n{rows}",
                f"# {question}\n\n" + answer * chance.randint(1, 40),
                f"{chance.choice(_HALF_WIDTH)}\n",
                f"{chance.choice(_HALF_WIDTH)}{question}\n",
                f"{chance.choice(_HALF_WIDTH)},{chance.choice(_HALF_WIDTH)}\r\n" * chance.randint(1, 5),
            )[number % 8]
        )
    return texts


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_encoding_is_told(encoding: str):
    """Of 800 texts, from one word to a page, all come back as they were written."""
    wrong = []
    for text in _texts(800):
        try:
            data = text.encode(encoding)
        except UnicodeEncodeError:
            continue
        if decode(data, path="faq.csv").text != text:
            wrong.append(text)
    assert wrong == []


@pytest.mark.parametrize(
    "text", ["①②③㈱髙島屋\n注文番号を確認", "９時～１７時、５℃", "𠮷野家の電話", "﨑山さん、濵田さん宛て"]
)
def test_characters_beyond_the_basic_tables(text: str):
    """Circled numbers, IBM and NEC characters, wave dashes, kanji beyond the BMP."""
    for encoding in ("cp932", "euc_jis_2004", "utf-16", "utf-8"):
        try:
            data = text.encode(encoding)
        except UnicodeEncodeError:
            continue
        read = decode(data, path="x").text
        # EUC-JP knows the wave as another character than CP932 does.
        assert read.replace("\u301c", "～") == text


@pytest.mark.parametrize("text", ["", "plain ascii", "café, naïve, 20°C ×2", "é", "Привет", "E-203\n"])
def test_utf8_stays_utf8(text: str):
    """What is valid UTF-8 and not Japanese in another reading is UTF-8."""
    assert text == decode(text.encode(), path="x").text


def test_damaged_line_is_left_out(read: Read):
    """A file with a broken character keeps its other lines; the broken one is reported, never guessed."""
    rows = [f"質問{n}ですか,回答{n}です\n".encode() for n in range(10)]
    rows[4] = rows[4].replace("回".encode(), b"\xe5\x9b")
    outcome = read("faq.csv", "質問,回答\n".encode() + b"".join(rows))
    assert len(outcome.documents) == 9
    assert outcome.messages == ["6 error: bytes that are not utf-8; the line is left out"]
    assert not any("\N{REPLACEMENT CHARACTER}" in document.answer for document in outcome.documents)


@pytest.mark.parametrize(
    "data", [bytes(range(128, 256)) * 4, b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" * 30, b"\xef\xbb\xbf\xff\xfe\n", b"\0" * 500]
)
def test_what_is_no_text_is_refused(data: bytes):
    """Bytes that fit nothing are an error that names a line."""
    with pytest.raises(SourceError) as caught:
        decode(data, path="faq.csv")
    assert caught.value.line == 1
    assert caught.value.exit_code == 3


def test_undecodable_names_byte_and_line():
    """The message says how far the best reading got."""
    with pytest.raises(SourceError, match="byte 6 is not utf-16-le"):
        decode(b"\xff\xfea\0\n\0b\0\x00\xd8c\0", path="x")


@pytest.mark.parametrize(
    "broken",
    [
        "設定を開きます".encode().decode("cp932", "ignore"),
        "設定を開きます".encode().decode("latin-1"),
        "せっていをひらく".encode("cp932").decode("latin-1"),
        "せっていをひらく".encode("euc_jp").decode("cp932"),
        "設定\N{REPLACEMENT CHARACTER}開きます",
    ],
)
def test_mojibake_is_pointed_out(read: Read, broken: str):
    """Text that was decoded wrongly before it reached us is a warning with its line."""
    outcome = read("faq.csv", f"質問,回答\n送料は？,五百円です\n解約は？,{broken}\n")
    assert [problem.error.line for problem in outcome.problems if "mojibake" in problem.error.message] == [3]


def test_ordinary_text_is_no_mojibake(read: Read):
    """Half-width katakana, rare kanji and accents are fine."""
    assert read("a.csv", "質問,回答\nﾊﾟｽﾜｰﾄﾞ､ﾒｰﾙとは｡,繧繝縁は畳の縁です。São Paulo の ã\n").problems == []


def test_ambiguous_bytes_are_an_error():
    """A few kanji in EUC-JP may as well be half-width katakana: nobody is told a guess."""
    with pytest.raises(SourceError, match=r"the encoding cannot be told: .* fit alike"):
        decode("特別永住者証\n".encode("euc_jp"), path="x")


def test_a_pasted_line_of_utf8_is_left_out(read: Read):
    """A short CP932 page with one line of UTF-8 bytes keeps its other lines; the line is an error."""
    lines = ["1. 送料", "", "全国一律五百円です。", "五千円から無料です。", "離島は千円です。"]
    data = "\r\n".join([*lines[:3], "@", *lines[3:]]).encode("cp932").replace(b"@", "沖縄も無料です。".encode())
    outcome = read("page.txt", data)
    assert [problem.error.line for problem in outcome.problems] == [4]
    assert "離島は千円です。" in outcome.documents[0].answer
    assert "沖縄" not in outcome.documents[0].answer
