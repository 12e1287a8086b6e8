"""Changes: how a corpus differs from what an index holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from faqsearch.documents import Document
from faqsearch.index.document_file import DocumentHashes
from faqsearch.index.known import Known


@dataclass(frozen=True, slots=True)
class Changes:
    """What an update does to the documents of an index."""

    added: tuple[str, ...]
    """Ids that are new, in corpus order."""
    changed: tuple[str, ...]
    """Ids whose texts, category, tags or other columns changed, in corpus order."""
    renamed: tuple[tuple[str, str], ...]
    """Old and new id of documents with the same texts: their file was renamed, or their ids were."""
    removed: tuple[str, ...]
    """Ids that are gone, in the order of the index."""
    kept: int
    """Documents that stay as they are, also those that only moved within a file or to another one."""

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.renamed or self.removed)


def compare(known: Known, ids: Sequence[str], hashes: Sequence[DocumentHashes]) -> Changes:
    """Return how documents (their ids and hashes, in corpus order) differ from a generation's."""
    now = {own.content for own in hashes}
    gone = [number for number, content in enumerate(known.content_hashes) if content not in now]
    before = set(known.content_hashes)
    new = [(own, texts.texts) for own, texts in zip(ids, hashes, strict=True) if texts.content not in before]
    old: dict[str, Document] = {}
    for number in gone:
        document = known.document(number)
        old[document.id] = document
    changed = [own for own, _ in new if own in old]
    removed = {own: number for own, number in zip(old, gone, strict=True) if own not in set(changed)}
    by_texts: dict[bytes, list[str]] = {}
    for own, number in removed.items():
        by_texts.setdefault(known.text_hashes[number], []).append(own)
    added, renamed = [], []
    for own, texts in new:
        if own in old:
            continue
        if same := by_texts.get(texts):
            renamed.append((same.pop(0), own))
            del removed[renamed[-1][0]]
        else:
            added.append(own)
    return Changes(tuple(added), tuple(changed), tuple(renamed), tuple(removed), len(ids) - len(new))
