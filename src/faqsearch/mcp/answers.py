"""What tools answer: a selection of the fields of `to_json`, under the same names, short enough for a conversation."""

from __future__ import annotations

from itertools import islice
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from faqsearch.documents import Document, Kind, Source
from faqsearch.related import Related
from faqsearch.results import Hit, Results
from faqsearch.suggest import Suggestion

# Whatever stands beside an answer (a question, a heading, a tag, another column) is short unless something is wrong.
_LONGEST = 300
_MOST = 30


class _Answer(BaseModel):
    # The docstring under a field is its description in the output schema.
    model_config = ConfigDict(use_attribute_docstrings=True, frozen=True)


class FoundEntry(_Answer):
    """An entry of the FAQ, or a section of a manual, that was found."""

    id: str
    """Take it to `show` and `related`, and name it when you cite."""
    kind: Kind
    confidence: float = Field(ge=0, le=1)
    """Probability that this entry answers the question. It means the same for every question and every index."""
    question: str
    """The stored question, or the heading of a section."""
    text: str
    """The whole answer; where `cut` is true, the part of it that matters most."""
    cut: bool
    """Whether something is missing here that `show` has."""
    category: list[str]
    """Widest first; a value to narrow down with: {"category": "..."}."""
    source: Source

    @classmethod
    def of(cls, hit: Hit, max_chars: int) -> Self:
        """Return a hit with at most `max_chars` characters of its answer."""
        value = hit.to_json()
        answer, snippet = value.pop("answer"), value.pop("snippet")
        short = _bounded(value)
        fits = len(answer) <= max_chars
        text = answer if fits else _cut(snippet, max_chars)
        return cls.model_validate({**short, "text": text, "cut": not fits or short != value})


class Found(_Answer):
    """What was found for a question."""

    answered: bool
    """True: the first hit is the answer. False: there is no answer to rely on; say so rather than answer from the hits."""
    hits: list[FoundEntry]
    """Best first; may be empty."""
    did_you_mean: str | None
    """When not answered: the question without its typing slips. Ask it next."""
    suggestions: list[str]
    """When not answered: the nearest stored questions, to offer to whoever asked."""

    @classmethod
    def of(cls, results: Results, max_chars: int) -> Self:
        """Return the results of one question."""
        hits = [FoundEntry.of(hit, max_chars) for hit in results.hits]
        value = _bounded({"did_you_mean": results.did_you_mean, "suggestions": list(results.suggestions)})
        return cls(answered=results.answered, hits=hits, **value)


class Shown(_Answer):
    """One entry of the FAQ, or one section of a manual."""

    id: str
    kind: Kind
    question: str
    """The stored question, or the heading of a section."""
    phrasings: list[str]
    """Other ways to ask it."""
    answer: str
    """From `start` on, at most `max_chars` characters."""
    next_start: int | None
    """Where the answer goes on: call `show` again with this as `start`. Null at its end."""
    cut: bool
    """Whether something is missing: of the answer, or of a field that is longer than 300 characters or 30 values."""
    category: list[str]
    tags: list[str]
    extra: dict[str, str]
    """Other columns of the source."""
    source: Source

    @classmethod
    def of(cls, document: Document, start: int, max_chars: int) -> Self:
        """Return a document with `max_chars` characters of its answer, beginning at `start`."""
        value = document.to_json()
        answer, stop = value.pop("answer"), start + max_chars
        short = _bounded(value)
        following = stop if stop < len(answer) else None
        cut = start > 0 or following is not None or short != value
        return cls.model_validate({**short, "answer": answer[start:stop], "next_start": following, "cut": cut})


class Completion(_Answer):
    """A stored wording."""

    text: str
    id: str
    """The entry it belongs to."""
    kind: Literal["question", "phrasing", "heading"]
    """The question of an entry, another way to ask it, or the heading of a section."""


class Completions(_Answer):
    """Stored wordings that complete a text."""

    suggestions: list[Completion]
    """Best first; may be empty."""

    @classmethod
    def of(cls, found: list[Suggestion]) -> Self:
        """Return what was found."""
        return cls.model_validate({"suggestions": [_bounded(suggestion.to_json()) for suggestion in found]})


class Neighbour(_Answer):
    """An entry near another one."""

    id: str
    kind: Kind
    score: float
    """Higher is nearer."""
    question: str
    category: list[str]
    source: Source


class Neighbours(_Answer):
    """What else a reader of an entry may want to see."""

    related: list[Neighbour]
    """Nearest first; may be empty."""

    @classmethod
    def of(cls, found: list[Related]) -> Self:
        """Return what was found."""
        return cls.model_validate({"related": [_bounded(one.to_json()) for one in found]})


def _bounded(value: Any) -> Any:
    """A JSON value without its long texts and lists: what is cut ends in an ellipsis."""
    if isinstance(value, str):
        return _cut(value, _LONGEST)
    if isinstance(value, dict):
        return {key: _bounded(part) for key, part in islice(value.items(), _MOST)}
    return [_bounded(part) for part in value[:_MOST]] if isinstance(value, list) else value


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
