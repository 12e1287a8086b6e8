"""Addresses: a folder, a server or a file, and nothing in between."""

from pathlib import Path

import pytest

from faqsearch.errors import SettingsError
from faqsearch.index.address import milvus_address


@pytest.mark.parametrize(
    ("text", "uri", "name"),
    [
        ("milvus://search.example:19531/support", "http://search.example:19531", "support"),
        ("milvus://search.example/support", "http://search.example:19530", "support"),
        ("milvus://search.example/support/", "http://search.example:19530", "support"),
        ("milvus+tls://search.example:443/faq_2", "https://search.example:443", "faq_2"),
        ("milvus://[::1]:19530/faq", "http://[::1]:19530", "faq"),
        ("milvus:///srv/support.db", "/srv/support.db", "faqsearch"),
    ],
)
def test_addresses_of_milvus_are_understood(text, uri, name):
    """Host, port, TLS, name; a file has a name of its own for the index in it."""
    found = milvus_address(text)
    assert (found.uri, found.name, str(found)) == (uri, name, text)
    assert found.embedded == uri.startswith("/")


@pytest.mark.parametrize("text", ["indexes/faq", "/srv/faq", "C:\\faq", "faq", "milvus", Path("milvus:/x"), "./a.db"])
def test_everything_else_without_a_scheme_is_a_folder(text):
    """Whatever a folder may be called."""
    assert milvus_address(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "http://search.example/support",
        "milvus+tcp://search.example/support",
        "milvus://search.example",
        "milvus://search.example/",
        "milvus://search.example/sup-port",
        "milvus://search.example/2nd",
        "milvus://search.example/a/b",
        "milvus://search.example/a?x=1",
        "milvus://search.example:port/a",
        "milvus:///srv/support",
        "milvus+tls:///srv/support.db",
    ],
)
def test_what_is_no_address_is_said_to_be_none(text):
    """With the kinds there are."""
    with pytest.raises(SettingsError) as refused:
        milvus_address(text)
    assert "milvus://" in refused.value.hint


def test_a_password_in_an_address_is_refused_and_not_repeated():
    """It would be seen by whoever lists processes; the message does not show it either."""
    for text in ("milvus://root:secret@search.example/faq", "http://root:secret@search.example/faq"):
        with pytest.raises(SettingsError) as refused:
            milvus_address(text)
        assert "secret" not in str(refused.value) + refused.value.hint
