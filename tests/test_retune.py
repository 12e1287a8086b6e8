"""Other weights for a finished index: a generation of its own, and only for what is read when a question is asked."""

import shutil
from dataclasses import replace

import pytest

from faqsearch.errors import IndexBusy, IndexFormatError, IndexNotFound, SettingsError
from faqsearch.index.folder import IndexFolder
from faqsearch.retune import rewrite_settings
from faqsearch.search import open_index


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


def test_nothing_new_writes_nothing(folder):
    """The same settings are no new generation."""
    old = folder.current()

    assert rewrite_settings(folder, old.manifest.settings).name == old.name
    assert [generation.name for generation in folder.generations()] == [old.name]


def test_older_generations_are_pruned(folder):
    """As after a build, so many stay as the settings say."""
    for weight in (3.0, 4.0, 5.0):
        settings = folder.current().manifest.settings
        rewrite_settings(folder, replace(settings, weights={**settings.weights, "bigram": weight}))

    assert [generation.name for generation in folder.generations()] == ["000003", "000004"]


def test_what_files_are_made_of_cannot_change(folder):
    """Passages, BM25 parameters and models need a build, and the error says so."""
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
