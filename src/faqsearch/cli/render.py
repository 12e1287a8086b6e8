"""What people read: answers, documents and reports, in lines that fit the terminal. Nothing is computed here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self, TextIO
from urllib.parse import quote

from faqsearch.cli.terminal import ColorChoice, can_show, columns, is_terminal, printable, wants_color
from faqsearch.cli.wrapping import as_many, fill, shorten, width, wrap
from faqsearch.documents import Document, Source

if TYPE_CHECKING:
    from faqsearch.results import Hit, LegExplanation, Results

_INDENT = "   "
# Columns a category needs to say anything; it is left out where the path leaves less.
_LEAST_AROUND = 8
_COPIES_SHOWN = 3
_BAR = ("▮", "▯")
_PLAIN_BAR = ("*", ".")


@dataclass(frozen=True, slots=True)
class Look:
    """How to write: how wide, in colour or not, with links or not."""

    columns: int = 80
    color: bool = False
    links: bool = False
    """Whether a place in a file becomes a link to click (OSC 8)."""
    symbols: bool = True
    """Whether the stream can show more than ASCII and Japanese."""

    @classmethod
    def of(cls, stream: TextIO, color: ColorChoice) -> Self:
        """Return how to write to a stream."""
        colored = wants_color(color, stream)
        return cls(columns(), colored, colored and is_terminal(stream), can_show("".join(_BAR), stream))

    def bold(self, text: str) -> str:
        """For what is read first."""
        return f"\x1b[1m{text}\x1b[0m" if self.color and text else text

    def faint(self, text: str) -> str:
        """For what is read last."""
        return f"\x1b[2m{text}\x1b[0m" if self.color and text else text

    def good(self, text: str) -> str:
        """For a confident answer; green is readable on light and on dark."""
        return f"\x1b[32m{text}\x1b[0m" if self.color and text else text

    def matched(self, text: str) -> str:
        """For words that matched: what grep does, bold and a colour that is readable on light and on dark."""
        return f"\x1b[1;35m{text}\x1b[0m" if self.color and text else text

    def link(self, text: str, source: Source) -> str:
        """Return `text`, clickable where the terminal can."""
        path = Path(source.path).absolute()
        if not self.links or not path.exists():
            return text
        return f"\x1b]8;;file://{quote(path.as_posix())}\x1b\\{text}\x1b]8;;\x1b\\"


def results_lines(results: Results, look: Look) -> Iterator[str]:
    """Yield the lines of an answer: every hit in full, or, when none is confident, the nearest in short."""
    if results.did_you_mean:
        yield "Did you mean: " + look.bold(printable(results.did_you_mean))
    if not results.hits:
        yield look.bold("No answer.") + " Nothing in the index matches."
        return
    if results.answered:
        for number, hit in enumerate(results.hits):
            if number:
                yield ""
            yield from _hit_lines(hit, look, full=True)
        return
    yield look.bold("No confident answer.") + " The nearest entries:"
    yield ""
    for hit in results.hits:
        yield from _hit_lines(hit, look, full=False)


def _hit_lines(hit: Hit, look: Look, *, full: bool) -> Iterator[str]:
    from faqsearch.confidence import threshold

    start = f"{hit.rank:<2} "
    paint = look.good if hit.confidence >= threshold() else look.faint
    yield f"{start}{paint(_confidence(hit.confidence, look))}  {look.faint(printable(hit.id))}"
    for line in _wrapped(printable(hit.question), look):
        yield _INDENT + look.bold(line)
    if full:
        yield from _snippet_lines(hit, look)
    around = printable(" > ".join(hit.document.category or hit.source.heading[:-1]))
    left = look.columns - len(_INDENT) - width(_place_text(hit.source)) - 4
    around = f"  [{shorten(around, left)}]" if around and left > _LEAST_AROUND else ""
    yield _INDENT + look.faint(_place(hit.source, look) + around)
    for copy in hit.copies[:_COPIES_SHOWN]:
        yield _INDENT + look.faint(f"same text: {_place(copy.source, look)}")
    if (more := len(hit.copies) - _COPIES_SHOWN) > 0:
        yield _INDENT + look.faint(f"same text: {more:,} more; --json lists them")


def _confidence(value: float, look: Look) -> str:
    full, empty = _BAR if look.symbols else _PLAIN_BAR
    filled = round(value * 5)
    return f"{full * filled}{empty * (5 - filled)} {value:.0%}"


def _snippet_lines(hit: Hit, look: Look) -> Iterator[str]:
    text = printable(hit.snippet)
    for start, end in wrap(text, look.columns - len(_INDENT)):
        line, place = "", start
        for first, last in hit.highlights:
            first, last = max(first, place), min(last, end)  # noqa: PLW2901  # the part of it on this line
            if first < last:
                line += text[place:first] + look.matched(text[first:last])
                place = last
        yield _INDENT + line + text[place:end]


def _wrapped(text: str, look: Look) -> Iterator[str]:
    for start, end in wrap(text, look.columns - len(_INDENT)):
        yield text[start:end]


def _place(source: Source, look: Look) -> str:
    return look.link(_place_text(source), source)


def _place_text(source: Source) -> str:
    """Return where a document stands, as an editor understands it."""
    return printable(source.place)


def explanation_lines(results: Results, look: Look) -> Iterator[str]:
    """Yield, for each hit, a table of what each leg thought of it."""
    for hit in results.hits:
        yield ""
        title = f"{hit.rank:<2} {printable(hit.id)}  score {hit.score:.3f}  confidence {hit.confidence:.0%}"
        yield look.bold(title)
        yield look.faint(f"{_INDENT}{'leg':<10}{'rank':>5}{'score':>9}{'share':>8}  terms")
        for leg, part in hit.explanation.items():
            rank = "-" if part.rank is None else str(part.rank)
            row = f"{_INDENT}{leg:<10}{rank:>5}{part.score:>9.3f}{part.share:>8.3f}  "
            terms = [f"{printable(term)} {added:.2f}" for term, added in part.terms]
            yield (row + as_many(terms, look.columns - len(row))).rstrip()
        yield from variant_lines(hit.explanation, look)
        matched = shorten(printable(hit.matched), look.columns - len(_INDENT) - 9)
        yield f"{_INDENT}matched  {matched}"


def variant_lines(legs: Mapping[str, LegExplanation], look: Look) -> Iterator[str]:
    """Yield which words of the question matched in another form, and why: `やめる → 停止 (synonym)`."""
    found = dict.fromkeys(variant for leg in legs.values() for variant in leg.variants)
    told = (f"{printable(asked)} → {printable(term)} ({how})" for term, asked, how in found)
    label = "for"
    for line in fill(told, look.columns - len(_INDENT) - 9):
        yield f"{_INDENT}{label:<9}{line}"
        label = ""


def document_lines(document: Document, look: Look, section: str | None = None) -> Iterator[str]:
    """Yield the lines of one document in full, or of its question or its answer alone."""
    if section == "question":
        yield from map(printable, document.all_phrasings)
        return
    if section == "answer":
        yield printable(document.answer)
        return
    yield look.faint(f"{printable(document.id)}  {document.kind}  {_place(document.source, look)}")
    heading = document.source.heading
    if len(heading) > 1:
        yield look.faint(printable(" > ".join(heading)))
    for start, end in wrap(printable(document.question), look.columns):
        yield look.bold(printable(document.question)[start:end])
    for phrasing in document.phrasings:
        yield look.faint("  = ") + printable(phrasing)
    if document.answer:
        answer = printable(document.answer)
        yield ""
        for start, end in wrap(answer, look.columns):
            yield answer[start:end]
    facts = [("category", " > ".join(document.category)), ("tags", ", ".join(document.tags))]
    facts += [("url", document.source.url or ""), *document.extra.items()]
    if shown := [(name, value) for name, value in facts if value]:
        yield ""
        yield from fact_lines(shown, look)


def fact_lines(facts: Sequence[tuple[str, str]], look: Look) -> Iterator[str]:
    """Yield `name  value` lines with the values below each other; a long value is wrapped in its own column."""
    left = max((width(printable(name)) for name, _ in facts), default=0) + 2
    for name, value in facts:
        text = printable(value)
        label = printable(name)
        for start, end in wrap(text, max(20, look.columns - left)):
            yield look.faint(label) + " " * (left - width(label)) + text[start:end]
            label = ""
