"""tokens: terms for the index and for questions."""

from __future__ import annotations

import subprocess
import sys
import time
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faqsearch.index.lexicon import StoredReadings, lexicon_arrays
from faqsearch.tokens import FugashiTokenizer, KanaLexicon, QueryTerm, Tokenizer, is_kana_question
from golden_cases import Case, read_cases

USER_WORDS = ("らくらく便", "ぴたポン", "京都", "スマートお届け")
TOKENIZER = FugashiTokenizer(user_words=USER_WORDS)
PLAIN = FugashiTokenizer()

anything = st.text(
    st.characters() | st.characters(categories=["Cs"]) | st.sampled_from("ぴたポンE-2031,0①ｶﾞか\u3099\0\n ・アイ@:/.")
)


def groups(terms: list[QueryTerm]) -> str:
    """Write query terms as golden files do: a line for each group, `*` before a weight other than 1."""
    lines: dict[int, list[str]] = {}
    for term in terms:
        lines.setdefault(term.group, []).append(term.term if term.weight == 1 else f"{term.term}*{term.weight:g}")
    return "\n".join(" | ".join(line) for line in lines.values())


@pytest.mark.parametrize("case", read_cases("words.txt"), ids=lambda case: case.title)
def test_words(case: Case) -> None:
    """Words are lemmas without particles; codes are whole and in parts."""
    assert case.expected.split() == TOKENIZER.words(case.given)


@pytest.mark.parametrize("case", read_cases("bigrams.txt"), ids=lambda case: case.title)
def test_bigrams(case: Case) -> None:
    """Bigrams stay within a run of letters."""
    assert case.expected.split() == TOKENIZER.bigrams(case.given)


@pytest.mark.parametrize("case", read_cases("query_words.txt"), ids=lambda case: case.title)
def test_query_words(case: Case) -> None:
    """A question's words come weighted, with their alternatives."""
    assert case.expected == groups(TOKENIZER.query_words(case.given))


@pytest.mark.parametrize("case", read_cases("readings.txt"), ids=lambda case: case.title)
def test_readings(case: Case) -> None:
    """First line: the reading; second line: the terms of the reading leg."""
    reading, ngrams = case.expected.split("\n")
    assert reading == TOKENIZER.reading(case.given)
    assert ngrams.split() == TOKENIZER.reading_ngrams(case.given)


@pytest.mark.parametrize("case", read_cases("tokens.txt"), ids=lambda case: case.title)
def test_tokens(case: Case) -> None:
    """Tokens stand where the text handed in has them."""
    lines = [
        f"{t.start}-{t.end} {t.surface} {' '.join(t.terms) if t.terms else '-'}" for t in TOKENIZER.tokens(case.given)
    ]
    assert case.expected.split("\n") == lines


def test_implements_the_interface() -> None:
    """FugashiTokenizer is a Tokenizer."""
    tokenizer: Tokenizer = PLAIN
    assert tokenizer.words("解約") == ["解約"]


@given(anything)
def test_tokens_are_in_the_text(text: str) -> None:
    """Tokens lie in the text, in order, and their surface is what stands there."""
    tokens = TOKENIZER.tokens(text)
    assert [t.surface for t in tokens] == [text[t.start : t.end] for t in tokens]
    starts = [t.start for t in tokens]
    assert starts == sorted(starts)
    assert all(0 <= t.start < t.end <= len(text) for t in tokens)


@given(anything)
def test_any_text_gives_terms(text: str) -> None:
    """No text crashes, no term is empty or holds white space, and the same text gives the same terms again."""
    words = TOKENIZER.words(text)
    for terms in (words, TOKENIZER.bigrams(text), TOKENIZER.reading_ngrams(text)):
        assert all(term and not any(c.isspace() for c in term) for term in terms)
    assert words == TOKENIZER.words(text)
    assert [words, words] == TOKENIZER.words_many([text, text])


@given(anything)
def test_a_question_finds_its_own_text(text: str) -> None:
    """Each word of a question holds a term that the same text gives an index, so a text always finds itself."""
    stored = set(TOKENIZER.words(text))
    asked = TOKENIZER.query_words(text)
    found = {term.group for term in asked if term.term in stored}
    assert found >= {term.group for term in asked if term.origin == "word"}


@pytest.mark.parametrize(
    "sentence", ["パスワードを忘れたときの手続きです。\n", "E-203が出た、Windows11の場合。", "ログイン 再発行"]
)
def test_long_text_is_its_sentences(sentence: str) -> None:
    """Cutting long input into pieces changes no term."""
    assert TOKENIZER.words(sentence * 1000) == TOKENIZER.words(sentence) * 1000


def test_a_million_characters() -> None:
    """Long input is cut into pieces before MeCab's lattice can grow with it, whatever it holds."""
    start = time.process_time()
    PLAIN.words("パスワードを忘れました。" * 84_000)
    for text in ("ア" * 100_000, "a" * 100_000, "1,0" * 30_000, "ア・" * 50_000, "-" * 100_000):
        PLAIN.words(text)
    assert time.process_time() - start < 60


def test_user_words_change_the_fingerprint() -> None:
    """Terms that would differ show in the fingerprint; the order of user words does not matter."""
    assert PLAIN.fingerprint != TOKENIZER.fingerprint
    assert TOKENIZER.fingerprint == FugashiTokenizer(user_words=USER_WORDS[::-1]).fingerprint
    assert PLAIN.fingerprint == FugashiTokenizer(user_words=["", " "]).fingerprint


def test_thousands_of_user_words() -> None:
    """A long word list is found by longest match, and soon."""
    tokenizer = FugashiTokenizer(user_words=[f"みなと{i}号" for i in range(5000)])
    assert "みなと4999号" in tokenizer.words("昨日みなと4999号に乗った")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("かいやくしたい", True),
        ("ぱすわーどわすれた", True),
        ("パスワードわすれてしまった", True),
        ("Wi-Fiがつながらない", True),
        ("解約したい", False),
        ("パスワード", False),
        ("Office 365", False),
        ("", False),
    ],
)
def test_is_kana_question(text: str, expected: bool) -> None:
    """A question in kana holds no kanji and is mostly hiragana."""
    assert expected is is_kana_question(text)


CORPUS = (
    "定期便を解約したい",
    "パスワードを忘れた場合の手続き",
    "商品を返品したいときは送料がかかりますか",
    "Windows11で使えますか",
    "引っ越した時の住所の変更",
    "解約と契約の違い",
)
LEXICON = KanaLexicon(
    StoredReadings(lexicon_arrays(Counter(pair for text in CORPUS for pair in PLAIN.kana_words(text)), {}))
)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("かいやくしたい", ["解約"]),
        ("ぱすわーどわすれた", ["パスワード", "忘れる"]),
        ("へんぴんしたい", ["返品"]),
        ("へんぴんのそうりょう", ["返品", "送料"]),
        ("ひっこしたときのじゅうしょへんこう", ["引っ越す", "住所", "変更"]),
        ("Windows11でつかえますか", ["windows", "11", "使う"]),
    ],
)
def test_kana_question(question: str, expected: list[str]) -> None:
    """A question in kana is cut into the words of the corpus, where MeCab alone finds none of them."""
    terms = [term.term for term in PLAIN.query_words(question, kana=LEXICON) if term.weight == 1]
    assert expected == terms


def test_imports_nothing_heavy() -> None:
    """Tokenizing needs no numpy, and importing the package of tokens not even the dictionary."""
    code = (
        "import sys, faqsearch.tokens; print(sorted({'numpy', 'regex', 'fugashi', 'unidic_lite'} & set(sys.modules)))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
