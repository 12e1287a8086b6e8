"""A small shop's FAQ and a page of a manual, indexed once for all tests."""

import json

import pytest
from hypothesis import settings

# Examples are bounded by their number; how long one takes says more about what else the machine does.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

FAQ = [
    {
        "id": "cancel",
        "question": "定期便を解約したいです。",
        "alternates": ["定期購入をやめたい", "サブスクの解約方法"],
        "answer": "マイページの「定期便の管理」から解約できます。次回お届け予定日の7日前までにお手続きください。解約後も会員登録は残ります。",
        "category": ["定期便", "解約"],
        "tags": ["手続き"],
    },
    {
        "id": "leave",
        "question": "退会したいです。",
        "alternates": ["アカウントを削除したい"],
        "answer": "「会員情報」の一番下から退会できます。ポイントはすべて失効します。",
        "category": ["会員"],
    },
    {
        "id": "return",
        "question": "商品を返品できますか。",
        "alternates": [],
        "answer": "未開封であれば、到着から8日以内に限り返品を承ります。送料はお客様のご負担です。",
        "category": ["返品・交換"],
    },
    {
        "id": "postage",
        "question": "送料はいくらですか。",
        "alternates": ["送料無料の条件"],
        "answer": "全国一律550円です。4,980円以上のご注文は送料無料です。",
        "category": ["配送", "送料"],
    },
    {
        "id": "password",
        "question": "パスワードを忘れました。",
        "alternates": ["ログインできない"],
        "answer": "ログイン画面の「お忘れの方」から再設定のメールをお送りします。届かないときは迷惑メールの設定をご確認ください。",
        "category": ["会員", "ログイン"],
    },
    {
        "id": "receipt",
        "question": "領収書を発行してもらえますか。",
        "alternates": [],
        "answer": "注文履歴からPDFをダウンロードできます。宛名は変更できます。",
        "category": ["支払い"],
    },
]

MANUAL = """# 卓上加湿器 KS-10 取扱説明書

## 準備

タンクに水道水を入れます。目盛りの「満水」を超えないでください。

## エラー表示

### E-203 水位の異常

タンクの水が足りません。次の順に確かめます。

1. 電源を切ります。
2. タンクに水を入れます。
3. もう一度電源を入れます。

### 電源が入らないときは？

コンセントと本体のつなぎ目を確かめてください。

```
status: 0x1F
retry: 3
```
"""


@pytest.fixture(scope="session")
def corpus(tmp_path_factory):
    """A folder with `faq.jsonl` (6 entries) and `manual/humidifier.md` (sections)."""
    folder = tmp_path_factory.mktemp("data") / "corpus"
    (folder / "manual").mkdir(parents=True)
    lines = [json.dumps(row, ensure_ascii=False) for row in FAQ]
    (folder / "faq.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "manual" / "humidifier.md").write_text(MANUAL, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def index_folder(corpus, tmp_path_factory):
    """The folder of an index built from `corpus` with default settings. Read only."""
    from faqsearch.build import build_index

    folder = tmp_path_factory.mktemp("indexes") / "small"
    build_index(corpus, folder)
    return folder


@pytest.fixture(scope="session")
def searcher(index_folder):
    """A Searcher over `index_folder`."""
    from faqsearch.search import open_index

    return open_index(index_folder)


@pytest.fixture(scope="session")
def indexed(tmp_path_factory):
    """Make a searcher over the rows of an FAQ: `indexed(("id", "question", ...), rows)`."""

    def index(columns, rows):
        from faqsearch.build import build_index
        from faqsearch.search import open_index

        folder = tmp_path_factory.mktemp("indexed")
        lines = [json.dumps(dict(zip(columns, row, strict=True)), ensure_ascii=False) for row in rows]
        (folder / "faq.jsonl").write_text("\n".join(lines), encoding="utf-8")
        build_index(folder / "faq.jsonl", folder / "index")
        return open_index(folder / "index")

    return index
