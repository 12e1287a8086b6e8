"""Passages on their way into an index, for an encoder that reads text: encoded here, elsewhere, or before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from faqsearch.index.encoding import encoded_texts
from faqsearch.index.remembered import KEYS, Keys, passage_keys
from faqsearch.index.spill import Spill, Stored

if TYPE_CHECKING:
    from collections.abc import Callable

    from faqsearch.index.known import Known
    from faqsearch.passages import Passage
    from faqsearch.vectors.interface import Encoder, Vectors

Owners = npt.NDArray[np.int32]


class PassagesBuilder:
    """Collects passages, then gives the vectors of all, in the order of their documents."""

    def __init__(self, spill: Spill) -> None:
        self._spill = spill
        self._texts: list[tuple[int, str]] = []
        self._encoded: list[tuple[Owners, Keys, Stored]] = []

    def add(self, numbers: Sequence[int], passages: Sequence[Sequence[Passage]]) -> None:
        """Take the passages of documents with these numbers; none at all for an encoder that reads no text."""
        for number, own in zip(numbers, passages, strict=bool(passages)):
            self._texts.extend((number, f"{p.context}\n{p.text}" if p.context else p.text) for p in own)

    def add_encoded(self, owners: Owners, keys: Keys, vectors: Vectors) -> None:
        """Take vectors encoded elsewhere; `owners` are the numbers of their documents, ascending over all calls."""
        self._encoded.append((owners, keys, self._spill.put(vectors.ravel())))

    def encoded(
        self,
        encoder: Encoder,
        known: Known | None,
        reused: Sequence[tuple[int, int]],
        progress: Callable[[str, int, int | None], None],
    ) -> tuple[Owners, Iterable[Vectors], dict[str, npt.NDArray[Any]]]:
        """Return owner, vectors and keys of all passages.

        Args:
            encoder: Encodes what is not encoded yet.
            known: A generation made with the same encoder and settings of passages.
            reused: Number of a document here, and of one with the same texts in `known`.
            progress: Told (step, done, total).
        """
        if self._encoded:
            vectors = (stored.read().reshape(-1, encoder.dimension) for *_, stored in self._encoded)
            keys = np.concatenate([keys for _, keys, _ in self._encoded])
            return np.concatenate([owners for owners, *_ in self._encoded]), vectors, _known_ones(keys)
        owners = np.array([owner for owner, _ in self._texts], dtype=np.int32)
        texts = [text for _, text in self._texts]
        fresh, keys = encoded_texts(encoder, texts, progress), passage_keys(encoder, texts)
        if known and reused:
            new, old = np.array(reused, dtype=np.int64).T
            copied, copied_keys, places = known.vectors(old)
            owners = np.concatenate((owners, new.astype(np.int32)[places]))
            order = np.argsort(owners, kind="stable")
            owners, fresh = owners[order], np.concatenate((fresh, copied))[order]
            keys = np.concatenate((keys, copied_keys))[order]
        return owners, [fresh], _known_ones(keys)


def _known_ones(keys: Keys) -> dict[str, npt.NDArray[Any]]:
    """The array that is kept; none where it would say nothing."""
    return {KEYS: keys} if keys.any() else {}
