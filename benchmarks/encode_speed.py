"""How fast passages are encoded with a transformer: faqsearch beside `SentenceTransformer.encode` at every batch size.

    nice python benchmarks/encode_speed.py --data ../shared/data [--passages 96] [--rounds 3] [--threads 1]

The model has the shape of cl-nagoya/ruri-v3-30m (ModernBERT, 256 dimensions, 10 layers) and random weights: how long it
takes depends on the shape alone. Its tokenizer is learned from the texts, so that a passage has about as many tokens as
with a real one. Everything is made in a temporary folder; nothing is fetched. The rounds are interleaved and times are CPU
times, so that a busy machine measures the same; the vectors are compared in the run.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path
from time import process_time

os.environ["HF_HUB_OFFLINE"] = "1"

import numpy as np
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers
from transformers import ModernBertConfig, ModernBertModel, PreTrainedTokenizerFast

from corpora import entries, material
from faqsearch import Document, Source
from faqsearch.passages import split
from faqsearch.vectors.transformer import TransformerEncoder

BATCH_SIZES = (4, 8, 16, 32)
_TOKENIZER_TEXTS = 3_000
_SPECIAL = ["<pad>", "<unk>", "<s>", "</s>"]
# Sums of float32 in another order.
_TOLERANCE = 1e-4


def main(arguments: Sequence[str] | None = None) -> int:
    options = _options(arguments)
    torch.set_num_threads(options.threads)
    texts = passages(options.data, max(options.passages, _TOKENIZER_TEXTS))
    chosen = [texts[i] for i in np.random.default_rng(1).choice(len(texts), options.passages, replace=False)]
    with tempfile.TemporaryDirectory() as folder:
        path = ruri_shaped(Path(folder), texts)
        model = SentenceTransformer(str(path), device="cpu")
        encoder = TransformerEncoder.load(str(path))
    tokens = [len(row) for row in model.tokenizer(chosen)["input_ids"]]
    print(
        f"{len(chosen)} passages of {np.mean(tokens):.0f} tokens (median {np.median(tokens):.0f}, longest {max(tokens)})"
    )
    print(f"{options.threads} threads; CPU seconds of {options.rounds} interleaved rounds\n")
    systems: dict[str, Callable[[], np.ndarray]] = {
        f"SentenceTransformer.encode, batches of {size}": lambda size=size: model.encode(
            chosen, batch_size=size, normalize_embeddings=True, show_progress_bar=False
        )
        for size in BATCH_SIZES
    } | {"**faqsearch**": lambda: encoder.encode_passages(chosen)}
    expected = systems["**faqsearch**"]()
    seconds: dict[str, list[float]] = {name: [] for name in systems}
    for _ in range(options.rounds):
        for name, encode in systems.items():
            started = process_time()
            found = encode()
            seconds[name].append(process_time() - started)
            assert np.abs(found - expected).max() < _TOLERANCE, name
    medians = {name: float(np.median(times)) for name, times in seconds.items()}
    best = min((name for name in systems if "faq" not in name), key=medians.__getitem__)
    print("| | CPU seconds | of the best setting | passages a CPU second |")
    print("|---|---|---|---|")
    for name, times in seconds.items():
        ratio = np.median([own / other for own, other in zip(times, seconds[best], strict=True)])
        print(f"| {name} | {medians[name]:.2f} | {ratio:.2f} | {len(chosen) / medians[name]:.1f} |")
    return 0


def passages(data: Path, least: int) -> list[str]:
    """Return what an index encodes of recombined FAQ entries (`corpora.py`)."""
    texts: list[str] = []
    for entry in islice(entries(material(data), least), least):
        document = Document(**entry, kind="faq", source=Source(path="faq.jsonl", line=1))
        texts += [f"{p.context}\n{p.text}" if p.context else p.text for p in split(document, chars=300)]
        if len(texts) >= least:
            break
    return texts


def ruri_shaped(folder: Path, texts: Sequence[str], layers: int = 10) -> Path:
    """Save a model of ruri-v3-30m's shape with random weights; return its folder."""
    learned = Tokenizer(models.Unigram())
    learned.normalizer, learned.pre_tokenizer = normalizers.NFKC(), pre_tokenizers.Metaspace()
    trainer = trainers.UnigramTrainer(vocab_size=8_000, special_tokens=_SPECIAL, unk_token="<unk>", show_progress=False)
    learned.train_from_iterator(texts[:_TOKENIZER_TEXTS], trainer)
    ends = [("<s>", 2), ("</s>", 3)]
    learned.post_processor = processors.TemplateProcessing(single="<s> $A </s>", special_tokens=ends)
    names = dict(zip(("pad_token", "unk_token", "cls_token", "sep_token"), _SPECIAL, strict=True))
    PreTrainedTokenizerFast(tokenizer_object=learned, **names).save_pretrained(folder / "bert")
    torch.manual_seed(0)
    config = ModernBertConfig(
        vocab_size=102_400, hidden_size=256, intermediate_size=1_024, num_hidden_layers=layers, num_attention_heads=4,
        pad_token_id=0, bos_token_id=2, eos_token_id=3, cls_token_id=2, sep_token_id=3,
    )  # fmt: skip
    ModernBertModel(config).save_pretrained(folder / "bert")
    transformer = Transformer(str(folder / "bert"), max_seq_length=8_192)
    SentenceTransformer(modules=[transformer, Pooling(256)], device="cpu").save(str(folder / "model"))
    return folder / "model"


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the project's data folder")
    parser.add_argument("--passages", type=int, default=96)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=1)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    raise SystemExit(main())
