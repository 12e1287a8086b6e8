"""What is fuzzed: every reader, and everything a question goes through; and what must hold whatever comes.

A target takes any bytes. It returns, or raises an error that is not faqsearch's own: a finding.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from seeds import FORMATS, QUERIES, SYNONYMS, USER_WORDS, of_format, signs

from faqsearch.errors import FaqsearchError


@dataclass(frozen=True)
class Target:
    """One door for bytes that others have written."""

    name: str
    seeds: tuple[bytes, ...]
    signs: tuple[bytes, ...]
    run: Callable[[bytes], None]
    packed: bool = False
    """Whether the bytes are a zip archive, whose parts are to be changed rather than itself."""


@cache
def scratch() -> Path:
    """A folder in memory where there is one; of this process alone."""
    shared = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(prefix="faqsearch-fuzz-", dir=shared if shared.is_dir() else None))
    owner = os.getpid()

    def remove() -> None:
        if os.getpid() == owner:
            shutil.rmtree(folder, ignore_errors=True)

    import atexit

    atexit.register(remove)
    return folder


def _mine() -> Path:
    folder = scratch() / str(os.getpid())
    folder.mkdir(exist_ok=True)
    return folder


def read_as(suffix: str) -> Callable[[bytes], None]:
    """Read bytes as a file of a format, beside a good file that must not be lost."""

    def run(data: bytes) -> None:
        from faqsearch.index.document_file import document_from_json, document_to_json
        from faqsearch.sources import Corpus

        folder = _mine() / "corpus"
        folder.mkdir(exist_ok=True)
        path = folder / f"a{suffix}"
        path.write_bytes(data)
        (folder / "b.csv").write_text("id,質問,回答\ngood-one,良い問い,良い答え\n", encoding="utf-8")
        corpus = Corpus(folder)
        documents = list(corpus.documents())
        assert [d.question for d in documents if d.source.path.endswith("b.csv")] == ["良い問い"]
        # UTF-16 and lone carriage returns end lines as well.
        lines = 2 + len(data)
        for document in documents:
            assert document.question.strip() or document.answer.strip()
            assert document.source.line is None or 1 <= document.source.line <= lines
            assert document_from_json(document_to_json(document).encode()) == document
        for problem in corpus.report.problems:
            if problem.error.__cause__ is not None:
                raise problem.error.__cause__
            assert str(problem).replace("\u3000", " ").isprintable()
            assert problem.error.line is None or 1 <= problem.error.line <= lines
        path.unlink()

    return run


@cache
def _tokenizer():
    from faqsearch.tokens import FugashiTokenizer

    return FugashiTokenizer()


@cache
def small_index() -> Path:
    """An index of the formats' seeds."""
    from faqsearch.build import build_index

    folder = scratch() / f"small-{os.getpid()}"
    (folder / "corpus").mkdir(parents=True)
    for suffix in (".csv", ".md", ".json"):
        (folder / "corpus" / f"a{suffix}").write_bytes(of_format(suffix)[0])
    build_index(folder / "corpus", folder / "i", tokenizer=_tokenizer())
    return folder / "i"


@cache
def _searcher():
    from faqsearch.search import open_index

    return open_index(small_index(), tokenizer=_tokenizer())


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def query(data: bytes) -> None:
    """Ask, complete, filter and explain; what comes back can be written as JSON."""
    searcher, text = _searcher(), _text(data)
    field, _, value = text.partition("=")
    for ask in (
        lambda: searcher.search(text, k=3, explain=True).to_json(),
        lambda: [suggestion.to_json() for suggestion in searcher.suggest(text)],
        lambda: searcher.search("送料", where={field: value}).to_json(),
        lambda: searcher.search("送料", where={"category": [text, "配送"]}).to_json(),
        lambda: searcher.explain(text, "q1").__class__.__name__,
        lambda: searcher.document(text).id,
    ):
        try:
            json.dumps(ask(), ensure_ascii=False)
        except FaqsearchError as error:
            str(error)


def synonyms(data: bytes) -> None:
    """Read a synonym file, judge it, and ask with it."""
    from faqsearch.search import open_index
    from faqsearch.synonyms import Synonyms, check

    path = _mine() / "synonyms.txt"
    path.write_bytes(data)
    try:
        loaded = Synonyms.load([path])
        problems = check(loaded, _tokenizer(), lambda term: _searcher().index.lexicon.knows([term])[0])
    except FaqsearchError:
        return
    assert all(problem.line >= 1 for problem in problems)
    searcher = open_index(small_index(), tokenizer=_tokenizer(), synonyms=[path])
    for question in ("解約したい", *(rule.asked[0][:200] for rule in loaded.rules[:3])):
        try:
            searcher.search(question, k=2)
        except FaqsearchError:
            continue


def user_words(data: bytes) -> None:
    """Read a list of words and cut texts with it."""
    from faqsearch.tokens import FugashiTokenizer
    from faqsearch.tokens.userwords import read_user_words

    path = _mine() / "user_words.txt"
    path.write_bytes(data)
    try:
        words = read_user_words(path)
        tokenizer = FugashiTokenizer(user_words=tuple(words))
    except FaqsearchError:
        return
    tokenizer.words_many(["小山田商店のKS-10", *words[:3]])


def analysis(data: bytes) -> None:
    """Make an index of one document with this text as question and as answer, and find it."""
    from faqsearch.analyser import DocumentAnalyser
    from faqsearch.documents import Document, Source
    from faqsearch.text import normalize, normalize_aligned, sentences

    text = data.decode("utf-8", "replace")
    normalized, starts, ends = normalize_aligned(text)
    assert normalize(normalized) == normalized or len(normalized) < 4 * len(text) + 4
    assert len(starts) == len(ends) == len(normalized)
    for start, end in sentences(text):
        assert 0 <= start < end <= len(text)
    document = Document(id="a", kind="faq", question=text or "?", answer=text, source=Source(path="a"))
    DocumentAnalyser(_tokenizer(), 300).analyse([document])


def judgments(data: bytes) -> None:
    """Read judged questions and judgments of all formats."""
    from faqsearch.evaluation.judgments import read_qrels, read_queries

    for suffix in (".jsonl", ".tsv", ".csv"):
        path = _mine() / f"q{suffix}"
        path.write_bytes(data)
        for read in (read_queries, read_qrels):
            try:
                read(path)
            except FaqsearchError as error:
                str(error)


def strange_index(data: bytes) -> None:
    """Open an index in which one file is another's work, with checksums that fit: a stranger made all of it.

    The first byte chooses the file, the rest says which places of it hold what. Numbers that lead nowhere may end in
    any Python error, since faqsearch cannot tell them from a fault of its own; nothing else may happen.
    """
    from faqsearch.index.checksums import file_record
    from faqsearch.index.folder import IndexFolder
    from faqsearch.search import open_index
    from faqsearch.verify import verify

    if len(data) < 2:
        return
    whole, folder = small_index(), _mine() / "strange"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(whole, folder)
    generation = IndexFolder(folder).current()
    names = ["manifest.json", *sorted(generation.manifest.files)]
    path = generation.path / names[data[0] % len(names)]
    content = bytearray(path.read_bytes())
    # Places come from the front, where numbers stand that lead to other places, as often as from anywhere.
    for i in range(1, len(data) - 4, 5):
        place = int.from_bytes(data[i : i + 3], "big")
        place = place % len(content) if data[i] & 1 else place % min(len(content), 256)
        content[place : place + 1] = data[i + 3 : i + 4] * (1 if data[i + 4] < 200 else 4)
    path.write_bytes(content)
    manifest = generation.path / "manifest.json"
    if path != manifest:
        value = json.loads(manifest.read_text(encoding="utf-8"))
        record = file_record(path)
        value["files"][path.name] = {"bytes": record.bytes, "sha256": record.sha256}
        manifest.write_text(json.dumps(value), encoding="utf-8")
    (folder / "CURRENT").write_text(f"{generation.name} {file_record(manifest).sha256}\n", encoding="utf-8")
    try:
        searcher = open_index(folder, tokenizer=_tokenizer())
        for question in QUERIES[:3]:
            searcher.search(question, k=3, explain=True)
        searcher.suggest("そう")
        searcher.search("送料", where={"category": "配送"})
        verify(folder, sample=3, tokenizer=_tokenizer())
    except MemoryError:
        raise
    except Exception:
        return


def _encoded(*texts: str) -> tuple[bytes, ...]:
    return tuple(text.encode() for text in texts)


TARGETS: dict[str, Target] = {
    suffix[1:]: Target(
        suffix[1:], of_format(suffix), signs(suffix), read_as(suffix), packed=suffix in (".xlsx", ".docx")
    )
    for suffix in FORMATS
}
TARGETS |= {
    target.name: target
    for target in (
        Target("query", _encoded(*QUERIES), signs(""), query),
        Target("synonyms", _encoded(SYNONYMS), (*signs(""), *_encoded("=>", ",", "\\,", "#", "000001,1,", "⇒")), synonyms),
        Target("userwords", _encoded(USER_WORDS), signs(""), user_words),
        Target("analysis", (*of_format(".txt"), *_encoded(*QUERIES)), signs(""), analysis),
        Target("judgments", _encoded('{"id":"a","query":"送料","relevant":["q1"]}\n', "id\tquery\nq\t送料\n", "q 0 d 1\n"), signs(".jsonl"), judgments),
        Target("index", tuple(bytes([n]) + bytes(10) for n in range(10)), (b"\xff" * 4, bytes(4), b"\x7f"), strange_index),
    )
}  # fmt: skip
