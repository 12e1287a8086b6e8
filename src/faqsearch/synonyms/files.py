r"""Synonym files: what is in them, line by line, and what is wrong with them.

Three formats, told apart line by line:

    解約,退会,キャンセル            a group: each stands for each
    スマホ,携帯 => スマートフォン     who asks the left also gets the right, not the reverse
    000001,1,0,1,0,0,0,(),曖昧,,    a line of the Sudachi synonym dictionary; lines of one number are a group

`#` begins a comment. A comma that belongs to a word is written `\,`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from faqsearch.errors import DictionaryError
from faqsearch.patterns import pattern
from faqsearch.text import fold

Level = Literal["error", "warning", "note"]

_COMMA = pattern(r"(?<!\\)[,，、]")
_ARROW = pattern(r"\s*(?:=>|⇒|＝＞)\s*")
_SUDACHI = pattern(r"\d{6},")
_SUDACHI_COLUMNS = 9
_SUDACHI_FLAG, _SUDACHI_WORD = 2, 8
_NOT_ASKED, _NEVER = "1", "2"  # values of the flag: found but never the start of an expansion; deleted
_KANJI = "[々\u3400-\u9fff\U00020000-\U0003ffff]"
_TWO_KANJI = pattern(f"{_KANJI}.*{_KANJI}")
_HIRAGANA = pattern("[ぁ-ゖ]")
# After a kanji, two of them or, at the end, three; and what makes a noun polite.
_OKURIGANA = pattern(f"^[おご](?={_KANJI})|(?<={_KANJI})(?![ぁ-ゖ]?ない)(?:[ぁ-ゖ]{{1,2}}(?![ぁ-ゖ])|[ぁ-ゖ]{{3}}$)")
_SPACE = pattern(r"[\s・_-]+")


@dataclass(frozen=True, slots=True)
class Problem:
    """Something to look at in a synonym file."""

    path: str
    line: int
    level: Level
    """`error`: the line is not used; `warning`: it does not do what it seems to; `note`: it may be meant so."""
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.level}: {self.message}"


@dataclass(frozen=True, slots=True)
class Rule:
    """Words that lead to words."""

    path: str
    line: int
    asked: tuple[str, ...]
    """Words of a question that the rule is for."""
    given: tuple[str, ...]
    """Words to look for as well; in a group the same words."""
    kind: Literal["group", "arrow", "listed"]
    """How it is written; `listed` is from a dictionary with its own keepers, which `check` does not judge."""

    @property
    def words(self) -> tuple[str, ...]:
        """All words, each once."""
        return tuple(dict.fromkeys((*self.asked, *self.given)))


def key(word: str) -> str:
    """Give the form in which a word of a question meets a word of a file.

    Okurigana are left out of words with two kanji or more (申し込み and 申込), so that no dictionary is needed here. What
    is longer than okurigana, or denies something, is another word's: まとめて発送 is not 発送, 作動しない not 作動.
    """
    word = fold(word)
    if _SPACE.search(word):
        word = _SPACE.sub("", word)
    return _OKURIGANA.sub("", word) if _HIRAGANA.search(word) and _TWO_KANJI.search(word) else word


def read_rules(path: Path | str) -> tuple[list[Rule], list[Problem]]:
    """Read a synonym file; a line that cannot be used is a problem, and the rest is read all the same.

    Raises:
        DictionaryError: The file cannot be read at all.
    """
    name = str(path)
    try:
        lines = Path(path).read_text(encoding="utf-8-sig").split("\n")
    except OSError as error:
        raise DictionaryError(f"{name}: {error.strerror or error}", hint="Name a synonym file that exists.") from error
    except UnicodeDecodeError as error:
        raise DictionaryError(f"{name}: not UTF-8 text", hint="Save the file as UTF-8.") from error
    rules: list[Rule] = []
    problems: list[Problem] = []
    listed: dict[str, tuple[int, list[str], list[str]]] = {}
    for number, line in enumerate(lines, start=1):
        if _SUDACHI.match(line):
            _add_listed(listed, problems, name, number, line)
        elif line.strip() and not line.lstrip().startswith("#"):
            found = _rule(name, number, line.partition(" #")[0].strip())
            if isinstance(found, Rule):
                rules.append(found)
            else:
                problems.append(found)
    rules += [
        Rule(name, number, tuple(asked), tuple(given), "listed") for number, asked, given in listed.values() if asked
    ]
    return rules, problems


def _add_listed(
    listed: dict[str, tuple[int, list[str], list[str]]], problems: list[Problem], path: str, number: int, line: str
) -> None:
    columns = line.split(",", _SUDACHI_COLUMNS)
    if len(columns) < _SUDACHI_COLUMNS or not columns[_SUDACHI_WORD]:
        message = f"a line of the Sudachi dictionary needs a word in column {_SUDACHI_COLUMNS}"
        problems.append(Problem(path, number, "error", message))
        return
    flag, word = columns[_SUDACHI_FLAG], columns[_SUDACHI_WORD]
    if flag == _NEVER:
        return
    group = listed.get(columns[0])
    if group is None:
        group = listed[columns[0]] = number, [], []
    group[2].append(word)
    if flag != _NOT_ASKED:
        group[1].append(word)


def _rule(path: str, number: int, line: str) -> Rule | Problem:
    sides = [_words(side) for side in _ARROW.split(line)]
    if len(sides) > 2:
        return Problem(path, number, "error", "more than one =>")
    if len(sides) == 2:
        if not sides[0] or not sides[1]:
            return Problem(path, number, "error", f"no word {'before' if not sides[0] else 'after'} =>")
        return Rule(path, number, sides[0], sides[1], "arrow")
    if len(sides[0]) == 1:
        return Problem(path, number, "error", f"{sides[0][0]} stands alone: a group needs two words or more")
    return Rule(path, number, sides[0], sides[0], "group") if sides[0] else Problem(path, number, "error", "no word")


def _words(side: str) -> tuple[str, ...]:
    words = (word.replace("\\,", ",").strip() for word in _COMMA.split(side))
    return tuple(word for word in words if word)
