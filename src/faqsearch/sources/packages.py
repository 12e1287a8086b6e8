"""Office files are zip archives of XML: opened only after everything in them was measured."""

from __future__ import annotations

import zipfile
import zlib
from io import BytesIO

from faqsearch.sources.bounds import MAX_INFLATED_BYTES, MAX_PARTS, MAX_RATIO, MAX_XML_BYTES
from faqsearch.sources.interface import SourceFile

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_PIECE = 2**20
_SMALL = 4 * 2**20
_XML = (".xml", ".rels", ".vml")
_DOCTYPE = b"<!DOCTYPE"


def open_package(file: SourceFile, *, save_as: str) -> zipfile.ZipFile:
    """Open an Office file that is safe to hand to a library.

    Args:
        file: The file.
        save_as: The format to save it in, should it be an older one (`.xlsx`).

    Raises:
        SourceError: encrypted, of another format, damaged, or larger inside than any honest file.
    """
    if file.data.startswith(_OLE):
        if _ENCRYPTED in file.data:
            raise file.error("encrypted with a password", hint="save a copy without the password")
        raise file.error("an Office file of the old binary format", hint=f"save it as {save_as}")
    try:
        package = zipfile.ZipFile(BytesIO(file.data))
        _measure(file, package)
    # Damage shows in many ways; RuntimeError and NotImplementedError are zipfile's for encryption and odd methods.
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, OSError, RuntimeError, ValueError) as fault:
        hint = f"open it in its program and save it again as {save_as}"
        raise file.error(f"not an Office file, or a damaged one: {fault}", hint=hint) from None
    except zlib.error as fault:
        raise file.error(f"damaged: {fault}", hint="restore the file from a backup") from None
    return package


def _measure(file: SourceFile, package: zipfile.ZipFile) -> None:
    """Unpack every XML part once without keeping it; zipfile never gives more than the size an entry declares."""
    entries = package.infolist()
    if len(entries) > MAX_PARTS:
        raise file.error(f"{len(entries):,} parts; at most {MAX_PARTS:,} are read", hint="split the file")
    if sum(entry.file_size for entry in entries) > MAX_INFLATED_BYTES:
        raise file.error(f"more than {MAX_INFLATED_BYTES:,} bytes once unpacked", hint="split the file")
    total = 0
    for entry in entries:
        if entry.flag_bits & 1:
            raise file.error("encrypted with a password", hint="save a copy without the password")
        if not entry.filename.lower().endswith(_XML):
            continue
        with package.open(entry) as stream:
            size, tail = 0, b""
            while piece := stream.read(_PIECE):
                size += len(piece)
                total += len(piece)
                if total > MAX_XML_BYTES:
                    raise file.error(f"more than {MAX_XML_BYTES:,} bytes of XML once unpacked", hint="split the file")
                if size > _SMALL and size > MAX_RATIO * max(entry.compress_size, 1):
                    raise file.error(f"'{entry.filename[:60]}' unpacks to more than {MAX_RATIO} times its size")
                # Office writes no DTD; one is there to define entities that grow. UTF-16 has NULs between.
                seen = tail + piece.replace(b"\0", b"")
                if _DOCTYPE in seen.upper():
                    raise file.error("an XML part with a document type, which Office files never have")
                tail = seen[-len(_DOCTYPE) :]
