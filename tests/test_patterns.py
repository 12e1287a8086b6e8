"""Patterns that are compiled when they are first used."""

import re

import pytest

from faqsearch.patterns import pattern


def test_a_pattern_is_what_re_compiles():
    """Methods, flags and groups are those of `re.compile`."""
    later, now = pattern("(?P<a>x+)|(y)", re.IGNORECASE), re.compile("(?P<a>x+)|(y)", re.IGNORECASE)

    for text in ("", "aXXy", "yx"):
        assert [m.groupdict() for m in later.finditer(text)] == [m.groupdict() for m in now.finditer(text)]
        assert later.sub("-", text) == now.sub("-", text)
    assert later.pattern == now.pattern


def test_nothing_is_compiled_before_it_is_used():
    """A pattern that is wrong is found wrong at its first use, not before."""
    wrong = pattern("(")

    with pytest.raises(re.error):
        wrong.search("x")
