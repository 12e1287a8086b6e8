"""The characters of a PDF page, and the runs of them that stand next to each other."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import Any

import pypdfium2.raw as pdfium

from faqsearch.sources.joining import is_wide

_BOLD = re.compile(r"bold|heavy|black|demi|-[wW][6-9]|[-_](?:EB|B|DB|UB)\b", re.IGNORECASE)
_UNREADABLE = re.compile("[\ue000-\uf8ff\ufffd\x00-\x08\x0e-\x1f]")
_NOT_CHARACTERS = (0, 0xFFFE, 0xFFFF, 0xAD)
_SOFT_HYPHEN = 2
_NO_WIDTH = 0.01
_MOST_OBJECTS = 20_000
_ALWAYS_THERE = re.compile(rb"(?:[A-Z]{6}\+)?(?:Helvetica|Times|Courier|Arial|Symbol|ZapfDingbats)")
_WORD_GAP = 0.2
_RUN_GAP = 1.0
"""Gaps in ems: beyond the first there is a space between Latin words, beyond the second another column begins."""


@dataclass(slots=True)
class Run:
    """Characters in a row, on a page whose y grows upwards."""

    text: str
    x0: float
    x1: float
    bottom: float
    top: float
    size: float
    """Size of the type in points."""
    bold: bool
    is_row: bool = False
    """Whether it is a whole row of a ruled table."""

    @property
    def height(self) -> float:
        """Height of the type, never zero."""
        return max(self.top - self.bottom, 0.1)

    @property
    def width(self) -> float:
        """From the first character to the last."""
        return self.x1 - self.x0

    @property
    def middle(self) -> float:
        """Where the middle of the type is; what is on one line shares it."""
        return (self.top + self.bottom) / 2


@dataclass(frozen=True, slots=True)
class _Glyph:
    index: int
    character: str
    x0: float
    x1: float
    bottom: float
    top: float


@dataclass(frozen=True, slots=True)
class PageText:
    """What stands on a page."""

    runs: list[Run]
    characters: int
    """How many there are, blanks not counted."""
    unreadable: int
    """How many of them stand for nothing, because the font does not say what its shapes mean."""
    width: float
    height: float
    is_cut: bool
    """Whether there are more characters than were asked for."""
    is_turned: bool = False
    """Whether the places of the characters are not those on the page: it is rotated, or set in vertical lines."""


def page_text(page: Any, *, most: int) -> PageText:
    """Read the characters of a page.

    Args:
        page: A page of pypdfium2.
        most: Characters read at most; the rest is left.
    """
    width, height = page.get_mediabox()[2:] if page.get_rotation() in (90, 270) else page.get_size()
    text = page.get_textpage()
    try:
        glyphs = [_turned(glyph, page, width, height) for glyph in _glyphs(text.raw, min(text.count_chars(), most))]
        width, height = page.get_size()
        vertical = _is_vertical(glyphs)
        if vertical:
            # Lines run down and follow each other leftwards: turned, they run right and follow each other down.
            glyphs = [_Glyph(g.index, g.character, height - g.top, height - g.bottom, g.x0, g.x1) for g in glyphs]
            width, height = height, width
        shown = "".join(glyph.character for glyph in glyphs if not glyph.character.isspace())
        return PageText(
            _distinct(_runs(text.raw, glyphs)),
            len(shown),
            len(_UNREADABLE.findall(shown)),
            width,
            height,
            text.count_chars() > most,
            vertical or page.get_rotation() != 0,
        )
    finally:
        text.close()


def lost_characters(page: Any) -> int:
    """How many pieces of text PDFium may have left out of a page.

    It takes a single character without a shape for nothing. A shape is missing when the font is neither in the file
    nor on the machine, as the standard Japanese fonts of old PDFs often are.
    """
    lost = 0
    for item in islice(page.get_objects(filter=(pdfium.FPDF_PAGEOBJ_TEXT,), max_depth=3), _MOST_OBJECTS):
        left, _, right, _ = item.get_bounds()
        font = pdfium.FPDFTextObj_GetFont(item.raw) if right - left < _NO_WIDTH else None
        if font and pdfium.FPDFFont_GetIsEmbedded(font) == 0:
            name = ctypes.create_string_buffer(128)
            pdfium.FPDFFont_GetBaseFontName(font, name, 128)
            lost += not _ALWAYS_THERE.match(name.value)
    return lost


def _glyphs(text: Any, count: int) -> Iterator[_Glyph]:
    box = pdfium.FS_RECTF()
    pending = 0
    for index in range(count):
        code = pdfium.FPDFText_GetUnicode(text, index)
        if pdfium.FPDFText_IsGenerated(text, index) == 1 or code in _NOT_CHARACTERS:
            continue
        # Characters beyond the first plane come as two halves, where the library is built so.
        if 0xD800 <= code < 0xDC00:
            pending = code
            continue
        if 0xDC00 <= code < 0xE000:
            code = 0x10000 + ((pending - 0xD800) << 10) + (code - 0xDC00) if pending else 0xFFFD
        pending = 0
        if code == _SOFT_HYPHEN:
            code = ord("-")
        if code > 0x10FFFF or not pdfium.FPDFText_GetLooseCharBox(text, index, ctypes.byref(box)):
            continue
        character = " " if chr(code).isspace() else chr(code)
        yield _Glyph(index, character, box.left, box.right, box.bottom, box.top)


def _turned(glyph: _Glyph, page: Any, width: float, height: float) -> _Glyph:
    """Coordinates as the page is shown; PDFs give them as it was before it was turned."""
    rotation = page.get_rotation()
    if rotation == 90:
        return _Glyph(glyph.index, glyph.character, glyph.bottom, glyph.top, width - glyph.x1, width - glyph.x0)
    if rotation == 180:
        return _Glyph(
            glyph.index, glyph.character, width - glyph.x1, width - glyph.x0, height - glyph.top, height - glyph.bottom
        )
    if rotation == 270:
        return _Glyph(glyph.index, glyph.character, height - glyph.top, height - glyph.bottom, glyph.x0, glyph.x1)
    return glyph


def _is_vertical(glyphs: list[_Glyph]) -> bool:
    """Whether most characters stand below, not beside, the one before."""
    down = along = 0
    for before, after in pairwise(glyphs):
        size = max(before.top - before.bottom, 0.1)
        if abs(after.x0 - before.x0) < 0.3 * size and 0.4 * size < before.top - after.top < 2 * size:
            down += 1
        elif abs(after.bottom - before.bottom) < 0.3 * size and -0.2 * size < after.x0 - before.x1 < 2 * size:
            along += 1
    return down > 20 and down > 2 * along


def _runs(text: Any, glyphs: list[_Glyph]) -> Iterator[Run]:
    run: Run | None = None
    blank = False
    for glyph in glyphs:
        if glyph.character == " ":
            blank = True
            continue
        if run is not None and _goes_on(run, glyph):
            gap = (glyph.x0 - run.x1) / run.height
            narrow = not is_wide(run.text[-1]) and not is_wide(glyph.character)
            run.text += f" {glyph.character}" if blank or (narrow and gap > _WORD_GAP) else glyph.character
            run.x0, run.x1 = min(run.x0, glyph.x0), max(run.x1, glyph.x1)
            run.bottom, run.top = min(run.bottom, glyph.bottom), max(run.top, glyph.top)
        else:
            if run is not None:
                yield run
            size, bold = _type(text, glyph)
            run = Run(glyph.character, glyph.x0, glyph.x1, glyph.bottom, glyph.top, size, bold)
        blank = False
    if run is not None:
        yield run


def _goes_on(run: Run, glyph: _Glyph) -> bool:
    height = max(min(run.height, glyph.top - glyph.bottom), 0.1)
    on_line = abs(run.middle - (glyph.top + glyph.bottom) / 2) < 0.5 * height
    return on_line and -0.8 * height < glyph.x0 - run.x1 < _RUN_GAP * max(run.height, height)


def _type(text: Any, glyph: _Glyph) -> tuple[float, bool]:
    """Size and weight of a run, taken from its first character."""
    matrix = pdfium.FS_MATRIX()
    size = pdfium.FPDFText_GetFontSize(text, glyph.index)
    if pdfium.FPDFText_GetMatrix(text, glyph.index, ctypes.byref(matrix)):
        size *= (matrix.c**2 + matrix.d**2) ** 0.5 or 1.0
    name = ctypes.create_string_buffer(128)
    flags = ctypes.c_int()
    length = pdfium.FPDFText_GetFontInfo(text, glyph.index, name, 128, ctypes.byref(flags))
    font = name.value.decode("utf-8", "replace") if 0 < length <= 128 else ""
    weight = pdfium.FPDFText_GetFontWeight(text, glyph.index)
    return round(size, 1), weight >= 600 or _BOLD.search(font) is not None


def _distinct(runs: Iterator[Run]) -> list[Run]:
    """Each run once: bold is also imitated by printing twice, a little aside."""
    kept: list[Run] = []
    seen: dict[str, list[Run]] = {}
    for run in runs:
        twins = seen.setdefault(run.text, [])
        if any(
            abs(t.x0 - run.x0) < 0.3 * run.height and abs(t.middle - run.middle) < 0.3 * run.height for t in twins[-50:]
        ):
            continue
        twins.append(run)
        kept.append(run)
    return kept
