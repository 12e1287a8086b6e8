"""check(): what to look at in a synonym file, with line numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from faqsearch.synonyms.expansion import Synonyms
from faqsearch.synonyms.files import Problem, Rule, key
from faqsearch.tokens.interface import Tokenizer

_SHORTEST_SLIP = 4  # in shorter words one other character is another word


def check(
    synonyms: Synonyms,
    tokenizer: Tokenizer,
    has_term: Callable[[str], bool] | None = None,
    is_word: Callable[[str], bool] = lambda _: False,
) -> list[Problem]:
    """Find mistakes and doubts in synonym files, in order of file and line.

    Args:
        synonyms: The files, loaded.
        tokenizer: The one of the index.
        has_term: Whether any document has a term; None leaves out what only an index can tell.
        is_word: Whether Japanese at large has a term: such a word is no slip of another.

    Returns:
        Lines that could not be read, words twice in a group, words in several groups, chains of `=>`, words that
        give no term, words that no document has, and words that look like a slip of another.
    """
    rules = [rule for rule in synonyms.rules if rule.kind != "listed"]
    problems = [*synonyms.problems, *_repeats(rules, tokenizer), *_clashes(rules), *_chains(rules)]

    def real(word: str) -> bool:
        terms = tokenizer.words(word)
        return len(terms) == 1 and is_word(terms[0])  # 請求所払い is made of words, and a slip all the same

    if has_term is None:
        problems += _slips(rules, None, real)
    else:
        found = {word: _is_found(word, tokenizer, has_term) for rule in rules for word in rule.words}
        problems += [*_unknown(rules, found), *_slips(rules, found, real)]
    order = list(dict.fromkeys([*(rule.path for rule in synonyms.rules), *(problem.path for problem in problems)]))
    return sorted(problems, key=lambda problem: (order.index(problem.path), problem.line))


def _is_found(word: str, tokenizer: Tokenizer, has_term: Callable[[str], bool]) -> bool:
    terms = tokenizer.words(word)
    return bool(terms) and all(map(has_term, terms))


def _repeats(rules: Sequence[Rule], tokenizer: Tokenizer) -> Iterator[Problem]:
    """Find words that one side of a rule holds twice: no question meets them otherwise, and they find nothing more."""
    for rule in rules:
        for side in (rule.asked,) if rule.kind == "group" else (rule.asked, rule.given):
            seen: set[tuple[str, ...]] = set()
            for word in side:
                means = (key(word), *tokenizer.words(word))
                if means in seen:
                    message = f"{word} is there twice (spellings of one word count as one)"
                    yield Problem(rule.path, rule.line, "warning", message)
                seen.add(means)


def _clashes(rules: Sequence[Rule]) -> Iterator[Problem]:
    """Find words of two groups: asked, they bring the words of both, which bring nothing of each other."""
    first: dict[str, Rule] = {}
    for rule in rules:
        if rule.kind != "group":
            continue
        for word in dict.fromkeys(rule.asked):
            other = first.setdefault(key(word), rule)
            if other is rule:
                continue
            same = set(map(key, rule.words)) == set(map(key, other.words))
            where = f"line {other.line}" if other.path == rule.path else f"{other.path}:{other.line}"
            message = (
                f"the same group as in {where}"
                if same
                else f"{word} is also in the group of {where}: join the groups, or take it out of one"
            )
            yield Problem(rule.path, rule.line, "warning", message)
            if same:
                break


def _chains(rules: Sequence[Rule]) -> Iterator[Problem]:
    """Find words that one => leads to and another starts from: only one step is taken."""
    starts: dict[str, Rule] = {}
    for rule in rules:
        if rule.kind == "arrow":
            for word in rule.asked:
                starts.setdefault(key(word), rule)
    for rule in rules:
        for word in rule.given if rule.kind == "arrow" else ():
            following = starts.get(key(word))
            if following is None or following is rule:  # `a => a,b` is Solr's way to keep a; we always do
                continue
            if set(map(key, following.given)) & set(map(key, rule.asked)):
                message = f"line {following.line} leads back from {word}: write one group instead"
            else:
                message = f"line {following.line} leads on from {word}, but only one step is taken"
            yield Problem(rule.path, rule.line, "warning", message)


def _unknown(rules: Sequence[Rule], found: dict[str, bool]) -> Iterator[Problem]:
    for rule in rules:
        if not any(found[word] for word in rule.given):
            yield Problem(rule.path, rule.line, "warning", f"no document has {' or '.join(rule.given)}: no use")
            continue
        for word in rule.words if rule.kind == "group" else rule.given:
            if not found[word]:
                yield Problem(rule.path, rule.line, "note", f"no document has {word}")


def _slips(rules: Sequence[Rule], found: dict[str, bool] | None, is_word: Callable[[str], bool]) -> Iterator[Problem]:
    """Find words of different lines that are one character apart.

    With an index, the one that no document has is the slip; without, the later one is named.
    """
    written: dict[str, tuple[str, Rule]] = {}
    near: dict[str, list[str]] = {}
    for rule in rules:
        for word in rule.words:
            own = key(word)
            if len(own) < _SHORTEST_SLIP or own in written:
                continue
            written[own] = word, rule
            neighbours = dict.fromkeys(other for shape in _shapes(own) for other in near.setdefault(shape, []))
            for shape in _shapes(own):
                near[shape].append(own)
            for other in neighbours:
                right, elsewhere = written[other]
                if elsewhere is rule or not _is_slip(own, other):
                    continue
                if found is None:
                    if not (is_word(word) and is_word(right)):
                        yield Problem(rule.path, rule.line, "note", f"{word} is one character from {right}: a slip?")
                elif found[word] != found[right]:
                    slip, meant, line = (right, word, elsewhere) if found[word] else (word, right, rule)
                    if not is_word(slip):
                        yield Problem(line.path, line.line, "warning", f"{slip} looks like a slip of {meant}")


def _shapes(word: str) -> set[str]:
    """Give a word with each of its characters left out, and itself: words one change apart share a shape."""
    return {word, *(word[:i] + word[i + 1 :] for i in range(len(word)))}


def _is_slip(one: str, other: str) -> bool:
    """Say whether one character is missing, changed or swapped with its neighbour; another digit is another thing."""
    start = next((i for i, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), -1)
    if start < 0:
        return abs(len(one) - len(other)) == 1 and not (one + other)[-1].isdigit()
    a, b = one[start:], other[start:]
    if a[0].isdigit() or b[0].isdigit():
        return False
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[:2] == b[1::-1] and a[2:] == b[2:])
