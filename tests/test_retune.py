"""Other weights and BM25 parameters for a finished index: a generation of its own, and the one a build would give."""

import shutil
from dataclasses import replace

import pytest

from faqsearch.build import build_index
from faqsearch.errors import IndexBusy, IndexFormatError, IndexNotFound, IndexWriteError, SettingsError
from faqsearch.index.folder import IndexFolder
from faqsearch.legs import LEXICAL_LEGS
from faqsearch.retune import rewrite_settings
from faqsearch.search import open_index
from faqsearch.settings import BM25, Settings
from faqsearch.update import update_index
from faqsearch.verify import verify


@pytest.fixture
def folder(index_folder, tmp_path):
    shutil.copytree(index_folder, tmp_path / "index")
    return IndexFolder(tmp_path / "index")


def heavier(settings, leg="bigram"):
    return replace(settings, weights={**settings.weights, leg: 5.0})


def test_a_new_generation_differs_in_its_settings_alone(folder):
    """Files, counts and sources are the same; the search uses the new weights; rollback brings the old ones back."""
    old = folder.current()
    new = rewrite_settings(folder, heavier(old.manifest.settings))

    assert new.name == folder.current().name == "000002"
    assert new.manifest.files == old.manifest.files
    assert new.check_sums() == []
    assert new.manifest.made_by.endswith(" tune")
    assert replace(new.manifest, settings=old.manifest.settings, created="", made_by="") == replace(
        old.manifest, created="", made_by=""
    )
    assert open_index(folder.path).settings.weights["bigram"] == 5
    assert open_index(folder.path).search("パスワードを忘れた").hits[0].id == "password"
    folder.rollback()
    assert open_index(folder.path).settings == old.manifest.settings


VARIANTS = [BM25("Okapi"), BM25("L"), BM25("Plus", delta=1.0)]


@pytest.mark.parametrize("own", VARIANTS, ids=lambda own: own.variant)
def test_other_parameters_give_what_a_build_with_them_gives(own, corpus, tmp_path, monkeypatch):
    """Byte for byte, whichever legs change and however many terms are weighed at a time; and so does an update."""
    monkeypatch.setattr("faqsearch.index.counts._MERGED_AT_ONCE", 40)
    shutil.copytree(corpus, tmp_path / "corpus")
    settings = Settings(bm25=dict.fromkeys(LEXICAL_LEGS, own))
    changed = {"document": replace(own, k1=0.4), "bigram": replace(own, k1=3.0, b=0.1), "reading": replace(own, b=1.0)}
    tuned = replace(settings, bm25={**settings.bm25, **changed}, weights={**settings.weights, "bigram": 2.0})
    build_index(tmp_path / "corpus", tmp_path / "i", settings=settings)
    build_index(tmp_path / "corpus", tmp_path / "fresh", settings=tuned)
    before = IndexFolder(tmp_path / "i").current()
    new = rewrite_settings(IndexFolder(tmp_path / "i"), tuned)

    assert new.manifest.files == IndexFolder(tmp_path / "fresh").current().manifest.files
    assert new.manifest.files != before.manifest.files
    assert (before.check_sums(), new.check_sums()) == ([], [])
    assert verify(tmp_path / "i").ok
    faq = tmp_path / "corpus" / "faq.jsonl"
    faq.write_text(faq.read_text(encoding="utf-8").replace("550円", "600円"), encoding="utf-8")
    update_index(tmp_path / "corpus", tmp_path / "i")
    build_index(tmp_path / "corpus", tmp_path / "fresh", settings=tuned)
    updated, built = (IndexFolder(tmp_path / name).current().manifest for name in ("i", "fresh"))
    assert updated.files == built.files
    assert updated.settings == built.settings == tuned


def test_another_formula_needs_a_build(folder):
    """More than weights is made of its idf."""
    settings = folder.current().manifest.settings
    for own in (BM25("Okapi"), replace(settings.bm25["bigram"], delta=0.1)):
        with pytest.raises(SettingsError, match="bm25 cannot change in a finished index"):
            rewrite_settings(folder, replace(settings, bm25={**settings.bm25, "bigram": own}))
    with pytest.raises(SettingsError, match="bm25 cannot change"):
        rewrite_settings(folder, replace(settings, bm25={"bigram": settings.bm25["bigram"]}))


def test_a_full_disk_leaves_the_old_parameters(folder, monkeypatch):
    """When weights cannot be written, the generation before answers, and nothing of the new one is left."""
    settings = folder.current().manifest.settings
    tuned = replace(settings, bm25={**settings.bm25, "bigram": replace(settings.bm25["bigram"], k1=0.4)})

    def full(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("faqsearch.retune.weigh_again", full)
    with pytest.raises(IndexWriteError, match="No space left"):
        rewrite_settings(folder, tuned)
    assert [generation.name for generation in folder.generations()] == ["000001"]
    assert not list(folder.path.glob("*.building"))
    assert folder.current().manifest.settings == settings


def test_nothing_new_writes_nothing(folder):
    """The same settings are no new generation."""
    old = folder.current()

    assert rewrite_settings(folder, old.manifest.settings) is None
    assert [generation.name for generation in folder.generations()] == [old.name]


def test_older_generations_are_pruned(folder):
    """As after a build, so many stay as the settings say."""
    for weight in (3.0, 4.0, 5.0):
        settings = folder.current().manifest.settings
        rewrite_settings(folder, replace(settings, weights={**settings.weights, "bigram": weight}))

    assert [generation.name for generation in folder.generations()] == ["000003", "000004"]


def test_what_files_are_made_of_cannot_change(folder):
    """Passages and models need a build, and the error says so."""
    settings = replace(folder.current().manifest.settings, passage_chars=100)

    with pytest.raises(SettingsError, match="passage_chars cannot change in a finished index"):
        rewrite_settings(folder, settings)


def test_damage_is_not_copied_under_a_new_checksum(folder):
    """A changed byte is found before anything is published."""
    old = folder.current()
    path = old.path / max(old.manifest.files, key=lambda name: old.manifest.files[name].bytes)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)

    with pytest.raises(IndexFormatError, match=path.name):
        rewrite_settings(folder, heavier(old.manifest.settings))
    assert folder.current().name == old.name


def test_one_writer_at_a_time_and_no_folder_from_nothing(folder, tmp_path):
    settings = heavier(folder.current().manifest.settings)
    with folder.lock("build"), pytest.raises(IndexBusy):
        rewrite_settings(IndexFolder(folder.path), settings)
    with pytest.raises(IndexNotFound):
        rewrite_settings(IndexFolder(tmp_path / "none"), settings)
    assert not (tmp_path / "none").exists()
