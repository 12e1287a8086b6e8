"""Questions that ask the same in other words: the same content words, none negated where the other is not.

Grouping by what a question asks for takes one pass over any corpus; that it misses paraphrases with other words is the
price of findings that are nearly always right.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from faqsearch.checks.findings import Finding, Place, Severity
from faqsearch.checks.material import Material, bare_text, same_text, shown
from faqsearch.checks.questions import context
from faqsearch.documents import Document
from faqsearch.text import normalize
from faqsearch.tokens import Tokenizer
from faqsearch.tokens.weights import BOILERPLATE, WEIGHTS

_NEGATION = re.compile(r"ない|なく|なかっ|なけれ|ませ(?:ん|ぬ)|ずに|せず|できず|不可|無効")
# To where and from where: 市外に転居 is not 市外から転居.
_DIRECTION = re.compile(r"(?<!これ)(?<!それ)から|より|まで|へ|[→⇒]")
_SAYS_LITTLE = frozenset(("方法", "場合", "時", "物", "所", "為", "困る", "又", "及び", "手順", "仕方", "遣り方"))
_LEAST_TERMS = 2
_Asks = tuple[tuple[str, ...], tuple[str, ...]]


def near_questions(material: Material, tokenizer: Tokenizer) -> Iterator[Finding]:
    """Yield a finding for every entry that asks what an earlier one asks in nearly the same words."""
    groups: dict[_Asks, Document] = {}
    for document in material.faqs:
        key = _asks(document.question, tokenizer)
        if len(key[0]) < _LEAST_TERMS:
            continue
        earlier = groups.setdefault(key, document)
        if earlier is document or same_text(earlier.question) == same_text(document.question):
            continue
        here, where = Place.of(document), (Place.of(earlier),)
        same = bare_text(earlier.answer) == bare_text(document.answer)
        severity: Severity = "warning" if same or context(earlier) == context(document) else "notice"
        message = (
            f"{shown(document.question)}は {where[0].seen_from(here)} の{shown(earlier.question)}とほぼ同じ質問です"
            + ("（回答も同じ）" if same else "")
        )
        hint = "ひとつにまとめて片方を別表現にするか、違いが質問文でわかるようにします"
        yield Finding("near-question", severity, here, message, hint, where)


def _asks(question: str, tokenizer: Tokenizer) -> _Asks:
    """Return the content words of a question in their order, and its negations and directions."""
    terms = [
        token.terms[0]
        for token in tokenizer.tokens(question)
        if token.terms and WEIGHTS.get(token.terms[0], 1.0) > BOILERPLATE and token.terms[0] not in _SAYS_LITTLE
    ]
    plain = normalize(question)
    # In their order, for LyncからSkypeへ is not SkypeからLyncへ; each once.
    return tuple(dict.fromkeys(terms)), (str(len(_NEGATION.findall(plain))), *_DIRECTION.findall(plain))
