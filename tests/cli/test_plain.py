"""Arguments of a search read without typer: never other than typer reads them."""

import inspect

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faqsearch.cli import answer as answering
from faqsearch.cli import search as face
from faqsearch.cli.app import run_app
from faqsearch.cli.plain import understood

WORDS = ("送料", "-", "--", "", "-x", "a b", "--json", "--where=kind=faq", "-k3", "--help")
VALUES = ("3", "0", "-1", "３", "auto", "always", "kind=faq", "id,score", "-", "--json", "", "x")
OPTIONS = ("--index", "-k", "--where", "--synonyms", "--explain-id", "--fields", "--max-chars", "--color")
FLAGS = ("--json", "--jsonl", "--tsv", "--explain", "--debug", "--nothing")
ARGUMENTS = st.lists(
    st.one_of(
        st.sampled_from(WORDS).map(lambda word: [word]),
        st.sampled_from(FLAGS).map(lambda flag: [flag]),
        st.tuples(st.sampled_from(OPTIONS), st.sampled_from(VALUES)).map(list),
    ),
    max_size=5,
).map(lambda parts: ["search", *(word for part in parts for word in part)])


def read_by_typer(arguments):
    """What `answer` is called with when typer reads the arguments; None for wrong usage or help."""
    seen = []

    def note(question, **options):
        seen.append({"question": question, **options})
        return 0

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(face, "answer", note)
        run_app(arguments)
    return seen[0] if seen else None


def with_defaults(given_ones):
    """All options of `answer`, lists and tuples alike."""
    bound = inspect.signature(answering.answer).bind(**given_ones)
    bound.apply_defaults()
    return {name: list(value) if isinstance(value, tuple) else value for name, value in bound.arguments.items()}


@given(ARGUMENTS)
def test_what_is_understood_is_what_typer_reads(arguments):
    """Whatever is read here is read by typer, and in the same way; the rest is left to it."""
    if (given_ones := understood(arguments)) is not None:
        assert with_defaults(given_ones) == with_defaults(read_by_typer(arguments) or {"question": "wrong usage"})


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["送料は？"], {"question": "送料は？"}),
        (["-", "--index", "i"], {"question": "-", "index": "i"}),
        (["--jsonl", "-k", "3", "送料"], {"jsonl": True, "k": 3, "question": "送料"}),
        (["送料", "--where", "kind=faq", "--where", "tag=a"], {"question": "送料", "where": ["kind=faq", "tag=a"]}),
        (["送料", "--color", "never", "--debug"], {"question": "送料", "color": "never"}),
    ],
)
def test_usual_searches_are_understood(arguments, expected):
    """What people and programs type most needs no typer."""
    assert understood(["search", *arguments]) == expected


@pytest.mark.parametrize(
    "arguments",
    [[], ["build", "x"], ["search"], ["search", "a", "b"], ["search", "a", "--help"], ["search", "a", "-k", "0"],
     ["search", "a", "--color", "red"], ["search", "a", "--index"], ["search", "--", "-a"], ["search", "a", "--jso"],
     ["search", "a", "--index", "i", "--index", "j"]],
)  # fmt: skip
def test_the_rest_is_left_to_typer(arguments):
    """Other commands, help and wrong usage."""
    assert understood(arguments) is None
