"""Telling questions from other headings, and `Q.` and `A.` labels from text."""

from __future__ import annotations

import re

_ENDS_AS_QUESTION = re.compile(
    r"[?？][」』）)\s]*$"
    r"|(?:です|ます|ました|でしょう|でした|ません|ください|ですの|いい|よい|良い|ない|る|た)か[。.．]?[」』）)\s]*$"
)
_Q = re.compile(
    r"^\s*(?:[QＱ]|質問|問)\s*[-－]?\s*[0-9０-９]{0,4}\s*[.．:：、)）]\s*|^\s*[QＱ]\s*[-－]?[0-9０-９]{1,4}[\s\u3000]+"
)
_A = re.compile(
    r"^\s*(?:[AＡ]|回答|答え|答)\s*[-－]?\s*[0-9０-９]{0,4}\s*[.．:：、)）]\s*|^\s*[AＡ]\s*[-－]?[0-9０-９]{1,4}[\s\u3000]+"
)
_Q_AND_SPACE = re.compile(r"^\s*[QＱ][\s\u3000]+(?=.*[?？]\s*$)")


def is_question(heading: str) -> bool:
    """Whether a heading asks something."""
    return _ENDS_AS_QUESTION.search(heading) is not None or question_label(heading) > 0


def question_label(line: str) -> int:
    """Length of a `Q.`, `Q1:` or `Ｑ３．` at the start of a line, 0 when there is none."""
    match = _Q.match(line) or _Q_AND_SPACE.match(line)
    return match.end() if match else 0


def answer_label(line: str) -> int:
    """Length of an `A.`, `A1:` or `Ａ．` at the start of a line, 0 when there is none."""
    match = _A.match(line)
    return match.end() if match else 0
