"""The lock of an index in Milvus: a collection that only one builder can make, and whose row says that it still lives.

A builder that died leaves its lock behind. Whoever comes next sees a beat that is old by its own clock, waits whether another
one comes, and takes the lock over when none does; clocks of two machines that differ cost that wait, and nothing else. A
builder that was only cut off finds a stranger's lock when it comes to publish, and does not.
"""

from __future__ import annotations

import json
import threading
import time
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from uuid import uuid4

from faqsearch.errors import EngineError, FaqsearchError, IndexBusy, IndexFormatError
from faqsearch.index.milvus.collections import make_parts
from faqsearch.index.milvus.engine import WRITING
from faqsearch.index.milvus.parts import Parts
from faqsearch.index.owner import described

if TYPE_CHECKING:
    from faqsearch.index.milvus.engine import Engine

# Seconds between two beats, and from which age on a lock is looked at for twice that time.
BEAT, DOUBTED = 5.0, 60.0
# Seconds after which a lock that was just made is looked at again: of two that remove the same dead one, the second may remove
# the lock the first has made since.
SETTLED = 0.5
_ROW = "lock"
_UNSAID = "nobody's"
_TRIES = 3
_LONGEST = 2_000


class EngineLock:
    """Holds the lock for as long as its block runs."""

    def __init__(self, engine: Engine, collection: str, purpose: str) -> None:
        self._engine = engine
        self._parts = Parts(engine, collection)
        self._said = described(purpose).decode().strip()
        self._token = uuid4().hex
        self._done = threading.Event()
        self._beating = threading.Thread(target=self._beat, name="faqsearch-lock", daemon=True)

    def __enter__(self) -> Self:
        for _ in range(_TRIES):
            if self._make():
                self._beating.start()
                return self
            if dead := self._dead():
                self._remove(dead)
        raise self._busy("another process")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        self._beating.join()
        # Out of reach, it is taken over when it is found without a beat.
        with suppress(FaqsearchError):
            self._remove(self._token)

    def check(self) -> None:
        """Make sure that the lock is still held.

        Raises:
            IndexBusy: It was taken over.
        """
        if not self._held():
            raise self._busy("another process, which took the lock of this one over")

    def _make(self) -> bool:
        try:
            # Servers take the same collection made twice for one; two with different descriptions, they do not.
            make_parts(self._engine, self._parts.collection, self._token, first=True)
            self._write()
        except EngineError as error:
            if error.code == 0:
                raise  # out of reach
            return False  # there is one, or somebody let go of it this moment
        if not self._held():
            return False
        time.sleep(SETTLED)
        return self._held()

    def _write(self) -> None:
        value = {"token": self._token, "holder": self._said, "beat": time.time()}
        self._parts.write([self._parts.row(_ROW, 0, json.dumps(value).encode("utf-8"))])

    def _read(self) -> dict[str, Any] | None:
        """What the lock's row says: nothing when it has none yet; None when there is no lock."""
        try:
            (content,) = self._parts.read(_ROW, 1)
            value: dict[str, Any] = json.loads(content)
        except (IndexFormatError, ValueError):
            return {}
        except EngineError as error:
            if error.code == 0:
                raise
            return None
        return value

    def _held(self) -> bool:
        return (self._read() or {}).get("token") == self._token

    def _dead(self) -> str | None:
        """Return the token of a lock whose holder is dead; None when there is no lock any more.

        Raises:
            IndexBusy: The holder lives.
        """
        before = self._read()
        if before is None:
            return None
        if before and abs(time.time() - float(before.get("beat", 0))) < DOUBTED:
            raise self._busy(str(before.get("holder"))[:_LONGEST])
        time.sleep(2 * BEAT)
        now = self._read()
        if now is None:
            return None
        if now != before:
            raise self._busy(str(now.get("holder"))[:_LONGEST])
        return str(now.get("token", _UNSAID))

    def _busy(self, holder: str) -> IndexBusy:
        said = f"{self._engine.address} is being written by {holder}"
        return IndexBusy(said, hint="Wait until it is done.")

    def _remove(self, token: str) -> None:
        """Remove a lock, if it is still the one with that token."""
        now = self._read()
        if now is not None and now.get("token", _UNSAID) == token:
            self._engine.call("drop_collection", self._parts.collection, patience=WRITING)

    def _beat(self) -> None:
        while not self._done.wait(BEAT):
            with suppress(FaqsearchError):
                if self._held():
                    self._write()
