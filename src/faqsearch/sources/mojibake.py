"""Text that was decoded wrongly before it reached us: valid characters, meaningless lines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from faqsearch.sources.blocks import Block, FoldEnd, Text
from faqsearch.sources.interface import Problem, SourceFile

_PATTERNS = re.compile(
    "\N{REPLACEMENT CHARACTER}"  # a decoder gave up here
    "|[縺繧繝][^\x00-\x7f縺繧繝]{1,2}[縺繧繝]"  # kana in UTF-8, read as CP932
    "|(?:ã[\x80-\xbf‚ƒ€][\x80-\xbf\u0152-\u2122]?){2}"  # kana in UTF-8, read as Latin-1 or Windows-1252
    "|(?:[\x82\x83‚ƒ][ -~\xa0-\xff\u0152-\u2122]){3}"  # kana in CP932, read as Latin-1 or Windows-1252
    "|(?:[､･][ｦ-ﾟ｡-･]){3}"  # kana in EUC-JP, read as CP932
)
_SIGNS = re.compile("[\N{REPLACEMENT CHARACTER}縺繧繝ã\x82\x83‚ƒ､･]")
"""What every pattern begins with: looking for one character is ten times faster."""

_SHOWN = 24


def mojibake_lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines of `text` that hold mojibake, 1-based, each with a piece to show."""
    line, counted = 1, 0
    shown = 0
    for sign in _SIGNS.finditer(text):
        match = _PATTERNS.match(text, sign.start())
        if match is None:
            continue
        line += text.count("\n", counted, match.start())
        counted = match.start()
        if line != shown:
            shown = line
            end = text.find("\n", match.start(), match.start() + _SHOWN)
            yield line, text[match.start() : end if end >= 0 else match.start() + _SHOWN]


def sound_blocks(file: SourceFile, blocks: Iterable[Block], problems: list[Problem]) -> Iterator[Block]:
    """Blocks without the lines that hold mojibake; nobody can find or read those.

    Args:
        file: Where the blocks come from.
        blocks: The blocks.
        problems: Every line left out is reported here.
    """
    for block in blocks:
        if isinstance(block, FoldEnd) or not (found := list(mojibake_lines(block.text))):
            yield block
            continue
        page = getattr(block, "page", None)
        for _, sample in found:
            message = f"mojibake, the line is left out: '{sample}'"
            problems.append(file.problem(message, line=block.line, page=page, hint="put the original text back"))
        bad = {line for line, _ in found}
        rest = "\n".join(line for number, line in enumerate(block.text.split("\n"), 1) if number not in bad)
        if rest.strip() or not isinstance(block, Text):
            yield replace(block, text=rest)
