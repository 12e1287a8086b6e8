"""Web pages as they come: navigation, advertisements, related articles and garbled lines around and between the text."""

import pytest

from faqsearch.build import build_index
from faqsearch.search import open_index

pytest.importorskip("lxml")

TOPICS = {
    "okyuusho": ("返金の時期", "返品が届いてから五営業日のうちに、お支払いと同じ方法でお返しします。"),
    "haisou": ("配送状況の確かめ方", "出荷のお知らせにある伝票番号で、運送会社の画面からお調べください。"),
    "kaiin": ("会員情報の直し方", "マイページの「登録内容」を開き、直したい欄を書き換えて保存します。"),
    "point": ("ポイントの期限", "最後に使った日から一年で失効します。期限は残高の横に出ています。"),
    "kowareta": ("こわれて届いたとき", "写真を添えて七日以内にご連絡ください。代わりの品をすぐにお送りします。"),
}
_BAD = "返金の時期と配送状況のご案内".encode().decode("cp932", "ignore")
_LATIN = "会員情報の直し方".encode().decode("latin-1")


def page(name, charset):
    """One page of a shop: a menu of all topics, the text with garbled lines in its middle, related articles, footer."""
    title, text = TOPICS[name]
    menu = "".join(f'<li><a href="{other}.html">{topic}</a></li>' for other, (topic, _) in TOPICS.items())
    related = "".join(f'<li><a href="{o}.html">{t}について詳しく</a></li>' for o, (t, _) in TOPICS.items() if o != name)
    first, second = text.split("。", 1)
    # What Shift_JIS cannot write is gone from such a page.
    bad = _BAD.encode(charset, "ignore").decode(charset) if charset == "shift_jis" else f"{_BAD}\n{_LATIN}"
    return f"""<!DOCTYPE html>
<html><head><meta charset="{charset}"><title>{title} | 森の雑貨店</title></head><body>
<div id="header"><p>森の雑貨店 返金 配送 会員 ポイント 人気の品を毎日お届け</p></div>
<ul class="global-navi">{menu}</ul>
<div class="contents-wrap"><h1>{title}</h1>
<p>{first}。
{bad}
{second}</p>
<div class="ad_area"><a href="/sale">ただいま返金保証つき半額セール！配送料無料！</a></div></div>
<div class="sidebar"><h3>よく見られている質問</h3><ul>{related}</ul></div>
<h2>関連記事</h2><ul>{related}</ul>
<div class="sns">この記事をシェアする</div>
<div id="footer"><p>返金・配送・会員のお問い合わせは森の雑貨店まで</p><small>Copyright 2026 森の雑貨店</small></div>
</body></html>"""


@pytest.mark.parametrize("charset", ["utf-8", "shift_jis"])
def test_only_the_text_is_found(tmp_path, charset):
    """Each topic's best hit is its own page, whose answer is its text and nothing around it; garbled lines are counted."""
    corpus = tmp_path / "site"
    corpus.mkdir()
    for name in TOPICS:
        (corpus / f"{name}.html").write_bytes(page(name, charset).encode(charset))
    report = build_index(corpus, tmp_path / "index")
    searcher = open_index(tmp_path / "index")
    assert report.manifest.documents == len(TOPICS)
    garbled = [p.error for p in report.problems if "mojibake" in p.error.message]
    assert {(error.path.rpartition("/")[2], error.line) for error in garbled} >= {(f"{n}.html", 7) for n in TOPICS}
    assert report.manifest.problems == len(garbled) == len(TOPICS) * (1 if charset == "shift_jis" else 2)
    for name, (title, text) in TOPICS.items():
        best = searcher.search(title).hits[0]
        assert (best.source.path.rpartition("/")[2], best.answer) == (f"{name}.html", text)
    for noise in ("関連記事", "よく見られている質問", "半額セール", "シェアする", "Copyright", "人気の品"):
        assert not any(noise in hit.question + hit.answer for hit in searcher.search(noise).hits)


def test_a_line_in_another_encoding(tmp_path):
    """A Shift_JIS page with a line of UTF-8 bytes in its middle keeps its other lines; the line is reported."""
    (tmp_path / "site").mkdir()
    title, text = TOPICS["haisou"]
    lines = page("haisou", "shift_jis").split("\n")
    lines[6] = "MARK"
    data = "\n".join(lines).encode("shift_jis").replace(b"MARK", "返金の時期と配送状況のご案内です".encode())
    (tmp_path / "site" / "haisou.html").write_bytes(data)
    report = build_index(tmp_path / "site", tmp_path / "index")
    (document,) = (hit.document for hit in open_index(tmp_path / "index").search(title).hits)
    assert (document.question, document.answer) == (title, text)
    assert [problem.error.line for problem in report.problems] == [7]
