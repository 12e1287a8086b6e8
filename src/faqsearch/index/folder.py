"""An index folder: immutable generations beside each other, and `CURRENT`, which names the one that answers.

    indexes/faq/
    ├── CURRENT        "000002 <SHA-256 of its manifest.json>"; the same of the others, a line each
    ├── LOCK           held (flock) while a build or update runs; LOCK.owner says by whom
    ├── 000001/        the generation before, kept for `rollback`
    └── 000002/        manifest.json and the files it lists

A generation is written beside the others under a name no reader looks at, every file and folder is fsynced, then
one rename of CURRENT publishes it. A crash at any point leaves CURRENT naming a whole generation. On POSIX a
reader that has mapped a generation keeps it, also after it has been removed.
"""

from __future__ import annotations

import contextlib
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from faqsearch.errors import IndexBusy, IndexFormatError, IndexNotFound, IndexWriteError
from faqsearch.index.arrays import DAMAGE_HINT, ArrayPlace
from faqsearch.index.checksums import differences, synced_records
from faqsearch.index.contained import contained, read_contained
from faqsearch.index.lasting import fsync, replace_file, write_anew
from faqsearch.index.manifest import Manifest
from faqsearch.index.owner import OWNER, described, holder

CURRENT = "CURRENT"
MANIFEST = "manifest.json"
_GENERATION = re.compile(r"\d{6}")


@dataclass(frozen=True, slots=True)
class Generation:
    """One complete generation."""

    number: int
    path: Path
    manifest: Manifest
    checksum: str
    """Of the manifest, which holds those of the files."""

    @property
    def name(self) -> str:
        """The folder's name, `000002`."""
        return self.path.name

    def check_files(self) -> None:
        """Compare every file's size with the manifest: cheap, done at each opening.

        Raises:
            IndexFormatError: A file is missing, has another size or lies elsewhere.
        """
        for name, record in self.manifest.files.items():
            path = contained(self.path, name)
            try:
                size = path.stat().st_size
            except OSError as error:
                raise IndexFormatError(f"{path} is missing", hint=DAMAGE_HINT) from error
            if size != record.bytes:
                raise IndexFormatError(f"{path} holds {size} bytes instead of {record.bytes}", hint=DAMAGE_HINT)

    @contextlib.contextmanager
    def files(self) -> Iterator[Generation]:
        """Give it as files in a folder, for as long as the block runs: what it is."""
        yield self

    def damage(self) -> str | None:
        """Return the first thing `check_sums` finds, or None."""
        return next(iter(self.check_sums()), None)

    def check_sums(self) -> list[str]:
        """Return a line for every file whose content is not what was written."""
        return differences(self.path, self.manifest.files)


class IndexFolder:
    """The folder of an index."""

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)

    def current(self) -> Generation:
        """Return the generation that answers.

        Raises:
            IndexNotFound: There is no index here.
            IndexFormatError: CURRENT or the manifest is damaged or of another version.
        """
        named = self._named()
        while True:
            try:
                return self._generation(*named)
            except IndexFormatError:
                # Writers may have replaced and removed the generation since it was named.
                before, named = named, self._named()
                if named == before:
                    raise

    def is_current(self, generation: Generation) -> bool:
        """Return whether a generation is the one that answers."""
        return self._named() == (generation.name, generation.checksum)

    def _named(self) -> tuple[str, str]:
        """The current generation's name, and the checksum of its manifest."""
        return next(iter(self._listed().items()))

    def _listed(self) -> dict[str, str]:
        """The checksums of the manifests of all generations, the current one first."""
        try:
            lines = [line.split() for line in read_contained(self.path, CURRENT).decode("utf-8").split("\n") if line]
        except FileNotFoundError as error:
            raise IndexNotFound(
                f"no index at {self.path}", hint=f"Build one: faqsearch build CORPUS --into {self.path}"
            ) from error
        except (OSError, UnicodeDecodeError) as error:
            raise IndexFormatError(f"{self.path / CURRENT} cannot be read ({error})", hint=DAMAGE_HINT) from error
        if not lines or any(len(words) != 2 or not _GENERATION.fullmatch(words[0]) for words in lines):
            raise IndexFormatError(f"{self.path / CURRENT} does not name a generation", hint=DAMAGE_HINT)
        return dict(lines)

    def generations(self) -> list[Generation]:
        """Return the generations that can be used, oldest first; see `unusable` for the others."""
        found, listed = [], self._checksums()
        for name in self._names():
            with contextlib.suppress(IndexFormatError):
                found.append(self._generation(name, listed.get(name)))
        return found

    def unusable(self) -> dict[str, IndexFormatError]:
        """Return what is wrong with each generation that `generations` leaves out: damage, or another format version."""
        wrong, listed = {}, self._checksums()
        for name in self._names():
            try:
                self._generation(name, listed.get(name))
            except IndexFormatError as error:
                wrong[name] = error
        return wrong

    def _checksums(self) -> dict[str, str]:
        """What CURRENT lists; nothing when it cannot be read."""
        with contextlib.suppress(IndexNotFound, IndexFormatError):
            return self._listed()
        return {}

    def exists(self) -> bool:
        """Return whether there is anything of an index here, be it damaged."""
        return self.path.is_dir()

    def keep_beside(self, name: str, content: bytes) -> None:
        """Keep a dictionary with the index, in place of the one of that name. Hold the lock."""
        with writing(self.path):
            replace_file(self.path / name, content)

    def _names(self) -> list[str]:
        """The folders of all generations, oldest first."""
        paths = self.path.iterdir() if self.path.is_dir() else ()
        return sorted(path.name for path in paths if _GENERATION.fullmatch(path.name))

    def _generation(self, name: str, checksum: str | None = None) -> Generation:
        path = self.path / name
        try:
            content = read_contained(self.path, f"{name}/{MANIFEST}")
            text = content.decode("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise IndexFormatError(f"{path / MANIFEST} cannot be read ({error})", hint=DAMAGE_HINT) from error
        if checksum is not None and _digest(content) != checksum:
            # The version is worth saying first: a newer faqsearch may checksum in another way.
            Manifest.from_json(text, path=str(path / MANIFEST))
            raise IndexFormatError(f"{path / MANIFEST} is not the one that was published", hint=DAMAGE_HINT)
        return Generation(int(name), path, Manifest.from_json(text, path=str(path / MANIFEST)), _digest(content))

    @contextlib.contextmanager
    def lock(self, purpose: str) -> Iterator[None]:
        """Hold the index's lock: one build, update or rollback at a time.

        The operating system lets go of it when its holder dies, whoever gets its process number then.

        Raises:
            IndexBusy: Somebody else holds it; the message says who and since when.
            IndexWriteError: The folder cannot be written.
        """
        from filelock import FileLock, Timeout

        owner, lock = self.path / OWNER, FileLock(self.path / "LOCK")
        with writing(self.path):
            self.path.mkdir(parents=True, exist_ok=True)
            try:
                lock.acquire(timeout=0)
            except Timeout as error:  # an OSError too: it must not reach `writing`
                said = f"{self.path} is being written by {holder(self.path)}"
                raise IndexBusy(said, hint="Wait until it is done.") from error
        try:
            with writing(self.path):
                write_anew(owner, described(purpose))
            yield
        finally:
            with contextlib.suppress(OSError):
                owner.unlink()
            lock.release()

    @contextlib.contextmanager
    def new_generation(self) -> Iterator[Path]:
        """Give an empty folder to write a generation into; removed when the block fails. Hold the lock."""
        for path in list(self.path.glob("[0-9]" * 6 + ".building")):
            shutil.rmtree(path, ignore_errors=True)
        path = self.path / f"{max(map(int, self._names()), default=0) + 1:06d}.building"
        with writing(self.path):
            path.mkdir()
        try:
            with writing(self.path):
                yield path
        finally:
            shutil.rmtree(path, ignore_errors=True)

    def publish(self, building: Path, manifest: Manifest, arrays: dict[str, dict[str, ArrayPlace]]) -> Generation:
        """Make the generation written in `building` the current one. Hold the lock.

        Raises:
            IndexWriteError: The disk refuses; the generation before stays current.
        """
        with writing(self.path):
            paths = sorted(p for p in building.rglob("*") if p.is_file())
            names = [path.relative_to(building).as_posix() for path in paths]
            files = dict(zip(names, synced_records(paths), strict=True))
            manifest = replace(manifest, files=files, arrays=arrays)
            content = manifest.to_json().encode("utf-8")
            write_anew(building / MANIFEST, content)
            for folder in sorted({p.parent for p in building.rglob("*")} | {building}):
                fsync(folder)
            final = building.with_suffix("")
            building.rename(final)
            fsync(self.path)
            try:
                self._point_at(final.name, _digest(content))
            except OSError:
                # On a full disk, what nobody will ever read is the first thing to go.
                if next(iter(self._checksums()), "") != final.name:
                    shutil.rmtree(final, ignore_errors=True)
                raise
        return Generation(int(final.name), final, manifest, _digest(content))

    def rollback(self) -> Generation:
        """Make the generation before the current one current again, and return it. Hold the lock.

        Raises:
            IndexNotFound: There is no older generation.
            IndexFormatError: There are some, and none can be used: damaged, or of another format version.
        """
        try:
            now = self.current().number
        except IndexFormatError:
            # A damaged current generation is the best reason to go back; its name is enough.
            words = read_contained(self.path, CURRENT).decode("utf-8", "replace").split()
            now = int(words[0]) if words and _GENERATION.fullmatch(words[0]) else 10**6
        older = [g for g in self.generations() if g.number < now]
        if not older:
            for error in [error for name, error in self.unusable().items() if int(name) < now][::-1]:
                raise error
            raise IndexNotFound(f"{self.path} keeps no generation older than {now}", hint="Build it again.")
        with writing(self.path):
            self._point_at(older[-1].name, older[-1].checksum)
        return older[-1]

    def prune(self, keep: int) -> None:
        """Remove all but the `keep` newest generations up to the current one. Hold the lock.

        Generations after the current one were rolled back from, or never published; they go as well.
        """
        current = self.current().number
        kept = [n for n in self._names() if int(n) <= current][-keep:]
        for name in self._names():
            if name not in kept:
                shutil.rmtree(self.path / name, ignore_errors=True)

    def _point_at(self, name: str, checksum: str) -> None:
        before, kept = self._checksums(), self._names()
        listed = {name: checksum} | {other: before[other] for other in before if other in kept and other != name}
        replace_file(self.path / CURRENT, "".join(f"{n} {own}\n" for n, own in listed.items()).encode())


@contextlib.contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn the operating system's refusal to write into an IndexWriteError that names the folder."""
    try:
        yield
    except OSError as error:
        raise IndexWriteError(
            f"{path} cannot be written: {error.strerror or error}",
            hint="Free some space or choose another folder; an index that was there still answers.",
        ) from error


def _digest(content: bytes) -> str:
    return sha256(content).hexdigest()
