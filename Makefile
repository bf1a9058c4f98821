# Entente. «make help» lists what can be asked for.
# Needs: make, git, and Python 3.11 or later with venv. Everything else goes into .venv, from hashed wheels.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory --no-builtin-rules
# The tests start processes by the dozen: compiled files are kept, whatever the shell says, or each compiles the whole package.
unexport PYTHONDONTWRITEBYTECODE

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# The folders that hold Python; a folder that is not there yet is not asked for.
SOURCES := $(wildcard src tests benchmarks demo training examples)

# What is never imported need not be compiled; the rest is when it is first.
PIP_INSTALL := $(BIN)/pip install -qq --disable-pip-version-check --no-input --require-hashes --only-binary :all: --no-compile
# pip refuses -e together with --require-hashes: the hashed wheels go first, then this package alone.
INSTALL_ENTENTE := $(BIN)/pip install -qq --disable-pip-version-check --no-deps --no-build-isolation --editable .
LOCK := $(abspath $(BIN))/uv pip compile --quiet --generate-hashes --only-binary :all: --universal --python-version 3.11 \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make requirements"

INPUTS ?= 1000000
PROCESSES ?= 1

.PHONY: help introduction demo test bulk postgres bench train simulate check-long fuzz lint types requirements reference screenshots clean prerequisites browser server debian compiling

help:  ## say what can be asked for
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

demo: introduction $(VENV)/.core-installed $(if $(filter postgres,$(STORE)),$(VENV)/.postgres-installed server)  ## four nodes on this machine play the story (STAY=0: stop when it ends, STORE=postgres)
	@STORE=$(STORE) DEMO_INTRODUCED=1 $(BIN)/python -m demo

introduction:
	@cat demo/introduction.txt

test:  ## style, all ordinary tests and types
	@# Installations that mostly wait for the network, side by side; two of the same tool wait for each other.
	@$(MAKE) --jobs 3 $(VENV)/.dev-installed debian compiling
	@$(BIN)/ruff check --quiet $(SOURCES) && echo "ruff check: clean"
	@$(BIN)/ruff format --check --quiet $(SOURCES) && echo "ruff format: clean"
	@# Types beside the tests: mypy has one core to itself for a minute, and the tests often wait.
	@$(BIN)/mypy $(SOURCES) > $(VENV)/types.txt 2>&1 & types=$$!; \
	$(BIN)/pytest -n 3 --dist loadfile --no-loadscope-reorder -q || tests=$$?; \
	wait $$types || wrong=$$?; cat $(VENV)/types.txt; exit $$(( $${tests:-0} | $${wrong:-0} ))

bulk: $(VENV)/.bulk-installed  ## install what reads lists of queries as Parquet (the extra «bulk», 170 MB)

postgres: $(VENV)/.postgres-installed  ## install what a store on PostgreSQL needs (the extra «postgres», 12 MB)

bench: $(VENV)/.dev-installed  ## measure; writes benchmarks/RESULTS.md
	@$(BIN)/python -m benchmarks

train: $(VENV)/.dev-installed  ## train the transliteration model anew from training/data (some minutes)
	@$(BIN)/python -m training

SEEDS ?= 1000
FIRST ?= 1

simulate: $(VENV)/.dev-installed  ## many seeds of a network under fire (SEEDS=10000, FIRST=1), two at a time
	@$(BIN)/python -m tests.simulation --seeds $(SEEDS) --first $(FIRST)

check-long: $(VENV)/.dev-installed  ## the tests that take minutes
	@$(BIN)/pytest -n 2 --dist worksteal -q -m long --hypothesis-profile=long || { [ $$? -eq 5 ] && echo "No test is marked long yet."; }

fuzz: $(VENV)/.dev-installed  ## hostile input to a node, or OF=names to a search (INPUTS=1000000 PROCESSES=1 GUIDED=no)
	@$(BIN)/python -m tests.support.$(if $(filter names,$(OF)),fuzz_names,fuzz) $(INPUTS) --processes $(PROCESSES) \
		$(if $(filter names,$(OF)),,$(if $(filter no,$(GUIDED)),--unguided))

lint: $(VENV)/.dev-installed  ## style only
	@$(BIN)/ruff check $(SOURCES)
	@$(BIN)/ruff format --check $(SOURCES)

types: $(VENV)/.dev-installed  ## types only
	@$(BIN)/mypy $(SOURCES)

requirements: $(VENV)/.lock-installed  ## resolve the locked versions again, newest within requirements/*.in
	@cd requirements && for name in build core bulk postgres dev lock; do $(LOCK) --upgrade --output-file $$name.txt $$name.in; done
	@echo "requirements/*.txt are written: look at the difference, then run make test."

reference: $(VENV)/.dev-installed  ## write the pages of docs/reference and the methods of the client that are made from code and data
	@$(BIN)/python -m tests.docs.generate_reference
	@echo "docs/reference and the client are written: look at the difference."

screenshots: $(VENV)/.dev-installed debian  ## draw the pictures of the README anew, from invented data
	@SCREENSHOTS=$(abspath docs/images) $(BIN)/pytest -q -m long tests/e2e/test_screenshots.py

clean:  ## remove caches and what the demonstration wrote (.venv stays)
	@rm -rf .mypy_cache .pytest_cache .ruff_cache .hypothesis build dist demo/run demo/story.html
	@find $(SOURCES) -name __pycache__ -type d -prune -exec rm -rf {} +

prerequisites:
	@.ci/prerequisites "$(PYTHON)"

browser:
	@.ci/browser

server:
	@.ci/server

# The loops of the search take one core half a minute: begun beside the installations, and not waited for, since the first
# test that needs them does that.
compiling: $(VENV)/.core-installed
	@$(BIN)/python -c "from tests.support.compile_search import compiled_once; compiled_once()" > /dev/null 2>&1 &

debian:
	@.ci/browser
	@.ci/server

# A stamp says «this file was installed into .venv», so that a second run starts at once.
$(VENV)/.created: | prerequisites
	@"$(PYTHON)" -m venv $(VENV)
	@touch $@

$(VENV)/.core-installed: requirements/core.txt requirements/build.txt pyproject.toml $(VENV)/.created
	@echo "Installing $$(grep -c == requirements/core.txt) packages a node needs into $(VENV) (wheels only, hashes checked) ..."
	@$(PIP_INSTALL) -r requirements/core.txt -r requirements/build.txt
	@$(INSTALL_ENTENTE)
	@touch $@

$(VENV)/.bulk-installed: requirements/bulk.txt $(VENV)/.core-installed
	@echo "Installing what reads Parquet into $(VENV) ..."
	@$(PIP_INSTALL) -r requirements/bulk.txt
	@touch $@

$(VENV)/.postgres-installed: requirements/postgres.txt $(VENV)/.core-installed
	@echo "Installing the driver of PostgreSQL into $(VENV) ..."
	@$(PIP_INSTALL) -r requirements/postgres.txt
	@touch $@

$(VENV)/.dev-installed: requirements/dev.txt $(VENV)/.core-installed
	@echo "Installing the tools of the tests into $(VENV): pytest, hypothesis, mypy, ruff, playwright ..."
	@$(PIP_INSTALL) -r requirements/dev.txt
	@touch $@

$(VENV)/.lock-installed: requirements/lock.txt $(VENV)/.created
	@echo "Installing the resolver uv into $(VENV) ..."
	@$(PIP_INSTALL) -r requirements/lock.txt
	@touch $@
