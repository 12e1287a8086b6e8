"""The generations of an index in Milvus: published by the switch of an alias, kept for `rollback`, removed when old."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from faqsearch.errors import EngineError, FaqsearchError, IndexFormatError, IndexNotFound
from faqsearch.index.arrays import DAMAGE_HINT
from faqsearch.index.checksums import file_record
from faqsearch.index.folder import Generation, writing
from faqsearch.index.milvus import beside
from faqsearch.index.milvus.engine import WRITING, Engine
from faqsearch.index.milvus.head import Head, digest
from faqsearch.index.milvus.layout import Names
from faqsearch.index.milvus.lock import EngineLock
from faqsearch.index.milvus.parts import Parts
from faqsearch.index.milvus.restoring import restore
from faqsearch.index.milvus.writing import check_rows, drop_generation, write_generation

if TYPE_CHECKING:
    from faqsearch.index.address import MilvusAddress
    from faqsearch.index.arrays import ArrayPlace
    from faqsearch.index.manifest import Manifest
    from faqsearch.index.milvus.reading import MilvusIndex

# Codes of Milvus: no collection, no alias.
_MISSING = frozenset({100, 1600})


@dataclass(frozen=True)
class MilvusGeneration:
    """One complete generation."""

    store: MilvusStore
    number: int
    head: Head

    @property
    def name(self) -> str:
        """The number as people read it, `000002`."""
        return f"{self.number:06d}"

    @property
    def path(self) -> str:
        """What messages call it."""
        return f"{self.store.address}/{self.name}"

    @property
    def manifest(self) -> Manifest:
        """What it holds."""
        return self.head.manifest

    @property
    def parts(self) -> Parts:
        """Where its head and what all documents share lie."""
        return self.store.parts(self.number)

    @contextmanager
    def files(self) -> Iterator[Generation]:
        """Give it as files in a folder that passes: all of it is fetched."""
        with tempfile.TemporaryDirectory(prefix="faqsearch-") as folder:
            with writing(Path(folder)):
                files = restore(self, Path(folder) / self.name)
            yield files

    def check_sums(self) -> Iterator[str]:
        """Yield a line for everything that is not what was written: all of it is fetched."""
        yield from check_rows(self.store.engine, self.store.names, self.number, self.head)
        try:
            with self.files() as files:
                for problem in files.check_sums():
                    yield problem.replace(str(files.path), self.path)
        except IndexFormatError as error:
            yield error.message


class MilvusStore:
    """The generations of an index in Milvus."""

    def __init__(self, address: MilvusAddress) -> None:
        self.address = address
        self.engine = Engine(address)
        self.names = Names(address.name)
        self._lock: EngineLock | None = None
        self._half: int | None = None
        """The generation that is being written."""

    def parts(self, number: int) -> Parts:
        """Return the parts of a generation."""
        return Parts(self.engine, self.names.generation(number, "parts"))

    def current(self) -> MilvusGeneration:
        """Return the generation that answers."""
        number = self._named()
        while True:
            try:
                return self._generation(number)
            except FaqsearchError:
                # A writer may have replaced and removed it since it was named.
                before, number = number, self._named()
                if number == before:
                    raise

    def is_current(self, generation: MilvusGeneration) -> bool:
        """Return whether a generation is the one that answers."""
        return self._named() == generation.number and self._generation(generation.number).head == generation.head

    def open(self) -> MilvusIndex:
        """Return the generation that answers, open for questions."""
        from faqsearch.index.milvus.reading import MilvusIndex

        while True:
            generation = self.current()
            try:
                return MilvusIndex(self, generation)
            except FaqsearchError:
                if self.is_current(generation):
                    raise

    def _named(self) -> int:
        """The number of the generation that answers."""
        missing = f"no index at {self.address}"
        hint = f"Build one: faqsearch build CORPUS --into {self.address}"
        if self.address.embedded and not Path(self.address.uri).exists():
            raise IndexNotFound(missing, hint=hint)  # asking for it would make it
        try:
            said = self.engine.call("describe_alias", self.names.alias)
        except EngineError as error:
            if error.code in _MISSING or "not exist" in error.message or "not found" in error.message:
                raise IndexNotFound(missing, hint=hint) from error
            raise
        number = self.names.number(str(said.get("collection_name")))
        if number is None:
            raise self._foreign()
        return number

    def generations(self) -> list[MilvusGeneration]:
        """Return the generations that can be used, oldest first; see `unusable` for the others."""
        found = []
        for number in self._numbers():
            with suppress(IndexFormatError):
                found.append(self._generation(number))
        return found

    def unusable(self) -> dict[str, IndexFormatError]:
        """Return what is wrong with each generation that `generations` leaves out: damage, or another format version."""
        wrong = {}
        for number in self._numbers():
            try:
                self._generation(number)
            except IndexFormatError as error:
                wrong[f"{number:06d}"] = error
        return wrong

    def exists(self) -> bool:
        """Return whether there is anything of an index here, be it damaged."""
        return bool(self._numbers())

    def _numbers(self) -> list[int]:
        """The generations of which there is any collection, oldest first."""
        collections = self.engine.call("list_collections", patience=WRITING)
        return sorted({number for name in collections if (number := self.names.number(name)) is not None})

    def _generation(self, number: int) -> MilvusGeneration:
        path = f"{self.address}/{number:06d}"
        head = self._head(number, path)
        if head is None:
            raise IndexFormatError(f"{path} is not whole", hint=DAMAGE_HINT)
        return MilvusGeneration(self, number, head)

    def _head(self, number: int, path: str) -> Head | None:
        try:
            return Head.read(self.parts(number), path)
        except EngineError as error:
            if error.code in _MISSING:
                return None
            raise

    @contextmanager
    def lock(self, purpose: str) -> Iterator[None]:
        """Hold the index's lock: one build, update or rollback at a time."""
        with EngineLock(self.engine, self.names.lock, purpose) as lock:
            self._lock = lock
            try:
                yield
            finally:
                self._lock = None

    @contextmanager
    def new_generation(self) -> Iterator[Path]:
        """Give an empty folder to write a generation into; what failed builds left in Milvus is removed."""
        self._refuse_strangers()
        whole = {generation.number for generation in self.generations()}
        for number in self._numbers():
            # One that cannot be read may be of another version, and still be somebody's; a half has no head.
            if number not in whole and self._head_is_missing(number):
                drop_generation(self.engine, self.names, number)
        folder = Path(tempfile.mkdtemp(prefix="faqsearch-"))
        try:
            with writing(folder):
                yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            if self._half is not None:
                # Out of reach, it is left to the next build.
                with suppress(FaqsearchError):
                    drop_generation(self.engine, self.names, self._half)
                self._half = None

    def _refuse_strangers(self) -> None:
        """Find out before anything is sent whether the name is somebody else's: a collection, or the alias of one."""
        if self.names.alias in self.engine.call("list_collections", patience=WRITING):
            raise self._foreign()
        with suppress(IndexNotFound):
            self._named()

    def _foreign(self) -> IndexFormatError:
        hint = "Choose another name for the index, or another one for what is there."
        return IndexFormatError(f"{self.address} names something that faqsearch did not write", hint=hint)

    def _head_is_missing(self, number: int) -> bool:
        try:
            return self._head(number, "") is None
        except IndexFormatError:
            return False

    def publish(self, building: Path, manifest: Manifest, arrays: dict[str, dict[str, ArrayPlace]]) -> MilvusGeneration:
        """Make the generation written in `building` the one that answers, all at once. Hold the lock."""
        files = {
            path.relative_to(building).as_posix(): file_record(path)
            for path in sorted(building.rglob("*"))
            if path.is_file()
        }
        manifest = replace(manifest, files=files, arrays=arrays)
        checksum = digest(manifest.to_json().encode("utf-8"))
        number = max(self._numbers(), default=0) + 1
        self._half = number
        head = write_generation(self.engine, self.names, number, Generation(number, building, manifest, checksum))
        for problem in check_rows(self.engine, self.names, number, head):
            raise EngineError(problem, hint="Build it again; what answered before still answers.")
        head.write(self.parts(number))
        self._point_at(number)
        self._half = None
        return MilvusGeneration(self, number, head)

    def _point_at(self, number: int) -> None:
        if self._lock is not None:
            self._lock.check()
        target = self.names.generation(number)
        try:
            self._named()
        except IndexNotFound:
            self.engine.call("create_alias", target, self.names.alias, patience=WRITING)
        else:
            self.engine.call("alter_alias", target, self.names.alias, patience=WRITING)

    def rollback(self) -> MilvusGeneration:
        """Make the generation before the current one answer again, and return it. Hold the lock."""
        now = self._named()
        older = [generation for generation in self.generations() if generation.number < now]
        if not older:
            for number in [number for number in self._numbers() if number < now][::-1]:
                self._generation(number)  # says what is wrong with it
            raise IndexNotFound(f"{self.address} keeps no generation older than {now}", hint="Build it again.")
        self._point_at(older[-1].number)
        return older[-1]

    def prune(self, keep: int) -> None:
        """Remove all but the `keep` newest generations up to the current one. Hold the lock."""
        now = self._named()
        numbers = self._numbers()
        kept = [number for number in numbers if number <= now][-keep:]
        for number in numbers:
            if number not in kept:
                drop_generation(self.engine, self.names, number)

    def keep_beside(self, name: str, content: bytes) -> None:
        """Keep a dictionary with the index, in place of the one of that name. Hold the lock."""
        beside.keep(self.engine, self.names.beside, name, content)

    def fetched_beside(self) -> Path | None:
        """Return a folder of this machine with the dictionaries kept with the index; None when it has none."""
        return beside.fetch(self.engine, self.names.beside)
