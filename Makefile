# `make demo` and `make test` need Python 3.11 or later and nothing else; both set up .venv on the first call.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
# Compiling 20,000 files of torch and transformers that a run never opens takes longer than installing them; Python
# compiles and keeps what it does open, unless it is told not to.
unexport PYTHONDONTWRITEBYTECODE
PIP = $(BIN)/pip install --quiet --no-compile --constraint constraints.txt

.PHONY: demo test test-slow check clean

# Build an index from corpus/ and ask it a question.
demo: $(VENV)/installed
	$(BIN)/faqsearch build corpus --into indexes/demo
	$(BIN)/faqsearch search "荷物が届かない" --index indexes/demo

test: $(VENV)/tools
	$(BIN)/python -m pytest -n 2 -q -m "not slow"

# Hundreds of kills, thousands of damaged files, other people's manuals: minutes, so apart.
test-slow: $(VENV)/tools
	$(BIN)/python -m pytest -n 2 -q -m slow

# What .ci/run asks beside the tests.
check: $(VENV)/tools
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

$(VENV)/made:
	$(PYTHON) -m venv $(VENV)
	$(PIP) --upgrade "pip>=25.1"
	touch $@

$(VENV)/installed: $(VENV)/made pyproject.toml constraints.txt
	$(PIP) --editable ".[documents]"
	touch $@

$(VENV)/tools: $(VENV)/made pyproject.toml constraints.txt
	$(PIP) --editable ".[documents,langchain,llamaindex,mcp,milvus,watch]" --group dev
	touch $@ $(VENV)/installed

clean:
	rm -rf $(VENV) indexes/demo
