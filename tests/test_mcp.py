"""The MCP server: a real process, asked by the SDK's own client over stdio, as an agent's client would."""

import asyncio
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest

from faqsearch.build import build_index
from faqsearch.documents import Document, Source
from faqsearch.results import Hit
from faqsearch.update import update_index

TOOLS = {"search", "show", "suggest", "related"}
GOOD = {
    "answered": ("search", {"question": "送料はいくらですか。", "k": 3}),
    "unanswered": ("search", {"question": "宇宙旅行の予約はできますか"}),
    "nothing": ("search", {"question": "ｘｑｚ", "where": {"kind": "manual"}}),
    "narrowed": ("search", {"question": "手続き", "where": {"category": ["会員", "返品・交換"]}}),
    "cut": ("search", {"question": "定期便を解約したい", "k": 1, "max_chars": 50}),
    "entry": ("show", {"id": "cancel"}),
    "part": ("show", {"id": "cancel", "max_chars": 50}),
    "rest": ("show", {"id": "cancel", "start": 50}),
    "completed": ("suggest", {"text": "pasuwa"}),
    "uncompleted": ("suggest", {"text": "zzz"}),
    "near": ("related", {"id": "password", "k": 2}),
}
BAD = {
    "no question": ("search", {"question": " "}, "hint: Ask with at least one word."),
    "no such field": (
        "search",
        {"question": "送料", "where": {"color": "red"}},
        "hint: Filter by one of: category, kind",
    ),
    "too many": ("search", {"question": "送料", "k": 21}, "less than or equal to 20"),
    "too long": ("show", {"id": "cancel", "max_chars": 1_000_000}, "less than or equal to 20000"),
    "no such entry": ("show", {"id": "nowhere"}, "hint: Take an id from the results of a search."),
    "near nothing": ("related", {"id": "nowhere"}, "no document has the id 'nowhere'"),
    "argument missing": ("suggest", {}, "Field required"),
    "no such tool": ("delete", {"id": "cancel"}, "Unknown tool: delete"),
}


def command(index):
    return [sys.executable, "-m", "faqsearch", "mcp", "--index", str(index)]


def talk(index, steps):
    """Start the server on an index, and return what `steps(client)` returns."""
    from mcp import Client, StdioServerParameters

    program, *arguments = command(index)

    async def conversation():
        process = StdioServerParameters(command=program, args=arguments, env=dict(os.environ))
        async with Client(process, read_timeout_seconds=60) as client:
            return await steps(client)

    return asyncio.run(conversation())


@pytest.fixture(scope="module")
def spoken(index_folder):
    """One conversation: (tools by name, server, answers to GOOD, answers to BAD, all of GOOD at once, four times)."""

    async def steps(client):
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        good = {name: await client.call_tool(*call) for name, call in GOOD.items()}
        bad = {name: await client.call_tool(tool, arguments) for name, (tool, arguments, _) in BAD.items()}
        crowd = await asyncio.gather(*(client.call_tool(*call) for call in list(GOOD.values()) * 4))
        return tools, client.instructions, good, bad, crowd

    return talk(index_folder, steps)


@pytest.fixture(scope="module")
def answers(spoken):
    """What the good calls gave, as JSON values."""
    return {name: result.structured_content for name, result in spoken[2].items()}


def test_tools_say_what_they_are_for(spoken):
    """Four tools that only read; each, and each argument of it, is described; the server says how to begin."""
    tools, instructions, *_ = spoken

    assert set(tools) == TOOLS
    for tool in tools.values():
        assert len(tool.description) > 100
        assert all(argument["description"] for argument in tool.input_schema["properties"].values())
        assert tool.annotations.read_only_hint
        jsonschema.Draft202012Validator.check_schema(tool.input_schema)
        jsonschema.Draft202012Validator.check_schema(tool.output_schema)
    assert "answered" in tools["search"].description
    assert "where" in tools["search"].description
    assert "cite" in instructions


@pytest.mark.parametrize("name", GOOD)
def test_results_are_what_the_output_schema_says(spoken, name):
    """Each answer validates, has no field the schema does not name, and says the same as text."""
    tools, _, good, *_ = spoken
    result = good[name]
    schema = closed(tools[GOOD[name][0]].output_schema)

    assert not result.is_error
    jsonschema.Draft202012Validator(schema).validate(result.structured_content)
    assert json.loads(result.content[0].text) == result.structured_content


def closed(schema):
    """Return a schema that allows no field it does not name."""
    if isinstance(schema, list):
        return [closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    changed = {key: closed(part) for key, part in schema.items()}
    if changed.get("type") == "object" and "properties" in changed:
        changed["additionalProperties"] = False
    return changed


def test_fields_are_those_of_the_json_contract(spoken):
    """A field means what it means in `--json`: the same names, but for what only a conversation needs."""
    shipped = json.loads(files("faqsearch").joinpath("schema.json").read_text(encoding="utf-8"))["$defs"]
    tools = spoken[0]

    def fields(tool, model=None):
        schema = tools[tool].output_schema
        return set((schema["$defs"][model] if model else schema)["properties"])

    assert fields("search") <= set(shipped["results"]["properties"])
    assert fields("search", "FoundEntry") - set(shipped["hit"]["properties"]) == {"text"}
    assert fields("show") - set(shipped["document"]["properties"]) == {"cut", "next_start"}
    assert fields("suggest") <= set(shipped["suggestions"]["properties"])
    assert fields("related") <= set(shipped["related"]["properties"])
    assert {"text", "id", "kind"} == fields("suggest", "Completion")


def test_search_gives_what_a_searcher_gives(answers, searcher):
    """The same entries in the same order with the same verdict; narrowing down works; nothing found is an answer."""
    results = searcher.search("送料はいくらですか。", k=3)

    assert answers["answered"]["answered"] is results.answered is True
    assert [hit["id"] for hit in answers["answered"]["hits"]] == [hit.id for hit in results.hits]
    first = answers["answered"]["hits"][0]
    assert (first["text"], first["cut"]) == (results.hits[0].answer, False)
    assert first["confidence"] == round(results.hits[0].confidence, 3)
    assert first["source"]["line"] == 4
    assert not answers["unanswered"]["answered"]
    assert answers["unanswered"]["suggestions"]
    assert {hit["category"][0] for hit in answers["narrowed"]["hits"]} <= {"会員", "返品・交換"}
    assert answers["nothing"] == {"answered": False, "hits": [], "did_you_mean": None, "suggestions": []}


def test_what_is_cut_says_so_and_can_be_read_on(answers, searcher):
    """A long answer becomes its best part in a search, and parts that fit together in `show`."""
    whole = searcher.document("cancel").answer
    (hit,) = answers["cut"]["hits"]

    assert hit["cut"]
    assert 0 < len(hit["text"]) <= 50 < len(whole)
    assert (answers["entry"]["answer"], answers["entry"]["cut"], answers["entry"]["next_start"]) == (whole, False, None)
    assert (answers["part"]["cut"], answers["part"]["next_start"]) == (True, 50)
    assert answers["part"]["answer"] + answers["rest"]["answer"] == whole
    assert answers["entry"]["phrasings"] == ["定期購入をやめたい", "サブスクの解約方法"]


def test_suggest_and_related_give_what_a_searcher_gives(answers, searcher):
    """Completions and neighbours, or none of them."""
    assert answers["completed"]["suggestions"] == [one.to_json() for one in searcher.suggest("pasuwa")]
    assert answers["uncompleted"] == {"suggestions": []}
    assert [one["id"] for one in answers["near"]["related"]] == [
        one.document.id for one in searcher.related("password", k=2)
    ]


@pytest.mark.parametrize("name", BAD)
def test_errors_are_tool_errors_with_the_way_out(spoken, name):
    """What a caller did wrong comes back as an error it can read, with the hint; the server goes on."""
    result = spoken[3][name]

    assert result.is_error
    assert BAD[name][2] in result.content[0].text
    assert "Traceback" not in result.content[0].text


def test_many_calls_at_once_get_their_own_answers(spoken):
    """Calls that run at the same time in threads give what they give one after the other."""
    _, _, good, _, crowd = spoken

    assert [result.structured_content for result in crowd] == [
        result.structured_content for result in good.values()
    ] * 4


def test_updates_and_damage_while_it_runs(tmp_path):
    """An update is seen with the next call. A damaged one is an error once; what is open goes on answering."""
    corpus, index = tmp_path / "corpus", tmp_path / "index"

    def write(version):
        corpus.mkdir(exist_ok=True)
        row = {"id": "a", "question": "送料はいくらですか。", "answer": f"第{version}版です。"}
        (corpus / "faq.json").write_text(json.dumps([row]), encoding="utf-8")

    async def steps(client):
        async def ask():
            return await client.call_tool("search", {"question": "送料はいくらですか。"})

        said = [await ask()]
        write(2)
        update_index(corpus, index)
        said.append(await ask())
        write(3)
        newest = index / update_index(corpus, index).generation
        (newest / "lexical.bin").write_bytes(b"")
        said += [await ask(), await ask()]
        shutil.copytree(index, tmp_path / "moved")
        shutil.rmtree(index)
        said += [await ask(), await ask()]
        write(4)
        build_index(corpus, index)
        said.append(await ask())
        return said

    write(1)
    build_index(corpus, index)
    said = talk(index, steps)
    texts = [one.content[0].text if one.is_error else one.structured_content["hits"][0]["text"] for one in said]

    assert [one.is_error for one in said] == [False, False, True, False, True, False, False]
    assert [texts[i] for i in (0, 1, 3, 5, 6)] == [
        "第1版です。",
        "第2版です。",
        "第2版です。",
        "第2版です。",
        "第4版です。",
    ]
    assert "lexical.bin" in texts[2]
    assert "hint: Run `faqsearch verify`" in texts[2]
    assert "call again" in texts[2]
    assert "no index at" in texts[4]


def test_a_damaged_index_at_the_start(index_folder, tmp_path):
    """The command ends with 4 and says why on stderr, nothing on stdout; a client sees that nobody is there."""
    from mcp import MCPError

    shutil.copytree(index_folder, tmp_path / "index")
    (generation,) = (tmp_path / "index").glob("0*")
    (generation / "manifest.json").write_text("{}", encoding="utf-8")

    done = subprocess.run(command(tmp_path / "index"), input=b"", capture_output=True, check=False)

    assert (done.returncode, done.stdout) == (4, b"")
    error, hint = done.stderr.decode().splitlines()
    assert error.startswith("error: ")
    assert "manifest.json" in error
    assert hint.startswith(" hint: ")
    with pytest.RaisesGroup(pytest.RaisesExc(MCPError, match="closed"), flatten_subgroups=True):
        talk(tmp_path / "index", lambda client: client.list_tools())


@pytest.mark.parametrize("page", ["README.md", "README.ja.md"])
def test_the_configuration_in_the_readmes_starts_this_server(page):
    """What a reader copies into the file of a client is the command the tests start."""
    text = (Path(__file__).parents[1] / page).read_text(encoding="utf-8")
    (config,) = [
        json.loads(block) for block in re.findall(r"```json\n(.*?)```", text, re.DOTALL) if "mcpServers" in block
    ]
    (server,) = config["mcpServers"].values()

    assert [server["command"], *server["args"][:-1]] == ["faqsearch", *command("")[3:-1]]


def test_without_the_sdk_the_error_names_the_extra(index_folder, monkeypatch, capsys):
    """Whoever lacks the library reads what to install."""
    from faqsearch.cli.main import run

    monkeypatch.setattr("faqsearch.mcp.find_spec", lambda _: None)

    assert run(["mcp", "--index", str(index_folder)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err == "error: MCP needs the library mcp, which is not installed\n hint: pip install 'faqsearch[mcp]'\n"


HELLO = {
    "jsonrpc": "2.0", "id": 1, "method": "initialize",
    "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "0"}},
}  # fmt: skip
CALL = {"jsonrpc": "2.0", "id": 2, "method": "tools/call"}


def started(index):
    return subprocess.Popen(
        command(index), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        # A shell lets its background jobs ignore Ctrl-C, and they hand that down; CI may be such a job.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - no threads here
    )  # fmt: skip


def lines(*messages):
    return "".join(json.dumps(message) + "\n" for message in messages).encode()


def test_nothing_but_the_protocol_is_on_stdout(index_folder):
    """Even after lines that are no messages, stdout is JSON-RPC and stderr is silent; the end of stdin is the end."""
    ready = {"jsonrpc": "2.0", "method": "notifications/initialized"}
    call = {**CALL, "params": {"name": "search", "arguments": {"question": "送料"}}}

    process = started(index_folder)
    process.stdin.write(b"no message\n" + b"\xff\xfe\n" + lines(HELLO, ready, call))
    process.stdin.flush()
    said = [json.loads(process.stdout.readline()) for _ in range(2)]
    out, err = process.communicate(timeout=30)

    assert [(one["jsonrpc"], one["id"]) for one in said] == [("2.0", 1), ("2.0", 2)]
    assert said[1]["result"]["structuredContent"]["hits"]
    assert (out, err, process.returncode) == (b"", b"", 0)


@pytest.mark.parametrize("how", ["interrupted", "not listened to"])
def test_it_ends_quietly(index_folder, how):
    """Ctrl-C ends it at once, though stdin stays open; so does the next line when nobody reads its answers."""
    process = started(index_folder)
    process.stdin.write(lines(HELLO))
    process.stdin.flush()
    assert process.stdout.readline()
    process.stdout.close()
    if how == "interrupted":
        process.send_signal(signal.SIGINT)
    else:
        process.stdin.write(lines({"jsonrpc": "2.0", "id": 3, "method": "ping"}))
        process.stdin.close()
    code = process.wait(timeout=30)
    error = process.stderr.read()
    process.stderr.close()
    if not process.stdin.closed:
        process.stdin.close()

    assert (code, error) == (-signal.SIGINT if how == "interrupted" else 141, b"")


def test_an_answer_stays_small_whatever_a_document_holds():
    """Texts and lists of any length are cut, and the answer says so."""
    from faqsearch.mcp.answers import FoundEntry, Shown

    long = "あ" * 100_000
    document = Document(
        "id", "manual", long, long, Source("a.md", 1, heading=(long,) * 99),
        phrasings=(long,) * 99, category=(long,) * 99, tags=(long,) * 99, extra={str(i): long for i in range(99)},
    )  # fmt: skip
    hit = Hit(1, document, 0.5, 0.5, long, (), long)

    found = FoundEntry.of(hit, max_chars=600)
    shown = Shown.of(document, 0, max_chars=4000)

    assert found.cut
    assert shown.cut
    assert len(found.text) == 600
    assert len(shown.answer) == shown.next_start == 4000
    assert len(found.question) == 300
    assert shown.question.endswith("…")
    assert len(shown.phrasings) == len(shown.extra) == len(shown.source.heading) == 30
    assert len(shown.model_dump_json()) < 4000 + 5 * 30 * 300 + 10_000


def test_a_fault_nobody_foresaw_is_told_once_and_what_is_open_answers():
    """A disk that fails while the newest state is opened: one error with a hint, then answers from the one before."""
    from faqsearch.errors import FaqsearchError
    from faqsearch.mcp.server import Tools

    class Failing:
        def refresh(self):
            raise OSError(5, "Input/output error")

        def document(self, own):
            return Document(own, "faq", "送料は？", "550円です。", Source("a.csv"))

    tools = Tools(Failing())
    with pytest.raises(FaqsearchError, match="Input/output error") as told:
        tools.show("a")

    assert "faqsearch verify" in told.value.hint
    assert "goes on answering" in told.value.hint
    assert tools.show("a").answer == "550円です。"
