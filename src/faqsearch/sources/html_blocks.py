"""The tree of a web page to blocks: headings with their anchors, accordions, definition lists, tables, lists, code."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml.html import HtmlElement

from faqsearch.sources.blocks import CODE_FENCE, Block, FoldEnd, FoldStart, Heading, Text
from faqsearch.sources.cells import one_line, tidy
from faqsearch.sources.joining import unwrap
from faqsearch.sources.questions import answer_label, is_question, question_label

_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_BLOCKS = _HEADINGS | frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "caption",
        "center",
        "dd",
        "details",
        "dir",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "header",
        "hgroup",
        "hr",
        "html",
        "legend",
        "li",
        "main",
        "menu",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
    ]
)
_QUESTION_NAMES = frozenset(("q", "question", "faq-q", "faq-question", "faq_q", "faq_question", "qa-q", "qa_q"))
_ANSWER_NAMES = frozenset(("a", "answer", "faq-a", "faq-answer", "faq_a", "faq_answer", "qa-a", "qa_a"))
_BREAK = "\v"
_BREAKS = re.compile(rf"[ \t]*{_BREAK}[ \t]*")
_SPACES = re.compile(r"[ \t]+")
_LONGEST_TERM = 300


def html_blocks(body: HtmlElement) -> Iterator[Block]:
    """The blocks of a page in reading order."""
    yield from _children(body)


def inline_text(element: HtmlElement) -> str:
    """The text of an element as a browser shows it, ruby without its readings, `<br>` as a line feed."""
    return _lines("".join(_words(element)))


def _children(element: HtmlElement) -> Iterator[Block]:
    """Blocks of a container; text between its blocks is a paragraph of its own."""
    loose: list[str] = [element.text or ""]
    line = element.sourceline
    for child in element:
        if isinstance(child.tag, str) and _is_block(child):
            yield from _paragraph(loose, line)
            yield from _block(child)
            loose, line = [], child.sourceline
        elif isinstance(child.tag, str) and child.tag not in ("rt", "rp"):
            loose.extend(_element_words(child))
        loose.append(child.tail or "")
    yield from _paragraph(loose, line)


def _is_block(element: HtmlElement) -> bool:
    """Whether an element stands on lines of its own; one that holds blocks does, whatever its name."""
    return element.tag in _BLOCKS or any(below.tag in _BLOCKS for below in element.iterdescendants())


def _paragraph(words: list[str], line: int | None) -> Iterator[Text]:
    if text := _lines("".join(words)):
        yield Text(text, line)


def _block(element: HtmlElement) -> Iterator[Block]:
    tag = element.tag
    if tag in _HEADINGS:
        text = one_line(inline_text(element))
        if text:
            yield Heading(text, int(tag[1]), element.sourceline, anchor=_anchor(element))
    elif tag == "details":
        yield from _details(element)
    elif tag == "dl":
        yield from _definitions(element)
    elif tag in ("ul", "ol", "menu", "dir"):
        yield from _list(element)
    elif tag == "table":
        yield from _table(element)
    elif tag == "pre":
        code = "".join(element.itertext()).strip("\n").replace(CODE_FENCE, "~~~")
        if code.strip():
            yield Text(f"{CODE_FENCE}\n{code}\n{CODE_FENCE}", element.sourceline)
    elif label := _question_or_answer(element):
        yield from _labelled(element, label)
    else:
        yield from _children(element)


def _anchor(heading: HtmlElement) -> str | None:
    """The id one can link to: the heading's own, one inside it, or that of the section it opens."""
    own = heading.get("id") or next((a.get("id") or a.get("name") for a in heading.iter("a", "span")), None)
    parent = heading.getparent()
    # The ids of other containers are for style sheets; the title of a page needs none.
    containers = () if heading.tag == "h1" else ("section", "article", "div", "header", "hgroup")
    while own is None and parent is not None and parent.tag in containers:
        first = _first_child(parent)
        opens = first is heading or (first is not None and heading in first.iterdescendants())
        if not opens and parent.tag not in ("header", "hgroup"):
            break
        own = parent.get("id")
        parent = parent.getparent()
    return own.strip()[:200] if own and own.strip() and not re.search(r"\s", own.strip()) else None


def _first_child(element: HtmlElement) -> HtmlElement | None:
    return next((child for child in element if isinstance(child.tag, str)), None)


def _details(element: HtmlElement) -> Iterator[Block]:
    summary = next((child for child in element if child.tag == "summary"), None)
    title = "" if summary is None else one_line(inline_text(summary))
    yield FoldStart(title, element.sourceline, element.get("id"))
    if summary is not None:
        summary.drop_tree()
    yield from _children(element)
    yield FoldEnd()


def _definitions(element: HtmlElement) -> Iterator[Block]:
    """A list of questions and answers, of terms with anchors of their own, or just of names and values."""
    pairs: list[tuple[list[HtmlElement], list[HtmlElement]]] = []
    for child in _definition_parts(element):
        if child.tag == "dt":
            if not pairs or pairs[-1][1]:
                pairs.append(([], []))
            pairs[-1][0].append(child)
        elif pairs:
            pairs[-1][1].append(child)
        else:
            yield from _children(child)
    for terms, definitions in pairs:
        term = one_line(" ".join(map(inline_text, terms)))
        anchor = terms[0].get("id")
        bare = term[question_label(term) :]
        if bare and len(term) <= _LONGEST_TERM and (anchor or is_question(term) or question_label(term)):
            yield FoldStart(bare if is_question(bare) else term, terms[0].sourceline, anchor)
            for definition in definitions:
                yield from _children(definition)
            yield FoldEnd()
        else:
            text = "\n".join(_as_text(_children(definition)) for definition in definitions)
            yield Text(tidy(f"{term}\n{_indented(text)}"), terms[0].sourceline)


def _definition_parts(element: HtmlElement) -> Iterator[HtmlElement]:
    """`dt` and `dd`, also where they are grouped in `div`s."""
    for child in element:
        if child.tag in ("dt", "dd"):
            yield child
        elif child.tag == "div":
            yield from _definition_parts(child)


def _list(element: HtmlElement) -> Iterator[Block]:
    start = element.get("start") or "1"
    number = int(start) if re.fullmatch(r"-?[0-9]{1,6}", start) else 1
    lines: list[str] = []
    for child in element:
        if child.tag not in ("li", "ul", "ol"):
            continue
        blocks = list(_children(child) if child.tag == "li" else _list(child))
        if any(not isinstance(block, Text) for block in blocks):
            # Headings or accordions in list items: the list is layout.
            if lines:
                yield Text("\n".join(lines), element.sourceline)
                lines = []
            yield from blocks
            continue
        text = _as_text(iter(blocks))
        if child.tag != "li":
            lines.append(_indented(text))
        elif text:
            if question_label(text) or answer_label(text):
                lines.append(text)
                continue
            mark = f"{number}. " if element.tag == "ol" else "- "
            number += 1
            lines.append(mark + text.replace("\n", "\n" + " " * len(mark)))
    if lines:
        yield Text("\n".join(lines), element.sourceline)


def _table(element: HtmlElement) -> Iterator[Block]:
    """Rows as `a | b`; a table that holds headings or other tables is layout."""
    if element.xpath(".//table|.//h1|.//h2|.//h3|.//h4|.//details"):
        for cell in element.xpath(
            "./caption|./tr/td|./tr/th|./*[self::tbody or self::thead or self::tfoot]/tr/*[self::td or self::th]"
        ):
            yield from _children(cell)
        return
    lines = [inline_text(caption) for caption in element.iterchildren("caption")]
    for row in element.iter("tr"):
        cells = [one_line(_as_text(_children(cell))) for cell in row.iterchildren("td", "th")]
        if any(cells):
            lines.append(" | ".join(cells).rstrip())
    if lines:
        yield Text("\n".join(filter(None, lines)), element.sourceline)


def _question_or_answer(element: HtmlElement) -> str:
    """`Q. ` or `A. ` when the class says that a part of the page is one and its text does not."""
    names = set((element.get("class") or "").lower().split())
    if not names or element.tag not in ("div", "p", "dt", "dd", "section"):
        return ""
    if names & _QUESTION_NAMES:
        return "Q. "
    return "A. " if names & _ANSWER_NAMES else ""


def _labelled(element: HtmlElement, label: str) -> Iterator[Block]:
    labelled = question_label if label == "Q. " else answer_label
    blocks = list(_children(element))
    first = next((index for index, block in enumerate(blocks) if isinstance(block, Text)), None)
    headings = any(isinstance(block, Heading) for block in blocks)
    for index, block in enumerate(blocks):
        if isinstance(block, Text) and index == first and not headings:
            bare = re.sub(r"^[QAＱＡ][\s:：.．]*(?=\n)\n*", "", block.text)
            yield Text(bare if labelled(bare) else f"{label}{bare}", block.line)
        else:
            yield block


def _as_text(blocks: Iterator[Block]) -> str:
    return "\n".join(block.text for block in blocks if not isinstance(block, FoldEnd) and block.text)


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" if line else line for line in text.split("\n"))


def _words(element: HtmlElement) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        if isinstance(child.tag, str) and child.tag not in ("rt", "rp"):
            yield from _element_words(child)
        yield child.tail or ""


def _element_words(element: HtmlElement) -> Iterator[str]:
    if element.tag == "br":
        yield _BREAK
    elif element.tag == "img":
        yield element.get("alt") or ""
    elif element.tag in _BLOCKS:
        yield _BREAK
        yield from _words(element)
        yield _BREAK
    else:
        yield from _words(element)


def _lines(text: str) -> str:
    shown = _SPACES.sub(" ", unwrap(text.replace("\xa0", " ")))
    return tidy("\n".join(filter(None, _BREAKS.sub(_BREAK, shown).split(_BREAK))))
