"""Ordinary uses of the public names: never run, only type-checked, so that their types stay what users rely on."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import faqsearch


def build(corpus: Path) -> int:
    """Every shape of `corpus`, and the settings."""
    settings = faqsearch.Settings(model="builtin", weights={"document": 1.0, "dense": 0.5})
    report: faqsearch.BuildReport = faqsearch.build_index(corpus, "indexes/a", settings=settings)
    faqsearch.build_index([corpus, "b.csv"], Path("indexes/b"), strict=True)
    return report.manifest.documents


def build_from_partitions(rows: Iterable[tuple[str, str]]) -> int:
    """Documents from anywhere, in partitions."""
    documents = (faqsearch.Document(q, "faq", q, a, faqsearch.Source("table")) for q, a in rows)
    part: faqsearch.BuildReport = faqsearch.analyse_partition(documents, "parts/0", settings=faqsearch.Settings())
    faqsearch.analyse_partition(faqsearch.read_documents("corpus"), Path("parts/1"), processes=2)
    faqsearch.merge_partitions(["parts/0", Path("parts/1")], "indexes/a")
    return part.manifest.documents + faqsearch.merge_partitions("parts", "indexes/b").manifest.documents


def search(searcher: faqsearch.Searcher) -> list[str]:
    """Everything a hit has."""
    results: faqsearch.Results = searcher.search("質問", k=3, where={"category": "配送", "tag": ["a", "b"]})
    hit: faqsearch.Hit = results.hits[0]
    source: faqsearch.Source = hit.source
    line: int | None = source.line
    value: Mapping[str, Any] = results.to_json()
    many: list[faqsearch.Results] = searcher.search_many(["一", "二"], k=1)
    document: faqsearch.Document = searcher.document(hit.id)
    texts = [hit.id, hit.question, hit.answer, hit.snippet, hit.matched, source.path, str(line), document.question]
    certain: float = hit.confidence + hit.score
    return [*texts, str(certain), str(results.answered), *results.suggestions, str(value), str(len(many))]


def look_around(searcher: faqsearch.Searcher) -> list[str]:
    """Completions, neighbours, and why a document is not found."""
    completed: list[faqsearch.Suggestion] = searcher.suggest("pasuwa", k=3)
    near: list[faqsearch.Related] = searcher.related(completed[0].id, k=2)
    why: faqsearch.Explanation = searcher.explain("質問", near[0].document.id, where={"kind": "faq"})
    rank: int | None = why.rank
    meant: str | None = searcher.search("質問").did_you_mean
    return [completed[0].text, completed[0].kind, str(near[0].score), str(rank), str(meant), *why.lacks, *why.filtered]


def handle() -> str:
    """Errors carry what to do next, and how to exit."""
    try:
        faqsearch.open_index("indexes/a")
    except faqsearch.IndexNotFound as error:
        return error.hint
    except faqsearch.FaqsearchError as error:
        return f"{error.message} {error.exit_code}"
    return faqsearch.__version__


def measure() -> float:
    """A judged set, from files."""
    evaluation: faqsearch.Evaluation = faqsearch.evaluate("queries.jsonl", "qrels.tsv", index="indexes/a")
    return evaluation.value("ndcg@10")


def read_through(searcher: faqsearch.Searcher) -> list[str]:
    """A manual's contents, its index of terms, and what stands around a section."""
    tables: list[faqsearch.Contents] = faqsearch.table_of_contents(searcher, source="manual")
    top: faqsearch.Entry = tables[0].entries[0]
    terms: list[faqsearch.KeyTerm] = faqsearch.key_terms("indexes/a", k=10, sections=2)
    before, after = faqsearch.neighbours(searcher, terms[0].sections[0].id, context=2)
    near: list[faqsearch.Document] = [*before, *after]
    return [tables[0].source, top.title, str(top.document), terms[0].term, terms[0].reading, near[0].id]
