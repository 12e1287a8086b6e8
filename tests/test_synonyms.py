"""synonyms: three formats, expansion in the word's own group, and a check that finds mistakes by line."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faqsearch.errors import DictionaryError
from faqsearch.synonyms import Synonyms, check
from faqsearch.synonyms.expansion import WEIGHT
from faqsearch.synonyms.files import key
from faqsearch.tokens import FugashiTokenizer

TOKENIZER = FugashiTokenizer()


def load(tmp_path: Path, text: str) -> Synonyms:
    path = tmp_path / "synonyms.txt"
    path.write_text(text, encoding="utf-8")
    return Synonyms.load([path])


def expanded(synonyms: Synonyms, question: str) -> dict[str, tuple[int, float]]:
    """Only what expansion added: label, group and weight."""
    terms = TOKENIZER.query_words(question)
    return {t.term: (t.group, t.weight) for t in synonyms.expand(terms, TOKENIZER, text=question)[len(terms) :]}


def lines(problems: list[object], tmp_path: Path) -> list[str]:
    return [str(problem).removeprefix(f"{tmp_path}/") for problem in problems]


def test_group(tmp_path: Path) -> None:
    """In a group each word stands for each, in the group of the word asked and for less than its weight."""
    synonyms = load(tmp_path, "解約,退会,キャンセル\n")
    assert expanded(synonyms, "定期便を解約したい") == {"退会": (2, WEIGHT), "キヤンセル": (2, WEIGHT)}
    assert set(expanded(synonyms, "キャンセルは?")) == {"解約", "退会"}


def test_arrow(tmp_path: Path) -> None:
    """An arrow leads one way."""
    synonyms = load(tmp_path, "サブスク、サブスクリプション => 定期便")
    assert expanded(synonyms, "サブスクをやめる") == {"定期 便": (0, 2 * WEIGHT)}  # サブ and スク
    assert expanded(synonyms, "定期便をやめる") == {}


@pytest.mark.parametrize(
    "spellings",
    [
        ("申し込み", "申込み", "申込", "お申し込み", "申し込む"),
        ("問い合わせ", "問合せ", "お問い合わせ"),
        ("取り消しボタン", "取消ボタン"),
        ("組み合わせる", "組合せ"),
        ("水が漏れる", "水漏れ"),
    ],
)
def test_okurigana_make_no_other_word(spellings: tuple[str, ...]) -> None:
    """Of words with two kanji, all spellings are one."""
    assert len({key(word) for word in spellings}) == 1


@pytest.mark.parametrize(
    ("word", "inside"),
    [
        ("まとめて発送", "発送"),
        ("かぞく会員", "会員"),
        ("定期便をやめる", "定期便"),
        ("作動しない", "作動"),
        ("見当たらない", "見当"),
        ("心配ない", "心配"),
        ("注文をまとめて変更", "注文変更"),
    ],
)
def test_a_word_with_kana_of_its_own_is_another_word(tmp_path: Path, word: str, inside: str) -> None:
    """Who asks for 発送 does not ask for what goes with まとめて発送."""
    synonyms = load(tmp_path, f"{word},ほかのこと\n")
    assert synonyms.of(word) == ["ほかのこと"]
    assert synonyms.of(inside) == []


def test_sudachi(tmp_path: Path) -> None:
    """Lines of one number are a group; flag 1 is found but not asked, flag 2 is deleted."""
    synonyms = load(
        tmp_path,
        "000001,1,0,1,0,0,0,(),宛先,,\n000001,1,0,2,0,0,0,(),送り先,,\n000001,1,1,3,0,0,0,(),届け先,,\n"
        "000001,1,2,4,0,0,0,(),行き先,,\n\n000002,,,,,,,,曖昧,,\n000002,,,,,,,,不明確,,\n",
    )
    assert set(expanded(synonyms, "宛先の変更")) == {"送り先", "届け先"}
    assert expanded(synonyms, "届け先") == {}
    assert expanded(synonyms, "行き先") == {}
    assert set(expanded(synonyms, "曖昧な答え")) == {"不 明確"}
    assert synonyms.problems == ()


def test_phrase(tmp_path: Path) -> None:
    """A synonym of several words is a phrase, and an entry of several words is found as one."""
    synonyms = load(tmp_path, "クレカ,クレジットカード\nカード,券\n")
    terms = TOKENIZER.query_words("クレカの番号")
    (added,) = synonyms.expand(terms, TOKENIZER)[len(terms) :]
    assert added.phrase == ("クレジット", "カード")
    assert added.origin == "synonym"
    assert expanded(synonyms, "クレジットカードで払う") == {"クレカ": (0, 2 * WEIGHT)}  # and not 券
    assert expanded(synonyms, "クレジットのカード") == {"券": (1, WEIGHT)}


@pytest.mark.parametrize("question", ["引っ越し", "引越", "引越し", "引っ越す", "ﾋｯｺｼの引越し"])
def test_spellings_meet(tmp_path: Path, question: str) -> None:
    """A word of the file is found however it is spelt."""
    assert "転居" in expanded(load(tmp_path, "引越し,転居"), question)


def test_what_is_asked_already_is_not_added(tmp_path: Path) -> None:
    """A synonym that the question holds anyway would count one word twice."""
    assert expanded(load(tmp_path, "解約,退会"), "解約と退会の違い") == {}


def test_words_without_meaning_are_not_expanded(tmp_path: Path) -> None:
    """Nobody looks for the synonyms of 方法."""
    assert expanded(load(tmp_path, "方法,やり方"), "解約の方法") == {}


def test_comments_marks_and_escapes(tmp_path: Path) -> None:
    """Comments, byte order mark, full-width commas and escaped commas are understood."""
    synonyms = load(tmp_path, "\ufeff# 種類\n解約，退会 # よく来る\n\n1\\,000円,千円\n")
    assert [rule.words for rule in synonyms.rules] == [("解約", "退会"), ("1,000円", "千円")]
    assert synonyms.problems == ()


def test_a_mistake_does_not_stop_the_rest(tmp_path: Path) -> None:
    """Bad lines are reported by number, the others work."""
    synonyms = load(tmp_path, "解約\na => b => c\n=> 退会\n退会 =>\n,,\n000001,1,0\n解約,退会\n")
    assert [(p.line, p.level) for p in synonyms.problems] == [(n, "error") for n in range(1, 7)]
    assert set(expanded(synonyms, "解約")) == {"退会"}
    assert lines(list(synonyms.problems), tmp_path)[0] == (
        "synonyms.txt:1: error: 解約 stands alone: a group needs two words or more"
    )


def test_unreadable_files(tmp_path: Path) -> None:
    """A missing file and one in another encoding are errors with a hint."""
    with pytest.raises(DictionaryError, match=r"missing\.txt") as error:
        Synonyms.load([tmp_path / "missing.txt"])
    assert error.value.hint
    (tmp_path / "sjis.txt").write_bytes("解約,退会".encode("cp932"))
    with pytest.raises(DictionaryError, match="not UTF-8"):
        Synonyms.load([tmp_path / "sjis.txt"])


def test_check_without_an_index(tmp_path: Path) -> None:
    """Repeats, words in two groups, chains and near spellings have their lines."""
    synonyms = load(
        tmp_path,
        "解約,退会,解約\n退会,脱退\n携帯 => スマホ\nスマホ => スマートフォン\nA型 => B型\nB型 => A型\n"
        "キャンセル,取りやめ\nキャンセノレ,中止\n退会,解約\n",
    )
    assert lines(check(synonyms, TOKENIZER), tmp_path) == [
        "synonyms.txt:1: warning: 解約 is there twice (spellings of one word count as one)",
        "synonyms.txt:2: warning: 退会 is also in the group of line 1: join the groups, or take it out of one",
        "synonyms.txt:3: warning: line 4 leads on from スマホ, but only one step is taken",
        "synonyms.txt:5: warning: line 6 leads back from B型: write one group instead",
        "synonyms.txt:6: warning: line 5 leads back from A型: write one group instead",
        "synonyms.txt:9: warning: the same group as in line 1",
    ]


def test_check_with_an_index(tmp_path: Path) -> None:
    """With an index, unknown words and slips of known words are found."""
    synonyms = load(
        tmp_path, "解約,サブスク解除\nパスワード,暗証番号\nパスワド => 合言葉\n幽霊,お化け\nパズワード,鍵\n"
    )
    documents = set(TOKENIZER.words("定期便の解約、パスワードと合言葉と鍵を忘れた"))
    assert lines(check(synonyms, TOKENIZER, documents.__contains__), tmp_path) == [
        "synonyms.txt:1: note: no document has サブスク解除",
        "synonyms.txt:2: note: no document has 暗証番号",
        "synonyms.txt:3: warning: パスワド looks like a slip of パスワード",
        "synonyms.txt:4: warning: no document has 幽霊 or お化け: no use",
        "synonyms.txt:5: note: no document has パズワード",
        "synonyms.txt:5: warning: パズワード looks like a slip of パスワード",
    ]


def test_words_of_their_own_are_no_slips(tmp_path: Path) -> None:
    """ストップ is a word, even if no document has it, and not a slip of スキップ, as スキププ is."""
    synonyms = load(tmp_path, "スキップ,飛ばす\n停止,ストップ\n停止する,スキププ\n")
    documents = set(TOKENIZER.words("スキップと停止ができます"))
    words = {"ストップ", "スキップ"}
    assert [
        str(p) for p in check(synonyms, TOKENIZER, documents.__contains__, words.__contains__) if "slip" in str(p)
    ] == [f"{tmp_path}/synonyms.txt:3: warning: スキププ looks like a slip of スキップ"]
    compounds = load(tmp_path, "請求書払い,掛け払い\n請求所払い,後払い\n")
    assert [p.line for p in check(compounds, TOKENIZER, is_word=lambda _: True)] == [2]
    synonyms = load(tmp_path, "スキップ,飛ばす\n停止,ストップ\n")
    assert not any(problem.line == 2 for problem in check(synonyms, TOKENIZER, is_word=words.__contains__))
    assert any(problem.line == 2 for problem in check(synonyms, TOKENIZER))


def test_another_word_of_the_same_spelling_is_not_there_twice(tmp_path: Path) -> None:
    """切り替え and 切り替える find different words of documents; 値引 and 値引き the same."""
    synonyms = load(tmp_path, "変更,切り替え,切り替える\n割引,値引き,値引\n")
    assert lines(check(synonyms, TOKENIZER), tmp_path) == [
        "synonyms.txt:2: warning: 値引 is there twice (spellings of one word count as one)"
    ]


def test_versions_are_no_slips(tmp_path: Path) -> None:
    """Another digit is another thing."""
    synonyms = load(tmp_path, "Windows10,ウィン10\nWindows11,ウィン11\n")
    assert check(synonyms, TOKENIZER) == []


def test_a_large_dictionary_loads_at_once(tmp_path: Path) -> None:
    """Seventy thousand lines load in well under a second of processor time."""
    path = tmp_path / "large.txt"
    path.write_text("".join(f"{i // 3:06d},1,0,1,0,0,0,(),語彙の{i}番,,\n" for i in range(72_000)), encoding="utf-8")
    start = time.process_time()
    synonyms = Synonyms.load([path])
    assert time.process_time() - start < 2
    assert len(synonyms.rules) == 24_000


@given(st.text(st.characters(codec="utf-8") | st.sampled_from(",=>#、，\\\n0123456789語 ")))
def test_any_file_can_be_read(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    """Whatever a file holds, loading, checking and expanding give problems at most."""
    path = tmp_path_factory.getbasetemp() / "any.txt"
    path.write_text(text, encoding="utf-8")
    synonyms = Synonyms.load([path])
    check(synonyms, TOKENIZER, lambda _: False)
    for rule in synonyms.rules:
        for word in rule.words:
            synonyms.expand(TOKENIZER.query_words(word), TOKENIZER)
