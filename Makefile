# make run   set everything up and serve the site       make test   run all tests
# make dev   the same, reloading while you write code   make check  lint, types, dead code, templates, migrations, settings
# make lock  pin what pyproject.toml asks for           make test-next  the unit tests with the next Python and Django
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
HOST ?= 127.0.0.1
PORT ?= 8000
export HOST PORT

.PHONY: help run dev test test-units test-browser test-next drill check setup format lock

help: ## Say what this Makefile can do
	@sed -n '1,3s/^# //p' Makefile

# One environment serves both commands; a stamp for each lock file says that it is complete.
.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "CD Trainer needs Python 3.11 or newer. Say which: make run PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv .venv || { rm -rf .venv; echo "Python's venv is missing: on Debian, install python3-venv."; exit 1; }

.venv/site.stamp: requirements/site.txt | .venv/bin/python
	@echo "Installing what the site needs (once)…"
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements/site.txt
	@touch $@

.venv/dev.stamp: requirements/dev.txt .venv/site.stamp
	@echo "Installing what the tests need (once)…"
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements/dev.txt
	@touch $@

.env:
	@umask 077; key=$$($(PYTHON) -c 'import secrets; print(secrets.token_urlsafe(50))') && sed "s|^SECRET_KEY=.*|SECRET_KEY=$$key|" .env.example > .env

setup: .venv/site.stamp .env
	@mkdir -p var/static media
	@$(BIN)/python manage.py migrate --verbosity 0
	@$(BIN)/python manage.py load_programme --quiet
	@$(BIN)/python manage.py collectstatic --noinput --verbosity 0

run: setup ## Serve the site with its worker
	@$(BIN)/python manage.py welcome
	@exec $(BIN)/python -m cdtrainer.supervisor

dev: setup ## Serve it with DEBUG and automatic reloading
	@DEBUG=True $(BIN)/python manage.py welcome
	@DEBUG=True exec $(BIN)/python -m cdtrainer.supervisor Procfile.dev

# Scripts and stylesheets are checked where npm is; the site itself needs none. With CI=true it has to be there.
node_modules/biome.stamp: package.json package-lock.json .npmrc
	@echo "Installing what checks scripts and stylesheets (once)…"
	@npm ci --loglevel error
	@touch $@

define biome
	@if command -v npm >/dev/null; then $(MAKE) -s node_modules/biome.stamp && node_modules/.bin/biome $(1); \
	else echo "npm is not installed: scripts and stylesheets are left out."; [ "$$CI" != true ]; fi
endef

# The browser tests mostly wait, so the unit tests run meanwhile; each half prints its report when it ends.
test: .venv/dev.stamp .env ## Run the unit tests, then the browser tests
	@mkdir -p var/static media
	@$(MAKE) --no-print-directory test-units
	@$(MAKE) --no-print-directory test-browser

# Compiled modules are kept, also where the environment forbids it: every server and every process starts anew from them.
test-units test-browser: export PYTHONDONTWRITEBYTECODE :=

test-units: .venv/dev.stamp .env
	$(BIN)/pytest -q -n auto -m "not e2e"

# By files, which share a server each; those that wait longest, for locks and for workers, come first by their names.
test-browser: .venv/dev.stamp .env
	$(BIN)/pytest -q -n 4 --dist loadfile --no-loadscope-reorder -m e2e

drill: .venv/dev.stamp ## Restore a backup into an empty clone as docs/operator.md says, and compare
	@$(BIN)/python tools/restore_drill.py

# Python 3.13 is the first to warn of databases that threads of tests leave to the garbage collector.
# The way to the next LTS stays open. A pyenv shows its Python 3.13 only to those who ask for it.
NEXT_PYTHON := PYENV_VERSION=3.13 python3.13
NEXT_DJANGO := Django~=6.1.0

.venv-next/stamp: requirements/site.txt requirements/dev.txt
	@rm -rf .venv-next
	@$(NEXT_PYTHON) -m venv .venv-next
	@.venv-next/bin/pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements/site.txt -r requirements/dev.txt
	@.venv-next/bin/pip install --quiet --disable-pip-version-check --no-deps "$(NEXT_DJANGO)"
	@touch $@

test-next: .env ## Run the unit tests with the next Python and the next Django, where that Python is
	@mkdir -p var/static media
	@if $(NEXT_PYTHON) -c '' 2>/dev/null; then \
		$(MAKE) --no-print-directory .venv-next/stamp && \
		.venv-next/bin/pytest -q -n auto -m "not e2e" -W "ignore:unclosed database:ResourceWarning"; \
	else \
		echo "There is no Python 3.13 here, so the unit tests were not run with $(NEXT_DJANGO)."; \
	fi

# Keeps every version that is pinned already; `make lock UPGRADE=--upgrade` takes the newest of everything.
lock: .venv/dev.stamp ## Pin what pyproject.toml asks for, with hashes
	$(BIN)/uv pip compile --quiet $(UPGRADE) --extra postgres --output-file requirements/site.txt pyproject.toml
	$(BIN)/uv pip compile --quiet $(UPGRADE) --extra postgres --extra figure --extra dev \
		--constraints requirements/site.txt --output-file requirements/dev.txt pyproject.toml

check: .venv/dev.stamp .env
	@mkdir -p var/static media
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/djade --check --target-version 5.2 $$(git ls-files 'templates/*.html')
	$(call biome,check --error-on-warnings)
	$(BIN)/mypy .
	$(BIN)/deptry . --no-ansi
	$(BIN)/python -m tools.dead_code
	$(BIN)/python -m figure check
	$(BIN)/python manage.py makemigrations --check --dry-run
	HTTPS=True ALLOWED_HOSTS=example.org $(BIN)/python manage.py check --deploy --fail-level WARNING

format: .venv/dev.stamp
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/djade --target-version 5.2 $$(git ls-files 'templates/*.html')
	$(call biome,check --write)
