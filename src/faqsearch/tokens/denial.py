"""Denial: whether a question or title says that something is not so. できない and できる are one word to BM25.

Who asks how to sign in does not want the entry for when signing in fails, and the other way round. Of the judged
questions without a denial, 2 to 7 % have one in the title of their right entry, but 5 to 13 % of the titles found
first have one; of those with a denial 8 to 64 %, against 5 to 22 %.
"""

from __future__ import annotations

import re

_DENIES = re.compile(
    r"ない(?!か)|ません|なかった|なく(?=な[っりる]|て)|できず|[せれわ]ず(?=に|、|$)|不可|不能|失敗",
)
# What looks like one: a polite question (いただけませんか), a duty (しなければならない), other words.
_SEEMS = re.compile(
    r"(?:ません|ない|なく)(?:の|ん)?(?:です|でしょう)?か(?!った)"
    r"|かま(?:い|え)?ません|差し支えない"
    r"|(?:なければ|なくては|なくちゃ|なきゃ|ねば)(?:なら|いけ|だめ)?(?:ない|ません)?"
    r"|(?:少|すく)な[いく]|とんでもない|違いない|もったいない"
)


def denial(text: str) -> tuple[int, int]:
    """Return start and end of the first denial in a text; (0, 0) when it denies nothing."""
    # Of the same length, so that places stay what they are.
    found = _DENIES.search(_SEEMS.sub(lambda seeming: "＊" * len(seeming[0]), text))
    return found.span() if found else (0, 0)
