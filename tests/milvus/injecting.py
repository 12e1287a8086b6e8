"""A client of Milvus whose calls fail when they are told to; between it and the server, everything is real."""

import threading
from contextlib import contextmanager

from lite import import_milvus


class Faults:
    """Decides of each call whether it fails, and how. Calls of a lock's thread are not counted, as they come by the clock."""

    def __init__(self):
        self.calls = []
        self._counting = threading.Lock()
        self._before = self._after = lambda number: None

    def call(self, method, arguments, make):
        """Do a call, or not."""
        with self._counting:
            number = len(self.calls)
            if threading.current_thread().name != "faqsearch-lock":
                self.calls.append((method, arguments[0] if arguments and isinstance(arguments[0], str) else ""))
        self._before(number)
        result = make()
        self._after(number)
        return result

    @contextmanager
    def gone(self, start, end=float("inf"), error=None):
        """The calls from number `start` up to `end` do not reach the server."""
        self._before = self._raising(lambda number: start <= number < end, error)
        with self._healed():
            yield

    @contextmanager
    def lost(self, place):
        """The answer of one call gets lost: the server has done what was asked."""
        self._after = self._raising(lambda number: number == place, None)
        with self._healed():
            yield

    @contextmanager
    def _healed(self):
        self.calls.clear()
        try:
            yield
        finally:
            self._before = self._after = lambda number: None

    @staticmethod
    def _raising(when, error):
        def fail(number):
            if when(number):
                raise error or unavailable()

        return fail


def unavailable():
    """What pymilvus says of a server that went away, after it has tried for itself."""
    import_milvus()
    import grpc
    from pymilvus import MilvusException

    return MilvusException(grpc.StatusCode.UNAVAILABLE, "[injected] Retry timeout: 0.5s, connection refused")


def client_of(faults):
    """A class in place of `pymilvus.MilvusClient`."""
    real = import_milvus().MilvusClient

    class Kind(type):
        def __getattr__(cls, name):
            return getattr(real, name)

    class Client(metaclass=Kind):
        def __init__(self, *arguments, **options):
            self._client = real(*arguments, **options)

        def __getattr__(self, name):
            value = getattr(self._client, name)
            if not callable(value) or name == "close":
                return value
            return lambda *arguments, **options: faults.call(name, arguments, lambda: value(*arguments, **options))

    return Client
