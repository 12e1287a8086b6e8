"""Every format version that was ever released stays readable, or says what reads it."""

from pathlib import Path

import pytest

from faqsearch.index.folder import IndexFolder
from faqsearch.index.interface import Question, WeightedTerm
from faqsearch.index.local import LocalIndex
from faqsearch.index.manifest import FORMAT_VERSION

DATA = Path(__file__).parent.parent / "data"
VERSIONS = sorted(path.name for path in DATA.glob("index-v*"))


def test_the_present_version_is_kept():
    """A new format version comes with a small index of it: build one from tests/conftest.py's corpus."""
    assert f"index-v{FORMAT_VERSION}" in VERSIONS


@pytest.mark.parametrize("name", VERSIONS)
def test_an_index_of_that_version_is_whole_and_answers(name):
    """Its files are what was written, its documents can be read, and a term finds its document."""
    generation = IndexFolder(DATA / name).current()
    assert list(generation.check_sums()) == []

    index = LocalIndex.open(DATA / name)
    found = index.candidates(Question({"document": [WeightedTerm("送料")]}, None), depth=3)

    assert index.document("postage").question == "送料はいくらですか。"
    best = found.documents[found.scores["document"].argmax()]
    assert index.documents([int(best)])[0].id in {"postage", "return"}
