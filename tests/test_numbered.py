"""The words of texts as numbers are those that `CutText` gives as strings."""

import sys
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from faqsearch import kernel
from faqsearch.analyser import DocumentAnalyser
from faqsearch.documents import Document, Source
from faqsearch.tokens import FugashiTokenizer
from faqsearch.tokens import numbered as module
from faqsearch.tokens.lexemes import Lexeme
from faqsearch.tokens.numbered import WordNumbers

COMPILED = kernel.compiled
TOKENIZER = FugashiTokenizer(user_words=["おでかけカード", "カード会社"])
PIECES = ["送料は", "無料です", "E-203", "Windows 11", "ポイント・カード", "おでかけカード会社", "https://a.example/x", "wifi", " ", "。", "\n", "３８０円", "Eメール", "長い" * 1200]  # fmt: skip
TEXT = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=4)), max_size=8).map("".join)
needs_kernel = pytest.mark.skipif(COMPILED is None, reason="faqsearch was installed without a C compiler")


def told(numbers, texts):
    """What numbers say of texts: terms and pairs of each."""
    found = numbers.of(texts)
    terms, pairs = numbers.terms.met(found.terms), numbers.pairs.met(found.pairs)
    rows = []
    for (keys, places), counts in ((terms, found.lengths), (pairs, found.pair_counts)):
        own = iter([keys[place] for place in places.tolist()])
        rows.append([[next(own) for _ in range(count)] for count in counts.tolist()])
        assert next(own, None) is None
    return list(zip(*rows, strict=True))


class Foreign:
    """A text cut by somebody else's tokenizer."""

    text = "x"

    def words(self):
        return ["他", "社"]

    def kana_words(self):
        return [("た", "他")]


@settings(deadline=None)
@given(texts=st.lists(st.one_of(TEXT, st.lists(st.sampled_from(["札", "送料"]))), max_size=5))
def test_numbers_stand_for_the_words_of_texts(texts):
    """Codes, pairs and names across words, long texts, lists of terms, cut before or meanwhile: as `words` has them, in order."""
    cuts = [text if isinstance(text, list) else TOKENIZER.cut(text) for text in texts]
    expected = [(cut, []) if isinstance(cut, list) else (cut.words(), cut.kana_words()) for cut in cuts]
    numbers = WordNumbers()

    assert told(numbers, cuts) == expected
    assert told(numbers, cuts[::-1]) == expected[::-1]
    strings = [text for text in texts if isinstance(text, str)]
    prepared = dict(zip(strings, TOKENIZER.uncut(strings), strict=True))
    uncut = [text if isinstance(text, list) else prepared[text] for text in texts]
    assert told(numbers, uncut) == expected
    assert told(numbers, [*uncut, *cuts]) == expected * 2


def test_without_the_kernel_it_is_the_same(monkeypatch):
    """An analysis has the same words and readings, their order and kinds included, where nothing was compiled."""
    documents = [
        Document(
            f"e{i}",
            "faq",
            f"E-{i}番の送料は？",
            f"{text}です。\n```\nコード {i}\n```\n次の文。",
            Source("a"),
            tags=("札",),
        )
        for i, text in enumerate(PIECES)
    ]
    analyses = []
    for compiled in (COMPILED, None):
        monkeypatch.setattr(kernel, "compiled", compiled)
        analyses.append(DocumentAnalyser(TOKENIZER, None).analyse(documents))

    one, other = (analysis.words for analysis in analyses)
    assert [one.terms[i] for i in one.ids] == [other.terms[i] for i in other.ids]
    for name in ("lengths", "kinds", "documents", "spans"):
        assert getattr(one, name).tolist() == getattr(other, name).tolist()
    assert dict(analyses[0].readings) == dict(analyses[1].readings)


@needs_kernel
@pytest.mark.parametrize("most", [3, 1000])
def test_what_is_remembered_is_bounded_and_let_go(monkeypatch, most):
    """Lexemes beyond the bound are forgotten and met again; with the numbers, all of them are let go at once."""
    monkeypatch.setattr(module, "_MOST_REMEMBERED", most)
    numbers, cuts = WordNumbers(), [TOKENIZER.cut(text) for text in PIECES]
    expected = [(cut.words(), cut.kana_words()) for cut in cuts]
    lexeme = cuts[0].pieces[0][1][0]
    before = sys.getrefcount(lexeme)
    for _ in range(3):
        assert told(numbers, cuts) == expected
    while_remembered = sys.getrefcount(lexeme)
    del numbers

    assert sys.getrefcount(lexeme) == before
    assert most == 3 or while_remembered > before


@needs_kernel
@pytest.mark.parametrize(
    "texts",
    [
        0,
        [0],
        [[0]],
        [[([],)]],
        [[([], 0)]],
        [[((), [])]],
        [[([], [0])]],
        [[([], [0, 0])]],
        [[([], [0, 0, 1])]],
        [[([], [0, 0, -1])]],
        [[([], [0, 0, 2**62, 1])]],
        [[([], [2**63 - 1, 0, 0])]],
        [[([], [2**70, 0, 0])]],
        [[([], ["a", 0, 0])]],
        [[([], [0, 0, 1, "a"])]],
        [[([object()], [])]],
        [[("送料", [])]],  # and nothing to cut it with
    ],
)
def test_what_is_no_text_is_refused(texts):
    """Whatever is handed to the kernel, it is an error and nothing outside the lists is read."""
    numbering = COMPILED.numbering(partial(module._given, module.Names(), module.Names()), 10)
    with pytest.raises((TypeError, ValueError, OverflowError, AttributeError)):
        COMPILED.number_texts(numbering, None, texts)


@needs_kernel
def test_an_error_while_a_lexeme_is_read_is_raised():
    """Nothing is remembered of it, and what came before is let go."""

    def fails(lexeme):
        raise KeyError(lexeme.width)

    numbering = COMPILED.numbering(fails, 10)
    lexeme = Lexeme(0, 7, (), False, False, False, False, None, "", (), "")
    for _ in range(2):
        with pytest.raises(KeyError, match="7"):
            COMPILED.number_texts(numbering, None, [[([], [0, 0, 1, 5])], [([lexeme], [])]])
