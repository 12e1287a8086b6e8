"""Watch: update an index whenever files of its corpus change, until told to stop."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from threading import Event
from typing import Any

from faqsearch.errors import FaqsearchError, IndexNotFound, MissingExtra
from faqsearch.index.store import open_store
from faqsearch.update import UpdateReport, update_index

# An editor writes a file in several steps, a checkout many files one after the other.
_QUIET_MS = 500
_LONGEST_MS = 5_000


def watch_corpus(
    corpus: str | Path | Sequence[str | Path],
    into: str | Path,
    *,
    told: Callable[[UpdateReport | FaqsearchError], None],
    stop: Event | None = None,
    **options: Any,
) -> None:
    """Update the index at `into` now, and again whenever files of `corpus` change; returns when `stop` is set.

    An update that fails is told and waits for the next change: what cannot be read now may be readable then.

    Args:
        corpus: Files and folders, as for `update_index`.
        into: The folder of an index.
        told: Called with the report of each update, or with its error.
        stop: Set it to end; None goes on until KeyboardInterrupt.
        options: Passed on to `update_index`.

    Raises:
        MissingExtra: The library `watchfiles` is not installed.
        IndexNotFound: There is no index to update.
        SourceError: A path of the corpus does not exist.
    """
    if find_spec("watchfiles") is None:
        raise MissingExtra("watching needs watchfiles, which is not installed", hint="pip install 'faqsearch[watch]'")
    from watchfiles import watch

    open_store(into).current()
    paths = [Path(path).absolute() for path in ([corpus] if isinstance(corpus, str | Path) else corpus)]
    index = Path(into).absolute()
    # A page named by itself may include files that stand beside it.
    included: set[Path] = set()

    def update() -> None:
        report = _update(corpus, into, told, options)
        if report is not None:
            included.update(Path(path).absolute() for path in report.manifest.sources)

    def concerns(_: Any, name: str) -> bool:
        # The index may stand inside the corpus: what an update writes must not start the next one.
        path = Path(name)
        return not path.is_relative_to(index) and (path in included or any(path.is_relative_to(own) for own in paths))

    # Editors put a new file in the place of the old one: only a folder sees that.
    folders = {path if path.is_dir() else path.parent for path in paths}
    update()
    for _ in watch(*folders, watch_filter=concerns, step=_QUIET_MS, debounce=_LONGEST_MS, stop_event=stop):
        update()


def _update(
    corpus: str | Path | Sequence[str | Path],
    into: str | Path,
    told: Callable[[UpdateReport | FaqsearchError], None],
    options: dict[str, Any],
) -> UpdateReport | None:
    try:
        report = update_index(corpus, into, **options)
    except IndexNotFound:
        raise
    except FaqsearchError as error:
        told(error)
        return None
    told(report)
    return report
