# Every target does its own set-up, in .venv. `make PYTHON=python3.12 ...` picks another Python for a new one.
.PHONY: help ask test lint types unit nightly mutants fmt lock bench wheel clean FORCE
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

export Q ?= who besieges Raqqa?

# What `make bench` runs: everything, but no engine for long. `python -m benchmarks --help` lists the rest.
BENCH ?= --limit 15

# The first Python that is new enough and can make a venv.
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	"$$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo "$$python" && break; done)
RUN := .venv/bin/python
PIP := $(RUN) -m pip --quiet --disable-pip-version-check install --constraint constraints.txt

help:  ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-7s  %s\n", $$1, $$2}' Makefile

ask: .venv/runtime  ## answer a question: make ask Q="who besieges Raqqa?"
	@$(RUN) -m reasoner ask "$$Q"

test: lint types unit  ## everything that must pass: lint, types and unit

lint: .venv/dev  ## style, format and the import contract
	$(RUN) -m ruff check
	$(RUN) -m ruff format --check
	$(RUN) -c 'from importlinter.cli import lint_imports_command as main; main()' --no-logo

types: .venv/dev  ## mypy, strict
	$(RUN) -m mypy

unit: .venv/dev  ## the tests alone
	$(RUN) -m pytest -n auto --dist worksteal

nightly: .venv/dev  ## the tests with many more inputs, for an hour or so
	$(RUN) -m pytest -n auto --dist worksteal --hypothesis-profile nightly
	$(RUN) -m tests.killing --times 200

mutants: .venv/dev  ## plant thirty bugs, one at a time: does a test find each?
	$(RUN) -m tests.mutants

fmt: .venv/dev  ## format the code, and fix what can be fixed
	$(RUN) -m ruff format
	$(RUN) -m ruff check --fix

lock:  ## resolve the newest versions into constraints.txt
	@rm -rf .venv/lock && python3.11 -m venv .venv/lock  # the oldest Python, for its pins suit the newer ones too
	@.venv/lock/bin/python -m pip --quiet --disable-pip-version-check install --editable '.[dev]'
	@.venv/lock/bin/python -m pip freeze --exclude-editable > .venv/lock/pins
	@mv .venv/lock/pins constraints.txt && rm -rf .venv/lock

bench: .venv/dev  ## time the engine and its peers; make bench BENCH="W1a --quick", see benchmarks/README.md
	$(RUN) -m benchmarks $(BENCH)

wheel: .venv/dev  ## build the sdist and the wheel into dist/
	$(RUN) -m build --no-isolation

clean:  ## remove .venv and whatever else was made
	rm -rf .venv dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +

# Two stamps, so that asking needs no developer's tools. A changed requirement makes .venv anew,
# and so does a .venv whose Python has gone.
.venv/runtime: pyproject.toml constraints.txt $(shell test -x .venv/bin/python || echo FORCE)
	@test -n "$(PYTHON)" || { echo "reasoner needs Python 3.11 or newer, with venv and pip" \
		"(on Debian: apt install python3-venv)" >&2; exit 1; }
	@echo "setting up .venv with $(PYTHON) ..." >&2
	@"$(PYTHON)" -m venv --clear .venv
	@$(PIP) hatchling
	@$(PIP) --no-build-isolation --editable .
	@touch $@

.venv/dev: .venv/runtime
	@echo "adding the developer's tools ..." >&2
	@$(PIP) --no-build-isolation --editable '.[dev]'
	@touch $@
