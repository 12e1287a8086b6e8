"""Opened: one generation of an index, and what questions to it go through."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from faqsearch.errors import IndexFormatError, IndexMismatch
from faqsearch.index.arrays import DAMAGE_HINT
from faqsearch.tokens import FugashiTokenizer
from faqsearch.vectors import load_encoder
from faqsearch.vectors.builtin import BuiltinEncoder
from faqsearch.vectors.elsewhere import UNLEARNED

if TYPE_CHECKING:
    from faqsearch.index.interface import Index
    from faqsearch.tokens import Tokenizer
    from faqsearch.vectors.interface import Encoder


@dataclass(frozen=True, slots=True)
class Opened:
    """One generation and its encoder. A `Searcher` that moves to a newer generation replaces it as a whole."""

    index: Index
    tokenizer: Tokenizer
    encoder: Encoder
    legs: frozenset[str]
    """Legs with a weight."""

    def __reduce__(self) -> tuple[Any, ...]:
        # Files and dictionaries are opened anew in another process; a model would be loaded for seconds.
        if not isinstance(self.encoder, BuiltinEncoder):
            raise TypeError("an encoder of its own stays in its process")
        return Opened.of, (self.index, self.tokenizer, None)

    @classmethod
    def of(
        cls, index: Index, tokenizer: Tokenizer | None, encoder: Encoder | None, *, before: Opened | None = None
    ) -> Opened:
        """Return an index with its tokenizer and encoder, after making sure that all fits together.

        Args:
            index: One generation.
            tokenizer: None takes the one the index was made with.
            encoder: None takes the one the index was made with.
            before: Another generation whose tokenizer and encoder are taken again where they are the right ones.

        Raises:
            IndexMismatch: The index was made with another tokenizer or encoder.
            ModelError: Its encoder cannot be loaded.
        """
        manifest = index.manifest
        if before and not tokenizer and manifest.tokenizer == before.tokenizer.fingerprint:
            tokenizer = before.tokenizer
        tokenizer = tokenizer or FugashiTokenizer(user_words=manifest.settings.user_words)
        if manifest.tokenizer != tokenizer.fingerprint:
            raise IndexMismatch(
                f"the index was built with tokenizer {manifest.tokenizer}; this is {tokenizer.fingerprint}",
                hint="Build the index again, or install the faqsearch and dictionary it was built with.",
            )
        # The built-in encoder is part of its generation; a model is loaded once.
        if before and not encoder and index.word_vectors is None and manifest.encoder == before.index.manifest.encoder:
            encoder = before.encoder
        legs = frozenset(leg for leg, weight in manifest.settings.weights.items() if weight > 0)
        return cls(index, tokenizer, _check_encoder(encoder, index, tokenizer), legs)


def _check_encoder(encoder: Encoder | None, index: Index, tokenizer: Tokenizer) -> Encoder:
    """The encoder of an index, after making sure that it is the one."""
    described = index.manifest.encoder
    if described == UNLEARNED:
        raise IndexMismatch("this is a partition of an index", hint="Make the index: faqsearch.merge_partitions.")
    if described["kind"] == "builtin":
        if encoder is not None and encoder.name != "builtin":
            raise IndexMismatch(
                f"the index was built with the built-in encoder, not with {encoder.name}",
                hint=f"Build it again with --model {encoder.name}.",
            )
        own = index.word_vectors
        if own is None:
            raise IndexFormatError("the index lacks its built-in encoder", hint=DAMAGE_HINT)
        return BuiltinEncoder(*own, tokenizer)
    if encoder is None:
        # Whoever made the index named the model: fetching it is for whoever opens the index to decide.
        encoder = load_encoder(index.manifest.settings, download=False)
    if encoder.dimension != described["dimension"] or encoder.name != described["name"]:
        raise IndexMismatch(
            f"the index was built with {described['name']} ({described['dimension']} dimensions), "
            f"not with {encoder.name} ({encoder.dimension})",
            hint="Build it again with the model you want to use.",
        )
    check = getattr(encoder, "check", None)
    if check is not None:
        check(described)
    return encoder
