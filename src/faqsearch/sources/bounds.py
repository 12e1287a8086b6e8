"""How much a source may ask for. Each bound is far above honest input and keeps hostile input affordable."""

from __future__ import annotations

MAX_FILE_BYTES = 256 * 2**20
"""A file of rows: about a million FAQs. Bytes, text and rows are in memory together, so four times this is needed."""

MAX_PROSE_BYTES = 32 * 2**20
"""A YAML or text file: some ten thousand printed pages."""

MAX_MARKDOWN_BYTES = 4 * 2**20
"""A Markdown file: more than a thousand printed pages. Its parser builds a tree many times the text."""

MAX_HTML_BYTES = 16 * 2**20
"""A web page; the longest specifications on one page have some five."""

MAX_PROSE_LINES = 200_000
"""Lines of a Markdown file; each may become several tokens of some hundred bytes."""

MAX_LINE_CHARS = 4 * 2**20
"""One line of JSONL."""

MAX_ROW_CHARS = 2**20
"""One CSV row; a longer one has almost always a quote left open."""

MAX_CELL_CHARS = 131_072
"""One CSV cell, the csv module's own default; Excel stops at 32,767."""

MAX_ANSWER_CHARS = 2_000_000
"""One answer or body, some 1,500 printed pages."""

MAX_QUESTION_CHARS = 2_000
"""One question or heading; a longer one is a body in the wrong column."""

MAX_ID_CHARS = 256
"""One id given by a source; ids are printed, typed and stored in engines that limit them."""

MAX_COLUMNS = 1_000
"""Columns of a table."""

MAX_DEPTH = 64
"""Nesting of JSON and YAML; FAQ files need five or six."""

MAX_NODES = 5_000_000
"""Values of one YAML file, counting what aliases stand for each time they are used."""

MAX_OBJECTS = 2_000_000
"""Objects of one JSON file, half a kilobyte each however empty; a million FAQs with two objects each."""

MAX_VALUES = 15_000_000
"""Values of one JSON file, some sixty bytes each."""

MAX_PHRASINGS = 256
"""Other ways to ask for one document."""

MAX_EXPANSIONS = 64
"""Phrasings that one compact pattern such as `(変更|再設定)(方法|手順)` may stand for."""

MAX_RECOVERIES = 100
"""Times a reader picks up again after a fault in one file; then the rest of the file is given up, and said so.
It also bounds the rereading an attacker can ask for."""

MAX_KEPT_PROBLEMS = 200
"""Problems kept in full for one file; further ones are only counted."""

MAX_PARTS = 10_000
"""Files inside an Office file."""

MAX_INFLATED_BYTES = 512 * 2**20
"""What all parts of an Office file come to when unpacked, pictures included."""

MAX_XML_BYTES = 192 * 2**20
"""What its XML parts come to; a sheet of a hundred thousand FAQs has some 60 MiB."""

MAX_RATIO = 400
"""How much larger a part may be than it is packed, once beyond 4 MiB; sheets of equal rows reach 150."""

MAX_PAGES = 5_000
"""Pages of a PDF."""

MAX_PAGE_CHARS = 100_000
"""Characters on one page of a PDF; the densest printed page has some ten thousand."""

MAX_ELEMENTS = 1_000_000
"""Elements of an HTML page or a Word document."""

MAX_ATTRIBUTES = 5_000
"""Attributes of one HTML element, each of which libxml2 compares with all before it."""

MAX_INCLUDES = 200
"""Files one reStructuredText page may include, those included by included ones counted."""

MAX_SECONDS = 120.0
"""Time for one file whose parser cannot be bounded by size alone; what was read until then stands."""
