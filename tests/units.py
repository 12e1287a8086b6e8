"""Words of documents, as tests write them down, to sequences."""

from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple

import numpy as np

from faqsearch.index.sequences import TermSequences
from faqsearch.vocabulary import Numbering


class Unit(NamedTuple):  # made in a third of a dataclass's time, eight of them for a document
    """Some words of a document."""

    document: int
    """0-based within what is analysed together."""
    kind: int
    """PHRASING, SENTENCE or OTHER."""
    words: Sequence[str]
    span: tuple[int, int] = (0, 0)
    """Where a sentence stands in the answer, or a denial in the phrasing."""


def number_terms(units: Sequence[Unit]) -> TermSequences:
    """Return the sequences of units given in document order."""
    places: Numbering[str] = Numbering()
    words = chain.from_iterable([unit.words for unit in units])
    ids = np.fromiter(map(places.__getitem__, words), dtype=np.int32)  # without a step of Python for each
    return TermSequences(
        terms=list(places),
        ids=ids,
        lengths=np.array([len(unit.words) for unit in units], dtype=np.int32),
        kinds=np.array([unit.kind for unit in units], dtype=np.uint8),
        documents=np.array([unit.document for unit in units], dtype=np.int32),
        spans=np.array([unit.span for unit in units], dtype=np.int32).reshape(-1, 2),
    )
