"""Settings: every choice that changes a result or a file. They are stored in the manifest of the index."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
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


# Plus as default: rank-bm25's idf for it is never zero or negative, so that a corpus of one or two documents, or a
# word that most documents hold, still counts; its delta is the same for all documents and leaves their order alone.
_DEFAULT_BM25 = BM25("Plus", k1=1.5, b=0.75, delta=1.0)


# Chosen on the judged sets (benchmarks/README.md). Halving any one of the built-in encoder's moves no set by more than
# 0.01 nDCG@10, doubling by no more than 0.017, so they are rounded; `faqsearch tune` fits them, and k1 and b above, to a corpus.
_LEXICAL_WEIGHTS = {
    "document": 0.0,
    "question": 0.0,
    "bigram": 0.7,
    "reading": 0.0,
    "passage": 0.05,
    "coverage": 0.8,
    "focus": 0.35,
    "same": 0.2,
    "denial": 0.1,
    "pair": 0.2,
    "kanji": 0.35,
}
BUILTIN_WEIGHTS: Mapping[str, float] = {
    **_LEXICAL_WEIGHTS,
    "bigram": 0.5,
    "coverage": 0.0,
    "focus": 0.45,
    "same": 0.3,
    # Coverage, and more: only the built-in encoder knows single words.
    "implied": 1.3,
    "dense": 0.4,
    "topic": 0.4,
    "context": 0.3,
    "meaning": 0.3,
}
MODEL_WEIGHTS: Mapping[str, float] = {**_LEXICAL_WEIGHTS, "dense": 1.5}


@dataclass(frozen=True, slots=True)
class Settings:
    """How an index is built and asked."""

    model: str = "builtin"
    """`builtin`, or name or path of a sentence-transformers model."""
    query_prompt: str | None = None
    """Put before questions for the model; None takes the model's own or published one."""
    document_prompt: str | None = None
    passage_chars: int = 300
    """Characters in a piece of an answer, at most."""
    bm25: Mapping[str, BM25] = field(
        default_factory=lambda: {
            "document": _DEFAULT_BM25,
            "question": _DEFAULT_BM25,
            "bigram": _DEFAULT_BM25,
            "reading": _DEFAULT_BM25,
        }
    )
    """Lexical leg to its parameters."""
    weights: Mapping[str, float] = field(default_factory=dict)
    """Leg to its weight in the fusion; 0 turns a leg off. Empty takes the defaults for the model."""
    fusion: FusionMethod = "weighted"
    confidence: Mapping[str, float] = field(default_factory=dict)
    """What `faqsearch tune --confidence` fitted: `intercept`, and each signal's coefficient. Empty takes the defaults."""
    user_words: tuple[str, ...] = ()
    """Words MeCab would cut wrongly; kept whole, their parts as well."""
    hidden: bool = False
    """Whether hidden rows, columns and sheets of workbooks are read."""
    keep_generations: int = 2
    """Generations kept, the current one included."""

    def __post_init__(self) -> None:
        if not self.weights:
            defaults = BUILTIN_WEIGHTS if self.model == "builtin" else MODEL_WEIGHTS
            object.__setattr__(self, "weights", dict(defaults))
        if self.fusion not in get_args(FusionMethod):
            raise SettingsError(f"unknown fusion {self.fusion!r}", hint="Use weighted or rrf.")
        if self.passage_chars < 50:
            raise SettingsError(f"passages of {self.passage_chars} characters", hint="Use 50 or more.")
        if self.keep_generations < 1:
            raise SettingsError("at least the current generation is kept", hint="Use 1 or more generations.")
        if any(value < 0 for name, value in self.confidence.items() if name != "intercept"):
            raise SettingsError("a signal lowers the confidence by growing", hint="Fit it: faqsearch tune --confidence")
        if any(weight < 0 for weight in self.weights.values()) or not any(self.weights.values()):
            raise SettingsError("fusion weights are all zero, or negative", hint="Give at least one leg a weight.")

    def to_json(self) -> dict[str, Any]:
        """Return the settings as plain JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """Return the settings `to_json` gave.

        Raises:
            SettingsError: A name is unknown or a value cannot be used.
        """
        known = {f.name for f in fields(cls)}
        if unknown := sorted(set(value) - known):
            raise SettingsError(f"unknown settings: {', '.join(unknown)}", hint=f"Known: {', '.join(sorted(known))}.")
        try:
            plain = dict(value)
            plain["user_words"] = tuple(plain.get("user_words", ()))
            if "bm25" in plain:
                plain["bm25"] = {leg: BM25(**parameters) for leg, parameters in plain["bm25"].items()}
            return cls(**plain)
        except TypeError as error:
            raise SettingsError(f"settings cannot be read: {error}", hint="See `faqsearch info --json`.") from error
