"""Changes: how a corpus differs from what an index holds."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass

from faqsearch.index.documents_writing import Inventory
from faqsearch.index.known import Known


@dataclass(frozen=True, slots=True)
class Changes:
    """What an update does to the documents of an index."""

    added: tuple[str, ...]
    """Ids that are new, in corpus order."""
    changed: tuple[str, ...]
    """Ids (new ones) of documents whose answer, phrasings, category, tags or other columns changed."""
    renamed: tuple[tuple[str, str], ...]
    """Old and new id of documents with the same texts: their file was renamed, or their ids were."""
    removed: tuple[str, ...]
    """Ids that are gone, in the order of the index."""
    kept: int
    """Documents that stay as they are, also those that only moved within a file or to another one."""

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.renamed or self.removed)


def compare(known: Known, inventory: Inventory) -> Changes:
    """Return how the documents of a corpus differ from a generation's.

    What is new is paired with what is gone by id, else by texts, else by question: rows without ids of their own
    get new ones with every edit, and have changed all the same.
    """
    now = set(inventory.contents)
    before = set(known.content_hashes)
    new = {own: said for own, said in inventory.read if said.content not in before}
    gone = {
        document.id: (known.text_hashes[number], document.question)
        for number, content in enumerate(known.content_hashes)
        if content not in now
        for document in (known.document(number),)
    }
    pairs = {own: own for own in new if own in gone}
    _pair(pairs, ((own, said.texts) for own, said in new.items()), ((own, texts) for own, (texts, _) in gone.items()))
    renamed = tuple((old, own) for own, old in pairs.items() if own != old)
    _pair(
        pairs, ((own, said.question) for own, said in new.items()), ((own, asked) for own, (_, asked) in gone.items())
    )
    moved, taken = {own for _, own in renamed}, set(pairs.values())
    return Changes(
        added=tuple(own for own in new if own not in pairs),
        changed=tuple(own for own in new if own in pairs and own not in moved),
        renamed=renamed,
        removed=tuple(own for own in gone if own not in taken),
        kept=len(inventory.contents) - len(new),
    )


def _pair(pairs: dict[str, str], new: Iterable[tuple[str, Hashable]], gone: Iterable[tuple[str, Hashable]]) -> None:
    """Add to `pairs` (new id to old id) those not yet in it that have something in common, in order."""
    taken = set(pairs.values())
    by_value: dict[Hashable, list[str]] = {}
    for own, value in gone:
        if own not in taken:
            by_value.setdefault(value, []).append(own)
    for own, value in new:
        if own not in pairs and (same := by_value.get(value)):
            pairs[own] = same.pop(0)
