"""MeCab: the same words, whether its nodes are read or what it writes."""

import random
import threading

import pytest

from faqsearch import kernel
from faqsearch.text import normalize
from faqsearch.tokens import mecab as module
from faqsearch.tokens.mecab import Mecab

TEXTS = [
    "",
    " ",
    "パスワードを忘れたときは、設定画面の「再設定」を押してください。",
    "  E-203が  出たら\n電源を\t切り、３０秒待って入れ直します。 ",
    "Wi-Fi 6Eとxyzzy12と㈱あいう、ヴァイオリンと髙島屋と𠮷野家🍣",
    "ﾊﾝｶｸｶﾅと〜チルダ、100％。",
]

needs_nodes = pytest.mark.skipif(
    kernel.compiled is None or module._library() is None,
    reason="needs the kernel, and a library that shows its functions",
)


def random_texts(count):
    """Pieces of the texts, put together at random."""
    draw = random.Random(1)
    whole = "".join(TEXTS)
    for _ in range(count):
        cuts = [draw.randrange(len(whole)) for _ in range(6)]
        yield normalize("".join(whole[cut : cut + draw.randrange(9)] for cut in cuts))


@needs_nodes
def test_nodes_say_what_lines_say():
    """Words, their white space and their features are the same, met for the first time or again."""
    mecab = Mecab()
    for text in [*map(normalize, TEXTS), *random_texts(300)] * 2:
        assert mecab.cut(text) == mecab._read(text)


@needs_nodes
def test_a_full_memory_begins_anew(monkeypatch):
    """Memory stays bounded, and what is read does not change."""
    monkeypatch.setattr(module, "_MOST_REMEMBERED", 7)
    mecab = Mecab()
    for text in random_texts(200):
        assert mecab.cut(text) == mecab._read(text)


@needs_nodes
def test_threads_may_share_one():
    """Nodes of one text are never taken for those of another."""
    mecab, wrong = Mecab(), []
    texts = [*map(normalize, TEXTS), *random_texts(100)]
    expected = {text: Mecab().lexemes(text) for text in texts}

    def work(seed):
        own = random.Random(seed).choices(texts, k=300)
        wrong.extend(text for text in own if mecab.cut(text) != expected[text])

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


@needs_nodes
def test_an_entry_that_cannot_be_read_is_an_error(monkeypatch):
    """Errors of Python code called from the kernel are raised, and nothing is remembered."""

    def refuses(line):
        raise ValueError(line)

    monkeypatch.setattr(module, "read_lexeme", refuses)
    mecab = Mecab()
    for _ in range(2):
        with pytest.raises(ValueError, match="番号"):
            mecab.cut("番号")


def test_without_the_kernel_lines_are_read(monkeypatch):
    """The same words where nothing could be compiled."""
    monkeypatch.setattr(kernel, "compiled", None)
    mecab = Mecab()
    assert all(mecab.cut(text) == mecab._read(text) for text in map(normalize, TEXTS))
