"""Which index a command means when it is not told."""

from __future__ import annotations

import os
from pathlib import Path

from faqsearch.errors import IndexNotFound, SettingsError

_FOLDER = Path("indexes")


def index_address(given: str | None) -> str:
    """Return the index to use: as given, else $FAQSEARCH_INDEX, else the only one in `indexes/`.

    Raises:
        IndexNotFound: Nothing is given and `indexes/` holds none.
        SettingsError: Nothing is given and `indexes/` holds several.
    """
    if address := given or os.environ.get("FAQSEARCH_INDEX"):
        return address
    found = sorted(path.parent for path in _FOLDER.glob("*/CURRENT"))
    if not found:
        raise IndexNotFound(
            "no index given, and none in indexes/",
            hint="Name one with --index INDEX, or build one: faqsearch build CORPUS --into indexes/faq",
        )
    if len(found) > 1:
        raise SettingsError(
            f"{_FOLDER}/ holds {len(found)} indexes: {', '.join(path.name for path in found)}",
            hint=f"Name one, for instance --index {found[0].as_posix()}",
        )
    return found[0].as_posix()
