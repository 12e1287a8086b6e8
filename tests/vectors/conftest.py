"""A tiny sentence-transformers model, made here with random weights: no hub, no download."""

import os

import pytest

os.environ["HF_HUB_OFFLINE"] = "1"


def make_model(folder, seed=0, prompts=None):
    """Save a BERT of two layers and 32 dimensions that reads single characters."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import Pooling, Transformer
    from tokenizers import Regex, Tokenizer, models, pre_tokenizers, processors
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    characters = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *map(chr, range(0x21, 0x7F)), *map(chr, range(0x3041, 0x30FF))]
    characters += list("解約返品送料検索文書索引定期便注文支払領収書発行")
    tokenizer = Tokenizer(models.WordLevel({c: i for i, c in enumerate(dict.fromkeys(characters))}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex("."), "isolated")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]"
    )
    torch.manual_seed(seed)
    config = BertConfig(
        vocab_size=len(characters), hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64,
        max_position_embeddings=64,
    )  # fmt: skip
    BertModel(config).save_pretrained(folder / "bert")
    fast.save_pretrained(folder / "bert")
    transformer = Transformer(str(folder / "bert"), max_seq_length=48)
    model = SentenceTransformer(modules=[transformer, Pooling(32)], prompts=prompts or {}, device="cpu")
    model.save(str(folder / "model"))
    return folder / "model"


@pytest.fixture(scope="session")
def model_folder(tmp_path_factory):
    """A model without prompts of its own."""
    return make_model(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="session")
def prompted_folder(tmp_path_factory):
    """A model that brings its prompts."""
    return make_model(tmp_path_factory.mktemp("prompted"), prompts={"query": "検索: ", "document": "文書: "})


@pytest.fixture(scope="session")
def other_folder(tmp_path_factory):
    """The same shape, other weights."""
    return make_model(tmp_path_factory.mktemp("other"), seed=1)
