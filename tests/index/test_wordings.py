"""Wordings packed and sorted with numpy, against plain Python over one wording after the other."""

import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from faqsearch.index import wordings as module
from faqsearch.index.completions import Wording
from faqsearch.index.misspellings import comparable
from faqsearch.index.spill import Spill
from faqsearch.index.wordings import CompletionsBuilder, pack_wordings

# What a word is written and read like.
WORDS = st.sampled_from(
    [("送料", "souryou"), ("料", "ryou"), ("a1", "a1"), ("円", "en"), ("パスワード", "pasuwado"), ("送", "sou")]
)
PIECES = st.lists(st.tuples(st.booleans(), WORDS), min_size=1, max_size=5)
DOCUMENTS = st.lists(st.lists(PIECES, min_size=1, max_size=3), max_size=8)


def marked(pieces, column):
    """A wording with its words between marks."""
    return "".join(f"\x1f{word[column]}\x1e" if is_word else word[column] for is_word, word in pieces)


def slow(documents):
    """The same wordings, places and forms, the slow way."""
    found = []
    for number, wordings in enumerate(documents):
        for place, pieces in enumerate(wordings):
            found.append((place > 0, len(marked(pieces, 0)), number, place, pieces))
    found.sort(key=lambda row: row[:4])
    text, table, held = b"", [], []
    for rank, (*_, pieces) in enumerate(found):
        for column in (0, 1):
            start, words = len(text), 0
            beginnings = {start: (0, False)}
            for is_word, word in pieces:
                if is_word:
                    beginnings[len(text)] = (len(word[column].encode()), words > 0)
                    words += 1
                text += word[column].encode()
            text += b"\n"
            table += [(at, length, rank + later * len(found)) for at, (length, later) in beginnings.items()]
        forms = {comparable(*word) for is_word, word in pieces if is_word}
        held.append(sorted(form for form in forms if form))
    table.sort(key=lambda row: text[row[0] : text.index(b"\n", row[0])][:32])
    return text, table, [row[2:4] for row in found], held


def built(documents, parts=1):
    """The arrays of the builder, given in parts."""
    builder = CompletionsBuilder(Spill(Path("unused")))
    size = -(-len(documents) // parts)
    for first in range(0, len(documents), max(size, 1)):
        part = documents[first : first + size]
        wordings = [
            Wording(number, place, marked(pieces, 0), marked(pieces, 1))
            for number, own in enumerate(part)
            for place, pieces in enumerate(own)
        ]
        builder.add(pack_wordings(wordings), np.arange(first, first + len(part), dtype=np.int32))
    return builder.arrays()


@pytest.mark.parametrize("at_once", [1, 3, 500_000])
@given(documents=DOCUMENTS, parts=st.integers(1, 3))
def test_arrays_are_those_of_plain_python(at_once, documents, parts):
    """Texts, sorted places, ranks and the forms of words, however few are brought into order at a time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_AT_ONCE", at_once)
        arrays = built(documents, parts)
    text, table, owners, held = slow(documents)
    assert arrays["text"].tobytes() == text
    assert (
        list(zip(arrays["places"].tolist(), arrays["lengths"].tolist(), arrays["ranks"].tolist(), strict=True)) == table
    )
    assert list(zip(arrays["documents"].tolist(), arrays["phrasings"].tolist(), strict=True)) == owners
    offsets = arrays["misspelt_offsets"].tolist()
    spelt = arrays["misspelt_text"].tobytes()
    forms = [spelt[a:b].decode() for a, b in pairwise(offsets)]
    bounds = arrays["misspelt_starts"].tolist()
    numbers = arrays["misspelt_held"].tolist()
    assert [[forms[n] for n in numbers[a:b]] for a, b in pairwise(bounds)] == held


def test_long_stretches_are_sorted_to_their_last_byte():
    """Places that begin alike are told apart by what comes later, up to ten kanji."""
    texts = ["支払い方法" + tail for tail in "いろはにほへと"] * 2
    documents = [[[(True, (text, text))]] for text in texts]
    arrays = built(documents)
    text = arrays["text"].tobytes()
    begin = [re.split(b"\n", text[place:], maxsplit=1)[0].decode() for place in arrays["places"].tolist()]
    assert begin == sorted(begin)
