"""What SECURITY.md promises, kept: indexes and models of strangers, the network, and programs hidden in data."""

import ast
import json
import os
import shutil
import struct
import subprocess
import sys
from pathlib import Path

import pytest

import faqsearch
from faqsearch.build import build_index
from faqsearch.errors import DictionaryError, FaqsearchError, IndexFormatError, ModelError
from faqsearch.index.checksums import file_record
from faqsearch.index.folder import IndexFolder
from faqsearch.search import open_index
from faqsearch.update import update_index
from faqsearch.verify import verify

PACKAGE = Path(faqsearch.__file__).parent
SECRET = "質問,回答\n金庫の番号は？,4711です。\n"

# Runs commands while every way out of the process, and every program hidden in data, ends it.
GUARDED = """
import sys
FORBIDDEN = ("socket.", "urllib.", "http.", "subprocess.", "os.system", "os.exec", "os.spawn",
             "os.posix_spawn", "os.fork", "pickle.find_class", "webbrowser.")
def guard(event, arguments):
    if event.startswith(FORBIDDEN):
        sys.stderr.write(f"forbidden: {event} {arguments}\\n")
        import os
        os._exit(99)
from faqsearch.cli.main import run
import faiss, numpy
sys.addaudithook(guard)
corpus, index = sys.argv[1:]
for arguments in (
    ["build", corpus, "--into", index],
    ["search", "送料はいくらですか", "--index", index],
    ["search", "解約", "--index", index, "--json", "--explain"],
    ["suggest", "そう", "--index", index],
    ["related", "cancel", "--index", index],
    ["update", corpus, "--into", index],
    ["verify", "--index", index],
    ["info", "--index", index],
    ["doctor", "--index", index],
):
    code = run(arguments)
    assert code in (0, 1), (arguments, code)
print("done")
"""


def trees():
    """Every module of the package, parsed."""
    return [(path, ast.parse(path.read_text(encoding="utf-8"))) for path in PACKAGE.rglob("*.py")]


def calls(tree):
    """Yield (dotted name, call) of a module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def test_nothing_is_unpickled_evaluated_or_run():
    """No module imports what turns data into programs or speaks to the network, or calls what runs text."""
    banned = {"pickle", "marshal", "shelve", "dill", "joblib", "cloudpickle", "subprocess", "socket", "http"}
    banned |= {"requests", "httpx", "ftplib", "smtplib", "urllib.request", "code", "runpy"}
    for path, tree in trees():
        for node in ast.walk(tree):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            found = {name for name in names if name in banned or name.partition(".")[0] in banned}
            # Workers of a large build speak with the process that started them, and with nobody else.
            assert found <= ({"pickle", "subprocess"} if path == PACKAGE / "processes.py" else set()), path
        for name, call in calls(tree):
            assert name not in (
                "eval",
                "exec",
                "compile",
                "__import__",
                "os.system",
                "yaml.load",
                "yaml.unsafe_load",
            ), path
            if name == "pickle.load":
                assert ast.unparse(call.args[0]) in ("self._answers", "sys.stdin.buffer"), path
            if name == "np.load":
                assert any(k.arg == "allow_pickle" and k.value.value is False for k in call.keywords), path
            for keyword in call.keywords:
                assert keyword.arg != "trust_remote_code" or keyword.value.value is False, path


def test_nothing_leaves_the_machine(corpus, tmp_path):
    """With the built-in encoder no command opens a socket, starts a program or unpickles anything."""
    done = subprocess.run(
        [sys.executable, "-c", GUARDED, corpus, tmp_path / "i"], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("done\n")


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace")
def test_no_library_below_leaves_the_machine_either(corpus, tmp_path):
    """The kernel sees no network call of a build and a search, whatever language made it."""
    for arguments in (["build", corpus, "--into", tmp_path / "i"], ["search", "送料", "--index", tmp_path / "i"]):
        command = ["strace", "-f", "-e", "trace=socket,connect,sendto,bind", "-o", tmp_path / "calls"]
        done = subprocess.run(
            [*command, sys.executable, "-m", "faqsearch", *arguments], capture_output=True, check=False
        )
        if b"ptrace" in done.stderr:
            pytest.skip("strace may not trace here")
        assert done.returncode == 0, done.stderr
        seen = (tmp_path / "calls").read_text().splitlines()
        assert [line for line in seen if "(" in line and "AF_UNIX" not in line and "+++" not in line] == []


@pytest.fixture
def stranger(index_folder, tmp_path):
    """An index as it may come from anyone, beside a file that is none of its business."""
    shutil.copytree(index_folder, tmp_path / "i")
    (tmp_path / "secret.csv").write_text(SECRET, encoding="utf-8")
    return tmp_path / "i"


def forge(folder, change=lambda manifest: None):
    """Change the manifest of an index, and make all checksums fit as who made the index could."""
    generation = folder / "000001"
    manifest = json.loads((generation / "manifest.json").read_text(encoding="utf-8"))
    for name in manifest["files"].keys() & {path.name for path in generation.iterdir()}:
        record = file_record(generation / name)
        manifest["files"][name] = {"bytes": record.bytes, "sha256": record.sha256}
    change(manifest)
    (generation / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    sign(folder)


def sign(folder):
    """Let CURRENT name the manifest as it is now."""
    checksum = file_record(folder / "000001" / "manifest.json").sha256
    (folder / "CURRENT").write_text(f"000001 {checksum}\n", encoding="utf-8")


def refused(folder):
    """Open, verify and update an index; each must refuse, and say nothing of the secret."""
    secret = file_record(folder.parent / "secret.csv")
    for use in (open_index, verify):
        try:
            result = use(folder)
        except FaqsearchError as error:
            said = f"{error} {error.hint}"
        else:
            assert use is verify
            assert not result.ok
            said = " ".join(result.problems)
        assert secret.sha256 not in said
        assert "4711" not in said


@pytest.mark.parametrize(
    "name", ["../../secret.csv", "{outside}", "a/../../../secret.csv", "..\\secret.csv", "", "a\0b"]
)
def test_a_manifest_names_only_files_of_its_index(stranger, name):
    """Names that lead elsewhere, up or from the root, are refused before anything is opened."""
    name = name.format(outside=stranger.parent / "secret.csv")
    record = file_record(stranger.parent / "secret.csv")

    def add(manifest):
        manifest["files"][name] = {"bytes": record.bytes, "sha256": "0" * 64}

    forge(stranger, add)
    refused(stranger)

    def move(manifest):
        del manifest["files"][name]
        manifest["arrays"][name] = manifest["arrays"].pop("lexical.bin")

    forge(stranger, move)
    refused(stranger)


@pytest.mark.parametrize("name", ["documents.jsonl", "lexical.bin", "dense.faiss", "manifest.json"])
@pytest.mark.parametrize("listed", [True, False])
def test_links_in_an_index_do_not_lead_out(stranger, name, listed):
    """A file of an index that is a link to elsewhere is refused, listed in the manifest or not."""
    path, secret = stranger / "000001" / name, stranger.parent / "secret.csv"
    if name != "manifest.json" and not listed:
        forge(stranger, lambda manifest: manifest["files"].pop(name))
    path.unlink()
    path.symlink_to(secret)
    refused(stranger)


@pytest.mark.parametrize("name", ["CURRENT", "000001", "synonyms.txt"])
def test_links_beside_the_generations_do_not_lead_out(stranger, name):
    """Neither CURRENT nor a generation nor the synonyms may be a link to elsewhere."""
    path, elsewhere = stranger / name, stranger.parent / f"elsewhere-{name}"
    if path.exists():
        path.rename(elsewhere)
    else:
        elsewhere.write_text("送料,4711\n", encoding="utf-8")
    path.symlink_to(elsewhere)
    with pytest.raises(IndexFormatError, match="leads out of the index"):
        open_index(stranger)


@pytest.mark.parametrize("name", ["CURRENT", "000001/manifest.json", "000001/documents.jsonl", "synonyms.txt"])
def test_a_pipe_in_an_index_keeps_nobody_waiting(stranger, name):
    """A pipe or device in the place of a file is refused instead of read."""
    (stranger / name).unlink(missing_ok=True)
    os.mkfifo(stranger / name)
    with pytest.raises(IndexFormatError, match="not a regular file"):
        open_index(stranger)


def test_writing_to_a_strangers_index_changes_nothing_else(stranger, corpus, tmp_path):
    """Files that a build makes beside the generations do not follow links that wait for them."""
    shutil.copytree(corpus, tmp_path / "corpus")
    (tmp_path / "corpus" / "synonyms.txt").write_text("送料,運賃\n", encoding="utf-8")
    for name in ("LOCK", "LOCK.owner", "CURRENT.new", "synonyms.txt.new"):
        (stranger / name).unlink(missing_ok=True)
        (stranger / name).symlink_to(tmp_path / "secret.csv")
    try:
        build_index(tmp_path / "corpus", stranger)
    except FaqsearchError:
        (stranger / "LOCK").unlink()  # refused: the lock itself is a link
        build_index(tmp_path / "corpus", stranger)

    assert (tmp_path / "secret.csv").read_text(encoding="utf-8") == SECRET
    assert open_index(stranger).search("運賃").hits[0].id == "postage"


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("dtype", "O8"),
        ("dtype", "|O"),
        ("dtype", "V8"),
        ("shape", [2**33, 2**33]),
        ("shape", [2**62]),
        ("shape", [-1]),
        ("offset", -64),
        ("offset", 2**70),
    ],
)
def test_arrays_hold_numbers_and_lie_in_their_file(stranger, place, value):
    """Arrays of Python objects, of any size and at any place are refused by what the manifest says of them."""

    def change(manifest):
        manifest["arrays"]["lexical.bin"]["words/keys"][place] = value

    forge(stranger, change)
    with pytest.raises(IndexFormatError):
        open_index(stranger)


ASK_LIMITED = """
import resource, sys
from faqsearch.search import open_index
searcher = open_index(sys.argv[1])
resource.setrlimit(resource.RLIMIT_AS, (3 << 30, 3 << 30))
searcher.search("送料")
"""


@pytest.mark.parametrize(
    ("place", "form", "value"),
    [(4, "<i", 2**31 - 1), (8, "<q", 2**62), (8, "<q", -1), (37, "<Q", 2**61), (37, "<Q", 2**64 - 1), (33, "<i", 7)],
)
def test_a_crafted_faiss_header_is_bounded(stranger, place, form, value):
    """Dimension, count, metric and length of a FAISS file are held against the manifest and the file's size."""
    path = stranger / "000001" / "dense.faiss"
    content = bytearray(path.read_bytes())
    struct.pack_into(form, content, place, value)
    path.write_bytes(content)
    forge(stranger)
    command = [sys.executable, "-c", ASK_LIMITED, stranger]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)

    assert done.returncode == 1, done
    assert "IndexFormatError" in done.stderr.splitlines()[-1], done.stderr


SHORTLIST = """
import resource, sys
from pathlib import Path
import faiss, numpy as np
from faqsearch.index.dense import DenseIndex
resource.setrlimit(resource.RLIMIT_AS, (3 << 30, 3 << 30))
DenseIndex(Path(sys.argv[1]), np.zeros(64, dtype=np.int32), 8)._open("shortlist.faiss")
"""


@pytest.mark.parametrize("value", [2**40, 2**36, 2**63])
def test_a_crafted_shortlist_is_bounded(tmp_path, value):
    """A length in a FAISS file that is not mapped but read is held against the file's size before memory is taken."""
    import faiss
    import numpy as np

    vectors = np.random.default_rng(0).random((64, 8), dtype=np.float32)
    flat = faiss.IndexFlatIP(8)
    flat.add(vectors)
    faiss.write_index(flat, str(tmp_path / "dense.faiss"))
    shortlist = faiss.IndexPQFastScan(8, 4, 4, faiss.METRIC_INNER_PRODUCT)
    shortlist.train(vectors)
    shortlist.add(vectors)
    faiss.write_index(shortlist, str(tmp_path / "shortlist.faiss"))
    content = (tmp_path / "shortlist.faiss").read_bytes()
    ended = []
    for size in {shortlist.pq.centroids.size(), shortlist.codes.size()}:
        at = content.index(struct.pack("<Q", size))
        (tmp_path / "shortlist.faiss").write_bytes(content[:at] + struct.pack("<Q", value) + content[at + 8 :])
        done = subprocess.run([sys.executable, "-c", SHORTLIST, tmp_path], capture_output=True, text=True, check=False)
        ended.append(done.stderr.splitlines()[-1])

    assert all("IndexFormatError" in line for line in ended), ended


@pytest.mark.parametrize("text", ["[" * 10**5, '{"format": 1, "documents": 1e999}', '{"format": 1}', "null", "1e400"])
def test_any_manifest_is_an_index_error(stranger, text):
    """Nesting, numbers without end and other shapes end in the error that says so."""
    (stranger / "000001" / "manifest.json").write_text(text, encoding="utf-8")
    sign(stranger)
    with pytest.raises(IndexFormatError):
        open_index(stranger)


def test_opening_an_index_never_downloads(stranger, monkeypatch):
    """An index that names a model of the hub is refused with what to do, when the model is not on this machine."""
    sentence_transformers = pytest.importorskip("sentence_transformers")
    asked = []

    def model(name, *, trust_remote_code, local_files_only, device):
        asked.append((name, trust_remote_code, local_files_only))
        raise OSError("not in the cache")

    monkeypatch.setattr(sentence_transformers, "SentenceTransformer", model)
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)

    def change(manifest):
        manifest["settings"]["model"] = manifest["encoder"]["name"] = "someone/some-model"
        manifest["encoder"]["kind"] = "sentence-transformers"

    forge(stranger, change)
    with pytest.raises(ModelError) as caught:
        open_index(stranger)

    assert "hf download someone/some-model" in caught.value.hint
    assert asked == [("someone/some-model", False, True)]


def test_a_model_folder_with_a_program_is_refused(stranger, tmp_path):
    """A folder whose modules are its own code is not loaded, by whichever version of sentence-transformers."""
    model = tmp_path / "model"
    model.mkdir()
    modules = [{"idx": 0, "name": "0", "path": "", "type": "evil.Module"}]
    (model / "modules.json").write_text(json.dumps(modules), encoding="utf-8")
    (model / "evil.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n", encoding="utf-8")

    def change(manifest):
        manifest["settings"]["model"] = manifest["encoder"]["name"] = str(model)
        manifest["encoder"]["kind"] = "sentence-transformers"

    forge(stranger, change)
    with pytest.raises(ModelError, match="a program of its own"):
        open_index(stranger)

    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("name", ["synonyms.txt", "user_words.txt"])
def test_dictionaries_of_a_corpus_are_not_links_out_of_it(corpus, tmp_path, name):
    """A word list that is a link to a file elsewhere is refused, by build and update alike."""
    shutil.copytree(corpus, tmp_path / "corpus")
    build_index(tmp_path / "corpus", tmp_path / "i")
    (tmp_path / "secret.txt").write_text("金庫,4711\n", encoding="utf-8")
    (tmp_path / "corpus" / name).symlink_to(tmp_path / "secret.txt")
    for make in (build_index, update_index):
        with pytest.raises(DictionaryError, match="a link out of the corpus folder"):
            make(tmp_path / "corpus", tmp_path / "i")

    assert not (tmp_path / "i" / "synonyms.txt").exists()
    assert IndexFolder(tmp_path / "i").current().name == "000001"
