"""Questions nobody could find: asked of an index of the corpus itself, they do not bring their own entry first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from faqsearch.build import build_index
from faqsearch.checks.findings import Finding, Place
from faqsearch.checks.material import Material, bare_text, same_text, shown
from faqsearch.documents import Document
from faqsearch.search import open_index
from faqsearch.settings import Settings

if TYPE_CHECKING:
    from faqsearch.search import Searcher

# Enough to be worth other processes, few enough to show how far it is.
_AT_ONCE = 2_048
_DEPTH = 5


def not_found(
    material: Material, *, hidden: bool, progress: Callable[[str, int, int | None], None]
) -> tuple[list[Finding], int]:
    """Ask every stored question and phrasing of the FAQs of an index made for it.

    A question whose first hit has the same answer, or the same question, is found: that there are two is another
    finding.

    Returns:
        The findings, and how many questions were asked.
    """
    wanted = [(document, phrasing) for document in material.faqs for phrasing in document.all_phrasings if phrasing]
    if not wanted:
        return [], 0
    with TemporaryDirectory(prefix="faqsearch-check-") as folder:
        build_index(material.corpus, folder, settings=Settings(hidden=hidden), progress=progress)
        return list(_ask(open_index(folder), material, wanted, progress)), len(wanted)


def _ask(
    searcher: Searcher,
    material: Material,
    wanted: list[tuple[Document, str]],
    progress: Callable[[str, int, int | None], None],
) -> Iterator[Finding]:
    for start in range(0, len(wanted), _AT_ONCE):
        batch = wanted[start : start + _AT_ONCE]
        answered = searcher.search_many((phrasing for _, phrasing in batch), k=1)
        for (document, phrasing), results in zip(batch, answered, strict=True):
            first = results.hits[0].document if results.hits else None
            if first is not None and (first.id == document.id or _is_twin(first, document, phrasing)):
                continue
            ids = [hit.id for hit in searcher.search(phrasing, k=_DEPTH).hits]
            place = material.place(document, phrasing) if phrasing != document.question else Place.of(document)
            rank = f"{ids.index(document.id) + 1}番目です" if document.id in ids else f"{_DEPTH}番目までに出ません"
            what = "質問" if phrasing == document.question else "別表現"
            if first is None:
                message = f"{what}{shown(phrasing)}で探しても、何も見つかりません"
            else:
                message = f"{what}{shown(phrasing)}で探すと、1番目は{shown(first.question, 30)}で、この項目は{rank}"
            hint = "質問文や別表現に、この項目だけの言葉を足します"
            related = () if first is None else (Place.of(first),)
            yield Finding("not-found", "warning", place, message, hint, related)
        progress("asking", start + len(batch), len(wanted))


def _is_twin(first: Document, document: Document, phrasing: str) -> bool:
    """Whether the first hit gives the same answer, or is asked for in the very same words."""
    asked = same_text(phrasing)
    return bare_text(first.answer) == bare_text(document.answer) or asked in map(same_text, first.all_phrasings)
