"""Addresses: whether an index is a folder, or lies in Milvus, and where.

indexes/faq                            a folder
milvus://HOST[:PORT]/NAME              a Milvus server or cluster, 19530 unless said otherwise
milvus+tls://HOST[:PORT]/NAME          the same over TLS
milvus:///path/file.db                 Milvus Lite in a file, for one process at a time
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from faqsearch.errors import SettingsError

TOKEN_VARIABLE = "FAQSEARCH_MILVUS_TOKEN"  # noqa: S105 - the name of the place, not what is in it
"""Where the token for a Milvus server is taken from: `user:password`, or an API key."""

_PORT = 19530
_NAME_IN_FILE = "faqsearch"
# What Milvus takes as the name of a collection, short enough for what is put behind it.
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,199}")
_KINDS = "Use a folder, milvus://HOST:PORT/NAME, milvus+tls://HOST:PORT/NAME or milvus:///path/file.db."


@dataclass(frozen=True, slots=True)
class MilvusAddress:
    """Where an index lies in Milvus."""

    uri: str
    """What pymilvus connects to: `http://host:port`, `https://host:port`, or the path of a file."""
    name: str
    """Alias that readers follow; the collections of all generations begin with it."""
    text: str
    """As it was written."""

    @property
    def embedded(self) -> bool:
        """Whether it is a file of Milvus Lite, which one process has to itself."""
        return "://" not in self.uri

    def __str__(self) -> str:
        return self.text


def milvus_address(address: str | Path) -> MilvusAddress | None:
    """Return where in Milvus an index lies, or None for a folder.

    Raises:
        SettingsError: It is an address of neither.
    """
    text = str(address)
    scheme, separator, _ = text.partition("://")
    if not separator or isinstance(address, Path):
        return None
    if scheme not in ("milvus", "milvus+tls"):
        raise SettingsError(f"{text.rsplit('@', maxsplit=1)[-1]!r} is no address of an index", hint=_KINDS)
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port or _PORT
    except ValueError as error:
        raise SettingsError(f"{text!r} is no address of an index ({error})", hint=_KINDS) from error
    if parts.username is not None:
        hint = f"Put user:password or an API key into ${TOKEN_VARIABLE}."
        raise SettingsError("an address shows up in logs and process lists, and must hold no password", hint=hint)
    if host is None:
        if scheme == "milvus" and parts.path.endswith(".db"):
            return MilvusAddress(parts.path, _NAME_IN_FILE, text)
        raise SettingsError(f"{text!r} names neither a server nor a file that ends in .db", hint=_KINDS)
    name = parts.path.strip("/")
    if not _NAME.fullmatch(name) or parts.query or parts.fragment:
        hint = "Name the index after the server, in letters, digits and _: milvus://HOST:PORT/support"
        raise SettingsError(f"{text!r} does not name an index", hint=hint)
    bracketed = f"[{host}]" if ":" in host else host
    return MilvusAddress(f"{'https' if scheme == 'milvus+tls' else 'http'}://{bracketed}:{port}", name, text)
