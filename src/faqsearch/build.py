"""The road in: sources → documents → passages → terms and vectors → a new generation of the index."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from faqsearch.analyser import DocumentAnalyser
from faqsearch.dictionaries import copy_synonyms, user_words_of
from faqsearch.errors import IndexFormatError, IndexNotFound, SourceError
from faqsearch.index.manifest import Manifest, SourceRecord
from faqsearch.index.remembered import remembering
from faqsearch.index.store import open_store
from faqsearch.index.writer import GenerationWriter, Written
from faqsearch.processes import available_cores
from faqsearch.settings import Settings
from faqsearch.sources import Corpus, Item, Problem, ReadBefore, ReadReport
from faqsearch.tokens import FugashiTokenizer
from faqsearch.vectors import load_encoder
from faqsearch.workers import analysed, helper

if TYPE_CHECKING:
    from faqsearch.index.store import Store
    from faqsearch.tokens import Tokenizer
    from faqsearch.vectors.interface import Encoder

T = TypeVar("T")
Progress = Callable[[str, int, int | None], None]
"""Told step, done, and total or None."""
# Documents analysed at a time: of more, fewer terms are new in each; of fewer, small corpora share cores evenly.
_BATCH = 512


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did."""

    manifest: Manifest
    generation: str
    files: int
    """Source files read."""
    problems: tuple[Problem, ...]
    """Rows and files that could not be read; everything else is in the index."""
    skipped: Mapping[str, int]
    """Files no reader takes, or that are not documents (judgments, dictionaries): reason to their number, most first."""
    seconds: float


def build_index(
    corpus: str | Path | Sequence[str | Path],
    into: str | Path,
    *,
    settings: Settings | None = None,
    tokenizer: Tokenizer | None = None,
    encoder: Encoder | None = None,
    strict: bool = False,
    processes: int | None = None,
    progress: Progress = lambda step, done, total: None,
    say: Callable[[str], None] = lambda message: None,
) -> BuildReport:
    """Build the index of `corpus` at `into`; nothing is visible there until it is whole.

    Args:
        corpus: Files and folders.
        into: Address of the index: a folder, made when it is missing, or `milvus://HOST:PORT/NAME`.
        settings: None takes the defaults.
        tokenizer: None takes `FugashiTokenizer()` with the corpus's user words.
        encoder: None loads the one `settings.model` names.
        strict: Stop at the first row or file that cannot be read, instead of reporting it.
        processes: Processes to work in; None takes one for each core. The index is the same.
        progress: Told (step, done, total or None) as work goes on.
        say: Told, in one line, what a user should know at once (a download).

    Raises:
        SourceError: Nothing can be read from the corpus; or, with `strict`, something cannot.
        ModelError: The encoder cannot be loaded.
        IndexBusy: Another build of this index is running.
        IndexWriteError: The folder cannot be written.
        WorkerError: A worker process ended before it was done.
    """
    from time import perf_counter

    started = perf_counter()
    settings = settings or Settings()
    settings = replace(settings, user_words=settings.user_words or user_words_of(corpus))
    tokenizer = tokenizer or FugashiTokenizer(user_words=settings.user_words)
    if encoder is None and settings.model != "builtin":
        encoder = load_encoder(settings, say=say)
    analyser = DocumentAnalyser(tokenizer, None if encoder is None else settings.passage_chars)
    source = Corpus(corpus, strict=strict, hidden=settings.hidden, known=ReadBefore())
    folder = open_store(into)
    with folder.lock("build"), folder.new_generation() as building, ExitStack() as kept:
        if lost := _lost(folder, settings):
            say(f"the index had other {lost} until now: an update keeps them, a rollback brings them back")
        if encoder is not None:
            encoder = kept.enter_context(remembering(encoder, folder.generations()))
        with GenerationWriter(building, settings, analyser) as writer:
            fill(writer, analyser, source.items(), processes, progress, partial(estimated, source, writer))
            if not writer.documents:
                raise nothing_found(corpus, source.report)
            written = writer.finish(encoder, progress, helper(processes or available_cores(), writer.collected.size))
        manifest = describe("build", source.report, settings, tokenizer, written)
        copy_synonyms(corpus, folder)
        generation = folder.publish(building, manifest, written.places)
        folder.prune(settings.keep_generations)
    return BuildReport(
        manifest=generation.manifest,
        generation=generation.name,
        files=len(source.report.files),
        problems=source.report.problems,
        skipped=source.report.skipped_by_reason,
        seconds=perf_counter() - started,
    )


def _lost(folder: Store, settings: Settings) -> str:
    """Say which settings that `tune --write` may have given an index are not those of this build."""
    try:
        was = folder.current().manifest.settings
    except (IndexNotFound, IndexFormatError):
        return ""
    if was.model != settings.model:
        return ""
    tuned = {"weights": "weights", "bm25": "BM25 parameters", "confidence": "confidence"}
    return " and ".join(words for name, words in tuned.items() if getattr(was, name) != getattr(settings, name))


def fill(
    writer: GenerationWriter,
    analyser: DocumentAnalyser,
    items: Iterable[Item],
    processes: int | None,
    progress: Progress,
    total: Callable[[], int | None] = lambda: None,
) -> None:
    """Give a writer all documents of a corpus; `total` says about how many there will be."""
    added = map(writer.add, batches(items, _BATCH))
    done = 0
    with closing(analysed(analyser, added, processes or available_cores())) as analyses:
        for numbers, analysis in analyses:
            writer.take(numbers, analysis)
            done += len(numbers)
            progress("analysing", done, total())


def estimated(source: Corpus, writer: GenerationWriter) -> int | None:
    """Return about how many documents there will be: known when all files are read, but work should say how far it is."""
    # A file that is being read has most likely given as many bytes as its documents have.
    share = max(source.bytes_read, min(writer.collected.size, source.total_bytes)) / max(source.total_bytes, 1)
    return round(writer.documents / share) if share else None


def describe(command: str, report: ReadReport, settings: Settings, tokenizer: Tokenizer, written: Written) -> Manifest:
    """Return the manifest of what was written."""
    return Manifest(
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        made_by=made_by(command),
        documents=written.documents,
        passages=written.passages,
        problems=report.errors,
        copies=written.copies,
        tokenizer=tokenizer.fingerprint,
        encoder=written.encoder,
        dense=written.dense,
        settings=settings,
        sources=source_records(report),
    )


def source_records(report: ReadReport) -> dict[str, SourceRecord]:
    """Return what a manifest keeps of the files that were read."""
    return {file.path: SourceRecord(file.sha256, file.documents, file.key) for file in report.files} | {
        path: SourceRecord(sha256, 0) for path, sha256 in report.included.items()
    }


def nothing_found(corpus: str | Path | Sequence[str | Path], report: ReadReport) -> SourceError:
    """Return the error of a corpus without documents."""
    named = [corpus] if isinstance(corpus, str | Path) else corpus
    first = report.problems[0].error if report.problems else None
    return SourceError(
        "no documents found" + (f"; first problem: {first}" if first else ""),
        path=", ".join(map(str, named)),
        hint=(first and first.hint)
        or "Name a folder or file with FAQs or manuals; `faqsearch build --help` lists the formats.",
    )


def batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Yield lists of `size` documents; the last may be shorter."""
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


def made_by(command: str) -> str:
    """Return what the manifest says made it: the command and faqsearch's version."""
    from importlib.metadata import version

    return f"faqsearch {version('faqsearch')} {command}"
