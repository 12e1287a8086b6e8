"""Dictionaries kept with a corpus or an index: user words and synonyms.

corpus/user_words.txt     words MeCab would cut wrongly, one a line; part of the index (its tokenizer)
corpus/synonyms.txt       other words for words; copied beside the index by each build and update
indexes/faq/synonyms.txt  the copy that answers; may be edited live, the next question sees it
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from faqsearch.errors import DictionaryError
from faqsearch.index.contained import contained
from faqsearch.synonyms import Problem, Synonyms, check
from faqsearch.tokens.userwords import read_user_words

if TYPE_CHECKING:
    from faqsearch.index.store import Store

SYNONYMS_FILE = "synonyms.txt"
USER_WORDS_FILE = "user_words.txt"

_NONE = Synonyms(())
_MOST_BYTES = 16 * 2**20
"""The Sudachi synonym dictionary, the largest there is, has four."""


def user_words_of(corpus: str | Path | Sequence[str | Path]) -> tuple[str, ...]:
    """Return the words of every `user_words.txt` at the top of a corpus folder, without repeats.

    Raises:
        DictionaryError: A file cannot be read.
    """
    words = (word for path in _files(corpus, USER_WORDS_FILE) for word in read_user_words(path))
    return tuple(dict.fromkeys(words))


def copy_synonyms(corpus: str | Path | Sequence[str | Path], into: Store) -> None:
    """Copy the corpus's `synonyms.txt`, where it has one, to the index, in one step.

    Raises:
        DictionaryError: It is a link out of the corpus, or far too large.
        IndexWriteError: The index cannot be written.
    """
    texts = [path.read_bytes() for path in _files(corpus, SYNONYMS_FILE)]
    if texts:
        into.keep_beside(SYNONYMS_FILE, b"\n".join(texts))


def synonyms_beside(index: Path) -> Path:
    """Return where the synonyms of the index in a folder are, be there any.

    Raises:
        IndexFormatError: It is a link out of the folder, or no file.
    """
    return contained(index, SYNONYMS_FILE)


@dataclass(frozen=True, slots=True)
class Checked:
    """What a look at synonym files found."""

    rules: int
    """Groups, arrows and entries read."""
    problems: tuple[Problem, ...]
    """In order of file and line."""

    @property
    def clean(self) -> bool:
        """Whether there is nothing but notes, which may be meant as they are."""
        return all(problem.level == "note" for problem in self.problems)


def check_synonyms(paths: Sequence[str | Path], *, index: str | Path | None = None) -> Checked:
    """Look for mistakes and doubts in synonym files.

    Args:
        paths: The files.
        index: Address of the index they are for; None leaves out what only an index can tell.

    Raises:
        DictionaryError: A file cannot be read at all.
        IndexNotFound: There is no index at that address.
        IndexFormatError: It is damaged, or of another format version.
    """
    from faqsearch.index import open_generation
    from faqsearch.tokens import FugashiTokenizer
    from faqsearch.vectors.words import general_words

    def is_word(term: str) -> bool:
        return bool(general_words().vectors([term]).any())

    synonyms = Synonyms.load(paths)
    if index is None:
        return Checked(len(synonyms.rules), tuple(check(synonyms, FugashiTokenizer(), is_word=is_word)))
    opened = open_generation(index)
    tokenizer = FugashiTokenizer(user_words=opened.manifest.settings.user_words)
    problems = check(synonyms, tokenizer, lambda term: opened.lexicon.knows([term])[0], is_word)
    return Checked(len(synonyms.rules), tuple(problems))


def _files(corpus: str | Path | Sequence[str | Path], name: str) -> list[Path]:
    roots = [corpus] if isinstance(corpus, str | Path) else corpus
    found = [path for root in roots if (path := Path(root) / name).is_file()]
    for path in found:
        if not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(path.parent)):
            hint = "Put the file itself into the corpus, or name it with --synonyms when you search."
            raise DictionaryError(f"{path}: a link out of the corpus folder is not followed", hint=hint)
        if (size := path.stat().st_size) > _MOST_BYTES:
            hint = "Split off what no question needs."
            raise DictionaryError(f"{path}: {size:,} bytes; at most {_MOST_BYTES:,} are read", hint=hint)
    return found


class LiveSynonyms:
    """Synonym files that may change while they are used: read again when size or time changed.

    Safe to share between threads: at worst two of them read the same file.
    """

    def __init__(self, required: Iterable[Path | str] = (), optional: Iterable[Path] = ()) -> None:
        """Take files that must be there, and files that may come and go."""
        self._required = tuple(Path(path) for path in required)
        self._optional = tuple(optional)
        self._read: tuple[tuple[object, ...], Synonyms] = ((), _NONE)

    def current(self) -> Synonyms:
        """Return what the files say now. Lines that cannot be used are in its `problems`; the rest works.

        Raises:
            DictionaryError: A required file cannot be read.
        """
        paths = [*self._required, *(path for path in self._optional if path.is_file())]
        if not paths:
            return _NONE
        state = tuple((path, _stamp(path)) for path in paths)
        if state != self._read[0]:
            self._read = (state, Synonyms.load(paths))
        return self._read[1]

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with single lines of the files."""
        return self.current().problems


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
