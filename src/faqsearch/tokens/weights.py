"""Words that say little in a question, and how much they count there.

Everyone asking types them, whatever they ask for; in documents they are words like any other, so they stay in the
index and only weigh less in the question.
"""

from __future__ import annotations

from collections.abc import Mapping

BOILERPLATE = 0.1
THIN = 0.5

_BOILERPLATE = (
    # verbs and adjectives that only carry grammar
    "為る", "有る", "居る", "成る", "出来る", "来る", "遣る", "仕舞う", "無い",
    # giving, receiving, politeness
    "下さる", "呉れる", "貰う", "頂く", "致す", "御座る", "願う", "上げる", "参る",
    "有り難い", "有り難う", "助かる", "御早う",
    # asking and wanting
    "教える", "知る", "良い", "欲しい", "思う", "分かる", "聞く", "伺う", "言う",
    # question words and pointers
    "何の", "此の", "其の", "彼の", "どんな", "此れ", "其れ", "どう", "どうして", "如何", "そう", "こう",
    # empty nouns
    "事", "様", "訳", "筈", "積もり",
)  # fmt: skip
_THIN = ("方法", "場合", "時", "物", "所", "為", "必要", "何", "何処", "何時", "何故", "誰", "困る", "又", "及び")

WEIGHTS: Mapping[str, float] = dict.fromkeys(_BOILERPLATE, BOILERPLATE) | dict.fromkeys(_THIN, THIN)
"""Weight in a question by term; every other term weighs 1."""
