"""Admonitions, tabs and accordions of Markdown dialects."""

from __future__ import annotations

import pytest
from reading import Read

from faqsearch.sources.markdown_dialects import plain_dialect


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        ('!!! note "準備"\n    - 印鑑\n    - 証明書\n', "準備\n\n- 印鑑\n- 証明書"),
        (
            '=== "Windows"\n    設定を開く。\n\n=== "Mac"\n    環境設定を開く。\n',
            "Windows\n設定を開く。\n\nMac\n環境設定を開く。",
        ),
        ("::: tip ヒント\n役立つ話\n:::\n", "ヒント\n役立つ話"),
        (":::message\n注意です\n:::\n", "注意です"),
        ('<Tabs>\n<TabItem value="a" label="個人">\n\n個人の手順\n\n</TabItem>\n</Tabs>\n', "個人\n\n個人の手順"),
        ('{% tabs %}\n{% tab title="個人" %}\n\n個人の手順\n\n{% endtab %}\n{% endtabs %}\n', "個人\n\n個人の手順"),
        ("> [!NOTE]\n> 大事です\n", "大事です"),
        ('```\n!!! note "x"\n    y\n```\n', '```\n!!! note "x"\n    y\n```'),
    ],
)
def test_marks_are_gone_and_their_text_stays(read: Read, body: str, answer: str):
    """Each dialect gives readable text; in code it is left as it is."""
    (document,) = read("page.md", f"# 題\n\n{body}").documents
    assert document.answer == answer


@pytest.mark.parametrize(
    "body",
    [
        '??? question "電話でもよいですか？"\n    はい。\n\n    平日のみ。\n\n',
        "::: details 電話でもよいですか？\nはい。\n\n平日のみ。\n:::\n",
        ":::details 電話でもよいですか？\nはい。\n\n平日のみ。\n:::\n",
    ],
)
def test_accordions_are_sections(read: Read, body: str):
    """The line one clicks is the question; what follows belongs to the section around it again."""
    first, second = read("page.md", f"# 題\n\n前\n\n{body}\n後\n").documents
    assert (first.answer, second.question, second.answer) == (
        "前\n\n後",
        "電話でもよいですか？",
        "はい。\n\n平日のみ。",
    )


def test_lines_stay_where_they_are():
    """Rewriting never adds or removes a line, so that line numbers are those of the file."""
    text = '# 題\n\n!!! note "a"\n    b\n\n::: details c\nd\n:::\n=== "e"\n    f\n' * 3
    assert plain_dialect(text).count("\n") == text.count("\n")


def test_a_video_leaves_nothing_behind(read):
    """Adobe's `[!VIDEO](…)` shows a film where it stands; there is nothing to read."""
    (page,) = read(
        "m.md", "# 題\n\n次の動画で説明します。\n\n>[!VIDEO](https://video.example/v/1?quality=12)\n"
    ).documents

    assert page.answer == "次の動画で説明します。"
