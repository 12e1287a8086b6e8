"""Settings: every choice that changes a result or a file. They are stored in the manifest of the index."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Literal, Self, get_args

from faqsearch.errors import SettingsError

Variant = Literal["Okapi", "L", "Plus"]
FusionMethod = Literal["weighted", "rrf"]


@dataclass(frozen=True, slots=True)
class BM25:
    """Parameters of one lexical leg; `faqsearch.index.bm25` has the formulas."""

    variant: Variant = "Okapi"
    k1: float = 1.5
    b: float = 0.75
    epsilon: float = 0.25
    """Okapi only: negative idf values become epsilon times the mean idf."""
    delta: float = 0.5
    """L and Plus only: what a term is worth in a unit without it (rank-bm25: 0.5 for L, 1 for Plus)."""

    def __post_init__(self) -> None:
        if self.variant not in get_args(Variant):
            raise SettingsError(f"unknown BM25 variant {self.variant!r}", hint="Use Okapi, L or Plus.")
        if not (self.k1 >= 0 and 0 <= self.b <= 1 and self.delta >= 0):
            raise SettingsError(
                f"BM25 parameters out of range: k1={self.k1}, b={self.b}, delta={self.delta}",
                hint="Use k1 >= 0, 0 <= b <= 1 and delta >= 0.",
            )
