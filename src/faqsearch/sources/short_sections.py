"""Short sections: those that say nothing alone, and the sections above them that take them in."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

# Letters of a section's text, its heading left out. なし。, 下図を参照。 and 上限: 250文字 have fewer: one line that is
# read with what stands around it. A sentence that says something by itself has more.
_SHORT = 20


@dataclass(slots=True)
class Gathered:
    """What a section says, its short subsections included."""

    text: str
    headings: list[str] = field(default_factory=list)
    """Headings of the subsections that were taken in and said something."""
    joined: bool = False
    """Whether it was itself taken in by the section above."""


def gather(
    headings: Sequence[str],
    texts: Sequence[str],
    above: Sequence[int | None],
    *,
    apart: Collection[int] = (),
    addressed: Collection[int] = (),
) -> list[Gathered]:
    """Join short sections to those above them.

    A section is joined when it has no text or one line of few letters, no subsection that stays, and a section above
    it to be joined to: a page is never empty, and nothing moves to another page. Its heading and text follow the text of that section.

    Args:
        headings: Of each section, in reading order.
        texts: What each says, without its heading.
        above: The place of the section each stands in, an earlier one; None at the top of a page.
        apart: Places of sections that are never joined and take nothing in: questions and their answers.
        addressed: Places of sections that others may link to; joined only when they have no text.

    Returns:
        What becomes of each section.
    """
    gathered = [Gathered(text) for text in texts]
    never = frozenset(apart)
    stay = [0] * len(texts)
    taken: list[list[int]] = [[] for _ in texts]
    # From the end: what stands below a section has been decided before the section itself.
    for place in range(len(texts) - 1, -1, -1):
        own, parent = gathered[place], above[place]
        for below in reversed(taken[place]):
            _take_in(own, headings[below], gathered[below])
        if parent is None:
            continue
        long = bool(own.text) if place in addressed else "\n" in own.text or sum(map(str.isalnum, own.text)) >= _SHORT
        if long or stay[place] or {place, parent} & never:
            stay[parent] += 1
        else:
            own.joined = True
            taken[parent].append(place)
    return gathered


def _take_in(own: Gathered, heading: str, below: Gathered) -> None:
    own.text = "\n\n".join(filter(None, (own.text, f"{heading}\n{below.text}".rstrip("\n"))))
    own.headings += [*([heading] if below.text else []), *below.headings]
