"""The compiled kernel gives what numpy gives: scores to the last bit, dot products to the last but a few."""

from __future__ import annotations

import numpy as np
import pytest

from faqsearch import build_index, kernel, open_index
from faqsearch.errors import IndexFormatError
from faqsearch.vocabulary import Vocabulary, vocabulary_arrays

pytestmark = pytest.mark.skipif(kernel.compiled is None, reason="faqsearch was installed without a C compiler")

ROWS = [
    (
        "パスワードを忘れたときは？",
        "再設定の画面を開きます。メールで届く番号を入力してください。番号は十分で切れます。",
    ),
    ("パスワードを変更したい", "設定画面の「パスワードの変更」から変更できます。古いパスワードが必要です。"),
    ("会員登録の解約方法", "マイページから解約できます。解約すると予約も取り消されます。"),
    ("領収書の再発行", "購入履歴から領収書を再発行できます。再発行は三回までです。宛名の変更もできます。"),
    ("配送先の住所を変えたい", "発送の前なら、注文履歴から配送先を変更できます。発送の後は窓口へご連絡ください。"),
    ("予約の取り消し", ""),
]
QUESTIONS = [
    "パスワード 忘れた",
    "領収書をもう一度発行してほしい",
    "登録した住所の変更方法を教えてください",
    "会員をやめて解約したい。予約はどうなりますか",
    "配送",
    "zzz",
    "は",
    "再設定再発行再配達",
]


@pytest.fixture(scope="module")
def searcher(tmp_path_factory):
    folder = tmp_path_factory.mktemp("kernel")
    lines = ["質問,回答", *(f"{question},{answer}" for question, answer in ROWS)]
    (folder / "faq.csv").write_text("\n".join(lines), encoding="utf-8")
    (folder / "synonyms.txt").write_text("領収書,レシート の 控え\nやめる,利用 を 終える\n", encoding="utf-8")
    build_index(folder, folder / "index")
    return open_index(folder / "index")


def both(monkeypatch, ask):
    """What the kernel gives, and what numpy gives."""
    fast = ask()
    monkeypatch.setattr(kernel, "compiled", None)
    slow = ask()
    monkeypatch.undo()
    return fast, slow


@pytest.mark.parametrize("question", QUESTIONS)
def test_candidates_are_the_same_with_and_without_the_kernel(searcher, monkeypatch, question):
    asked = searcher.understand(question)
    vector = searcher.encode([asked])
    fast, slow = both(monkeypatch, lambda: searcher.candidates(asked, vector, every_leg=True))
    assert fast.documents.tolist() == slow.documents.tolist()
    assert fast.phrasings.tolist() == slow.phrasings.tolist()
    assert fast.sentences.tolist() == slow.sentences.tolist()
    assert list(fast.scores) == list(slow.scores)
    for leg, scores in slow.scores.items():
        if leg in ("dense", "topic", "context", "meaning", "implied"):
            np.testing.assert_allclose(fast.scores[leg], scores, atol=1e-6, err_msg=leg)
        else:
            # One unit in the last place: numpy sums a single column pairwise.
            np.testing.assert_allclose(fast.scores[leg], scores, rtol=2e-7, atol=0, err_msg=leg)


def test_terms_are_looked_up_by_their_spelling_too(monkeypatch):
    terms = ["a", "解約", "解約する", "longer term", "\ud800\ud800\ud800\ud800", "𠮷野家の店"]
    vocabulary = Vocabulary(vocabulary_arrays(terms)[0])
    asked = [*terms, "解約しない", "b", "\ud800\ud800\ud800\ud801", ""]
    fast, slow = both(monkeypatch, lambda: vocabulary.numbers(asked))
    assert fast.tolist() == slow.tolist()
    assert fast[-4:].tolist() == [-1, -1, -1, -1]
    assert [vocabulary.term(number) for number in fast[: len(terms)]] == terms


def test_a_term_with_the_key_of_another_is_not_taken_for_it(monkeypatch):
    arrays, _ = vocabulary_arrays(["解約する"])
    arrays["term_text"] = np.frombuffer("解約せず".encode(), dtype=np.uint8)
    fast, slow = both(monkeypatch, lambda: Vocabulary(arrays).numbers(["解約する"]))
    assert fast.tolist() == slow.tolist() == [-1]


@pytest.mark.parametrize(
    ("name", "value"),
    [("words", 2**31 - 1), ("words", -1), ("unit_starts", 2**40), ("unit_starts", -5), ("document_units", 2**40)],
)
def test_a_damaged_number_is_an_error_and_reads_nothing_outside(searcher, monkeypatch, name, value):
    reader = searcher.index._reader
    damaged = getattr(reader.sequences, name).copy()
    damaged[1] = value
    monkeypatch.setattr(reader.sequences, name, damaged)
    asked = searcher.understand("パスワード 忘れた")
    with pytest.raises(IndexFormatError, match="damaged"):
        searcher.candidates(asked, None)


ARGUMENTS = {
    "best_of_leg": 12,
    "scores_of_units": 8,
    "read": 26,
    "dots": 4,
    "best_dots": 5,
    "nearest": 7,
    "nearest_units": 7,
    "numbers": 6,
    "sum_rows": 6,
    "unit_views": 2,
    "view_cosines": 6,
    "sums": 12,
    "held": 4,
    "postings": 7,
    "number": 2,
    "codes": 4,
    "numbering": 2,
    "number_texts": 2,
    "fuse": 5,
    "promising": 7,
    "confidences": 10,
    "own_units": 9,
    "directions": 4,
    "group_terms": 5,
    "asked_words": 10,
    "memory": 4,
    "lexemes": 2,
}


@pytest.mark.parametrize("call", ARGUMENTS)
def test_arguments_that_do_not_fit_are_refused(call):
    function = getattr(kernel.compiled, call)
    with pytest.raises(TypeError):
        function(np.zeros(3))
    odd = np.zeros(3, dtype=np.uint8)
    with pytest.raises((IndexError, ValueError, TypeError, BufferError)):
        function(*[odd] * (ARGUMENTS[call] - 1), np.zeros(0, dtype=np.int64))


@pytest.mark.parametrize(
    ("points", "inside", "ends", "keys", "counts", "size", "error"),
    [
        (3, 2, [3], 3, 1, 2, IndexError),
        (3, 3, [3], 2, 1, 2, IndexError),
        (3, 3, [3], 3, 2, 2, IndexError),
        (3, 3, [4], 3, 1, 2, IndexError),
        (3, 3, [2, 1], 3, 2, 2, IndexError),
        (3, 3, [3], 3, 1, "2", TypeError),
        (3, 3, [3], 3, 1, 0, IndexError),
    ],
)
def test_windows_stay_inside_their_arrays(points, inside, ends, keys, counts, size, error):
    """Arrays that do not fit together are refused before anything outside them is touched."""
    with pytest.raises(error):
        kernel.compiled.windows(
            np.ones(points, np.uint32),
            np.ones(inside, np.uint8),
            np.array(ends, np.int64),
            np.empty(keys, np.uint64),
            np.empty(counts, np.int64),
            size,
        )


def test_what_is_no_text_has_no_sentences():
    """Anything but a string is refused."""
    with pytest.raises(TypeError):
        kernel.compiled.sentences(b"text")


@pytest.mark.parametrize("question", QUESTIONS)
def test_questions_are_encoded_as_in_numpy(searcher, monkeypatch, question):
    """Words no document holds included; each view has length 1 over the root of their number, or 0."""
    asked = searcher.understand(question)
    fast, slow = both(monkeypatch, lambda: searcher.encode([asked]))
    np.testing.assert_allclose(fast, slow, atol=1e-6)
    views = searcher.index.word_vectors[0].views
    for view in views:
        length = float(np.linalg.norm(fast[0, view.start : view.end])) * len(views) ** 0.5
        assert length == pytest.approx(1, abs=1e-5) or length == 0


def test_a_build_of_another_interface_is_not_used(monkeypatch):
    """Whoever pulls a new version without installing it again gets numpy, not wrong numbers."""
    import importlib

    monkeypatch.setattr(kernel.compiled, "INTERFACE", 0)
    try:
        assert importlib.reload(kernel).compiled is None
        assert kernel.state == "outdated"
    finally:
        monkeypatch.undo()
        assert importlib.reload(kernel).compiled is not None
        assert kernel.state == "compiled"
