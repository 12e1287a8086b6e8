"""Passages: phrasings and pieces of answers."""

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faqsearch.analyser import DocumentAnalyser
from faqsearch.documents import Document, Source
from faqsearch.passages import code, phrasings, prose, sentence_spans, split
from faqsearch.tokens import FugashiTokenizer

TEXTS = st.text(st.sampled_from(list("あ解約。！？「」（）\n `~a1 ")), max_size=200)


def faq(answer, **more):
    return Document("1", "faq", "解約したい", answer, Source("faq.csv"), **more)


@given(TEXTS)
def test_pieces_are_the_answer_without_gaps(answer):
    """Every character of the answer outside code and spaces is in exactly one piece, in order."""
    passages = [p for p in split(faq(answer), chars=50) if p.field == "answer"]

    assert all(answer[p.start : p.start + len(p.text)] == p.text for p in passages)
    assert all(a.start + len(a.text) <= b.start for a, b in pairwise(passages))
    shown = "".join("".join(p.text.split()) for p in passages)
    assert shown == "".join("".join(answer[a:b].split()) for a, b in prose(answer))


@given(TEXTS)
def test_code_and_prose_share_nothing(answer):
    """What is code is not prose."""
    assert len(code(answer)) + sum(b - a for a, b in prose(answer)) <= len(answer) + 1


def test_pieces_end_with_sentences_and_keep_to_their_size():
    """No piece is longer than asked for unless one sentence is."""
    answer = "手続きはマイページでできます。" * 20
    passages = [p.text for p in split(faq(answer), chars=100) if p.field == "answer"]

    assert all(len(text) <= 100 and text.endswith("。") for text in passages)
    assert len(passages) == 4


def test_phrasings_come_first_and_pieces_carry_their_question():
    """An encoder reads the question before a piece of its answer."""
    passages = list(split(faq("はい。", phrasings=("やめたい",)), chars=100))

    assert [(p.field, p.text, p.context) for p in passages] == [
        ("question", "解約したい", ""),
        ("question", "やめたい", ""),
        ("answer", "はい。", "解約したい"),
    ]


def test_a_section_is_also_asked_for_by_its_path():
    """A manual's section is found by its heading alone and together with those above it."""
    section = Document("1", "manual", "洗浄", "洗います。", Source("m.md", heading=("加湿器", "手入れ", "洗浄")))

    assert phrasings(section) == ("洗浄", "加湿器 手入れ 洗浄")
    assert [p.context for p in split(section, chars=100)][-1] == "加湿器 > 手入れ > 洗浄"


def test_code_blocks():
    """Fenced blocks, also with longer fences and without an end, are code."""
    assert code("a\n```py\nx = 1\n```\nb\n~~~~\n```\n~~~~\n") == "x = 1\n\n```\n"
    assert [("a\n```\nx"[a:b]) for a, b in prose("a\n```\nx")] == ["a\n"]
    assert sentence_spans("```\nx。\n```") == []


def pieces(answer, chars):
    return [p.text for p in split(faq(answer), chars=chars) if p.field == "answer"]


@pytest.mark.parametrize(
    "line",
    [
        "1. 電源を切ります。プラグを抜きます。5分ほど待ってから、ふたを開けてください。中の水が熱いことがあります。",
        "（2） 電源を切ります。プラグを抜きます。5分ほど待ってから、ふたを開けてください。中の水が熱いことがあります。",
        "E-203 | ミルの詰まり。豆を取り除きます。 | 電源を切ります。プラグを抜きます。5分ほど待ってから開けます。",
    ],
)
def test_a_row_or_a_step_is_not_cut(line):
    """All its sentences are in one piece, also when they would fill the one before and the next."""
    answer = f"はじめに説明書をお読みください。次の順に進めます。\n{line}\n{line}\n終わったら、ふたを閉めてもう一度電源を入れます。"
    found = pieces(answer, 60)

    assert [line in piece for piece in found].count(True) == 2
    assert "".join("".join(found).split()) == "".join(answer.split())


def test_a_step_that_is_a_page_long_is_cut_at_its_sentences():
    """Twice the size of a piece is as long as a line is kept together."""
    step = "1. " + "電源を切って、プラグを抜き、しばらく待ちます。" * 10
    found = pieces(step, 60)

    assert len(found) > 3
    assert all(piece.endswith("。") for piece in found)


@pytest.mark.parametrize(
    "sentence",
    [
        "店員が「返品できます。レシートは要りません。」と言いました。",
        "次の条件（未開封。8日以内。）を満たすこと！",
        "『はい。』を選ぶと進みますか？",
    ],
)
def test_quotes_and_brackets_stay_with_their_sentence(sentence):
    """。！？ end a sentence, but not inside of a quote or of brackets."""
    answer = sentence * 8

    assert all(piece.count(sentence) * len(sentence) == len(piece) for piece in pieces(answer, 50))


def test_the_heading_path_is_read_by_the_encoder_and_not_counted_by_bm25():
    """Each piece has the path as its context; the words of a section hold it once, however many pieces there are."""
    heading = ("加湿器", "手入れ", "洗浄")
    section = Document(
        "1", "manual", "洗浄", "水を捨てて、ぬるま湯ですすぎます。" * 20, Source("m.md", heading=heading)
    )
    passages = [p for p in split(section, chars=60) if p.field == "answer"]
    words = DocumentAnalyser(FugashiTokenizer(), 60).analyse([section]).words
    counted = Counter(words.terms[i] for i in words.ids.tolist())

    assert len(passages) > 4
    assert {p.context for p in passages} == {"加湿器 > 手入れ > 洗浄"}
    assert counted["加湿"] == 1
