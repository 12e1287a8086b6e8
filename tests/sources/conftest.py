"""The fixture that reads a text as a corpus of one file."""

from pathlib import Path

import pytest
from reading import Outcome, Read

from faqsearch.sources import Corpus


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def read_as(name: str, content: str | bytes) -> Outcome:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        corpus = Corpus(path)
        documents = list(corpus.documents())
        return Outcome(documents, list(corpus.report.problems))

    return read_as
