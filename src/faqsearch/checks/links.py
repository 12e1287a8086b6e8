"""Dead links: from one file of a corpus to another, or to a place within a file, that is not there.

Only what can be known is said: addresses on the web, pictures and downloads are left alone, and where a site makes its
anchors in a way of its own (most of them lead nowhere), anchors are no finding.
"""

from __future__ import annotations

import os
import posixpath
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from urllib.parse import unquote

from faqsearch.checks.anchors import bare_anchor, page_anchors
from faqsearch.checks.findings import Finding, Place, Severity
from faqsearch.checks.link_targets import Link, links_of
from faqsearch.checks.material import Material

_PAGES = frozenset(
    ("", ".md", ".markdown", ".html", ".htm", ".xhtml", ".rst", ".txt", ".csv", ".yaml", ".yml", ".json")
)
_ANCHORED = frozenset((".md", ".markdown", ".html", ".htm", ".xhtml", ".rst", ".rest"))
_ENOUGH = 5
_HINT = "リンク先を直すか、リンクを外します"


_MISSING: Mapping[str, tuple[Severity, str]] = {
    "page": ("error", "リンク先のファイルがありません"),
    # The page is there: whoever follows the link has to look for the place.
    "anchor": ("warning", "リンク先の見出しがありません"),
    "label": ("warning", "参照先のラベルがありません"),
}
_FAMILY = re.compile(r"[^\W\d_]+")


def dead_links(material: Material) -> Iterator[Finding]:
    """Yield a finding for every page, anchor or label that links name and the corpus lacks, with all those links."""
    site = _Site(material)
    dead: dict[tuple[str, str, str], list[Place]] = {}
    sound: Counter[str] = Counter()
    for file in material.report.files:
        for link in links_of(Path(file.path).suffix.lower(), material.lines(file.path)):
            for kind, target, there in site.look(file.path, link):
                if there:
                    sound[_family(kind, target)] += 1
                else:
                    owner = material.document_at(file.path, link.line)
                    place = Place(file.path, link.line, id=owner.id if owner else None)
                    dead.setdefault((kind, target, _scope(file.path, link)), []).append(place)
    missing = Counter(_family(kind, target) for kind, target, _ in dead)
    for (kind, target, _), places in dead.items():
        family = _family(kind, target)
        if missing[family] >= _ENOUGH and missing[family] > sound[family]:
            # Not slips of the pen: another program makes these names, or only part of the site is here.
            continue
        severity, words = _MISSING[kind]
        more = f"（{len(places):,} か所）" if len(places) > 1 else ""
        yield Finding("dead-link", severity, places[0], f"{words}: {target[:100]}{more}", _HINT, tuple(places[1:]))


def _scope(path: str, link: Link) -> str:
    """Where the same target means the same thing: a page, a folder, or everywhere."""
    if link.kind == "label" or link.target.startswith("/"):
        return ""
    return path if link.target.startswith("#") else posixpath.dirname(path)


def _family(kind: str, target: str) -> str:
    """What names made by one program have in common: labels by their first word."""
    match = _FAMILY.search(target) if kind == "label" else None
    return f"{kind} {match.group()}" if match else kind


class _Site:
    """The files of a corpus as targets of links."""

    def __init__(self, material: Material) -> None:
        self._material = material
        named = [material.corpus] if isinstance(material.corpus, (str, Path)) else material.corpus
        self._roots = [Path(os.path.realpath(root)) for root in map(Path, named)]
        self._anchors: Callable[[str], frozenset[str]] = cache(self._anchors_of)
        self._labels = {
            link_label
            for file in material.report.files
            if file.path.endswith((".rst", ".rest"))
            for link_label in page_anchors(".rst", material.lines(file.path))
        }

    def look(self, path: str, link: Link) -> Iterator[tuple[str, str, bool]]:
        """Yield what is looked for, its name and whether it is there; nothing where that cannot be known."""
        if link.kind == "label":
            yield "label", link.target, bare_anchor(link.target) in self._labels
            return
        target, _, fragment = link.target.partition("#")
        target = unquote(target.partition("?")[0])
        here = Path(os.path.realpath(path))
        found: Path | None = here
        if target:
            if Path(target).suffix.lower() not in _PAGES:
                return
            known, found = self._file(here, target)
            if not known:
                return
            yield "page", link.target.partition("#")[0], found is not None
        if fragment and found is not None and found.is_file() and found.suffix.lower() in _ANCHORED:
            anchors = self._anchors(str(found))
            wanted = bare_anchor(unquote(fragment))
            # The second of two equal headings gets a number.
            there = not wanted or wanted in anchors or wanted.rstrip("0123456789") in anchors
            yield "anchor", f"{target}#{unquote(fragment)}", there

    def _file(self, here: Path, target: str) -> tuple[bool, Path | None]:
        """Return whether the corpus would hold the target, and the file."""
        if target.startswith("/"):
            return self._from_top(here, target.lstrip("/"))
        wanted = Path(os.path.normpath(here.parent / target))
        if not any(wanted.is_relative_to(root) for root in self._roots):
            return False, None
        return True, _existing(wanted)

    def _from_top(self, here: Path, target: str) -> tuple[bool, Path | None]:
        """A target from the top of a site: of the folder above that holds its first step."""
        first = target.partition("/")[0]
        for folder in here.parents:
            if not any(folder.is_relative_to(root) for root in self._roots):
                break
            if first and "/" in target and (folder / first).is_dir():
                return True, _existing(folder / target)
        return False, None

    def _anchors_of(self, path: str) -> frozenset[str]:
        own = Path(path)
        lines = self._material.lines(path)
        return page_anchors(own.suffix.lower(), lines)


def _existing(wanted: Path) -> Path | None:
    """Return the file a link means: itself, the page it is made from (`a.html` from `a.md`), or a folder's page."""
    if wanted.is_file():
        return wanted
    stems = _stems(wanted.parent)
    if wanted.is_dir():
        return wanted
    own = wanted.name if wanted.suffix.lower() not in _PAGES else wanted.stem
    return stems.get(own) or stems.get(wanted.name)


@cache
def _stems(folder: Path) -> dict[str, Path]:
    """Name without its ending to file, of a folder."""
    try:
        return {path.name.partition(".")[0]: path for path in sorted(folder.iterdir()) if path.is_file()}
    except OSError:
        return {}
