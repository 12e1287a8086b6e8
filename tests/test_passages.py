"""Passages: phrasings and pieces of answers."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from faqsearch.documents import Document, Source
from faqsearch.passages import code, phrasings, prose, sentence_spans, split

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
