"""The retrievers, inside the real frameworks: they give what a Searcher gives, in the frameworks' own words."""

import asyncio
import importlib
import sys
import threading

import pytest

from faqsearch.errors import MissingExtra, QueryError, SettingsError

ANSWERED, UNANSWERED = "送料はいくらですか。", "宇宙旅行の予約はできますか"


class Recorder:
    """Stands for a Searcher and says which thread it was asked in."""

    def __init__(self, searcher):
        self._searcher = searcher
        self.threads = []

    def search(self, *arguments, **options):
        self.threads.append(threading.current_thread())
        return self._searcher.search(*arguments, **options)


@pytest.fixture(scope="module")
def langchain():
    """The module of the LangChain retriever; imported here, for the framework takes seconds."""
    return importlib.import_module("faqsearch.adapters.langchain")


@pytest.fixture(scope="module")
def llamaindex():
    """The module of the LlamaIndex retriever."""
    return importlib.import_module("faqsearch.adapters.llamaindex")


@pytest.fixture(params=["langchain", "llamaindex"])
def retrieve(request, searcher):
    """Ask through either framework; gives (id, text, metadata) of each document, best first."""
    module = request.getfixturevalue(request.param)

    def asked(question, **options):
        retriever = module.FaqsearchRetriever(searcher=searcher, **options)
        if request.param == "langchain":
            return [(found.id, found.page_content, found.metadata) for found in retriever.invoke(question)]
        return [(found.node.node_id, found.node.text, found.node.metadata) for found in retriever.retrieve(question)]

    return asked


def test_documents_are_the_hits_of_a_search(retrieve, searcher):
    """Same documents, same order; the text holds question and answer, the metadata what is needed to cite and judge."""
    results = searcher.search(ANSWERED, k=3)
    found = retrieve(ANSWERED, k=3)

    assert [name for name, _, _ in found] == [hit.id for hit in results.hits]
    for (_, text, metadata), hit in zip(found, results.hits, strict=True):
        assert text == f"{hit.question}\n\n{hit.answer}"
        assert metadata["source"] == f"{hit.source.path}:{hit.source.line}"
        assert (metadata["id"], metadata["confidence"], metadata["score"]) == (hit.id, hit.confidence, hit.score)
        assert metadata["answered"] is results.answered
    assert found[0][2]["category"] == "配送 > 送料"


def test_metadata_is_flat_and_leaves_out_what_a_source_does_not_say(retrieve):
    """No None and nothing nested: what stores and prompts of the frameworks can take."""
    for _, _, metadata in retrieve("加湿器のエラー表示 E-203"):
        assert all(isinstance(value, str | int | float) for value in metadata.values())
    assert "url" not in metadata


def test_k_and_where_narrow_down(retrieve):
    """They are those of `Searcher.search`, errors included."""
    assert len(retrieve(ANSWERED, k=1)) == 1
    assert {m["kind"] for _, _, m in retrieve("水の量", where={"kind": "manual"})} == {"manual"}
    assert {m["id"] for _, _, m in retrieve("手続き", where={"category": ["会員", "返品・交換"]})} <= {
        "leave", "password", "return",
    }  # fmt: skip
    with pytest.raises(SettingsError, match="no document has a field 'color'"):
        retrieve("水の量", where={"color": "red"})
    with pytest.raises(QueryError):
        retrieve("  ")


def test_answered_only_gives_nothing_rather_than_something_wrong(retrieve, searcher):
    """Without a confident answer the list is empty if so wanted; the default leaves it to the reader of `answered`."""
    assert searcher.search(ANSWERED).answered
    assert not searcher.search(UNANSWERED).answered

    assert retrieve(UNANSWERED, answered_only=True) == []
    assert {metadata["answered"] for _, _, metadata in retrieve(UNANSWERED)} == {False}
    assert retrieve(ANSWERED, answered_only=True) == retrieve(ANSWERED)


def test_langchain_asynchronously(langchain, searcher):
    """`ainvoke` and `abatch` give the same, and search outside of the thread of the event loop."""
    recorder = Recorder(searcher)
    retriever = langchain.FaqsearchRetriever.model_construct(searcher=recorder, k=2)

    async def ask():
        return await retriever.ainvoke(ANSWERED), await retriever.abatch([ANSWERED, "返品したい"])

    one, many = asyncio.run(ask())

    assert one == many[0] == retriever.invoke(ANSWERED)
    assert many[1] == retriever.invoke("返品したい")
    assert threading.main_thread() not in recorder.threads[:3]


def test_langchain_in_a_chain(langchain, searcher):
    """It is a Runnable: it pipes into the next step, and callbacks see what it found."""
    from langchain_core.callbacks import BaseCallbackHandler
    from langchain_core.prompts import PromptTemplate, format_document

    seen = []

    class Handler(BaseCallbackHandler):
        def on_retriever_end(self, documents, **_):
            seen.extend(documents)

    cited = PromptTemplate.from_template("{page_content} ({source})")
    retriever = langchain.FaqsearchRetriever(searcher=searcher, k=1)
    chain = retriever | (lambda documents: [format_document(document, cited) for document in documents])

    (text,) = chain.invoke(ANSWERED, {"callbacks": [Handler()]})

    assert "全国一律550円" in text
    assert text.endswith("faq.jsonl:4)")
    assert [document.id for document in seen] == ["postage"]


def test_llamaindex_asynchronously(llamaindex, searcher):
    """`aretrieve` gives the same, and searches outside of the thread of the event loop."""
    recorder = Recorder(searcher)
    retriever = llamaindex.FaqsearchRetriever(recorder, k=2)

    found = asyncio.run(retriever.aretrieve(ANSWERED))

    assert found == retriever.retrieve(ANSWERED)
    assert recorder.threads[0] is not threading.main_thread()


def test_llamaindex_scores_can_be_cut_off(llamaindex, searcher):
    """The score of a node is its confidence, so that one cutoff fits every question."""
    from llama_index.core.postprocessor import SimilarityPostprocessor

    nodes = llamaindex.FaqsearchRetriever(searcher).retrieve(ANSWERED)
    kept = SimilarityPostprocessor(similarity_cutoff=0.5).postprocess_nodes(nodes)

    assert [node.score for node in nodes] == [hit.confidence for hit in searcher.search(ANSWERED, k=5).hits]
    assert 0 < len(kept) < len(nodes)
    assert all(node.score >= 0.5 for node in kept)


def test_llamaindex_shows_a_language_model_what_to_cite_and_no_numbers(llamaindex, searcher):
    """Id and place stand above the text; scores are for programs."""
    from llama_index.core.schema import MetadataMode

    (node,) = llamaindex.FaqsearchRetriever(searcher, k=1).retrieve(ANSWERED)
    read = node.node.get_content(metadata_mode=MetadataMode.LLM)

    assert "id: postage" in read
    assert "faq.jsonl:4" in read
    assert "全国一律550円" in read
    assert "confidence" not in read


def test_llamaindex_in_a_query_engine(llamaindex, searcher):
    """A query engine takes it as its retriever; without a confident answer it has nothing to make an answer of."""
    from llama_index.core.llms import MockLLM
    from llama_index.core.query_engine import RetrieverQueryEngine

    retriever = llamaindex.FaqsearchRetriever(searcher, k=1, answered_only=True)
    engine = RetrieverQueryEngine.from_args(retriever, llm=MockLLM())

    answer = engine.query(ANSWERED)

    assert [node.node_id for node in answer.source_nodes] == ["postage"]
    assert "全国一律550円" in str(answer)
    assert engine.query(UNANSWERED).source_nodes == []


@pytest.mark.parametrize(
    ("name", "library"), [("langchain", "langchain_core.documents"), ("llamaindex", "llama_index.core.schema")]
)
def test_without_the_framework_the_error_names_the_extra(name, library, monkeypatch):
    """Whoever imports a retriever without its framework reads what to install."""
    for module in (library, library.rpartition(".")[0], f"{library.rpartition('.')[0]}.retrievers"):
        monkeypatch.setitem(sys.modules, module, None)
    monkeypatch.setitem(sys.modules, "langchain_core.callbacks", None)
    monkeypatch.delitem(sys.modules, f"faqsearch.adapters.{name}", raising=False)

    with pytest.raises(MissingExtra) as caught:
        importlib.import_module(f"faqsearch.adapters.{name}")

    assert caught.value.hint == f"pip install 'faqsearch[{name}]'"
