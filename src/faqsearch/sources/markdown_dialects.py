"""Admonitions, tabs and accordions of Markdown dialects, rewritten line by line into what the parser knows.

Lines stay where they are, so that every document keeps its line number.
"""

from __future__ import annotations

import re

_FENCE = re.compile(r"^[ \t]*(`{3,}|~{3,})")
# MkDocs and Python-Markdown: the content is set in by four blanks, which CommonMark takes for code.
_MARKED = re.compile(
    r"^(?P<indent>[ ]*)(?P<sign>!!!|\?\?\?\+?|===!?)[ \t]+(?P<kinds>[\w-]+(?:[ \t]+[\w-]+)*)?[ \t]*"
    r"(?:[\"“](?P<title>.*)[\"”])?[ \t]*$"
)
_CONTAINER = re.compile(r"^[ ]{0,3}:{3,}[ \t]*(?P<name>[\w-]*)[ \t]*(?P<title>.*?)[ \t]*$")
_FOLDING = frozenset(("details", "collapse", "accordion", "spoiler"))
_TAB = re.compile(
    r"""^[ \t]*(?:<Tab(?:Item)?\b[^<>]*?\b(?:label|title)=["']([^"'<>]+)["'][^<>]*>|\{%[ \t]*tab[ \t]+title=["']([^"']+)["'][ \t]*%\})[ \t]*$"""
)
_WRAPPING = re.compile(r"^[ \t]*(?:</?Tabs?(?:Item)?\b[^<>]*>|\{%[ \t]*(?:end)?(?:tabs?|hint)\b[^{}]*%\})[ \t]*$")
_INDENT = 4
_DEEPEST = 20


def plain_dialect(text: str) -> str:
    """Rewrite a page."""
    if not any(sign in text for sign in ("!!!", "???", "===", ":::", "<Tab", "{%")):
        return text
    lines = text.split("\n")
    fence = ""
    containers: list[bool] = []
    # Where each admonition's content begins, and whether it folds; the innermost last.
    open_marks: list[tuple[int, bool]] = []
    for number, line in enumerate(lines):
        indent = len(line) - len(line.lstrip(" "))
        while open_marks and line.strip() and indent < open_marks[-1][0]:
            _, folds = open_marks.pop()
            if folds and not lines[number - 1].strip():
                lines[number - 1] = "+++"
        taken_in = open_marks[-1][0] if open_marks else 0
        bare = line[taken_in:] if indent >= taken_in else line.lstrip(" ")
        if match := _FENCE.match(bare):
            if not fence:
                fence = match.group(1)
            elif match.group(1).startswith(fence) and not bare.strip().strip(fence[0]):
                fence = ""
            lines[number] = bare
        elif fence:
            lines[number] = bare
        elif (
            (marked := _MARKED.match(line))
            # A row of `===` without words underlines a heading.
            and (marked["kinds"] or marked["title"])
            and len(open_marks) < _DEEPEST
            and _has_content(lines, number, indent)
        ):
            folds = marked["sign"].startswith("?")
            open_marks.append((indent + _INDENT, folds))
            title = marked["title"] or ""
            lines[number] = f"+++{title}" if folds and title else f"**{title}**  " if title else ""
            if folds and not title:
                open_marks[-1] = (indent + _INDENT, False)
        else:
            lines[number] = _plain_line(bare, containers)
    if open_marks and open_marks[-1][1] and not lines[-1].strip():
        lines[-1] = "+++"
    return "\n".join(lines)


def _has_content(lines: list[str], number: int, indent: int) -> bool:
    """Whether what follows is set in, as the content of an admonition or a tab is."""
    following = next((line for line in lines[number + 1 : number + 4] if line.strip()), "")
    return len(following) - len(following.lstrip(" ")) >= indent + _INDENT


def _plain_line(line: str, containers: list[bool]) -> str:
    if match := _CONTAINER.match(line):
        name, title = match["name"].lower(), match["title"]
        if not name and not title:
            return "+++" if containers and containers.pop() else line
        folds = name in _FOLDING and bool(title)
        if len(containers) < _DEEPEST:
            containers.append(folds)
        return f"+++{title}" if folds else line
    if match := _TAB.match(line):
        # Two blanks at the end: the label keeps a line of its own.
        return f"**{match.group(1) or match.group(2)}**  "
    return "" if _WRAPPING.match(line) else line
