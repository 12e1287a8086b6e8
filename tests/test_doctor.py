"""Is an index well?"""

import shutil

import numpy as np
import pytest

from faqsearch.doctor import ask_legs, examine
from faqsearch.errors import IndexNotFound
from faqsearch.search import open_index


@pytest.fixture
def copied(index_folder, tmp_path):
    """A copy of the index that may be spoilt."""
    return shutil.copytree(index_folder, tmp_path / "index")


def test_a_new_index_is_well(index_folder):
    """Every leg with a weight finds documents by their own questions; nothing is stale or damaged."""
    diagnosis = examine(index_folder)

    assert diagnosis.well
    assert {leg.state for leg in diagnosis.legs if leg.weight} <= {"well", "silent"}
    assert diagnosis.legs[0].leg == "fused"
    assert diagnosis.legs[0].top3 == 1
    assert (diagnosis.damage, diagnosis.stale, diagnosis.dead) == ((), (), ())
    assert 0 <= diagnosis.age_days < 1


def test_a_leg_that_finds_nothing_is_dead(searcher, monkeypatch):
    """A leg whose scores are all zero, or no numbers at all, is named; the others are well."""
    asked = searcher.index.candidates

    def spoilt(question, **options):
        candidates = asked(question, **options)
        candidates.scores["dense"][:] = np.nan
        candidates.scores["bigram"][:] = 0
        return candidates

    monkeypatch.setattr(searcher.index, "candidates", spoilt)
    legs = {leg.leg: leg.state for leg in ask_legs(searcher)}

    assert (legs["dense"], legs["bigram"]) == ("dead", "dead")
    assert legs["document"] == "well"


def test_a_leg_that_finds_the_wrong_documents_is_dead_or_weak(searcher, monkeypatch):
    """Scores that belong to other documents do not pass for a working leg."""
    asked = searcher.index.candidates

    def spoilt(question, **options):
        candidates = asked(question, **options)
        candidates.scores["dense"][:] = 1 - candidates.scores["dense"]
        return candidates

    monkeypatch.setattr(searcher.index, "candidates", spoilt)

    assert {leg.leg: leg.state for leg in ask_legs(searcher)}["dense"] in ("dead", "weak")


def test_changed_and_missing_sources_are_named(corpus, index_folder, monkeypatch, tmp_path):
    """A file that holds something else, or is gone, is stale; the index stays well."""
    moved = shutil.copytree(corpus, tmp_path / "corpus")
    from faqsearch.build import build_index

    monkeypatch.chdir(tmp_path)
    build_index("corpus", "index")
    (moved / "faq.jsonl").write_text("{}", encoding="utf-8")
    (moved / "manual" / "humidifier.md").unlink()
    diagnosis = examine("index")

    assert {source.path: source.state for source in diagnosis.stale} == {
        "corpus/faq.jsonl": "changed",
        "corpus/manual/humidifier.md": "missing",
    }
    assert diagnosis.sources == 2
    assert diagnosis.well


@pytest.mark.parametrize("name", ["lexical.bin", "dense.faiss", "suggest.bin", "documents.jsonl"])
def test_damage_is_reported_not_raised(copied, name):
    """One changed byte is enough; legs are not asked then."""
    path = copied / "000001" / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    diagnosis = examine(copied)

    assert not diagnosis.well
    assert name in diagnosis.damage[0]
    assert diagnosis.legs == ()


def test_an_index_of_another_tokenizer_is_reported(copied, monkeypatch):
    """What keeps an index from being opened is part of the diagnosis."""
    monkeypatch.setattr("faqsearch.tokens.tokenizer.TOKENS_VERSION", 999)

    assert "tokenizer" in examine(copied).damage[0]


def test_no_index_is_an_error(tmp_path):
    """There is nothing to look at."""
    with pytest.raises(IndexNotFound):
        examine(tmp_path)


def test_asking_changes_nothing(index_folder):
    """The same index gets the same diagnosis, apart from its age."""
    first, second = (ask_legs(open_index(index_folder)) for _ in range(2))

    assert first == second


def test_a_synonym_line_that_cannot_be_used_is_named(copied):
    """With path and line; the index is well all the same."""
    (copied / "synonyms.txt").write_text("退会,脱退\nパス\n", encoding="utf-8")
    diagnosis = examine(copied)

    (problem,) = diagnosis.dictionaries
    assert problem.startswith(f"{copied}/synonyms.txt:2: error: ")
    assert diagnosis.to_json()["dictionaries"] == [problem]
    assert diagnosis.well
