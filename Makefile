# Kept: `make run` shows it, `make test` proves it, `make help` explains the rest.
SHELL := /bin/sh
PORT ?= 8000
export KEPT_DATA ?= $(CURDIR)/var
# Compiled files are kept, whatever the shell says: without them each process compiles the whole house anew.
unexport PYTHONDONTWRITEBYTECODE
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
UV = UV_PROJECT_ENVIRONMENT=.venv UV_PYTHON_DOWNLOADS=never .venv/bin/uv
PO = $(wildcard src/kept/*/locale/*/LC_MESSAGES/*.po)
KEPT = .venv/bin/kept

.DEFAULT_GOAL := help
.PHONY: help run setup test lint fuzz screenshots messages bench clean

help: ## explain each target
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

setup: .venv/.ready ## make .venv and install the locked dependencies

.venv/bin/uv:
	@test -n "$(PYTHON)" || { echo "Kept needs Python 3.11 or newer. Install it, or name it: make PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -m venv .venv || { echo "This Python cannot make a virtual environment. On Debian: apt install python3-venv"; exit 1; }
	@.venv/bin/python -m pip install --quiet --disable-pip-version-check "uv==$$(sed -n 's/^required-uv *= *"\(.*\)"/\1/p' pyproject.toml)"

.venv/.ready: uv.lock pyproject.toml $(PO) | .venv/bin/uv
	@$(UV) sync --quiet --frozen --inexact
	@.venv/bin/python -m kept.site.translations
	@touch $@

.venv/.tested: .venv/.ready
	@$(UV) sync --quiet --frozen --inexact --group test --group lint
	@touch $@

run: .venv/.ready ## migrate, load the demonstration into an empty database, serve it on PORT (8000)
	@exec $(KEPT) run --port $(PORT)

test: .venv/.tested ## the whole suite, on PostgreSQL and on SQLite, journeys in a browser included
	@.venv/bin/python tests/with_postgres.py .venv/bin/python tests/suite.py -m "not any_database"
	@.venv/bin/python tests/suite.py

lint: .venv/.tested ## ruff, the rooms' import rules, mypy on the rules, djlint
	.venv/bin/ruff check src tests benchmarks scripts
	.venv/bin/ruff format --check src tests benchmarks scripts
	.venv/bin/lint-imports
	.venv/bin/mypy
	.venv/bin/djlint src --lint --quiet

screenshots: .venv/.tested ## pictures of the main screens, in screenshots/
	.venv/bin/python scripts/screenshots.py

fuzz: .venv/.tested ## schemathesis at length against a served demonstration (FUZZ="--max-examples 300" for more)
	@.venv/bin/python scripts/fuzz.py $(FUZZ)

messages: .venv/.tested ## collect the interface's texts into the six languages' files
	.venv/bin/python -m kept.site.translations collect

bench: .venv/.ready ## kept bench import (kept bench --help lists the others)
	$(KEPT) bench import

clean: ## throw away the environment; data in KEPT_DATA stays
	rm -rf .venv node_modules screenshots .mypy_cache .ruff_cache .pytest_cache
