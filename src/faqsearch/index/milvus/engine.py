"""The connection to Milvus: calls that are tried again while that may help, and errors that say what to do."""

from __future__ import annotations

import logging
import os
import random
import re
import threading
import time
from functools import cached_property
from typing import TYPE_CHECKING, Any

from faqsearch.errors import EngineDenied, EngineError, MissingExtra
from faqsearch.index.address import TOKEN_VARIABLE, MilvusAddress

if TYPE_CHECKING:
    pass

Row = dict[str, Any]

# Seconds between two tries: doubled each time, up to the longest, and spread so that many clients do not come at once.
_FIRST_WAIT, _LONGEST_WAIT, _SPREAD = 0.2, 5.0, 0.5
# Seconds a call is tried for: a person waits for a search, nobody for a build.
ASKING, WRITING = 10.0, 120.0
# Seconds for a call that is tried when there is no time left: the first, of somebody without patience, and the last.
_ONE_TRY = 0.5
# Seconds a server may take to say that it is there.
_CONNECTING = 5.0
# pymilvus asks every ten seconds whether the server lives, idle or not, which gRPC servers take for an attack.
_CHANNEL = {"grpc.keepalive_time_ms": 60_000, "grpc.keepalive_permit_without_calls": 0}
# Codes of Milvus for a state that passes: not ready, unavailable, memory, requests, internal, rates and quotas.
NOT_LOADED = 101
_PASSING = frozenset({2, 3, 4, 8, 9, 10, 502, 503})
_UNREACHABLE = ("UNAVAILABLE", "DEADLINE_EXCEEDED", "RESOURCE_EXHAUSTED", "CANCELLED", "UNKNOWN")
_LOST = re.compile("connect|local milvus|Retry (timeout|run out)", re.IGNORECASE)
# What Milvus Lite says when another call removes the same collection: a file without its folder is not there. Collections it
# does not find have whole paths.
_GOING = re.compile(r"\[Errno 2\] [^:]*: '[^'/\\]+'")
_DENIED = ("UNAUTHENTICATED", "PERMISSION_DENIED")


class Engine:
    """A Milvus server, or a file of Milvus Lite; the first call connects. Safe to share between threads."""

    def __init__(self, address: MilvusAddress) -> None:
        self.address = address
        self._connecting = threading.Lock()

    @cached_property
    def _client(self) -> Any:
        # What gRPC's core says of connections it mends by itself is for nobody who asks a question.
        os.environ.setdefault("GRPC_VERBOSITY", "NONE")
        try:
            import pymilvus
        except ImportError as error:
            raise MissingExtra(
                f"{self.address} needs pymilvus, which is not installed", hint="pip install 'faqsearch[milvus]'"
            ) from error
        # It logs every error with a traceback, also those that are handled here.
        logging.getLogger("pymilvus").setLevel(logging.CRITICAL)
        options: dict[str, Any] = {}
        if token := os.environ.get(TOKEN_VARIABLE):
            options["token"] = token
        # A channel of its own: one that pymilvus shares by address would be closed under another engine.
        return pymilvus.MilvusClient(
            self.address.uri, timeout=_CONNECTING, dedicated=True, grpc_options=_CHANNEL, **options
        )

    def close(self) -> None:
        """Let go of the connection; the next call makes a new one."""
        with self._connecting:
            client = self.__dict__.pop("_client", None)
            if client is not None:
                client.close()

    def call(
        self, method: str, /, *args: Any, patience: float = ASKING, again: str | None = None, **options: Any
    ) -> Any:
        """Call a method of `MilvusClient`.

        Args:
            method: Its name.
            *args: Its arguments.
            patience: Seconds after which a failure that may pass is raised all the same.
            again: What is called instead after a first try failed, whose effect nobody knows.
            **options: Its options.

        Raises:
            EngineError: Milvus cannot be reached, or refused.
            EngineDenied: It does not take the token.
        """
        if "_client" not in self.__dict__:
            patience = min(patience, ASKING)  # one that was never there will hardly come
        until = time.monotonic() + patience
        wait = _FIRST_WAIT
        while True:
            left = max(until - time.monotonic(), _ONE_TRY)
            try:
                with self._connecting:
                    client = self._client
                return getattr(client, method)(*args, timeout=left, **options)
            except MissingExtra:
                raise
            except Exception as error:
                found = self._understood(error)
                if found is None:
                    raise
                if found.error.code == NOT_LOADED and time.monotonic() < until:
                    # A server that started again, or somebody who let go of what nobody had asked for.
                    self.call("load_collection", args[0], patience=left)
                    continue
                if not found.passing or time.monotonic() + wait > until:
                    raise found.error from error
                time.sleep(wait * (1 + _SPREAD * random.random()))  # noqa: S311
                wait = min(2 * wait, _LONGEST_WAIT)
                method = again or method

    def _understood(self, error: Exception) -> _Failure | None:
        """What an exception of the client means; None for one that is not Milvus's."""
        import grpc
        import pymilvus

        status, code = "", 0
        if isinstance(error, grpc.RpcError):
            status = str(error.code().name) if hasattr(error, "code") else "UNAVAILABLE"
            message = str(error.details()) if hasattr(error, "details") else str(error)
        elif isinstance(error, pymilvus.MilvusException):
            status = str(getattr(error.code, "name", ""))
            code = error.code if isinstance(error.code, int) else 0
            message = str(error.message)
        elif isinstance(error, ConnectionError | TimeoutError | grpc.FutureTimeoutError):
            status, message = "UNAVAILABLE", str(error)
        else:
            return None
        message = " ".join(message.split())[:300] or type(error).__name__
        if status in _DENIED or "auth check failure" in message or "UNAUTHENTICATED" in message:
            hint = f"Put user:password or an API key that may use it into ${TOKEN_VARIABLE}."
            return _Failure(
                EngineDenied(f"{self.address} does not take the token ({message})", hint=hint), passing=False
            )
        lost = isinstance(error, pymilvus.exceptions.ConnectError) or bool(_LOST.search(message))
        if status in _UNREACHABLE or lost:
            hint = "Look whether the server runs and the address is right, then try again."
            if self.address.embedded:
                hint = "One process at a time can use a file of Milvus Lite; run `milvus-lite server` for several."
            return _Failure(EngineError(f"{self.address} cannot be reached ({message})", hint=hint), passing=True)
        passing = code in _PASSING or bool(getattr(error, "retriable", False) or _GOING.search(message))
        hint = "Try again later; what answered before still answers."
        return _Failure(EngineError(f"{self.address} refused: {message}", hint=hint, code=code), passing=passing)


class _Failure:
    def __init__(self, error: EngineError | EngineDenied, *, passing: bool) -> None:
        self.error = error
        self.passing = passing
