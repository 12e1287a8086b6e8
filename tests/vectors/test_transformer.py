"""Encoders from sentence-transformers."""

import shutil

import numpy as np
import pytest

from faqsearch.build import build_index
from faqsearch.errors import IndexMismatch, ModelError
from faqsearch.search import open_index
from faqsearch.settings import Settings
from faqsearch.vectors.transformer import TransformerEncoder, _alike

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning")


@pytest.fixture(scope="module")
def encoder(model_folder):
    return TransformerEncoder.load(str(model_folder))


def test_rows_are_unit_vectors(encoder):
    """float32, one row a text, length 1; no text gives no row."""
    vectors = encoder.encode_passages(["解約", "送料はいくらですか。", ""])

    assert vectors.dtype == np.float32
    assert vectors.shape == (3, 32) == (3, encoder.dimension)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)
    assert encoder.encode_queries([]).shape == (0, 32)


def test_batches_do_not_change_vectors(encoder):
    """A text has the same vector alone and among longer ones."""
    texts = ["解約", "送料" * 20, "返品の送料"]

    together = encoder.encode_passages(texts)

    alone = np.concatenate([encoder.encode_passages([text]) for text in texts])
    assert together == pytest.approx(alone, abs=1e-5)


def test_batches_hold_texts_of_like_length():
    """Each text is in one batch, the longest first; a batch is as long as it is wide at most, but never empty."""
    lengths = [5, 3000, 100, 0, 99, 600, 600, 100, 5]
    batches = list(_alike(["あ" * length for length in lengths]))

    assert sorted(place for batch in batches for place in batch) == list(range(len(lengths)))
    assert [lengths[place] for batch in batches for place in batch] == sorted(lengths, reverse=True)
    assert [len(batch) for batch in batches] == [1, 2, 6]


def test_fingerprints_tell_what_makes_vectors_differ(model_folder, other_folder, tmp_path):
    """Other weights, another tokenizer and another document prompt are another fingerprint; another place is not."""

    def fingerprint(folder, **prompts):
        return TransformerEncoder.load(str(folder), **prompts).passage_fingerprint

    own = fingerprint(model_folder)
    shutil.copytree(model_folder, tmp_path / "moved")
    (tmp_path / "moved" / "checkpoint-5").mkdir()
    (tmp_path / "moved" / "checkpoint-5" / "optimizer.pt").write_bytes(b"left behind")
    shutil.copytree(model_folder, tmp_path / "other")
    words = tmp_path / "other" / "tokenizer.json"
    words.write_text(words.read_text(encoding="utf-8").replace('"解": ', '"界": '), encoding="utf-8")

    assert own == fingerprint(tmp_path / "moved") == fingerprint(model_folder, query_prompt="質問: ")
    assert (
        len(
            {
                own,
                *map(fingerprint, (other_folder, tmp_path / "other")),
                fingerprint(model_folder, document_prompt="文: "),
            }
        )
        == 4
    )


def test_a_rebuild_encodes_one_entry(model_folder, corpus, tmp_path, monkeypatch):
    """A build of a corpus in which one answer changed has the model read one passage."""
    from sentence_transformers import SentenceTransformer

    shutil.copytree(corpus, tmp_path / "corpus")
    settings = Settings(model=str(model_folder))
    build_index(tmp_path / "corpus", tmp_path / "i", settings=settings, processes=1)
    entries = tmp_path / "corpus" / "faq.jsonl"
    entries.write_text(entries.read_text(encoding="utf-8").replace("550円", "600円"), encoding="utf-8")
    real, read = SentenceTransformer.encode, []
    monkeypatch.setattr(
        SentenceTransformer, "encode", lambda self, texts, **options: read.extend(texts) or real(self, texts, **options)
    )
    build_index(tmp_path / "corpus", tmp_path / "i", settings=settings, processes=1)

    assert [text for text in read if "索引を作った" not in text] == [
        "送料はいくらですか。\n全国一律600円です。4,980円以上のご注文は送料無料です。"
    ]


def test_own_prompts_are_used(prompted_folder):
    """A model's query and document prompts go before the text."""
    encoder = TransformerEncoder.load(str(prompted_folder))
    plain = TransformerEncoder.load(str(prompted_folder), query_prompt="", document_prompt="")

    assert encoder.describe()["query_prompt"] == "検索: "
    assert encoder.encode_queries(["解約"]) == pytest.approx(plain.encode_queries(["検索: 解約"]), abs=1e-6)
    assert encoder.encode_passages(["解約"]) == pytest.approx(plain.encode_passages(["文書: 解約"]), abs=1e-6)
    assert encoder.encode_queries(["解約"]) != pytest.approx(plain.encode_queries(["解約"]), abs=1e-3)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("cl-nagoya/ruri-v3-30m", ("検索クエリ: ", "検索文書: ")),
        ("intfloat/multilingual-e5-small", ("query: ", "passage: ")),
        ("somebody/else", ("", "")),
    ],
)
def test_published_prompts_of_known_families(model_folder, monkeypatch, name, expected):
    """Families that do not keep their prompts in the model get the published ones."""
    import sentence_transformers

    real = sentence_transformers.SentenceTransformer
    monkeypatch.setattr(
        sentence_transformers, "SentenceTransformer", lambda given, **options: real(str(model_folder), **options)
    )
    described = TransformerEncoder.load(name).describe()

    assert (described["query_prompt"], described["document_prompt"]) == expected


def test_long_texts_are_cut_at_the_models_limit(encoder):
    """Beyond the longest input, more text changes nothing."""
    assert encoder.describe()["max_tokens"] == 48
    assert encoder.encode_passages(["返品" * 40]) == pytest.approx(encoder.encode_passages(["返品" * 80]), abs=1e-5)


def test_a_model_that_is_not_there(tmp_path):
    """The error names the model and what can be given; nothing is downloaded where there is no hub."""
    with pytest.raises(ModelError, match="no-such-model") as caught:
        TransformerEncoder.load("no-such-model")
    assert "builtin" in caught.value.hint
    (tmp_path / "empty").mkdir()
    with pytest.raises(ModelError, match="empty"):
        TransformerEncoder.load(str(tmp_path / "empty"))


def test_a_download_is_announced(monkeypatch):
    """Nothing is fetched from the hub without a word."""
    said = []
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    import sentence_transformers

    def unavailable(name, **options):
        message = f"no {name} ({options['local_files_only']})"
        raise OSError(message)

    monkeypatch.setattr(sentence_transformers, "SentenceTransformer", unavailable)
    with pytest.raises(ModelError):
        TransformerEncoder.load("cl-nagoya/ruri-v3-30m", say=said.append)
    assert said == ["downloading model cl-nagoya/ruri-v3-30m from the Hugging Face hub"]


def test_an_index_remembers_its_model(corpus, model_folder, other_folder, tmp_path):
    """It opens with the model it was made with, and refuses others with a clear error."""
    report = build_index(corpus, tmp_path / "i", settings=Settings(model=str(model_folder)))
    assert report.manifest.encoder["kind"] == "sentence-transformers"

    searcher = open_index(tmp_path / "i")
    hit = searcher.search("送料はいくらですか。", explain=True).hits[0]
    assert hit.id == "postage"
    assert hit.explanation["dense"].score > 0

    with pytest.raises(IndexMismatch, match="not with"):
        open_index(tmp_path / "i", encoder=TransformerEncoder.load(str(other_folder)))


def test_other_weights_under_the_same_name_are_noticed(corpus, model_folder, other_folder, tmp_path):
    """A model folder whose weights were replaced is refused, though its name is the same."""
    shutil.copytree(model_folder, tmp_path / "model")
    build_index(corpus, tmp_path / "i", settings=Settings(model=str(tmp_path / "model")))
    shutil.rmtree(tmp_path / "model")
    shutil.copytree(other_folder, tmp_path / "model")

    with pytest.raises(IndexMismatch, match="is not the one"):
        open_index(tmp_path / "i")


def test_builtin_index_refuses_a_model(index_folder, encoder):
    """An index of the built-in encoder says how to change to a model."""
    with pytest.raises(IndexMismatch, match="built-in") as caught:
        open_index(index_folder, encoder=encoder)
    assert "--model" in caught.value.hint
