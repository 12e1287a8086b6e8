"""HTML pages: FAQs they declare (schema.org), then the sections of their main text."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Generator, Iterator
from contextlib import suppress
from typing import Any

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from faqsearch.documents import Document
from faqsearch.sources.bounds import MAX_ATTRIBUTES, MAX_ELEMENTS, MAX_HTML_BYTES, MAX_LINE_CHARS
from faqsearch.sources.cells import flat_width, one_line
from faqsearch.sources.decoding import decode, decode_as
from faqsearch.sources.entries import read_entries
from faqsearch.sources.html_blocks import html_blocks, inline_text
from faqsearch.sources.html_content import keep_main_text
from faqsearch.sources.interface import Problem, SourceFile
from faqsearch.sources.mojibake import mojibake_lines, mojibake_problem, sound_blocks
from faqsearch.sources.questions import question_label
from faqsearch.sources.rows import RowReader
from faqsearch.sources.sections import Page, read_sections

_CHARSET = re.compile(rb"""<meta\b[^<>]{0,200}?\bcharset\s*=\s*["']?\s*([\w.:-]{1,40})""", re.IGNORECASE)
_XML_ENCODING = re.compile(rb"""\A\s*<\?xml[^<>]{0,100}\bencoding\s*=\s*["']([\w.:-]{1,40})["']""")
_LOOKED_AT = 4096
_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_WIDER = {"shift_jis": "cp932", "shift-jis": "cp932", "x-sjis": "cp932", "sjis": "cp932", "windows-31j": "cp932"}
_SITE_NAME = re.compile(r"\s*[|｜]\s*|\s+[-–—:]\s+|\s*[—–]\s*")
_TOO_DEEP = "Excessive depth"
_NOT_WORD = re.compile(r"\W+")
_ATTRIBUTE = re.compile(
    r"""[\s/]*+[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z)|[^\s>]*+))?""",
)
_LONG_TAG = re.compile(rf"<[a-zA-Z][^\s/>]*+((?:{_ATTRIBUTE.pattern})*+)")
_COMMENT = re.compile(r"<!--(?:[^-]++|-(?!->))*+(?:-->|\Z)")
# Characters an element may not hold once its tree is changed: written as they are, or by their numbers.
_NO_TEXT = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]"
    r"|&#0*(?:[0-8]|1[124-9]|2\d|3[01]|5529[6-9]|55[3-9]\d\d|5[67]\d{3}|6553[45])(?!\d);?"
    r"|&#x0*(?:[0-8bcef]|1[0-9a-f]|d[89a-f][0-9a-f]{2}|fff[ef])(?![0-9a-f]);?",
    re.IGNORECASE,
)


def read_html(file: SourceFile) -> Iterator[Document | Problem]:
    """Read a page."""
    if len(file.data) > MAX_HTML_BYTES:
        raise file.error(
            f"{len(file.data):,} bytes; at most {MAX_HTML_BYTES:,} of HTML are read", hint="split the file"
        )
    text = yield from _text(file)
    root = yield from _tree(file, text)
    if root is None:
        yield file.problem("the page is empty", severity="warning")
        return
    page = _page(root)
    asked: set[str] = set()
    rows = RowReader(file)
    for item in _declared(file, rows, root, page):
        if isinstance(item, Document):
            asked.add(_bare(item.question))
        yield item
    body = root.find("body")
    if body is None:
        return
    keep_main_text(body)
    problems: list[Problem] = []
    _drop_mojibake(file, text, body, problems)
    for item in read_sections(file, sound_blocks(file, html_blocks(body), problems), page):
        # What a page declares as an FAQ it nearly always shows as well.
        if not (isinstance(item, Document) and _bare(item.question) in asked):
            yield item
    yield from problems


def _text(file: SourceFile) -> Generator[Problem, None, str]:
    """Decode as the page says, if it is right about it."""
    start = file.data[:_LOOKED_AT]
    named = _CHARSET.search(start) or _XML_ENCODING.search(start)
    decoded = None
    if named and not start.startswith(_MARKS):
        name = named.group(1).decode("ascii").lower()
        # A name no one knows, or one that is no encoding of text.
        with suppress(LookupError, UnicodeError):
            decoded = decode_as(file.data, _WIDER.get(name, name))
    if decoded is None:
        decoded = decode(file.data, path=file.path)
    for line in decoded.damaged:
        yield file.problem(f"bytes that are not {decoded.encoding}; the line is left out", line=line)
    return decoded.text


def _tree(file: SourceFile, text: str) -> Generator[Problem, None, HtmlElement | None]:
    """Parse a page; the parser mends what browsers mend, and stops at nesting no page has."""
    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True, huge_tree=False)
    text = _NO_TEXT.sub("", text)
    if not text.strip():
        return None
    for tag in _LONG_TAG.finditer(_COMMENT.sub("", text)):
        if sum(1 for _ in _ATTRIBUTE.finditer(tag.group(1))) > MAX_ATTRIBUTES:
            raise file.error(f"an element with more than {MAX_ATTRIBUTES:,} attributes", hint="correct the page")
    try:
        root = document_fromstring(text.encode(), parser=parser)
    except etree.ParserError:
        # Nothing but comments.
        return None
    except (etree.XMLSyntaxError, AssertionError) as fault:
        raise file.error(f"not HTML that can be read: {one_line(str(fault))[:100]}") from None
    for entry in parser.error_log:
        if _TOO_DEEP in entry.message or entry.type_name in ("ERR_RESOURCE_LIMIT", "ERR_NAME_TOO_LONG"):
            yield file.problem("nested too deeply; the rest of the page is not read", line=entry.line)
            break
    if sum(1 for _ in root.iter()) > MAX_ELEMENTS:
        raise file.error(f"more than {MAX_ELEMENTS:,} elements", hint="split the page")
    return root


def _page(root: HtmlElement) -> Page:
    title = root.find(".//title")
    shown = one_line(title.text_content()) if title is not None else ""
    links = root.xpath("//link[@rel='canonical']/@href") or root.xpath("//meta[@property='og:url']/@content")
    url = one_line(str(links[0])) if links else ""
    return Page(
        title="" if any(mojibake_lines(shown)) else _without_site(shown),
        category=_breadcrumbs(root),
        url=url if url.startswith(("http://", "https://")) else None,
    )


def _without_site(title: str) -> str:
    """`送料について | 小山田商店` is about 送料について."""
    parts = [part for part in _SITE_NAME.split(title) if part]
    return parts[0] if len(parts) > 1 and len(parts[0]) > 1 else title


def _breadcrumbs(root: HtmlElement) -> tuple[str, ...]:
    """The way down to the page, without the start page and the page itself."""
    for element in root.xpath("//*[contains(@class, 'breadcrumb') or contains(@id, 'breadcrumb')][.//a][1]")[:1]:
        links = [one_line(link.text_content()) for link in element.iter("a")]
        return tuple(link for link in links[1:] if link and len(link) < 50 and not any(mojibake_lines(link)))[:6]
    return ()


def _declared(file: SourceFile, rows: RowReader, root: HtmlElement, page: Page) -> Iterator[Document | Problem]:
    """FAQs in JSON-LD and microdata."""
    for script in root.xpath("//script[@type='application/ld+json']"):
        source = script.text or ""
        if len(source) > MAX_LINE_CHARS or "Question" not in source:
            continue
        try:
            value = json.loads(source, strict=False)
        except (ValueError, RecursionError):
            line = script.sourceline
            yield file.problem("JSON-LD that is not JSON; its FAQs are not read", line=line, severity="warning")
            continue
        for question in _questions(value):
            yield from read_entries(file, rows, question, line=script.sourceline, category=page.category)
    for element in root.xpath("//*[contains(@itemtype, 'schema.org/Question')]"):
        names = element.xpath(".//*[@itemprop='name'][1]")
        texts = element.xpath(
            ".//*[@itemprop='acceptedAnswer' or @itemprop='suggestedAnswer'][1]/descendant-or-self::*[@itemprop='text']"
        ) or element.xpath(".//*[@itemprop='acceptedAnswer'][1]")
        if names and texts:
            row = {"question": inline_text(names[0]), "answer": "\n\n".join(map(inline_text, texts))}
            yield from rows.read(row, line=element.sourceline, anchor=element.get("id"), category=page.category)


def _drop_mojibake(file: SourceFile, page: str, body: HtmlElement, problems: list[Problem]) -> None:
    """Take lines of mojibake out of the text as it was typed: a paragraph of several lines is shown as one."""
    place = 0
    for element in body.iter():
        for part in ("text", "tail"):
            words = getattr(element, part)
            if not words or not (found := list(mojibake_lines(words))):
                continue
            lines = words.split("\n")
            for garbled in found:
                # Where it stands in the file: elements know the line of their tag alone.
                at = page.find(lines[garbled.line - 1].strip(), place)
                place = max(at, place)
                line = page.count("\n", 0, at) + 1 if at >= 0 else element.sourceline
                problems.append(mojibake_problem(file, garbled, line=line))
            bad = {garbled.line for garbled in found if not garbled.readable}
            setattr(element, part, "\n".join(one for number, one in enumerate(lines, 1) if number not in bad))


def _questions(value: Any) -> Iterator[dict[str, Any]]:
    """Every schema.org Question, wherever it stands; an explicit stack, in order."""
    waiting = [value]
    while waiting:
        current = waiting.pop()
        if isinstance(current, dict):
            if current.get("@type") in ("Question", ["Question"]):
                yield {**current, "@type": "Question"}
            else:
                waiting.extend(reversed(current.values()))
        elif isinstance(current, list):
            waiting.extend(reversed(current))


def _bare(question: str) -> str:
    return _NOT_WORD.sub("", flat_width(question[question_label(question) :]))
