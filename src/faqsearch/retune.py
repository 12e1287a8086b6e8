"""Retune: the same index with other weights or another confidence, as a generation that can be rolled back."""

from __future__ import annotations

import shutil
from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from faqsearch.build import made_by
from faqsearch.errors import IndexFormatError, SettingsError
from faqsearch.index.arrays import DAMAGE_HINT
from faqsearch.settings import Settings

if TYPE_CHECKING:
    from faqsearch.index.store import Store, StoredGeneration

# Settings that are read when a question is asked; the others made the files what they are.
_ASKED = frozenset({"weights", "fusion", "confidence", "keep_generations"})


def rewrite_settings(folder: Store, settings: Settings) -> StoredGeneration:
    """Publish a generation that differs from the current one in its settings alone, and return it.

    Files are copied, not linked: damage to one generation leaves the one before whole.

    Args:
        folder: The index.
        settings: May differ in weights, fusion, confidence and generations kept. When nothing differs, nothing is written.

    Raises:
        SettingsError: Another setting differs; that needs a build.
        IndexNotFound: There is no index.
        IndexFormatError: It is damaged; the copy would hide that.
        IndexBusy: Somebody else is writing it.
        IndexWriteError: The folder cannot be written.
    """
    folder.current()  # raises where there is none, before the lock makes a folder
    with folder.lock("tune"):
        old = folder.current()
        was = old.manifest.settings
        changed = {
            field.name for field in fields(Settings) if getattr(was, field.name) != getattr(settings, field.name)
        }
        if built := sorted(changed - _ASKED):
            raise SettingsError(f"{', '.join(built)} cannot change in a finished index", hint="Build it again.")
        if not changed:
            return old
        with old.files() as files, folder.new_generation() as building:
            for problem in files.check_sums():
                raise IndexFormatError(problem, hint=DAMAGE_HINT)
            for name in files.manifest.files:
                (building / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(files.path / name, building / name)
            now = datetime.now(UTC).isoformat(timespec="seconds")
            manifest = replace(old.manifest, created=now, made_by=made_by("tune"), settings=settings)
            generation = folder.publish(building, manifest, {n: dict(p) for n, p in old.manifest.arrays.items()})
        folder.prune(settings.keep_generations)
    return generation
