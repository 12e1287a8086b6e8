"""The commands take an address of Milvus where they take a folder, each in a process of its own."""

import json
import os
import subprocess
import sys

import pytest

from faqsearch.index.address import milvus_address
from faqsearch.index.milvus import engine as module
from faqsearch.index.milvus.engine import Engine
from lite import free_port


def faqsearch(*arguments, index=""):
    """Run a command; `index` is what $FAQSEARCH_INDEX says."""
    return subprocess.run(
        [sys.executable, "-m", "faqsearch", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "FAQSEARCH_INDEX": index},
    )


@pytest.mark.slow
def test_built_in_one_process_asked_in_others(server, corpus):
    """Build, search, info and rollback: data on stdout, nothing but progress on stderr, exit codes as for a folder."""
    where = server.address("commands")
    built = faqsearch("build", str(corpus), "--into", where, "--processes", "1", "--json")
    assert built.returncode == 0, built.stderr
    assert json.loads(built.stdout)["generation"] == "000001"

    found = faqsearch("search", "定期便をやめたい", "--json", "-k", "1", index=where)
    assert (found.returncode, found.stderr) == (0, "")
    assert json.loads(found.stdout)["hits"][0]["id"] == "cancel"
    said = faqsearch("info", "--json", "--index", where)
    assert json.loads(said.stdout)["documents"] == json.loads(built.stdout)["documents"]
    back = faqsearch("rollback", "--index", where)
    assert back.returncode == 4
    assert "keeps no generation older" in back.stderr
    assert "no index at" in faqsearch("search", "送料", "--index", server.address("nowhere")).stderr


def test_a_server_that_is_not_there_is_worth_another_try(monkeypatch):
    """Tried for as long as a person waits, then exit code 5, with the address and what to look at."""
    pytest.importorskip("pymilvus", reason="needs faqsearch[milvus]")
    monkeypatch.setattr(module, "_CONNECTING", 0.5)
    monkeypatch.setattr(module, "ASKING", 1.0)
    where = f"milvus://127.0.0.1:{free_port()}/faq"
    with pytest.raises(module.EngineError) as lost:
        Engine(milvus_address(where)).call("list_collections", patience=1.0)
    assert lost.value.exit_code == 5
    assert lost.value.message.startswith(f"{where} cannot be reached")
    assert "server runs" in lost.value.hint
