"""Main text of a web page: navigation, advertisements, related links and footers are taken out of its tree."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from lxml.html import HtmlElement

_NEVER_TEXT = (
    *("script", "style", "template", "svg", "iframe", "object", "canvas", "video", "audio", "noscript", "map"),
    *("button", "input", "select", "textarea", "option", "datalist", "dialog", "head"),
)
_NOISE_ROLES = frozenset(
    ("navigation", "banner", "contentinfo", "search", "menu", "menubar", "dialog", "alertdialog", "toolbar", "tablist")
)
_NAME_PART = re.compile(r"[A-Z]?[a-z]+|[A-Z]+|[ぁ-んァ-ヶー一-龠]+")
_SURE_NOISE = frozenset(
    [
        "breadcrumb",
        "breadcrumbs",
        "pankuzu",
        "topicpath",
        "nav",
        "navi",
        "navigation",
        "navbar",
        "gnav",
        "gnavi",
        "lnav",
        "sitenav",
        "globalnav",
        "ad",
        "ads",
        "adsense",
        "advert",
        "adslot",
        "advertisement",
        "sponsor",
        "sponsored",
        "banner",
        "bnr",
        "sns",
        "share",
        "social",
        "pagetop",
        "totop",
        "backtotop",
        "pager",
        "pagination",
        "cookie",
        "consent",
        "copyright",
        "skiplink",
        "sidebar",
        "toc",
    ]
)
"""Parts of class names and ids that say what a part of a page is for."""
_LIKELY_NOISE = frozenset(
    [
        "header",
        "footer",
        "menu",
        "side",
        "aside",
        "related",
        "recommend",
        "recommended",
        "recommends",
        "ranking",
        "popular",
        "widget",
        "search",
        "login",
        "newsletter",
        "tagcloud",
        "tags",
        "categories",
        "archive",
        "archives",
        "latest",
        "recent",
        "comments",
        "feedback",
        "vote",
        "enquete",
        "questionnaire",
        "modal",
        "popup",
        "pr",
        "cta",
    ]
)
"""The same, but also found around real text: needs many links, or hardly any text, beside the name."""
_NOISE_HEADING = re.compile(
    r"^[\s■●◆▼【《]*(?:関連(?:する)?(?:記事|リンク|ページ|情報|コンテンツ|FAQ|質問|キーワード|商品)"
    r"|(?:こちら|他に)も(?:おすすめ|見られて|読まれて)|お?すすめ|オススメ|人気(?:の)?(?:記事|ページ|ランキング)?|.{0,12}ランキング"
    r"|最近の(?:投稿|記事)|新着.{0,6}|カテゴリー?(?:一覧|から探す)?|アーカイブ|タグ(?:一覧|クラウド)?|サイト(?:マップ|内検索)|メニュー"
    r"|.{0,10}シェア.{0,6}|SNS.{0,8}|PR|スポンサー.{0,6}|広告|よく(?:読|見)られ.{0,12}|.{0,8}見ている(?:ページ|記事|FAQ)"
    r"|この(?:カテゴリ|記事).{0,12}|related.{0,16}|recommended.{0,16}|popular.{0,16}|目次|このページの内容|お知らせ一覧)[\s】》:：]*$",
    re.IGNORECASE,
)
_MAIN_NAMES = frozenset(("main", "content", "contents", "maincontent", "main-content", "main_content", "article"))
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_CONTAINERS = ("div", "ul", "ol", "section", "table", "dl", "aside", "p", "td", "form", "center", "header", "footer")
_PROSE = re.compile(r"[。．！？!?]")
_COPYRIGHT = re.compile(r"^\s*(?:©|\(c\)|copyright\b)", re.IGNORECASE)
_SHORT = 120


@dataclass(slots=True)
class _Measure:
    """How much text an element holds, and how much of it is links."""

    text: int = 0
    linked: int = 0
    links: int = 0

    @property
    def density(self) -> float:
        return self.linked / self.text if self.text else 0.0


def keep_main_text(body: HtmlElement) -> None:
    """Take out of a page, in place, what is not its text."""
    for element in list(body.iter(*_NEVER_TEXT)):
        if element is not body:
            _drop(element)
    main = _main(body)
    inside = set() if main is None else set(main.iterdescendants())
    _drop_by_name(body, main)
    measures = _measure(body)
    _drop_link_sections(body, measures)
    measures = _measure(body)
    whole = measures[body].text or 1
    # An explicit stack: what is dropped takes everything below it along.
    waiting = [child for child in body if isinstance(child.tag, str)]
    while waiting:
        element = waiting.pop()
        if element is main or element in inside:
            continue
        measure = measures.get(element) or _Measure()
        if main is not None and element not in main.iterancestors():
            if element.tag not in _HEADINGS and (measure.density > 0.4 or measure.text < 20):
                _drop(element)
                continue
        elif element.tag in _CONTAINERS and _is_navigation(element, measure, whole):
            _drop(element)
            continue
        waiting.extend(child for child in element if isinstance(child.tag, str))


def _main(body: HtmlElement) -> HtmlElement | None:
    """The element that holds the text, where the page says so."""
    for path in (".//main", ".//*[@role='main']", ".//article"):
        found: list[HtmlElement] = body.xpath(path)
        if len(found) == 1:
            return found[0]
    named = [
        element for element in body.iter("div", "section", "td") if (element.get("id") or "").lower() in _MAIN_NAMES
    ]
    return named[0] if len(named) == 1 else None


def _drop_by_name(body: HtmlElement, main: HtmlElement | None) -> None:
    measures = _measure(body)
    whole = measures[body].text or 1
    around = set() if main is None else {main, *main.iterancestors()}
    for element in list(body.iterdescendants()):
        if not isinstance(element.tag, str) or element in around or element.tag in _HEADINGS:
            continue
        measure = measures[element]
        if element.tag == "nav" or element.get("role") in _NOISE_ROLES:
            _drop(element)
        elif measure.text * 2 > whole:
            continue
        elif element.tag in ("header", "footer") and not _within_text(element):
            _drop_but_title(element, body)
        elif names := _names(element):
            few = measure.text < _SHORT and not _PROSE.search(element.text_content())
            if names & _SURE_NOISE or (names & _LIKELY_NOISE and (measure.density > 0.4 or few)):
                _drop_but_title(element, body)
        elif (
            measure.text < _SHORT and element.tag in ("p", "div", "small") and _COPYRIGHT.match(element.text_content())
        ):
            _drop(element)


def _names(element: HtmlElement) -> set[str]:
    """Words that class and id are made of: `globalNav side-menu` gives global, nav, side, menu and globalnav."""
    named = f"{element.get('class') or ''} {element.get('id') or ''}"[:300]
    names: set[str] = set()
    for word in named.split():
        parts = [part.lower() for part in _NAME_PART.findall(word)]
        names.update(parts)
        names.add("".join(parts))
        names.update(f"{one}{two}" for one, two in pairwise(parts))
    return names


def _within_text(element: HtmlElement) -> bool:
    """Whether a header or footer is that of an article or section, not of the page."""
    return any(parent.tag in ("article", "main", "blockquote", "section") for parent in element.iterancestors())


def _drop_but_title(element: HtmlElement, body: HtmlElement) -> None:
    """Some pages keep their only first-level heading in the header."""
    titles = element.xpath(".//h1")
    if titles and len(titles) == len(body.xpath(".//h1")):
        title = titles[0]
        title.tail = None
        parent = element.getparent()
        if parent is not None:
            parent.insert(parent.index(element), title)
    _drop(element)


def _drop_link_sections(body: HtmlElement, measures: dict[HtmlElement, _Measure]) -> None:
    """Headings such as 関連記事, with the links below them."""
    for heading in list(body.iter(*_HEADINGS)):
        if not _NOISE_HEADING.match(heading.text_content()[:60]):
            continue
        below: list[HtmlElement] = []
        for sibling in heading.itersiblings():
            if sibling.tag in _HEADINGS and sibling.tag <= heading.tag:
                break
            below.append(sibling)
        text = sum(measures[sibling].text for sibling in below if sibling in measures)
        linked = sum(measures[sibling].linked for sibling in below if sibling in measures)
        if text and linked * 2 > text:
            for element in (*below, heading):
                _drop(element)


def _is_navigation(element: HtmlElement, measure: _Measure, whole: int) -> bool:
    """Mostly links, and not a list of references that a paragraph or heading introduces."""
    if measure.links < 3 or measure.density < 0.6 or measure.text * 10 > whole * 7:
        return False
    before = element.getprevious()
    return before is None or before.tag not in ("p", *_HEADINGS) or element.tag in ("div", "section", "td", "aside")


def _measure(body: HtmlElement) -> dict[HtmlElement, _Measure]:
    """Measure every element; children come before their parents, so that each is counted once."""
    measures: dict[HtmlElement, _Measure] = {}
    for element in reversed(list(body.iter())):
        measure = measures.setdefault(element, _Measure())
        if isinstance(element.tag, str):
            measure.text += len((element.text or "").strip())
        for child in element:
            below = measures[child]
            measure.text += below.text + len((child.tail or "").strip())
            measure.linked += below.linked
            measure.links += below.links
        if element.tag == "a" and element.get("href") is not None:
            measure.linked = measure.text
            measure.links += 1
    return measures


def _drop(element: HtmlElement) -> None:
    """Take an element out and leave the text after it."""
    if element.getparent() is not None:
        element.drop_tree()
