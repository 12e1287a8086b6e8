"""Elsewhere: the encoder of vectors that were made on another machine, or that will be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np

from faqsearch.errors import ModelError
from faqsearch.vectors.interface import Vectors

UNLEARNED: Mapping[str, Any] = MappingProxyType({"kind": "unlearned", "name": "builtin", "dimension": 1})
"""Describes the built-in encoder before it has learned anything: that of a partition, which has no vectors."""


class EncodedElsewhere:
    """Says which encoder the vectors are of; encodes nothing itself."""

    def __init__(self, described: Mapping[str, Any]) -> None:
        """Take what a manifest says of an encoder."""
        self._described = dict(described)

    @property
    def name(self) -> str:
        """What `--model` was given."""
        return str(self._described["name"])

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return int(self._described["dimension"])

    def describe(self) -> dict[str, Any]:
        """Return what the manifest keeps."""
        return dict(self._described)

    def encode_queries(self, texts: Sequence[str], /) -> Vectors:
        """Return the vectors of no texts; refuse others."""
        return self.encode_passages(texts)

    def encode_passages(self, texts: Sequence[str], /) -> Vectors:
        """Return the vectors of no texts; refuse others."""
        if texts:
            raise ModelError(f"{self.name} is not loaded here")
        return np.empty((0, self.dimension), dtype=np.float32)
