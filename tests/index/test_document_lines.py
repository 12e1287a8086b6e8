"""What a document's line and hashes are made of is JSON as the standard library writes it."""

import json
from dataclasses import asdict
from hashlib import blake2b

from hypothesis import given
from hypothesis import strategies as st

from faqsearch.documents import Document, Source
from faqsearch.index.document_file import document_hashes, document_to_json

TEXT = st.text(st.characters() | st.characters(categories=["Cs"]) | st.sampled_from('"\\\n\x00\u2028送料'), max_size=8)
TEXTS = st.lists(TEXT, max_size=2).map(tuple)
MAYBE = st.none() | TEXT
SOURCES = st.builds(
    Source,
    path=TEXT,
    line=st.none() | st.integers(0, 9),
    page=st.none() | st.integers(0, 9),
    heading=TEXTS,
    url=MAYBE,
    anchor=MAYBE,
)
DOCUMENTS = st.builds(
    Document,
    id=TEXT,
    kind=st.sampled_from(["faq", "manual"]),
    question=TEXT,
    answer=TEXT,
    source=SOURCES,
    phrasings=TEXTS,
    category=TEXTS,
    tags=TEXTS,
    extra=st.dictionaries(TEXT, TEXT, max_size=2),
)


def dumped(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


@given(DOCUMENTS)
def test_a_line_is_json_without_what_is_empty(document):
    """Texts always stand in it, everything else where there is any, in the order of the fields."""
    source = {name: part for name, part in asdict(document.source).items() if part}
    value = {name: getattr(document, name) for name in ("id", "kind", "question", "answer")} | {"source": source}
    value |= {name: part for name in ("phrasings", "category", "tags", "extra") if (part := getattr(document, name))}

    assert document_to_json(document) == dumped(value)


@given(DOCUMENTS)
def test_hashes_are_of_json_lists(document):
    """Of the texts, and of these with everything else but the place in the source."""
    d = document
    texts = dumped([d.kind, d.question, d.answer, d.phrasings, d.tags, d.source.heading])
    expected = blake2b(texts.encode("utf-8", "surrogatepass"), digest_size=16)
    content = dumped([expected.hexdigest(), d.id, d.category, list(d.extra.items()), d.source.url])

    hashes = document_hashes(d)
    assert hashes.texts == expected.digest()
    assert hashes.content == blake2b(content.encode("utf-8", "surrogatepass"), digest_size=16).digest()
