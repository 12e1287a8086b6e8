"""Loan words: English words of services and machines that Japanese writers also write in katakana.

The dictionary unites サーバ and サーバー, but knows nothing of `server` in Latin letters. Only words with one meaning
in both scripts are here; names and words that are also commands or parts of names (go, word, line, teams) are not.
"""

from __future__ import annotations

from collections.abc import Mapping

_PAIRS = """
account アカウント / address アドレス / alarm アラーム / album アルバム / app アプリ / application アプリケーション
backup バックアップ / banner バナー / barcode バーコード / battery バッテリー / bonus ボーナス / browser ブラウザー
button ボタン / cable ケーブル / calendar カレンダー / camera カメラ / campaign キャンペーン / cancel キャンセル
cart カート / catalog カタログ / category カテゴリー / chat チャット / charger チャージャー / click クリック
cloud クラウド / comment コメント / computer コンピューター / coupon クーポン / data データ / database データベース
debit デビット / delivery デリバリー / device デバイス / display ディスプレー / download ダウンロード / driver ドライバー
email メール / emails メール / error エラー / fax ファックス / file ファイル / files ファイル / filter フィルター
folder フォルダー / font フォント / gift ギフト / guide ガイド / icon アイコン / install インストール
installer インストーラー / internet インターネット / keyboard キーボード / license ライセンス / link リンク
login ログイン / logout ログアウト / logon ログオン / mail メール / mails メール / manual マニュアル / memory メモリー
menu メニュー / message メッセージ / model モデル / modem モデム / monitor モニター / mouse マウス / network ネットワーク
news ニュース / option オプション / page ページ / password パスワード / passwords パスワード / pc パソコン
platform プラットフォーム / plugin プラグイン / point ポイント / points ポイント / policy ポリシー / printer プリンター
profile プロフィール / program プログラム / project プロジェクト / ranking ランキング / receipt レシート
recycle リサイクル / remote リモート / rental レンタル / report レポート / reset リセット / review レビュー
router ルーター / sale セール / sample サンプル / scanner スキャナー / screenshot スクリーンショット / security セキュリティー
sensor センサー / server サーバー / servers サーバー / service サービス / services サービス / setup セットアップ
shop ショップ / size サイズ / smartphone スマートフォン / software ソフトウエア / storage ストレージ / store ストア
support サポート / system システム / tablet タブレット / tel 電話 / ticket チケット / timer タイマー / timeline タイムライン
tutorial チュートリアル / update アップデート / upgrade アップグレード / upload アップロード / user ユーザー
card カード / crash クラッシュ / mobile モバイル / premium プレミアム / skip スキップ / subscription サブスクリプション
trial トライアル / wrapping ラッピング
users ユーザー / version バージョン / video ビデオ / virus ウイルス / web ウェブ / website ウェブサイト / wifi ワイファイ
"""

LOANWORDS: Mapping[str, str] = dict(pair.split() for pair in _PAIRS.replace("\n", "/").split("/") if pair.strip())
"""Katakana (or the usual Japanese word) by the English word in lower case, hyphens left out."""
