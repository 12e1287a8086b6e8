"""Retune: the same index with other weights, BM25 parameters or confidence, as a generation that can be rolled back."""

from __future__ import annotations

import shutil
from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from faqsearch.build import made_by
from faqsearch.errors import IndexFormatError, SettingsError
from faqsearch.index.arrays import DAMAGE_HINT
from faqsearch.index.local import LEXICAL_FILE
from faqsearch.index.postings import weigh_again
from faqsearch.settings import BM25, Settings

if TYPE_CHECKING:
    from faqsearch.index.store import Store, StoredGeneration

# Settings that are read when a question is asked; the others made the files what they are.
_ASKED = frozenset({"weights", "fusion", "confidence", "keep_generations"})


def rewrite_settings(folder: Store, settings: Settings) -> StoredGeneration | None:
    """Publish a generation that differs from the current one in its settings alone, and return it.

    It is what a build with these settings would give, byte for byte. Files are copied, not linked: damage to one
    generation leaves the one before whole. With another k1 or b, a leg's terms are weighed again in the copy, from the
    counts that are stored.

    Args:
        folder: The index.
        settings: May differ in weights, fusion, k1 and b of a leg, confidence and generations kept.

    Returns:
        None when nothing differs; then nothing is written.

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
        weighed = _weighed_again(was, settings)
        if built := sorted(changed - _ASKED - ({"bm25"} if weighed is not None else set())):
            raise SettingsError(f"{', '.join(built)} cannot change in a finished index", hint="Build it again.")
        if not changed:
            return None
        with old.files() as files, folder.new_generation() as building:
            for problem in files.check_sums():
                raise IndexFormatError(problem, hint=DAMAGE_HINT)
            for name in files.manifest.files:
                (building / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(files.path / name, building / name)
            for leg, bm25 in (weighed or {}).items():
                places = files.manifest.arrays[LEXICAL_FILE]
                weigh_again(building / LEXICAL_FILE, places, leg, bm25, files.manifest.documents)
            now = datetime.now(UTC).isoformat(timespec="seconds")
            manifest = replace(old.manifest, created=now, made_by=made_by("tune"), settings=settings)
            generation = folder.publish(building, manifest, {n: dict(p) for n, p in old.manifest.arrays.items()})
        folder.prune(settings.keep_generations)
    return generation


def _weighed_again(was: Settings, now: Settings) -> dict[str, BM25] | None:
    """The legs that get another k1 or b; None when one gets another formula, of whose idf more is made than weights."""
    if was.bm25.keys() != now.bm25.keys():
        return None
    changed = {leg: bm25 for leg, bm25 in now.bm25.items() if bm25 != was.bm25[leg]}
    same = (replace(bm25, k1=was.bm25[leg].k1, b=was.bm25[leg].b) == was.bm25[leg] for leg, bm25 in changed.items())
    return changed if all(same) else None
