"""One Milvus Lite server for all tests of a run, and a cache that is nobody else's."""

import pytest

from faqsearch.index.milvus import lock
from lite import LiteServer, import_milvus


@pytest.fixture(scope="session", autouse=True)
def cache(tmp_path_factory):
    """The folder of what is fetched from an engine."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FAQSEARCH_CACHE", str(folder))
        patch.delenv("FAQSEARCH_MILVUS_TOKEN", raising=False)
        yield folder


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    """Locks are taken without a second look."""
    monkeypatch.setattr(lock, "SETTLED", 0.0)


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """A server that runs for as long as the tests do; take a name of your own with `server.address(name)`."""
    with LiteServer(tmp_path_factory.mktemp("server")) as running:
        import_milvus()
        yield running
