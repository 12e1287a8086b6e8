"""Texts that come again are numbered as the first time, without being cut again."""

import numpy as np
import pytest

from faqsearch.tokens import FugashiTokenizer
from faqsearch.tokens import known_texts as module
from faqsearch.tokens.known_texts import KnownTexts
from faqsearch.tokens.numbered import WordNumbers

TOKENIZER = FugashiTokenizer()
TEXTS = ["送料は無料です。", "E-203が出たら電源を切ります。", "", "ﾊﾟｽﾜｰﾄﾞを忘れた。", "送料は３８０円です。"]


def cut_many(texts):
    return list(map(TOKENIZER.cut, texts))


def known_texts(cut):
    return KnownTexts(cut, WordNumbers())


def same(one, other):
    return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("most", [0, 3, 20_000])
@pytest.mark.parametrize("cut", [cut_many, TOKENIZER.uncut])
def test_known_texts_are_numbered_as_new_ones(monkeypatch, most, cut):
    """Whatever is remembered: strings again and again, cut texts and lists of terms between them."""
    monkeypatch.setattr(module, "MOST_REMEMBERED", most)
    known, numbers = known_texts(cut), WordNumbers()
    for texts in (TEXTS, TEXTS[::-1], [TEXTS[0], ["札"], TOKENIZER.cut(TEXTS[1]), TEXTS[0], TEXTS[1]], [], TEXTS[2:]):
        cuts = [TOKENIZER.cut(text) if isinstance(text, str) else text for text in texts]
        normalized, found = known.of(texts)

        assert normalized == ["" if isinstance(text, list) else text.text for text in cuts]
        assert same(found, numbers.of(cuts))


def test_a_text_is_cut_once():
    """Neither a text that comes twice at once nor one that came before is cut again, until too many are remembered."""
    asked = []

    def cut(texts):
        asked.extend(texts)
        return cut_many(texts)

    known = known_texts(cut)
    for _ in range(2):
        known.of([TEXTS[0], TEXTS[1], TEXTS[0]])
    assert asked == TEXTS[:2]


def test_what_cannot_be_cut_is_not_remembered():
    """After an error everything is as before."""

    def fails(texts):
        if "x" in texts:
            raise ValueError("x")
        return cut_many(texts)

    known = known_texts(fails)
    with pytest.raises(ValueError, match="x"):
        known.of([TEXTS[0], "x"])
    assert same(known.of(TEXTS)[1], WordNumbers().of([TOKENIZER.cut(text) for text in TEXTS]))
