"""Learn the synonyms that ship in the package: `src/faqsearch/data/synonyms/`.

    PYTHONPATH=src python training/train_synonyms.py --data ../shared/data --out src/faqsearch/data/synonyms

Learned from `DATA/train/paraphrase_headings.jsonl.zst` alone: 74 k pairs of two wordings of one heading (CC BY 4.0, MIT;
rows under another licence and rows with the words of a judged query are left out). No text is shipped: only pairs of
single words. IBM model 1 (Brown et al. 1993, "The mathematics of statistical machine translation") is trained in both
directions at once; a pair's likeness is the larger of the two probabilities among translations other than the word
itself. Deterministic; a minute on one core.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from faqsearch.legs import question_weight
from faqsearch.tokens import FugashiTokenizer
from faqsearch.vocabulary import vocabulary_arrays
from pairs import FILES, LICENCES, PARAPHRASES, judged_queries, plain, read_rows

FORMAT = 1
ROUNDS = 6
# Added to a word's count of translations: a word seen once or twice translates into nothing for sure.
DOUBT, LAST_DOUBT = 0.2, 1.0
LEAST_COUNT, LEAST_PROBABILITY = 3.0, 0.01
# A word is left as it is in most pairs; what remains is divided among its synonyms. A smaller rest says little.
LEAST_REST = 0.2
LEAST_LIKENESS = 0.25
MEANINGFUL = 0.6
SINGLE = re.compile("[a-z]|[0-9.]+")

Wording = list[str]


def main() -> None:
    """Learn and write."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with train/ and benchmarks/")
    parser.add_argument("--out", type=Path, required=True, help="folder to write")
    arguments = parser.parse_args()
    pairs = list(wordings(arguments.data))
    likeness = table(pairs)
    write(arguments.out, likeness, len(pairs))


def wordings(data: Path) -> Iterator[tuple[Wording, Wording]]:
    """Yield the meaningful words of both wordings of each distinct pair."""
    asked = judged_queries(data / "benchmarks")
    rows = [r for r in read_rows(data / "train" / FILES[PARAPHRASES]) if r["licence"] in LICENCES]
    pairs = dict.fromkeys((row["a"], row["b"]) for row in rows)
    texts = [text for pair in pairs if asked.isdisjoint(map(plain, pair)) for text in pair]
    cut = iter(FugashiTokenizer().words_many(texts))
    for a, b in zip(cut, cut, strict=True):
        yield [w for w in a if question_weight(w) >= MEANINGFUL], [w for w in b if question_weight(w) >= MEANINGFUL]


def table(pairs: Sequence[tuple[Wording, Wording]]) -> dict[tuple[str, str], float]:
    """Return the likeness of words that stand for each other, 0–1, both ways round."""
    names, source, target, probability, count = translate(pairs)
    kept = (probability >= LEAST_PROBABILITY) & (count >= LEAST_COUNT) & (source < len(names))
    p = {
        (names[s], names[t]): q
        for s, t, q in zip(source[kept].tolist(), target[kept].tolist(), probability[kept].tolist(), strict=True)
    }
    likeness = {}
    for (a, b), probable in p.items():
        if a == b or SINGLE.fullmatch(a) or SINGLE.fullmatch(b):
            continue
        there = probable / max(1 - p.get((a, a), 0), LEAST_REST)
        back = p.get((b, a), 0) / max(1 - p.get((b, b), 0), LEAST_REST)
        value = 0.8 * min(1.0, max(there, back)) ** 0.5
        if value >= LEAST_LIKENESS:
            likeness[a, b] = likeness[b, a] = value
    return likeness


def translate(
    pairs: Sequence[tuple[Wording, Wording]],
) -> tuple[list[str], npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Train IBM model 1 on pairs read both ways.

    Returns:
        The words; and for each pair of words that stood in one pair of wordings: the source's and the target's number
        (the source len(words) is the empty word), p(target | source), and how often it is expected to have been meant.
    """
    numbers: dict[str, int] = {}
    for pair in pairs:
        for word in (*pair[0], *pair[1]):
            numbers.setdefault(word, len(numbers))
    empty = len(numbers)
    sources: list[int] = []
    targets: list[int] = []
    places: list[int] = []
    written = 0
    for a, b in pairs:
        for read, made in ((a, b), (b, a)):
            known = [*(numbers[word] for word in read), empty]
            for word in made:
                sources += known
                targets += [numbers[word]] * len(known)
                places += [written] * len(known)
                written += 1
    place = np.array(places)
    keys, which = np.unique(np.array(sources) * (empty + 1) + np.array(targets), return_inverse=True)
    source = keys // (empty + 1)
    probability = count = np.ones(len(keys))
    for i in range(ROUNDS):
        meant = probability[which]
        meant /= np.bincount(place, meant, minlength=written)[place]
        count = np.bincount(which, meant, minlength=len(keys))
        totals = np.bincount(source, count, minlength=empty + 1)
        probability = count / (totals[source] + (LAST_DOUBT if i == ROUNDS - 1 else DOUBT))
    return list(numbers), source, keys % (empty + 1), probability, count


def write(out: Path, likeness: dict[tuple[str, str], float], pairs: int) -> None:
    """Write the arrays, each in a file of its own: a vocabulary, and the synonyms of each of its terms, likeliest first."""
    arrays, numbers = vocabulary_arrays(terms := sorted({term for pair in likeness for term in pair}))
    number = dict(zip(terms, numbers.tolist(), strict=True))
    rows = sorted((number[a], -value, number[b]) for (a, b), value in likeness.items())
    starts = np.searchsorted([row[0] for row in rows], np.arange(len(arrays["keys"]) + 1))
    arrays["starts"] = starts.astype(np.int32)
    arrays["others"] = np.array([row[2] for row in rows], dtype=np.int32)
    arrays["likeness"] = np.array([round(-row[1] * 255) for row in rows], dtype=np.uint8)
    out.mkdir(parents=True, exist_ok=True)
    for name, array in arrays.items():
        np.save(out / f"{name}.npy", np.ascontiguousarray(array), allow_pickle=False)
    about = {"format": FORMAT, "words": len(terms), "synonyms": len(rows), "pairs": pairs}
    about["tokens"] = FugashiTokenizer().fingerprint
    (out / "about.json").write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
    size = sum(path.stat().st_size for path in out.iterdir())
    print(f"{len(terms):,} words, {len(rows):,} synonyms, {size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
