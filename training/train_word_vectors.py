"""Train the word vectors that ship in the package: `src/faqsearch/data/words/`.

    PYTHONPATH=src python training/train_word_vectors.py --data ../shared/data --out src/faqsearch/data/words

Learned from `DATA/train` alone: 216 k heading-text pairs of product manuals and FAQs (CC BY 4.0, CC BY 3.0, CC BY-SA
4.0, MIT, Apache-2.0; each row names its own), 74 k pairs of two wordings of one heading (CC BY 4.0, MIT), and 32 k
questions with their encyclopaedia paragraphs (JaQuAD, CC BY-SA 3.0). Rows under another licence are left out, and so is
any row whose text is a judged query of `DATA/benchmarks`. No text is shipped: only one vector and one number per word.

First vectors come from a singular value decomposition of the texts; then they are trained so that the sum of a
heading's or question's word vectors points where its text's sum points, against other pairs of the same source
(`contrast.py`). Seeded; needs torch, scipy, scikit-learn, zstandard and about 4 GB. On one core of a shared machine
cutting the texts takes 5 to 15 minutes (kept in `--cache`), training 2 to 4.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from contrast import Recipe, Trained, train
from faqsearch.tokens import FugashiTokenizer
from faqsearch.vocabulary import vocabulary_arrays
from pairs import PARAPHRASES, QUESTIONS, Pairs, load_pairs

FORMAT = 1
MOST_WORDS = 48_000
LEAST_TEXTS = 4
LONGEST_WORD = 24

# 42 % of the rows are reference pages of three products, 28 % are machine translated; they teach less per row.
SHARES = {
    "zelanko/sql-docs.ja-jp": 0.3,
    "vrimori/visualstudio-docs.ja-jp": 0.4,
    "hyoshioka0128/windowsserverdocs.ja-jp": 0.6,
    "MicrosoftDocs/Dynamics-365-Operations.ja-jp": 0.6,
    "v-makya/memdocs.ja-jp": 0.6,
}


def main() -> None:
    """Train and write."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with train/ and benchmarks/")
    parser.add_argument("--out", type=Path, required=True, help="folder to write")
    parser.add_argument("--cache", type=Path, default=Path("/tmp/faqsearch-training"), help="keeps the cut texts")
    parser.add_argument("--epochs", type=float, default=Recipe().epochs)
    parser.add_argument("--dimension", type=int, default=Recipe().dimension)
    parser.add_argument("--hidden", type=float, default=Recipe().hidden)
    parser.add_argument("--hold-out", action="store_true", help="leave one page in eight out, to choose settings")
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    recipe = replace(Recipe(), epochs=arguments.epochs, dimension=arguments.dimension, hidden=arguments.hidden)

    pairs = load_pairs(arguments.data, arguments.cache)
    pairs, terms, df = with_vocabulary(pairs, keep=~pairs.held_out if arguments.hold_out else None)
    print(f"{len(pairs)} pairs, {len(terms)} words", flush=True)
    trained = train(pairs, terms, df, shares(pairs, recipe), recipe, threads=arguments.threads)
    write(arguments.out, terms, trained, rarity(pairs, len(terms)), recipe)


def with_vocabulary(pairs: Pairs, keep: npt.NDArray[np.bool_] | None) -> tuple[Pairs, list[str], npt.NDArray[np.int64]]:
    """Return the pairs with only their frequent words, renumbered by frequency; the words; and texts per word."""
    rows = np.repeat(np.arange(len(pairs.offsets) - 1), np.diff(pairs.offsets))
    size = len(pairs.terms)
    df = np.bincount(np.unique(rows * np.int64(size) + pairs.flat) % size, minlength=size)
    usable = [
        any(map(str.isalnum, t)) and len(t) <= LONGEST_WORD and not (t.isdigit() and len(t) > 4) for t in pairs.terms
    ]
    order = np.argsort(-df * np.array(usable), kind="stable")
    chosen = [n for n in order[:MOST_WORDS] if df[n] >= LEAST_TEXTS and usable[n]]
    numbers = np.full(size, -1, dtype=np.int32)
    numbers[chosen] = np.arange(len(chosen), dtype=np.int32)

    known = numbers[pairs.flat]
    lengths = np.bincount(rows[known >= 0], minlength=len(pairs.offsets) - 1)
    good = (lengths[0::2] >= 2) & (lengths[1::2] >= 2)
    good &= True if keep is None else keep
    known = known[(known >= 0) & np.repeat(good, 2)[rows]]
    kept = Pairs(
        terms=[pairs.terms[n] for n in chosen],
        flat=known,
        offsets=np.concatenate(([0], np.cumsum(lengths[np.repeat(good, 2)]))),
        kind=pairs.kind[good],
        source=pairs.source[good],
        faq=pairs.faq[good],
        held_out=pairs.held_out[good],
        sources=pairs.sources,
    )
    return kept, kept.terms, df[chosen]


def shares(pairs: Pairs, recipe: Recipe) -> npt.NDArray[np.float32]:
    """Return how often each pair is used in an epoch."""
    weights = np.array([SHARES.get(name, 1.0) for name in pairs.sources], dtype=np.float32)[pairs.source]
    weights[pairs.kind == QUESTIONS] = recipe.questions
    weights[pairs.faq] = recipe.faqs
    return weights


def rarity(pairs: Pairs, size: int) -> npt.NDArray[np.float32]:
    """Return ln(N / df) of each word in Japanese at large: half manuals, half encyclopaedia."""
    share = np.zeros(size)
    for chosen in (pairs.kind == QUESTIONS, (pairs.kind != QUESTIONS) & (pairs.kind != PARAPHRASES)):
        rows = np.repeat(np.arange(len(pairs.offsets) - 1), np.diff(pairs.offsets))
        mine = np.repeat(chosen, 2)[rows]
        keys = np.unique(rows[mine] * np.int64(size) + pairs.flat[mine])
        share += (np.bincount(keys % size, minlength=size) + 0.1) / (2 * chosen.sum() + 0.2) / 2
    return -np.log(share).astype(np.float32)


def write(out: Path, terms: list[str], trained: Trained, idf: npt.NDArray[np.float32], recipe: Recipe) -> None:
    """Write the arrays, each in a file of its own, in the order of the vocabulary's keys."""
    arrays, numbers = vocabulary_arrays(terms)
    order = np.empty(len(terms), dtype=np.int64)
    order[numbers] = np.arange(len(terms))
    order = order[: len(arrays["keys"])]
    vectors = trained.words[order]
    scales = np.maximum(np.abs(vectors).max(axis=1), 1e-9) / 127
    arrays["vectors"] = np.round(vectors / scales[:, None]).astype(np.int8)
    arrays["scales"] = scales.astype(np.float32)
    arrays["idf"] = idf[order].astype(np.float32)
    out.mkdir(parents=True, exist_ok=True)
    for name, array in arrays.items():
        np.save(out / f"{name}.npy", np.ascontiguousarray(array), allow_pickle=False)
    about = {
        "format": FORMAT,
        "words": len(arrays["keys"]),
        "dimension": recipe.dimension,
        "tokens": FugashiTokenizer().fingerprint,
        "recipe": asdict(recipe),
        "sources": "see training/README.md",
    }
    (out / "about.json").write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
    size = sum(path.stat().st_size for path in out.iterdir())
    print(f"{out}: {len(arrays['keys'])} words, {size / 1e6:.1f} MB", flush=True)


if __name__ == "__main__":
    main()
