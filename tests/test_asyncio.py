"""From async code: searches in threads give what searches one after the other give, also while the index moves on."""

import asyncio
import json

from faqsearch.build import build_index
from faqsearch.search import open_index
from faqsearch.update import update_index

QUESTIONS = [
    "送料はいくらですか", "解約したい", "ぱすわーどわすれた", "E-203", "返品", "領収書がほしい", "電源が入らない",
    "宇宙旅行", "taikai", "水の量",
]  # fmt: skip


def without_time(results):
    """Everything a program reads but the clock."""
    return {name: value for name, value in results.to_json().items() if name != "took_ms"}


def test_searches_at_the_same_time_give_what_searches_in_turn_give(searcher):
    """Two hundred searches, completions and neighbours in as many threads as asyncio starts: each its own answer."""

    async def crowd():
        asked = [asyncio.to_thread(searcher.search, question, k=5) for question in QUESTIONS * 20]
        others = [asyncio.to_thread(searcher.suggest, "pasuwa"), asyncio.to_thread(searcher.related, "password")] * 20
        return await asyncio.gather(*asked), await asyncio.gather(*others)

    in_turn = [without_time(searcher.search(question, k=5)) for question in QUESTIONS]
    found, others = asyncio.run(crowd())

    assert [without_time(results) for results in found] == in_turn * 20
    assert others == [searcher.suggest("pasuwa"), searcher.related("password")] * 20


def test_a_refresh_meanwhile_moves_each_search_as_a_whole(tmp_path):
    """Tasks search while another one refreshes after every update: each result is of one version, never an older one."""
    corpus, index = tmp_path / "corpus", tmp_path / "index"
    corpus.mkdir()

    def write(version):
        rows = [{"id": f"{i}", "question": f"送料{i}について", "answer": f"v{version}"} for i in range(5)]
        (corpus / "faq.json").write_text(json.dumps(rows), encoding="utf-8")

    async def ask(searcher, done):
        seen = []
        while not done.is_set():
            results = await asyncio.to_thread(searcher.search, "送料について")
            (answer,) = {hit.answer for hit in results.hits}
            seen.append(int(answer[1:]))
        return seen

    async def move_on(searcher, done):
        for version in range(2, 6):
            write(version)
            await asyncio.to_thread(update_index, corpus, index)
            assert await asyncio.to_thread(searcher.refresh)
        done.set()

    async def everything():
        done, searcher = asyncio.Event(), open_index(index)
        *seen, _ = await asyncio.gather(*(ask(searcher, done) for _ in range(4)), move_on(searcher, done))
        return seen, (await asyncio.to_thread(searcher.search, "送料")).hits[0].answer

    write(1)
    build_index(corpus, index)
    seen, last = asyncio.run(everything())

    assert last == "v5"
    assert len({version for versions in seen for version in versions}) > 1
    assert seen == [sorted(versions) for versions in seen]
