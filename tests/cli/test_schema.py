"""What programs rely on: real output validates against the schema that is shipped, and the guide tells the truth."""

import json
import re
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest

from faqsearch.cli.command import COMMANDS
from faqsearch.cli.machine import FIELDS

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads(files("faqsearch").joinpath("schema.json").read_text(encoding="utf-8"))


def check(value, name):
    """Validate against one kind of output, and make sure that the schema knows every field."""
    definition = {"$ref": f"#/$defs/{name}", "$defs": SCHEMA["$defs"]}
    jsonschema.Draft202012Validator(definition).validate(value)
    jsonschema.Draft202012Validator(SCHEMA).validate(value)
    jsonschema.Draft202012Validator(closed(definition)).validate(value)


def closed(schema):
    """Return a schema that allows no field it does not name."""
    if isinstance(schema, list):
        return [closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    changed = {key: closed(part) for key, part in schema.items()}
    if changed.get("type") == "object" and "properties" in changed:
        changed.setdefault("additionalProperties", False)
    return changed


def test_the_schema_is_a_schema(cli):
    """It is valid draft 2020-12, and `faqsearch schema` prints it."""
    jsonschema.Draft202012Validator.check_schema(SCHEMA)

    assert json.loads(cli("schema").out) == SCHEMA


def prepare():
    """Write a synonym file with a mistake, and judgments with a question nothing answers, into the current folder."""
    Path("words.txt").write_text("送料,配送料\nパス\n", encoding="utf-8")
    asked = ["送料はいくら", "パスワードを忘れた", "配送料", "ログインできない", "天気"]
    Path("queries.tsv").write_text("".join(f"q{i}\t{text}\n" for i, text in enumerate(asked)), encoding="utf-8")
    Path("qrels.tsv").write_text("q0\tship\t2\nq1\tpass\t2\nq2\tship\t1\nq3\tpass\t2\n", encoding="utf-8")


def test_every_command_that_writes_json_has_its_shape():
    """A new command with --json gets an entry in the schema, and a call above."""
    tested = {arguments[0] for mark in test_real_output_validates.pytestmark for arguments, _ in mark.args[1]}
    # A line of watch is that of update; its own test validates it.
    assert {name for name in COMMANDS if "--json" in help_of(name)} - {"watch"} <= tested


def help_of(name):
    """What `faqsearch NAME --help` says, and for a group of commands what each of them says."""
    from typer.testing import CliRunner

    from faqsearch.cli.app import app

    names = ("dict", "check") if name == "dict" else (name,)
    return CliRunner().invoke(app, [*names, "--help"]).output


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (["search", "送料はいくらですか", "--json"], "results"),
        (["search", "送料はいくらですか", "--json", "--explain"], "results"),
        (["search", "荷物が届きません", "--json", "--max-chars", "10"], "results"),
        (["search", "ｘｑｚ", "--json", "--where", "kind=manual"], "results"),
        (["search", "宇宙旅行の予約", "--jsonl"], "results"),
        (["search", "E-03", "--json"], "results"),
        (["search", "送料", "--json", "--fields", "id,source"], "chosen"),
        (["search", "送料", "--json", "--explain-id", "pass"], "diagnosed"),
        (["suggest", "pasuwa", "--json"], "suggestions"),
        (["suggest", "zzz", "--json"], "suggestions"),
        (["related", "pass", "--json"], "related"),
        (["related", "pass", "--json", "-k", "1"], "related"),
        (["show", "pass", "--json"], "document"),
        (["show", "pass", "--context", "1", "--json"], "document"),
        (["toc", "--json"], "contents"),
        (["toc", "--json", "--depth", "1"], "contents"),
        (["terms", "--json"], "key_terms"),
        (["doctor", "--json"], "diagnosis"),
        (["check", "corpus", "--json"], "check"),
        (["build", "corpus", "--into", "new", "--json"], "build"),
        (["update", "corpus", "--into", "indexes/demo", "--json"], "update"),
        (["update", "corpus/faq.csv", "--into", "indexes/demo", "--json", "--dry-run", "--allow-shrink"], "update"),
        (["info", "--json"], "info"),
        (["verify", "--json"], "verification"),
        (["dict", "check", "words.txt", "--json"], "dictionary"),
        (["evaluate", "queries.tsv", "qrels.tsv", "--json"], "evaluation"),
        (["tune", "queries.tsv", "qrels.tsv", "--json", "--folds", "2"], "tuning"),
        (["tune", "queries.tsv", "qrels.tsv", "--json", "--confidence", "--folds", "2"], "calibration"),
    ],
)
def test_real_output_validates(cli, workplace, arguments, name, monkeypatch):
    """Answered or not, empty or cut: what a command prints is what the schema says, field by field."""
    monkeypatch.setattr("faqsearch.evaluation.tuning._LEAST_QUERIES", 2)
    monkeypatch.setattr("faqsearch.evaluation.calibration._LEAST_QUESTIONS", 2)
    prepare()
    value = json.loads(cli(*arguments).out)
    if name == "diagnosed":
        # `closed` cannot see through allOf: the legs of an explanation are a leg and one field more.
        jsonschema.Draft202012Validator(SCHEMA).validate(value)
        jsonschema.Draft202012Validator({"$ref": "#/$defs/explanation", "$defs": SCHEMA["$defs"]}).validate(value)
        return
    check(value, name)


def test_every_line_of_a_batch_validates(cli):
    """Good lines are results, bad ones errors."""
    lines = [
        json.loads(line) for line in cli("search", "-", stdin="送料\n\nｘｑｚ\n".encode() + b"\xff\n").out.splitlines()
    ]

    for value, name in zip(lines, ("results", "error", "results", "error"), strict=True):
        check(value, name)


@pytest.mark.parametrize(
    ("spoil", "name"),
    [
        (lambda value: value.pop("answered"), "results"),
        (lambda value: value["hits"][0].pop("source"), "results"),
        (lambda value: value["hits"][0].update(confidence=1.5), "results"),
        (lambda value: value["hits"][0]["source"].update(line="3"), "results"),
        (lambda value: value.update(schema=2), "results"),
        (lambda value: value["hits"][0].update(unheard="of"), "results"),
    ],
)
def test_the_tests_would_notice(cli, spoil, name):
    """A missing field, a wrong type, a number out of range, or a field the schema does not name fails the check."""
    value = json.loads(cli("search", "送料はいくらですか", "--json").out)
    spoil(value)

    with pytest.raises(jsonschema.ValidationError):
        check(value, name)


def test_the_schema_names_the_fields_that_can_be_chosen():
    """`--fields` takes what a hit has."""
    assert {*FIELDS, "cut"} == set(SCHEMA["$defs"]["hit"]["properties"])


def test_the_guide_is_the_page_in_the_repository(cli):
    """`faqsearch guide` prints AGENTS.md, word for word."""
    guide = cli("guide").out

    assert guide == (ROOT / "AGENTS.md").read_text(encoding="utf-8")
    assert len(guide.splitlines()) < 130


def test_the_guide_shows_the_shape_of_results(cli):
    """The JSON in the guide has the fields that results have, in their order."""
    shown = json.loads(re.search(r"```json\n(.*?)```", cli("guide").out, re.DOTALL)[1])
    real = json.loads(cli("search", "送料はいくらですか", "--json").out)

    assert list(real) == list(shown)
    assert list(real["hits"][0]["source"]) == list(shown["hits"][0]["source"])


def test_the_guide_names_every_exit_code(cli):
    """The table of the guide is that of the errors."""
    from faqsearch import errors

    codes = {kind.exit_code for kind in vars(errors).values() if hasattr(kind, "exit_code")}

    assert {str(code) for code in {0, 70, *codes}} == set(re.findall(r"^\| (\d+) \|", cli("guide").out, re.MULTILINE))


def test_the_python_of_the_guide_runs(cli, monkeypatch):
    """The last example is a program."""
    program = re.search(r"```python\n(.*?)```", cli("guide").out, re.DOTALL)[1]
    program = program.replace("faq-0120", "pass").replace("faq-0041", "ship")

    exec(compile(program, "guide", "exec"), {})
