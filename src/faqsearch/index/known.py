"""Known: what a generation holds of documents that an update meets again, so that nothing is analysed twice.

A build is a function of its documents, in order. An update computes the same function; for a document whose texts
the old generation has (by hash), words, character terms and vectors are taken from there, all at once, with a few
numpy operations.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import accumulate
from typing import Any

import numpy as np
import numpy.typing as npt

from faqsearch.documents import Document
from faqsearch.errors import IndexFormatError
from faqsearch.index.arrays import DAMAGE_HINT, by_prefix
from faqsearch.index.checksums import Check
from faqsearch.index.completions import Wording
from faqsearch.index.counts import TermCounts
from faqsearch.index.dense_files import stored_rows
from faqsearch.index.encoding import Before
from faqsearch.index.folder import Generation
from faqsearch.index.interface import Analysis
from faqsearch.index.local import ENCODER_FILE, LEXICAL_FILE, UNITS_FILE, LocalIndex
from faqsearch.index.merging import WORD_LEGS
from faqsearch.index.remembered import KEYS, Keys, unknown_keys
from faqsearch.index.sequences import TermSequences, stored_sequences
from faqsearch.index.wordings import pack_wordings
from faqsearch.sources import KnownFile, ReadBefore
from faqsearch.vectors.interface import Vectors
from faqsearch.vocabulary import ranges

Numbers = npt.NDArray[np.int64]


class Known:
    """A generation's documents by the hash of their texts, and what was made of them."""

    def __init__(self, generation: Generation) -> None:
        """Open a generation, and begin to check every byte of it.

        Raises:
            IndexFormatError: It is seen to be damaged; for all other damage, see `check`.
        """
        self._check = Check(generation.path, generation.manifest.files)
        self.index = LocalIndex(generation)
        tables = self.index.tables
        self.content_hashes = _rows(tables["content_hashes"])
        self.id_keys = np.empty(len(tables["id_keys"]), dtype=np.uint64)
        """The key of each document's id."""
        self.id_keys[tables["id_numbers"]] = tables["id_keys"]
        self.text_hashes = _rows(self.index.tables["text_hashes"])
        entries = list(self.index.lexicon.readings.entries())
        self._readings = {pair: count for pair, count, derived in entries if not derived}
        self.derived_readings = {term: reading for (reading, term), _, derived in entries if derived}
        """Readings of terms that occurred only where nothing was counted."""
        self._numbers = {texts: number for number, texts in enumerate(self.text_hashes)}

    def check(self) -> None:
        """Wait until every byte has been checked: what is copied gets a new checksum.

        Raises:
            IndexFormatError: The generation is damaged.
        """
        if damage := self._check.first():
            raise IndexFormatError(damage, hint=DAMAGE_HINT)

    @property
    def read_before(self) -> ReadBefore:
        """What need not be read again."""
        tables, sources = self.index.tables, self.index.manifest.sources.values()
        rows = {key: number for number, key in enumerate(_rows(tables["row_keys"])) if any(key)}
        files: dict[str, KnownFile] = {}
        firsts = [0, *accumulate(record.documents for record in sources)]
        for record, first, last in zip(sources, firsts, firsts[1:], strict=False):
            if record.key:
                files[record.key] = KnownFile(first, tables["source_lines"][first:last].tolist())
        # A manifest that counts wrongly is no reason to take one document for another.
        return ReadBefore(rows, files if firsts[-1] == self.index.manifest.documents else {})

    @property
    def lexical(self) -> dict[str, dict[str, npt.NDArray[Any]]]:
        """The lexical arrays by leg, the sequences under `words`."""
        return by_prefix(self.index.arrays(LEXICAL_FILE))

    @property
    def before(self) -> Before | None:
        """What can be taken over of the built-in encoder; None where there is another one."""
        index = self.index
        described = index.manifest.encoder
        if described["kind"] != "builtin":
            return None
        rows = stored_rows(index.generation.path, int(described["dimension"]))
        units, words = index.arrays(UNITS_FILE), self.lexical["words"]
        return Before(index.arrays(ENCODER_FILE), described, index.dense.passage_documents, rows, units, words)

    def number(self, texts: bytes) -> int | None:
        """Return the number of a document with these texts, or None."""
        return self._numbers.get(texts)

    def document(self, number: int) -> Document:
        """Return a document by number."""
        return self.index.documents([number])[0]

    def analysis(self, numbers: Numbers, read: Callable[[Sequence[Document]], Counter[tuple[str, str]]]) -> Analysis:
        """Return what `Analyser.analyse` gave for some documents, but for passages; `read` is `Analyser.readings`."""
        return Analysis(
            words=self.words(numbers),
            counts={leg: self.counts(leg, numbers) for leg in self.index.legs if leg not in WORD_LEGS},
            readings=self.readings(numbers, read),
            wordings=pack_wordings(list(self.wordings(numbers))),
            passages=(),
        )

    def words(self, numbers: Numbers) -> TermSequences:
        """Return the words of some documents."""
        return stored_sequences(self.index.sequences, numbers)

    def counts(self, leg: str, numbers: Numbers) -> TermCounts:
        """Return the terms of some documents in a leg that is counted from their texts."""
        return self.index.legs[leg].counts(self.index.vocabularies[leg], numbers)

    def wordings(self, numbers: Numbers) -> Iterator[Wording]:
        """Yield what can be suggested of some documents; `document` is the place in `numbers`."""
        own = self.index.completions.wordings(numbers)
        for place, number in enumerate(numbers.tolist()):
            for wording in own.get(number, ()):
                yield replace(wording, document=place)

    def vectors(self, numbers: Numbers) -> tuple[Vectors, Keys, npt.NDArray[np.int32]]:
        """Return vectors and keys of some documents' passages, and the place in `numbers` of the document of each."""
        starts = self.index.tables["passage_starts"]
        counts = starts[numbers + 1] - starts[numbers]
        rows = ranges(starts[numbers], counts)
        keys = self.index.tables[KEYS][rows] if KEYS in self.index.tables else unknown_keys(len(rows))
        return self.index.dense.vectors(rows), keys, np.repeat(np.arange(len(numbers), dtype=np.int32), counts)

    def readings(
        self, numbers: Numbers, read: Callable[[Sequence[Document]], Counter[tuple[str, str]]]
    ) -> Counter[tuple[str, str]]:
        """Return how often each word is read how in some documents.

        Only sums over all documents are kept: those of documents that are gone, or were met twice, are read again.
        """
        counts = Counter(self._readings)
        times = np.bincount(numbers, minlength=self.index.manifest.documents)
        for number in np.flatnonzero(times != 1).tolist():
            more = int(times[number]) - 1
            for pair, count in read(self.index.documents([number])).items():
                counts[pair] += more * count
        return +counts


def _rows(hashes: npt.NDArray[Any]) -> list[bytes]:
    flat = hashes.tobytes()
    return [flat[i : i + 16] for i in range(0, len(flat), 16)]
