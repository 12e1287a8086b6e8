"""What completes what has been typed, and what was meant by what was misspelt."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from faqsearch.build import build_index
from faqsearch.documents import Document, Source
from faqsearch.index.completions import BEGIN, END, Completions
from faqsearch.index.misspellings import Misspellings, comparable, misspelling_arrays
from faqsearch.index.spill import Spill
from faqsearch.index.wordings import CompletionsBuilder, pack_wordings
from faqsearch.search import open_index
from faqsearch.suggest import suggest, wordings
from faqsearch.tokens import FugashiTokenizer
from faqsearch.tokens.romaji import sound, to_romaji, typed_romaji

TOKENIZER = FugashiTokenizer()


class Fake:
    """An index that holds nothing but wordings."""

    def __init__(self, *documents):
        self._documents = documents
        self.completions = Completions(built((documents, range(len(documents)))))

    def documents(self, numbers):
        return [self._documents[number] for number in numbers]


@given(
    st.lists(
        st.sampled_from(
            [
                "切って",
                "切っ",
                "きゃく",
                "ゃ",
                "ぃ",
                "っ",
                "ー",
                "て",
                "送料",
                "E-203",
                "Wi-Fi",
                "トゥ",
                "で",
                "ディスク",
                " ",
            ]
        ),
        max_size=6,
    ).map("".join)
)
@example("切っ手でぃっきょ")
def test_words_are_read_as_in_their_text(text):
    """The reading of a wording is that of all of it: kana of two words may be one sound, and っ is of the next word."""
    document = Document("x", "faq", text, "答え", Source("a"))
    marked = []
    for word in TOKENIZER.spellings(" ".join(text.split())):
        said = word.read.strip().casefold()
        marked.append(f"{BEGIN}{said}{END}" if word.content and to_romaji(said) else said)

    assert [wording.read for wording in wordings([document], TOKENIZER.spellings)] == (
        [to_romaji("".join(marked))] if text.strip() else []
    )


def built(*parts):
    """The arrays of the wordings of documents with their numbers, added one part after the other."""
    builder = CompletionsBuilder(Spill(Path("unused")))
    for documents, numbers in parts:
        builder.add(pack_wordings(wordings(documents, TOKENIZER.spellings)), np.array(numbers, dtype=np.int32))
    return builder.arrays()


def entry(name, question, *phrasings, kind="faq"):
    return Document(name, kind, question, "", Source("x"), phrasings)


def texts(index, typed, k=8):
    return [suggestion.text for suggestion in suggest(index, TOKENIZER, typed, k=k)]


@pytest.mark.parametrize(
    "typed",
    ["pasuwa", "pasuw", "pasuwa-do", "pasuwado", "ぱすわ", "パスワ", "ﾊﾟｽﾜ", "ぱすw", "PASUWA", "パスワード わ", "パスワード を忘",
     "wasure", "わすれ", "忘", "忘れ pasu", "パスワードを忘れ", "　ぱすわ　"],
)  # fmt: skip
def test_writing_kana_and_romaji_complete_alike(searcher, typed):
    """However the beginning of a word is typed, the question with that word comes."""
    assert searcher.suggest(typed)[0].text == "パスワードを忘れました。"
    assert searcher.suggest(typed)[0].id == "password"
    assert searcher.suggest(typed)[0].kind == "question"


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("kaiya", "サブスクの解約方法"),
        ("解約 ho", "サブスクの解約方法"),
        ("sousin", None),
        ("souryo", "送料はいくらですか。"),
        ("ryoushuu", "領収書を発行してもらえますか。"),
        ("ryousyuu", "領収書を発行してもらえますか。"),
        ("お送料", "送料はいくらですか。"),
        ("e203", "E-203 水位の異常"),
        ("Ｅ－２", "E-203 水位の異常"),
        ("E-", "E-203 水位の異常"),
        ("送料？", "送料はいくらですか。"),
        ("解約ほ", "サブスクの解約方法"),
    ],
)
def test_what_is_typed_finds_a_wording(searcher, typed, expected):
    """Romaji of every school, half-converted words, codes without hyphen, お before a word, punctuation after it."""
    found = [suggestion.text for suggestion in searcher.suggest(typed)]

    assert (expected in found) if expected else (found == [])


@pytest.mark.parametrize("typed", ["", " ", "。", "zzzz", "\x00", "\ud800", "ー", "っ", "ん" * 5000, "あ ん " * 5000])
def test_odd_input_completes_to_nothing(searcher, typed):
    """Nothing typed, or nothing anybody stored, gives an empty list, never an error."""
    assert searcher.suggest(typed) == []


def test_a_wording_that_begins_so_comes_before_one_that_goes_on_so():
    """The beginning counts before the length, questions before other phrasings, short before long, then corpus order."""
    index = Fake(
        entry("later", "旧送料"),
        entry("phrasing", "配達の料金", "送料"),
        entry("long", "送料が変わるのはいつですか"),
        entry("short", "送料の支払い"),
        entry("same", "送料の支払月"),
    )

    assert texts(index, "送料") == ["送料の支払い", "送料の支払月", "送料が変わるのはいつですか", "送料", "旧送料"]


def test_a_document_is_suggested_once_while_there_are_others():
    """A second wording of a document only fills places that no other document wants; equal texts come once."""
    index = Fake(entry("a", "送料一", "送料二", "送料三"), entry("b", "送料のこと"), entry("c", "送料のこと"))

    assert texts(index, "送料", k=2) == ["送料一", "送料のこと"]
    assert texts(index, "送料", k=3) == ["送料一", "送料のこと", "送料二"]


def test_headings_are_suggested_as_such(searcher):
    """A manual section is suggested by its own heading."""
    suggestion = searcher.suggest("zyunb")[0]

    assert (suggestion.kind, suggestion.text) == ("heading", "準備")


def test_all_words_typed_must_begin_a_word():
    """Several words narrow down, in any order; one that begins no word leaves nothing."""
    index = Fake(entry("a", "定期便の送料"), entry("b", "通常の送料"))

    assert texts(index, "送料 teiki") == ["定期便の送料"]
    assert texts(index, "送料 zzz") == []


KANA = st.text(
    alphabet="あいうえおかきくけこさしすせそたちつてとなにぬねのパピプペポャュョッーんabk1- 解約料", max_size=12
)


@given(st.lists(KANA, min_size=1, max_size=6), KANA)
def test_search_in_the_table_equals_looking_at_every_wording(stored, typed):
    """Binary search over sorted bytes finds what a scan of all words finds."""
    index = Fake(*(entry(f"d{i}", text) for i, text in enumerate(stored)))
    completions = index.completions
    for form in {typed, typed_romaji(typed)} - {""}:
        expected = {
            (wording.document, later)
            for wordings_of in completions.wordings().values()
            for wording in wordings_of
            for marked in (wording.written, wording.read)
            for start, later in beginnings(marked)
            if start.startswith(form)
        }
        ranks = completions.ranks(form)
        numbers, later = ranks % len(completions), ranks >= len(completions)
        found = set(zip(completions.documents[numbers].tolist(), later.tolist(), strict=True))

        assert expected == found


def beginnings(marked):
    """Yield (text from there on, whether it is a later word), the slow way."""
    plain = marked.replace("\x1f", "").replace("\x1e", "")
    yield plain, False
    for i, part in enumerate(marked.split("\x1f")[1:]):
        rest = "\x1f".join(marked.split("\x1f")[i + 1 :]).replace("\x1f", "").replace("\x1e", "")
        if part and rest != plain:
            yield rest, i > 0


@example([["お ー料"]])
@given(st.lists(st.lists(KANA.filter(str.strip), min_size=1, max_size=3), max_size=5))
def test_wordings_come_back_as_they_went_in(stored):
    """An update takes the wordings of unchanged documents out of the index instead of tokenizing them again."""
    documents = [entry(f"d{i}", first, *others) for i, (first, *others) in enumerate(stored)]
    given_in = wordings(documents, TOKENIZER.spellings)
    arrays = built((documents, range(len(documents))))
    back = [wording for own in Completions(arrays).wordings().values() for wording in own]

    assert [(w.document, w.place, w.written) for w in given_in] == [(w.document, w.place, w.written) for w in back]
    assert [w.read for w in given_in] == [w.read for w in back]


def test_the_order_of_adding_does_not_matter():
    """An update adds new documents first; the file is the same byte for byte."""
    documents = [entry("a", "送料", "配送料"), entry("b", "解約"), entry("c", "解約")]
    ours = built((documents, range(3)))
    theirs = built((documents[1:], [1, 2]), (documents[:1], [0]))

    assert list(ours) == list(theirs)
    assert all(np.array_equal(ours[name], theirs[name]) for name in ours)


def test_an_empty_index_suggests_nothing():
    """No wording at all is no special case."""
    assert texts(Fake(), "a") == []
    assert Fake().completions.misspellings.nearest("ぱすわど") is None


@pytest.mark.parametrize(
    ("typed", "kana"),
    [
        ("sha", "しゃ"), ("sya", "しゃ"), ("chi", "ち"), ("tsu", "つ"), ("fu", "ふ"), ("ji", "じ"), ("zyu", "じゅ"),
        ("netto", "ネット"), ("ko-hi-", "コーヒー"), ("kohi", "コーヒー"), ("disuku", "ディスク"), ("konnnichi", "こんにち"),
        ("kyanseru", "キャンセル"),
    ],
)  # fmt: skip
def test_romaji_of_every_school_is_one_spelling(typed, kana):
    """What is typed in romaji and what is read from kana become the same letters."""
    from faqsearch.text import to_hiragana

    assert typed_romaji(typed) == to_romaji(to_hiragana(kana))


@pytest.mark.parametrize(
    "word", ["しゃしん", "ちゅうもん", "ネット", "コンビニ", "きっぷ", "ファックス", "りょうしゅうしょ"]
)
def test_every_beginning_of_a_word_is_a_beginning_of_its_romaji(word):
    """Typing kana one by one never loses the word on the way."""
    from faqsearch.text import to_hiragana

    whole = to_romaji(to_hiragana(word))
    for end in range(1, len(word) + 1):
        if word[end : end + 1] not in tuple("ゃゅょャュョァィゥェォ"):
            assert whole.startswith(typed_romaji(word[:end]))


@pytest.mark.parametrize(
    ("misspelt", "meant"),
    [("パスワド", "パスワード"), ("パスード", "パスワード"), ("パワスード", "パスワード"), ("パスワワード", "パスワード"),
     ("解役", "解約"), ("pasuwado", "パスワード")],
)  # fmt: skip
def test_misspelt_words_are_recognised(searcher, misspelt, meant):
    """A letter too many, missing or swapped, or other kanji of the same sound: the stored word is offered."""
    from faqsearch.suggest import did_you_mean

    text = f"{misspelt} 宇宙"

    assert did_you_mean(searcher.index, TOKENIZER, text) == f"{meant} 宇宙"


@pytest.mark.parametrize("question", ["パスワードを忘れた", "宇宙旅行", "E-204", "zzzzqqqq", "ハス", "", "領収書 送料"])
def test_right_unknown_and_short_words_are_left_alone(searcher, question):
    """Words that documents hold, model numbers and what is near nothing are not corrected."""
    from faqsearch.suggest import did_you_mean

    assert did_you_mean(searcher.index, TOKENIZER, question) is None


@pytest.mark.parametrize(("threshold", "meant"), [(2.0, "パスワード 紛失"), (0.0, None)])
def test_results_say_what_was_meant_only_without_an_answer(searcher, monkeypatch, threshold, meant):
    """`did_you_mean` belongs to results that are not answered, and is always in their JSON."""
    monkeypatch.setattr("faqsearch.answering.threshold", lambda: threshold)
    results = searcher.search("パスワド 紛失")

    assert results.did_you_mean == meant
    assert results.to_json()["did_you_mean"] == meant


def test_other_kanji_of_the_same_sound_are_offered_only_for_an_answer(searcher, monkeypatch):
    """Every word sounds like some other one, so a hit that is a little surer does not show that the other was meant."""
    assert searcher.search("解役 宇宙").did_you_mean == "解約 宇宙"
    assert searcher.search("解約 宇宙").answered

    monkeypatch.setattr("faqsearch.answering.threshold", lambda: 2.0)

    assert searcher.search("解役 宇宙").did_you_mean is None


def test_a_worse_question_is_not_offered(searcher, monkeypatch):
    """A "correction" that makes the best hit less sure is none."""
    monkeypatch.setattr("faqsearch.suggest.did_you_mean", lambda index, tokenizer, text: "宇宙人")

    assert searcher.search("パスワド 紛失 宇宙船").did_you_mean is None


WORDS = st.lists(st.text(alphabet="あいうえ", min_size=2, max_size=6), min_size=1, max_size=8, unique=True)


@given(WORDS, st.text(alphabet="あいうえ", min_size=1, max_size=6))
def test_nearest_equals_comparing_with_every_word(stored, typed):
    """The table of deletions finds the word that a scan with the edit distance finds."""
    forms = [comparable(word, to_romaji(word)) for word in stored]
    every = np.arange(len(forms), dtype=np.int32)
    misspellings = Misspellings(misspelling_arrays(forms, every, np.ones_like(every)))
    near = [(distance(word, typed), word) for word in stored]
    near = [(d, word) for d, word in near if d == 0 or (d == 1 and min(len(word), len(typed)) >= 3)]
    reachable = [(d, word) for d, word in near if d == 0 or max(len(word), len(typed)) >= 4]
    found = misspellings.nearest(sound(typed, to_romaji(typed)))

    assert (found and found[0]) == (min(reachable)[1] if reachable else None)


def distance(a, b):
    """Damerau's distance (optimal string alignment), the textbook way."""
    table = np.add.outer(np.arange(len(a) + 1), np.arange(len(b) + 1))
    for i in range(1, len(a) + 1):
        for j in range(1, len(b) + 1):
            ways = [table[i - 1, j] + 1, table[i, j - 1] + 1, table[i - 1, j - 1] + (a[i - 1] != b[j - 1])]
            if i > 1 and j > 1 and a[i - 1] == b[j - 2] and a[i - 2] == b[j - 1]:
                ways.append(table[i - 2, j - 2] + 1)
            table[i, j] = min(ways)
    return table[-1, -1]


def test_the_file_of_wordings_is_the_same_after_each_build(corpus, index_folder, tmp_path):
    """Two builds of one corpus write the same bytes."""
    build_index(corpus, tmp_path / "again")

    assert (index_folder / "000001" / "suggest.bin").read_bytes() == (
        tmp_path / "again/000001/suggest.bin"
    ).read_bytes()


def test_a_search_does_not_open_the_wordings(index_folder):
    """Only a key press, or a question without an answer, opens them."""
    searcher = open_index(index_folder)
    searcher.search("パスワードを忘れました。")

    assert "completions" not in vars(searcher.index)
    assert json.dumps([s.to_json() for s in searcher.suggest("送料")])
    assert "completions" in vars(searcher.index)
