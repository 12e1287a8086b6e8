"""Encoder: any sentence-transformers model, by hub name or by path.

Importing sentence-transformers takes seconds, so it happens in `TransformerEncoder.load` and nowhere else.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from faqsearch.errors import IndexMismatch, ModelError
from faqsearch.vectors.interface import Vectors, unit_rows

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

# Model families whose published prompts do not stand in their own configuration files. Longest name first wins.
# Sources: the models' cards on the hub.
KNOWN_PROMPTS: Mapping[str, tuple[str, str]] = {
    "cl-nagoya/ruri-v3": ("検索クエリ: ", "検索文書: "),
    "cl-nagoya/ruri": ("クエリ: ", "文章: "),
    "intfloat/multilingual-e5": ("query: ", "passage: "),
    "intfloat/e5": ("query: ", "passage: "),
    "pkshatech/GLuCoSE-base-ja-v2": ("query: ", "passage: "),
}

# A sentence whose vector is kept in the manifest: two models that share a name but not their weights are told
# apart by it, without reading gigabytes to hash them.
_PROBE = "faqsearch はこの文で、索引を作ったモデルと同じモデルかを確かめます。"
_PROBE_NUMBERS = 32
# Another CPU, BLAS or library version moves a unit vector's coordinates by about 1e-4; another model by 0.1.
_PROBE_TOLERANCE = 0.02
# Characters in a batch, all texts as long as the longest.
_BATCH_CHARS = 1_200


class TransformerEncoder:
    """A sentence-transformers model with its query and document prompts."""

    def __init__(
        self,
        model: SentenceTransformer,
        *,
        name: str,
        query_prompt: str,
        document_prompt: str,
        folder: Path | None = None,
    ) -> None:
        """Take a model that is loaded.

        Args:
            model: The model.
            name: What it was loaded by.
            query_prompt: Put before every question.
            document_prompt: Put before every passage.
            folder: Where its files are; None when nobody knows, and then its vectors are never taken again.
        """
        self._model = model
        self._folder = folder
        self._name = name
        self._query_prompt = query_prompt
        self._document_prompt = document_prompt
        dimension = model.get_sentence_embedding_dimension()
        if not dimension:
            raise ModelError(f"model {name} does not say its dimension", hint="Use a sentence-embedding model.")
        self._dimension = int(dimension)

    @classmethod
    def load(
        cls,
        name: str,
        *,
        query_prompt: str | None = None,
        document_prompt: str | None = None,
        download: bool = True,
        say: Callable[[str], None] = lambda message: None,
    ) -> Self:
        """Load a model from a folder, from the local hub cache, or from the hub.

        Args:
            name: Path of a folder, or a hub name such as `cl-nagoya/ruri-v3-30m`.
            query_prompt: Put before every question; None takes the model's own, else the published one.
            document_prompt: Put before every passage; likewise.
            download: Whether a model that is not on this machine may be fetched from the hub.
            say: Told, in one line, before anything is downloaded.

        Raises:
            ModelError: There is no such model, or it cannot be loaded.
        """
        from sentence_transformers import SentenceTransformer

        def open_model(local: bool) -> SentenceTransformer:
            # trust_remote_code stays off: a model is data, never a program.
            return SentenceTransformer(name, trust_remote_code=False, local_files_only=local, device="cpu")

        is_path = (os.path.sep in name and Path(name).expanduser().exists()) or Path(name).is_dir()
        hint = "Give the path of a sentence-transformers folder, a hub name, or `builtin`."
        try:
            if is_path:
                _refuse_programs(Path(name))
            try:
                model = open_model(local=True)
            except (OSError, ValueError):
                if is_path or os.environ.get("HF_HUB_OFFLINE") == "1":
                    raise
                if not download:
                    hint = f"If you trust this model, fetch it once: hf download {name}"
                    raise
                say(f"downloading model {name} from the Hugging Face hub")
                model = open_model(local=False)
        except Exception as error:  # the loaders raise whatever their own dependencies raise
            raise ModelError(
                f"model {name!r} cannot be loaded: {_first_line(error)}",
                hint=hint,
            ) from error
        own = {key.lower(): text for key, text in (model.prompts or {}).items() if text}
        known = next((p for family, p in KNOWN_PROMPTS.items() if name.startswith(family)), ("", ""))
        if query_prompt is None:
            query_prompt = own.get("query", known[0])
        if document_prompt is None:
            document_prompt = own.get("document", own.get("passage", known[1]))
        folder = Path(name) if is_path else _snapshot(name)
        return cls(model, name=name, query_prompt=query_prompt, document_prompt=document_prompt, folder=folder)

    @property
    def name(self) -> str:
        """The name or path it was loaded by."""
        return self._name

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self._dimension

    def describe(self) -> dict[str, Any]:
        """Return name, dimension, prompts, longest input in tokens, and the probe vector's first numbers."""
        probe = self._encode([_PROBE], "")[0, :_PROBE_NUMBERS]
        return {
            "kind": "sentence-transformers",
            "name": self._name,
            "dimension": self._dimension,
            "query_prompt": self._query_prompt,
            "document_prompt": self._document_prompt,
            "max_tokens": self._model.get_max_seq_length(),
            "probe": [round(float(number), 5) for number in probe],
        }

    @cached_property
    def passage_fingerprint(self) -> str | None:
        """Tells encoders apart that may give a passage another vector, by all files of the model and its prompt."""
        if self._folder is None:
            return None
        digest = blake2b(repr(self._document_prompt).encode(), digest_size=16)
        for path in sorted(self._folder.rglob("*")):
            part = path.relative_to(self._folder)
            # What a training left behind, gigabytes of it, no loader reads.
            if path.is_file() and not part.parts[0].startswith("checkpoint-"):
                digest.update(f"\0{part.as_posix()}\0{path.stat().st_size}\0".encode())
                with path.open("rb") as file:
                    while block := file.read(1 << 20):
                        digest.update(block)
        return digest.hexdigest()

    def check(self, described: Mapping[str, Any]) -> None:
        """Compare this model with the one an index was made with.

        Raises:
            IndexMismatch: It is another model.
        """
        probe = np.asarray(described.get("probe", ()), dtype=np.float32)
        own = self._encode([_PROBE], "")[0, :_PROBE_NUMBERS]
        if probe.shape != own.shape or float(np.abs(probe - own).max(initial=0.0)) > _PROBE_TOLERANCE:
            raise IndexMismatch(
                f"model {self._name} is not the one this index was made with",
                hint="Put the old model back, or build the index again with this one.",
            )

    def encode_queries(self, texts: Sequence[str], /) -> Vectors:
        """Return one unit vector per question, its prompt put before it."""
        return self._encode(texts, self._query_prompt)

    def encode_passages(self, texts: Sequence[str], /) -> Vectors:
        """Return one unit vector per passage, its prompt put before it; long ones are cut at `max_tokens`."""
        return self._encode(texts, self._document_prompt)

    def _encode(self, texts: Sequence[str], prompt: str) -> Vectors:
        if not texts:
            return np.empty((0, self._dimension), dtype=np.float32)
        asked = [prompt + text for text in texts]
        vectors = np.empty((len(texts), self._dimension), dtype=np.float32)
        for batch in _alike(asked):
            vectors[batch] = self._model.encode(
                [asked[i] for i in batch], batch_size=len(batch), show_progress_bar=False, convert_to_numpy=True
            )
        return unit_rows(vectors)


def _alike(texts: Sequence[str]) -> Iterator[list[int]]:
    """Yield the places of texts of like length, the longest first, as many as one batch should hold."""
    order = sorted(range(len(texts)), key=lambda i: (-len(texts[i]), i))
    start = 0
    while start < len(order):
        size = max(1, _BATCH_CHARS // max(1, len(texts[order[start]])))
        yield order[start : start + size]
        start += size


def _snapshot(name: str) -> Path | None:
    """Where the hub's cache has the files of a model that was loaded by its name."""
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(name, local_files_only=True))
    except (OSError, ValueError):
        return None


def _refuse_programs(folder: Path) -> None:
    """Refuse a folder whose model is code: sentence-transformers before 6 runs it without being asked to."""
    try:
        modules = json.loads((folder / "modules.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return
    own = [str(module["type"]) for module in modules]
    if foreign := [name for name in own if not name.startswith("sentence_transformers.")]:
        raise ValueError(f"it brings a program of its own ({foreign[0][:80]}), which is not run")


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:300]
