"""Where the generations of an index are kept: a folder, or an engine. What a build, an update and `info` need of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from faqsearch.index.address import milvus_address
from faqsearch.index.folder import Generation, IndexFolder

if TYPE_CHECKING:
    from faqsearch.errors import IndexFormatError
    from faqsearch.index.arrays import ArrayPlace
    from faqsearch.index.manifest import Manifest


class StoredGeneration(Protocol):
    """One complete generation, wherever it is kept."""

    @property
    def number(self) -> int:
        """Later ones have larger numbers."""
        ...

    @property
    def name(self) -> str:
        """The number as people read it, `000002`."""
        ...

    @property
    def manifest(self) -> Manifest:
        """What it holds."""
        ...

    def check_sums(self) -> Iterable[str]:
        """Return a line for everything that is not what was written; reads every byte."""
        ...

    def files(self) -> AbstractContextManager[Generation]:
        """Give it as files in a folder, for as long as the block runs."""
        ...


class Store(Protocol):
    """The generations of one index. Writers hold `lock` around everything that changes it."""

    def current(self) -> StoredGeneration:
        """Return the generation that answers.

        Raises:
            IndexNotFound: There is no index here.
            IndexFormatError: It is damaged or of another version.
        """
        ...

    def generations(self) -> Sequence[StoredGeneration]:
        """Return the generations that can be used, oldest first; see `unusable` for the others."""
        ...

    def unusable(self) -> Mapping[str, IndexFormatError]:
        """Return what is wrong with each generation that `generations` leaves out: damage, or another format version."""
        ...

    def exists(self) -> bool:
        """Return whether there is anything of an index here, be it damaged."""
        ...

    def lock(self, purpose: str) -> AbstractContextManager[None]:
        """Hold the index's lock: one build, update or rollback at a time.

        Raises:
            IndexBusy: Somebody else holds it.
        """
        ...

    def new_generation(self) -> AbstractContextManager[Path]:
        """Give an empty folder to write a generation into; gone afterwards. Hold the lock."""
        ...

    def publish(self, building: Path, manifest: Manifest, arrays: dict[str, dict[str, ArrayPlace]]) -> StoredGeneration:
        """Make the generation written in `building` the one that answers, all at once. Hold the lock."""
        ...

    def keep_beside(self, name: str, content: bytes) -> None:
        """Keep a dictionary with the index, in place of the one of that name. Hold the lock."""
        ...

    def rollback(self) -> StoredGeneration:
        """Make the generation before the current one answer again, and return it. Hold the lock.

        Raises:
            IndexNotFound: There is no older generation.
        """
        ...

    def prune(self, keep: int) -> None:
        """Remove all but the `keep` newest generations up to the current one. Hold the lock."""
        ...


def open_store(address: str | Path) -> Store:
    """Return where the generations of the index at an address are kept; nothing is opened yet.

    Raises:
        SettingsError: It is no address.
        MissingExtra: The engine's library is not installed.
    """
    engine = milvus_address(address)
    if engine is None:
        return IndexFolder(address)
    from faqsearch.index.milvus.store import MilvusStore

    return MilvusStore(engine)
