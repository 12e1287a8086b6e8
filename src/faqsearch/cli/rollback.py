"""`faqsearch rollback`: let the generation before answer again."""

from __future__ import annotations

from faqsearch.cli.address import index_address
from faqsearch.cli.options import DebugOption, IndexOption
from faqsearch.cli.terminal import printable


def rollback(*, index: IndexOption = None, debug: DebugOption = False) -> int:
    """Go back to the generation before.

    The generation that answered until now stays until the next build; a second rollback goes back further.
    """
    from faqsearch.cli.reports import plural
    from faqsearch.index.store import open_store

    address = index_address(index)
    folder = open_store(address)
    if not folder.exists():
        folder.current()  # raises; the lock would make the folder
    with folder.lock("rollback"):
        generation = folder.rollback()
    manifest = generation.manifest
    documents = plural(manifest.documents, "document")
    print(
        f"{printable(address)} answers from generation {generation.name} again ({documents}, built {printable(manifest.created)})"
    )
    return 0
