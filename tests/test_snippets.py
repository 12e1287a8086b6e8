"""Snippets."""

import pickle

from faqsearch.passages import sentence_spans
from faqsearch.snippets import Highlights, snippet
from faqsearch.tokens import FugashiTokenizer

TOKENIZER = FugashiTokenizer()
ANSWER = "解約はいつでもできます。手数料はかかりません。次回のお届け日の7日前までにお手続きください。"


def cut(text, sentence=(0, 0), terms=()):
    return snippet(text, sentence, sentence_spans(text), frozenset(terms), TOKENIZER)


def test_short_answers_are_shown_whole_from_the_best_sentence():
    """What follows the best sentence is shown as far as it fits."""
    assert cut(ANSWER).text == ANSWER
    assert cut(ANSWER, (12, 23)).text == ANSWER[12:]


def test_a_snippet_ends_with_a_sentence():
    """No sentence is cut, and 140 characters are not exceeded by more than one sentence's length."""
    shown = cut(ANSWER * 5).text

    assert len(shown) <= 140
    assert shown.endswith("。")


def test_one_endless_sentence_is_cut_and_says_so():
    """A sentence of a thousand characters ends with an ellipsis."""
    shown = cut("あ" * 1000).text

    assert len(shown) <= 141
    assert shown.endswith("…")


def test_matched_words_are_marked():
    """Highlights are the places of the words asked for, in the snippet's own offsets."""
    shown = cut(ANSWER, (12, 23), {"手数", "手数料", "料"})

    assert "手数料" in "".join(shown.text[a:b] for a, b in shown.highlights)
    assert all(0 <= a < b <= len(shown.text) for a, b in shown.highlights)


def test_a_listing_is_no_part_of_a_snippet():
    """A snippet stops before a code block."""
    assert cut("設定は次のとおりです。\n\n```\nport: 80\n```\n\n以上です。").text == "設定は次のとおりです。"


def test_nothing_to_show():
    """An empty answer gives an empty snippet."""
    assert cut("").text == ""
    assert cut("").highlights == ()


def test_highlights_are_found_once_and_only_when_looked_at():
    """Nobody pays for marks that are not read; what was found stays, also after pickling."""
    calls = []

    class Counting(FugashiTokenizer):
        def tokens(self, text):
            calls.append(text)
            return super().tokens(text)

    marks = Highlights("手数料は翌日に戻ります", {"手数", "翌日"}, Counting())
    assert calls == []

    assert list(marks) == [(0, 2), (4, 6)]
    assert marks[1:] == ((4, 6),)
    assert marks == ((0, 2), (4, 6))
    assert pickle.loads(pickle.dumps(marks)) == marks
    assert len(calls) == 1
