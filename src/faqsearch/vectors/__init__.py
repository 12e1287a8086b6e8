"""Vectors: texts to unit vectors whose dot product says how near they are in meaning."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from faqsearch.settings import Settings

if TYPE_CHECKING:
    from faqsearch.vectors.interface import Encoder

__all__ = ["load_encoder"]


def load_encoder(
    settings: Settings, *, download: bool = True, say: Callable[[str], None] = lambda message: None
) -> Encoder:
    """Return the sentence-transformers model the settings name.

    The built-in encoder is not loaded but learned from a corpus, and read back from its index.

    Args:
        settings: Of an index, or for one.
        download: Whether a model that is not on this machine may be fetched from the hub.
        say: Told, in one line, before anything is downloaded.

    Raises:
        ModelError: There is no such model.
    """
    from faqsearch.vectors.transformer import TransformerEncoder

    return TransformerEncoder.load(
        settings.model,
        query_prompt=settings.query_prompt,
        document_prompt=settings.document_prompt,
        download=download,
        say=say,
    )
