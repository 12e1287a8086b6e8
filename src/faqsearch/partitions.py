"""Partitions: documents analysed on many machines, and merged into the index that one build of them would have made.

    analyse_partition(documents, "parts/00007")        # a task: once for each part, on any machine, under any scheduler
    merge_partitions("parts", into="indexes/faq")      # when all are done, on one machine

A partition is one generation of an index whose vectors are not learned yet: the same files, checked in the same way,
nothing pickled. What is made of a document does not depend on its neighbours, so the merged index has the same bytes as
one build of all documents, in the order of the partitions; only sums over all of them are made in the end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import compress
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from faqsearch.analyser import DocumentAnalyser
from faqsearch.build import BuildReport, Progress, batches, describe, fill
from faqsearch.errors import FaqsearchError, IndexFormatError, IndexMismatch, IndexNotFound, SourceError
from faqsearch.index.folder import Generation, IndexFolder
from faqsearch.index.known import Known
from faqsearch.index.store import open_store
from faqsearch.index.writer import GenerationWriter, Written
from faqsearch.settings import Settings
from faqsearch.sources import KeyedDocument, Problem, ReadReport
from faqsearch.sources.acceptance import Acceptance
from faqsearch.sources.bounds import MAX_KEPT_PROBLEMS
from faqsearch.tokens import FugashiTokenizer
from faqsearch.vectors import load_encoder
from faqsearch.vectors.elsewhere import UNLEARNED, EncodedElsewhere

if TYPE_CHECKING:
    from faqsearch.documents import Document
    from faqsearch.index.interface import Analysis
    from faqsearch.index.store import StoredGeneration
    from faqsearch.tokens import Tokenizer
    from faqsearch.vectors.interface import Encoder

T = TypeVar("T")
# Documents taken over at a time.
_BATCH = 256


def analyse_partition(
    documents: Iterable[Document | KeyedDocument],
    into: str | Path,
    *,
    settings: Settings | None = None,
    tokenizer: Tokenizer | None = None,
    encoder: Encoder | None = None,
    strict: bool = False,
    processes: int = 1,
    progress: Progress = lambda step, done, total: None,
    say: Callable[[str], None] = lambda message: None,
) -> BuildReport:
    """Do what a build does with each document, for some of them: cut it into words, count these, encode passages.

    Nothing is visible at `into` until it is whole, so a task that was interrupted is run again, and one that has a
    `CURRENT` is done. The same documents and settings give the same files. Memory grows with the size of a partition:
    some 10,000 to 100,000 documents are a good one.

    Args:
        documents: Read once, as they come; there may be none.
        into: The folder of the partition; made when it is missing.
        settings: None takes the defaults. The same ones for all partitions.
        tokenizer: None takes `FugashiTokenizer()` with the user words of the settings.
        encoder: None loads the one `settings.model` names. The built-in one encodes nothing here: it learns from all
            documents, when they are merged.
        strict: Stop at the first document that cannot be indexed, instead of reporting it.
        processes: Processes to analyse documents in: one, as a scheduler starts a task for each core. Files are the same.
        progress: Told (step, done, total or None) as work goes on.
        say: Told, in one line, what a user should know at once (a download).

    Returns:
        What was done; `problems` are documents left out: without an id or a question, or with an id used before.

    Raises:
        Exception: Whatever `documents` raises, as it is.
        SourceError: With `strict`, a document cannot be indexed.
        ModelError: The encoder cannot be loaded.
        IndexBusy: Another process is writing this partition.
        IndexWriteError: The folder cannot be written.
        WorkerError: A worker process ended before it was done.
    """
    started = perf_counter()
    settings = settings or Settings()
    tokenizer = tokenizer or FugashiTokenizer(user_words=settings.user_words)
    if encoder is None and settings.model != "builtin":
        encoder = load_encoder(settings, say=say)
    analyser = DocumentAnalyser(tokenizer, None if encoder is None else settings.passage_chars)
    admission, folder = _Admission(strict=strict), IndexFolder(into)
    admitted = (item for item in _unmistaken(documents) if admission.admits(item))
    with _as_it_was(), folder.lock("analysis"), folder.new_generation() as building:
        with GenerationWriter(building, settings, analyser) as writer:
            fill(writer, analyser, admitted, processes, progress)
            own = encoder or EncodedElsewhere(UNLEARNED)
            empty = Written({}, own.describe(), {}, 0, 0, 0)
            written = writer.finish(own, progress) if writer.documents else empty
        manifest = describe("analyse_partition", admission.report, settings, tokenizer, written)
        generation = folder.publish(building, manifest, written.places)
        folder.prune(1)
    return _told(generation, admission, started)


def merge_partitions(
    partitions: str | Path | Sequence[str | Path],
    into: str | Path,
    *,
    settings: Settings | None = None,
    tokenizer: Tokenizer | None = None,
    strict: bool = False,
    progress: Progress = lambda step, done, total: None,
) -> BuildReport:
    """Make one index of partitions; the one that a build of all their documents, in this order, would have made.

    A document whose id an earlier one has is left out and reported, as in a build: a partition that was analysed twice
    under two names does no harm. Nothing is visible at `into` until all is whole. Nothing is tokenized or encoded again.

    Args:
        partitions: Folders that `analyse_partition` wrote, in this order; or a folder of such folders, in the order of
            their names (`00000`, `00001`, … — as text, so give all the same length).
        into: The index's folder, or its address in Milvus; made when it is missing. Synonyms are those it has already.
        settings: Weights and BM25 parameters; None takes those of the partitions.
        tokenizer: None takes the one the partitions were made with.
        strict: Stop at the first id that is used twice, instead of reporting it.
        progress: Told (step, done, total or None) as work goes on.

    Raises:
        SourceError: All partitions are empty; or, with `strict`, an id is used twice.
        IndexNotFound: A partition is missing, or was not finished.
        IndexFormatError: A partition is damaged, or of another format version.
        IndexMismatch: Partitions were made with different tokenizers, encoders or passages.
        IndexBusy: Another build of this index is running.
        IndexWriteError: The folder cannot be written.
        EngineError: Milvus cannot be reached.
    """
    started = perf_counter()
    parts = [IndexFolder(path).current() for path in _paths(partitions)]
    total = sum(part.manifest.documents for part in parts)
    first = parts[0].manifest
    if not total:
        hint = "Look at what the tasks were given: each partition says `problems` in its manifest."
        raise SourceError("no documents in any partition", path=str(parts[0].path.parent), hint=hint)
    settings = settings or first.settings
    tokenizer = tokenizer or FugashiTokenizer(user_words=settings.user_words)
    for part in parts:
        _check(part, parts[0], settings, tokenizer)
    learned = first.encoder == UNLEARNED
    analyser, admission = DocumentAnalyser(tokenizer, None), _Admission(strict=strict)
    store = open_store(into)
    with store.lock("merge"), store.new_generation() as building:
        with GenerationWriter(building, settings, analyser) as writer:
            for part in parts:
                if part.manifest.documents:
                    with _saying_which(part):
                        known = Known(part)
                        known.check()
                        _take(writer, analyser, known, admission, vectors=not learned)
                admission.errors += part.manifest.problems
                progress("merging", writer.documents, total)
            written = writer.finish(None if learned else EncodedElsewhere(first.encoder), progress)
        manifest = describe("merge_partitions", admission.report, settings, tokenizer, written)
        generation = store.publish(building, manifest, written.places)
        store.prune(settings.keep_generations)
    return _told(generation, admission, started)


class _Broken(Exception):
    """The documents broke off; carries the error past those who take it for the disk's."""

    def __init__(self, error: OSError) -> None:
        super().__init__(str(error))
        self.error = error


def _unmistaken(documents: Iterable[T]) -> Iterator[T]:
    try:
        yield from documents
    except OSError as error:
        raise _Broken(error) from error


@contextmanager
def _as_it_was() -> Iterator[None]:
    try:
        yield
    except _Broken as broken:
        raise broken.error from None


class _Admission:
    """Lets through what can be indexed, each id once, and keeps account of the rest."""

    def __init__(self, *, strict: bool) -> None:
        self._strict = strict
        self._acceptance = Acceptance()
        self._problems: list[Problem] = []
        self.errors = 0

    def admits(self, item: Document | KeyedDocument) -> bool:
        """Return whether a document can be indexed."""
        fault = self._acceptance.fault(item.document if isinstance(item, KeyedDocument) else item)
        if fault is None:
            return True
        if self._strict:
            raise fault
        self.errors += 1
        if len(self._problems) < MAX_KEPT_PROBLEMS:
            self._problems.append(Problem(fault))
        return False

    @property
    def report(self) -> ReadReport:
        """What became of the documents; how many were admitted is the writer's to say."""
        return ReadReport((), 0, self.errors, 0, tuple(self._problems), ())


def _take(
    writer: GenerationWriter, analyser: DocumentAnalyser, known: Known, admission: _Admission, *, vectors: bool
) -> None:
    """Give a writer the documents of a partition, and what was made of them."""
    row_keys = known.index.tables["row_keys"]
    kept: list[int] = []
    added = [np.empty(0, dtype=np.int32)]
    for batch in batches(range(known.index.manifest.documents), _BATCH):
        items = [KeyedDocument(known.document(number), row_keys[number].tobytes()) for number in batch]
        admitted = [admission.admits(item) for item in items]
        added.append(writer.add(list(compress(items, admitted))).numbers)
        kept.extend(compress(batch, admitted))
    old, new = np.array(kept, dtype=np.int64), np.concatenate(added)
    analysis = known.analysis(old, analyser.readings)
    _check_terms(analysis)
    writer.take(new, analysis)
    if vectors:
        stored, keys, places = known.vectors(old)
        writer.take_vectors(new[places], keys, stored)


def _check_terms(analysis: Analysis) -> None:
    """Refuse terms that are not in order: a writer believes them."""
    for leg, counts in analysis.counts.items():
        if not (counts.keys[1:] > counts.keys[:-1]).all():
            raise ValueError(f"terms of leg {leg}")


def _paths(partitions: str | Path | Sequence[str | Path]) -> list[Path]:
    """The folders of the partitions, in order."""
    if isinstance(partitions, str | Path):
        folder = Path(partitions)
        found = sorted(path for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []
    else:
        found = [Path(path) for path in partitions]
    if not found:
        hint = "Name the folder that holds the partitions, or all of them in a list."
        raise IndexNotFound(f"no partitions in {partitions}", hint=hint)
    return found


def _check(part: Generation, first: Generation, settings: Settings, tokenizer: Tokenizer) -> None:
    """Refuse to mix what two tokenizers or two models made."""
    own, was = part.manifest, part.manifest.settings
    hint = "Analyse all partitions with the same settings, and merge them with these."
    if own.tokenizer != tokenizer.fingerprint:
        message = f"{part.path} was made with tokenizer {own.tokenizer}; this is {tokenizer.fingerprint}"
        raise IndexMismatch(message, hint=hint)
    if own.encoder != first.manifest.encoder:
        raise IndexMismatch(f"{part.path} was made with another encoder than {first.path}", hint=hint)
    if was.model != settings.model:
        raise IndexMismatch(f"{part.path} was made with model {was.model}, not with {settings.model}", hint=hint)
    prompts = (was.query_prompt, was.document_prompt) == (settings.query_prompt, settings.document_prompt)
    if own.encoder != UNLEARNED and not (prompts and was.passage_chars == settings.passage_chars):
        raise IndexMismatch(f"{part.path} was made with other prompts or passages", hint=hint)


@contextmanager
def _saying_which(part: Generation) -> Iterator[None]:
    """Name the partition that holds what no partition holds: its checksums are right, so somebody else wrote it."""
    try:
        yield
    except (FaqsearchError, OSError, MemoryError):
        raise
    except Exception as error:
        hint = "Analyse it again with this faqsearch."
        raise IndexFormatError(f"{part.path} does not hold what a partition holds ({error!r})", hint=hint) from error


def _told(generation: StoredGeneration, admission: _Admission, started: float) -> BuildReport:
    seconds, problems = perf_counter() - started, admission.report.problems
    return BuildReport(generation.manifest, generation.name, files=0, problems=problems, skipped={}, seconds=seconds)
