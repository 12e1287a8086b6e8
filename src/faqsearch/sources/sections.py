"""From the blocks of a page to documents: one per section, question headings and `Q.`/`A.` pairs as FAQs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from types import MappingProxyType

from faqsearch.documents import Document, Kind, Source
from faqsearch.sources.blocks import CODE_FENCE, Block, FoldEnd, FoldStart, Heading, Text
from faqsearch.sources.cells import one_line, tidy
from faqsearch.sources.ids import Counted, section_id, slug
from faqsearch.sources.interface import Problem, SourceFile
from faqsearch.sources.questions import answer_label, is_question, question_label
from faqsearch.sources.short_sections import Gathered, gather

_LONGEST_HEADING = 300
_DEEPEST = 100
_PLAIN_FOLDS = frozenset(
    [
        "回答",
        "答え",
        "こたえ",
        "回答を見る",
        "答えを見る",
        "回答を表示",
        "詳細",
        "詳細を見る",
        "詳細を表示",
        "詳しく見る",
        "もっと見る",
        "続きを読む",
        "表示",
        "クリックして表示",
        "クリックして展開",
        "開く",
        "answer",
        "details",
        "more",
        "show",
    ]
)
"""Folds that are named after the click, not after what they hold: their text belongs to the section around them."""


@dataclass(frozen=True, slots=True)
class Page:
    """What is known about a whole page, for all its sections."""

    title: str = ""
    category: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    url: str | None = None
    kind: Kind | None = None
    extra: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(slots=True)
class _Section:
    """A section under construction."""

    text: str
    level: int
    line: int | None
    path: tuple[str, ...]
    """Headings from the page down to this one."""
    slugs: tuple[str, ...]
    """What this section's id is made of."""
    below: tuple[str, ...]
    """What the ids of its subsections begin with."""
    anchor: str | None = None
    page: int | None = None
    body: list[Text] = field(default_factory=list)
    parent: _Section | None = None
    """The section it stands in; the page for one at the top."""
    has_children: bool = False


def read_sections(file: SourceFile, blocks: Iterable[Block], page: Page) -> Iterator[Document | Problem]:
    """Make the documents of a page.

    Ids are the explicit anchor of a heading or the way down to it, so they survive whatever is added elsewhere.
    """
    counted = Counted()
    sections = list(_outline(file, list(blocks), page))
    said = [_pairs(section) for section in sections]
    gathered = _gathered(sections, said, page)
    for section, (_, pairs), own in zip(sections, said, gathered, strict=True):
        for question, answer, place in pairs:
            if not question:
                hint = "write it after Q."
                yield file.problem(f"no question to '{answer[:40]}'", line=place.line, page=place.page, hint=hint)
                continue
            if not answer:
                hint = "add a line with A."
                yield file.problem(f"no answer to '{question[:40]}'", line=place.line, page=place.page, hint=hint)
                continue
            document_id = counted(section_id(file.name, (*section.slugs, slug(question))))
            yield _document(document_id, "faq", question, answer, file, section, page, place)
        # A section that is joined to another, or says nothing, keeps its id from the next of the same name: who writes
        # a line below its heading must not rename others.
        document_id = counted(_id(file, section))
        question = section.text[question_label(section.text) :] or section.text
        asks = is_question(section.text)
        lead = own.text[answer_label(own.text) :].lstrip("\n") if asks else own.text
        if own.joined or (not lead and (section.has_children or pairs or not section.level)):
            continue
        if not lead and asks:
            hint = "write it below the heading"
            yield file.problem(f"no answer to '{question[:40]}'", line=section.line, page=section.page, hint=hint)
            continue
        kind: Kind = "faq" if asks else "manual"
        also = tuple(dict.fromkeys(heading for heading in own.headings if heading != question))
        document = _document(document_id, page.kind or kind, question, lead, file, section, page, section)
        yield replace(document, phrasings=also) if also else document


def _gathered(
    sections: list[_Section], said: list[tuple[str, list[tuple[str, str, Text]]]], page: Page
) -> list[Gathered]:
    """Join short sections to the ones they stand in; of FAQs, everything stays as it is."""
    places = {id(section): place for place, section in enumerate(sections)}
    # The page itself is no section; what stands at its top stays.
    above = [places[id(s.parent)] if s.parent is not None and s.parent.level else None for s in sections]
    faq = page.kind == "faq"
    apart = {
        n
        for n, (section, (_, pairs)) in enumerate(zip(sections, said, strict=True))
        if faq or pairs or is_question(section.text)
    }
    addressed = {n for n, section in enumerate(sections) if section.anchor}
    texts = [lead for lead, _ in said]
    return gather([section.text for section in sections], texts, above, apart=apart, addressed=addressed)


def _id(file: SourceFile, section: _Section) -> str:
    if section.anchor:
        return f"{file.name}#{section.anchor}"
    return section_id(file.name, section.slugs) if section.slugs else file.name


def _document(
    document_id: str,
    kind: Kind,
    question: str,
    answer: str,
    file: SourceFile,
    section: _Section,
    page: Page,
    place: _Section | Text,
) -> Document:
    return Document(
        id=document_id,
        kind=kind,
        question=question,
        answer=answer,
        source=Source(file.path, place.line, place.page, section.path, page.url, section.anchor),
        category=page.category,
        tags=page.tags,
        extra=page.extra,
    )


def _outline(file: SourceFile, blocks: list[Block], page: Page) -> list[_Section]:
    """The sections in reading order, each with its own text."""
    stem = PurePosixPath(file.name).stem
    headings = [block for block in blocks if isinstance(block, Heading) and block.text]
    single_title = sum(heading.level == 1 for heading in headings) == 1 and headings[0].level == 1
    title = one_line(page.title)
    first = next((block for block in blocks if isinstance(block, (Heading, Text))), Text("", 1))
    # Formats without lines begin on a page, or nowhere in particular.
    line = None if first.line is None else 1
    root = _Section(title or stem, 0, line, (title,) if title else (), (), (), page=first.page)
    above: tuple[str, ...] = () if single_title or not title else (title,)
    sections, open_sections = [root], [root]
    folds: list[int | None] = []
    for block in blocks:
        current = open_sections[-1]
        if isinstance(block, Heading) and block.text:
            if len(block.text) > _LONGEST_HEADING or (answer_label(block.text) and _asks_still(current)):
                current.body.append(Text(block.text, block.line, block.page))
                continue
            while len(open_sections) > 1 and open_sections[-1].level >= block.level:
                open_sections.pop()
            # A heading above the section a fold stands in means that the fold was never closed.
            folds = [depth for depth in folds if depth is None or depth < len(open_sections)]
            added = _open(
                block, open_sections[-1], above, is_title=len(sections) == 1 and block.level == 1 and not block.label
            )
        elif isinstance(block, Text):
            current.body.append(block)
            continue
        elif isinstance(block, FoldStart):
            name = one_line(block.text)
            if not name or name.lower() in _PLAIN_FOLDS or len(name) > _LONGEST_HEADING or len(folds) > _DEEPEST:
                folds.append(None)
                continue
            folds.append(len(open_sections))
            heading = Heading(name, current.level + 1, block.line, block.anchor)
            added = _open(heading, current, above, is_title=False)
        else:
            if folds and isinstance(block, FoldEnd) and (depth := folds.pop()) is not None:
                del open_sections[max(depth, 1) :]
            continue
        open_sections[-1].has_children = True
        sections.append(added)
        open_sections.append(added)
    return sections


def _open(heading: Heading, parent: _Section, above: tuple[str, ...], *, is_title: bool) -> _Section:
    own = heading.label or heading.slug or slug(heading.text)
    slugs = (own,) if heading.label and "." in heading.label else (*parent.below, own)
    path = (*(parent.path if parent.level else above), heading.text)
    # The title of the page stands above everything, so it would only lengthen every id.
    below = () if is_title else slugs
    return _Section(
        heading.text, heading.level, heading.line, path, slugs, below, heading.anchor, heading.page, parent=parent
    )


def _asks_still(section: _Section) -> bool:
    return bool(section.level) and is_question(section.text) and not section.body


def _pairs(section: _Section) -> tuple[str, list[tuple[str, str, Text]]]:
    """Split the text of a section into what comes before the first `Q.`, and the questions and answers after it."""
    lead: list[str] = []
    pairs: list[tuple[str, list[str], Text]] = []
    answered = False
    for index, block in enumerate(section.body):
        if block.text.startswith(CODE_FENCE):
            (pairs[-1][1] if pairs else lead).append(block.text)
            continue
        gathered: list[str] = []
        lines = block.text.split("\n")
        for offset, line in enumerate(lines):
            if (length := question_label(line)) and (
                is_question(line[length:]) or _answer_follows(section, index, lines[offset + 1 : offset + 4])
            ):
                _flush(gathered, pairs, lead)
                place = Text("", None if block.line is None else block.line + offset, block.page)
                pairs.append((one_line(line[length:]), [], place))
                answered = False
            elif pairs and not answered and (length := answer_label(line)):
                question, answer, place = pairs[-1]
                if gathered and not answer:
                    # A question that went on over several lines.
                    pairs[-1] = (one_line(" ".join((question, *gathered))), answer, place)
                    gathered = []
                gathered.append(line[length:])
                answered = True
            else:
                gathered.append(line)
        _flush(gathered, pairs, lead)
    joined = [(question, tidy("\n\n".join(answer)), place) for question, answer, place in pairs]
    return tidy("\n\n".join(lead)), joined


def _flush(gathered: list[str], pairs: list[tuple[str, list[str], Text]], lead: list[str]) -> None:
    if text := "\n".join(gathered).strip("\n"):
        (pairs[-1][1] if pairs else lead).append(text)
    gathered.clear()


def _answer_follows(section: _Section, index: int, lines: list[str]) -> bool:
    """Whether a line labelled as an answer comes soon: `Q.` alone may be an abbreviation."""
    following = [block.text[:50] for block in section.body[index + 1 : index + 3]]
    return any(map(answer_label, (*lines, *following)))
