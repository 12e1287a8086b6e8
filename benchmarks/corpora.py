"""Large corpora for measuring speed: real Japanese sentences recombined into as many FAQ entries as are wanted.

    python benchmarks/corpora.py --data ../shared/data --documents 15000 100000 --into /tmp/corpora

Writes `corpus-15000/faq.jsonl`, ... (`id, question, answer`; answers of about 390 characters) and `questions.txt`, 500
questions that no entry asks word for word. The sentences are those of JaQuAD's paragraphs (`train/` in the data
folder), so nothing written here may go into the project. Copies of sentences would make a large corpus easier than
it is: questions and sentences change their ends with others, and their numbers, so nearly all are distinct and new
terms keep coming. The same seed gives the same bytes, and a smaller corpus is the beginning of a larger one.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

SEED = 20261122
QUESTIONS = 500
_IN_A_FILE = 100_000  # 140 MB; no reader takes more than 256
_ANSWER_CHARS = 390
_SENTENCE = re.compile("[^。\n]+。?")
_NUMBER = re.compile("[0-9]+")


@dataclass(frozen=True)
class Material:
    """What corpora are made of."""

    heads: Sequence[str]
    """Sentences up to their last comma, or to their middle where they have none."""
    tails: Sequence[str]
    """The rest of them."""
    topics: Sequence[str]
    """Questions up to their first は, or to their middle."""
    asks: Sequence[str]
    """The rest of them."""
    questions: Sequence[str]
    """Questions kept back, to be asked."""


def material(data: Path) -> Material:
    """Return the sentences and questions of JaQuAD in the project's data folder."""
    packed = data / "train" / "jaquad_train_qp.jsonl.zst"
    lines = subprocess.run(["zstd", "-dc", packed], capture_output=True, check=True).stdout.decode().split("\n")
    rows = [json.loads(line) for line in lines if line]
    heads, tails = [], []
    for paragraph in dict.fromkeys(row["positive"] for row in rows):
        for sentence in _SENTENCE.findall(paragraph):
            cut = sentence.rfind("、") + 1 or len(sentence) // 2
            heads.append(sentence[:cut])
            tails.append(sentence[cut:])
    asked = [row["anchor"] for row in rows]
    random.Random(SEED).shuffle(asked)
    cuts = [(question, question.find("は") + 1 or len(question) // 2) for question in asked[QUESTIONS:]]
    topics, asks = [question[:cut] for question, cut in cuts], [question[cut:] for question, cut in cuts]
    return Material(heads, tails, topics, asks, asked[:QUESTIONS])


def entries(found: Material, count: int) -> Iterator[dict[str, str]]:
    """Yield `count` entries."""
    draw = random.Random(SEED)
    for number in range(count):
        written = []
        length = 0
        wanted = draw.randint(_ANSWER_CHARS // 2, _ANSWER_CHARS * 3 // 2)
        while length < wanted:
            sentence = draw.choice(found.heads) + draw.choice(found.tails)
            sentence = _NUMBER.sub(lambda match: _other_number(match[0], draw), sentence)
            written.append(sentence)
            length += len(sentence)
        question = draw.choice(found.topics) + draw.choice(found.asks)
        yield {"id": f"e{number:07}", "question": question, "answer": "".join(written)}


def _other_number(digits: str, draw: random.Random) -> str:
    return str(draw.randrange(10 ** (len(digits) - 1), 10 ** len(digits)))


def write(found: Material, counts: Sequence[int], into: Path) -> list[Path]:
    """Write a corpus of each size; return their folders."""
    into.mkdir(parents=True, exist_ok=True)
    (into / "questions.txt").write_text("\n".join(found.questions) + "\n", encoding="utf-8")
    folders = []
    for count in counts:
        folder = into / f"corpus-{count}"
        folder.mkdir(exist_ok=True)
        lines = (json.dumps(entry, ensure_ascii=False) + "\n" for entry in entries(found, count))
        for number in range(-(-count // _IN_A_FILE)):
            name = f"faq-{number}.jsonl" if number else "faq.jsonl"
            with (folder / name).open("w", encoding="utf-8") as file:
                file.writelines(islice(lines, _IN_A_FILE))
        folders.append(folder)
    return folders


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder with train/")
    parser.add_argument("--documents", type=int, nargs="+", default=[15_000, 100_000])
    parser.add_argument("--into", type=Path, required=True)
    options = parser.parse_args()
    for folder in write(material(options.data), options.documents, options.into):
        print(folder)


if __name__ == "__main__":
    main()
