from __future__ import annotations

import json

import pytest

from faqsearch.build import build_index
from faqsearch.search import open_index

ENTRIES = {
    "shipping": ("送料はいくらですか", "全国一律五百円です。五千円以上のご注文では無料になります。"),
    "return": ("返品はできますか", "商品が届いてから八日以内であれば、未使用のものに限り返品を受け付けます。"),
    "password": (
        "パスワードを忘れました",
        "ログイン画面の再設定リンクから、登録したメールアドレスを入力してください。",
    ),
    "points": (
        "ポイントの有効期限を教えてください",
        "最後のお買い物から一年間です。期限を過ぎたポイントは失効します。",
    ),
    "receipt": ("領収書を発行できますか", "注文履歴の詳細画面から、いつでもダウンロードできます。"),
    "address": ("届け先の住所を変更したい", "出荷前であれば、注文履歴から届け先を変更できます。"),
    "cancel": ("定期便を解約するには", "マイページの定期便一覧から、次回発送の三日前までに手続きしてください。"),
    "payment": ("使える支払い方法は何ですか", "クレジットカード、代金引換、コンビニ払いが使えます。"),
    "gift": ("贈り物の包装はありますか", "一つにつき三百円で、包装紙とのし紙を選べます。"),
    "coffee": ("コーヒーメーカーの水が漏れます", "タンクを奥まで差し込み、パッキンの汚れを拭き取ってください。"),
    "battery": ("電池の交換方法", "裏面のふたを開け、単三電池を二本入れ替えます。"),
    "wifi": ("Wi-Fiにつながりません", "ルーターの電源を入れ直し、暗号化キーを確かめてください。"),
}
QUERIES = {
    "q1": ("送料はかかる？", "word", {"shipping": 2}),
    "q2": ("返品したい", "word", {"return": 2}),
    "q3": ("ぱすわーどわすれた", "kana", {"password": 2}),
    "q4": ("ポイントはいつまで使えますか", "word", {"points": 2, "payment": 1}),
    "q5": ("領収書のダウンロード", "word", {"receipt": 2}),
    "q6": ("届け先の変更", "word", {"address": 2}),
    "q7": ("火星の天気", "none", {}),
    "q8": ("円周率の桁数", "none", {"gift": 0}),
}


@pytest.fixture(scope="session")
def judged(tmp_path_factory):
    """A folder with `index`, `queries.jsonl` and `qrels.tsv`."""
    folder = tmp_path_factory.mktemp("judged")
    rows = [{"id": name, "question": q, "answer": a} for name, (q, a) in ENTRIES.items()]
    _write(folder / "corpus.jsonl", rows)
    _write(folder / "queries.jsonl", [{"id": i, "query": q, "kind": kind} for i, (q, kind, _) in QUERIES.items()])
    lines = [f"{i}\t{d}\t{grade}\n" for i, (_, _, grades) in QUERIES.items() for d, grade in grades.items()]
    (folder / "qrels.tsv").write_text("query_id\tdoc_id\tgrade\n" + "".join(lines), encoding="utf-8")
    build_index(folder / "corpus.jsonl", folder / "index")
    return folder


@pytest.fixture(scope="session")
def searcher(judged):
    return open_index(judged / "index")


def _write(path, rows):
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
