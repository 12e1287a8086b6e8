"""Compounds: which runs of nouns a text has."""

import pytest

from faqsearch.keyterms.compounds import compounds
from faqsearch.tokens import FugashiTokenizer

TOKENIZER = FugashiTokenizer()


def found(text):
    return [compound.surface for compound in compounds(text, TOKENIZER.tokens(text))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("有効期限と二段階認証を確認します。", ["有効期限", "二段階認証", "確認"]),
        ("スクリーン・リーダーで読みます", ["スクリーン・リーダー"]),
        ("犬・猫", []),
        ("Visual Experience Composer を開く", ["Visual Experience Composer"]),
        ("npm run build を実行", ["npm", "run", "build", "実行"]),
        ("E-203 Wi-Fiの異常", ["E-203", "Wi-Fi", "異常"]),
        ("各設定時の本機能について", ["設定", "機能"]),
        ("お届け先とご返金", ["お届け先", "返金"]),
        ("30日間と第3章と5GHz帯", ["5GHz帯"]),
        ("config/routes.rb の routes", ["routes"]),
        ("V3.5.0 (2023年2月20日)", []),
        ("こちらの都合", []),
    ],
)
def test_runs_of_nouns(text, expected):
    """Affixes that only point, amounts, versions and pieces of paths are no terms; names in several words are one."""
    assert found(text) == expected


def test_spellings_share_their_parts():
    """サーバ and サーバー are one term; its reading is that of the words."""
    texts = "サーバー証明書", "サーバ証明書"
    (one,), (other,) = (list(compounds(text, TOKENIZER.tokens(text))) for text in texts)

    assert one.parts == other.parts
    assert one.reading == "さーばーしょうめいしょ"
