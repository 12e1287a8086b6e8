"""Bytes to text: which encoding a file is in, decided on the whole file, and never by replacing what does not fit.

A byte order mark decides; then strict UTF-8; then ISO-2022-JP by its escapes; then the reading of the bytes as CP932,
EUC-JP or UTF-16 that is most likely Japanese (plausibility.py). A file with a few damaged lines keeps its other lines.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from math import inf

from faqsearch.errors import SourceError
from faqsearch.sources.interface import Problem, SourceFile
from faqsearch.sources.mojibake import without_mojibake
from faqsearch.sources.plausibility import PLAUSIBLE, log_likelihood

_BYTE_ORDER_MARKS = (
    # The marks of UTF-32 begin with those of UTF-16, so they come first.
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WITH_ESCAPES = ("iso2022_jp", "iso2022_jp_ext", "iso2022_jp_2004")
_LEGACY = ("cp932", "euc_jp")
_WIDER = {"cp932": ("shift_jis_2004",), "euc_jp": ("euc_jis_2004",)}
"""Supersets for characters the usual table lacks (EUC-JP with circled digits, JIS X 0213 kanji)."""

_PRIOR = {"utf-8": 0.0, "cp932": -3.0, "euc_jp": -5.0, "utf-16-le": -12.0, "utf-16-be": -14.0}
"""How much rarer an encoding is among FAQ files, in nats; only matters for a handful of characters."""

_SAMPLE_BYTES = 32_768
_BEYOND_LATIN = re.compile("[\u0800-\uffff]")
_NOT_ASCII = re.compile(rb"[\x80-\xff]")
_SAVE_AS_UTF8 = "save the file as UTF-8 and read it again"


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text of a file."""

    text: str
    encoding: str
    damaged: tuple[int, ...] = ()
    """Lines (1-based) that are not valid in that encoding; they are empty in `text`."""


def read_text(file: SourceFile) -> Generator[Problem, None, str]:
    """Decode a file of rows; its reader begins with `text = yield from` this. Rows look for mojibake cell by cell.

    Yields:
        An error for every line that cannot be decoded.
    """
    decoded = decode(file.data, path=file.path)
    for line in decoded.damaged:
        yield file.problem(
            f"bytes that are not {decoded.encoding}; the line is left out", line=line, hint=_SAVE_AS_UTF8
        )
    return decoded.text


def read_prose(file: SourceFile) -> Generator[Problem, None, str]:
    """Decode a file of lines for people (Markdown, plain text); lines of mojibake are empty in what is returned.

    Yields:
        An error for every line that cannot be decoded, and for every line of mojibake.
    """
    text = (yield from read_text(file)).replace("\r\n", "\n").replace("\r", "\n")
    problems: list[Problem] = []
    sound = without_mojibake(file, text, problems)
    yield from problems
    return sound


def decode(data: bytes, *, path: str) -> Decoded:
    """Decode `data`, or say where and why that is impossible.

    Raises:
        SourceError: no encoding fits, or two fit equally well.
    """
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return _marked(data[len(mark) :], encoding, path)
    if b"\x1b" in data and (decoded := _escaped(data)):
        return decoded
    utf8 = _strictly(data, "utf-8")
    if utf8 is not None and (_BEYOND_LATIN.search(utf8) or (utf8.isascii() and not _maybe_utf16(data))):
        return Decoded(utf8, "utf-8")
    ranked = sorted(_scores(data, utf8_fits=utf8 is not None), reverse=True)
    if ranked and _decided(ranked):
        encoding = ranked[0][1]
        for name in (encoding, *_WIDER.get(encoding, ())):
            if (text := _strictly(data, name)) is not None:
                return Decoded(text, encoding)
    if utf8 is not None and utf8.count("\0") * 100 <= len(utf8):
        return Decoded(utf8, "utf-8")
    fitting = [encoding for _, encoding, mean in ranked[:2] if mean > PLAUSIBLE]
    if len(fitting) > 1:
        raise SourceError(
            f"the encoding cannot be told: {fitting[0]} and {fitting[1]} fit alike",
            path=path,
            line=1,
            hint=_SAVE_AS_UTF8,
        )
    return _with_damaged_lines(data, path)


def _marked(data: bytes, encoding: str, path: str) -> Decoded:
    text = _strictly(data, encoding)
    if text is not None:
        return Decoded(text, encoding)
    if encoding == "utf-8":
        return _with_damaged_lines(data, path, only=("utf-8",))
    raise _undecodable(data, (encoding,), path)


def _escaped(data: bytes) -> Decoded | None:
    """ISO-2022-JP: seven-bit, with an escape to another character set somewhere."""
    if re.search(rb"\x1b[$(]", data) and not _NOT_ASCII.search(data):
        for encoding in _WITH_ESCAPES:
            if (text := _strictly(data, encoding)) is not None:
                return Decoded(text, "iso2022_jp")
    return None


def _strictly(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _maybe_utf16(data: bytes) -> bool:
    """Whether ASCII-looking bytes may be UTF-16: control characters, or every second byte a `0` as in hiragana."""
    if len(data) % 2 or not data:
        return False
    half = len(data) // 2
    pages = max(data[1::2].count(0x30), data[::2].count(0x30))
    return pages * 2 >= half or re.search(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]", data) is not None


def _scores(data: bytes, *, utf8_fits: bool) -> Iterator[tuple[float, str, float]]:
    """(likelihood, encoding, mean over characters) for every encoding that fits a sample of the bytes."""
    candidates = [*_LEGACY]
    if utf8_fits:
        candidates.append("utf-8")
    if len(data) % 2 == 0:
        candidates += ["utf-16-le", "utf-16-be"]
    sample = _sample(data)
    for encoding in candidates:
        for name in (encoding, *_WIDER.get(encoding, ())):
            try:
                # A sample may end within a character: final=False lets it.
                text = codecs.getincrementaldecoder(name)("strict").decode(sample, len(sample) == len(data))
            except UnicodeDecodeError:
                continue
            if text:
                # One likely foreign letter in a UTF-8 file is no reason to read it as Japanese.
                prior = _PRIOR[encoding] - (12.0 if utf8_fits and encoding in _LEGACY else 0.0)
                if b"\0" in sample and encoding.startswith("utf-16"):
                    prior = 0.0
                likelihood = log_likelihood(text)
                yield likelihood + prior, encoding, likelihood / len(text)
            break


def _sample(data: bytes) -> bytes:
    """From the line of the first byte beyond ASCII, where the encodings begin to differ."""
    first = _NOT_ASCII.search(data)
    if first is None or len(data) <= _SAMPLE_BYTES:
        return data[:_SAMPLE_BYTES]
    start = (data.rfind(b"\n", 0, first.start()) + 1) & ~1
    if b"\0" not in data[start : start + _SAMPLE_BYTES]:
        start = data.rfind(b"\n", 0, first.start()) + 1
    start = max(start, (first.start() - _SAMPLE_BYTES // 2) & ~1)
    return data[start : start + _SAMPLE_BYTES]


def _decided(ranked: list[tuple[float, str, float]]) -> bool:
    """Whether the best reading is Japanese and clearly ahead of the second."""
    best, _, mean = ranked[0]
    second = ranked[1][0] if len(ranked) > 1 else -inf
    return mean > PLAUSIBLE and best - second > 2.0


def decode_as(data: bytes, encoding: str) -> Decoded | None:
    """Decode `data` as its author declares it; lines of other bytes are damaged. None when it is not in that encoding."""
    text = _strictly(data, encoding)
    if text is not None:
        return Decoded(text, encoding)
    return _line_by_line(data, encoding, most=0.5) if encoding in ("utf-8", *_LEGACY) else None


def _with_damaged_lines(data: bytes, path: str, only: tuple[str, ...] = ("utf-8", *_LEGACY)) -> Decoded:
    """Keep the lines that fit, when nearly all do."""
    if b"\0" in data[:_SAMPLE_BYTES]:
        raise SourceError("not text: it holds NUL bytes", path=path, line=1, hint="name the file after its real format")
    found = []
    for encoding in only:
        # A line of valid UTF-8 beyond ASCII hardly happens by chance; in the others almost any line fits, unless what
        # does not is UTF-8: someone pasted it.
        decoded = _line_by_line(data, encoding, most=0.5 if encoding == "utf-8" else 0.05)
        if decoded is None and encoding != "utf-8":
            decoded = _line_by_line(data, encoding, most=0.5, rest="utf-8")
        if decoded is not None and encoding == "utf-8":
            return decoded
        if decoded is not None:
            found.append(decoded)
    if not found:
        raise _undecodable(data, only, path)
    return max(found, key=lambda decoded: log_likelihood(decoded.text[:_SAMPLE_BYTES]))


def _line_by_line(data: bytes, encoding: str, *, most: float, rest: str | None = None) -> Decoded | None:
    """Decode each line by itself. None of these encodings uses the byte of a line feed otherwise.

    Args:
        data: The bytes.
        encoding: What they should be in.
        most: The share of the lines beyond ASCII that may be damaged.
        rest: Encoding that every damaged line must be valid in, if any.
    """
    lines = data.split(b"\n")
    beyond_ascii = sum(not line.isascii() for line in lines)
    texts = [_strictly(line, encoding) for line in lines]
    damaged = tuple(number for number, text in enumerate(texts, 1) if text is None)
    if len(damaged) > most * beyond_ascii or (rest and any(_strictly(lines[n - 1], rest) is None for n in damaged)):
        return None
    joined = "\n".join(text or "" for text in texts)
    return Decoded(joined, encoding, damaged) if damaged and _is_japanese(joined[:_SAMPLE_BYTES]) else None


def _is_japanese(text: str) -> bool:
    return log_likelihood(text) / max(len(text), 1) > PLAUSIBLE


def _undecodable(data: bytes, tried: tuple[str, ...], path: str) -> SourceError:
    """Name the first place that does not fit the encoding that gets furthest."""
    furthest = 0
    for encoding in tried:
        try:
            data.decode(encoding)
        except UnicodeDecodeError as fault:
            furthest = max(furthest, fault.start)
    line = data.count(b"\n", 0, furthest) + 1
    names = ", ".join(tried)
    return SourceError(
        f"the encoding cannot be told; byte {furthest} fits none of {names}"
        if len(tried) > 1
        else f"byte {furthest} is not {names}",
        path=path,
        line=line,
        hint=_SAVE_AS_UTF8,
    )
