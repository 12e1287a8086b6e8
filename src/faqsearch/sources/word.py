"""DOCX: sections by heading styles, lists with the numbers Word shows, tables, footnotes and text boxes."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Any

import docx
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import qn

from faqsearch.documents import Document
from faqsearch.sources.blocks import Block, Heading, Text
from faqsearch.sources.bounds import MAX_ELEMENTS
from faqsearch.sources.cells import one_line, tidy
from faqsearch.sources.columns import recognise
from faqsearch.sources.delimited import distinct_names
from faqsearch.sources.ids import slug
from faqsearch.sources.interface import Problem, SourceFile
from faqsearch.sources.mojibake import sound_blocks
from faqsearch.sources.packages import open_package
from faqsearch.sources.rows import RowReader
from faqsearch.sources.sections import Page, read_sections
from faqsearch.sources.text_headings import find_headings
from faqsearch.sources.word_numbering import Numbering
from faqsearch.sources.word_styles import Styles

_ALTERNATIVE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}AlternateContent"
_CHOICE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Choice"
_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"
_GONE = frozenset(map(qn, ("w:del", "w:moveFrom", "w:rt", "w:pPr", "w:rPr", "w:instrText", "w:delText", "w:sdtPr")))
_TEXT_BOX = qn("w:txbxContent")
_MARKS = {qn("w:tab"): "\t", qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:noBreakHyphen"): "-"}
_REFERENCES = {qn("w:footnoteReference"): "注", qn("w:endnoteReference"): "文末注"}


def read_docx(file: SourceFile) -> Iterator[Document | Problem]:
    """Read a Word file."""
    open_package(file, save_as=".docx").close()
    try:
        document = docx.Document(BytesIO(file.data))
        body = document.element.body
        size = sum(1 for _ in document.element.iter())
    # python-docx lets whatever a damaged part causes through.
    except Exception as fault:  # noqa: BLE001
        said = one_line(f"{type(fault).__name__}: {fault}")[:150]
        raise file.error(f"not a Word file that can be read: {said}", hint="save it again as .docx") from None
    if size > MAX_ELEMENTS:
        raise file.error(f"{size:,} elements; at most {MAX_ELEMENTS:,} are read", hint="split the file")
    reader = _Word(document)
    blocks = list(reader.blocks(body))
    rows = RowReader(file)
    for table in reader.faq_tables:
        for row in table:
            yield from rows.read(row)
    if not any(isinstance(block, Heading) for block in blocks):
        blocks = list(_with_headings(blocks))
    problems: list[Problem] = []
    yield from read_sections(file, sound_blocks(file, blocks, problems), Page(title=reader.title))
    yield from problems


class _Word:
    """One document."""

    def __init__(self, document: Any) -> None:
        self.title = ""
        self.faq_tables: list[list[dict[str, str]]] = []
        part = document.part
        self._styles = Styles(_related(part, RELATIONSHIP_TYPE.STYLES))
        self._numbering = Numbering(_related(part, RELATIONSHIP_TYPE.NUMBERING))
        self._notes = {
            "注": _by_id(_related(part, RELATIONSHIP_TYPE.FOOTNOTES)),
            "文末注": _by_id(_related(part, RELATIONSHIP_TYPE.ENDNOTES)),
        }
        self._boxes: list[Any] = []
        self._cited: list[tuple[str, str]] = []
        self._list: list[str] = []

    def blocks(self, parent: Any) -> Iterator[Block]:
        """The blocks of the body, a cell or a text box."""
        for child in parent:
            if child.tag == qn("w:p"):
                yield from self._paragraph(child)
            elif child.tag == qn("w:tbl"):
                yield from self._ended_list()
                yield from self._table(child)
            elif child.tag == qn("w:sdt"):
                gallery = child.find(f"{qn('w:sdtPr')}/{qn('w:docPartObj')}/{qn('w:docPartGallery')}")
                content = child.find(qn("w:sdtContent"))
                if content is not None and (gallery is None or gallery.get(qn("w:val")) != "Table of Contents"):
                    yield from self.blocks(content)
            elif child.tag in (qn("w:ins"), qn("w:moveTo"), qn("w:customXml"), qn("w:smartTag")):
                yield from self.blocks(child)
            elif child.tag == _ALTERNATIVE and child.find(_CHOICE) is not None:
                yield from self.blocks(child.find(_CHOICE))
        yield from self._ended_list()

    def _paragraph(self, paragraph: Any) -> Iterator[Block]:
        style = self._styles.of(paragraph)
        if style.is_contents:
            return
        text = tidy("".join(self._words(paragraph)))
        # An empty paragraph takes no number.
        mark = (
            self._numbering.next(style.list_id, style.list_level) if text and style.list_id not in (None, "0") else ""
        )
        if style.level and text:
            yield from self._ended_list()
            bare = one_line(text)
            shown = f"{mark} {bare}" if mark and mark != "-" else bare
            yield Heading(shown, style.level + bool(self.title), slug=slug(bare))
        elif style.is_title and text and not self.title:
            self.title = one_line(text)
            yield Heading(self.title, 1)
        elif mark:
            indent = "  " * style.list_level
            lines = text.replace("\n", f"\n{indent}{' ' * (len(mark) + 1)}")
            self._list.append(f"{indent}{mark} {lines}")
        elif text:
            yield from self._ended_list()
            yield Text(text)
        yield from self._aside()

    def _ended_list(self) -> Iterator[Text]:
        if self._list:
            yield Text("\n".join(self._list))
            self._list = []

    def _aside(self) -> Iterator[Block]:
        """Footnotes and text boxes, right after the paragraph they belong to."""
        cited, boxes = self._cited, self._boxes
        self._cited, self._boxes = [], []
        if not cited and not boxes:
            return
        yield from self._ended_list()
        for kind, number in cited:
            note = self._notes[kind].get(number)
            if note is not None:
                text = " ".join(tidy("".join(self._words(paragraph))) for paragraph in note.iter(qn("w:p")))
                yield Text(f"({kind}{number}) {one_line(text)}")
        for box in boxes:
            yield from self.blocks(box)

    def _table(self, table: Any) -> Iterator[Block]:
        """Rows as `a | b`; a merged cell is repeated in every row it covers, a table of one cell is a frame."""
        rows = list(table.iterchildren(qn("w:tr")))
        cells = [list(row.iterchildren(qn("w:tc"))) for row in rows]
        if len(rows) == 1 and len(cells[0]) == 1:
            yield from self.blocks(cells[0][0])
            return
        texts: list[list[str]] = []
        above: dict[int, str] = {}
        for row in cells:
            column = 0
            line: list[str] = []
            for cell in row:
                properties = cell.find(qn("w:tcPr"))
                merge = None if properties is None else properties.find(qn("w:vMerge"))
                if merge is not None and merge.get(qn("w:val"), "continue") == "continue":
                    text = above.get(column, "")
                else:
                    text = "\n".join(block.text for block in self.blocks(cell) if isinstance(block, (Text, Heading)))
                above[column] = text
                line.append(text)
                span = None if properties is None else properties.find(qn("w:gridSpan"))
                width = span.get(qn("w:val"), "1") if span is not None else "1"
                column += int(width) if width.isdecimal() and len(width) < 4 else 1
            texts.append(line)
        if texts and recognise(one_line(name) for name in texts[0]).complete:
            names = distinct_names(texts[0])
            self.faq_tables.append(
                [{name: cell for name, cell in zip(names, row, strict=False) if name} for row in texts[1:]]
            )
            return
        lines = [" | ".join(map(one_line, line)).rstrip() for line in texts]
        if text := tidy("\n".join(line for line in lines if line.strip(" |"))):
            yield Text(text)

    def _words(self, parent: Any) -> Iterator[str]:
        """Text as it is printed: no deleted, hidden or field-code text, ruby without its readings."""
        for child in parent:
            tag = child.tag
            if tag in (qn("w:t"), _MATH):
                yield child.text or ""
            elif tag in _MARKS:
                yield "" if child.get(qn("w:type")) in ("page", "column") else _MARKS[tag]
            elif tag in _REFERENCES:
                number = child.get(qn("w:id"), "")
                self._cited.append((_REFERENCES[tag], number))
                yield f"({_REFERENCES[tag]}{number})"
            elif tag == _TEXT_BOX:
                self._boxes.append(child)
            elif tag == _ALTERNATIVE:
                choice = child.find(_CHOICE)
                yield from self._words(child if choice is None else choice)
            elif isinstance(tag, str) and tag not in _GONE and not (tag == qn("w:r") and _is_hidden(child)):
                yield from self._words(child)


def _is_hidden(run: Any) -> bool:
    hidden = run.find(f"{qn('w:rPr')}/{qn('w:vanish')}")
    return hidden is not None and hidden.get(qn("w:val"), "true") not in ("0", "false")


def _related(part: Any, kind: str) -> Any:
    """Root of a part that belongs to the document, or None."""
    for relation in part.rels.values():
        if relation.reltype == kind and not relation.is_external:
            return parse_xml(relation.target_part.blob)
    return None


def _by_id(notes: Any) -> dict[str, Any]:
    return {} if notes is None else {note.get(qn("w:id")): note for note in notes}


def _with_headings(blocks: list[Block]) -> Iterator[Block]:
    """Documents whose author used no heading style: numbers and marks tell, as in plain text."""
    texts = [block for block in blocks if isinstance(block, Text)]
    lines: list[str] = []
    starts = []
    for block in texts:
        starts.append(len(lines) + 1)
        lines += [*block.text.split("\n"), ""]
    headings = find_headings(lines)
    for block, start in zip(texts, starts, strict=True):
        heading = headings.get(start)
        if heading is not None and "\n" not in block.text:
            yield Heading(heading.text, heading.level, label=heading.label)
        else:
            yield block
