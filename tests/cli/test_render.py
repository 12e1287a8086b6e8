"""What people see of hand-made results: nothing here depends on how a search ranks."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from faqsearch.cli.render import Look, document_lines, explanation_lines, results_lines
from faqsearch.cli.wrapping import width
from faqsearch.documents import Document, Source
from faqsearch.results import Hit, LegExplanation, Results

GOLDEN = Path(__file__).parents[1] / "golden" / "cli" / "looks"
UPDATE = bool(os.environ.get("FAQSEARCH_UPDATE_GOLDEN"))

ANSWER = "お届け予定日を過ぎても荷物が届かないときは、追跡番号（12桁）で配送状況をご確認ください。" * 3
FAQ = Document(
    id="late",
    kind="faq",
    question="荷物が届きません。どうすればよいですか、また配送会社へはどのように問い合わせればよいですか",
    answer=ANSWER,
    source=Source("corpus/faq.csv", 4, url="https://example.jp/late"),
    phrasings=("商品がまだ来ない",),
    category=("配送", "遅延"),
    tags=("追跡", "遅れ"),
    extra={"更新日": "2025-10-01"},
)
SECTION = Document(
    id="pot.md#e-03",
    kind="manual",
    question="E-03 と表示される",
    answer="空だきです。電源を切り、本体が冷えてから水を入れてください。",
    source=Source("corpus/pot.pdf", page=12, heading=("ポット取扱説明書", "故障かなと思ったら", "E-03 と表示される")),
)
HITS = (
    Hit(1, FAQ, 0.91, 0.874, ANSWER, ((11, 13), (14, 16), (56, 58)), "荷物が届きません"),
    Hit(2, SECTION, 0.4, 0.213, SECTION.answer, (), "E-03 と表示される"),
)
LEGS = {
    "question": LegExplanation(1, 12.25, 0.5, (("荷物", 7.0), ("届く", 5.25))),
    "dense": LegExplanation(None, 0.0, 0.0),
}
FOUND = Results("荷物が届かない", HITS, answered=True, took_ms=1.5)
LOOKS = {
    "plain_80": (FOUND, Look(80)),
    "color_80": (FOUND, Look(80, color=True)),
    "plain_120": (FOUND, Look(120)),
    "ascii_40": (FOUND, Look(40, symbols=False)),
    "unsure": (replace(FOUND, answered=False), Look(80)),
    "nothing": (Results("宇宙", (), answered=False, took_ms=0.5), Look(80)),
}


def golden(name, text):
    path = GOLDEN / f"{name}.txt"
    if UPDATE:
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text


def visible(line):
    import re

    return re.sub(r"\x1b\[[0-9;]*m|\x1b\]8;;[^\x1b]*\x1b\\", "", line)


@pytest.mark.parametrize("name", LOOKS)
def test_results_look_as_the_golden_file_shows(name):
    """Results are laid out exactly as recorded, and no line is wider than the terminal."""
    results, look = LOOKS[name]
    lines = list(results_lines(results, look))

    assert max(width(visible(line)) for line in lines) <= look.columns
    golden(name, "\n".join(lines) + "\n")


def test_color_changes_no_character():
    """Without its colours, coloured output is the plain one: nothing is said by colour alone."""
    plain = list(results_lines(FOUND, Look(80)))
    colored = [visible(line) for line in results_lines(FOUND, Look(80, color=True))]

    assert plain == colored


def test_matched_words_are_marked_also_where_a_line_breaks_inside():
    """Every highlighted character is inside a mark, on whichever line it lands."""
    marked = "".join(results_lines(FOUND, Look(46, color=True)))
    inside = "".join(part.split("\x1b[0m")[0] for part in marked.split("\x1b[1;35m")[1:])

    assert inside == "荷物届か荷物"


def test_explanation_is_a_table_of_legs():
    """Each leg shows rank, score, share and terms; a leg that found nothing shows a dash."""
    explained = replace(FOUND, hits=(replace(HITS[0], explanation=LEGS),))

    golden("explain", "\n".join(explanation_lines(explained, Look(80))) + "\n")


def test_document_is_shown_in_full():
    """A document shows its id, place, phrasings, answer, category, tags, address and other columns."""
    golden("document", "\n".join(document_lines(FAQ, Look(80))) + "\n")


def test_documents_cannot_drive_the_terminal():
    """Escape sequences, bells and direction marks of a document are shown, never sent."""
    evil = replace(FAQ, id="x\x1b[2J", question="赤\x1b[31m\x07", answer="右\u202e左\x9b31m", tags=("\x1b]0;t\x07",))
    hit = replace(HITS[0], document=evil, snippet=evil.answer, highlights=())
    results = replace(FOUND, hits=(replace(hit, explanation=LEGS, matched="\x1b[1m"),))
    look = Look(80)
    text = "\n".join([*results_lines(results, look), *explanation_lines(results, look), *document_lines(evil, look)])

    assert not set("\x1b\x07\u202e\x9b") & set(text)
    assert "␛[31m" in text


def test_a_place_is_a_link_only_where_asked_and_only_to_a_file_that_is_there(tmp_path):
    """OSC 8 links point to existing files."""
    path = tmp_path / "料金 表.csv"
    path.touch()
    there = replace(FAQ, source=Source(str(path), 3))
    lines = list(document_lines(there, Look(80, color=True, links=True)))

    assert f"\x1b]8;;{path.as_uri()}\x1b\\" in lines[0]
    assert "\x1b]8" not in "".join(document_lines(there, Look(80, color=True)))
    assert "\x1b]8" not in "".join(document_lines(SECTION, Look(80, color=True, links=True)))
