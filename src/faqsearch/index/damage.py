"""Damage: an error that bad bytes cause is said to be that, and no other error is.

Opening checks sizes, not checksums: an index must start at once. A flipped bit in an array can then lead anywhere, to
a place outside of it or to a character that is none. Whatever comes of it, the checksums decide whose fault it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from faqsearch.errors import FaqsearchError, IndexFormatError
from faqsearch.index.arrays import DAMAGE_HINT


class Damageable(Protocol):
    """Something whose files may have changed under it."""

    def damage(self) -> str | None:
        """Return what is not as it was written, or None; reads every byte."""
        ...


class _HasIndex(Protocol):
    @property
    def index(self) -> Damageable: ...


_S = TypeVar("_S", bound=_HasIndex)
_P = ParamSpec("_P")
_R = TypeVar("_R")


@contextmanager
def saying_damage(files: Damageable) -> Iterator[None]:
    """Turn an unexpected error into an IndexFormatError when the files are damaged; else it passes as it is."""
    try:
        yield
    except FaqsearchError:
        raise
    except Exception as error:
        if damage := files.damage():
            raise IndexFormatError(damage, hint=DAMAGE_HINT) from error
        raise


def says_damage(method: Callable[Concatenate[_S, _P], _R]) -> Callable[Concatenate[_S, _P], _R]:
    """Make a method of something with an index do what `saying_damage` says."""

    @wraps(method)
    def said(self: _S, /, *args: _P.args, **options: _P.kwargs) -> _R:
        with saying_damage(self.index):
            return method(self, *args, **options)

    return said
