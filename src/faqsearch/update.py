"""Update: the index a fresh build would give, analysing only what changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from faqsearch.analyser import DocumentAnalyser
from faqsearch.build import BuildReport, describe, estimated, fill, nothing_found, source_records
from faqsearch.changes import Changes, compare
from faqsearch.dictionaries import USER_WORDS_FILE, copy_synonyms, user_words_of
from faqsearch.errors import IndexMismatch, SourceError
from faqsearch.index.damage import saying_damage
from faqsearch.index.documents_writing import Inventory
from faqsearch.index.known import Known
from faqsearch.index.remembered import remembering
from faqsearch.index.store import open_store
from faqsearch.index.writer import GenerationWriter
from faqsearch.processes import available_cores
from faqsearch.settings import Settings
from faqsearch.sources import Corpus, KeyedDocument, KnownRow, ReadBefore
from faqsearch.tokens import FugashiTokenizer
from faqsearch.vectors import load_encoder
from faqsearch.workers import helper

if TYPE_CHECKING:
    from faqsearch.index.store import StoredGeneration
    from faqsearch.tokens import Tokenizer
    from faqsearch.vectors.interface import Encoder

# A share that is mounted by half, or a script that exported half a table, must not empty an index.
_MOST_REMOVED = 0.3


@dataclass(frozen=True, slots=True)
class UpdateReport(BuildReport):
    """What an update did."""

    changes: Changes
    published: bool
    """Whether there is a new generation; False when nothing changed, and for a dry run."""


def update_index(
    corpus: str | Path | Sequence[str | Path],
    into: str | Path,
    *,
    settings: Settings | None = None,
    tokenizer: Tokenizer | None = None,
    encoder: Encoder | None = None,
    strict: bool = False,
    hidden: bool | None = None,
    dry_run: bool = False,
    allow_shrink: bool = False,
    processes: int | None = None,
    progress: Callable[[str, int, int | None], None] = lambda step, done, total: None,
    say: Callable[[str], None] = lambda message: None,
) -> UpdateReport:
    """Make the index at `into` what `build_index` of `corpus` would give, redoing only what changed.

    Documents and files are compared by what they hold, not by file times. When nothing changed, no generation is made.

    Args:
        corpus: Files and folders: the whole corpus, not only what is new in it.
        into: The address of an index.
        settings: None keeps those of the index.
        tokenizer: None takes `FugashiTokenizer()` with the corpus's user words; other ones than before have everything
            analysed again, which `say` is told.
        encoder: None loads the one the index was made with, when something must be encoded.
        strict: Stop at the first row or file that cannot be read, instead of reporting it.
        hidden: Whether hidden rows, columns and sheets of workbooks are read; None keeps what the settings say.
        dry_run: Only say what would change; nothing is written.
        allow_shrink: Go on also when more than 30 % of the documents would be removed.
        processes: Processes to work in; None takes one for each core. The index is the same.
        progress: Told (step, done, total or None) as work goes on.
        say: Told, in one line, what a user should know at once (a download; that everything is analysed again).

    Raises:
        SourceError: Nothing can be read from the corpus; with `strict`, something cannot; or too much is gone.
        IndexNotFound: There is no index to update.
        IndexFormatError: The index is damaged, or of another format version.
        IndexMismatch: It was made with another tokenizer or encoder.
        ModelError: The encoder cannot be loaded.
        IndexBusy: A build or another update of this index is running.
        IndexWriteError: The folder cannot be written.
        WorkerError: A worker process ended before it was done.
    """
    started = perf_counter()
    folder = open_store(into)
    old = folder.current()  # raises where there is none, before the lock makes a folder
    words = (
        (settings or old.manifest.settings).user_words if settings and settings.user_words else user_words_of(corpus)
    )
    own = tokenizer
    tokenizer = own or FugashiTokenizer(user_words=words)
    if dry_run:
        same_words = own is not None or _same_words(old, tokenizer, say)
        _check(old, settings, tokenizer if same_words else None, encoder)
        hidden = _hidden(hidden, settings or old.manifest.settings)
        with old.files() as files, saying_damage(files):
            source, changes = _preview(corpus, Known(files), strict=strict, hidden=hidden)
        if not allow_shrink and (loss := _loss(corpus, changes, old.manifest.documents)):
            say(f"without --allow-shrink, an update would stop here: {loss.message}")
        return _report(old, source, changes, started, published=False)
    with folder.lock("update"), ExitStack() as kept:
        old = folder.current()
        same_words = own is not None or _same_words(old, tokenizer, say)
        _check(old, settings, tokenizer if same_words else None, encoder)
        copy_synonyms(corpus, folder)
        settings = settings or old.manifest.settings
        settings = replace(settings, user_words=words, hidden=_hidden(hidden, settings))
        files = kept.enter_context(old.files())
        kept.enter_context(saying_damage(files))
        known = Known(files)
        reads_texts = settings.model != "builtin"
        analyser = DocumentAnalyser(tokenizer, settings.passage_chars if reads_texts else None)
        # Other words and other passages need other vectors: then everything is done again.
        same_passages = not reads_texts or settings.passage_chars == old.manifest.settings.passage_chars
        reusable = same_words and same_passages
        with folder.new_generation() as building:
            for before in _read_before(known, allowed=reusable and not strict):
                source = Corpus(corpus, strict=strict, hidden=settings.hidden, known=before)
                inventory = Inventory(known)
                with GenerationWriter(building, settings, analyser, known if reusable else None, inventory) as writer:
                    fill(writer, analyser, source.items(), processes, progress, partial(estimated, source, writer))
                    if before and inventory.clashes:
                        continue
                    known.check()
                    if not writer.documents:
                        raise nothing_found(corpus, source.report)
                    changes = compare(known, inventory)
                    if not allow_shrink and (loss := _loss(corpus, changes, old.manifest.documents)):
                        raise loss
                    # Files that changed without changing a document count: else the doctor would call them stale for ever.
                    same_files = source_records(source.report) == old.manifest.sources
                    if same_files and settings == old.manifest.settings and writer.holds_documents_of(files):
                        return _report(old, source, changes, started, published=False)
                    if reads_texts:
                        encoder = _check_encoder(old, encoder or load_encoder(settings, say=say))
                        encoder = kept.enter_context(remembering(encoder, [files]))
                    beside = helper(processes or available_cores(), writer.collected.size)
                    written = writer.finish(encoder, progress, beside)
                    break
            manifest = describe("update", source.report, settings, tokenizer, written)
            generation = folder.publish(building, manifest, written.places)
            folder.prune(settings.keep_generations)
    return _report(generation, source, changes, started, published=True)


def _read_before(known: Known, *, allowed: bool) -> Iterator[ReadBefore]:
    """Yield what need not be read again; then nothing, for a corpus that must be read whole to see ids used twice."""
    if allowed and (before := known.read_before):
        yield before
    yield ReadBefore()


def _hidden(asked: bool | None, settings: Settings) -> bool:
    return settings.hidden if asked is None else asked


def _preview(
    corpus: str | Path | Sequence[str | Path], known: Known, *, strict: bool, hidden: bool
) -> tuple[Corpus, Changes]:
    for before in _read_before(known, allowed=not strict):
        source, inventory = Corpus(corpus, strict=strict, hidden=hidden, known=before), Inventory(known)
        for item in source.items():
            if isinstance(item, KnownRow):
                inventory.add_known(item.number)
            else:
                inventory.add(item.document if isinstance(item, KeyedDocument) else item)
        if not inventory.clashes:
            break
    known.check()
    if not inventory.contents:
        raise nothing_found(corpus, source.report)
    return source, compare(known, inventory)


def _report(
    generation: StoredGeneration, source: Corpus, changes: Changes, started: float, *, published: bool
) -> UpdateReport:
    report = source.report
    return UpdateReport(
        manifest=replace(generation.manifest, problems=report.errors),
        generation=generation.name,
        files=len(report.files),
        problems=report.problems,
        skipped=report.skipped_by_reason,
        seconds=perf_counter() - started,
        changes=changes,
        published=published,
    )


def _same_words(old: StoredGeneration, tokenizer: Tokenizer, say: Callable[[str], None]) -> bool:
    """Whether user words are those of the index; says that they are not, when nothing else about the tokenizer changed."""
    was = old.manifest.tokenizer
    if tokenizer.fingerprint == was or FugashiTokenizer(user_words=old.manifest.settings.user_words).fingerprint != was:
        return True
    say(f"{USER_WORDS_FILE} changed since generation {old.name}: every document is analysed again")
    return False


def _check(
    old: StoredGeneration, settings: Settings | None, tokenizer: Tokenizer | None, encoder: Encoder | None
) -> None:
    """Refuse to mix what two tokenizers or two models made; a tokenizer of None analyses everything again."""
    manifest = old.manifest
    hint = "Make it anew: faqsearch build."
    if tokenizer and manifest.tokenizer != tokenizer.fingerprint:
        message = f"the index was built with tokenizer {manifest.tokenizer}; this is {tokenizer.fingerprint}"
        raise IndexMismatch(message, hint=hint)
    was = manifest.settings
    named = encoder.name if encoder else settings.model if settings else was.model
    if named != was.model:
        raise IndexMismatch(f"the index was built with model {was.model}, not with {named}", hint=hint)
    if settings and (settings.query_prompt, settings.document_prompt) != (was.query_prompt, was.document_prompt):
        raise IndexMismatch("the index was built with other prompts", hint=hint)


def _check_encoder(old: StoredGeneration, encoder: Encoder) -> Encoder:
    """Return an encoder after making sure that it is the one the index was made with."""
    described = old.manifest.encoder
    check = getattr(encoder, "check", None)
    if check is not None:
        check(described)
    elif encoder.describe() != described:
        raise IndexMismatch(
            f"the index was built with another encoder than {encoder.name}", hint="Make it anew: faqsearch build."
        )
    return encoder


def _loss(corpus: str | Path | Sequence[str | Path], changes: Changes, before: int) -> SourceError | None:
    if len(changes.removed) <= _MOST_REMOVED * before:
        return None
    named = [corpus] if isinstance(corpus, str | Path) else corpus
    return SourceError(
        f"{len(changes.removed):,} of {before:,} documents are gone from the corpus",
        path=", ".join(map(str, named)),
        hint="Look whether all of it is there; if it is meant to shrink, add --allow-shrink.",
    )
