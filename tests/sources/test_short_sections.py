"""Short sections: what is useless alone stands with the section around it; nothing else changes."""

import pytest

from faqsearch.sources.short_sections import gather

MANUAL = """# 加湿器

本体は毎日ふきます。乾いた布で、上から下へふいてください。

## 仕様

### タンクの容量

4リットル

### 音の大きさ

### 運転できる時間

強で8時間、弱で20時間です。水を足すと続けて運転します。

## 電源は切れますか？

はい。

### 方法

長押し

## 注意 {#care}

なし。
"""


def test_one_short_line_stands_with_the_section_above(read):
    """The heading leads to it all the same; the section above keeps its id and its line."""
    documents = read("m.md", MANUAL).documents
    specs = next(d for d in documents if d.question == "仕様")

    assert [d.question for d in documents] == ["加湿器", "仕様", "運転できる時間", "電源は切れますか？", "方法", "注意"]
    assert specs.answer == "タンクの容量\n4リットル\n\n音の大きさ"
    assert specs.phrasings == ("タンクの容量",)
    assert (specs.id, specs.source.line, specs.source.heading) == ("m.md#仕様", 5, ("加湿器", "仕様"))


def test_a_line_more_changes_no_other_id(read):
    """Sections of the same name keep their numbers when one of them grows out of the section above."""
    manual = "# 題\n\n## 甲\n\n### 制約\n\nなし。\n\n## 甲\n\n### 制約\n\n電源が入っているあいだは、ふたを開けないでください。\n"
    before = read("m.md", manual).documents
    after = read("m.md", manual.replace("なし。", "水がないときは運転できません。先に水を入れてください。")).documents

    assert [d.id for d in before if d.question == "制約"] == ["m.md#甲/制約-2"]
    assert [d.id for d in after if d.question == "制約"] == ["m.md#甲/制約", "m.md#甲/制約-2"]


@pytest.mark.parametrize(
    ("texts", "above", "more", "joined"),
    [
        (["", "短い"], [None, 0], {}, [False, True]),
        (["", "", "短い"], [None, 0, 1], {}, [False, False, True]),
        (["", "", ""], [None, 0, 1], {}, [False, True, True]),
        (["", "一行。\n二行。"], [None, 0], {}, [False, False]),
        (["", "この文はひとつで何かを言っているので、ひとりで立っていられます。"], [None, 0], {}, [False, False]),
        (
            ["", "短い", "この文はひとつで何かを言っているので、ひとりで立っていられます。"],
            [None, 0, 1],
            {},
            [False] * 3,
        ),
        (["短い"], [None], {}, [False]),
        (["", "短い"], [None, 0], {"apart": {0}}, [False, False]),
        (["", "短い"], [None, 0], {"apart": {1}}, [False, False]),
        (["", "短い", ""], [None, 0, 0], {"addressed": {1, 2}}, [False, False, True]),
    ],
)
def test_what_is_joined(texts, above, more, joined):
    """Whoever has nothing or one short line; not the top, not with a subsection that stays, not a question."""
    gathered = gather([f"見出し{n}" for n in range(len(texts))], texts, above, **more)

    assert [own.joined for own in gathered] == joined


def test_what_is_joined_is_not_lost():
    """Headings and texts stand in reading order in the section that took them in; that one then stays."""
    gathered = gather(["題", "甲", "乙", "丙", "丁"], ["前文", "", "一", "二", ""], [None, 0, 1, 0, 0])

    assert (gathered[1].text, gathered[1].joined) == ("乙\n一", False)
    assert gathered[0].text == "前文\n\n丙\n二\n\n丁"
    assert gathered[0].headings == ["丙"]
