"""Files that are made to harm whoever reads them, one for each way; what a build must say of each.

python tests/hostile.py            builds every one in turn, and prints exit code, seconds and megabytes
python tests/hostile.py csv pdf    those whose names begin so
"""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "fuzzing"))
from seeds import spreadsheet, word

LONG = 100 * 10**6
SHEET, BODY = "xl/worksheets/sheet1.xml", "word/document.xml"
GOOD = "id,質問,回答\ngood-one,送料はいくらですか,全国一律550円です。\n"


# Stands between the tests and the command. What a process has held at most is counted from before its exec, when it is
# still a copy of whoever started it: started by a test run that holds 617 MB, every command "takes" 617 MB.
_LAUNCHER = """
import json, os, resource, sys
seconds, memory = map(int, sys.argv[1:3])
resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
pid = os.posix_spawn(sys.argv[3], sys.argv[3:], os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, 2, 1)])
_, status, used = os.wait4(pid, 0)
spent = {"code": os.waitstatus_to_exitcode(status), "seconds": used.ru_utime + used.ru_stime, "maxrss": used.ru_maxrss}
print(json.dumps(spent))
"""


@dataclass(frozen=True)
class Case:
    """One file."""

    suffix: str
    make: Callable[[], str | bytes]
    said: str
    """What the build must say, as a pattern; the path stands for `@`. Empty: the file is read, there is nothing to say."""
    documents: int | None = None
    """Documents of the whole corpus afterwards, the good one included; None for any number."""
    megabytes: int = 600
    """Memory it may take, at most: a build of one good file takes some 90."""
    seconds: float = 60.0
    """CPU time, which does not depend on what else the machine does."""


def _part(data: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    """An Office file with one part changed."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == part else old.read(name))
    return stream.getvalue()


def _pdf(content: bytes, filters: str = "/FlateDecode", pages: str = "/Kids [3 0 R] /Count 1") -> bytes:
    """A PDF of one page."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages {pages} >>".encode(),
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 300] /Contents 4 0 R /Resources 5 0 R >>",
        f"<< /Length {len(content)} /Filter [{filters}] >>\nstream\n".encode() + content + b"\nendstream",
        b"<< /Font << /F << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >>",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return (
        out
        + b"xref\n0 6\n0000000000 65535 f \n"
        + table
        + b"trailer << /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % len(out)
    )


def _packed(piece: bytes, times: int) -> bytes:
    """`piece` again and again, deflated."""
    packer = zlib.compressobj(9)
    return b"".join(packer.compress(piece) for _ in range(times)) + packer.flush()


def _aliases() -> str:
    return "a0: &a0 [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"a{i}: &a{i} [{','.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 30)
    )


_ENTITIES = b'<!DOCTYPE l [<!ENTITY a "haha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>'
_RST = """a
=

.. include:: /etc/passwd

.. include:: ../../../../../../etc/passwd

.. literalinclude:: /etc/passwd

.. raw:: html
   :file: /etc/passwd

.. raw:: html
   :url: http://127.0.0.1:9/x

.. csv-table::
   :file: /etc/passwd

.. csv-table::
   :url: http://127.0.0.1:9/x

text
"""

CASES: dict[str, Case] = {
    "csv-columns": Case("csv", lambda: "質問,回答" + ",x" * 10**6 + "\na,b\n", r"@:1: .*columns", 1),
    "csv-cells": Case("csv", lambda: "質問,回答\na,b\nq" + ",x" * 10**6 + "\nc,d\n", r"@:3: .* 1,000,001 columns", 3),
    "csv-quote": Case("csv", lambda: '質問,回答\na,b\n"開いたまま,c\n' + "".join(f"d{i},e\n" for i in range(300)), "@:3: a quote is opened and never closed", 302),
    "csv-quotes": Case("csv", lambda: "質問,回答\n" + '"開いた,c\n' * 100_001, "@:2: a quote opened here ends in the wrong place"),
    "csv-nul": Case("csv", lambda: "質問,回答\na\0,b\nc,d\n", "@:2: a NUL character", 2),
    "csv-binary": Case("csv", lambda: bytes(range(256)) * 4000, "@:1: not text: it holds NUL bytes", 1),
    "csv-line": Case("csv", lambda: "質問,回答\na," + "x" * LONG + "\nc,d\n", "@:2: a row of 100,000,003 characters", 2, 1000),
    "csv-line-ja": Case("csv", lambda: "質問,回答\na," + "あ" * (LONG // 3) + "\nc,d\n", r"@:2: a row of 33,333,336 characters", 2, 1000),
    "csv-surrogate": Case("csv", lambda: "質問,回答\n送料は無料ですか,はい、無料です\n".encode() + b"a\xed\xa0\xbd,b\n", "@:3: bytes that are not utf-8", 2),
    "csv-mojibake": Case("csv", lambda: "質問,回答\n繧ｫ繝ｼ繝峨〒謾ｯ謇輔∴縺ｾ縺吶°,縺ｯ縺\nc,d\n", "@:2: mojibake", None),
    "tsv-line": Case("tsv", lambda: "質問\t回答\na\t" + "x" * LONG + "\nc\td\n", "@:2: a row of", 2, 1000),
    "json-depth": Case("json", lambda: "[" * 10**6 + "]" * 10**6, "@:1: nested more than 64 deep", 1),
    "json-depth-inside": Case("json", lambda: '[{"question":"c","answer":"d"},\n{"question":"a","answer":' + '{"a":' * 10**5 + "1" + "}" * 10**5 + "}]", r"@:2: ", 2),
    "json-line": Case("json", lambda: '[{"question":"a","answer":"' + "x" * LONG + '"},\n{"question":"c","answer":"d"}]', "@:1: the answer has 100,000,000 characters", 2, 1000),
    "json-objects": Case("json", lambda: "[" + "{}," * 4_000_000 + "{}]", "@:1: more than 2,000,000 objects", 1, 1000),
    "json-values": Case("json", lambda: "[" + "12," * 20_000_000 + "1]", "@:1: more than 15,000,000 values", 1, 1000),
    "json-number": Case("json", lambda: '[{"question":"a","answer":' + "1" * 10**6 + "}]", "", 2),
    "json-keys": Case("json", lambda: '[{"question":"a","answer":"b"' + "".join(f',"k{i}":"v"' for i in range(50_000)) + "}]", "", 2),
    "json-surrogate": Case("json", lambda: '[{"question":"\\ud83d","answer":"b"},\n{"question":"a","answer":"b","\\udc00":"c"},\n{"question":"c","answer":"d"}]', "@:1: half of a surrogate pair.*\n(.*\n)?.*@:2: half of a surrogate pair", 2),
    "jsonl-depth": Case("jsonl", lambda: "[" * 10**6 + '\n{"question":"c","answer":"d"}\n', "@:1: nested more than 64 deep", 2),
    "jsonl-line": Case("jsonl", lambda: '{"question":"a","answer":"' + "x" * LONG + '"}\n{"question":"c","answer":"d"}\n', "@:1: a line of 100,000,028 characters", 2),
    "yaml-depth": Case("yaml", lambda: "[ " * 10**6, "@:1: nested more than 64 deep", 1),
    "yaml-depth-lines": Case("yaml", lambda: "".join(" " * i + "a:\n" for i in range(3000)), "@:65: nested more than 64 deep", 1),
    "yaml-aliases": Case("yaml", _aliases, "@:7: more than 5,000,000 values, aliases written out", 1),
    "yaml-line": Case("yaml", lambda: "- question: a\n  answer: " + "x" * LONG + "\n", "@: 100,000,025 bytes; at most", 1),
    "yaml-python": Case("yaml", lambda: "- question: a\n  answer: !!python/object/apply:os.system ['touch /tmp/faqsearch-was-here']\n- question: c\n  answer: d\n", "", None),
    "md-headings": Case("md", lambda: "".join(f"{'#' * (1 + i % 6)} h\n" for i in range(100_000)), "", None),
    "md-sections": Case("md", lambda: "".join(f"# {i}\nx\n" for i in range(100_000)), "", 100_001, 3000, 300.0),
    "md-lines": Case("md", lambda: "# a\n\nx\n\n" * 100_000, "@: 400,000 lines; at most", 1),
    "md-line": Case("md", lambda: "# a\n" + "x" * LONG, "@: 100,000,004 bytes; at most", 1),
    "md-brackets": Case("md", lambda: "# a\n" + "[" * 10**6, "", 2),
    "md-quotations": Case("md", lambda: "# a\n" + ">" * 10**6 + "x", "", None),
    "md-lists": Case("md", lambda: "# a\n" + "".join(" " * (2 * i) + "- a\n" for i in range(1900)), "", None),
    "txt-line": Case("txt", lambda: "x" * LONG, "@: 100,000,000 bytes; at most", 1),
    "txt-line-ja": Case("txt", lambda: "あ" * 10**7, "@:1: the answer has 10,000,000 characters", 1),
    "html-depth": Case("html", lambda: "<html><body><h1>a</h1>" + "<div>" * 10**6 + "x", "@:1: nested too deeply"),
    "html-attribute": Case("html", lambda: "<html><body><h1>a</h1><p title='" + "x" * (15 * 10**6) + "'>b</p>", "(@|$)"),
    "html-attributes": Case("html", lambda: "<html><body><h1>a</h1><p " + " ".join(f"a{i}=1" for i in range(10**5)) + ">b</p>", "@: an element with more than 5,000 attributes", 1),
    "html-table": Case("html", lambda: "<html><body><h1>a</h1><table>" + "<tr><td rowspan=65534 colspan=1000>x</td></tr>" * 1000 + "</table>", "", 2),
    "html-entities": Case("html", lambda: '<!DOCTYPE html [<!ENTITY a "' + "x" * 10**5 + '">]><h1>a</h1><p>' + "&a;" * 10**5, "", None),
    "html-line": Case("html", lambda: "<html><body><h1>a</h1><p>" + "x" * LONG, "@: 100,000,025 bytes; at most", 1),
    "xlsx-bomb": Case("xlsx", lambda: _part(spreadsheet(), SHEET, lambda xml: xml + b" " * (400 * 2**20)), "@: .*bytes of XML once unpacked|@: .*unpacks to more than 400 times its size", 1),
    "xlsx-entities": Case("xlsx", lambda: _part(spreadsheet(), SHEET, lambda xml: _ENTITIES + xml), "@: an XML part with a document type", 1),
    "xlsx-rows": Case("xlsx", lambda: _part(spreadsheet(), SHEET, lambda xml: xml.replace(b"</sheetData>", b"".join(b'<row r="%d"><c r="A%d"><v>1</v></c></row>' % (i, i) for i in range(10, 200_000)) + b"</sheetData>")), "@#Sheet"),
    "xlsx-far": Case("xlsx", lambda: _part(spreadsheet(), SHEET, lambda xml: xml.replace(b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>')), "@#Sheet"),
    "xlsx-zip": Case("xlsx", lambda: b"PK\x03\x04" + bytes(range(256)) * 8, "@: not an Office file, or a damaged one", 1),
    "docx-bomb": Case("docx", lambda: _part(word(), BODY, lambda xml: xml + b" " * (400 * 2**20)), "@: .*bytes of XML once unpacked|@: .*unpacks to more than 400 times its size", 1),
    "docx-entities": Case("docx", lambda: _part(word(), BODY, lambda xml: _ENTITIES + xml), "@: an XML part with a document type", 1),
    "docx-depth": Case("docx", lambda: _part(word(), BODY, lambda xml: xml.replace(b"<w:sectPr", b"<w:tbl><w:tr><w:tc>" * 20_000 + b"</w:tc></w:tr></w:tbl>" * 20_000 + b"<w:sectPr", 1)), "@: ", 1),
    "docx-tables": Case("docx", lambda: _part(word(), BODY, lambda xml: xml.replace(b"<w:sectPr", b"<w:tbl><w:tr><w:tc>" * 75 + b"<w:p/>" + b"</w:tc></w:tr></w:tbl>" * 75 + b"<w:sectPr", 1)), "(@|$)"),
    "pdf-bomb": Case("pdf", lambda: _pdf(_packed(b"0 0 m " * 200_000, 330)), "(@|$)", None, 1500, 150.0),
    "pdf-text": Case("pdf", lambda: _pdf(zlib.compress(b"BT /F 12 Tf 10 10 Td " + b"(" + b"a" * 70 + b") Tj " + b"(aaaaaaaaaaaaaaaaaaaa) Tj " * 50_000 + b"ET", 9)), "@, page 1: more than 100,000 characters on one page", None, 1500, 150.0),
    "pdf-filters": Case("pdf", lambda: _pdf(zlib.compress(_packed(b" " * 2**20, 800), 9), "/FlateDecode /FlateDecode"), "(@|$)", None, 2000, 150.0),
    "pdf-pages": Case("pdf", lambda: _pdf(b"", pages="/Kids [2 0 R 2 0 R] /Count 99999999"), "@"),
    "rst-outside": Case("rst", lambda: _RST, "@:4: '/etc/passwd' is not included"),
    "rst-loop": Case("rst", lambda: "a\n=\n\n.. include:: a.rst\n\ntext\n", "@: more than 200 included files", 1),
    "rst-depth": Case("rst", lambda: "a\n=\n\n" + "".join("   " * i + ".. note::\n\n" for i in range(1000)), "@: nested too deeply|@: 1", 1),
    "rst-marks": Case("rst", lambda: "a\n=\n\n" + "*a `b " * 100_000, "", 2),
    "rst-line": Case("rst", lambda: "x" * LONG, "@: 100,000,000 bytes; at most", 1),
    "rst-substitutions": Case("rst", lambda: "a\n=\n\n" + "".join(f".. |a{i}| replace:: |a{i + 1}| |a{i + 1}|\n" for i in range(1000)) + "\n|a0|\n", "(@|$)"),
}  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    """What became of a build."""

    code: int
    said: str
    """Everything it printed, the path of the file as `@`."""
    documents: int
    seconds: float
    megabytes: float
    answered: bool
    """Whether the good file beside it is found."""


def built(case: Case, folder: Path) -> Outcome:
    """Build a corpus of the file and a good one with the command, in a process of its own."""
    corpus, index = folder / "corpus", folder / "i"
    corpus.mkdir(parents=True)
    content = case.make()
    path = corpus / f"a.{case.suffix}"
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))
    (corpus / "good.csv").write_text(GOOD, encoding="utf-8")
    del content

    # Twice what is allowed: what goes beyond must end, but not by the tests' own doing where it can be measured.
    launcher = [sys.executable, "-S", "-c", _LAUNCHER, str(int(2 * case.seconds)), str(8 * 2**30)]
    command = [sys.executable, "-m", "faqsearch", "build", str(corpus), "--into", str(index)]
    with (folder / "said").open("wb") as said:
        launched = subprocess.run(
            launcher + command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=said, check=True
        )
    used = json.loads(launched.stdout)
    text = (folder / "said").read_text(encoding="utf-8", errors="surrogateescape").replace(str(path), "@")
    counted = re.search(r"([\d,]+) documents?,", text)
    answered = False
    if counted:
        from faqsearch.search import open_index

        answered = open_index(index).search("送料はいくらですか", k=50).hits[0].answer == "全国一律550円です。"
    return Outcome(
        used["code"],
        text,
        int(counted.group(1).replace(",", "")) if counted else 0,
        used["seconds"],
        used["maxrss"] / (2**20 if sys.platform == "darwin" else 2**10),
        answered,
    )


def main() -> int:
    """Build the cases named."""
    for name, case in CASES.items():
        if not sys.argv[1:] or name.startswith(tuple(sys.argv[1:])):
            folder = Path(tempfile.mkdtemp(prefix="faqsearch-hostile-"))
            outcome = built(case, folder)
            shutil.rmtree(folder)
            fine = (
                outcome.answered and re.search(case.said.replace("$", r"\Z"), outcome.said) is not None
                and case.documents in (None, outcome.documents)
                and outcome.seconds < case.seconds and outcome.megabytes < case.megabytes and "Traceback" not in outcome.said
            )  # fmt: skip
            print(
                f"{'ok ' if fine else 'BAD'} {name:18} exit {outcome.code}  {outcome.documents:>7,} documents {outcome.seconds:6.1f} s {outcome.megabytes:6.0f} MB",
                flush=True,
            )
            if not fine:
                print("    " + "\n    ".join(line[:200] for line in outcome.said.splitlines()[:6]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
